//! Emergency department visits. Owns their definition and the rule that one ending in a stay is part of
//! the stay; refuses to classify them.

use super::codes::Codes;
use super::final_claims::Claim;
use super::stays::Stay;
use crate::domain::{CodeId, Day, Short, WordId};
use crate::extracts::{AdmissionRow, ClaimKind, PatientClass};

/// One ED visit.
#[derive(Clone, Debug)]
pub struct EdVisit<'b> {
    /// Day of the visit.
    pub day: Day,
    /// Facility (interned); 0 is unknown.
    pub facility: WordId,
    /// Diagnosis (interned); 0 is none.
    pub diagnosis: CodeId,
    /// The diagnosis is ICD-10.
    pub icd10: bool,
    /// Lowest id of the rows it is made of.
    pub evidence: &'b str,
    /// Indexes of its final claims.
    pub claims: Vec<usize>,
    /// Indexes of its ADT rows.
    pub admissions: Vec<usize>,
}

struct Mention<'b> {
    day: i32,
    facility: WordId,
    /// 0 institutional, 1 professional or other, 2 ADT: the order in which a diagnosis is taken.
    rank: u8,
    id: &'b str,
    diagnosis: CodeId,
    icd10: bool,
    /// Index of the claim, or of the ADT row when `rank` is 2.
    source: usize,
}

/// The visits of one member, by day and facility.
#[must_use]
pub fn build<'b>(
    claims: &[Claim<'b>],
    admissions: &[AdmissionRow<'b>],
    stays: &[Stay<'b>],
    as_of: Day,
    codes: &Codes<'_>,
) -> Vec<EdVisit<'b>> {
    let mut mentions = ed_mentions(claims, admissions);
    if mentions.is_empty() {
        return Vec::new();
    }
    adopt_unknown(&mut mentions, codes);
    let name = |f: WordId| codes.words.text(f);
    mentions.sort_by(|a, b| (a.day, name(a.facility), a.rank, a.id).cmp(&(b.day, name(b.facility), b.rank, b.id)));
    mentions
        .chunk_by(|a, b| a.day == b.day && a.facility == b.facility)
        .filter(|g| !part_of_a_stay(g[0].day, g[0].facility, stays, as_of))
        .map(|g| {
            let told = g.iter().find(|m| m.diagnosis.is_some());
            EdVisit {
                day: Day(g[0].day),
                facility: g[0].facility,
                diagnosis: told.map_or(CodeId::NONE, |m| m.diagnosis),
                icd10: told.is_some_and(|m| m.icd10),
                evidence: g.iter().map(|m| m.id).min().unwrap_or_default(),
                claims: source_rows(g, false),
                admissions: source_rows(g, true),
            }
        })
        .collect()
}

/// The rows behind a group of mentions, claims or ADT rows.
fn source_rows(group: &[Mention<'_>], adt: bool) -> Vec<usize> {
    let mut out: Vec<usize> = group.iter().filter(|m| (m.rank == 2) == adt).map(|m| m.source).collect();
    out.sort_unstable();
    out.dedup();
    out
}

fn ed_mentions<'b>(claims: &[Claim<'b>], admissions: &[AdmissionRow<'b>]) -> Vec<Mention<'b>> {
    let mut out = Vec::new();
    for (source, claim) in claims.iter().enumerate().filter(|(_, c)| !c.is_11x()) {
        let emergency = |l: &super::final_claims::ServiceLine| {
            let revenue = l.revenue.0;
            (Short::of("0450").0..=Short::of("0459").0).contains(&revenue)
                || l.revenue == Short::of("0981")
                || l.place == Short::of("23")
        };
        for line in claim.lines.iter().filter(|l| emergency(l)) {
            out.push(Mention {
                day: line.start,
                facility: if line.facility.is_none() { claim.facility } else { line.facility },
                rank: u8::from(claim.kind != ClaimKind::Institutional),
                id: claim.id,
                diagnosis: claim.principal(),
                icd10: claim.icd10(),
                source,
            });
        }
    }
    for (source, row) in admissions.iter().enumerate().filter(|(_, a)| a.class == PatientClass::Emergency) {
        out.push(Mention {
            day: row.admit,
            facility: row.facility,
            rank: 2,
            id: row.admission_id,
            diagnosis: row.dx.first().copied().unwrap_or_default(),
            icd10: row.icd10(),
            source,
        });
    }
    out
}

/// A mention without a facility belongs to a known one of the same day (the lowest, when several).
fn adopt_unknown(mentions: &mut [Mention<'_>], codes: &Codes<'_>) {
    for i in 0..mentions.len() {
        if mentions[i].facility.is_none() {
            let day = mentions[i].day;
            let known = mentions
                .iter()
                .filter(|m| m.day == day && m.facility.is_some())
                .map(|m| m.facility)
                .min_by_key(|f| codes.words.text(*f));
            mentions[i].facility = known.unwrap_or_default();
        }
    }
}

/// Any row of a stay at that or an unknown facility was admitted that day or the next, or lasted over it.
fn part_of_a_stay(day: i32, facility: WordId, stays: &[Stay<'_>], as_of: Day) -> bool {
    stays.iter().enumerate().any(|(i, stay)| {
        let last_stay = i + 1 == stays.len();
        stay.rows.iter().any(|row| {
            let here = facility.is_none() || row.facility.is_none() || row.facility == facility;
            let end = match row.discharge {
                Some(d) => d,
                // Still there: the night's date itself is covered.
                None if last_stay => as_of.0 + 1,
                None => row.admit,
            };
            here && (row.admit == day || row.admit == day + 1 || (row.admit < day && day < end))
        })
    })
}

//! CMS-HCC V24 and V28 of a Medicare member: which claims count, who is scored how, and the evidence of each
//! HCC. Owns the window and the filter; refuses normalisation and coding adjustment.

use super::hcc_score::{Dual, HccPerson, after_hierarchy, edited, raf_thousandths};
use super::measure::{Measure, Measured};
use super::mentions::{CategoryRow, Slots};
use super::scheme::Scheme;
use crate::domain::{Day, Sex};
use crate::extracts::{ClaimKind, Member, SpanFacts};
use crate::reference::{CareList, CareLists, HCC_SEGMENTS, HccModel, HccTables};
use crate::timeline::{Claim, CodeBasis, Codes};

/// Institutional bills whose diagnoses count.
const BILLS: [&str; 11] = ["11", "12", "13", "41", "43", "71", "73", "76", "77", "85", "87"];
/// Inpatient bills: their diagnoses need no eligible procedure.
const INPATIENT_BILLS: [&str; 2] = ["11", "41"];
/// A whole year of enrolment, in days.
const YEAR_DAYS: i32 = 365;

/// Why there is no score.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RafStatus {
    /// There is one.
    Scored,
    /// The payer is not Medicare.
    #[default]
    NotMedicare,
    /// Neither a payer type nor a Medicare status says who pays.
    PayerUnknown,
    /// End-stage renal disease by status or entitlement: another model.
    Esrd,
    /// Neither female nor male: the model has no cell.
    UnknownSex,
    /// The window holds ICD-9 codes only.
    Icd9Only,
}

impl RafStatus {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scored => "scored",
            Self::NotMedicare => "not_medicare",
            Self::PayerUnknown => "payer_unknown",
            Self::Esrd => "esrd",
            Self::UnknownSex => "unknown_sex",
            Self::Icd9Only => "icd9_only",
        }
    }
}

/// The risk scores of one member.
#[derive(Clone, Copy, Debug, Default)]
pub struct Raf {
    /// Score by model (V24, V28), before normalisation and coding adjustment; `None` unless scored.
    pub scores: [Option<f64>; 2],
    /// Payment HCCs by model, after the hierarchy; `None` unless scored.
    pub counts: [Option<u32>; 2],
    /// Segment of the factors; `None` unless scored.
    pub segment: Option<&'static str>,
    /// Diagnoses were kept only beside an eligible procedure.
    pub filtered: bool,
    /// Scored, or why not.
    pub status: RafStatus,
}

/// End-stage renal disease by enrolment: Medicare status 11, 21 or 31, or OREC 2 or 3, of the Medicare span where
/// there is one.
#[must_use]
pub fn has_esrd_enrolment(member: &Member, as_of: Day) -> bool {
    let facts = &member.facts;
    let (status, orec) =
        member.medicare_row(as_of).map_or((facts.medicare_status, facts.orec), |r| (r.medicare_status, r.orec));
    status.is_any(&["11", "21", "31"]) || orec.is_any(&["2", "3"])
}

/// The person as the model sees them by their Medicare span; `None` for an unknown sex.
fn model_person(member: &Member, span: &SpanFacts, as_of: Day, lists: &CareLists) -> Option<HccPerson> {
    let female = match member.sex() {
        Sex::Female => true,
        Sex::Male => false,
        Sex::Unknown => return None,
    };
    let dual = if lists.has(CareList::FullDual, span.dual) {
        Dual::Full
    } else if lists.has(CareList::PartialDual, span.dual) {
        Dual::Partial
    } else {
        Dual::Non
    };
    let from = as_of.plus_months(-12).plus(1);
    Some(HccPerson {
        age: member.birth().age_on(next_february(as_of)).max(0),
        female,
        dual,
        disability_entitlement: span.orec.is_any(&["1"]),
        institutional: span.institutional == Some(true),
        new_enrollee: member.medicare_days(from, as_of) < YEAR_DAYS,
    })
}

/// The first 1 February after a day.
fn next_february(day: Day) -> Day {
    let (year, ..) = day.ymd();
    let this = Day::from_ymd(year, 2, 1).unwrap_or(day);
    if this > day { this } else { Day::from_ymd(year + 1, 2, 1).unwrap_or(day) }
}

/// Whether a claim's diagnoses count.
fn counts_for_hcc(claim: &Claim, codes: &Codes<'_>) -> bool {
    let eligible = || claim.lines.iter().any(|l| codes.hcc_eligible(l.hcpcs));
    match claim.kind {
        ClaimKind::Professional => eligible(),
        ClaimKind::Institutional if INPATIENT_BILLS.iter().any(|b| claim.bill_begins(b)) => true,
        ClaimKind::Institutional => BILLS.iter().any(|b| claim.bill_begins(b)) && eligible(),
        ClaimKind::Other => false,
    }
}

/// Risk scores and HCCs of one member.
#[derive(Clone, Debug, Default)]
pub struct Hcc {
    /// Scores, or why there is none.
    pub raf: Raf,
    /// HCCs of both models with their evidence, V24 first.
    pub categories: Vec<CategoryRow>,
}

impl Measure for Hcc {
    const ID: &'static str = "hcc";
    const DOC: &'static str = "CMS-HCC V24 and V28 risk scores (raf_v24, raf_v28), before normalisation and coding adjustment: the sum of CMS's relative factors for age and sex, HCCs, interactions and the payment-HCC count. Diagnoses of final claims, professional or of bill 11x, 12x, 13x, 41x, 43x, 71x, 73x, 76x, 77x, 85x, 87x, with as_of - 12 months < claim_end_date <= as_of; no ADT rows. raf_basis is unfiltered unless the code-set folder holds cms_hcc_eligible_procedures.csv (one column, code): then a professional or outpatient claim counts only with a line of such a procedure, and raf_basis is filtered. Age at the next 1 February; CMS's age and sex edits (V28 with the Medicare Code Editor's ages); hierarchies (V28 HCC 223 only beside another heart failure HCC). Segment: fewer than 365 days of Medicare in the window (payer_type medicare; without a payer_type a medicare_status_code makes the span Medicare; cover of another payer counts for nothing) is a new enrollee (in an institution too; age 64 entitled by age takes the cell of 65), then institutional, then community by dual status (02, 04, 08 full; 01, 03, 05, 06 partial; any other none) and age 65; under 65 with OREC 0 is scored as disabled, while CMS's interactions with disability ask for another OREC; a missing OREC is 0. Null, with raf_status, when no span at as_of (else the latest) is Medicare, when nothing says who pays (payer_unknown), for ESRD (status 11, 21, 31; OREC 2, 3), for an unknown sex, and when the window holds ICD-9 codes only. Each HCC is in conditions.parquet (hcc_v24, hcc_v28). Source: CMS risk adjustment software and mappings, payment year 2026; Rate Announcements CY2020 and CY2024. Difference from hccinfhir 0.4.0: it scores a new enrollee in an institution as institutional, and counts dual codes 07, 09 and 10 as Medicaid there.";

    fn compute(m: &Measured<'_>) -> Self {
        let (timeline, member) = (&m.timeline, m.timeline.member);
        let reference = m.codes().reference;
        let raf = Raf { filtered: reference.hcc_procedures.is_some(), ..Raf::default() };
        let Some(span) = member.medicare_row(timeline.as_of) else {
            let status = if member.payer_is_stated() { RafStatus::NotMedicare } else { RafStatus::PayerUnknown };
            return Self { raf: Raf { status, ..raf }, categories: Vec::new() };
        };
        let Some(person) = model_person(member, span, timeline.as_of, &reference.lists) else {
            return Self { raf: Raf { status: RafStatus::UnknownSex, ..raf }, categories: Vec::new() };
        };
        let seen = SeenHccs::of(m, &person);
        let status = if has_esrd_enrolment(member, timeline.as_of) {
            RafStatus::Esrd
        } else if seen.basis == Some(CodeBasis::Icd9) {
            RafStatus::Icd9Only
        } else {
            RafStatus::Scored
        };
        seen.score(&person, &reference.hcc, Raf { status, ..raf })
    }
}

/// HCCs of one member's window by model, before the hierarchy.
struct SeenHccs {
    bits: [u128; 2],
    slots: [Slots; 2],
    basis: Option<CodeBasis>,
}

impl SeenHccs {
    fn of(m: &Measured<'_>, person: &HccPerson) -> Self {
        let (timeline, codes) = (&m.timeline, m.codes());
        let tables = &codes.reference.hcc;
        let slots = HccModel::ALL.map(|model| Slots::new(tables.model(model).names.len()));
        let mut out = Self { bits: [0; 2], slots, basis: None };
        let from = timeline.as_of.plus_months(-12).0;
        let window = from + 1..=timeline.as_of.0;
        for (row, claim) in timeline.claims.iter().enumerate() {
            if !window.contains(&claim.end) || !counts_for_hcc(claim, codes) {
                continue;
            }
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            for d in claim.dx {
                out.basis = CodeBasis::join(out.basis, claim.icd10());
                let group = codes.dx(d.code).hcc;
                if group == 0 || !claim.icd10() {
                    continue;
                }
                let group = tables.group(group);
                for model in HccModel::ALL {
                    let mut met = edited(&group, model, person);
                    out.bits[model as usize] |= met;
                    while met != 0 {
                        out.slots[model as usize].mark(met.trailing_zeros() as usize, claim.end, row, timeline);
                        met &= met - 1;
                    }
                }
            }
        }
        out
    }

    fn score(self, person: &HccPerson, tables: &HccTables, mut raf: Raf) -> Hcc {
        let mut categories = Vec::new();
        for (model, scheme) in HccModel::ALL.into_iter().zip([Scheme::HccV24, Scheme::HccV28]) {
            let (i, table) = (model as usize, tables.model(model));
            let kept = after_hierarchy(self.bits[i], model, table);
            categories.extend(self.slots[i].rows(scheme, |s| table.names[s], |s| kept >> s & 1 == 1));
            if raf.status == RafStatus::Scored {
                #[expect(clippy::cast_precision_loss, reason = "far below 2^52 thousandths")]
                let score = raf_thousandths(person, table, kept) as f64 / 1000.0;
                raf.scores[i] = Some(score);
                raf.counts[i] = Some(kept.count_ones());
                raf.segment = Some(HCC_SEGMENTS[person.segment()]);
            }
        }
        Hcc { raf, categories }
    }
}

//! Stays: claims and ADT rows of one member joined into hospital stays. Owns the attachment and the four
//! joining rules; refuses to judge a stay (index, planned, readmission are measures).

use sha2::{Digest, Sha256};

use super::codes::Codes;
use super::final_claims::Claim;
use crate::domain::{CodeId, Day, Short, WordId, hex};
use crate::extracts::{AdmissionRow, Basis, PatientClass};

/// Dispositions of patients who died; no transfer arrival can follow.
pub const DIED: &[&str] = &["20", "40", "41", "42"];
/// Dispositions that are transfers to another hospital.
const TRANSFER: &[&str] = &["02", "05", "43", "65", "66", "82", "85", "88", "93", "94"];
/// Dispositions to swing bed, rehabilitation and long-term hospitals.
const POST_ACUTE: &[&str] = &["61", "62", "63", "89", "90", "91"];

/// What a stay is made of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum StaySource {
    /// Claims only.
    Claim,
    /// ADT rows only.
    Admission,
    /// Both.
    Both,
}

impl StaySource {
    /// `claim`, `admission` or `both`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Admission => "admission",
            Self::Both => "both",
        }
    }
}

/// Which coding system the codes of a stay or window are in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CodeBasis {
    /// ICD-10 only.
    Icd10,
    /// Both.
    Mixed,
    /// ICD-9 only.
    Icd9,
}

impl CodeBasis {
    /// `icd10`, `mixed` or `icd9`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Icd10 => "icd10",
            Self::Mixed => "mixed",
            Self::Icd9 => "icd9",
        }
    }
    /// The basis of rows seen so far joined with one more.
    #[must_use]
    pub fn join(seen: Option<Self>, icd10: bool) -> Option<Self> {
        let this = if icd10 { Self::Icd10 } else { Self::Icd9 };
        Some(match seen {
            None => this,
            Some(old) if old == this => old,
            Some(_) => Self::Mixed,
        })
    }
}

/// One row of a stay, after an ADT row's facts filled its claim's gaps.
#[derive(Clone, Debug)]
pub struct StayRow<'b> {
    /// Admission day.
    pub admit: i32,
    /// Discharge day, when discharged.
    pub discharge: Option<i32>,
    /// End used for joining.
    pub join_end: i32,
    /// Last day that the row speaks of: of two rows with one end the later-billed is the last.
    billed_to: i32,
    /// Facility (interned); 0 is unknown.
    pub facility: WordId,
    /// Disposition.
    pub disposition: Short,
    bill: Short,
    admit_source: Short,
    admit_type: Short,
    drg: Short,
    principal: CodeId,
    principal_icd10: bool,
    is_claim: bool,
    id: &'b str,
    claim: Option<usize>,
    admissions: Vec<usize>,
}

/// One stay.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "fields carry the contract's column names")]
pub struct Stay<'b> {
    pub id: Box<str>,
    pub admit: Day,
    /// `None` while open (also with a last disposition of 30).
    pub discharge: Option<Day>,
    pub facility: WordId,
    pub admit_source: Short,
    pub admit_type: Short,
    pub disposition: Short,
    pub drg: Short,
    /// Principal diagnosis of the first row (interned) and whether it is ICD-10.
    pub principal: CodeId,
    pub principal_icd10: bool,
    pub final_principal: CodeId,
    pub post_acute: bool,
    pub source: StaySource,
    pub code_basis: Option<CodeBasis>,
    /// Sorted source ids.
    pub claim_ids: Vec<&'b str>,
    pub admission_ids: Vec<&'b str>,
    /// Indexes into the member's final claims and ADT rows.
    pub claims: Vec<usize>,
    pub admissions: Vec<usize>,
    /// The rows as joined.
    pub rows: Vec<StayRow<'b>>,
}

impl Stay<'_> {
    /// Days from admission to discharge; `None` while open.
    #[must_use]
    pub fn length_of_stay(&self) -> Option<i32> {
        self.discharge.map(|d| d.since(self.admit))
    }
    /// Last disposition says the patient died.
    #[must_use]
    pub fn died_by_disposition(&self) -> bool {
        self.disposition.is_any(DIED)
    }
}

/// Builds the stays of one member. `as_of` turns later discharges into open stays.
#[must_use]
pub fn build<'b>(
    member_id: &str,
    claims: &[Claim<'b>],
    admissions: &[AdmissionRow<'b>],
    as_of: Day,
    codes: &Codes<'_>,
) -> Vec<Stay<'b>> {
    let mut rows = stay_candidates(claims, admissions, as_of);
    attach_admissions(&mut rows);
    rows.sort_by(|a, b| (a.admit, a.join_end, !a.is_claim, a.id).cmp(&(b.admit, b.join_end, !b.is_claim, b.id)));
    let mut chains: Vec<Chain<'b>> = Vec::new();
    for row in rows {
        let verdict = chains.last().map_or(Verdict::Separate, |chain| judge_row(chain, &row, codes));
        match (verdict, chains.last_mut()) {
            (Verdict::Join, Some(chain)) => chain.rows.push(row),
            (verdict, _) => chains.push(Chain { rows: vec![row], post_acute: verdict == Verdict::PostAcute }),
        }
    }
    chains.into_iter().map(|c| finish_stay(member_id, c, claims, admissions)).collect()
}

/// One row a claim, ADT rows still loose behind them.
fn stay_candidates<'b>(claims: &[Claim<'b>], admissions: &[AdmissionRow<'b>], as_of: Day) -> Vec<StayRow<'b>> {
    let past = |day: Option<i32>| day.filter(|d| *d <= as_of.0);
    let mut rows: Vec<StayRow<'b>> = claims
        .iter()
        .enumerate()
        .filter(|(_, c)| c.is_inpatient())
        .map(|(i, c)| {
            let admit = c.admit.unwrap_or(c.start);
            let discharge = past(c.discharge);
            StayRow {
                admit,
                discharge,
                join_end: discharge.unwrap_or(c.end).max(admit),
                billed_to: c.end,
                facility: c.facility,
                disposition: c.disposition,
                bill: c.bill,
                admit_source: c.admit_source,
                admit_type: c.admit_type,
                drg: c.drg,
                principal: c.principal(),
                principal_icd10: c.icd10(),
                is_claim: true,
                id: c.id,
                claim: Some(i),
                admissions: Vec::new(),
            }
        })
        .collect();
    rows.extend(admissions.iter().enumerate().filter(|(_, a)| a.class == PatientClass::Inpatient).map(|(i, a)| {
        let discharge = past(a.discharged());
        StayRow {
            admit: a.admit,
            discharge,
            join_end: discharge.unwrap_or(a.admit),
            billed_to: discharge.unwrap_or(a.admit),
            facility: a.facility,
            disposition: a.disposition,
            bill: Short::NONE,
            admit_source: a.admit_source,
            admit_type: a.admit_type,
            drg: Short::NONE,
            principal: a.dx.first().copied().unwrap_or_default(),
            principal_icd10: a.icd10(),
            is_claim: false,
            id: a.admission_id,
            claim: None,
            admissions: vec![i],
        }
    }));
    rows
}

fn rows_overlap(a: &StayRow<'_>, b: &StayRow<'_>) -> bool {
    a.admit == b.admit || if a.admit < b.admit { b.admit < a.join_end } else { a.admit < b.join_end }
}

/// Attaches each ADT row to the earliest claim it overlaps; the claim's own facts win.
fn attach_admissions(rows: &mut Vec<StayRow<'_>>) {
    if rows.iter().all(|r| r.is_claim) {
        return;
    }
    let (mut claims, mut loose): (Vec<StayRow<'_>>, Vec<StayRow<'_>>) =
        std::mem::take(rows).into_iter().partition(|r| r.is_claim);
    claims.sort_by(|a, b| (a.admit, a.join_end, a.id).cmp(&(b.admit, b.join_end, b.id)));
    loose.sort_by(|a, b| (a.admit, a.join_end, a.id).cmp(&(b.admit, b.join_end, b.id)));
    // Overlap is judged on the claims as they came, not as earlier ADT rows extended them.
    let original: Vec<StayRow<'_>> = claims.clone();
    for adt in loose {
        let Some(at) = original.iter().position(|c| rows_overlap(c, &adt)) else {
            rows.push(adt);
            continue;
        };
        let claim = &mut claims[at];
        claim.admissions.extend(&adt.admissions);
        if claim.discharge.is_none() && adt.discharge.is_some() {
            claim.discharge = adt.discharge;
            claim.join_end = adt.discharge.unwrap_or(claim.join_end).max(claim.admit);
        }
        if claim.facility.is_none() {
            claim.facility = adt.facility;
        }
        for (mine, theirs) in [
            (&mut claim.disposition, adt.disposition),
            (&mut claim.admit_source, adt.admit_source),
            (&mut claim.admit_type, adt.admit_type),
        ] {
            if mine.is_none() {
                *mine = theirs;
            }
        }
        if claim.principal.is_none() {
            claim.principal = adt.principal;
            claim.principal_icd10 = adt.principal_icd10;
        }
    }
    rows.append(&mut claims);
}

impl StayRow<'_> {
    /// Orders rows of one end: a bill that says "still a patient" comes before one that does not, then the one billed
    /// to the later day. Of equals the later in order is the last, so that no id decides.
    fn lastness(&self, end: i32) -> (i32, bool, i32) {
        (end, self.disposition != Short::of("30"), self.billed_to)
    }
}

struct Chain<'b> {
    rows: Vec<StayRow<'b>>,
    post_acute: bool,
}

impl<'b> Chain<'b> {
    /// The row whose joining end is latest.
    fn joining_last(&self) -> &StayRow<'b> {
        self.rows.iter().max_by_key(|r| r.lastness(r.join_end)).unwrap_or(&self.rows[0])
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Join,
    PostAcute,
    Separate,
}

/// Whether `b` joins the chain so far.
fn judge_row(chain: &Chain<'_>, b: &StayRow<'_>, codes: &Codes<'_>) -> Verdict {
    let a = chain.joining_last();
    let end = a.join_end;
    let gap = b.admit - end;
    let same_or_unknown = a.facility.is_none() || b.facility.is_none() || a.facility == b.facility;
    // 1: overlap, or the same admission day as a row of the chain.
    if b.admit < end || chain.rows.last().is_some_and(|r| r.admit == b.admit) {
        return Verdict::Join;
    }
    // 2: interim bills.
    let interim = a.bill.is_any(&["112", "113"]) || b.bill.is_any(&["113", "114"]) || a.disposition == Short::of("30");
    if interim && gap <= 1 && same_or_unknown {
        return Verdict::Join;
    }
    // 3: back the same day at the same place for the same thing.
    if gap == 0 && same_or_unknown && same_family(a.principal, b.principal, codes) {
        return Verdict::Join;
    }
    if same_or_unknown || gap > 1 {
        return Verdict::Separate;
    }
    // Another known facility, same or next day.
    if a.disposition.is_any(POST_ACUTE) {
        return Verdict::PostAcute;
    }
    // 4: transfer; nothing is joined to a post-acute stay.
    let transfer = if gap == 0 { !a.disposition.is_any(DIED) } else { a.disposition.is_any(TRANSFER) };
    if transfer && !chain.post_acute { Verdict::Join } else { Verdict::Separate }
}

fn same_family(a: CodeId, b: CodeId, codes: &Codes<'_>) -> bool {
    let (a, b) = (codes.icd.text(a), codes.icd.text(b));
    a.len() >= 3 && b.len() >= 3 && a.get(..3) == b.get(..3)
}

fn finish_stay<'b>(
    member_id: &str,
    chain: Chain<'b>,
    claims: &[Claim<'b>],
    admissions: &[AdmissionRow<'b>],
) -> Stay<'b> {
    let Chain { rows, post_acute } = chain;
    let latest_admit = rows.iter().map(|r| r.admit).max().unwrap_or(0);
    let discharged = rows.iter().any(|r| r.admit == latest_admit && r.discharge.is_some());
    // Discharged: the row with the latest discharge; open: the one with the latest joining end.
    let last = if discharged {
        rows.iter().filter_map(|r| Some((r, r.discharge?))).max_by_key(|(r, end)| r.lastness(*end)).map(|(r, _)| r)
    } else {
        rows.iter().max_by_key(|r| r.lastness(r.join_end))
    };
    let (first, last) = (&rows[0], last.unwrap_or(&rows[0]));
    let still_patient = last.disposition == Short::of("30");
    let discharge = if discharged && !still_patient { last.discharge.map(Day) } else { None };
    let claim_index: Vec<usize> = rows.iter().filter_map(|r| r.claim).collect();
    let admission_index: Vec<usize> = rows.iter().flat_map(|r| r.admissions.iter().copied()).collect();
    let mut claim_ids: Vec<&'b str> = claim_index.iter().map(|i| claims[*i].id).collect();
    let mut admission_ids: Vec<&'b str> = admission_index.iter().map(|i| admissions[*i].admission_id).collect();
    claim_ids.sort_unstable();
    admission_ids.sort_unstable();
    let mut basis = None;
    for i in &claim_index {
        if !claims[*i].dx.is_empty() {
            basis = CodeBasis::join(basis, claims[*i].dx_basis != Basis::Icd9);
        }
    }
    for i in &admission_index {
        if admissions[*i].dx.iter().any(|d| d.is_some()) {
            basis = CodeBasis::join(basis, admissions[*i].icd10());
        }
    }
    Stay {
        id: stay_id(member_id, &claim_ids, &admission_ids),
        admit: Day(rows.iter().map(|r| r.admit).min().unwrap_or(first.admit)),
        discharge,
        facility: last.facility,
        admit_source: first.admit_source,
        admit_type: first.admit_type,
        disposition: last.disposition,
        drg: first.drg,
        principal: first.principal,
        principal_icd10: first.principal_icd10,
        final_principal: last.principal,
        post_acute,
        source: match (claim_ids.is_empty(), admission_ids.is_empty()) {
            (false, true) => StaySource::Claim,
            (true, _) => StaySource::Admission,
            (false, false) => StaySource::Both,
        },
        code_basis: basis,
        claim_ids,
        admission_ids,
        claims: claim_index,
        admissions: admission_index,
        rows,
    }
}

/// Depends on the member and the source ids only, so that a stay keeps its name from night to night.
fn stay_id(member_id: &str, claim_ids: &[&str], admission_ids: &[&str]) -> Box<str> {
    let mut hasher = Sha256::new();
    hasher.update(member_id.as_bytes());
    for (mark, ids) in [(b'c', claim_ids), (b'a', admission_ids)] {
        for id in ids {
            hasher.update([0, mark]);
            hasher.update(id.as_bytes());
        }
    }
    format!("S{}", hex(&hasher.finalize()[..8])).into()
}

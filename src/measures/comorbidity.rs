//! Charlson, Elixhauser and hospital frailty over two years. Owns the look-back, hierarchies, POA rules
//! and the evidence of each condition; refuses to weigh age.

use super::measure::{Measure, Measured};
use super::scheme::Scheme;
use crate::domain::record::record;
use crate::domain::{CodeId, Day};
use crate::reference::{Charlson, Elixhauser, Reference};
use crate::timeline::{CodeBasis, Codes};

/// First and last mention of a condition: the day and the lowest id of that day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// First day.
    pub first: i32,
    /// Lowest id of the first day.
    pub first_id: Box<str>,
    /// Last day.
    pub last: i32,
    /// Lowest id of the last day.
    pub last_id: Box<str>,
}

record!(Evidence { first, first_id, last, last_id });

/// Evidence while it is gathered, borrowing its ids.
#[derive(Clone, Copy)]
struct Mentions<'t> {
    first: i32,
    first_id: &'t str,
    last: i32,
    last_id: &'t str,
}

impl<'t> Mentions<'t> {
    fn new(day: i32, id: &'t str) -> Self {
        Self { first: day, first_id: id, last: day, last_id: id }
    }
    fn add(&mut self, day: i32, id: &'t str) {
        if day < self.first || (day == self.first && id < self.first_id) {
            self.first = day;
            self.first_id = id;
        }
        if day > self.last || (day == self.last && id < self.last_id) {
            self.last = day;
            self.last_id = id;
        }
    }
    fn own(self) -> Evidence {
        Evidence { first: self.first, first_id: self.first_id.into(), last: self.last, last_id: self.last_id.into() }
    }
}

/// One condition with its evidence.
#[derive(Clone, Debug)]
pub struct ConditionRow {
    /// List.
    pub scheme: Scheme,
    /// Condition's name in that list (an HFRS condition is its 3-character code).
    pub condition: &'static str,
    /// Still counted after the list's hierarchy.
    pub after_hierarchy: bool,
    /// Mentions.
    pub evidence: Evidence,
}

/// How much was known of present-on-admission flags.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PoaBasis {
    /// Every counted inpatient diagnosis had one.
    Full,
    /// Some had.
    Partial,
    /// None had.
    None,
}

impl PoaBasis {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::None => "none",
        }
    }
}

/// The indices of one member; `None` when the window holds ICD-9 codes only.
#[derive(Clone, Debug, Default)]
pub struct Comorbidity {
    /// Every condition met, by scheme and bit.
    pub conditions: Vec<ConditionRow>,
    /// Charlson, original weights, after the hierarchy, without age points.
    pub charlson: Option<i32>,
    /// Charlson, Quan 2011 weights.
    pub charlson_quan2011: Option<i32>,
    /// Elixhauser readmission index.
    pub elixhauser_readmission: Option<i32>,
    /// Elixhauser mortality index.
    pub elixhauser_mortality: Option<i32>,
    /// Elixhauser measures after the hierarchy.
    pub elixhauser_count: Option<i32>,
    /// Elixhauser bits after the hierarchy.
    pub elixhauser_bits: u64,
    /// Hospital Frailty Risk Score.
    pub hfrs: Option<f64>,
    /// Present-on-admission basis; `None` without an inpatient diagnosis.
    pub poa: Option<PoaBasis>,
    /// Coding systems of the window; `None` without any code.
    pub code_basis: Option<CodeBasis>,
}

/// Months looked back.
pub const LOOK_BACK_MONTHS: i32 = 24;

impl Measure for Comorbidity {
    const ID: &'static str = "comorbidity";
    const DOC: &'static str = "Charlson (Quan 2005 coding; original and Quan 2011 weights; no age points), Elixhauser Refined 2026.1 (38 measures; readmission and mortality indices; all seven hierarchy rows) and the Hospital Frailty Risk Score (Gilbert 2018), over every diagnosis position of final claims and ADT rows of any class with as_of - 24 months < start <= as_of. A code flagged POA N or U does not set a measure that requires POA; a blank flag counts as present; a cerebrovascular sequela code sets cbvd unless an acute code is flagged N or U. Null when the window holds ICD-9 codes only. Known limits: HFRS was validated at 75 and over, and its F00 does not exist in ICD-10-CM, so US scores run lower.";

    fn compute(m: &Measured<'_>) -> Self {
        let (timeline, codes) = (&m.timeline, m.codes());
        let mut tally = Tally::default();
        let from = timeline.as_of.plus_months(-LOOK_BACK_MONTHS).0;
        let to = timeline.as_of.0;
        let inside = |day: i32| from < day && day <= to;
        for claim in timeline.claims.iter().filter(|c| inside(c.start)) {
            let icd10 = claim.icd10();
            for d in claim.dx {
                tally.basis = CodeBasis::join(tally.basis, icd10);
                if claim.is_11x() && icd10 {
                    tally.inpatient += 1;
                    tally.flagged += u32::from(d.poa != 0);
                }
                if icd10 {
                    let absent = claim.is_11x() && matches!(d.poa, b'N' | b'U');
                    tally.add(codes, d.code, absent, claim.start, claim.id);
                }
            }
        }
        for row in timeline.admissions.iter().filter(|a| inside(a.admit)) {
            for code in row.dx.iter().filter(|c| c.is_some()) {
                let icd10 = row.icd10();
                tally.basis = CodeBasis::join(tally.basis, icd10);
                if icd10 {
                    tally.add(codes, *code, false, row.admit, row.admission_id);
                }
            }
        }
        tally.finish(codes.reference)
    }
}

struct Tally<'t> {
    charlson: [Option<Mentions<'t>>; Charlson::ALL.len()],
    elixhauser: [Option<Mentions<'t>>; Elixhauser::ALL.len()],
    hfrs: Vec<Option<Mentions<'t>>>,
    acute_cbvd_absent: bool,
    basis: Option<CodeBasis>,
    inpatient: u32,
    flagged: u32,
}

impl Default for Tally<'_> {
    fn default() -> Self {
        Self {
            charlson: [const { None }; Charlson::ALL.len()],
            elixhauser: [const { None }; Elixhauser::ALL.len()],
            hfrs: Vec::new(),
            acute_cbvd_absent: false,
            basis: None,
            inpatient: 0,
            flagged: 0,
        }
    }
}

fn mark_mention<'t>(slot: &mut Option<Mentions<'t>>, day: i32, id: &'t str) {
    match slot {
        Some(e) => e.add(day, id),
        None => *slot = Some(Mentions::new(day, id)),
    }
}

impl<'t> Tally<'t> {
    fn add(&mut self, codes: &Codes<'_>, code: CodeId, absent_on_admission: bool, day: i32, id: &'t str) {
        let facts = codes.dx(code);
        for condition in set_bits(facts.charlson.into()).filter_map(|bit| Charlson::ALL.get(bit)) {
            mark_mention(&mut self.charlson[*condition as usize], day, id);
        }
        for measure in set_bits(facts.elixhauser).filter_map(|bit| Elixhauser::ALL.get(bit).copied()) {
            if absent_on_admission && codes.reference.elixhauser.weight(measure).requires_poa {
                self.acute_cbvd_absent |= measure == Elixhauser::Cerebrovascular;
            } else {
                mark_mention(&mut self.elixhauser[measure as usize], day, id);
            }
        }
        if facts.hfrs > 0 {
            let slot = usize::from(facts.hfrs) - 1;
            if self.hfrs.len() <= slot {
                self.hfrs.resize(slot + 1, None);
            }
            mark_mention(&mut self.hfrs[slot], day, id);
        }
    }

    fn finish(mut self, reference: &Reference) -> Comorbidity {
        // The sequela helper becomes cbvd unless an acute code arose in hospital.
        if let Some(sequela) = self.elixhauser[Elixhauser::CerebrovascularSequela as usize].take()
            && !self.acute_cbvd_absent
        {
            let slot = &mut self.elixhauser[Elixhauser::Cerebrovascular as usize];
            mark_mention(slot, sequela.first, sequela.first_id);
            mark_mention(slot, sequela.last, sequela.last_id);
        }
        let mut charlson: u64 = bits_of(&self.charlson);
        for (parent, child) in CHARLSON_HIERARCHY {
            drop_child(&mut charlson, parent.bit().into(), child.bit().into());
        }
        let mut elixhauser = bits_of(&self.elixhauser);
        for (parent, child) in ELIXHAUSER_HIERARCHY {
            drop_child(&mut elixhauser, parent.bit(), child.bit());
        }
        let held = || Charlson::ALL.iter().filter(|c| charlson & u64::from(c.bit()) != 0);
        let charlson_weights = || held().map(|c| reference.charlson.weight(*c));
        let measures = || Elixhauser::ALL.iter().filter(|e| elixhauser & e.bit() != 0);
        let elixhauser_weights = || measures().map(|e| reference.elixhauser.weight(*e));
        // Points have one decimal: summed as tenths they carry no rounding.
        let tenths: i64 = self
            .hfrs
            .iter()
            .enumerate()
            .filter(|(_, e)| e.is_some())
            .map(|(i, _)| as_tenths(reference.hfrs.rows[i].points))
            .sum();
        let judged = self.basis != Some(CodeBasis::Icd9);
        let keep = |v: i32| judged.then_some(v);
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_wrap, reason = "small counts")]
        let out = Comorbidity {
            charlson: keep(charlson_weights().map(|w| w.original).sum()),
            charlson_quan2011: keep(charlson_weights().map(|w| w.quan2011).sum()),
            elixhauser_readmission: keep(elixhauser_weights().map(|w| w.readmission).sum()),
            elixhauser_mortality: keep(elixhauser_weights().map(|w| w.mortality).sum()),
            elixhauser_count: keep(elixhauser.count_ones() as i32),
            elixhauser_bits: elixhauser,
            hfrs: judged.then_some(tenths as f64 / 10.0),
            poa: match (self.inpatient, self.flagged) {
                (0, _) => None,
                (_, 0) => Some(PoaBasis::None),
                (all, some) if all == some => Some(PoaBasis::Full),
                _ => Some(PoaBasis::Partial),
            },
            code_basis: self.basis,
            conditions: Vec::new(),
        };
        Comorbidity { conditions: self.rows(charlson, elixhauser, reference), ..out }
    }

    fn rows(self, charlson: u64, elixhauser: u64, reference: &Reference) -> Vec<ConditionRow> {
        let mut rows = Vec::new();
        for (i, e) in self.charlson.into_iter().enumerate() {
            rows.extend(e.map(|e| ConditionRow {
                scheme: Scheme::Charlson,
                condition: Charlson::NAMES[i],
                after_hierarchy: charlson >> i & 1 == 1,
                evidence: e.own(),
            }));
        }
        for (i, e) in self.elixhauser.into_iter().take(Elixhauser::counted().len()).enumerate() {
            rows.extend(e.map(|e| ConditionRow {
                scheme: Scheme::Elixhauser,
                condition: Elixhauser::NAMES[i],
                after_hierarchy: elixhauser >> i & 1 == 1,
                evidence: e.own(),
            }));
        }
        for (i, e) in self.hfrs.into_iter().enumerate() {
            rows.extend(e.map(|e| ConditionRow {
                scheme: Scheme::Hfrs,
                condition: reference.hfrs.rows[i].code,
                after_hierarchy: true,
                evidence: e.own(),
            }));
        }
        rows
    }
}

#[expect(clippy::cast_possible_truncation, reason = "points below 10")]
fn as_tenths(points: f64) -> i64 {
    (points * 10.0).round() as i64
}

/// Of each pair the first drops the second.
const CHARLSON_HIERARCHY: [(Charlson, Charlson); 3] = [
    (Charlson::DiabetesComplicated, Charlson::Diabetes),
    (Charlson::LiverSevere, Charlson::LiverMild),
    (Charlson::CancerMetastatic, Charlson::Cancer),
];

/// Of each pair the first drops the second, in this order.
const ELIXHAUSER_HIERARCHY: [(Elixhauser, Elixhauser); 7] = [
    (Elixhauser::DiabetesComplicated, Elixhauser::Diabetes),
    (Elixhauser::HypertensionComplicated, Elixhauser::Hypertension),
    (Elixhauser::CancerMetastatic, Elixhauser::CancerSolid),
    (Elixhauser::CancerMetastatic, Elixhauser::CancerInSitu),
    (Elixhauser::CancerSolid, Elixhauser::CancerInSitu),
    (Elixhauser::LiverSevere, Elixhauser::LiverMild),
    (Elixhauser::RenalSevere, Elixhauser::RenalModerate),
];

/// Places of the set bits, lowest first.
fn set_bits(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
        bits &= bits - 1;
        Some(lowest)
    })
}

fn bits_of(slots: &[Option<Mentions<'_>>]) -> u64 {
    slots.iter().enumerate().filter(|(_, e)| e.is_some()).fold(0, |bits, (i, _)| bits | 1 << i)
}

fn drop_child(bits: &mut u64, parent: u64, child: u64) {
    if *bits & parent != 0 {
        *bits &= !child;
    }
}

impl Comorbidity {
    /// Evidence of a condition.
    #[must_use]
    pub fn evidence(&self, scheme: Scheme, condition: &str) -> Option<&Evidence> {
        self.conditions.iter().find(|c| c.scheme == scheme && c.condition == condition).map(|c| &c.evidence)
    }

    /// Evidence of an Elixhauser measure, whatever the hierarchy says.
    #[must_use]
    pub fn elixhauser_evidence(&self, measure: Elixhauser) -> Option<&Evidence> {
        self.evidence(Scheme::Elixhauser, measure.name())
    }

    /// An Elixhauser measure holds after the hierarchy; `None` when the window holds ICD-9 codes only.
    #[must_use]
    pub fn has_elixhauser(&self, measure: Elixhauser) -> Option<bool> {
        self.charlson.map(|_| self.elixhauser_bits & measure.bit() != 0)
    }

    /// A Charlson condition was named, whatever the hierarchy says; `None` when the window holds ICD-9 codes only.
    #[must_use]
    pub fn has_charlson(&self, condition: Charlson) -> Option<bool> {
        self.charlson.map(|_| self.evidence(Scheme::Charlson, condition.name()).is_some())
    }

    /// The latest mention of any condition, as day and id.
    #[must_use]
    pub fn latest(&self) -> Option<(Day, &str)> {
        self.conditions.iter().map(|c| (Day(c.evidence.last), &*c.evidence.last_id)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cbvd_is_where_the_constant_says() {
        assert_eq!(Elixhauser::NAMES[Elixhauser::Cerebrovascular as usize], "cbvd");
        assert_eq!(Elixhauser::NAMES[38], "cbvd_sqla");
    }
}

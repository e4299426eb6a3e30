//! The LACE index of a discharge. Owns its four parts; refuses to be called a readmission risk: the
//! published outcome is death or unplanned readmission within 30 days.

use super::measure::{Measure, Measured};
use super::readmission::Readmissions;
use crate::domain::record::record;
use crate::domain::{CodeId, Day};
use crate::reference::{CareList, Charlson};
use crate::timeline::{CodeBasis, Codes, Timeline};

/// The parts and their sum, 0..=19.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lace {
    /// Length of stay: 0–5 and 7 points.
    pub length: u8,
    /// Acute (emergency, urgent or trauma) admission: 0 or 3.
    pub acute: u8,
    /// Comorbidity: 0–3 and 5.
    pub comorbidity: u8,
    /// ED visits in the six months before: 0–4.
    pub emergency: u8,
}

record!(Lace { length, acute, comorbidity, emergency });

impl Lace {
    /// The score.
    #[must_use]
    pub fn total(self) -> u8 {
        self.length + self.acute + self.comorbidity + self.emergency
    }
}

/// Points for days in hospital (van Walraven 2010, table 3).
fn length_points(days: i32) -> u8 {
    match days {
        i32::MIN..=0 => 0,
        1 => 1,
        2 => 2,
        3 => 3,
        4..=6 => 4,
        7..=13 => 5,
        _ => 7,
    }
}

/// Conditions of LACE's Charlson variant over Quan's code lists, each met or not.
#[derive(Default)]
struct Conditions {
    charlson: u32,
    renal_severe: bool,
    renal_other: bool,
}

impl Conditions {
    fn add(&mut self, code: CodeId, codes: &Codes<'_>) {
        let facts = codes.dx(code);
        self.charlson |= facts.charlson;
        self.renal_severe |= facts.lace_renal_severe;
        self.renal_other |= facts.charlson & Charlson::Renal.bit() != 0 && !facts.lace_renal_severe;
    }

    /// Liver and renal disease count separately; complicated over plain diabetes, metastatic over solid.
    fn sum(&self) -> u32 {
        let has = |condition: Charlson| self.charlson & condition.bit() != 0;
        let mut points = 0;
        for (condition, value) in CONDITION_POINTS {
            points += if has(condition) { value } else { 0 };
        }
        points += if has(Charlson::DiabetesComplicated) { 2 } else { u32::from(has(Charlson::Diabetes)) };
        points += if has(Charlson::CancerMetastatic) {
            6
        } else if has(Charlson::Cancer) {
            2
        } else {
            0
        };
        points += if has(Charlson::LiverSevere) {
            4
        } else if has(Charlson::LiverMild) {
            2
        } else {
            0
        };
        points
            + if self.renal_severe {
                4
            } else if self.renal_other {
                2
            } else {
                0
            }
    }
}

/// Points of the conditions that no other one outweighs.
const CONDITION_POINTS: [(Charlson, u32); 8] = [
    (Charlson::Infarction, 1),
    (Charlson::Cerebrovascular, 1),
    (Charlson::PeripheralVascular, 1),
    (Charlson::HeartFailure, 2),
    (Charlson::Lung, 2),
    (Charlson::Dementia, 3),
    (Charlson::Rheumatic, 3),
    (Charlson::Aids, 4),
];

/// LACE of a discharged stay; `None` while it is open, or when its window holds ICD-9 codes only.
#[must_use]
pub fn lace_of_stay(timeline: &Timeline<'_>, at: usize, codes: &Codes<'_>) -> Option<Lace> {
    let stay = &timeline.stays[at];
    let days = stay.length_of_stay()?;
    let from = stay.admit.plus_months(-24);
    let mut conditions = Conditions::default();
    let mut basis = None;
    let mut add = |code: CodeId, icd10: bool| {
        basis = CodeBasis::join(basis, icd10);
        if icd10 {
            conditions.add(code, codes);
        }
    };
    timeline.stay_diagnoses(stay).for_each(|(code, icd10)| add(code, icd10));
    let before = |day: i32| from.0 <= day && day < stay.admit.0;
    for claim in timeline.claims.iter().filter(|c| before(c.start)) {
        claim.dx.iter().for_each(|d| add(d.code, claim.icd10()));
    }
    for row in timeline.admissions.iter().filter(|a| before(a.admit)) {
        row.dx.iter().filter(|d| d.is_some()).for_each(|d| add(*d, row.icd10()));
    }
    // A window of ICD-9 codes alone says nothing of the conditions.
    if basis == Some(CodeBasis::Icd9) {
        return None;
    }
    let comorbidity = match conditions.sum() {
        n @ 0..=3 => u8::try_from(n).unwrap_or(3),
        _ => 5,
    };
    let ed_from: Day = stay.admit.plus_months(-6);
    let visits = timeline.ed_visits.iter().filter(|v| ed_from <= v.day && v.day < stay.admit).count();
    Some(Lace {
        length: length_points(days),
        acute: if codes.reference.lists.has(CareList::UrgentAdmission, stay.admit_type) { 3 } else { 0 },
        comorbidity,
        emergency: u8::try_from(visits.min(4)).unwrap_or(4),
    })
}

/// LACE of the latest index discharge, with that stay's place; `None` without one or where it cannot be judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct LatestLace(pub Option<(usize, Lace)>);

impl Measure for LatestLace {
    const ID: &'static str = "lace";
    const DOC: &'static str = "LACE of the latest index discharge: Length of stay, Acute admission (types 1, 2, 5), Comorbidity (LACE's own Charlson variant over Quan's code lists, on that stay and the 24 months before its admission; renal disease N18.4-N18.6, Z99.2, Z94.0 counts 4 and other renal disease 2), ED visits in the six months before the admission. Null without an index discharge and when the window holds ICD-9 codes only. Published outcome: death or unplanned readmission within 30 days. Source: van Walraven 2010, CMAJ 182:551.";

    fn compute(m: &Measured<'_>) -> Self {
        let latest = m.get::<Readmissions>().latest_index(&m.timeline);
        Self(latest.and_then(|i| lace_of_stay(&m.timeline, i, m.codes()).map(|l| (i, l))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_the_published_table() {
        assert_eq!([0, 1, 2, 3, 4, 6, 7, 13, 14, 40].map(length_points), [0, 1, 2, 3, 4, 4, 5, 5, 7, 7]);
        let top = Lace { length: 7, acute: 3, comorbidity: 5, emergency: 4 };
        assert_eq!(top.total(), 19);
    }

    #[test]
    fn liver_and_renal_count_apart_and_the_worse_wins() {
        let c = Conditions {
            charlson: Charlson::LiverMild.bit()
                | Charlson::Renal.bit()
                | Charlson::Diabetes.bit()
                | Charlson::DiabetesComplicated.bit()
                | Charlson::Cancer.bit()
                | Charlson::CancerMetastatic.bit(),
            renal_severe: false,
            renal_other: true,
        };
        assert_eq!(c.sum(), 2 + 2 + 2 + 6);
        let c = Conditions {
            charlson: Charlson::LiverSevere.bit() | Charlson::LiverMild.bit() | Charlson::Renal.bit(),
            renal_severe: true,
            renal_other: true,
        };
        assert_eq!(c.sum(), 8);
    }
}

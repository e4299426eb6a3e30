//! AHRQ Prevention Quality Indicators in emergency department settings (PQE v2024, beta): avoidable ED
//! visits. Owns the five measures; refuses visits that ended in a stay.

use super::{Inputs, Measure, MemberMeasures};
use crate::domain::Sex;
use crate::reference::PqeSet;
use crate::timeline::Timeline;

/// The measures, in the order of their bits.
pub const PQE: [&str; 5] = ["01", "02", "03", "04", "05"];

/// The registered measure.
pub struct Pqe;

impl Measure for Pqe {
    fn id(&self) -> &'static str {
        "pqe"
    }

    fn doc(&self) -> &'static str {
        "AHRQ PQE v2024 (beta) of each ED visit: 01 dental conditions (age 5 and over), 02 chronic conditions (40 and over), 03 acute conditions (under 65, over 3 months), 04 asthma (5-39), 05 the second back-pain visit of a calendar year (18 and over). The principal is the visit's diagnosis; secondary and any diagnoses are those of every claim and ADT row of the visit; each measure's exclusions by AHRQ's own sets. Null for an ICD-9 or missing diagnosis and for an unknown sex. Source: AHRQ QI SAS v2024, PQE_AREA_MEASURES. Difference from AHRQ: visits that ended in a stay are part of the stay and are not counted here, while AHRQ counts them in all measures but 03."
    }

    fn compute(&self, timeline: &Timeline<'_>, inputs: &Inputs<'_>, out: &mut MemberMeasures) {
        let mut back_pain: Vec<(i32, u32)> = Vec::new();
        for (visit, class) in timeline.ed_visits.iter().zip(&mut out.ed) {
            if visit.diagnosis == 0 || !visit.icd10 || timeline.member.sex() == Sex::Unknown {
                continue;
            }
            let principal = inputs.codes.dx(visit.diagnosis).pqe;
            let mut secondary = 0;
            let mut other = |code: u32| {
                if code != visit.diagnosis {
                    secondary |= inputs.codes.dx(code).pqe;
                }
            };
            for i in &visit.claims {
                let claim = &timeline.claims[*i];
                claim.dx.iter().filter(|_| claim.icd10()).for_each(|d| other(d.code));
            }
            for i in &visit.admissions {
                let row = &timeline.admissions[*i];
                row.dx.iter().filter(|d| **d != 0 && row.icd10()).for_each(|d| other(*d));
            }
            let case = Case {
                principal,
                secondary,
                age: timeline.member.birth().age_on(visit.day),
                infant: visit.day < timeline.member.birth().plus_months(4),
                female: timeline.member.sex() == Sex::Female,
            };
            let mut bits = case.first_four();
            if case.back_pain() {
                let year = visit.day.ymd().0;
                match back_pain.iter_mut().find(|(y, _)| *y == year) {
                    Some((_, n)) => *n += 1,
                    None => back_pain.push((year, 1)),
                }
                // AHRQ reads one year of visits and counts the second only.
                if back_pain.contains(&(year, 2)) {
                    bits |= 1 << 4;
                }
            }
            class.pqe = Some(bits);
        }
    }
}

/// One visit as AHRQ's rules see it.
struct Case {
    principal: u32,
    secondary: u32,
    age: i32,
    infant: bool,
    female: bool,
}

impl Case {
    fn first(&self, sets: &[PqeSet]) -> bool {
        sets.iter().any(|s| self.principal & s.bit() != 0)
    }
    fn second(&self, sets: &[PqeSet]) -> bool {
        sets.iter().any(|s| self.secondary & s.bit() != 0)
    }
    fn any(&self, sets: &[PqeSet]) -> bool {
        self.first(sets) || self.second(sets)
    }

    fn first_four(&self) -> u8 {
        u8::from(self.dental())
            | u8::from(self.chronic()) << 1
            | u8::from(self.acute()) << 2
            | u8::from(self.asthma()) << 3
    }

    fn dental(&self) -> bool {
        self.age >= 5 && self.first(&[PqeSet::Dental]) && !self.any(&[PqeSet::FaceTrauma])
    }

    fn chronic(&self) -> bool {
        use PqeSet::{Asthma, Ckd, Copd, DiabetesShortTerm, HeartFailure, LowerRespiratory};
        self.age >= 40
            && (self.first(&[HeartFailure, Copd, Asthma, DiabetesShortTerm, Ckd])
                || (self.first(&[LowerRespiratory]) && self.second(&[Copd, Asthma])))
    }

    fn acute(&self) -> bool {
        let young_woman = self.female && (18..=34).contains(&self.age);
        let excluded = self.age >= 65
            || self.infant
            || (self.first(&[PqeSet::Cellulitis]) && self.second(&[PqeSet::Diabetes]))
            || self.any(&[PqeSet::Immunocompromised])
            || (young_woman && self.first(&[PqeSet::AcuteUti]) && self.second(&[PqeSet::AcuteUrinaryMalformation]));
        !excluded
            && (self.first(&[PqeSet::Cellulitis, PqeSet::UpperRespiratory, PqeSet::Influenza])
                || (young_woman && self.first(&[PqeSet::Cystitis])))
    }

    fn asthma(&self) -> bool {
        (5..40).contains(&self.age)
            && (self.first(&[PqeSet::Asthma]) || (self.first(&[PqeSet::Bronchitis]) && self.second(&[PqeSet::Asthma])))
            && !self.any(&[PqeSet::CysticFibrosis, PqeSet::RespiratoryAnomalies, PqeSet::AsthmaPneumonia])
    }

    fn back_pain(&self) -> bool {
        self.age >= 18
            && self.first(&[PqeSet::BackPain])
            && !self.any(&[
                PqeSet::BackTrauma,
                PqeSet::BackCancer,
                PqeSet::BackUti,
                PqeSet::BackFever,
                PqeSet::BackCaudaEquina,
                PqeSet::BackGallstone,
                PqeSet::BackKidneyStone,
            ])
    }
}

/// The names of the measures whose bits are set, joined by `|`.
#[must_use]
pub fn pqe_names(bits: u8) -> String {
    PQE.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, n)| *n).collect::<Vec<_>>().join("|")
}

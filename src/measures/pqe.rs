//! AHRQ Prevention Quality Indicators in emergency department settings (PQE v2024, beta): avoidable ED
//! visits. Owns the five measures; refuses visits that ended in a stay.

use super::measure::{Measure, Measured};
use crate::domain::Sex;
use crate::reference::PqeSet;
use crate::timeline::EdVisit;

/// The measures, in the order of their bits.
pub const PQE: [&str; 5] = ["01", "02", "03", "04", "05"];

/// Bits of the measures that count each ED visit, in visit order; `None` where they cannot be judged.
#[derive(Clone, Debug, Default)]
pub struct VisitPqe(pub Vec<Option<u8>>);

impl Measure for VisitPqe {
    const ID: &'static str = "pqe";
    const DOC: &'static str = "AHRQ PQE v2024 (beta) of each ED visit: 01 dental conditions (age 5 and over), 02 chronic conditions (40 and over), 03 acute conditions (under 65, over 3 months), 04 asthma (5-39), 05 the second back-pain visit of a calendar year (18 and over). The principal is the visit's diagnosis; secondary and any diagnoses are those of every claim and ADT row of the visit; each measure's exclusions by AHRQ's own sets. Null for an ICD-9 or missing diagnosis and for an unknown sex. Source: AHRQ QI SAS v2024, PQE_AREA_MEASURES. Difference from AHRQ: visits that ended in a stay are part of the stay and are not counted here, while AHRQ counts them in all measures but 03.";

    fn compute(m: &Measured<'_>) -> Self {
        let mut back_pain = BackPain::default();
        let judge = |visit: &EdVisit<'_>| {
            let case = Case::of(m, visit)?;
            let mut bits = case.first_four();
            if case.back_pain() && back_pain.is_second(visit.day.ymd().0) {
                bits |= 1 << 4;
            }
            Some(bits)
        };
        Self(m.timeline.ed_visits.iter().map(judge).collect())
    }
}

/// Back-pain visits by calendar year: AHRQ reads one year of visits and counts the second only.
#[derive(Default)]
struct BackPain(Vec<(i32, u32)>);

impl BackPain {
    /// Takes one more visit of a year; it is the second.
    fn is_second(&mut self, year: i32) -> bool {
        if let Some((_, n)) = self.0.iter_mut().find(|(y, _)| *y == year) {
            *n += 1;
            return *n == 2;
        }
        self.0.push((year, 1));
        false
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
    /// Reads a visit; `None` where it cannot be judged.
    fn of(m: &Measured<'_>, visit: &EdVisit<'_>) -> Option<Self> {
        let (timeline, codes) = (&m.timeline, m.codes());
        let member = timeline.member;
        if visit.diagnosis.is_none() || !visit.icd10 || member.sex() == Sex::Unknown {
            return None;
        }
        let claims = visit.claims.iter().map(|i| &timeline.claims[*i]).filter(|c| c.icd10());
        let rows = visit.admissions.iter().map(|i| &timeline.admissions[*i]).filter(|a| a.icd10());
        let others = claims.flat_map(|c| c.dx.iter().map(|d| d.code)).chain(rows.flat_map(|a| a.dx.iter().copied()));
        let secondary = others.filter(|code| code.is_some() && *code != visit.diagnosis);
        Some(Self {
            principal: codes.dx(visit.diagnosis).pqe,
            secondary: secondary.fold(0, |bits, code| bits | codes.dx(code).pqe),
            age: member.birth().age_on(visit.day),
            infant: visit.day < member.birth().plus_months(4),
            female: member.sex() == Sex::Female,
        })
    }

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

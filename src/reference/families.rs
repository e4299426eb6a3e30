//! Families of ICD-10-CM codes. Owns their names, words and order; refuses to hold a code (see
//! `config/code-sets/diagnosis_families`) and to judge a member.

use std::path::Path;

use super::error::ReferenceError;
use super::named_list::named_list;
use super::rows::{Sorted, all_prefixes, prefixes};
use super::sets;

named_list! {
    /// A family of diagnoses. Its codes are those of the code set `diagnosis_families`.
    #[expect(missing_docs, reason = "the words of each stand beside it")]
    DiagnosisFamily {
        HeartFailure = "heart_failure", "heart failure (I50, I11.0, I13.0, I13.2)";
        Copd = "copd", "COPD and chronic bronchitis (J41-J44)";
        Asthma = "asthma", "asthma (J45)";
        Diabetes = "diabetes", "diabetes (E10, E11, E13)";
        DiabetesComplication = "diabetes_complication", "diabetes with complications (E1x.0-E1x.8)";
        Hypertension = "hypertension", "hypertension (I10-I16)";
        KidneyDisease = "kidney_disease", "chronic kidney disease (N18, I12, I13)";
        Coronary = "coronary", "coronary disease (I20-I25)";
        Fibrillation = "fibrillation", "atrial fibrillation (I48)";
        Stroke = "stroke", "stroke and its sequels (I60-I63, I69)";
        Dementia = "dementia", "dementia (F01-F03, G30, G31)";
        Depression = "depression", "depression (F32, F33)";
        SevereMental = "severe_mental", "schizophrenia and bipolar disorder (F20, F25, F30, F31)";
        SubstanceUse = "substance_use", "substance use (F10-F16, F18, F19)";
        Cancer = "cancer", "malignant neoplasm (C00-C97)";
        Obesity = "obesity", "obesity (E66, Z68.3, Z68.4)";
        Arthritis = "arthritis", "arthrosis (M15-M19)";
        Pneumonia = "pneumonia", "pneumonia (J12-J18)";
        UrinaryInfection = "urinary_infection", "urinary infection (N10, N30, N39.0)";
        Sepsis = "sepsis", "sepsis (A40, A41, R65)";
        KidneyInjury = "kidney_injury", "acute kidney injury (N17)";
        RespiratoryFailure = "respiratory_failure", "respiratory failure (J96)";
        Dehydration = "dehydration", "dehydration and electrolytes (E86, E87)";
        Anemia = "anemia", "anemia (D50-D53, D62-D64)";
        Cellulitis = "cellulitis", "cellulitis (L03)";
        Fall = "fall", "falls (W00-W19, R29.6, Z91.81)";
        Weakness = "weakness", "weakness, gait, weight loss (R26, R53, R54, R62, R63.4, M62.8)";
        Confusion = "confusion", "confusion and delirium (R41, F05)";
        PressureUlcer = "pressure_ulcer", "pressure ulcer (L89)";
        Nonadherence = "nonadherence", "noncompliance with treatment (Z91.1)";
        Oxygen = "oxygen", "dependence on oxygen or respirator (Z99.1, Z99.81)";
        Palliative = "palliative", "palliative care (Z51.5)";
        // Kinds of a disease that tell how far it has gone, and signs of frailty: they change slowly and are named seldom.
        HeartFailureSystolic = "heart_failure_systolic", "systolic heart failure (I50.2)";
        HeartFailureDiastolic = "heart_failure_diastolic", "diastolic heart failure (I50.3)";
        HeartFailureCombined = "heart_failure_combined", "combined heart failure (I50.4)";
        HeartFailureAcute = "heart_failure_acute", "acute heart failure (I50.x1, I50.x3)";
        CopdExacerbation = "copd_exacerbation", "COPD with infection or exacerbation (J44.0, J44.1)";
        AsthmaMild = "asthma_mild", "mild asthma (J45.2, J45.3)";
        AsthmaModerate = "asthma_moderate", "moderate asthma (J45.4)";
        AsthmaSevere = "asthma_severe", "severe asthma (J45.5)";
        AsthmaUnspecified = "asthma_unspecified", "asthma of no stated severity (J45.9)";
        DiabetesKidney = "diabetes_kidney", "diabetes with kidney complications (E1x.2)";
        DiabetesEye = "diabetes_eye", "diabetes with eye complications (E1x.3)";
        DiabetesNerve = "diabetes_nerve", "diabetes with nerve complications (E1x.4)";
        DiabetesCirculation = "diabetes_circulation", "diabetes with circulatory complications (E1x.5)";
        DiabetesGlucose = "diabetes_glucose", "diabetes with coma, ketoacidosis, hypo- or hyperglycemia (E1x.0, E1x.1, E1x.64, E1x.65)";
        FrailtySign = "frailty_sign", "gait, weakness, falls, debility, weight loss, failure to thrive, malnutrition, skin ulcers, incontinence or dependence on help (R26, R29.6, R32, R53, R54, R62.7, R63.4, R63.6, M62.5, M62.8, W00-W19, Z91.81, E40-E46, L89, L97, N39.4, Z73.6, Z74, Z99.3)";
        DepressionSevere = "depression_severe", "severe depression (F32.2, F32.3, F33.2, F33.3)";
        // What a care manager asks about.
        Hypoglycemia = "hypoglycemia", "low blood sugar (E10.64, E11.64, E13.64, E16.0-E16.2, T38.3X)";
        OpioidUse = "opioid_use", "opioid use (F11)";
        AlcoholUse = "alcohol_use", "alcohol use (F10)";
        Wound = "wound", "wound, pressure, foot or surgical wound (L89, L97, L98.4, T81.3, E10.621, E11.621, E13.621)";
        Technology = "technology", "dependence on a tube, ostomy, shunt, ventilator, wheelchair or other machine (Z93, Z99, Z98.2)";
        Birth = "birth", "birth (Z37, O80, O82)";
        Pregnancy = "pregnancy", "pregnancy (O09-O48, O98, O99, O9A, Z33.1, Z34, Z3A)";
        PregnancyEnd = "pregnancy_end", "end of a pregnancy (O00-O08, O80, O82, Z33.2, Z37, Z39)";
        PregnancyHypertension = "pregnancy_hypertension", "hypertension of pregnancy (O10-O16)";
        MajorBleed = "major_bleed", "major bleed (K92.0-K92.2, K25-K28 with bleed, I60-I62, R31, D62, R04)";
        SuicidalThoughts = "suicidal_thoughts", "suicidal thoughts (R45.851)";
    }
}

impl DiagnosisFamily {
    /// Families whose days of a year are features.
    #[must_use]
    pub fn yearly() -> &'static [Self] {
        &Self::ALL[..32]
    }

    /// Kinds whose days of two years are features. Diabetes by the complication groups of the Diabetes Complications
    /// Severity Index (Young et al. 2008, Am J Manag Care 14:15; groups by ICD-10-CM subcategory, ours). Signs of frailty
    /// are the diagnosis surrogates of Festa et al. (2020, BMC Geriatr 20:329) and their neighbours, ours.
    #[must_use]
    pub fn kinds() -> &'static [Self] {
        &Self::ALL[32..48]
    }

    /// Its place among all.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Families that a code belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct FamilySet(u64);

impl FamilySet {
    /// No family.
    pub const NONE: Self = Self(0);

    /// The families of a list.
    #[must_use]
    pub fn of(families: &[DiagnosisFamily]) -> Self {
        Self(families.iter().fold(0, |bits, f| bits | 1 << f.index()))
    }

    /// Whether a family is in it.
    #[must_use]
    pub const fn has(self, family: DiagnosisFamily) -> bool {
        self.0 >> family.index() & 1 == 1
    }

    /// Whether any of another set is in it.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Families of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The families, in the order of their bits.
    pub fn iter(self) -> impl Iterator<Item = DiagnosisFamily> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            if rest == 0 {
                return None;
            }
            let at = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            DiagnosisFamily::ALL.get(at).copied()
        })
    }
}

/// The families by beginning of a code.
pub struct DiagnosisFamilies(Sorted<FamilySet>);

const SET: &str = "diagnosis_families";

impl DiagnosisFamilies {
    /// Loads the set; every family must have a code there, and every row name a family.
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let table = prefixes(
            sets::rows(sets::text(SET, dir)?),
            SET,
            |n| DiagnosisFamily::parse(n).map(|f| FamilySet::of(&[f])),
            FamilySet::union,
        )?;
        let found = table.iter().fold(FamilySet::NONE, |all, (_, set)| all.union(*set));
        match DiagnosisFamily::ALL.iter().find(|f| !found.has(**f)) {
            Some(missing) => Err(ReferenceError::Unreadable {
                set: SET.to_owned(),
                why: format!("no code of the family {}", missing.name()),
            }),
            None => Ok(Self(table)),
        }
    }

    /// Families of a normalised ICD-10-CM code.
    #[must_use]
    pub fn of_code(&self, code: &str) -> FamilySet {
        all_prefixes(&self.0, code).fold(FamilySet::NONE, FamilySet::union)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_fall_into_their_families() {
        use DiagnosisFamily::{
            Diabetes, DiabetesComplication, DiabetesKidney, Fall, FrailtySign, HeartFailure, HeartFailureAcute,
            HeartFailureSystolic, Hypoglycemia, SuicidalThoughts, Wound,
        };
        let all = DiagnosisFamilies::load(None).expect("embedded");
        let of = |code: &str| all.of_code(code).iter().collect::<Vec<_>>();
        assert_eq!(of("I5021"), [HeartFailure, HeartFailureSystolic, HeartFailureAcute]);
        assert_eq!(of("E1122"), [Diabetes, DiabetesComplication, DiabetesKidney]);
        assert!(all.of_code("E11641").has(Hypoglycemia) && !all.of_code("E1165").has(Hypoglycemia));
        assert_eq!(of("W1830XA"), [Fall, FrailtySign]);
        assert!(all.of_code("E11621").has(Wound) && !all.of_code("E11628").has(Wound));
        assert_eq!(of("R45851"), [SuicidalThoughts]);
        assert_eq!(of("Z0000"), []);
    }

    #[test]
    fn names_are_distinct_and_the_feature_families_come_first() {
        let mut names: Vec<&str> = DiagnosisFamily::ALL.iter().map(|f| f.name()).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|w| w[0] != w[1]) && names.len() <= 64);
        let yearly = DiagnosisFamily::yearly();
        assert_eq!((yearly[0].name(), yearly[31].name()), ("heart_failure", "palliative"));
        assert_eq!(DiagnosisFamily::kinds()[15].name(), "depression_severe");
    }
}

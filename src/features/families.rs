//! Families of ICD-10-CM codes by their beginning, looked up once a code. Owns which codes belong to which
//! family; refuses to judge a member.

use crate::domain::CodeId;
use crate::timeline::Codes;

/// A family: name, words, beginnings of its codes.
pub type Family = (&'static str, &'static str, &'static [&'static str]);

/// Families whose claims of a year are counted. With the kinds at most 64.
pub const FAMILIES: [Family; 32] = [
    ("heart_failure", "heart failure (I50, I11.0, I13.0, I13.2)", &["I50", "I110", "I130", "I132"]),
    ("copd", "COPD and chronic bronchitis (J41-J44)", &["J41", "J42", "J43", "J44"]),
    ("asthma", "asthma (J45)", &["J45"]),
    ("diabetes", "diabetes (E10, E11, E13)", &["E10", "E11", "E13"]),
    (
        "diabetes_complication",
        "diabetes with complications (E1x.0-E1x.8)",
        &[
            "E100", "E101", "E102", "E103", "E104", "E105", "E106", "E108", "E110", "E111", "E112", "E113", "E114",
            "E115", "E116", "E118", "E130", "E131", "E132", "E133", "E134", "E135", "E136", "E138",
        ],
    ),
    ("hypertension", "hypertension (I10-I16)", &["I10", "I11", "I12", "I13", "I15", "I16"]),
    ("kidney_disease", "chronic kidney disease (N18, I12, I13)", &["N18", "I12", "I13"]),
    ("coronary", "coronary disease (I20-I25)", &["I20", "I21", "I22", "I23", "I24", "I25"]),
    ("fibrillation", "atrial fibrillation (I48)", &["I48"]),
    ("stroke", "stroke and its sequels (I60-I63, I69)", &["I60", "I61", "I62", "I63", "I69"]),
    ("dementia", "dementia (F01-F03, G30, G31)", &["F01", "F02", "F03", "G30", "G31"]),
    ("depression", "depression (F32, F33)", &["F32", "F33"]),
    ("severe_mental", "schizophrenia and bipolar disorder (F20, F25, F30, F31)", &["F20", "F25", "F30", "F31"]),
    (
        "substance_use",
        "substance use (F10-F16, F18, F19)",
        &["F10", "F11", "F12", "F13", "F14", "F15", "F16", "F18", "F19"],
    ),
    ("cancer", "malignant neoplasm (C00-C97)", &["C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9"]),
    ("obesity", "obesity (E66, Z68.3, Z68.4)", &["E66", "Z683", "Z684"]),
    ("arthritis", "arthrosis (M15-M19)", &["M15", "M16", "M17", "M18", "M19"]),
    ("pneumonia", "pneumonia (J12-J18)", &["J12", "J13", "J14", "J15", "J16", "J17", "J18"]),
    ("urinary_infection", "urinary infection (N10, N30, N39.0)", &["N10", "N30", "N390"]),
    ("sepsis", "sepsis (A40, A41, R65)", &["A40", "A41", "R65"]),
    ("kidney_injury", "acute kidney injury (N17)", &["N17"]),
    ("respiratory_failure", "respiratory failure (J96)", &["J96"]),
    ("dehydration", "dehydration and electrolytes (E86, E87)", &["E86", "E87"]),
    ("anemia", "anemia (D50-D53, D62-D64)", &["D50", "D51", "D52", "D53", "D62", "D63", "D64"]),
    ("cellulitis", "cellulitis (L03)", &["L03"]),
    ("fall", "falls (W00-W19, R29.6, Z91.81)", &["W0", "W1", "R296", "Z9181"]),
    (
        "weakness",
        "weakness, gait, weight loss (R26, R53, R54, R62, R63.4, M62.8)",
        &["R26", "R53", "R54", "R62", "R634", "M628"],
    ),
    ("confusion", "confusion and delirium (R41, F05)", &["R41", "F05"]),
    ("pressure_ulcer", "pressure ulcer (L89)", &["L89"]),
    ("nonadherence", "noncompliance with treatment (Z91.1)", &["Z911"]),
    ("oxygen", "dependence on oxygen or respirator (Z99.1, Z99.81)", &["Z991", "Z9981"]),
    ("palliative", "palliative care (Z51.5)", &["Z515"]),
];

/// Kinds of a disease that tell how far it has gone, and signs of frailty. They change slowly and are named seldom, so
/// their claims of two years are counted. Diabetes by the complication groups of the Diabetes Complications Severity Index (Young et al. 2008,
/// Am J Manag Care 14:15; groups by ICD-10-CM subcategory, ours). Signs of frailty are the diagnosis surrogates of Festa
/// et al. (2020, BMC Geriatr 20:329) and their neighbours, ours.
pub const KINDS: [Family; 16] = [
    ("heart_failure_systolic", "systolic heart failure (I50.2)", &["I502"]),
    ("heart_failure_diastolic", "diastolic heart failure (I50.3)", &["I503"]),
    ("heart_failure_combined", "combined heart failure (I50.4)", &["I504"]),
    (
        "heart_failure_acute",
        "acute heart failure (I50.x1, I50.x3)",
        &["I5021", "I5023", "I5031", "I5033", "I5041", "I5043"],
    ),
    ("copd_exacerbation", "COPD with infection or exacerbation (J44.0, J44.1)", &["J440", "J441"]),
    ("asthma_mild", "mild asthma (J45.2, J45.3)", &["J452", "J453"]),
    ("asthma_moderate", "moderate asthma (J45.4)", &["J454"]),
    ("asthma_severe", "severe asthma (J45.5)", &["J455"]),
    ("asthma_unspecified", "asthma of no stated severity (J45.9)", &["J459"]),
    ("diabetes_kidney", "diabetes with kidney complications (E1x.2)", &["E102", "E112", "E132"]),
    ("diabetes_eye", "diabetes with eye complications (E1x.3)", &["E103", "E113", "E133"]),
    ("diabetes_nerve", "diabetes with nerve complications (E1x.4)", &["E104", "E114", "E134"]),
    ("diabetes_circulation", "diabetes with circulatory complications (E1x.5)", &["E105", "E115", "E135"]),
    (
        "diabetes_glucose",
        "diabetes with coma, ketoacidosis, hypo- or hyperglycemia (E1x.0, E1x.1, E1x.64, E1x.65)",
        &["E100", "E101", "E1064", "E1065", "E110", "E111", "E1164", "E1165", "E130", "E131", "E1364", "E1365"],
    ),
    (
        "frailty_sign",
        "gait, weakness, falls, debility, weight loss, failure to thrive, malnutrition, skin ulcers, incontinence or dependence on help (R26, R29.6, R32, R53, R54, R62.7, R63.4, R63.6, M62.5, M62.8, W00-W19, Z91.81, E40-E46, L89, L97, N39.4, Z73.6, Z74, Z99.3)",
        &[
            "R26", "R296", "R32", "R53", "R54", "R627", "R634", "R636", "M625", "M628", "W0", "W1", "Z9181", "E40",
            "E41", "E42", "E43", "E44", "E45", "E46", "L89", "L97", "N394", "Z736", "Z74", "Z993",
        ],
    ),
    ("depression_severe", "severe depression (F32.2, F32.3, F33.2, F33.3)", &["F322", "F323", "F332", "F333"]),
];

/// Every family, kinds last; a place in it is a bit of a code's mask.
pub fn families_and_kinds() -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter().chain(&KINDS)
}

/// Place of a family or a kind among them all, kinds after families.
#[must_use]
pub fn family(name: &str) -> usize {
    families_and_kinds().position(|f| f.0 == name).unwrap_or(0)
}

/// Family bits and severity marks by interned code.
pub struct Families {
    bits: Vec<u64>,
    kidney_stage: Vec<u8>,
    category: Vec<u32>,
}

impl Families {
    /// Looks every interned code up.
    #[must_use]
    pub fn new(codes: &Codes<'_>) -> Self {
        let of = |code: &str| {
            families_and_kinds()
                .enumerate()
                .filter(|(_, f)| f.2.iter().any(|p| code.starts_with(p)))
                .fold(0_u64, |b, (i, _)| b | 1 << i)
        };
        // N18.1..N18.6; N18.30..32 are stage 3.
        let stage = |code: &str| {
            code.strip_prefix("N18")
                .and_then(|r| r.bytes().next())
                .filter(|b| (b'1'..=b'6').contains(b))
                .map_or(0, |b| b - b'0')
        };
        let category = |code: &str| code.bytes().take(3).fold(0_u32, |k, b| k << 8 | u32::from(b));
        Self {
            bits: codes.icd.texts().map(of).collect(),
            kidney_stage: codes.icd.texts().map(stage).collect(),
            category: codes.icd.texts().map(category).collect(),
        }
    }

    fn at(code: CodeId) -> Option<usize> {
        (code.number() as usize).checked_sub(1)
    }

    /// Families of a code.
    #[must_use]
    pub fn bits(&self, code: CodeId) -> u64 {
        Self::at(code).and_then(|i| self.bits.get(i)).copied().unwrap_or(0)
    }

    /// Stage of chronic kidney disease 1..6, 6 being end-stage; 0 for another code.
    #[must_use]
    pub fn kidney_stage(&self, code: CodeId) -> u8 {
        Self::at(code).and_then(|i| self.kidney_stage.get(i)).copied().unwrap_or(0)
    }

    /// The three-character category as a number that depends on its text alone.
    #[must_use]
    pub fn category(&self, code: CodeId) -> u32 {
        Self::at(code).and_then(|i| self.category.get(i)).copied().unwrap_or(0)
    }
}

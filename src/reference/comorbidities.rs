//! Charlson conditions and Elixhauser measures: their names in the order of their bits, their codes and their weights.
//! Owns those two lists; refuses to apply a hierarchy or a look-back (see the measures).

use std::path::Path;

use rustc_hash::FxHashMap;

use super::error::ReferenceError;
use super::named_list::named_list;
use super::rows::{Sorted, all_prefixes, bits, malformed, number, pair, prefixes};
use super::sets;

named_list! {
    /// A Charlson condition (Quan 2005).
    #[expect(missing_docs, reason = "the words of each stand beside it")]
    Charlson {
        Infarction = "mi", "myocardial infarction";
        HeartFailure = "chf", "congestive heart failure";
        PeripheralVascular = "pvd", "peripheral vascular disease";
        Cerebrovascular = "cebvd", "cerebrovascular disease";
        Dementia = "dem", "dementia";
        Lung = "copd", "chronic pulmonary disease";
        Rheumatic = "rhd", "rheumatic disease";
        Ulcer = "pud", "peptic ulcer disease";
        LiverMild = "mld", "mild liver disease";
        Diabetes = "dm", "diabetes without complication";
        DiabetesComplicated = "dmc", "diabetes with complication";
        Hemiplegia = "hp", "hemiplegia or paraplegia";
        Renal = "rnd", "renal disease";
        Cancer = "mal", "cancer";
        LiverSevere = "msld", "moderate or severe liver disease";
        CancerMetastatic = "mst", "metastatic cancer";
        Aids = "aidshiv", "AIDS or HIV";
    }
}

named_list! {
    /// An Elixhauser Refined measure (AHRQ 2026.1); the last is the helper for sequelae that the software folds into
    /// [`Elixhauser::Cerebrovascular`].
    #[expect(missing_docs, reason = "the words of each stand beside it")]
    Elixhauser {
        Aids = "aids", "HIV";
        Alcohol = "alcohol", "alcohol use disorder";
        AnemiaDeficiency = "anemdef", "nutritional anemia";
        Autoimmune = "autoimmune", "autoimmune disease";
        BloodLoss = "bldloss", "chronic blood-loss anemia";
        Leukemia = "cancer_leuk", "leukemia";
        Lymphoma = "cancer_lymph", "lymphoma";
        CancerMetastatic = "cancer_mets", "metastatic cancer";
        CancerInSitu = "cancer_nsitu", "cancer in situ";
        CancerSolid = "cancer_solid", "solid cancer";
        Cerebrovascular = "cbvd", "cerebrovascular disease";
        Coagulopathy = "coag", "clotting disorder";
        Dementia = "dementia", "dementia";
        Depression = "depress", "depression";
        DiabetesComplicated = "diab_cx", "diabetes with complications";
        Diabetes = "diab_uncx", "diabetes";
        DrugAbuse = "drug_abuse", "drug use disorder";
        HeartFailure = "hf", "heart failure";
        HypertensionComplicated = "htn_cx", "complicated hypertension";
        Hypertension = "htn_uncx", "hypertension";
        LiverMild = "liver_mld", "mild liver disease";
        LiverSevere = "liver_sev", "severe liver disease";
        LungChronic = "lung_chronic", "chronic lung disease";
        NeuroMovement = "neuro_movt", "movement disorder";
        NeuroOther = "neuro_oth", "neurological disorder";
        NeuroSeizure = "neuro_seiz", "epilepsy";
        Obesity = "obese", "obesity";
        Paralysis = "paralysis", "paralysis";
        PeripheralVascular = "perivasc", "peripheral vascular disease";
        Psychoses = "psychoses", "psychosis";
        PulmonaryCirculation = "pulmcirc", "pulmonary circulation disease";
        RenalModerate = "renlfl_mod", "moderate kidney disease";
        RenalSevere = "renlfl_sev", "severe kidney disease";
        ThyroidHypo = "thyroid_hypo", "hypothyroidism";
        ThyroidOther = "thyroid_oth", "thyroid disorder";
        UlcerPeptic = "ulcer_peptic", "bleeding ulcer";
        Valvular = "valve", "heart valve disease";
        WeightLoss = "wghtloss", "weight loss";
        CerebrovascularSequela = "cbvd_sqla", "condition";
    }
}

/// Names of the Charlson conditions in the order of their bits.
pub const CHARLSON: [&str; 17] = Charlson::NAMES;

/// Names of the Elixhauser measures in the order of their bits, the helper last.
pub const ELIXHAUSER: [&str; 39] = Elixhauser::NAMES;

impl Charlson {
    /// Its bit in [`super::DxFacts::charlson`].
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl Elixhauser {
    /// The measures that are counted and weighed: all but the helper.
    #[must_use]
    pub fn counted() -> &'static [Self] {
        &Self::ALL[..COUNTED]
    }

    /// Its bit in [`super::DxFacts::elixhauser`].
    #[must_use]
    pub const fn bit(self) -> u64 {
        1 << self as u32
    }
}

/// The names whose bits are set, in bit order.
pub fn bit_names<'a>(names: &'a [&'a str], bits: u64) -> impl Iterator<Item = &'a str> {
    names.iter().enumerate().filter(move |(i, _)| bits >> i & 1 == 1).map(|(_, n)| *n)
}

/// The set's name for codes of `cbvd` that count only when present on admission.
const CBVD_POA: &str = "cbvd_poa";
/// How the weights say that a measure needs present on admission.
const POA_REQUIRED: &str = "Y";
/// Elixhauser measures without the helper.
const COUNTED: usize = 38;

/// What a Charlson condition adds to each version of the index.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CharlsonWeight {
    /// Charlson 1987.
    pub original: i32,
    /// Quan 2011.
    pub quan2011: i32,
}

/// Charlson conditions by beginning of a code, and what they weigh.
pub struct CharlsonTable {
    codes: Sorted<u32>,
    weights: [CharlsonWeight; Charlson::ALL.len()],
}

impl CharlsonTable {
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let rows = sets::rows(sets::text("charlson", dir)?);
        let codes = prefixes(rows, "charlson", |name| Charlson::parse(name).map(Charlson::bit), |a, b| a | b)?;
        Ok(Self { codes, weights: Self::read_weights(dir)? })
    }

    fn read_weights(dir: Option<&Path>) -> Result<[CharlsonWeight; Charlson::ALL.len()], ReferenceError> {
        const SET: &str = "charlson_weights";
        let mut out = [CharlsonWeight::default(); Charlson::ALL.len()];
        for (i, row) in sets::rows(sets::text(SET, dir)?).enumerate() {
            let (name, rest) = pair(row, SET, i)?;
            let (original, newer) = pair(rest, SET, i)?;
            let condition = Charlson::parse(name).ok_or_else(|| malformed(SET, i, "unknown condition"))?;
            out[condition as usize] =
                CharlsonWeight { original: number(original, SET, i)?, quan2011: number(newer, SET, i)? };
        }
        Ok(out)
    }

    /// Bits of the conditions that a normalised ICD-10-CM code belongs to.
    pub(super) fn bits_of_code(&self, code: &str) -> u32 {
        all_prefixes(&self.codes, code).fold(0, |a, b| a | b)
    }

    /// What a condition weighs.
    #[must_use]
    pub fn weight(&self, condition: Charlson) -> CharlsonWeight {
        self.weights[condition as usize]
    }
}

/// What an Elixhauser measure needs and adds to each index.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ElixhauserWeight {
    /// Counts only when present on admission.
    pub requires_poa: bool,
    /// Points in the readmission index.
    pub readmission: i32,
    /// Points in the mortality index.
    pub mortality: i32,
}

/// Elixhauser measures by code, and what they weigh.
pub struct ElixhauserTable {
    codes: FxHashMap<&'static str, u64>,
    weights: [ElixhauserWeight; Elixhauser::ALL.len()],
}

impl ElixhauserTable {
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        // The set tells codes apart that arose in hospital; the measure is the same.
        let measure =
            |name: &str| if name == CBVD_POA { Some(Elixhauser::Cerebrovascular) } else { Elixhauser::parse(name) };
        let rows = sets::rows(sets::text("elixhauser", dir)?);
        let codes = bits(rows, "elixhauser", |name| measure(name).map(Elixhauser::bit))?;
        Ok(Self { codes, weights: Self::read_weights(dir)? })
    }

    fn read_weights(dir: Option<&Path>) -> Result<[ElixhauserWeight; Elixhauser::ALL.len()], ReferenceError> {
        const SET: &str = "elixhauser_weights";
        let mut out = [ElixhauserWeight::default(); Elixhauser::ALL.len()];
        for (i, row) in sets::rows(sets::text(SET, dir)?).enumerate() {
            let cells: Vec<&str> = row.split(',').collect();
            let [name, poa, readmission, mortality] = cells[..] else {
                return Err(malformed(SET, i, "four columns expected"));
            };
            let measure = Elixhauser::counted()
                .iter()
                .find(|m| m.name() == name)
                .ok_or_else(|| malformed(SET, i, "unknown measure"))?;
            out[*measure as usize] = ElixhauserWeight {
                requires_poa: poa == POA_REQUIRED,
                readmission: number(readmission, SET, i)?,
                mortality: number(mortality, SET, i)?,
            };
        }
        Ok(out)
    }

    /// Bits of the measures that a normalised ICD-10-CM code belongs to.
    pub(super) fn bits_of_code(&self, code: &str) -> u64 {
        self.codes.get(code).copied().unwrap_or(0)
    }

    /// What a measure needs and weighs; the helper needs and weighs nothing.
    #[must_use]
    pub fn weight(&self, measure: Elixhauser) -> ElixhauserWeight {
        self.weights[measure as usize]
    }
}

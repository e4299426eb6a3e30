//! Versioned public code sets and the one lookup from a code to everything they say of it.
//! Owns the embedded tables and [`DxFacts`] / [`PxFacts`]; refuses to know claims, members or dates.

mod ahrq_sets;
mod care_codes;
mod care_lists;
mod code_facts;
mod comorbidities;
mod drugs;
mod error;
mod facts;
mod families;
mod frailty;
mod groupers;
mod hcc;
mod hfrs;
mod named_list;
mod nyu;
mod plain_words;
mod planned;
mod rates;
mod rows;
mod services;
mod sets;
mod social;

pub use ahrq_sets::{PqeSet, PqiSet};
pub use care_codes::{CareCodes, CareDiagnosis, CareService, CareSetting};
pub use care_lists::{CareList, CareLists};
pub use code_facts::{CodeStatus, DxFacts, PxFacts, Sensitive};
pub use comorbidities::{
    CHARLSON, Charlson, CharlsonTable, CharlsonWeight, ELIXHAUSER, Elixhauser, ElixhauserTable, ElixhauserWeight,
    bit_names,
};
pub use drugs::{ClassSet, DrugClass, DrugFacts, Drugs, IngredientId};
pub use error::ReferenceError;
pub use facts::{LaceRisk, Reference};
pub use families::{DiagnosisFamilies, DiagnosisFamily, FamilySet};
pub use frailty::{FRAILTY_MARKERS, FrailtyMarkers};
pub use groupers::{CcsrGroup, CcwCondition, CcwRule, GrouperFacts, Groupers};
pub use hcc::{
    HCC_AGES, HCC_NEW_AGES, HCC_SEGMENTS, HccEdit, HccGroup, HccInteraction, HccModel, HccModelTable, HccSegment,
    HccTables,
};
pub use hfrs::{HfrsRow, HfrsTable};
pub use nyu::{NyuClass, NyuFractions, NyuTable};
pub use plain_words::{counted, is_sensitive_medicine, is_sensitive_name, plain_day, plain_name, plain_number};
pub use rates::{AreaRates, age_band_pqe, age_band_pqi};
pub use services::{Service, ServiceSet, Services};
pub use sets::{CodeSet, code_sets, code_sets_in, sha256_hex};
pub use social::{SDOH_DOMAINS, SocialDomain};

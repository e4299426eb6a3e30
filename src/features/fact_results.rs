//! Facts of results: last laboratory and vital values with age and change, instruments, social needs. Owns those facts;
//! refuses to call a value normal.

use super::fact::{FactColumn, FactContext, FactKind, FactValue, facts};
use crate::measures::Needs;
use crate::reference::CareList as L;

/// Age of a need that was answered yes or coded, up to 24 months; none for another answer.
fn need_age(c: &FactContext<'_, '_>, domain: &str) -> Option<i32> {
    let needs = c.m.get::<Needs>().0.iter();
    needs.filter(|n| &*n.domain == domain && (n.is_open() || n.is_question())).map(|n| c.days_since(n.day)).min()
}

/// Facts of results.
#[rustfmt::skip]
pub const FACTS: &[FactColumn] = facts! {
    "hba1c_last", "%", Number, "newest hemoglobin A1c within 365 days; null without one", |c| c.last_value(L::A1cTest);
    "hba1c_days", "days", Integer, "its age", |c| c.value_age(L::A1cTest);
    "hba1c_change", "%", Number, "newest less the one before by the same code; null under two", |c| c.value_change(L::A1cTest);
    "egfr_last", "mL/min/1.73 m2", Number, "newest eGFR within 365 days, by any published equation; null without one", |c| c.last_value(L::EgfrTest);
    "egfr_days", "days", Integer, "its age", |c| c.value_age(L::EgfrTest);
    "egfr_change", "mL/min/1.73 m2", Number, "newest less the one before by the same code; null under two", |c| c.value_change(L::EgfrTest);
    "creatinine_last", "mg/dL", Number, "newest creatinine within 365 days; null without one", |c| c.last_value(L::CreatinineTest);
    "creatinine_days", "days", Integer, "its age", |c| c.value_age(L::CreatinineTest);
    "creatinine_change", "mg/dL", Number, "newest less the one before by the same code; null under two", |c| c.value_change(L::CreatinineTest);
    "urine_albumin_last", "mg/g", Number, "newest albumin to creatinine ratio in urine within 365 days; null without one", |c| c.last_value(L::UrineAlbuminTest);
    "urine_albumin_days", "days", Integer, "its age", |c| c.value_age(L::UrineAlbuminTest);
    "nt_probnp_last", "pg/mL", Number, "newest NT-proBNP within 365 days; null without one", |c| c.last_value(L::NtProBnpTest);
    "nt_probnp_days", "days", Integer, "its age", |c| c.value_age(L::NtProBnpTest);
    "nt_probnp_change", "pg/mL", Number, "newest less the one before by the same code; null under two", |c| c.value_change(L::NtProBnpTest);
    "sodium_last", "mmol/L", Number, "newest sodium within 365 days; null without one", |c| c.last_value(L::SodiumTest);
    "sodium_days", "days", Integer, "its age", |c| c.value_age(L::SodiumTest);
    "potassium_last", "mmol/L", Number, "newest potassium within 365 days; null without one", |c| c.last_value(L::PotassiumTest);
    "potassium_days", "days", Integer, "its age", |c| c.value_age(L::PotassiumTest);
    "hemoglobin_last", "g/dL", Number, "newest hemoglobin within 365 days; null without one", |c| c.last_value(L::HemoglobinTest);
    "hemoglobin_days", "days", Integer, "its age", |c| c.value_age(L::HemoglobinTest);
    "hemoglobin_change", "g/dL", Number, "newest less the one before by the same code; null under two", |c| c.value_change(L::HemoglobinTest);
    "inr_last", "ratio", Number, "newest INR within 365 days; null without one", |c| c.last_value(L::InrTest);
    "inr_days", "days", Integer, "its age", |c| c.value_age(L::InrTest);
    "bp_systolic_last", "mm[Hg]", Number, "newest systolic blood pressure within 365 days; null without one", |c| c.last_value(L::SystolicPressure);
    "bp_systolic_days", "days", Integer, "its age", |c| c.value_age(L::SystolicPressure);
    "bp_diastolic_last", "mm[Hg]", Number, "newest diastolic blood pressure within 365 days; null without one", |c| c.last_value(L::DiastolicPressure);
    "phq9_last", "points", Number, "newest PHQ-9 total within 730 days; null without one", |c| c.instrument("PHQ-9").map(|i| i.0);
    "phq9_days", "days", Integer, "its age", |c| c.instrument("PHQ-9").map(|i| i.1);
    "phq9_item9_last", "0..3", Number, "newest answer to item 9, from rows of the instrument PHQ-9 item 9; null without one", |c| c.instrument("PHQ-9 item 9").map(|i| i.0);
    "gad7_last", "points", Number, "newest GAD-7 total within 730 days; null without one", |c| c.instrument("GAD-7").map(|i| i.0);
    "gad7_days", "days", Integer, "its age", |c| c.instrument("GAD-7").map(|i| i.1);
    "activities_of_daily_living_last", "points", Number, "newest ADL score within 730 days; null without one", |c| c.instrument("ADL").map(|i| i.0);
    "activities_of_daily_living_days", "days", Integer, "its age", |c| c.instrument("ADL").map(|i| i.1);
    "patient_activation_last", "0..100", Number, "newest PAM-13 score within 730 days; null without one", |c| c.instrument("PAM-13").map(|i| i.0);
    "safety_need_days", "days", Integer, "age of the newest yes on safety, within 24 months; null without one", |c| need_age(c, "safety_trauma");
    "need_housing_days", "days", Integer, "age of the newest yes on housing, within 24 months; null without one", |c| need_age(c, "housing");
    "need_food_days", "days", Integer, "age of the newest yes on food, within 24 months; null without one", |c| need_age(c, "food");
    "need_utilities_days", "days", Integer, "age of the newest yes on utilities, within 24 months; null without one", |c| need_age(c, "utilities");
    "need_transportation_days", "days", Integer, "age of the newest yes on transportation, within 24 months; null without one", |c| need_age(c, "transportation");
    "need_social_isolation_days", "days", Integer, "age of the newest yes on social isolation, within 24 months; null without one", |c| need_age(c, "social_isolation");
    "need_financial_days", "days", Integer, "age of the newest yes on money, within 24 months; null without one", |c| need_age(c, "financial");
    "open_needs", "count", Integer, "needs answered yes or coded within 12 months", |c| c.m.get::<Needs>().0.iter().filter(|n| n.is_open()).count();
};

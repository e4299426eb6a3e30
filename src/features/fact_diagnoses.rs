//! Facts of disease: days that a family is coded, days since an event, indices. Owns those facts; refuses to diagnose.

use super::fact::{FactColumn, FactContext, FactKind, FactValue, facts};
use crate::domain::Day;
use crate::measures::{CategoryRow, Ccw, Comorbidity, Engagement};
use crate::reference::{CareDiagnosis, DiagnosisFamily as F, ELIXHAUSER, Service};

/// An Elixhauser measure holds after the hierarchy; none when the window holds ICD-9 codes only.
fn elixhauser(c: &FactContext<'_, '_>, name: &str) -> Option<bool> {
    let comorbidity = c.m.get::<Comorbidity>();
    comorbidity.charlson?;
    ELIXHAUSER.iter().position(|n| *n == name).map(|bit| comorbidity.elixhauser_bits >> bit & 1 == 1)
}

/// Pregnancy coded in 120 days, and no birth or end of pregnancy since.
fn is_pregnant(c: &FactContext<'_, '_>) -> bool {
    let coded = c.days_since_last(c.scan.family(F::Pregnancy)).filter(|days| *days < 120);
    let ended = c.days_since_last(c.scan.family(F::PregnancyEnd));
    coded.is_some_and(|days| ended.is_none_or(|end| end > days))
}

/// Conditions of the warehouse that pass.
const PASSING: [&str; 3] = ["mi", "hip_fracture", "pneumonia"];
/// Conditions of the warehouse that are one illness told more than once.
const DEMENTIAS: [&str; 3] = ["alzheimer", "alzheimer_related", "non_alzheimer_dementia"];

/// Chronic conditions of the warehouse last coded in 24 months, dementia once; none for ICD-9 only.
fn chronic_conditions(c: &FactContext<'_, '_>) -> Option<usize> {
    c.m.get::<Comorbidity>().charlson?;
    let recent = |row: &&CategoryRow| row.after_hierarchy && c.days_since(Day(row.mention.last)) < 730;
    let all = c.m.get::<Ccw>().0.iter().filter(recent).map(|row| row.category);
    let (dementia, other): (Vec<&str>, Vec<&str>) =
        all.filter(|name| !PASSING.contains(name)).partition(|name| DEMENTIAS.contains(name));
    Some(other.len() + usize::from(!dementia.is_empty()))
}

/// Facts of disease.
#[rustfmt::skip]
pub const FACTS: &[FactColumn] = facts! {
    "heart_failure_days_365", "days", Integer, "days of 365 on which heart failure is coded", |c| c.coded_days(F::HeartFailure, 365);
    "days_since_stay_for_heart_failure", "days", Integer, "days since the newest admission for heart failure; null without one in 730 days", |c| c.days_since_last(c.scan.principal(F::HeartFailure));
    "copd_days_365", "days", Integer, "days of 365 on which COPD is coded", |c| c.coded_days(F::Copd, 365);
    "copd_exacerbation_days_730", "days", Integer, "days of 730 on which a COPD flare is coded", |c| c.coded_days(F::CopdExacerbation, 730);
    "asthma_days_365", "days", Integer, "days of 365 on which asthma is coded", |c| c.coded_days(F::Asthma, 365);
    "asthma_severe_days_730", "days", Integer, "days of 730 on which severe asthma is coded", |c| c.coded_days(F::AsthmaSevere, 730);
    "days_since_lung_event", "days", Integer, "days since a stay or ED visit with principal COPD or asthma; null without one", |c| c.days_since_event(&[F::Copd, F::Asthma]);
    "days_since_asthma_event", "days", Integer, "days since a stay or ED visit with principal asthma; null without one", |c| c.days_since_event(&[F::Asthma]);
    "diabetes_days_365", "days", Integer, "days of 365 on which diabetes is coded", |c| c.coded_days(F::Diabetes, 365);
    "days_since_diabetes_event", "days", Integer, "days since a stay or ED visit with principal diabetes; null without one", |c| c.days_since_event(&[F::Diabetes]);
    "hypoglycemia_days_365", "days", Integer, "days of 365 on which low blood sugar is coded", |c| c.coded_days(F::Hypoglycemia, 365);
    "hypertension_days_365", "days", Integer, "days of 365 on which hypertension is coded", |c| c.coded_days(F::Hypertension, 365);
    "days_since_hypertension_event", "days", Integer, "days since a stay or ED visit with principal hypertension; null without one", |c| c.days_since_event(&[F::Hypertension]);
    "kidney_disease_days_365", "days", Integer, "days of 365 on which chronic kidney disease is coded", |c| c.coded_days(F::KidneyDisease, 365);
    "kidney_disease_stage", "0..6", Integer, "highest N18 stage coded in 730 days: 0 none, 6 end-stage", |c| i32::from(c.scan.kidney_stage);
    "dialysis_days_365", "days", Integer, "days of 365 with dialysis billed", |c| c.service_days(Service::Dialysis, 365);
    "coronary_days_365", "days", Integer, "days of 365 on which coronary disease is coded", |c| c.coded_days(F::Coronary, 365);
    "fibrillation_days_365", "days", Integer, "days of 365 on which atrial fibrillation is coded", |c| c.coded_days(F::Fibrillation, 365);
    "stroke_days_365", "days", Integer, "days of 365 on which stroke or its sequels are coded", |c| c.coded_days(F::Stroke, 365);
    "dementia_days_365", "days", Integer, "days of 365 on which dementia is coded", |c| c.coded_days(F::Dementia, 365);
    "depression_days_365", "days", Integer, "days of 365 on which depression is coded", |c| c.coded_days(F::Depression, 365);
    "depression_severe_days_730", "days", Integer, "days of 730 on which severe depression is coded", |c| c.coded_days(F::DepressionSevere, 730);
    "severe_mental_days_365", "days", Integer, "days of 365 on which schizophrenia or bipolar disorder is coded", |c| c.coded_days(F::SevereMental, 365);
    "substance_use_days_365", "days", Integer, "days of 365 on which substance use is coded", |c| c.coded_days(F::SubstanceUse, 365);
    "opioid_use_days_365", "days", Integer, "days of 365 on which opioid use (F11) is coded", |c| c.coded_days(F::OpioidUse, 365);
    "alcohol_use_days_365", "days", Integer, "days of 365 on which alcohol use (F10) is coded", |c| c.coded_days(F::AlcoholUse, 365);
    "cancer_days_365", "days", Integer, "days of 365 on which a malignant neoplasm is coded", |c| c.coded_days(F::Cancer, 365);
    "palliative_days_365", "days", Integer, "days of 365 on which palliative care is coded", |c| c.coded_days(F::Palliative, 365);
    "oxygen_days_365", "days", Integer, "days of 365 on which dependence on oxygen or a respirator is coded", |c| c.coded_days(F::Oxygen, 365);
    "home_oxygen_days_365", "days", Integer, "days of 365 with oxygen equipment at home billed", |c| c.service_days(Service::HomeOxygen, 365);
    "fall_days_365", "days", Integer, "days of 365 on which a fall is coded", |c| c.coded_days(F::Fall, 365);
    "wound_days_180", "days", Integer, "days of 180 on which a wound is coded", |c| c.coded_days(F::Wound, 180);
    "technology_days_365", "days", Integer, "days of 365 on which dependence on a tube, ostomy, shunt, ventilator or other machine is coded", |c| c.coded_days(F::Technology, 365);
    "nicu_days", "days", Integer, "days with newborn intensive care (revenue 0173, 0174) in 730 days; null from two years of age on", |c| (c.m.timeline.member.birth().age_on(c.day()) < 2).then(|| c.service_days(Service::NewbornIntensiveCare, 730));
    "days_since_birth", "days", Integer, "days since a birth is coded; null without one in 730 days and under 8 years of age", |c| c.days_since_last(c.scan.family(F::Birth)).filter(|_| c.m.timeline.member.birth().age_on(c.day()) >= 8);
    "pregnant_now", "0 or 1", Flag, "pregnancy coded in 120 days and no birth or end of pregnancy since", is_pregnant;
    "high_bp_pregnancy_days_365", "days", Integer, "days of 365 on which hypertension of pregnancy is coded", |c| c.coded_days(F::PregnancyHypertension, 365);
    "bleed_days_90", "days", Integer, "days of 90 on which a major bleed is coded", |c| c.coded_days(F::MajorBleed, 90);
    "days_since_behavioral_stay", "days", Integer, "days since the discharge from a stay for mental illness; null without one", |c| c.days_since_care_stay(CareDiagnosis::MentalEvent);
    "days_since_behavioral_ed", "days", Integer, "days since an ED visit for mental illness; null without one", |c| c.days_since_care_visit(CareDiagnosis::MentalEvent);
    "days_since_self_harm", "days", Integer, "days since self-harm or suicidal thoughts are coded, at any position; null without", |c| c.days_since_mention(|code| { let facts = c.m.codes().dx(code); facts.care & CareDiagnosis::SelfHarm.bit() != 0 || facts.families.has(F::SuicidalThoughts) });
    "days_since_overdose", "days", Integer, "days since an accidental or undetermined overdose of a drug of misuse is coded, at any position; null without", |c| c.days_since_mention(|code| c.m.codes().dx(code).care & CareDiagnosis::Overdose.bit() != 0);
    "days_since_substance_ed", "days", Integer, "days since an ED visit for substance use; null without one", |c| c.days_since_care_visit(CareDiagnosis::SubstanceEvent);
    "days_since_substance_stay", "days", Integer, "days since the discharge from a stay for substance use; null without one", |c| c.days_since_care_stay(CareDiagnosis::SubstanceEvent);
    "elixhauser_cancer_mets", "0 or 1", Flag, "metastatic cancer (Elixhauser Refined); null for ICD-9 only", |c| elixhauser(c, "cancer_mets");
    "elixhauser_liver_sev", "0 or 1", Flag, "severe liver disease (Elixhauser Refined); null for ICD-9 only", |c| elixhauser(c, "liver_sev");
    "chronic_conditions_24m", "count", Integer, "chronic conditions of the CMS warehouse (CCW) last coded in 730 days, heart attack, hip fracture and pneumonia left out, dementia counted once; null for ICD-9 only", chronic_conditions;
    "elixhauser_count", "count", Integer, "Elixhauser conditions after the hierarchy; null for ICD-9 only", |c| c.m.get::<Comorbidity>().elixhauser_count;
    "hospital_frailty_score", "points", Number, "Hospital Frailty Risk Score; null for ICD-9 only", |c| c.m.get::<Comorbidity>().hfrs;
    "frailty_markers", "count", Integer, "claim markers of frailty in 365 days; null without an ICD-10 code", |c| c.m.get::<Engagement>().frailty.map(u8::count_ones);
};

//! Facts of medicines: days late, on hand, fills, by class. Owns those facts; refuses to call a late fill non-adherence.

use super::fact::{FactColumn, FactContext, FactKind, FactValue, facts};
use crate::domain::WordId;
use crate::measures::{DrugSupply, MedicineChange, Medicines, NewDrug, Pharmacy};
use crate::reference::DrugClass as D;

/// Ingredients first filled of the year within 90 days; none without any fill.
fn started_90(c: &FactContext<'_, '_>) -> Option<usize> {
    let fills = &c.m.timeline.fills;
    let year = |day: i32| day <= c.day().0 && day > c.day().0 - 365;
    let first =
        |ingredient: WordId| fills.iter().filter(|f| f.ingredient == ingredient && year(f.day)).map(|f| f.day).min();
    let all = c.m.get::<Medicines>().0.iter();
    (!fills.is_empty()).then(|| all.filter(|x| first(x.ingredient).is_some_and(|d| d > c.day().0 - 90)).count())
}

/// How many medicines the latest stay changed in a way.
fn changed(c: &FactContext<'_, '_>, change: MedicineChange) -> Option<usize> {
    let all = &c.m.get::<Medicines>().0;
    (!c.m.timeline.fills.is_empty()).then(|| all.iter().filter(|x| x.change == Some(change)).count())
}

/// Facts of medicines.
#[rustfmt::skip]
pub const FACTS: &[FactColumn] = facts! {
    "ingredients_on_hand", "count", Integer, "distinct ingredients on hand; null without a fill with ingredient and supply", |c| c.m.get::<DrugSupply>().ingredients_on_hand;
    "ingredients_started_90", "count", Integer, "ingredients whose first fill of the year lies in 90 days; null without a fill", started_90;
    "medicines_new_since_discharge", "count", Integer, "medicines first filled after the latest discharge of 90 days; null without a fill", |c| changed(c, MedicineChange::New);
    "medicines_stopped_since_discharge", "count", Integer, "medicines not filled again since the latest discharge of 90 days, supply over; null without a fill", |c| changed(c, MedicineChange::Stopped);
    "new_drug_after_discharge", "filled, not_filled, pending", Text, "what became of new medicines after the latest index discharge of the year; null without one or without fills", |c| c.m.get::<Pharmacy>().new_drug.map(NewDrug::name);
    "statin_days_late", "days", Integer, "days since the supply of statins was over, 0 while it lasts; null without a fill in 365 days", |c| c.days_late(&[D::Statin]);
    "ras_antagonist_days_late", "days", Integer, "likewise, renin-angiotensin antagonists", |c| c.days_late(&[D::RasAntagonist]);
    "diabetes_noninsulin_days_late", "days", Integer, "likewise, diabetes medicines other than insulin", |c| c.days_late(&[D::DiabetesNonInsulin]);
    "diabetes_insulin_days_late", "days", Integer, "likewise, insulin", |c| c.days_late(&[D::Insulin]);
    "anticoagulant_days_late", "days", Integer, "likewise, oral anticoagulants", |c| c.days_late(&[D::Anticoagulant]);
    "loop_diuretic_days_late", "days", Integer, "likewise, loop diuretics", |c| c.days_late(&[D::LoopDiuretic]);
    "antiplatelet_days_late", "days", Integer, "likewise, antiplatelets", |c| c.days_late(&[D::Antiplatelet]);
    "beta_blocker_days_late", "days", Integer, "likewise, beta blockers", |c| c.days_late(&[D::BetaBlocker]);
    "antiseizure_days_late", "days", Integer, "likewise, seizure medicines", |c| c.days_late(&[D::Antiseizure]);
    "immunosuppressant_days_late", "days", Integer, "likewise, transplant medicines", |c| c.days_late(&[D::Immunosuppressant]);
    "antipsychotic_days_late", "days", Integer, "likewise, antipsychotics; injections come on medical claims", |c| c.days_late(&[D::Antipsychotic]);
    "antidepressant_days_late", "days", Integer, "likewise, antidepressants", |c| c.days_late(&[D::Antidepressant]);
    "oud_medicine_days_late", "days", Integer, "likewise, buprenorphine and naltrexone; methadone for opioid use is not in fills", |c| c.days_late(&[D::OpioidTreatment]);
    "controller_inhaler_days_late", "days", Integer, "likewise, inhaled steroids and long-acting bronchodilators", |c| c.days_late(&[D::InhaledSteroid, D::LongActingBronchodilator]);
    "thyroid_days_late", "days", Integer, "likewise, thyroid medicines", |c| c.days_late(&[D::Thyroid]);
    "insulin_on_hand", "0 or 1", Flag, "insulin on hand, or over for at most 30 days; null without any fill", |c| c.on_hand(D::Insulin, 30);
    "sulfonylurea_on_hand", "0 or 1", Flag, "a sulfonylurea on hand; null without any fill", |c| c.on_hand(D::Sulfonylurea, 0);
    "anticoagulant_on_hand", "0 or 1", Flag, "an oral anticoagulant on hand; null without any fill", |c| c.on_hand(D::Anticoagulant, 0);
    "opioid_on_hand", "0 or 1", Flag, "an opioid on hand, treatment medicines for opioid use left out; null without any fill", |c| c.opioid_on_hand();
    "benzodiazepine_on_hand", "0 or 1", Flag, "a benzodiazepine on hand; null without any fill", |c| c.on_hand(D::Benzodiazepine, 0);
    "gabapentinoid_on_hand", "0 or 1", Flag, "gabapentin or pregabalin on hand; null without any fill", |c| c.on_hand(D::Gabapentinoid, 0);
    "anticoagulant_fills_365", "count", Integer, "fills of oral anticoagulants in 365 days; null without any fill", |c| c.fills(D::Anticoagulant);
    "loop_diuretic_fills_365", "count", Integer, "fills of loop diuretics in 365 days; null without any fill", |c| c.fills(D::LoopDiuretic);
    "rescue_inhaler_fills_365", "count", Integer, "fills of rescue inhalers in 365 days; null without any fill", |c| c.fills(D::RescueInhaler);
    "oral_steroid_fills_365", "count", Integer, "fills of steroids by mouth in 365 days; null without any fill", |c| c.fills(D::OralSteroid);
    "opioid_benzo_days", "days", Integer, "days of the year with an opioid and a benzodiazepine on hand; null without supply data", |c| c.m.get::<Pharmacy>().opioid_benzodiazepine_days;
    "narrow_index_on_hand", "count", Integer, "medicines with a narrow margin of safety on hand, warfarin left out; null without any fill", |c| c.count_on_hand(D::NarrowIndex);
    "beers_avoid_on_hand", "count", Integer, "medicines to avoid at 65 and over on hand, antipsychotics left out when schizophrenia or bipolar disorder is coded in 365 days; 0 under 65; null without any fill", |c| c.beers_on_hand();
};

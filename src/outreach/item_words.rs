//! What a fact's name speaks of: classes of medicines, a test, a questionnaire, a need. Owns that reading of names; refuses
//! to look at a person, but for the one authorization that a fact is about.

use crate::domain::{AuthorizationService, AuthorizationStatus, Day};
use crate::extracts::Authorization;
use crate::measures::{Measured, Medicine, WorkKind, Worklist};
use crate::reference::{CareList, DrugClass};

/// Which medicine of a class a fact speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Supply {
    /// One whose supply is over.
    Late,
    /// One on hand.
    OnHand,
    /// Any that was filled in the year.
    Filled,
}

/// The medicines that a fact speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct MedicineRule {
    /// Any of these classes.
    pub classes: &'static [DrugClass],
    supply: Supply,
}

impl MedicineRule {
    /// Whether a medicine of the classes is one.
    pub fn fits(self, medicine: &Medicine, as_of: Day) -> bool {
        match self.supply {
            Supply::Late => medicine.days_late(as_of).is_some_and(|n| n > 0),
            // Insulin counts as on hand for a month after its supply was over.
            Supply::OnHand => medicine.ran_out.is_none_or(|end| as_of.since(end) < 30),
            Supply::Filled => true,
        }
    }
}

/// Inhalers that are used every day.
const CONTROLLERS: &[DrugClass] = &[DrugClass::InhaledSteroid, DrugClass::LongActingBronchodilator];

/// The medicines of a fact such as `statin_days_late`; none for another fact.
pub(super) fn classes_of_fact(name: &str) -> Option<MedicineRule> {
    let ends = [("_days_late", Supply::Late), ("_on_hand", Supply::OnHand), ("_fills_365", Supply::Filled)];
    let (class, supply) = ends.iter().find_map(|(end, supply)| Some((name.strip_suffix(end)?, *supply)))?;
    let classes = match class {
        "controller_inhaler" => CONTROLLERS,
        "insulin" => &[DrugClass::Insulin],
        _ => {
            let at = DrugClass::ALL.iter().position(|c| c.name() == class)?;
            DrugClass::ALL.get(at..=at)?
        }
    };
    Some(MedicineRule { classes, supply })
}

/// The test of a fact such as `hba1c_last`; none for another fact.
pub(super) fn test_of_fact(name: &str) -> Option<CareList> {
    let test = ["_last", "_days", "_change"].iter().find_map(|end| name.strip_suffix(end))?;
    Some(match test {
        "hba1c" => CareList::A1cTest,
        "egfr" => CareList::EgfrTest,
        "creatinine" => CareList::CreatinineTest,
        "urine_albumin" => CareList::UrineAlbuminTest,
        "nt_probnp" => CareList::NtProBnpTest,
        "sodium" => CareList::SodiumTest,
        "potassium" => CareList::PotassiumTest,
        "hemoglobin" => CareList::HemoglobinTest,
        "inr" => CareList::InrTest,
        "bp_systolic" => CareList::SystolicPressure,
        "bp_diastolic" => CareList::DiastolicPressure,
        _ => return None,
    })
}

/// The questionnaire of a fact such as `phq9_last`, with the facts of its total and age.
pub(super) fn screen_of_fact(name: &str) -> Option<(&'static str, [&'static str; 2])> {
    match name {
        "phq9_last" | "phq9_days" => Some(("PHQ-9", ["phq9_last", "phq9_days"])),
        "gad7_last" | "gad7_days" => Some(("GAD-7", ["gad7_last", "gad7_days"])),
        _ => None,
    }
}

/// A fact speaks of a need and its age.
pub(super) fn need_of_fact(name: &str) -> bool {
    name.starts_with("need_") && name.ends_with("_days")
}

/// The equipment authorization that is open or about to end, with the day that matters.
pub(super) fn authorization_of_equipment<'r>(
    m: &'r Measured<'_>,
    work_day: Day,
) -> Option<(&'r Authorization, Option<Day>)> {
    let ends_soon = |end: Day| end >= work_day && end.since(work_day) <= 14;
    let open = m.inputs.authorizations.iter().filter(|a| a.service == AuthorizationService::Dme);
    let day = |a: &Authorization| match a.status {
        AuthorizationStatus::Pending => {
            let items = m.get::<Worklist>().0.iter();
            let due = items.filter(|w| w.kind == WorkKind::AuthorizationDecision).find(|w| w.id == a.id);
            Some(due.map(|w| w.due))
        }
        AuthorizationStatus::Approved => a.expires.filter(|end| ends_soon(*end)).map(Some),
        _ => None,
    };
    open.filter_map(|a| Some((*a, day(a)?))).min_by_key(|(a, day)| (day.is_none(), *day, a.id.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_facts_speak_of_things() {
        let classes = |name: &str| classes_of_fact(name).map(|r| r.classes);
        assert_eq!(classes("statin_days_late"), Some(&[DrugClass::Statin][..]));
        assert_eq!(classes("diabetes_insulin_days_late"), classes("insulin_on_hand"));
        assert_eq!(classes("controller_inhaler_days_late"), Some(CONTROLLERS));
        assert_eq!((classes("ed_visits_365"), classes("ingredients_on_hand")), (None, None));
        assert_eq!(test_of_fact("egfr_change"), Some(CareList::EgfrTest));
        assert_eq!((test_of_fact("phq9_last"), test_of_fact("need_food_days")), (None, None));
        assert!(need_of_fact("need_food_days") && !need_of_fact("safety_need_days"));
    }
}

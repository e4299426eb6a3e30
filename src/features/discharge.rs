//! The discharge being scored: its length, way in, way out and illness as known then. Owns those features, all
//! missing when no discharge is scored; refuses to look at what followed.

use super::known::View;
use super::scan::Days;
use super::spec::{Domain, Group, Spec, flag, spec};
use super::topic::Topic;
use crate::measures::{Readmissions, lace_of_stay};
use crate::reference::{CareList, DiagnosisFamily};

/// What the group reads off a view: all missing without a discharge.
#[derive(Default)]
pub struct Facts {
    values: [Option<f64>; 14],
}

const PRINCIPAL: [DiagnosisFamily; 7] = [
    DiagnosisFamily::HeartFailure,
    DiagnosisFamily::Copd,
    DiagnosisFamily::Sepsis,
    DiagnosisFamily::Pneumonia,
    DiagnosisFamily::KidneyInjury,
    DiagnosisFamily::RespiratoryFailure,
    DiagnosisFamily::Cancer,
];

fn prepare(v: &View<'_>) -> Facts {
    let Some(at) = v.index else { return Facts::default() };
    let (Some(stay), Some(facts)) = (v.timeline().stays.get(at), v.measured.get::<Readmissions>().0.get(at)) else {
        return Facts::default();
    };
    let lace = lace_of_stay(v.timeline(), at, v.codes);
    let diagnoses = v.timeline().stay_diagnoses(stay).count();
    let lists = &v.codes.reference.lists;
    let mut values = [None; 14];
    values[0] = stay.length_of_stay().map(f64::from);
    values[1] = stay.discharge.map(|d| f64::from(v.day.since(d)));
    values[2] = (!stay.admit_type.is_none()).then(|| flag(lists.has(CareList::UrgentAdmission, stay.admit_type)));
    values[3] = facts.planned.map(flag);
    values[4] = (!stay.disposition.is_none()).then(|| flag(lists.has(CareList::ToHomeHealth, stay.disposition)));
    values[5] = (!stay.disposition.is_none()).then(|| flag(lists.has(CareList::ToFacility, stay.disposition)));
    values[6] = lace.map(|l| f64::from(l.total()));
    for (slot, family) in values[7..].iter_mut().zip(PRINCIPAL) {
        *slot = (stay.principal.is_some() && stay.principal_icd10)
            .then(|| flag(v.scan.principal(family).since(v.day) == Some(f64::from(v.day.since(stay.admit)))));
    }
    // A stay without any diagnosis yet (an ADT message alone) says nothing of its illness.
    if diagnoses == 0 {
        values[7..].fill(None);
    }
    Facts { values }
}

/// The group.
pub fn group() -> Group<Facts> {
    let mut specs: Vec<Spec<Facts>> = Vec::new();
    let lines = [
        ("index_length_of_stay", "days from admission to discharge", "days"),
        ("index_days_passed", "days from the discharge to the snapshot", "days"),
        ("index_emergency", "admit type 1, 2 or 5", "0 or 1"),
        ("index_planned", "planned by CMS v4.0 as known then", "0 or 1"),
        ("index_to_home_health", "discharged to home health (06, 86)", "0 or 1"),
        ("index_to_facility", "discharged to a facility (03, 61-64)", "0 or 1"),
        ("index_lace", "LACE as known then", "points"),
    ];
    let missing = "no discharge is scored, or the stay does not say";
    for (k, (name, words, unit)) in lines.into_iter().enumerate() {
        let words = format!("of the discharge being scored: {words}");
        specs
            .push(spec((name, &words), unit, missing, "the stay", Topic::ThisDischarge, k, |f: &Facts, k| f.values[k]));
    }
    for (k, family) in PRINCIPAL.into_iter().enumerate() {
        let name = family.name();
        let words = format!("of the discharge being scored: principal diagnosis of the family {name}");
        specs.push(spec(
            (&format!("index_for_{name}"), &words),
            "0 or 1",
            missing,
            "the stay",
            Topic::ThisDischarge,
            k + 7,
            |f: &Facts, k| f.values[k],
        ));
    }
    Group { domain: Domain::Utilization, prepare, specs }
}

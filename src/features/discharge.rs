//! The discharge being scored: its length, way in, way out and illness as known then. Owns those features, all
//! missing when no discharge is scored; refuses to look at what followed.

use super::known::View;
use super::missing_rule::MissingRule as Missing;
use super::scan::Days;
use super::spec::{Domain, Group, flag};
use super::topic::Topic;
use super::unit::Unit;
use super::window::Window;
use crate::measures::{Readmissions, lace_of_stay};
use crate::reference::{CareList, DiagnosisFamily};
use crate::timeline::Stay;

/// What is read off the discharge being scored.
pub struct Index {
    length_of_stay: Option<f64>,
    days_passed: Option<f64>,
    emergency: Option<f64>,
    planned: Option<f64>,
    to_home_health: Option<f64>,
    to_facility: Option<f64>,
    lace: Option<f64>,
    /// Admission day, when the principal diagnosis is one that a family may hold.
    judged_admission: Option<f64>,
}

/// Families of which the principal diagnosis may be.
const PRINCIPAL: [DiagnosisFamily; 7] = [
    DiagnosisFamily::HeartFailure,
    DiagnosisFamily::Copd,
    DiagnosisFamily::Sepsis,
    DiagnosisFamily::Pneumonia,
    DiagnosisFamily::KidneyInjury,
    DiagnosisFamily::RespiratoryFailure,
    DiagnosisFamily::Cancer,
];

impl Index {
    /// `None` when no discharge is scored.
    fn of(v: &View<'_>) -> Option<Self> {
        let at = v.index?;
        let stay = v.timeline().stays.get(at)?;
        let judged = v.measured.get::<Readmissions>().0.get(at)?;
        let lists = &v.codes.reference.lists;
        let went_to = |list| (!stay.disposition.is_none()).then(|| flag(lists.has(list, stay.disposition)));
        Some(Self {
            length_of_stay: stay.length_of_stay().map(f64::from),
            days_passed: stay.discharge.map(|d| f64::from(v.day.since(d))),
            emergency: (!stay.admit_type.is_none())
                .then(|| flag(lists.has(CareList::UrgentAdmission, stay.admit_type))),
            planned: judged.planned.map(flag),
            to_home_health: went_to(CareList::ToHomeHealth),
            to_facility: went_to(CareList::ToFacility),
            lace: lace_of_stay(v.timeline(), at, v.codes).map(|l| f64::from(l.total())),
            judged_admission: has_known_illness(v, stay).then(|| f64::from(v.day.since(stay.admit))),
        })
    }

    /// The newest admission for the family is that of this stay.
    fn is_for(&self, v: &View<'_>, family: DiagnosisFamily) -> Option<f64> {
        let admitted = self.judged_admission?;
        Some(flag(v.scan.principal(family).since(v.day) == Some(admitted)))
    }
}

/// A stay without any diagnosis yet (an ADT message alone) says nothing of its illness.
fn has_known_illness(v: &View<'_>, stay: &Stay) -> bool {
    stay.principal.is_some() && stay.principal_icd10 && v.timeline().stay_diagnoses(stay).next().is_some()
}

/// How a line of the table reads the discharge.
type Reading = fn(&Index) -> Option<f64>;

const LINES: [(&str, &str, Unit, Reading); 7] = [
    ("index_length_of_stay", "days from admission to discharge", Unit::Days, |i| i.length_of_stay),
    ("index_days_passed", "days from the discharge to the snapshot", Unit::Days, |i| i.days_passed),
    ("index_emergency", "admit type 1, 2 or 5", Unit::Flag, |i| i.emergency),
    ("index_planned", "planned by CMS v4.0 as known then", Unit::Flag, |i| i.planned),
    ("index_to_home_health", "discharged to home health (06, 86)", Unit::Flag, |i| i.to_home_health),
    ("index_to_facility", "discharged to a facility (03, 61-64)", Unit::Flag, |i| i.to_facility),
    ("index_lace", "LACE as known then", Unit::Points, |i| i.lace),
];

/// The group.
pub fn discharge_features() -> Group<Option<Index>> {
    let mut group = Group::new(Domain::Utilization, Index::of);
    let of_discharge = |words: &str| format!("of the discharge being scored: {words}");
    for (name, words, unit, reading) in LINES {
        group
            .line(name, of_discharge(words), unit, Missing::NoDischargeScored, Topic::ThisDischarge)
            .on(Window::Stay, move |_, index| index.as_ref().and_then(reading));
    }
    for family in PRINCIPAL {
        let name = format!("index_for_{}", family.name());
        let words = of_discharge(&format!("principal diagnosis of the family {}", family.name()));
        group
            .line(name, words, Unit::Flag, Missing::NoDischargeScored, Topic::ThisDischarge)
            .on(Window::Stay, move |v, index| index.as_ref()?.is_for(v, family));
    }
    group
}

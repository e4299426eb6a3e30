//! The HOSPITAL score of a discharge in three versions. Owns its items and units; refuses to fill a missing
//! laboratory value with a zero.

use super::measure::{Inputs, Measure, Measured};
use super::readmission::Readmissions;
use crate::domain::Day;
use crate::extracts::{Basis, Lab};
use crate::reference::{CareList, CareLists, Charlson};
use crate::timeline::{Stay, Timeline};

/// The items of one discharge; `None` where the data do not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HospitalItems {
    /// Haemoglobin at discharge below 12 g/dL.
    pub low_hemoglobin: Option<bool>,
    /// Discharged from an oncology service.
    pub oncology: bool,
    /// A cancer diagnosis in the stay.
    pub cancer: bool,
    /// Sodium at discharge below 135 mmol/L.
    pub low_sodium: Option<bool>,
    /// A coded procedure in the stay.
    pub procedure: Option<bool>,
    /// Emergency, urgent or trauma admission.
    pub urgent: Option<bool>,
    /// Stays admitted in the twelve months before.
    pub prior_admissions: u32,
    /// Days in hospital.
    pub days: i32,
}

impl HospitalItems {
    fn shared(&self) -> Option<u8> {
        let points = |item: Option<bool>| item.map(u8::from);
        let long = if self.days >= 5 { 2 } else { 0 };
        Some(points(self.low_hemoglobin)? + points(self.low_sodium)? + points(self.urgent)? + long)
    }
    /// 2013 derivation, 0..=13.
    #[must_use]
    pub fn derivation_2013(&self) -> Option<u8> {
        let prior = match self.prior_admissions {
            0 => 0,
            1..=5 => 2,
            _ => 5,
        };
        Some(self.shared()? + u8::from(self.procedure?) + 2 * u8::from(self.oncology) + prior)
    }
    /// 2016 international validation, 0..=13.
    #[must_use]
    pub fn validation_2016(&self) -> Option<u8> {
        Some(self.shared()? + u8::from(self.procedure?) + 2 * u8::from(self.oncology) + self.prior_2016())
    }
    /// 2017 simplification, 0..=12.
    #[must_use]
    pub fn simplified_2017(&self) -> Option<u8> {
        Some(self.shared()? + 2 * u8::from(self.oncology || self.cancer) + self.prior_2016())
    }
    fn prior_2016(&self) -> u8 {
        match self.prior_admissions {
            0..=1 => 0,
            2..=5 => 2,
            _ => 5,
        }
    }
    /// `complete`, or `partial:` and the missing items joined by `|`.
    #[must_use]
    pub fn status(&self) -> String {
        let missing: Vec<&str> = [
            (self.low_hemoglobin, "hemoglobin"),
            (self.low_sodium, "sodium"),
            (self.procedure, "procedure"),
            (self.urgent, "admit_type"),
        ]
        .into_iter()
        .filter(|(item, _)| item.is_none())
        .map(|(_, name)| name)
        .collect();
        if missing.is_empty() { "complete".to_owned() } else { format!("partial:{}", missing.join("|")) }
    }
}

/// Haemoglobin in g/dL; `None` for a unit that is not understood.
fn as_grams_per_decilitre(value: f64, unit: &str) -> Option<f64> {
    match unit.to_ascii_lowercase().as_str() {
        "g/dl" | "gm/dl" | "g/100ml" => Some(value),
        "g/l" | "gm/l" => Some(value / 10.0),
        // 1 mmol/L of haemoglobin monomer is 1.6114 g/dL.
        "mmol/l" => Some(value * 1.6114),
        _ => None,
    }
}

/// Sodium in mmol/L; `None` for a unit that is not understood.
fn as_millimoles_per_litre(value: f64, unit: &str) -> Option<f64> {
    matches!(unit.to_ascii_lowercase().as_str(), "mmol/l" | "meq/l" | "mol/m3").then_some(value)
}

/// The last result of the stay (the lowest of that day), in the unit of the score.
fn value_at_discharge(
    labs: &[&Lab],
    (admit, discharge): (Day, Day),
    is_test: &dyn Fn(&str) -> bool,
    convert: fn(f64, &str) -> Option<f64>,
) -> Option<f64> {
    let mut last: Option<(Day, f64)> = None;
    for lab in labs.iter().filter(|l| admit <= l.day && l.day <= discharge && is_test(&l.loinc)) {
        let Some(value) = convert(lab.value.0, &lab.unit).filter(|v| v.is_finite()) else { continue };
        if last.is_none_or(|(day, low)| lab.day > day || (lab.day == day && value < low)) {
            last = Some((lab.day, value));
        }
    }
    last.map(|(_, value)| value)
}

fn read_items(timeline: &Timeline<'_>, inputs: &Inputs<'_>, stay: &Stay) -> HospitalItems {
    let codes = inputs.codes;
    let malignant = Charlson::Cancer.bit() | Charlson::CancerMetastatic.bit();
    let claims = || stay.claims.iter().map(|i| &timeline.claims[*i]);
    let year_before = stay.admit.plus_months(-12);
    let lists: &CareLists = &codes.reference.lists;
    let lab = |test: CareList, convert| {
        let is_test = |loinc: &str| lists.has_text(test, loinc);
        stay.discharge.and_then(|d| value_at_discharge(&inputs.labs, (stay.admit, d), &is_test, convert))
    };
    HospitalItems {
        low_hemoglobin: lab(CareList::HemoglobinTest, as_grams_per_decilitre).map(|v| v < 12.0),
        low_sodium: lab(CareList::SodiumTest, as_millimoles_per_litre).map(|v| v < 135.0),
        oncology: claims().flat_map(|c| c.lines).any(|l| {
            lists.has(CareList::OncologyBed, l.revenue)
                || lists.has_text(CareList::Oncologist, codes.words.text(l.specialty))
        }),
        cancer: timeline.stay_diagnoses(stay).any(|(code, icd10)| icd10 && codes.dx(code).charlson & malignant != 0),
        procedure: (!stay.claims.is_empty()).then(|| claims().any(|c| !c.px.is_empty() && c.px_basis != Basis::Other)),
        urgent: (!stay.admit_type.is_none()).then(|| lists.has(CareList::UrgentAdmission, stay.admit_type)),
        prior_admissions: u32::try_from(
            timeline.stays.iter().filter(|s| !s.post_acute && year_before <= s.admit && s.admit < stay.admit).count(),
        )
        .unwrap_or(u32::MAX),
        days: stay.length_of_stay().unwrap_or(0),
    }
}

/// The items of the latest index discharge; `None` without one.
#[derive(Clone, Copy, Debug, Default)]
pub struct HospitalScore(pub Option<HospitalItems>);

impl Measure for HospitalScore {
    const ID: &'static str = "hospital";
    const DOC: &'static str = "HOSPITAL score of the latest index discharge: hemoglobin at discharge below 12 g/dL 1, oncology service 2, sodium below 135 mmol/L 1, any coded procedure 1 (not in the simplified version), urgent admission (types 1, 2, 5) 1, admissions in the 12 months before, length of stay of 5 days or more 2. hospital is the 2013 derivation (0, 1-5, over 5 admissions: 0, 2, 5), hospital_2016 the international validation (0-1, 2-5, over 5), hospital_simplified the 2017 version (oncology or any cancer diagnosis, no procedure). The last haemoglobin and sodium within the stay count, by LOINC and unit; of several on that day the lowest. Null without an index discharge; with an item missing the score is null and hospital_status is partial: and the items, never a zero in their place. Oncology service is not on a claim as such: an oncology bed (revenue centre 01x7) or an oncologist on the stay's claims stand for it; a stay for cancer itself is no index discharge. Earlier admissions are acute stays. Sources: Donze 2013, JAMA Intern Med 173:632; Donze 2016, 176:496; Aubert 2017, BMJ Qual Saf 26:799.";

    fn compute(m: &Measured<'_>) -> Self {
        let latest = m.get::<Readmissions>().latest_index(&m.timeline);
        Self(latest.map(|i| read_items(&m.timeline, &m.inputs, &m.timeline.stays[i])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::OrderedNumber;

    /// Every item of the published tables on its own and at its edges.
    #[test]
    fn points_are_the_published_tables() {
        let none = HospitalItems {
            low_hemoglobin: Some(false),
            low_sodium: Some(false),
            procedure: Some(false),
            urgent: Some(false),
            ..HospitalItems::default()
        };
        let all = |i: HospitalItems| {
            [i.derivation_2013(), i.validation_2016(), i.simplified_2017()].map(|p| p.expect("complete"))
        };
        assert_eq!(all(none), [0, 0, 0]);
        assert_eq!(all(HospitalItems { low_hemoglobin: Some(true), ..none }), [1, 1, 1]);
        assert_eq!(all(HospitalItems { oncology: true, ..none }), [2, 2, 2]);
        assert_eq!(all(HospitalItems { cancer: true, ..none }), [0, 0, 2]);
        assert_eq!(all(HospitalItems { low_sodium: Some(true), ..none }), [1, 1, 1]);
        assert_eq!(all(HospitalItems { procedure: Some(true), ..none }), [1, 1, 0]);
        assert_eq!(all(HospitalItems { urgent: Some(true), ..none }), [1, 1, 1]);
        for (n, points) in [(0, [0, 0, 0]), (1, [2, 0, 0]), (2, [2, 2, 2]), (5, [2, 2, 2]), (6, [5, 5, 5])] {
            assert_eq!(all(HospitalItems { prior_admissions: n, ..none }), points, "{n} admissions");
        }
        assert_eq!(all(HospitalItems { days: 4, ..none }), [0, 0, 0]);
        assert_eq!(all(HospitalItems { days: 5, ..none }), [2, 2, 2]);
        let full = HospitalItems {
            low_hemoglobin: Some(true),
            oncology: true,
            cancer: true,
            low_sodium: Some(true),
            procedure: Some(true),
            urgent: Some(true),
            prior_admissions: 6,
            days: 5,
        };
        assert_eq!((all(full), full.status().as_str()), ([13, 13, 12], "complete"));
    }

    #[test]
    fn a_missing_item_leaves_no_score() {
        let items = HospitalItems { procedure: Some(true), urgent: Some(true), days: 9, ..HospitalItems::default() };
        assert_eq!((items.derivation_2013(), items.simplified_2017()), (None, None));
        assert_eq!(items.status(), "partial:hemoglobin|sodium");
        // The simplified version does not ask for a procedure.
        let items = HospitalItems {
            low_hemoglobin: Some(true),
            low_sodium: Some(false),
            urgent: Some(true),
            days: 9,
            ..HospitalItems::default()
        };
        assert_eq!((items.derivation_2013(), items.simplified_2017()), (None, Some(4)));
        assert_eq!(items.status(), "partial:procedure");
    }

    #[test]
    fn the_last_result_of_the_stay_counts_in_its_own_unit() {
        let lab = |day: i32, loinc: &str, value: f64, unit: &str| Lab {
            day: Day(day),
            loinc: loinc.into(),
            unit: unit.into(),
            value: OrderedNumber(value),
        };
        let rows = [
            lab(99, "718-7", 9.0, "g/dL"),
            lab(101, "718-7", 13.0, "g/dL"),
            lab(103, "718-7", 119.0, "g/L"),
            lab(103, "718-7", 12.4, "g/dL"),
            lab(104, "718-7", 7.4, "furlong"),
            lab(106, "718-7", 8.0, "g/dL"),
            lab(104, "2951-2", 135.0, "mEq/L"),
        ];
        let labs: Vec<&Lab> = rows.iter().collect();
        let stay = (Day(100), Day(105));
        let hemoglobin = |l: &str| l == "718-7";
        assert_eq!(value_at_discharge(&labs, stay, &hemoglobin, as_grams_per_decilitre), Some(11.9));
        assert_eq!(value_at_discharge(&labs, stay, &|l| l == "2951-2", as_millimoles_per_litre), Some(135.0));
        assert_eq!(value_at_discharge(&labs[..1], stay, &hemoglobin, as_grams_per_decilitre), None);
        assert_eq!(as_grams_per_decilitre(7.4, "mmol/L").map(|v| (v * 100.0).round()), Some(1192.0));
    }
}

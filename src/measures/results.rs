//! The last laboratory and vital values of one member, each with the value before it. Owns the tests taken up and their
//! units; refuses to call a value high or low.

use super::measure::{Measure, Measured, is_within_year};
use crate::domain::Day;
use crate::reference::CareList;

/// The tests taken up.
pub const TESTS: [CareList; 11] = [
    CareList::A1cTest,
    CareList::EgfrTest,
    CareList::CreatinineTest,
    CareList::UrineAlbuminTest,
    CareList::PotassiumTest,
    CareList::SodiumTest,
    CareList::HemoglobinTest,
    CareList::NtProBnpTest,
    CareList::InrTest,
    CareList::SystolicPressure,
    CareList::DiastolicPressure,
];

/// Whether a value rose or fell against the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Higher than before.
    Up,
    /// Lower than before.
    Down,
    /// The same.
    Level,
}

/// The newest value of one test within 365 days.
#[derive(Clone, Debug, PartialEq)]
pub struct LastResult {
    /// Which test.
    pub test: CareList,
    /// LOINC code of the value.
    pub loinc: Box<str>,
    /// Day of the value.
    pub day: Day,
    /// The value in the unit of [`standard_unit`].
    pub value: f64,
    /// The newest value of an earlier day by the same LOINC code, with its day.
    pub before: Option<(Day, f64)>,
}

impl LastResult {
    /// Newest less the one before; `None` without one.
    #[must_use]
    pub fn change(&self) -> Option<f64> {
        self.before.map(|(_, value)| self.value - value)
    }

    /// Which way the value went; `None` without one before.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        let change = self.change()?;
        Some(if change > 0.0 {
            Direction::Up
        } else if change < 0.0 {
            Direction::Down
        } else {
            Direction::Level
        })
    }
}

/// The unit that values are told in, as UCUM writes it.
#[must_use]
pub fn standard_unit(test: CareList) -> &'static str {
    match test {
        CareList::A1cTest => "%",
        CareList::EgfrTest => "mL/min/{1.73_m2}",
        CareList::CreatinineTest => "mg/dL",
        CareList::UrineAlbuminTest => "mg/g",
        CareList::PotassiumTest | CareList::SodiumTest => "mmol/L",
        CareList::HemoglobinTest => "g/dL",
        CareList::NtProBnpTest => "pg/mL",
        CareList::SystolicPressure | CareList::DiastolicPressure => "mm[Hg]",
        _ => "1",
    }
}

/// A value in the standard unit of its test; `None` for a unit that is not understood.
fn in_standard_unit(test: CareList, value: f64, unit: &str) -> Option<f64> {
    let unit = unit.to_ascii_lowercase();
    let unit = unit.as_str();
    match test {
        CareList::A1cTest => match unit {
            "%" | "percent" | "%{hb}" | "% of total hgb" => Some(value),
            // IFCC to NGSP: % = mmol/mol / 10.929 + 2.15.
            "mmol/mol" => Some(value / 10.929 + 2.15),
            _ => None,
        },
        CareList::EgfrTest => unit.starts_with("ml/min").then_some(value),
        CareList::CreatinineTest => match unit {
            "mg/dl" => Some(value),
            // 1 mg/dL of creatinine is 88.4 umol/L.
            "umol/l" | "µmol/l" => Some(value / 88.4),
            _ => None,
        },
        CareList::UrineAlbuminTest => match unit {
            "mg/g" | "mg/g{creat}" | "ug/mg" => Some(value),
            "mg/mmol" | "mg/mmol{creat}" => Some(value * 8.84),
            _ => None,
        },
        CareList::PotassiumTest | CareList::SodiumTest => {
            matches!(unit, "mmol/l" | "meq/l" | "mol/m3").then_some(value)
        }
        CareList::HemoglobinTest => match unit {
            "g/dl" | "gm/dl" | "g/100ml" => Some(value),
            "g/l" | "gm/l" => Some(value / 10.0),
            "mmol/l" => Some(value * 1.6114),
            _ => None,
        },
        CareList::NtProBnpTest => matches!(unit, "pg/ml" | "ng/l").then_some(value),
        CareList::SystolicPressure | CareList::DiastolicPressure => {
            matches!(unit, "mm[hg]" | "mmhg" | "mm hg").then_some(value)
        }
        CareList::InrTest => Some(value),
        _ => None,
    }
}

/// Newest values of one member, in the order of [`TESTS`].
#[derive(Clone, Debug, Default)]
pub struct LastResults(pub Vec<LastResult>);

impl LastResults {
    /// The newest value of a test.
    #[must_use]
    pub fn of(&self, test: CareList) -> Option<&LastResult> {
        self.0.iter().find(|r| r.test == test)
    }
}

impl Measure for LastResults {
    const ID: &'static str = "last_results";
    const DOC: &'static str = "Newest value within 365 days of hemoglobin A1c, eGFR (33914-3, 98979-8, 62238-1), creatinine, urine albumin to creatinine ratio, potassium, sodium, hemoglobin, NT-proBNP, INR and blood pressure, by LOINC code, brought to one unit (%, mL/min/1.73 m2, mg/dL, mg/g, mmol/L, g/dL, pg/mL, mm[Hg]); a unit that is not understood leaves the value out. The value before is the newest of an earlier day by the same LOINC code: values by different codes (eGFR by different equations above all) are never compared. Of two values of one day the later in the order of the extract stands. Null without a result. Source: LOINC; IFCC-NGSP master equation for A1c.";

    fn compute(m: &Measured<'_>) -> Self {
        let lists = &m.codes().reference.lists;
        let newest_of = |test: CareList| {
            let rows = m.inputs.labs.iter().rev().filter(|l| is_within_year(l.day, m.as_of()));
            let mut values = rows.filter(|l| lists.has_text(test, &l.loinc)).filter_map(|l| {
                let value = in_standard_unit(test, l.value.0, &l.unit).filter(|v| v.is_finite())?;
                Some((l, value))
            });
            let (newest, value) = values.next()?;
            let before = values.find(|(l, _)| l.loinc == newest.loinc && l.day < newest.day);
            Some(LastResult {
                test,
                loinc: newest.loinc.clone(),
                day: newest.day,
                value,
                before: before.map(|(l, value)| (l.day, value)),
            })
        };
        Self(TESTS.into_iter().filter_map(newest_of).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_meet_in_one() {
        let rounded = |test, value, unit| in_standard_unit(test, value, unit).map(|v| (v * 100.0).round());
        assert_eq!(rounded(CareList::A1cTest, 53.0, "mmol/mol"), Some(700.0));
        assert_eq!(rounded(CareList::CreatinineTest, 88.4, "umol/L"), Some(100.0));
        assert_eq!(rounded(CareList::HemoglobinTest, 119.0, "g/L"), Some(1190.0));
        assert_eq!(rounded(CareList::PotassiumTest, 4.4, "mg/dL"), None);
        assert_eq!(rounded(CareList::EgfrTest, 31.0, "mL/min/1.73m2"), Some(3100.0));
    }

    #[test]
    fn direction_needs_a_value_before() {
        let mut r =
            LastResult { test: CareList::EgfrTest, loinc: "98979-8".into(), day: Day(20), value: 31.0, before: None };
        assert_eq!((r.change(), r.direction()), (None, None));
        r.before = Some((Day(1), 44.0));
        assert_eq!((r.change(), r.direction()), (Some(-13.0), Some(Direction::Down)));
    }
}

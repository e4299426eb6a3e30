//! One reason: its words, what drives it, its evidence, and who may read it. Owns the masking of sensitive conditions;
//! refuses to decide which reasons somebody has.

use crate::domain::Day;
use crate::domain::record::{record, record_choice};
use crate::reference::{Elixhauser, Sensitive};

/// What drives a reason, and so who can help.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Driver {
    /// A discharge in its transition period.
    Transition,
    /// Disease and use of hospital care.
    Clinical,
    /// Medicines.
    Medication,
    /// Behavioral health.
    Behavioral,
    /// Social need.
    Social,
    /// No one thing: the rest of a score and its starting point.
    Rest,
}

impl Driver {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Transition => "transition",
            Self::Clinical => "clinical",
            Self::Medication => "medication",
            Self::Behavioral => "behavioral",
            Self::Social => "social",
            Self::Rest => "rest",
        }
    }
}

/// One reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// Plain words.
    pub text: String,
    /// What drives it.
    pub driver: Driver,
    /// Points it adds to the index it belongs to; `None` for context that adds none.
    pub points: Option<f64>,
    /// Evidence day.
    pub day: Option<Day>,
    /// Evidence claim or admission.
    pub evidence: Box<str>,
    /// Masked outside sensitive roles.
    pub sensitive: Sensitive,
    /// What sheets, list and brief say instead; `None` when only an analyst can use it.
    pub sheet: Option<String>,
}

record!(Reason { text, driver, points, day, evidence, sensitive, sheet });
record_choice!(Driver { Transition, Clinical, Medication, Behavioral, Social, Rest });

impl Reason {
    /// The reason as a sheet shows it; `None` when only an analyst can use it.
    #[must_use]
    pub fn for_sheet(&self) -> Option<Self> {
        self.sheet.clone().map(|text| Self { text, sheet: None, ..self.clone() })
    }

    /// The words an audience may read: sensitive conditions are masked unless the role allows them, and
    /// abuse is never told on a shared sheet.
    #[must_use]
    pub fn shown(&self, sensitive_role: bool) -> &str {
        match self.sensitive {
            Sensitive::No => &self.text,
            Sensitive::Abuse => "sensitive condition, see record",
            _ if sensitive_role => &self.text,
            _ => "sensitive condition, see record",
        }
    }
}

/// Who may read of an Elixhauser measure.
#[must_use]
pub fn condition_sensitivity(measure: Elixhauser) -> Sensitive {
    match measure {
        Elixhauser::Aids => Sensitive::Hiv,
        Elixhauser::Alcohol | Elixhauser::DrugAbuse => Sensitive::SubstanceUse,
        Elixhauser::Depression | Elixhauser::Psychoses => Sensitive::Psychiatric,
        _ => Sensitive::No,
    }
}

/// Who can help with a condition of a sensitivity.
#[must_use]
pub fn condition_driver(sensitive: Sensitive) -> Driver {
    if sensitive.is_behavioral() { Driver::Behavioral } else { Driver::Clinical }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One reason of each sensitive kind, on a sheet and off it.
    #[test]
    fn every_sensitive_kind_is_masked_on_a_sheet_as_elsewhere() {
        let planted = |sensitive: Sensitive| Reason {
            text: "for analysts".to_owned(),
            driver: Driver::Behavioral,
            points: Some(1.0),
            day: None,
            evidence: Box::default(),
            sensitive,
            sheet: Some("what rests on the code".to_owned()),
        };
        for kind in [Sensitive::SubstanceUse, Sensitive::Hiv, Sensitive::Psychiatric, Sensitive::Abuse] {
            let on_sheet = planted(kind).for_sheet().expect("words");
            assert_eq!(on_sheet.shown(false), "sensitive condition, see record");
            assert_eq!(planted(kind).shown(false), "sensitive condition, see record");
            // A sensitive role reads all but abuse, which no shared sheet tells.
            let told =
                if kind == Sensitive::Abuse { "sensitive condition, see record" } else { "what rests on the code" };
            assert_eq!(on_sheet.shown(true), told);
        }
        assert_eq!(
            planted(Sensitive::No).for_sheet().map(|r| r.shown(false).to_owned()).as_deref(),
            Some("what rests on the code")
        );
        assert!(Reason { sheet: None, ..planted(Sensitive::No) }.for_sheet().is_none());
    }
}

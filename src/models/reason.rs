//! One reason: its words, what drives it, its evidence, and who may read it. Owns the masking of sensitive conditions;
//! refuses to decide which reasons somebody has.

use crate::domain::Day;
use crate::domain::record::{record, record_choice};
use crate::reference::{ELIXHAUSER, Sensitive};

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

/// Plain name and sensitivity of an Elixhauser measure by its place.
#[must_use]
pub fn plain_condition(bit: usize) -> (&'static str, Sensitive) {
    const NAMES: [&str; 38] = [
        "HIV",
        "alcohol use disorder",
        "nutritional anemia",
        "autoimmune disease",
        "chronic blood-loss anemia",
        "leukemia",
        "lymphoma",
        "metastatic cancer",
        "cancer in situ",
        "solid cancer",
        "cerebrovascular disease",
        "clotting disorder",
        "dementia",
        "depression",
        "diabetes with complications",
        "diabetes",
        "drug use disorder",
        "heart failure",
        "complicated hypertension",
        "hypertension",
        "mild liver disease",
        "severe liver disease",
        "chronic lung disease",
        "movement disorder",
        "neurological disorder",
        "epilepsy",
        "obesity",
        "paralysis",
        "peripheral vascular disease",
        "psychosis",
        "pulmonary circulation disease",
        "moderate kidney disease",
        "severe kidney disease",
        "hypothyroidism",
        "thyroid disorder",
        "bleeding ulcer",
        "heart valve disease",
        "weight loss",
    ];
    let sensitive = match ELIXHAUSER.get(bit).copied().unwrap_or("") {
        "aids" => Sensitive::Hiv,
        "alcohol" | "drug_abuse" => Sensitive::SubstanceUse,
        "depress" | "psychoses" => Sensitive::Psychiatric,
        _ => Sensitive::No,
    };
    (NAMES.get(bit).copied().unwrap_or("condition"), sensitive)
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

//! The instruments whose scores features read. Owns that list and where each stands; refuses to read a score and to call
//! it high.

use crate::domain::vocabulary::word_list;

word_list! {
    /// An instrument. Its word is its name in the extract.
    Instrument {
        /// Activities of daily living.
        Adl = "ADL",
        /// Patient activation, 13 items.
        Pam13 = "PAM-13",
        /// Depression, 9 items.
        Phq9 = "PHQ-9",
        /// Health literacy.
        HealthLiteracy = "health literacy",
    }
}

/// The extract that holds an instrument's scores.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScoreSource {
    /// Assessments by staff.
    Assessments,
    /// Answers to a survey.
    Surveys,
}

impl Instrument {
    /// The beginning of its features' names.
    #[must_use]
    pub fn feature_name(self) -> &'static str {
        match self {
            Self::Adl => "activities_of_daily_living",
            Self::Pam13 => "patient_activation",
            Self::Phq9 => "phq9",
            Self::HealthLiteracy => "health_literacy_score",
        }
    }

    /// Where features look for its scores.
    #[must_use]
    pub fn source(self) -> ScoreSource {
        match self {
            Self::Pam13 => ScoreSource::Surveys,
            Self::Adl | Self::Phq9 | Self::HealthLiteracy => ScoreSource::Assessments,
        }
    }

    /// Its score tells of mental health.
    #[must_use]
    pub fn is_psychiatric(self) -> bool {
        self == Self::Phq9
    }
}

//! Closed categories of people. Owns their spellings; refuses to guess one from another.

/// Administrative sex as enrolment files carry it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Anything else; excluded from measures whose denominator needs a sex.
    #[default]
    Unknown,
}

impl Sex {
    /// `male`, `m`, `female`, `f` in any case; all else is unknown.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "male" | "m" => Self::Male,
            "female" | "f" => Self::Female,
            _ => Self::Unknown,
        }
    }

    /// The text itself says that the sex is not known (or is empty), rather than something we cannot read.
    #[must_use]
    pub fn says_unknown(text: &str) -> bool {
        matches!(text.to_ascii_lowercase().as_str(), "" | "u" | "unk" | "unknown" | "o" | "other" | "x")
    }

    /// `female`, `male` or `unknown`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Unknown => "unknown",
        }
    }
}

/// Who pays.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum PayerType {
    /// Medicare, Advantage included.
    Medicare,
    /// Medicaid and CHIP.
    Medicaid,
    /// Commercial and exchange plans.
    Commercial,
    /// Everything else, and a missing value.
    #[default]
    Other,
}

impl PayerType {
    /// The contract's four words, any case; all else is other.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "medicare" => Self::Medicare,
            "medicaid" => Self::Medicaid,
            "commercial" => Self::Commercial,
            _ => Self::Other,
        }
    }

    /// The contract's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Medicare => "medicare",
            Self::Medicaid => "medicaid",
            Self::Commercial => "commercial",
            Self::Other => "other",
        }
    }
}

//! The laboratory tests that features read, by LOINC. Owns that list; refuses to read a result.

use crate::domain::vocabulary::word_list;

word_list! {
    /// A laboratory test. Its word is the LOINC code.
    LabTest {
        /// Sodium.
        Sodium = "2951-2",
        /// NT-proBNP.
        NtProBnp = "33762-6",
        /// Estimated glomerular filtration rate.
        Egfr = "33914-3",
        /// Hemoglobin A1c.
        HemoglobinA1c = "4548-4",
        /// Hemoglobin.
        Hemoglobin = "718-7",
    }
}

impl LabTest {
    /// The beginning of its features' names.
    #[must_use]
    pub fn feature_name(self) -> &'static str {
        match self {
            Self::Sodium => "sodium",
            Self::NtProBnp => "nt_probnp",
            Self::Egfr => "egfr",
            Self::HemoglobinA1c => "hba1c",
            Self::Hemoglobin => "hemoglobin",
        }
    }

    /// Name and unit as the dictionary of features says them.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Sodium => "sodium, mmol/L",
            Self::NtProBnp => "NT-proBNP, pg/mL",
            Self::Egfr => "estimated GFR, mL/min/1.73 m2",
            Self::HemoglobinA1c => "hemoglobin A1c, %",
            Self::Hemoglobin => "hemoglobin, g/dL",
        }
    }
}

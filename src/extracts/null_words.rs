//! Cells that hold a word for nothing. Owns which words a column of a kind takes for nothing, and the configured ones;
//! refuses to know what a missing value costs.

use super::contract::{ColumnSpec, Kind};
use super::reason::Reason;
use crate::config::ExtractConfig;
use crate::domain::{MissingWords, trim_cell};

/// The words of an extract for nothing: the standard ones, or those that its configuration lists.
#[derive(Clone, Debug, Default)]
pub struct NullWords {
    own: Option<Vec<String>>,
    /// A comma stands before the cents, and points between thousands.
    pub decimal_comma: bool,
    /// What stands between the values of a cell that holds several, when that is not `|`.
    pub list_separator: Option<char>,
}

impl NullWords {
    /// As an extract is configured; without words of its own the standard ones.
    #[must_use]
    pub fn new(config: &ExtractConfig) -> Self {
        let own = config.null_values.as_ref();
        Self {
            own: own.map(|words| words.iter().map(|w| trim_cell(w).to_owned()).collect()),
            decimal_comma: config.decimal.as_deref() == Some(","),
            list_separator: config.list_separator.as_ref().and_then(|s| s.chars().next()).filter(|c| *c != '|'),
        }
    }

    /// A cell's trimmed text. An empty one is none without a reason, a word for nothing none with one; a word that a
    /// closed column allows is that word.
    ///
    /// # Errors
    /// The reason to count, if any.
    pub fn cell<'t>(&self, text: &'t str, spec: &ColumnSpec) -> Result<&'t str, Option<Reason>> {
        let text = trim_cell(text);
        if text.is_empty() {
            return Err(None);
        }
        let missing = match &self.own {
            Some(own) => own.iter().any(|w| w == text),
            None => words_of(spec).hold(text),
        };
        let allowed = |text: &str| spec.allowed.iter().any(|a| a.eq_ignore_ascii_case(text));
        if missing && !allowed(text) { Err(Some(Reason::MissingWord)) } else { Ok(text) }
    }
}

fn words_of(spec: &ColumnSpec) -> MissingWords {
    match spec.kind {
        Kind::Name => MissingWords::OfNames,
        Kind::Text => MissingWords::OfText,
        _ if !spec.allowed.is_empty() => MissingWords::OfText,
        _ => MissingWords::OfValues,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &NullWords, extract: &str, column: &str, text: &str) -> Option<String> {
        let spec = super::super::feeds::extract(extract).expect("an extract");
        let column = spec.columns.iter().find(|c| c.name == column).expect("a column");
        words.cell(text, column).ok().map(str::to_owned)
    }

    #[test]
    fn a_word_means_nothing_by_the_kind_of_its_column() {
        let words = NullWords::default();
        for (extract, column, text, kept) in [
            ("eligibility", "last_name", "Null", true),
            ("eligibility", "first_name", "(null)", false),
            ("eligibility", "address", "NA", false),
            ("eligibility", "address", "-", true),
            ("eligibility", "phone", "unknown", false),
            ("eligibility", "pcp_npi", "-", false),
            ("medical_claim", "reversal_of_claim_id", "TBD", false),
            ("medical_claim", "reversal_of_claim_id", "0", true),
            ("medical_claim", "diagnosis_code", "?", false),
            ("sdoh_screening", "need", "unknown", true),
            ("sdoh_screening", "need", "null", false),
            ("override", "reason", "-", true),
            ("override", "reason", "N/A", false),
        ] {
            assert_eq!(read(&words, extract, column, text).is_some(), kept, "{extract}.{column} {text}");
        }
    }

    #[test]
    fn configured_words_replace_the_list() {
        let words = NullWords::new(&ExtractConfig {
            null_values: Some(vec!["missing".to_owned()]),
            ..ExtractConfig::default()
        });
        assert_eq!(read(&words, "eligibility", "phone", "missing"), None);
        assert_eq!(read(&words, "eligibility", "phone", " "), None);
        assert_eq!(read(&words, "eligibility", "phone", "NULL").as_deref(), Some("NULL"));
    }
}

//! `[extracts.NAME]`: where an extract lies and how its files are read. Owns the declaration of these keys; refuses to
//! know what an extract holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::declaration::{Range, bad_value, section};
use super::error::ConfigError;
use super::words::Encoding;

/// Where one canonical column comes from.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub enum ColumnSource {
    /// Their column of this name.
    Name(String),
    /// The same text on every row.
    Constant {
        /// The text.
        constant: String,
    },
    /// Their column, values replaced by a map (values not in the map stay).
    Mapped {
        /// Their column.
        column: String,
        /// From their value to ours.
        map: BTreeMap<String, String>,
    },
}

section! {
    /// One extract: a file, a folder or a glob; relative to this file, then to the working directory.
    ExtractConfig in "extracts.*" {
        /// file, folder or glob; CSV (plain, gzip, zstd) or Parquet, told apart by content
        path: String = String::new(), shown "";
        /// their column for ours: a name, { constant = "x" } or { column = "X", map = { a = "b" } }
        columns: BTreeMap<String, ColumnSource> = BTreeMap::new(), example r#"{ gender = { column = "SEX", map = { "1" = "male" } } }"#;
        /// SELECT over the files as table raw, with file_name and row_number as columns
        sql: Option<String> = None, example r#""SELECT … FROM raw""#;
        /// accepted date spellings (strftime); a column may hold several, never two that can be confused
        date_formats: Vec<String> = Vec::new(), shown r#"["%Y-%m-%d"]"#;
        /// IANA zone in which zoned timestamps become dates; undeclared, such a column is refused
        timezone: Option<String> = None, example r#""America/New_York""#;
        /// CSV field separator, one character
        delimiter: Option<String> = None, shown r#"",""#;
        /// utf-8 or latin1
        encoding: Option<Encoding> = None, shown r#""utf-8""#;
        /// share of quarantined rows above which the run stops (exit 4); set here it also replaces the per-reason limits
        /// of [quality]
        max_bad_share: Option<f64> = None, range Range::Share, shown "0.05";
        /// bad rows below which no share stops the run; set here it replaces quality.min_bad_rows
        min_bad_rows: Option<u64> = None, shown "20";
        /// stop (exit 3) when this extract is missing
        required: bool = false;
    }
}

impl ExtractConfig {
    /// What the ranges of single keys cannot say.
    ///
    /// # Errors
    /// [`ConfigError::Value`] naming the key.
    pub(super) fn check_together(&self, name: &str) -> Result<(), ConfigError> {
        let key = |k: &str| format!("extracts.{name}.{k}");
        if self.path.is_empty() {
            return Err(bad_value(&key("path"), "is missing: a file, folder or glob"));
        }
        if self.delimiter.as_ref().is_some_and(|d| d.len() != 1) {
            return Err(bad_value(&key("delimiter"), "must be one ASCII character"));
        }
        let shapes: Vec<String> = self.date_formats.iter().map(|f| f.replace(['-', '/', '.', ' '], "")).collect();
        let has = |s: &str| shapes.iter().any(|f| f.eq_ignore_ascii_case(s));
        if has("%d%m%Y") && has("%m%d%Y") {
            return Err(bad_value(
                &key("date_formats"),
                "day-first and month-first spellings cannot be told apart in one extract; declare one",
            ));
        }
        if self.date_formats.iter().any(|f| !f.contains('%')) {
            return Err(bad_value(&key("date_formats"), "use strftime spellings such as %Y%m%d"));
        }
        Ok(())
    }
}

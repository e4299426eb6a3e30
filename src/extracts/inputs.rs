//! The files of a night, found and hashed before a row is read. Owns what can be refused without reading; refuses to open
//! a row.

use std::collections::BTreeMap;

use super::contract::ExtractSpec;
use super::discovery;
use super::error::ExtractError;
use super::feeds::{EXTRACTS, extract, feature_table};
use super::source::SourceFile;
use crate::config::RunPlan;

/// The inputs found, before any is read: fails early and cheaply.
pub struct Discovered {
    /// Files by extract.
    pub(super) files: BTreeMap<&'static str, Vec<SourceFile>>,
}

impl Discovered {
    /// Finds and hashes the files of every configured extract.
    ///
    /// # Errors
    /// [`ExtractError::Source`] or [`ExtractError::Missing`].
    pub fn find(plan: &RunPlan) -> Result<Self, ExtractError> {
        let configured = |name: &str| plan.extracts.contains_key(name);
        if !configured("eligibility") {
            return Err(ExtractError::Missing { extract: "eligibility".into() });
        }
        if !configured("medical_claim") && !configured("admission") {
            return Err(ExtractError::Missing { extract: "medical_claim".into() });
        }
        // Columns of a table that is not there would be features nobody ever sees.
        if !plan.models.feature_columns.is_empty() && !configured("feature_table") {
            return Err(ExtractError::Missing { extract: "feature_table".into() });
        }
        Self::find_some(plan)
    }

    /// As [`Discovered::find`], whatever extracts are configured beside enrolment.
    ///
    /// # Errors
    /// As [`Discovered::find`].
    pub fn find_some(plan: &RunPlan) -> Result<Self, ExtractError> {
        if !(1990..=2100).contains(&plan.as_of.ymd().0) {
            return Err(ExtractError::Night(plan.as_of));
        }
        let problems: Vec<String> = EXTRACTS.iter().flat_map(|spec| unknown_mappings(plan, spec.name)).collect();
        if !problems.is_empty() {
            return Err(ExtractError::Mapping { problems });
        }
        let mut files = BTreeMap::new();
        for spec in EXTRACTS {
            if let Some(config) = plan.extracts.get(spec.name) {
                let root = plan.run.input_root.as_deref();
                files.insert(spec.name, discovery::discover(spec.name, config, &plan.base, root)?);
            }
        }
        Ok(Self { files })
    }

    /// Every file with its extract.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &SourceFile)> {
        self.files.iter().flat_map(|(name, files)| files.iter().map(move |f| (*name, f)))
    }
}

/// Keys of `[extracts.NAME.columns]` that are no column of the contract, with the nearest one that is.
fn unknown_mappings(plan: &RunPlan, name: &'static str) -> Vec<String> {
    let (Some(config), Some(spec)) = (plan.extracts.get(name), contract_of(name, &plan.models.feature_columns)) else {
        return Vec::new();
    };
    let flat: Vec<String> = spec.flat().map(|(n, _)| n).collect();
    let known: Vec<&str> = flat.iter().map(String::as_str).collect();
    config
        .columns
        .keys()
        .filter(|key| !known.contains(&key.as_str()) && !is_pattern(key, spec))
        .map(|key| format!("[extracts.{name}.columns] {key}{}", crate::config::nearest_hint(key, &known)))
        .collect()
}

/// How much there is to read, before it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InputSize {
    /// Rows of eligibility: no fewer than members.
    pub eligibility_rows: u64,
    /// Rows that become events: claim lines, ADT rows and fills.
    pub event_rows: u64,
}

impl Discovered {
    /// Rows by the footers of Parquet files, and by the bytes of CSV files: an estimate, for what is decided before a
    /// row is read. A file that cannot be opened counts none; reading it says why.
    #[must_use]
    pub fn size(&self) -> InputSize {
        let rows =
            |name: &str| self.files.get(name).map_or(0, |files| files.iter().map(|f| f.format.estimate_rows(f)).sum());
        InputSize {
            eligibility_rows: rows("eligibility"),
            event_rows: ["medical_claim", "admission", "pharmacy_claim"].into_iter().map(rows).sum(),
        }
    }
}

/// The contract of an extract; the feature table's is widened by the configured columns.
pub(super) fn contract_of(name: &str, own: &[String]) -> Option<&'static ExtractSpec> {
    if name == feature_table::SPEC.name { Some(feature_table::widened(own)) } else { extract(name) }
}

/// `diagnosis_code_*` stands for every numbered column of that name.
fn is_pattern(key: &str, spec: &ExtractSpec) -> bool {
    key.strip_suffix("_*").is_some_and(|base| spec.columns.iter().any(|c| c.repeat > 1 && c.name == base))
}

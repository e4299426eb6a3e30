//! What goes into a night beside the plan and what a night says of itself, finished or refused. Owns these records;
//! refuses to write them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::extracts::{ExtractReport, Extracts, QuarantineRow};
use crate::publish::{CurrentRule, data_quality_json, quality_lines};

/// What the command line adds to the plan.
#[derive(Clone, Debug, Default)]
pub struct NightlyOptions {
    /// Extracts that may be empty tonight.
    pub allow_empty: Vec<String>,
    /// Accept a fall in volume.
    pub accept_volume_change: bool,
    /// List of expected input hashes.
    pub manifest: Option<PathBuf>,
    /// When `current` moves to the run.
    pub current: CurrentRule,
    /// The one extract that `check` was asked for.
    pub only: Option<String>,
}

/// What a finished night says of itself.
#[derive(Clone, Debug)]
pub struct NightlySummary {
    /// Run id.
    pub run_id: String,
    /// Where it is published.
    pub path: PathBuf,
    /// Counts at every gate.
    pub counts: BTreeMap<String, u64>,
    /// Digest of the outputs.
    pub digest: String,
    /// Rows left out by rule, a line an extract.
    pub left_out: Vec<String>,
    /// Warnings that ask for a reader.
    pub warnings: Vec<String>,
}

/// What a failed night can still tell.
#[derive(Default)]
pub struct NightAccount {
    /// Rejected rows so far.
    pub quarantine: Vec<QuarantineRow>,
    /// The data-quality account so far.
    pub quality: serde_json::Value,
}

impl NightAccount {
    /// Keeps the account as it stands; `over` are limits exceeded, in words.
    pub fn note(&mut self, extracts: &Extracts, codes: &BTreeMap<&'static str, u64>, over: &[String]) {
        self.quarantine.clone_from(&extracts.quarantine);
        self.quality = data_quality_json(&extracts.reports, codes, over);
    }
}

/// Rows left out by rule, one line an extract that has any: `pharmacy_claim: reversal 2, reversed 2`.
#[must_use]
pub fn left_out_lines(extracts: &Extracts) -> Vec<String> {
    let line = |(name, report): (&&'static str, &ExtractReport)| {
        let rules: Vec<String> = report.tally.dropped.iter().map(|(rule, n)| format!("{rule} {n}")).collect();
        (!rules.is_empty()).then(|| format!("{name}: {}", rules.join(", ")))
    };
    extracts.reports.iter().filter_map(line).collect()
}

/// The sentences of a night that stops for its rejected rows: the limits, then the account, then where the rows are.
#[must_use]
pub fn refusal_lines(over: &[String], extracts: &Extracts, only: Option<&str>, quarantine: &Path) -> Vec<String> {
    let mut out = over.to_vec();
    out.push(String::new());
    out.push(quality_lines(&extracts.reports, &extracts.quarantine, only).trim_end().to_owned());
    out.push(format!("quarantine: {}", quarantine.display()));
    out
}

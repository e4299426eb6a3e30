//! What goes into a night beside the plan and what a night says of itself, finished or refused. Owns these records;
//! refuses to write them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::extracts::{Extracts, QuarantineRow};
use crate::publish::{CurrentRule, data_quality_json};

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

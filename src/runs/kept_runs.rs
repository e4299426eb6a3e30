//! What the kept runs of an output folder remember: first listings and the arms people were drawn to. Owns which
//! run may be believed; refuses one that does not verify or names its members under another key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::RunError;
use crate::config::RunPlan;
use crate::domain::{Day, PseudonymKey};
use crate::outreach::Memory;
use crate::publish::tables::memory::read_memory;
use crate::publish::tables::outreach::read_listings;
use crate::publish::{Manifest, RUNS_FOLDER, verify};

/// Which kept runs are asked for.
#[derive(Clone, Copy)]
pub struct RunsFolder<'a> {
    /// Output folder.
    pub out: &'a Path,
    /// The last night of interest.
    pub until: Day,
    /// The key its members are named by, where they are.
    pub pseudonyms: Option<&'a PseudonymKey>,
}

impl<'a> RunsFolder<'a> {
    /// The runs a plan continues.
    #[must_use]
    pub fn of(plan: &'a RunPlan) -> Self {
        Self { out: &plan.run.out, until: plan.as_of, pseudonyms: plan.pseudonyms.as_ref() }
    }

    fn run(&self, name: &str) -> PathBuf {
        self.out.join(RUNS_FOLDER).join(name)
    }
}

/// How a person came on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Stream then.
    pub stream: String,
    /// Tier then.
    pub tier: String,
}

/// What the kept runs remember.
#[derive(Clone, Debug, Default)]
pub struct KeptRuns {
    /// Nights read, oldest first.
    pub nights: Vec<Day>,
    /// Run ids left out because they do not verify.
    pub refused: Vec<String>,
    /// First listing in the kept runs, by member id.
    pub listings: BTreeMap<String, Listing>,
    /// Memory of the newest run read.
    pub memory: Memory,
}

/// Every kept run up to the last night asked for with its night, oldest first (of one night by name), not yet verified.
/// A run under another pseudonym key is left out: nobody in it would be recognised.
#[must_use]
pub fn run_manifests(folder: RunsFolder<'_>) -> Vec<(Day, String, Manifest)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder.out.join(RUNS_FOLDER)).into_iter().flatten().filter_map(Result::ok) {
        let Ok(bytes) = std::fs::read(entry.path().join("manifest.json")) else { continue };
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) else { continue };
        let Some(night) = Day::parse_iso(&manifest.as_of).filter(|d| *d <= folder.until) else { continue };
        if manifest.pseudonym_key_id.as_deref() == folder.pseudonyms.map(PseudonymKey::id) {
            found.push((night, entry.file_name().to_string_lossy().into_owned(), manifest));
        }
    }
    found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    found
}

/// Reads every kept run up to the last night asked for.
///
/// # Errors
/// When a file of a run that verifies cannot be read.
pub fn read_kept_runs(folder: RunsFolder<'_>) -> Result<KeptRuns, RunError> {
    let mut out = KeptRuns::default();
    for (night, name, _) in run_manifests(folder) {
        let run = folder.run(&name);
        if !verify(&run).is_ok_and(|(_, problems)| problems.is_empty()) {
            out.refused.push(name);
            continue;
        }
        for listed in read_listings(&run)? {
            let tier = listed.tier.map_or_else(String::new, |t| t.to_string());
            out.listings.entry(listed.member_id).or_insert(Listing { stream: listed.stream, tier });
        }
        out.memory = read_memory(&run, night)?;
        out.nights.push(night);
    }
    Ok(out)
}

//! The account of every attempt, beside the runs: who, when, which hashes, how it ended. Owns the chain of
//! hashes that shows a changed, removed or reordered entry; refuses to hold anything of a patient.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::directory::OutputFolder;
use super::error::PublishError;
use super::manifest::Manifest;
use crate::reference::sha256_hex;

/// The file beside `runs`.
pub const AUDIT_FILE: &str = "audit.jsonl";

/// Runs in the order in which they were published last, by the account beside them; a line that cannot be read is passed
/// over.
#[must_use]
pub fn published_order(out: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(out.join(AUDIT_FILE)).unwrap_or_default();
    let mut runs: Vec<String> = Vec::new();
    for run in text.lines().filter_map(|l| serde_json::from_str::<AuditEntry>(l).ok()).filter_map(|e| e.run) {
        runs.retain(|r| *r != run);
        runs.push(run);
    }
    runs
}

/// One attempt.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct AuditEntry {
    /// 1 for the first; without gaps.
    pub sequence: u64,
    /// When by the machine's clock, UTC; no other output asks the clock.
    pub at: String,
    /// Numeric user id of the process.
    pub user_id: u32,
    /// `published`, `same` (the night was there already) or `failed`.
    pub event: String,
    /// Exit code.
    pub exit_code: u8,
    /// Night.
    pub as_of: String,
    /// Run id, when one was published.
    pub run: Option<String>,
    /// Product version.
    pub lamplight_version: String,
    /// Hash of the settings.
    pub config_sha256: String,
    /// Digest of inputs, settings and version.
    pub inputs_digest: Option<String>,
    /// Hash of the run's manifest.
    pub manifest_sha256: Option<String>,
    /// Digest of the outputs.
    pub digest: Option<String>,
    /// Counts at the gates.
    pub counts: BTreeMap<String, u64>,
    /// Hash of the entry before; empty for the first.
    pub previous: String,
    /// SHA-256 of this entry with this field empty.
    pub hash: String,
}

impl AuditEntry {
    /// An entry of one attempt, still without its place in the chain.
    #[must_use]
    pub fn new(event: &str, exit_code: u8, as_of: String, config_sha256: &str) -> Self {
        Self {
            at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            user_id: std::fs::metadata("/proc/self").map_or(u32::MAX, |m| m.uid()),
            event: event.to_owned(),
            exit_code,
            as_of,
            lamplight_version: env!("CARGO_PKG_VERSION").to_owned(),
            config_sha256: config_sha256.to_owned(),
            ..Self::default()
        }
    }

    /// The entry with what its run made.
    #[must_use]
    pub fn of_run(mut self, run: &str, manifest: &Manifest, manifest_sha256: &str) -> Self {
        self.run = Some(run.to_owned());
        self.inputs_digest = Some(manifest.inputs_digest.clone());
        self.manifest_sha256 = Some(manifest_sha256.to_owned());
        self.digest = Some(manifest.digest.clone());
        self.counts.clone_from(&manifest.counts);
        self
    }

    fn expected_hash(&self) -> String {
        let bare = Self { hash: String::new(), ..self.clone() };
        sha256_hex(&serde_json::to_vec(&bare).unwrap_or_default())
    }
}

/// Adds an entry to the chain, whole or not at all. A chain that is broken already is carried on as it is, so
/// that the break stays visible.
///
/// # Errors
/// When the disk refuses.
pub fn append(folder: &OutputFolder, mut entry: AuditEntry) -> Result<(), PublishError> {
    let mut text = std::fs::read_to_string(folder.root().join(AUDIT_FILE)).unwrap_or_default();
    let last = text.lines().rev().find_map(|l| serde_json::from_str::<AuditEntry>(l).ok());
    entry.sequence = last.as_ref().map_or(0, |l| l.sequence) + 1;
    entry.previous = last.map_or_else(String::new, |l| l.hash);
    entry.hash = entry.expected_hash();
    let line = serde_json::to_string(&entry)
        .map_err(|e| PublishError::Encode { what: AUDIT_FILE.to_owned(), why: e.to_string() })?;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&line);
    text.push('\n');
    folder.write_beside(AUDIT_FILE, text.as_bytes())
}

/// What is wrong with the chain of an output folder, and whether it names the manifest of a run in it.
#[must_use]
pub fn check_chain(root: &Path, manifest_sha256: &str) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(root.join(AUDIT_FILE)) else {
        return vec![format!("{AUDIT_FILE}: is missing beside the runs")];
    };
    let mut problems = Vec::new();
    let (mut sequence, mut previous, mut named) = (0, String::new(), false);
    for (i, line) in text.lines().enumerate() {
        let Ok(entry) = serde_json::from_str::<AuditEntry>(line) else {
            problems.push(format!("{AUDIT_FILE} line {}: is no entry", i + 1));
            continue;
        };
        if serde_json::to_string(&entry).ok().as_deref() != Some(line) || entry.hash != entry.expected_hash() {
            problems.push(format!("{AUDIT_FILE} line {}: its content differs from its hash", i + 1));
        }
        if entry.sequence != sequence + 1 || entry.previous != previous {
            problems.push(format!("{AUDIT_FILE} line {}: does not follow the entry before it", i + 1));
        }
        named |= entry.manifest_sha256.as_deref() == Some(manifest_sha256);
        sequence = entry.sequence;
        previous = entry.hash;
    }
    if !named {
        problems.push(format!("{AUDIT_FILE}: no entry names this run's manifest"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_of_three() -> (tempfile::TempDir, Vec<String>) {
        let place = tempfile::tempdir().expect("a folder");
        let folder = OutputFolder::open(place.path()).expect("opened");
        for run in ["a", "b", "c"] {
            let mut entry = AuditEntry::new("published", 0, "2026-06-30".to_owned(), "config");
            entry.run = Some(run.to_owned());
            entry.manifest_sha256 = Some(format!("m-{run}"));
            append(&folder, entry).expect("appended");
        }
        let text = std::fs::read_to_string(place.path().join(AUDIT_FILE)).expect("read");
        (place, text.lines().map(str::to_owned).collect())
    }

    #[test]
    fn a_whole_chain_has_nothing_wrong() {
        let (place, _) = folder_of_three();
        for run in ["a", "b", "c"] {
            assert_eq!(check_chain(place.path(), &format!("m-{run}")), Vec::<String>::new());
        }
    }

    #[test]
    fn removed_reordered_and_changed_entries_are_found() {
        let (place, lines) = folder_of_three();
        let broken = |lines: &[String], manifest: &str| {
            std::fs::write(place.path().join(AUDIT_FILE), lines.join("\n") + "\n").expect("written");
            !check_chain(place.path(), manifest).is_empty()
        };
        assert!(!broken(&lines, "m-c"));
        for gone in 0..3 {
            let mut fewer = lines.clone();
            fewer.remove(gone);
            assert!(broken(&fewer, "m-c"), "entry {gone} removed");
        }
        let swapped = [lines[1].clone(), lines[0].clone(), lines[2].clone()];
        assert!(broken(&swapped, "m-c"));
        // Every byte of the middle entry.
        for at in 0..lines[1].len() {
            let mut bytes = lines[1].clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            assert!(broken(&[lines[0].clone(), text, lines[2].clone()], "m-c"), "byte {at}");
        }
    }
}

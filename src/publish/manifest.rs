//! What a run was made of and what it made. Owns the digest and its check; refuses to hold a patient's
//! id, name or date.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::directory::file_sha256;
use super::error::PublishError;
use crate::outreach::Stability;

/// One input file.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputFile {
    /// Extract.
    pub extract: String,
    /// Name without its folder.
    pub file: String,
    /// SHA-256.
    pub sha256: String,
    /// Bytes.
    pub bytes: u64,
}

/// One output file.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutputFile {
    /// Path within the run.
    pub file: String,
    /// SHA-256.
    pub sha256: String,
    /// Bytes.
    pub bytes: u64,
    /// Whether the file counts towards the digest: the quarantine follows the files.
    pub in_digest: bool,
}

/// Row account of one extract.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct RowAccount {
    /// Rows read.
    pub rows_in: u64,
    /// Rows used.
    pub rows_used: u64,
    /// Rows quarantined.
    pub rows_quarantined: u64,
    /// Rows dropped by rule.
    pub rows_dropped: u64,
}

/// A code set's identity.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct CodeSetUsed {
    /// Id.
    pub id: String,
    /// Version.
    pub version: String,
    /// SHA-256 of the compact table.
    pub sha256: String,
}

/// `manifest.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Run id.
    pub run_id: String,
    /// Night.
    pub as_of: String,
    /// Product version.
    pub lamplight_version: String,
    /// Set when the shipped sample was run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub banner: Option<String>,
    /// Hash of the settings that change outputs.
    pub config_sha256: String,
    /// Digest of inputs, settings and version.
    pub inputs_digest: String,
    /// Input files.
    pub inputs: Vec<InputFile>,
    /// Names the key under which members are pseudonymised; absent when they bear their own ids.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pseudonym_key_id: Option<String>,
    /// Digest of the previous run that this one remembered.
    pub previous_digest: Option<String>,
    /// Row accounts by extract.
    pub rows: BTreeMap<String, RowAccount>,
    /// Counts at every gate.
    pub counts: BTreeMap<String, u64>,
    /// The list against the previous night's.
    #[serde(default)]
    pub list_stability: Stability,
    /// What a reader is asked to look at; counts only.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Code sets.
    pub code_sets: Vec<CodeSetUsed>,
    /// Models and indices that scored.
    pub models: Vec<String>,
    /// Hash of each trained model's folder, by id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub model_hashes: BTreeMap<String, String>,
    /// Output files but this one.
    pub outputs: Vec<OutputFile>,
    /// Digest of the outputs: the same inputs, settings, night and previous run give the same.
    pub digest: String,
}

/// Files outside the digest.
const OUTSIDE: [&str; 2] = ["quarantine.csv", "quarantine.parquet"];

/// Written beside the outputs and never among them: two runs of the same night differ in their timings and in nothing
/// else, so the manifest that both have cannot hold its hash.
pub const TIMINGS: &str = "timings.json";

/// Hashes the files of a run, sorted by name.
///
/// # Errors
/// When a file cannot be read.
pub fn hash_outputs(root: &Path, files: &[String]) -> Result<Vec<OutputFile>, PublishError> {
    let mut out = files
        .iter()
        .map(|name| {
            let (sha256, bytes) =
                file_sha256(&root.join(name)).map_err(|why| PublishError::Io { what: name.clone(), why })?;
            Ok(OutputFile { file: name.clone(), sha256, bytes, in_digest: !OUTSIDE.contains(&name.as_str()) })
        })
        .collect::<Result<Vec<_>, PublishError>>()?;
    out.sort();
    Ok(out)
}

/// One hash over many texts.
#[must_use]
pub fn digest_of<'t>(parts: impl Iterator<Item = &'t str>) -> String {
    let mut all = String::new();
    for part in parts {
        all.push_str(part);
        all.push('\n');
    }
    crate::reference::sha256_hex(all.as_bytes())
}

/// The digest of outputs.
#[must_use]
pub fn output_digest(outputs: &[OutputFile]) -> String {
    digest_of(outputs.iter().filter(|o| o.in_digest).flat_map(|o| [o.file.as_str(), o.sha256.as_str()]))
}

/// What is wrong with a published run; empty when every hash holds.
///
/// # Errors
/// When there is no readable manifest.
pub fn verify(run: &Path) -> Result<(Manifest, Vec<String>), PublishError> {
    let bytes = std::fs::read(run.join("manifest.json"))
        .map_err(|why| PublishError::Io { what: "manifest.json".to_owned(), why })?;
    let manifest: Manifest = serde_json::from_slice(&bytes)
        .map_err(|e| PublishError::Encode { what: "manifest.json".to_owned(), why: e.to_string() })?;
    let mut problems = Vec::new();
    let recorded = std::fs::read_to_string(run.join("manifest.sha256")).unwrap_or_default();
    if recorded.trim() != crate::reference::sha256_hex(&bytes) {
        problems.push("manifest.json: differs from manifest.sha256".to_owned());
    }
    for o in &manifest.outputs {
        match file_sha256(&run.join(&o.file)) {
            Err(e) => problems.push(format!("{}: {e}", o.file)),
            Ok((hash, _)) if hash != o.sha256 => {
                problems.push(format!("{}: the content differs from the manifest", o.file))
            }
            Ok(_) => {}
        }
    }
    if output_digest(&manifest.outputs) != manifest.digest {
        problems.push("manifest.json: its digest does not follow from its outputs".to_owned());
    }
    let mut known: Vec<String> = manifest.outputs.iter().map(|o| o.file.clone()).collect();
    known.extend(["manifest.json".to_owned(), "manifest.sha256".to_owned(), TIMINGS.to_owned()]);
    for extra in files_below(run, run) {
        if !known.contains(&extra) {
            problems.push(format!("{extra}: is not in the manifest"));
        }
    }
    Ok((manifest, problems))
}

fn files_below(folder: &Path, root: &Path) -> Vec<String> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            out.extend(files_below(&path, root));
        } else if let Ok(name) = path.strip_prefix(root) {
            out.push(name.to_string_lossy().into_owned());
        }
    }
    out.sort();
    out
}

//! The receipt of a part: which folder it left, of which prelude, with the hash of every file. Owns its form and that each
//! part has exactly one; refuses to open a folder. Counts and hashes alone: no id and no date of a member.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::ClusterError;
use super::prelude_file::PreludeFolder;

/// Version of the form.
pub const RECEIPT_FORMAT: u32 = 1;

/// The receipt of one part.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Version of the form.
    pub format: u32,
    /// SHA-256 of the prelude.
    pub prelude: String,
    /// Part.
    pub part: usize,
    /// The folder that the part left.
    pub folder: PathBuf,
    /// Members of the part.
    pub members: usize,
    /// Rows that arrived, by input.
    pub rows: BTreeMap<usize, u64>,
    /// SHA-256 of each file of the folder.
    pub files: BTreeMap<String, String>,
}

impl Receipt {
    /// The line that names the part.
    ///
    /// # Errors
    /// [`ClusterError::Io`] when it has no JSON form.
    pub fn to_line(&self) -> Result<String, ClusterError> {
        serde_json::to_string(self).map_err(|e| ClusterError::Io { what: "the receipt", why: std::io::Error::other(e) })
    }
}

/// Reads the receipts of a night, one JSON object a line, in the order of the parts.
///
/// # Errors
/// [`ClusterError::Usage`] when the file cannot be read, [`ClusterError::Misfit`] when a receipt is missing, stands twice or
/// is of another prelude.
pub fn read_receipts(file: &Path, prelude: &PreludeFolder) -> Result<Vec<Receipt>, ClusterError> {
    let text = std::fs::read_to_string(file)
        .map_err(|e| ClusterError::Usage(format!("--receipts: the file cannot be read: {e}")))?;
    let parts = prelude.prelude.parts();
    let mut found: BTreeMap<usize, Receipt> = BTreeMap::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = at + 1;
        let receipt: Receipt = serde_json::from_str(line)
            .map_err(|_| ClusterError::misfit(&format!("line {at} of the receipts is no receipt")))?;
        if receipt.format != RECEIPT_FORMAT || receipt.prelude != prelude.id {
            return Err(ClusterError::misfit(&format!("the receipt of part {} is of another prelude", receipt.part)));
        }
        if receipt.part >= parts {
            return Err(ClusterError::misfit(&format!("part {}: the prelude has {parts} parts", receipt.part)));
        }
        if let Some(twice) = found.insert(receipt.part, receipt) {
            return Err(ClusterError::misfit(&format!("part {} has two receipts", twice.part)));
        }
    }
    let missing: Vec<String> = (0..parts).filter(|k| !found.contains_key(k)).map(|k| k.to_string()).collect();
    if missing.is_empty() {
        return Ok(found.into_values().collect());
    }
    Err(ClusterError::misfit(&format!("{} of {parts} parts have no receipt: {}", missing.len(), missing.join(", "))))
}

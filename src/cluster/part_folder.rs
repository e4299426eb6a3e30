//! The folder of a part, as stage leaves it and rank reads it. Owns the names in it and the check of every hash; refuses to
//! know what a file says.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::ClusterError;
use super::receipt::Receipt;
use crate::extracts::stream_path;
use crate::publish::{Staging, file_sha256};

/// The receipt in the folder, written last.
pub const PART_FILE: &str = "part.json";
/// Folder of the rows that travel on.
pub const ROWS_FOLDER: &str = "rows";

/// The file of an input's rows.
pub(super) fn rows_file(input: usize) -> String {
    format!("{input}.runs")
}

/// Takes over the stream of an input as it arrived.
///
/// # Errors
/// [`ClusterError::Io`].
pub fn keep_rows(staging: &mut Staging, from: &Path, part: usize, input: usize) -> Result<(), ClusterError> {
    let bytes = std::fs::read(stream_path(from, Some(part), input)).map_err(ClusterError::disk("the part's folder"))?;
    staging
        .write(&format!("{ROWS_FOLDER}/{}", rows_file(input)), &bytes)
        .map_err(|e| ClusterError::Io { what: "the part's folder", why: std::io::Error::other(e) })
}

/// Hashes the files of a folder into its receipt and writes it.
///
/// # Errors
/// [`ClusterError::Io`].
pub fn write_receipt(staging: &mut Staging, receipt: Receipt) -> Result<Receipt, ClusterError> {
    let mut files = BTreeMap::new();
    for name in staging.files() {
        let (sha256, _) = file_sha256(&staging.path().join(name)).map_err(ClusterError::disk("the part's folder"))?;
        files.insert(name.clone(), sha256);
    }
    let receipt = Receipt { files, ..receipt };
    staging
        .write(PART_FILE, format!("{}\n", receipt.to_line()?).as_bytes())
        .map_err(|e| ClusterError::Io { what: "the part's folder", why: std::io::Error::other(e) })?;
    Ok(receipt)
}

/// Checks that a folder is the one of its receipt, byte by byte.
///
/// # Errors
/// [`ClusterError::Misfit`].
pub fn open_part_folder(receipt: &Receipt) -> Result<(), ClusterError> {
    let part = receipt.part;
    let own = std::fs::read(receipt.folder.join(PART_FILE))
        .map_err(|_| ClusterError::misfit(&format!("part {part}: its folder cannot be read")))?;
    if own != format!("{}\n", receipt.to_line()?).into_bytes() {
        return Err(ClusterError::misfit(&format!("part {part}: the receipt is not the one in its folder")));
    }
    for (name, sha256) in &receipt.files {
        let found = file_sha256(&receipt.folder.join(name)).map(|(hash, _)| hash);
        if found.ok().as_ref() != Some(sha256) {
            return Err(ClusterError::misfit(&format!("part {part}: {name} is not what its receipt says")));
        }
    }
    Ok(())
}

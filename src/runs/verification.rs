//! Published runs held to their own hashes, and pages made from them anew. Owns the verdict; refuses to read an extract.

use std::path::Path;

use super::error::RunError;
use crate::publish::{Manifest, RUNS_FOLDER, check_chain, render_report, verify};
use crate::reference::sha256_hex;

/// Rebuilds `report.html` of a published run from its files.
///
/// # Errors
/// When the run does not verify or cannot be read.
pub fn rebuild_report(run: &Path) -> Result<String, RunError> {
    let (manifest, problems) = verify(run)?;
    if !problems.is_empty() {
        return Err(RunError::Verify(problems));
    }
    Ok(render_report(run, &manifest)?)
}

/// Every hash of a published run, and the chain of the audit log beside it.
///
/// # Errors
/// When there is no readable manifest.
pub fn verify_run(run: &Path) -> Result<(Manifest, Vec<String>), RunError> {
    let no_run = || vec!["there is no readable manifest.json: that folder is no published run".to_owned()];
    let (manifest, mut problems) = verify(run).map_err(|_| RunError::Verify(no_run()))?;
    // A copied run stands alone; one in its place is also held to the log.
    let place = run.canonicalize().ok();
    let runs = place.as_deref().and_then(Path::parent).filter(|p| p.file_name().is_some_and(|n| n == RUNS_FOLDER));
    if let Some(root) = runs.and_then(Path::parent) {
        let sha256 = std::fs::read(run.join("manifest.json")).map(|b| sha256_hex(&b)).unwrap_or_default();
        problems.extend(check_chain(root, &sha256));
    }
    Ok((manifest, problems))
}

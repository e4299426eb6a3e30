//! What every attempt leaves beside the runs, whatever became of it. Owns `last_attempt.json` and the account of a
//! refused night; refuses to touch a run.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::account::{NightAccount, NightlySummary};
use super::error::PipelineError;
use super::pretty_json::pretty_json;
use super::quarantine_files::quarantine_files;
use crate::config::RunPlan;
use crate::publish::{AuditEntry, OutputFolder, append_audit};

/// What `last_attempt.json` says.
fn attempt_record(as_of: Option<&str>, exit_code: u8, run_id: Option<&str>, error: Option<&str>) -> serde_json::Value {
    json!({
        "as_of": as_of,
        "exit_code": exit_code,
        "run_id": run_id,
        "error": error,
        "lamplight_version": env!("CARGO_PKG_VERSION"),
    })
}

/// Leaves word of an attempt that ended before or outside the night itself: a refused configuration, a lock held
/// by another run, a fault of our own. A folder that cannot be written is no further fault.
pub fn note_attempt(out: &Path, as_of: Option<&str>, error: &PipelineError) {
    let Ok(bytes) = pretty_json(&attempt_record(as_of, error.exit_code(), None, Some(&error.to_string()))) else {
        return;
    };
    if let Err(why) = OutputFolder::plain(out).and_then(|f| f.write_beside("last_attempt.json", &bytes)) {
        tracing::warn!("last_attempt.json is not written: {why}");
    }
}

/// Says beside the runs how the last attempt ended.
///
/// # Errors
/// When the disk refuses and the attempt itself had not already failed.
pub fn note_result(
    folder: &OutputFolder,
    plan: &RunPlan,
    result: &Result<NightlySummary, PipelineError>,
) -> Result<(), PipelineError> {
    let value = match result {
        Ok(summary) => attempt_record(Some(&plan.as_of.to_string()), 0, Some(&summary.run_id), None),
        Err(e) => attempt_record(Some(&plan.as_of.to_string()), e.exit_code(), None, Some(&e.to_string())),
    };
    if let Err(e) = result {
        let entry = AuditEntry::new("failed", e.exit_code(), plan.as_of.to_string(), &plan.config_hash);
        if let Err(why) = append_audit(folder, entry) {
            tracing::warn!("the failed attempt is not in the audit log: {why}");
        }
    }
    let written = pretty_json(&value).and_then(|bytes| Ok(folder.write_beside("last_attempt.json", &bytes)?));
    if result.is_err() { Ok(()) } else { written }
}

/// The folder's name of the account that an attempt leaves.
fn account_id(plan: &RunPlan) -> String {
    format!("{}-{}", plan.as_of, &plan.config_hash[..8])
}

/// Where [`leave_account`] leaves the rejected rows.
#[must_use]
pub fn quarantine_place(plan: &RunPlan, place: &str) -> PathBuf {
    plan.run.out.join(place).join(account_id(plan)).join("quarantine.csv")
}

/// Leaves the quarantine and the account of a refused night; as many nights are kept as runs are.
///
/// # Errors
/// Never stops the refusal itself: a full disk is only logged.
pub fn leave_account(
    folder: &OutputFolder,
    plan: &RunPlan,
    account: &NightAccount,
    place: &str,
) -> Result<(), PipelineError> {
    let id = account_id(plan);
    let quality = ("data_quality.json", pretty_json(&account.quality)?);
    for (name, bytes) in quarantine_files(&account.quarantine, plan)?.into_iter().chain([quality]) {
        if let Err(e) = folder.write_beside(&format!("{place}/{id}/{name}"), &bytes) {
            tracing::warn!("cannot leave {name} of the refused night: {e}");
        }
    }
    folder.prune_beside(place, plan.run.keep_runs, &id);
    Ok(())
}

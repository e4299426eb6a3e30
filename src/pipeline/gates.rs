//! Gates between reading and publishing: limits on rejected rows, volume against the last run, expected input
//! hashes. Owns the verdicts; refuses to write.

use std::path::Path;

use super::PipelineError;
use crate::config::RunPlan;
use crate::extracts::{Discovered, ExtractReport};
use crate::publish::Manifest;

type Reports = std::collections::BTreeMap<&'static str, ExtractReport>;

/// Every limit that is exceeded, in words.
#[must_use]
pub fn exceeded(reports: &Reports, plan: &RunPlan) -> Vec<String> {
    reports.iter().flat_map(|(name, r)| r.exceeded(name, &plan.quality)).collect()
}

/// Extracts that systems send.
const FEEDS: [&str; 6] =
    ["eligibility", "medical_claim", "pharmacy_claim", "admission", "lab_result", "sdoh_screening"];

/// Extracts whose rows fell too far against the newest earlier run.
///
/// # Errors
/// [`PipelineError::Gate`] unless the fall is accepted.
pub fn volume(
    reports: &Reports,
    previous: Option<&Manifest>,
    plan: &RunPlan,
    accept: bool,
) -> Result<(), PipelineError> {
    let Some(previous) = previous.filter(|_| !accept) else { return Ok(()) };
    let mut fallen = Vec::new();
    // Feeds only: the small tables that people keep by hand may halve overnight.
    for (name, before) in previous.rows.iter().filter(|(name, _)| FEEDS.contains(&name.as_str())) {
        let now = reports.get(name.as_str()).map_or(0, |r| r.tally.rows_in);
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let fall = 1.0 - now as f64 / before.rows_in.max(1) as f64;
        if fall > plan.quality.max_volume_drop {
            fallen.push(format!(
                "{name}: {now} rows, {:.0} % fewer than on {} (quality.max_volume_drop)",
                fall * 100.0,
                previous.as_of
            ));
        }
    }
    if fallen.is_empty() {
        return Ok(());
    }
    fallen.push("hint: pass --accept-volume-change if that is right tonight".to_owned());
    Err(PipelineError::Gate(fallen))
}

/// Compares every input with a list of `sha256  file name` lines.
///
/// # Errors
/// [`PipelineError::Gate`] naming files that differ or are not listed.
pub fn expected_hashes(found: &Discovered, list: &Path) -> Result<(), PipelineError> {
    let text = std::fs::read_to_string(list)
        .map_err(|e| PipelineError::Usage(format!("cannot read the list of expected hashes: {e}")))?;
    let wanted: std::collections::BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|l| l.split_once(char::is_whitespace))
        .map(|(hash, name)| (name.trim().trim_start_matches('*').rsplit('/').next().unwrap_or(""), hash))
        .collect();
    let mut wrong = Vec::new();
    for (extract, file) in found.all() {
        let name = file.name.rsplit('/').next().unwrap_or("");
        match wanted.get(name) {
            None => wrong.push(format!("{extract}, file {}: not in the list of expected hashes", file.name)),
            Some(hash) if !hash.eq_ignore_ascii_case(&file.sha256) => {
                wrong.push(format!("{extract}, file {}: differs from its expected hash", file.name))
            }
            Some(_) => {}
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(PipelineError::Gate(wrong)) }
}

//! Gates between reading and publishing: limits on rejected rows, volume against the last run, expected input
//! hashes. Owns the verdicts; refuses to write.

use std::path::Path;

use super::error::PipelineError;
use crate::config::RunPlan;
use crate::extracts::{Discovered, ExtractReport, Extracts};
use crate::publish::Manifest;

type Reports = std::collections::BTreeMap<&'static str, ExtractReport>;

/// Every limit that is exceeded, in words.
#[must_use]
pub fn exceeded_limits(reports: &Reports, plan: &RunPlan) -> Vec<String> {
    reports.iter().flat_map(|(name, r)| r.exceeded(name, &plan.quality)).collect()
}

/// Somebody is left to work for.
///
/// # Errors
/// [`PipelineError::Quarantine`] when every enrolment row was rejected, [`PipelineError::Gate`] when there was none.
pub fn somebody_is_left(extracts: &Extracts) -> Result<(), PipelineError> {
    if !extracts.population.members.is_empty() {
        return Ok(());
    }
    let tally = extracts.reports.get("eligibility").map(|r| &r.tally);
    let reasons: Vec<String> = tally
        .into_iter()
        .flat_map(|t| &t.quarantined)
        .map(|(reason, n)| format!("eligibility: {} in {n} rows: {}", reason.code(), reason.meaning()))
        .collect();
    if reasons.is_empty() {
        return Err(PipelineError::Gate(vec![
            "eligibility: no member is left: there is nobody to work for".to_owned(),
        ]));
    }
    let first = "eligibility: every row was rejected: there is nobody to work for".to_owned();
    Err(PipelineError::Quarantine(std::iter::once(first).chain(reasons).collect()))
}

/// Extracts that systems send.
const FEEDS: [&str; 6] =
    ["eligibility", "medical_claim", "pharmacy_claim", "admission", "lab_result", "sdoh_screening"];

/// Extracts whose rows fell too far against the newest earlier run.
///
/// # Errors
/// [`PipelineError::Gate`] unless the fall is accepted.
pub fn check_volume(
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

/// Marks feeds whose newest row is too old or whose files are those of the newest earlier run, and says so.
///
/// # Errors
/// [`PipelineError::Gate`] where `quality.refuse_stale` asks for it.
pub fn check_freshness(
    reports: &mut Reports,
    previous: Option<&Manifest>,
    plan: &RunPlan,
) -> Result<Vec<String>, PipelineError> {
    let mut told = Vec::new();
    for (name, report) in reports.iter_mut().filter(|(name, _)| FEEDS.contains(name)) {
        let limit = plan.quality.stale_days;
        report.stale = report.tally.newest.is_some_and(|d| plan.as_of.since(crate::domain::Day(d)) > limit);
        if report.stale {
            told.push(format!("{name}: no row of the last {limit} days (quality.stale_days)"));
        }
        let before =
            |sha256: &str| previous.is_some_and(|p| p.inputs.iter().any(|i| i.extract == **name && i.sha256 == sha256));
        report.unchanged = !report.files.is_empty() && report.files.iter().all(|f| before(&f.sha256));
        if report.unchanged {
            told.push(format!("{name}: the same files as in the last run"));
        }
    }
    if told.is_empty() || !plan.quality.refuse_stale {
        return Ok(told);
    }
    told.push("hint: wait for the feed, or set quality.refuse_stale = false to be warned only".to_owned());
    Err(PipelineError::Gate(told))
}

/// Compares every input with a list of `sha256  file name` lines.
///
/// # Errors
/// [`PipelineError::Gate`] naming files that differ or are not listed.
pub fn check_expected_hashes(found: &Discovered, list: &Path) -> Result<(), PipelineError> {
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

//! Reading and judging the extracts without measuring anyone. Owns the account it prints; refuses to publish.

use std::collections::BTreeMap;

use super::account::{NightAccount, NightlyOptions, refusal_lines};
use super::attempts::{leave_account, quarantine_place};
use super::error::PipelineError;
use super::gates;
use super::nightly::read_extracts;
use super::pool::in_pool;
use super::progress::Progress;
use crate::config::RunPlan;
use crate::extracts::Discovered;
use crate::publish::{OutputFolder, quality_lines};

/// What a run judges and this does not, for whoever reads a good check as a promise.
const LEFT_TO_RUN: &str =
    "not judged here, but by run: versions, reversals and conflicting lines of a claim; volume against the last run\n";

/// Judges the extracts row by row; returns the table to print. The quarantine is left under `checked/` (or, when
/// a limit is exceeded, `failed/`) of the output folder. What only a whole member can tell (reversals without an
/// original, conflicting lines) and the volume against the last run are judged by `run`.
///
/// # Errors
/// Those of reading and of the limits, as a nightly run gives them.
pub fn check(plan: &RunPlan, options: &NightlyOptions, progress: &Progress) -> Result<String, PipelineError> {
    let only = options.only.as_deref();
    let narrowed = only.map(|name| only_extract(plan, name));
    let plan = narrowed.as_ref().unwrap_or(plan);
    let folder = OutputFolder::open(&plan.run.out)?;
    let mut account = NightAccount::default();
    let result = in_pool(&plan.run, || {
        let staging = folder.stage()?;
        progress.stage("find inputs");
        let found = if only.is_some() { Discovered::find_some(plan)? } else { Discovered::find(plan)? };
        if let Some(list) = &options.manifest {
            gates::check_expected_hashes(&found, list)?;
        }
        let mut extracts = read_extracts(plan, options, progress, &found, &staging)?;
        if let Some(name) = only {
            extracts.reports.retain(|read, _| *read == name);
            extracts.quarantine.retain(|row| row.extract == name);
        }
        let over = gates::exceeded_limits(&extracts.reports, plan);
        account.note(&extracts, &BTreeMap::new(), &over);
        if over.is_empty() {
            gates::somebody_is_left(&extracts)?;
            return Ok(quality_lines(&extracts.reports, &extracts.quarantine, only) + LEFT_TO_RUN);
        }
        let place = quarantine_place(plan, "failed");
        Err(PipelineError::Quarantine(refusal_lines(&over, &extracts, only, &place)))
    });
    let place = if result.is_ok() { "checked" } else { "failed" };
    leave_account(&folder, plan, &account, place)?;
    progress.finish();
    result.map(|lines| format!("{lines}quarantine: {}\n", quarantine_place(plan, place).display()))
}

/// The plan with one extract, and enrolment, by which every other row finds its member.
fn only_extract(plan: &RunPlan, name: &str) -> RunPlan {
    let mut out = plan.clone();
    out.extracts.retain(|other, _| other == name || other == "eligibility");
    out
}

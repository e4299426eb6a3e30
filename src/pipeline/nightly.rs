//! The nightly job, as the diagram of the house: extracts, timeline, measures, scores, list, caseload, publish.
//! Owns that order and what is left behind when it fails; refuses to do any of the steps itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::everyone::{Everyone, Walk};
use super::night_models::NightModels;
use super::publication::{self, Night};
use super::{PipelineError, Progress, gates, kept_runs, memory, model_places, stop_flag};
use crate::caseload;
use crate::config::RunPlan;
use crate::extracts::{self, Discovered, Extracts, LoadOptions};
use crate::models;
use crate::models::book::overlay;
use crate::models::trained::TrainedModel;
use crate::outreach::{self, Memory};
use crate::publish::{
    Manifest, MemberWriters, OutputFolder, PublishError, Staging, data_quality_json, memory_from, read_rows, verify,
};
use crate::reference::Reference;
use crate::timeline::Codes;

/// What the command line adds to the plan.
#[derive(Clone, Debug, Default)]
pub struct NightlyOptions {
    /// Extracts that may be empty tonight.
    pub allow_empty: Vec<String>,
    /// Accept a fall in volume.
    pub accept_volume_change: bool,
    /// List of expected input hashes.
    pub manifest: Option<PathBuf>,
}

/// What a finished night says of itself.
#[derive(Clone, Debug)]
pub struct NightlySummary {
    /// Run id.
    pub run_id: String,
    /// Where it is published.
    pub path: PathBuf,
    /// Counts at every gate.
    pub counts: BTreeMap<String, u64>,
    /// Digest of the outputs.
    pub digest: String,
    /// Warnings that ask for a reader.
    pub warnings: Vec<String>,
}

/// Runs the night in its own pool of threads.
///
/// # Errors
/// [`PipelineError`]; whatever it is, `current` still names the last good run and `last_attempt.json` says what
/// happened.
pub fn nightly(plan: &RunPlan, options: &NightlyOptions, progress: &Progress) -> Result<NightlySummary, PipelineError> {
    let folder = OutputFolder::open(&plan.run.out)?;
    let mut ledger = Account::default();
    let result = in_pool(plan, || night(plan, options, progress, &folder, &mut ledger));
    publication::last_attempt(&folder, plan, &result)?;
    if let Err(
        PipelineError::Extract(_) | PipelineError::Caseload(_) | PipelineError::Gate(_) | PipelineError::Quarantine(_),
    ) = &result
        && !stop_flag().load(std::sync::atomic::Ordering::Relaxed)
    {
        publication::failed(&folder, plan, &ledger, "failed")?;
    }
    progress.finish();
    result
}

/// What a failed night can still tell.
#[derive(Default)]
pub struct Account {
    /// Rejected rows so far.
    pub quarantine: Vec<extracts::QuarantineRow>,
    /// The data-quality account so far.
    pub quality: serde_json::Value,
}

/// Runs work on the configured number of threads.
///
/// # Errors
/// That of the work, or an internal error when the pool cannot be made.
pub fn in_pool<T: Send>(
    plan: &RunPlan,
    work: impl FnOnce() -> Result<T, PipelineError> + Send,
) -> Result<T, PipelineError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(plan.run.threads)
        .build()
        .map_err(|e| PipelineError::Internal(e.to_string()))?;
    pool.install(work)
}

fn night(
    plan: &RunPlan,
    options: &NightlyOptions,
    progress: &Progress,
    folder: &OutputFolder,
    account: &mut Account,
) -> Result<NightlySummary, PipelineError> {
    // Everything that can fail cheaply fails before a claim is read.
    let mut staging = folder.stage()?;
    let reference = Reference::load(plan.reference_dir.as_deref())?;
    let trained = model_places::tonight(plan)?;
    progress.stage("find inputs");
    let found = Discovered::find(plan)?;
    if let Some(list) = &options.manifest {
        gates::expected_hashes(&found, list)?;
    }
    memory::fits(&found, trained.len(), plan)?;
    let (previous, memory) = remember(folder, plan);

    let mut extracts = read(plan, options, progress, &found, &staging)?;
    account.note(&extracts, &BTreeMap::new(), &[]);
    gates::volume(&extracts.reports, previous.as_ref(), plan, options.accept_volume_change)?;
    let stale = gates::freshness(&mut extracts.reports, previous.as_ref(), plan)?;
    refuse_over_limit(&extracts, plan, account)?;

    progress.stage("measure members");
    let icd = std::mem::take(&mut extracts.icd);
    let words = std::mem::take(&mut extracts.words);
    let codes = Codes::new(&icd, &words, &reference);
    let mut everyone = measure(plan, &extracts, &codes, &trained, &mut staging, progress)?;
    settle_rows(&mut extracts, &everyone);
    account.note(&extracts, &everyone.codes, &[]);
    refuse_over_limit(&extracts, plan, account)?;
    drop(codes);
    extracts.words = words;

    progress.stage("score");
    let mut scores = models::score_all(&everyone.snapshots, &extracts.population, &reference, plan.as_of);
    let book = overlay(&mut scores, std::mem::take(&mut everyone.trained), &trained, plan.as_of);

    progress.stage("order outreach");
    let inputs = outreach::Inputs {
        plan,
        extracts: &extracts,
        snapshots: &everyone.snapshots,
        scores: &scores,
        book: &book,
        reference: &reference,
        previous: &memory,
    };
    let list = outreach::build_list(&inputs);

    progress.stage("balance caseload");
    let cases = caseload::build_from_list(&inputs, &list)?;
    let assignment = publication::solve_caseload(&cases, plan)?;

    progress.stage("publish");
    let night = Night {
        plan,
        inputs: &inputs,
        list: &list,
        cases: &cases,
        assignment: &assignment,
        everyone: &everyone,
        models: &trained,
        found: &found,
        previous: previous.as_ref(),
    };
    let mut summary = publication::publish(folder, staging, &night, progress)?;
    summary.warnings.extend(stale);
    Ok(summary)
}

/// Reads every extract and judges the roster.
pub(super) fn read(
    plan: &RunPlan,
    options: &NightlyOptions,
    progress: &Progress,
    found: &Discovered,
    staging: &Staging,
) -> Result<Extracts, PipelineError> {
    let tell = |name: &str| progress.stage(&format!("read {name}"));
    let load =
        LoadOptions { allow_empty: &options.allow_empty, scratch: staging.path(), stop: stop_flag(), progress: &tell };
    let extracts = extracts::load(plan, found, &load)?;
    caseload::check_roster(plan, &extracts)?;
    Ok(extracts)
}

fn measure(
    plan: &RunPlan,
    extracts: &Extracts,
    codes: &Codes<'_>,
    trained: &[TrainedModel],
    staging: &mut Staging,
    progress: &Progress,
) -> Result<Everyone, PipelineError> {
    let mut writers = MemberWriters::open(staging)?;
    let models = (!trained.is_empty()).then(|| NightModels::new(plan, trained, extracts, codes));
    let walk = Walk { plan, extracts, codes, models: models.as_ref(), stop: stop_flag() };
    let everyone = walk.run(&mut writers, &|done, all| progress.step(done, all))?;
    writers.close(staging)?;
    Ok(everyone)
}

/// Rows that only the whole member could judge move from used to dropped or quarantined.
pub(super) fn settle_rows(extracts: &mut Extracts, everyone: &Everyone) {
    if let Some(report) = extracts.reports.get_mut("medical_claim") {
        for (rule, n) in &everyone.dropped {
            report.tally.drop_used(rule, *n);
        }
        for row in &everyone.quarantine {
            report.tally.rows_used -= 1;
            *report.tally.quarantined.entry(row.reason).or_default() += 1;
        }
    }
    extracts.quarantine.extend(everyone.quarantine.iter().cloned());
    extracts.quarantine.sort();
}

fn refuse_over_limit(extracts: &Extracts, plan: &RunPlan, account: &mut Account) -> Result<(), PipelineError> {
    let over = gates::exceeded(&extracts.reports, plan);
    if over.is_empty() {
        return Ok(());
    }
    account.note(extracts, &BTreeMap::new(), &over);
    Err(PipelineError::Quarantine(over))
}

impl Account {
    pub(super) fn note(&mut self, extracts: &Extracts, codes: &BTreeMap<&'static str, u64>, over: &[String]) {
        self.quarantine.clone_from(&extracts.quarantine);
        self.quality = data_quality_json(&extracts.reports, codes, over);
    }
}

/// The newest kept run of an earlier night, when it verifies, and what it remembers.
fn remember(folder: &OutputFolder, plan: &RunPlan) -> (Option<Manifest>, Memory) {
    let Some((night, name, manifest)) = kept_runs::manifests(plan).into_iter().rfind(|(d, ..)| *d < plan.as_of) else {
        return (None, Memory::default());
    };
    let run = folder.run(&name);
    let intact = verify(&run).is_ok_and(|(_, problems)| problems.is_empty());
    match read_rows(&run.join("memory.parquet"), None).ok().filter(|_| intact) {
        Some(rows) => (Some(manifest), memory_from(&rows, night)),
        None => {
            tracing::warn!("the newest earlier run does not verify; its memory is not used");
            (None, Memory::default())
        }
    }
}

/// Told apart so that a full disk is never called our bug.
impl From<std::io::Error> for PipelineError {
    fn from(why: std::io::Error) -> Self {
        Self::Publish(PublishError::Io { what: "output".to_owned(), why })
    }
}

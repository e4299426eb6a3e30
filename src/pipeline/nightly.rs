//! The nightly job, as the diagram of the house: extracts, timeline, measures, scores, list, caseload, publish.
//! Owns that order and what is left behind when it fails; refuses to do any of the steps itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::account::{NightAccount, NightlyOptions, NightlySummary, refusal_lines};
use super::attempts::{leave_account, note_attempt, note_result, quarantine_place};
use super::caseload_rows::{build_caseload, check_roster};
use super::caseload_solution::solve_caseload;
use super::error::PipelineError;
use super::night::Night;
use super::night_pass::{NightPass, PopulationResults, measure_population};
use super::night_scoring::NightScoring;
use super::pool::in_pool;
use super::progress::Progress;
use super::publication::publish_night;
use super::signal::stop_flag;
use super::stop::{begin_unfinished, check_stop, end_unfinished};
use super::wording_file::load_wording;
use super::{gates, memory, model_places};
use crate::config::RunPlan;
use crate::extracts::{self, Discovered, Extracts, LoadOptions};
use crate::measures::VisitKnowledge;
use crate::models;
use crate::models::trained::TrainedModel;
use crate::models::{Scores, Wording, apply_trained_scores, contradictions};
use crate::outreach::{self, Memory};
use crate::population::HistoryContext;
use crate::publish::tables::memory::read_memory;
use crate::publish::tables::metrics::MetricHistory;
use crate::publish::{Manifest, MemberWriters, OutputFolder, Staging, verify};
use crate::reference::Reference;
use crate::runs::{RunsFolder, run_manifests};
use crate::timeline::Codes;

/// Runs the night in its own pool of threads.
///
/// # Errors
/// [`PipelineError`]; whatever it is, `current` still names the last good run and `last_attempt.json` says what
/// happened.
pub fn nightly(plan: &RunPlan, options: &NightlyOptions, progress: &Progress) -> Result<NightlySummary, PipelineError> {
    let folder = OutputFolder::open(&plan.run.out)?;
    let mut ledger = NightAccount::default();
    let result = in_pool(&plan.run, || walk_corridor(plan, options, progress, &folder, &mut ledger));
    end_unfinished();
    note_result(&folder, plan, &result)?;
    if let Err(
        PipelineError::Extract(_) | PipelineError::Caseload(_) | PipelineError::Gate(_) | PipelineError::Quarantine(_),
    ) = &result
        && !stop_flag().load(Ordering::Relaxed)
    {
        leave_account(&folder, plan, &ledger, "failed")?;
    }
    progress.finish();
    result
}

fn walk_corridor(
    plan: &RunPlan,
    options: &NightlyOptions,
    progress: &Progress,
    folder: &OutputFolder,
    account: &mut NightAccount,
) -> Result<NightlySummary, PipelineError> {
    // Everything that can fail cheaply fails before a claim is read.
    let mut staging = folder.stage()?;
    note_when_ended(&staging, plan);
    let reference = Reference::load(plan.reference_dir.as_deref())?;
    let trained = model_places::read_models_in_use(plan)?;
    let wording = load_wording(plan)?;
    progress.stage("find inputs");
    let found = Discovered::find(plan)?;
    if let Some(list) = &options.manifest {
        gates::check_expected_hashes(&found, list)?;
    }
    memory::check_memory(&found, trained.len(), plan)?;
    let earlier = remember_earlier(folder, plan);
    let previous = earlier.manifest;

    let mut extracts = read_extracts(plan, options, progress, &found, &staging)?;
    account.note(&extracts, &BTreeMap::new(), &[]);
    gates::check_volume(&extracts.reports, previous.as_ref(), plan, options.accept_volume_change)?;
    let stale = gates::check_freshness(&mut extracts.reports, previous.as_ref(), plan)?;
    refuse_over_limit(&extracts, plan, account)?;
    gates::somebody_is_left(&extracts)?;

    progress.stage("measure members");
    let icd = std::mem::take(&mut extracts.icd);
    let words = std::mem::take(&mut extracts.words);
    let codes = Codes::new(&icd, &words, &reference);
    let mut population = measure_everyone(
        &HistoryContext::new(plan, &extracts, &codes),
        (&trained, words_of(wording.as_ref())),
        &mut staging,
        progress,
    )?;
    settle_rows(&mut extracts, &population);
    account.note(&extracts, &population.codes, &[]);
    refuse_over_limit(&extracts, plan, account)?;
    drop(codes);
    extracts.words = words;

    progress.stage("score");
    let mut scores = models::score_all(&population.snapshots, &extracts.population, &reference, plan.as_of);
    let reasons =
        apply_trained_scores(&mut scores, std::mem::take(&mut population.trained), &trained, plan.as_of, wording);
    let scores = Scores::index(scores);
    let contradicted = contradictions(scores.rows());
    if contradicted > 0 {
        return Err(PipelineError::Internal(format!(
            "the scores of {contradicted} members contradict each other over the horizons of one outcome"
        )));
    }

    check_stop()?;
    progress.stage("order outreach");
    let visits = VisitKnowledge::learn(
        plan.as_of,
        plan.work_day(),
        &population.lags,
        &population.past_events,
        plan.models.claims_lag_days,
    );
    let inputs = outreach::Inputs {
        visits: &visits,
        plan,
        extracts: &extracts,
        snapshots: &population.snapshots,
        scores: &scores,
        reasons: &reasons,
        reference: &reference,
        previous: &earlier.memory,
    };
    let list = outreach::build_list(&inputs);

    check_stop()?;
    progress.stage("balance caseload");
    let cases = build_caseload(&inputs, &list)?;
    let assignment = solve_caseload(&cases, plan)?;

    check_stop()?;
    progress.stage("publish");
    let night = Night {
        plan,
        inputs: &inputs,
        list: &list,
        cases: &cases,
        assignment: &assignment,
        population: &population,
        models: &trained,
        found: &found,
        previous: previous.as_ref(),
        previous_run: earlier.folder.as_deref(),
        figures: &earlier.figures,
    };
    let mut summary = publish_night(folder, staging, &night, options.current, progress)?;
    summary.warnings.extend(stale);
    Ok(summary)
}

/// A night that has to be ended leaves no staging folder, and word of itself.
fn note_when_ended(staging: &Staging, plan: &RunPlan) {
    let (out, as_of) = (plan.run.out.clone(), plan.as_of.to_string());
    begin_unfinished(staging.path().to_path_buf(), move || {
        note_attempt(&out, Some(&as_of), &PipelineError::Interrupted);
    });
}

/// Reads every extract and judges the roster.
///
/// # Errors
/// Those of reading, and a roster that breaks its contract.
pub fn read_extracts(
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
    check_roster(plan, &extracts)?;
    Ok(extracts)
}

/// The wording in use.
fn words_of(own: Option<&Arc<Wording>>) -> &Wording {
    match own {
        Some(wording) => wording,
        None => Wording::shipped(),
    }
}

fn measure_everyone(
    context: &HistoryContext<'_>,
    (trained, wording): (&[TrainedModel], &Wording),
    staging: &mut Staging,
    progress: &Progress,
) -> Result<PopulationResults, PipelineError> {
    let mut writers = MemberWriters::open(staging)?;
    let scoring = (!trained.is_empty()).then(|| NightScoring::new(context.plan, trained, wording));
    let pass = NightPass { context, scoring };
    let results = measure_population(&pass, &mut writers, &|done, all| progress.step(done, all))?;
    writers.close(staging)?;
    Ok(results)
}

/// Rows that only the whole member could judge move from used to dropped or quarantined.
fn settle_rows(extracts: &mut Extracts, population: &PopulationResults) {
    for ((extract, rule), n) in &population.dropped {
        if let Some(report) = extracts.reports.get_mut(extract) {
            report.tally.drop_used(rule, *n);
        }
    }
    for row in &population.quarantine {
        if let Some(report) = extracts.reports.get_mut(row.extract) {
            report.tally.reject_used(row);
        }
    }
    extracts.quarantine.extend(population.quarantine.iter().cloned());
    extracts.quarantine.sort();
}

fn refuse_over_limit(extracts: &Extracts, plan: &RunPlan, account: &mut NightAccount) -> Result<(), PipelineError> {
    let over = gates::exceeded_limits(&extracts.reports, plan);
    if over.is_empty() {
        return Ok(());
    }
    account.note(extracts, &BTreeMap::new(), &over);
    let place = quarantine_place(plan, "failed");
    Err(PipelineError::Quarantine(refusal_lines(&over, extracts, None, &place)))
}

/// What a night takes from the run before it.
#[derive(Default)]
struct EarlierRun {
    /// Its manifest.
    manifest: Option<Manifest>,
    /// Where it lies.
    folder: Option<PathBuf>,
    /// Who stood on its list.
    memory: Memory,
    /// Its figures, and those of the nights before.
    figures: MetricHistory,
}

/// The newest kept run of an earlier night, when it verifies, and what it remembers.
fn remember_earlier(folder: &OutputFolder, plan: &RunPlan) -> EarlierRun {
    let Some((night, name, manifest)) =
        run_manifests(RunsFolder::of(plan)).into_iter().rfind(|(d, ..)| *d < plan.as_of)
    else {
        return EarlierRun::default();
    };
    let run = folder.run(&name);
    let intact = verify(&run).is_ok_and(|(_, problems)| problems.is_empty());
    match (read_memory(&run, night), MetricHistory::read(&run)) {
        (Ok(memory), Ok(figures)) if intact => {
            EarlierRun { manifest: Some(manifest), folder: Some(run), memory, figures }
        }
        _ => {
            tracing::warn!("the newest earlier run does not verify; neither its list nor its figures are remembered");
            EarlierRun::default()
        }
    }
}

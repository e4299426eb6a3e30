//! The nightly job, as the diagram of the house: extracts, timeline, measures, scores, list, caseload, publish.
//! Owns that order and what is left behind when it fails; refuses to do any of the steps itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::account::{NightAccount, NightlyOptions, NightlySummary, refusal_lines};
use super::attempts::{leave_account, note_attempt, note_result, quarantine_place};
use super::caseload_rows::check_roster;
use super::earlier_programs::EarlierPrograms;
use super::earlier_run::{EarlierRun, remember_earlier};
use super::error::PipelineError;
use super::finish_night::{MeasuredNight, finish_night};
use super::night_pass::{NightPass, PopulationResults, measure_population};
use super::night_rules::NightRules;
use super::night_scoring::NightScoring;
use super::pool::in_pool;
use super::progress::Progress;
use super::rule_files::RuleFiles;
use super::signal::stop_flag;
use super::stop::{begin_unfinished, end_unfinished};
use super::wording_file::load_wording;
use super::{gates, memory, model_places};
use crate::config::RunPlan;
use crate::extracts::{self, Discovered, Extracts, LoadOptions};
use crate::models::Wording;
use crate::models::trained::TrainedModel;
use crate::population::HistoryContext;
use crate::publish::{MemberWriters, OutputFolder, Staging};
use crate::reference::Reference;
use crate::timeline::Codes;

/// Runs the night in its own pool of threads.
///
/// # Errors
/// [`PipelineError`]; whatever it is, `current` still names the last good run and `last_attempt.json` says what
/// happened.
pub fn nightly(plan: &RunPlan, options: &NightlyOptions, progress: &Progress) -> Result<NightlySummary, PipelineError> {
    attempt_night(plan, progress, |folder, account| walk_corridor(plan, options, progress, folder, account))
}

/// Runs work that ends in a published run, in its own pool of threads, under the lock of the output folder; leaves word of
/// how it ended.
///
/// # Errors
/// Those of the work.
pub fn attempt_night(
    plan: &RunPlan,
    progress: &Progress,
    work: impl FnOnce(&OutputFolder, &mut NightAccount) -> Result<NightlySummary, PipelineError> + Send,
) -> Result<NightlySummary, PipelineError> {
    let folder = OutputFolder::open(&plan.run.out)?;
    let mut account = NightAccount::default();
    let result = in_pool(&plan.run, || work(&folder, &mut account));
    end_unfinished();
    note_result(&folder, plan, &result)?;
    if let Err(
        PipelineError::Extract(_) | PipelineError::Caseload(_) | PipelineError::Gate(_) | PipelineError::Quarantine(_),
    ) = &result
        && !stop_flag().load(Ordering::Relaxed)
    {
        leave_account(&folder, plan, &account, "failed")?;
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
    let rules = RuleFiles::load(plan)?;
    progress.stage("find inputs");
    let found = Discovered::find(plan)?;
    if let Some(list) = &options.manifest {
        gates::check_expected_hashes(&found, list)?;
    }
    memory::check_memory(found.size(), trained.len(), plan)?;
    let earlier = remember_earlier(folder, plan);

    let mut extracts = read_extracts(plan, options, progress, &found, &staging)?;
    let stale = pass_gates(&mut extracts, plan, options, &earlier, account)?;

    progress.stage("measure members");
    let icd = std::mem::take(&mut extracts.icd);
    let words = std::mem::take(&mut extracts.words);
    let codes = Codes::new(&icd, &words, &reference);
    let population = measure_everyone(
        &HistoryContext::new(plan, &extracts, &codes),
        (&trained, words_of(wording.as_ref())),
        (&rules, &EarlierPrograms::read(earlier.folder.as_deref(), &extracts)?),
        &mut staging,
        progress,
    )?;
    settle_rows(&mut extracts, &population, plan, account)?;
    drop(codes);
    extracts.words = words;

    finish_night(
        MeasuredNight {
            plan,
            reference: &reference,
            trained: &trained,
            wording,
            rules: &rules,
            found: &found,
            extracts: &extracts,
        },
        population,
        &earlier,
        (folder, staging, options.current),
        progress,
        stale,
    )
}

/// The gates between reading and measuring; what they only warn of is returned.
///
/// # Errors
/// A closed gate.
pub fn pass_gates(
    extracts: &mut Extracts,
    plan: &RunPlan,
    options: &NightlyOptions,
    earlier: &EarlierRun,
    account: &mut NightAccount,
) -> Result<Vec<String>, PipelineError> {
    let previous = earlier.manifest.as_ref();
    account.note(extracts, &BTreeMap::new(), &[]);
    gates::check_volume(&extracts.reports, previous, plan, options.accept_volume_change)?;
    let stale = gates::check_freshness(&mut extracts.reports, previous, plan)?;
    refuse_over_limit(extracts, plan, account)?;
    gates::somebody_is_left(extracts)?;
    Ok(stale)
}

/// A night that has to be ended leaves no staging folder, and word of itself.
pub fn note_when_ended(staging: &Staging, plan: &RunPlan) {
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
    let load = LoadOptions {
        allow_empty: &options.allow_empty,
        scratch: staging.path(),
        stop: stop_flag(),
        streams: None,
        progress: &tell,
    };
    let extracts = extracts::load(plan, found, &load)?;
    check_roster(plan, &extracts)?;
    Ok(extracts)
}

/// The wording in use.
#[must_use]
pub fn words_of(own: Option<&Arc<Wording>>) -> &Wording {
    match own {
        Some(wording) => wording,
        None => Wording::shipped(),
    }
}

/// Measures and scores every member of `context` and writes the member tables.
///
/// # Errors
/// Those of the walk and the disk.
pub fn measure_everyone(
    context: &HistoryContext<'_>,
    (trained, wording): (&[TrainedModel], &Wording),
    (rules, earlier): (&RuleFiles, &EarlierPrograms),
    staging: &mut Staging,
    progress: &Progress,
) -> Result<PopulationResults, PipelineError> {
    let mut writers = MemberWriters::open(staging)?;
    let scoring = (!trained.is_empty()).then(|| NightScoring::new(context.plan, trained, wording));
    let pass = NightPass { context, scoring, rules: NightRules::new(rules, context, earlier)? };
    let results = measure_population(&pass, &mut writers, &|done, all| progress.step(done, all))?;
    writers.close(staging)?;
    Ok(results)
}

/// Rows that only the whole member could judge move from used to dropped or quarantined, and the limits are asked again.
///
/// # Errors
/// A limit exceeded.
pub fn settle_rows(
    extracts: &mut Extracts,
    population: &PopulationResults,
    plan: &RunPlan,
    account: &mut NightAccount,
) -> Result<(), PipelineError> {
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
    account.note(extracts, &population.codes, &[]);
    refuse_over_limit(extracts, plan, account)
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

//! The last step of a night on many machines: the folders of all parts made one published run. Owns that order, and that it
//! ends as a run on one machine does; refuses to open an input.

use std::path::PathBuf;

use super::account::{NightAccount, NightlyOptions, NightlySummary};
use super::attempts::note_attempt;
use super::caseload_rows::check_roster;
use super::cluster_plan::{models_of_prelude, plan_of_prelude, require_absolute};
use super::earlier_programs::EarlierPrograms;
use super::earlier_run::remember_earlier;
use super::error::PipelineError;
use super::finish_night::{MeasuredNight, finish_night};
use super::memory::check_memory;
use super::night_pass::PopulationResults;
use super::nightly::{attempt_night, note_when_ended, pass_gates, settle_rows};
use super::progress::Progress;
use super::rule_files::RuleFiles;
use super::signal::stop_flag;
use super::stage::{RECORD_FILE, add_part, read_record};
use super::stop::check_stop;
use super::wording_file::load_wording;
use crate::cluster::{
    ClusterError, EVENT_EXTRACTS, PartRecord, PreludeFolder, Receipt, ids_hash, open_part_folder, read_receipts,
    whole_streams,
};
use crate::config::{Overrides, RunPlan};
use crate::domain::WordId;
use crate::extracts::{self, InputSize, LoadOptions, Population, Words};
use crate::publish::tables::programs::EarlierSince;
use crate::publish::{CurrentRule, MemberWriters, OutputFolder, Staging};
use crate::reference::Reference;

/// What the command line says.
pub struct RankRequest {
    /// Folder of the prelude.
    pub prelude: PathBuf,
    /// The receipts of all parts, one a line.
    pub receipts: PathBuf,
    /// Output folder; the plan's when left out.
    pub out: Option<PathBuf>,
    /// Worker threads.
    pub threads: Option<usize>,
}

/// Publishes the night that the parts measured; what it says of itself, and whether it is the shipped sample.
///
/// # Errors
/// Those of a run; exit 2 for another plan than the prelude's, 75 for a part that does not fit.
pub fn rank(request: &RankRequest, progress: &Progress) -> Result<(NightlySummary, bool), PipelineError> {
    let mut paths = vec![("--prelude", request.prelude.as_path()), ("--receipts", request.receipts.as_path())];
    paths.extend(request.out.as_deref().map(|out| ("--out", out)));
    require_absolute(&paths)?;
    let overrides = Overrides { threads: request.threads, out: request.out.clone(), ..Overrides::default() };
    let (folder, plan) = plan_of_prelude(&request.prelude, overrides).inspect_err(|e| {
        if let Some(out) = &request.out {
            note_attempt(out, None, e);
        }
    })?;
    let work = |out: &OutputFolder, account: &mut NightAccount| {
        let receipts = read_receipts(&request.receipts, &folder)?;
        join_parts(&plan, &folder, &receipts, progress, (out, account))
    };
    Ok((attempt_night(&plan, progress, work)?, plan.sample))
}

fn join_parts(
    plan: &RunPlan,
    folder: &PreludeFolder,
    receipts: &[Receipt],
    progress: &Progress,
    (out, account): (&OutputFolder, &mut NightAccount),
) -> Result<NightlySummary, PipelineError> {
    let mut staging = out.stage()?;
    note_when_ended(&staging, plan);
    let reference = Reference::load(plan.reference_dir.as_deref())?;
    let trained = models_of_prelude(folder, plan)?;
    let wording = load_wording(plan)?;
    // The claims ended in the parts; what a member keeps to the end is here.
    let size = folder.prelude.size_of(receipts.iter().flat_map(|r| &r.rows));
    check_memory(InputSize { event_rows: 0, ..size }, trained.len(), plan)?;
    let rules = RuleFiles::load(plan)?;
    progress.stage("check the parts");
    let mut records = open_parts(receipts)?;
    let streams = whole_streams(folder, receipts, &mut records)?;
    let found = folder.prelude.inventory.discovered()?;
    let earlier = remember_earlier(out, plan);

    let tell = |name: &str| progress.stage(&format!("read {name}"));
    let options = options_of(folder);
    let load = LoadOptions {
        allow_empty: &options.allow_empty,
        scratch: staging.path(),
        stop: stop_flag(),
        streams: Some(&streams),
        progress: &tell,
    };
    let mut extracts = extracts::load(plan, &found, &load)?;
    extracts.note_lost_zeros(&EVENT_EXTRACTS);
    check_roster(plan, &extracts)?;
    let stale = pass_gates(&mut extracts, plan, &options, &earlier, account)?;

    progress.stage("put the parts together");
    check_members(&extracts.population, receipts, &records)?;
    let population = join_measures(records, &mut extracts.words)?;
    let programs = EarlierPrograms::read(earlier.folder.as_deref(), &extracts)?;
    join_tables(receipts, &mut staging, &|member, program| programs.since(&extracts.population, member, program))?;
    settle_rows(&mut extracts, &population, plan, account)?;

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
        (out, staging, options.current),
        progress,
        stale,
    )
}

fn options_of(folder: &PreludeFolder) -> NightlyOptions {
    let prelude = &folder.prelude;
    NightlyOptions {
        allow_empty: prelude.allow_empty.clone(),
        accept_volume_change: prelude.accept_volume_change,
        current: if prelude.set_current { CurrentRule::Always } else { CurrentRule::NewestNight },
        ..NightlyOptions::default()
    }
}

/// The records of all parts, every file of their folders as its receipt says.
fn open_parts(receipts: &[Receipt]) -> Result<Vec<PartRecord>, PipelineError> {
    let mut records = Vec::with_capacity(receipts.len());
    for receipt in receipts {
        check_stop()?;
        open_part_folder(receipt)?;
        let damaged = || ClusterError::misfit(&format!("part {}: its record is damaged", receipt.part));
        let packed = std::fs::read(receipt.folder.join(RECORD_FILE)).map_err(|_| damaged())?;
        records.push(read_record(&packed).map_err(|_| damaged())?);
    }
    Ok(records)
}

/// The members of the parts are those of the whole, in its order.
fn check_members(population: &Population, receipts: &[Receipt], records: &[PartRecord]) -> Result<(), PipelineError> {
    let mut rest = population.members.as_slice();
    for (receipt, record) in receipts.iter().zip(records) {
        let other =
            || ClusterError::misfit(&format!("part {}: its members are others than its rows say", receipt.part));
        let (own, after) = rest.split_at_checked(receipt.members).ok_or_else(other)?;
        if ids_hash(own) != record.ids || record.measures.snapshots.len() != own.len() {
            return Err(other().into());
        }
        rest = after;
    }
    if rest.is_empty() {
        return Ok(());
    }
    Err(ClusterError::misfit("the parts measured fewer members than there are").into())
}

fn join_measures(records: Vec<PartRecord>, words: &mut Words<WordId>) -> Result<PopulationResults, PipelineError> {
    let mut all = PopulationResults::default();
    for (part, record) in records.into_iter().enumerate() {
        add_part(&mut all, record, words)
            .map_err(|_| ClusterError::misfit(&format!("part {part}: its record is damaged")))?;
    }
    all.quarantine.sort();
    Ok(all)
}

/// The member tables of the parts, one behind the other; `since` knows since when a member was in a programme.
fn join_tables(receipts: &[Receipt], staging: &mut Staging, since: &EarlierSince<'_>) -> Result<(), PipelineError> {
    let mut writers = MemberWriters::open(staging)?;
    for receipt in receipts {
        check_stop()?;
        writers.append(&receipt.folder, since)?;
    }
    Ok(writers.close(staging)?)
}

//! The third step of a night on many machines: the members of one part measured, and a folder left of what the whole needs.
//! Owns that order; refuses to know another part.

use std::path::PathBuf;

use super::caseload_rows::check_roster;
use super::clinical_counts::COUNT_NAMES;
use super::cluster_plan::{models_of_prelude, plan_of_prelude, require_absolute};
use super::earlier_programs::EarlierPrograms;
use super::error::PipelineError;
use super::memory::check_memory;
use super::night_pass::PopulationResults;
use super::nightly::{measure_everyone, words_of};
use super::pool::in_pool;
use super::progress::Progress;
use super::rule_files::RuleFiles;
use super::signal::stop_flag;
use super::stop::{begin_unfinished, check_stop, end_unfinished};
use super::wording_file::load_wording;
use crate::cluster::{
    EVENT_EXTRACTS, PartMeasures, PartRecord, PreludeFolder, RECEIPT_FORMAT, Receipt, ids_hash, keep_rows,
    part_streams, write_receipt,
};
use crate::config::{Overrides, RunPlan};
use crate::domain::{BrokenRecord, RecordReader, WordId};
use crate::extracts::{self, Extracts, LoadOptions, SettledRows, Words};
use crate::measures::Rates;
use crate::population::HistoryContext;
use crate::publish::Staging;
use crate::reference::Reference;
use crate::timeline::Codes;

/// The record of a part in its folder.
pub const RECORD_FILE: &str = "part.bin";

/// What the command line says.
pub struct StageRequest {
    /// Folder of the prelude.
    pub prelude: PathBuf,
    /// Part.
    pub part: usize,
    /// Folder of the streams.
    pub from: PathBuf,
    /// Folder to leave, which must not exist.
    pub out: PathBuf,
    /// Worker threads.
    pub threads: Option<usize>,
}

/// Measures the members of one part.
///
/// # Errors
/// Exit 2 for another plan than the prelude's, 3 for ids that break the contract, 6 for the disk or a folder that exists, 75
/// for streams that do not fit.
pub fn stage(request: &StageRequest, progress: &Progress) -> Result<Receipt, PipelineError> {
    require_absolute(&[("--prelude", &request.prelude), ("--from", &request.from), ("--out", &request.out)])?;
    let overrides = Overrides { threads: request.threads, ..Overrides::default() };
    let (folder, plan) = plan_of_prelude(&request.prelude, overrides)?;
    let parts = folder.prelude.parts();
    if request.part >= parts {
        return Err(PipelineError::Usage(format!("--part {}: the prelude has parts 0 to {}", request.part, parts - 1)));
    }
    let mut staging = Staging::fresh(&request.out)?;
    begin_unfinished(staging.path().to_path_buf(), || {});
    let result = in_pool(&plan.run, || measure_part(request, &folder, &plan, &mut staging, progress));
    end_unfinished();
    progress.finish();
    let receipt = result?;
    staging.keep()?;
    Ok(receipt)
}

fn measure_part(
    request: &StageRequest,
    folder: &PreludeFolder,
    plan: &RunPlan,
    staging: &mut Staging,
    progress: &Progress,
) -> Result<Receipt, PipelineError> {
    let reference = Reference::load(plan.reference_dir.as_deref())?;
    let trained = models_of_prelude(folder, plan)?;
    let wording = load_wording(plan)?;
    let rules = RuleFiles::load(plan)?;
    progress.stage("check what arrived");
    let mut record = PartRecord::default();
    let (streams, rows) = part_streams(folder, &request.from, request.part, &mut record)?;
    check_memory(folder.prelude.size_of(&rows), trained.len(), plan)?;
    let found = folder.prelude.inventory.discovered()?;
    let tell = |name: &str| progress.stage(&format!("read {name}"));
    let load = LoadOptions {
        allow_empty: &folder.prelude.allow_empty,
        scratch: staging.path(),
        stop: stop_flag(),
        streams: Some(&streams),
        progress: &tell,
    };
    let mut extracts = extracts::load(plan, &found, &load)?;
    check_roster(plan, &extracts)?;

    progress.stage("measure members");
    let icd = std::mem::take(&mut extracts.icd);
    let words = std::mem::take(&mut extracts.words);
    let codes = Codes::new(&icd, &words, &reference);
    let context = HistoryContext::new(plan, &extracts, &codes);
    // Since when somebody was in a programme is known where the parts are put together.
    let unknown = EarlierPrograms::default();
    let words_in_use = words_of(wording.as_ref());
    let results = measure_everyone(&context, (&trained, words_in_use), (&rules, &unknown), staging, progress)?;

    check_stop()?;
    progress.stage("write the part");
    for (input, unit) in folder.prelude.inventory.units.iter().enumerate() {
        if !unit.everyone && !EVENT_EXTRACTS.contains(&unit.extract.as_str()) {
            keep_rows(staging, &request.from, request.part, input)?;
        }
    }
    record.ids = ids_hash(&extracts.population.members);
    settle_events(&extracts, &mut record);
    record.keep_rates(&results.rates, &words);
    record.measures = part_of(results);
    staging.write(RECORD_FILE, &zstd::bulk::compress(&record.to_bytes(), 1)?)?;
    let receipt = Receipt {
        format: RECEIPT_FORMAT,
        prelude: folder.id.clone(),
        part: request.part,
        folder: request.out.clone(),
        members: extracts.population.members.len(),
        rows,
        files: std::collections::BTreeMap::new(),
    };
    Ok(write_receipt(staging, receipt)?)
}

/// What became of the rows whose way ends here.
fn settle_events(extracts: &Extracts, record: &mut PartRecord) {
    for name in EVENT_EXTRACTS {
        if let Some(report) = extracts.reports.get(name) {
            let quarantine = extracts.quarantine.iter().filter(|row| row.extract == name).cloned().collect();
            record.settled.insert(name, SettledRows { tally: report.tally.clone(), quarantine });
        }
    }
}

fn part_of(results: PopulationResults) -> PartMeasures {
    let PopulationResults {
        snapshots,
        plans,
        rates: _,
        dropped,
        quarantine,
        codes,
        counts,
        trained,
        past_events,
        lags,
    } = results;
    PartMeasures { snapshots, plans, trained, past_events, lags, codes, counts, dropped, quarantine }
}

/// Reads the record of a part back.
///
/// # Errors
/// [`BrokenRecord`].
pub fn read_record(packed: &[u8]) -> Result<PartRecord, BrokenRecord> {
    let bytes = zstd::decode_all(packed).map_err(|_| BrokenRecord)?;
    PartRecord::from_bytes(&bytes, COUNT_NAMES)
}

/// Adds a part's measures to those of the parts before it.
///
/// # Errors
/// [`BrokenRecord`].
pub fn add_part(
    all: &mut PopulationResults,
    record: PartRecord,
    words: &mut Words<WordId>,
) -> Result<(), BrokenRecord> {
    let rates = Rates::take_cells(&mut RecordReader(&record.rates), words)?;
    let offset = u32::try_from(all.snapshots.len()).map_err(|_| BrokenRecord)?;
    let part = record.measures;
    all.rates.merge(&rates);
    all.snapshots.extend(part.snapshots.into_iter().map(|mut s| {
        s.member += offset;
        s
    }));
    all.plans.extend(part.plans);
    all.trained.extend(part.trained.into_iter().map(|mut s| {
        s.member += offset;
        s
    }));
    all.past_events.extend(part.past_events);
    all.lags.merge(&part.lags);
    for (map, from) in [(&mut all.codes, part.codes), (&mut all.counts, part.counts)] {
        for (name, n) in from {
            *map.entry(name).or_default() += n;
        }
    }
    for (key, n) in part.dropped {
        *all.dropped.entry(key).or_default() += n;
    }
    all.quarantine.extend(part.quarantine);
    Ok(())
}

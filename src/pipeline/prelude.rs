//! The first step of a night on many machines: everything that can fail cheaply, the inventory with its hashes, the rows
//! that every part reads, the cut into parts. Owns that order; refuses to read a claim and to touch the output folder.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::account::NightlyOptions;
use super::cluster_plan::{models_used, sets_digest};
use super::error::PipelineError;
use super::gates;
use super::pool::in_pool;
use super::progress::Progress;
use super::rule_files::RuleFiles;
use super::signal::stop_flag;
use super::stop::check_stop;
use super::wording_file::load_wording;
use crate::cluster::{ClusterError, PRELUDE_FORMAT, Prelude, PreludeFolder};
use crate::config::RunPlan;
use crate::extracts::{
    self, Crosswalk, Discovered, Inventory, LoadOptions, PartRouter, ScatterTask, sample_ids, scatter_input,
};
use crate::reference::Reference;

/// Ids looked at for cutting the population; the smallest part of a thousand then rests on about a hundred.
const SAMPLED_IDS: usize = 100_000;

/// What the command line says beside the plan.
pub struct PreludeRequest {
    /// The configuration file.
    pub config: PathBuf,
    /// The file of the pseudonyms' key.
    pub pseudonym_key: Option<PathBuf>,
    /// Number of parts.
    pub parts: usize,
    /// Folder of the prelude, which is made.
    pub out: PathBuf,
}

/// Makes the prelude of a night; what it says.
///
/// # Errors
/// The cheap failures of a run with its exit codes; 2 for a folder that holds a prelude already.
pub fn make_prelude(
    plan: &RunPlan,
    options: &NightlyOptions,
    request: &PreludeRequest,
    progress: &Progress,
) -> Result<PreludeFolder, PipelineError> {
    let result = in_pool(&plan.run, || gather_prelude(plan, options, request, progress));
    progress.finish();
    result
}

fn gather_prelude(
    plan: &RunPlan,
    options: &NightlyOptions,
    request: &PreludeRequest,
    progress: &Progress,
) -> Result<PreludeFolder, PipelineError> {
    if request.parts == 0 {
        return Err(PipelineError::Usage("--parts must be 1 or more".to_owned()));
    }
    make_folder(&request.out)?;
    Reference::load(plan.reference_dir.as_deref())?;
    let models = models_used(plan)?;
    load_wording(plan)?;
    RuleFiles::load(plan)?;
    progress.stage("find inputs");
    let found = Discovered::find(plan)?;
    if let Some(list) = &options.manifest {
        gates::check_expected_hashes(&found, list)?;
    }
    progress.stage("cut the population");
    let scratch = tempfile::tempdir()?;
    let tell = |_: &str| {};
    let load = LoadOptions {
        allow_empty: &options.allow_empty,
        scratch: scratch.path(),
        stop: stop_flag(),
        streams: None,
        progress: &tell,
    };
    let crosswalk = extracts::read_links(plan, &found, &load)?;
    extracts::read_roster(plan, &found, &load)?;
    let inventory = Inventory::of(&found, plan)?;
    let prelude = Prelude {
        format: PRELUDE_FORMAT,
        lamplight_version: env!("CARGO_PKG_VERSION").to_owned(),
        as_of: plan.as_of.to_string(),
        home: std::env::current_dir()?,
        config: absolute(&request.config)?,
        config_sha256: plan.config_hash.clone(),
        pseudonym_key: request.pseudonym_key.as_deref().map(absolute).transpose()?,
        sample: plan.sample,
        allow_empty: options.allow_empty.clone(),
        accept_volume_change: options.accept_volume_change,
        set_current: options.current == crate::publish::CurrentRule::Always,
        models,
        code_sets: sets_digest(plan)?,
        splitters: cut_population(plan, &found, &inventory, &crosswalk, request.parts)?,
        inventory,
    };
    progress.stage("pack the rows that everyone reads");
    let (bytes, id) = prelude.to_bytes()?;
    for (input, unit) in prelude.inventory.units.iter().enumerate().filter(|(_, unit)| unit.everyone) {
        let (found, prelude) = (&found, id.as_str());
        let (router, to, stop, crosswalk) = (None, request.out.as_path(), stop_flag(), &crosswalk);
        scatter_input(&ScatterTask { plan, found, prelude, input, unit, crosswalk, router, to, stop })?;
    }
    check_stop()?;
    PreludeFolder::write(&request.out, &bytes)?;
    Ok(PreludeFolder { folder: request.out.clone(), id, prelude })
}

/// A fresh folder: an old prelude's streams must not stand beside a new one's.
fn make_folder(out: &Path) -> Result<(), PipelineError> {
    if std::fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(PipelineError::Usage(format!(
            "--out {}: the folder holds something already\nhint: give each prelude a folder of its own",
            out.display()
        )));
    }
    let mut private = std::fs::DirBuilder::new();
    Ok(private.recursive(true).mode(0o700).create(out).map_err(ClusterError::disk("the prelude"))?)
}

fn absolute(path: &Path) -> Result<PathBuf, PipelineError> {
    path.canonicalize().map_err(|e| PipelineError::Usage(format!("{}: {e}", path.display())))
}

/// First published ids of all parts but the first, so that parts hold about as many members each. Fewer where there are
/// fewer members than parts: a part without members is told by an id that nobody has.
fn cut_population(
    plan: &RunPlan,
    found: &Discovered,
    inventory: &Inventory,
    crosswalk: &Crosswalk,
    parts: usize,
) -> Result<Vec<String>, PipelineError> {
    let names = PartRouter { splitters: Vec::new(), names: plan.pseudonyms.clone() };
    let mut ids = Vec::new();
    for (input, unit) in inventory.units.iter().enumerate().filter(|(_, unit)| unit.extract == "eligibility") {
        let (prelude, router, to, stop) = ("", None, Path::new(""), stop_flag());
        let task = ScatterTask { plan, found, prelude, input, unit, crosswalk, router, to, stop };
        ids.extend(sample_ids(&task, &names, SAMPLED_IDS)?);
    }
    ids.sort();
    ids.dedup();
    let mut cuts: Vec<String> = (1..parts).filter_map(|k| ids.get(k * ids.len() / parts).cloned()).collect();
    cuts.dedup();
    // Past every id: the parts that are left over hold nobody.
    let last = cuts.last().cloned().unwrap_or_default();
    let beyond = ids.last().cloned().unwrap_or_default().max(last);
    cuts.extend((cuts.len() + 1..parts).map(|k| format!("{beyond}\u{10ffff}{k:08}")));
    Ok(cuts)
}

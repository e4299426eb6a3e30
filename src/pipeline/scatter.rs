//! The second step of a night on many machines: one input read, judged and packed by part. Owns that order; refuses to know
//! a member.

use std::path::PathBuf;

use serde::Serialize;

use super::cluster_plan::{plan_of_prelude, require_absolute};
use super::error::PipelineError;
use super::pool::in_pool;
use super::progress::Progress;
use super::signal::stop_flag;
use crate::cluster::everyone_streams;
use crate::config::Overrides;
use crate::extracts::{self, LoadOptions, ScatterTask, scatter_input};

/// What the command line says.
pub struct ScatterRequest {
    /// Folder of the prelude.
    pub prelude: PathBuf,
    /// Input, by its place in the prelude's inventory.
    pub input: usize,
    /// A copy of its one file on this machine.
    pub file: Option<PathBuf>,
    /// Folder of the streams.
    pub to: PathBuf,
    /// Worker threads.
    pub threads: Option<usize>,
}

/// What a scatter task says of itself.
#[derive(Debug, Serialize)]
pub struct ScatterReceipt {
    /// SHA-256 of the prelude.
    pub prelude: String,
    /// Input.
    pub input: usize,
    /// Rows sent to each part.
    pub rows: Vec<u64>,
}

/// Packs one input.
///
/// # Errors
/// Exit 2 for another plan than the prelude's, 3 for an input that changed or breaks its contract, 6 for the disk.
pub fn scatter(request: &ScatterRequest, progress: &Progress) -> Result<ScatterReceipt, PipelineError> {
    let mut paths = vec![("--prelude", request.prelude.as_path()), ("--to", request.to.as_path())];
    paths.extend(request.file.as_deref().map(|file| ("--file", file)));
    require_absolute(&paths)?;
    let overrides = Overrides { threads: request.threads, ..Overrides::default() };
    let (folder, plan) = plan_of_prelude(&request.prelude, overrides)?;
    let unit = folder.prelude.scattered(request.input)?;
    if request.file.is_some() && unit.file.is_none() {
        return Err(PipelineError::Usage("--file: the input is a view over several files".to_owned()));
    }
    let result = in_pool(&plan.run, || {
        progress.stage("check the input");
        let found = folder.prelude.inventory.discovered_for(unit, request.file.as_deref())?;
        let scratch = tempfile::tempdir()?;
        let streams = everyone_streams(&folder)?;
        let tell = |_: &str| {};
        let load = LoadOptions {
            allow_empty: &folder.prelude.allow_empty,
            scratch: scratch.path(),
            stop: stop_flag(),
            streams: Some(&streams),
            progress: &tell,
        };
        let crosswalk = extracts::read_links(&plan, &found, &load)?;
        progress.stage("pack rows");
        let router = folder.prelude.router(plan.pseudonyms.as_ref());
        let rows = scatter_input(&ScatterTask {
            plan: &plan,
            found: &found,
            prelude: &folder.id,
            input: request.input,
            unit,
            crosswalk: &crosswalk,
            router: Some(&router),
            to: &request.to,
            stop: stop_flag(),
        })?;
        Ok(ScatterReceipt { prelude: folder.id.clone(), input: request.input, rows })
    });
    progress.finish();
    result
}

//! Reading a history once, for training, evaluation and follow-up. Owns what a history is refused for; refuses to look at
//! a member.

use super::error::PipelineError;
use super::gates;
use super::model_places::is_synthetic;
use super::pool::in_pool;
use super::progress::Progress;
use super::signal::stop_flag;
use crate::config::RunPlan;
use crate::extracts::{self, Discovered, LoadOptions};
use crate::reference::Reference;
use crate::timeline::Codes;
use crate::training::LoadedHistory;

/// Reads the extracts and hands them, with their code facts, to `work`.
///
/// # Errors
/// Those of reading and of the work.
pub fn with_history<T: Send>(
    plan: &RunPlan,
    progress: &Progress,
    work: impl FnOnce(&LoadedHistory<'_>) -> Result<T, PipelineError> + Send,
) -> Result<T, PipelineError> {
    let result = in_pool(&plan.run, || {
        let reference = Reference::load(plan.reference_dir.as_deref())?;
        progress.stage("find inputs");
        let found = Discovered::find(plan)?;
        let scratch = tempfile::tempdir()?;
        let tell = |name: &str| progress.stage(&format!("read {name}"));
        let load = LoadOptions {
            allow_empty: &[],
            scratch: scratch.path(),
            stop: stop_flag(),
            streams: None,
            progress: &tell,
        };
        let mut extracts = extracts::load(plan, &found, &load)?;
        let over = gates::exceeded_limits(&extracts.reports, plan);
        if !over.is_empty() {
            return Err(PipelineError::Quarantine(over));
        }
        gates::somebody_is_left(&extracts)?;
        let icd = std::mem::take(&mut extracts.icd);
        let words = std::mem::take(&mut extracts.words);
        let codes = Codes::new(&icd, &words, &reference);
        let synthetic = is_synthetic(plan, &found);
        work(&LoadedHistory { plan, extracts: &extracts, codes: &codes, synthetic, stop: stop_flag() })
    });
    progress.finish();
    result
}

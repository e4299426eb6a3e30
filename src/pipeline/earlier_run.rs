//! What a night takes from the run before it. Owns which run that is and that it must verify; refuses to know what is done
//! with it.

use std::path::PathBuf;

use crate::config::RunPlan;
use crate::outreach::Memory;
use crate::publish::tables::memory::read_memory;
use crate::publish::tables::metrics::MetricHistory;
use crate::publish::{Manifest, OutputFolder, verify};
use crate::runs::{RunsFolder, run_manifests};

/// What a night takes from the run before it.
#[derive(Default)]
pub struct EarlierRun {
    /// Its manifest.
    pub manifest: Option<Manifest>,
    /// Where it lies.
    pub folder: Option<PathBuf>,
    /// Who stood on its list.
    pub memory: Memory,
    /// Its figures, and those of the nights before.
    pub figures: MetricHistory,
}

/// The newest kept run of an earlier night, when it verifies, and what it remembers.
#[must_use]
pub fn remember_earlier(folder: &OutputFolder, plan: &RunPlan) -> EarlierRun {
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

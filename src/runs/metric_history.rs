//! The memory of figures put together again from the kept runs. Owns whose word on a night stands; refuses a run that
//! does not verify.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::error::RunError;
use crate::domain::Day;
use crate::publish::tables::metrics::MetricHistory;
use crate::publish::{Manifest, OutputFolder, RUNS_FOLDER, published_order, verify};

/// A history made anew.
#[derive(Clone, Debug, Default)]
pub struct RebuiltMetrics {
    /// The figures.
    pub history: MetricHistory,
    /// Runs that they are from.
    pub runs: usize,
    /// Runs left out because they do not verify.
    pub refused: Vec<String>,
}

/// Reads the figures of every kept run, in the order in which the runs were published: a night is told by the newest run
/// of that night, and by whoever carries it where no run of it is kept.
///
/// # Errors
/// When there is no output folder, or a file of a run that verifies cannot be read.
pub fn rebuild_metrics(out: &Path) -> Result<RebuiltMetrics, RunError> {
    let order: BTreeMap<String, usize> =
        published_order(out).into_iter().enumerate().map(|(place, run)| (run, place)).collect();
    let entries = std::fs::read_dir(out.join(RUNS_FOLDER))
        .map_err(|_| RunError::Usage("that folder holds no runs\nhint: pass the OUT of a run".to_owned()))?;
    let mut names: Vec<String> =
        entries.filter_map(Result::ok).map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    // A run that the account does not name stands before those that it does.
    names.sort_by_key(|name| (order.get(name).map(|place| place + 1), name.clone()));
    let mut rebuilt = RebuiltMetrics::default();
    for name in names {
        let run = out.join(RUNS_FOLDER).join(&name);
        match verify(&run) {
            Ok((manifest, problems)) if problems.is_empty() => {
                let own: BTreeSet<Day> = night_of(&manifest).into_iter().collect();
                rebuilt.history.absorb(MetricHistory::read(&run)?, &own);
                rebuilt.runs += 1;
            }
            _ => rebuilt.refused.push(name),
        }
    }
    Ok(rebuilt)
}

fn night_of(manifest: &Manifest) -> Option<Day> {
    Day::parse_iso(&manifest.as_of)
}

/// Writes a history beside the runs, as `metrics.parquet`.
///
/// # Errors
/// When the disk refuses.
pub fn write_metrics(out: &Path, history: &MetricHistory, as_of: Day) -> Result<(), RunError> {
    use crate::publish::tables::metrics::TABLE;
    use crate::publish::{Heading, PARQUET, Sink};
    let bytes = PARQUET.write(&TABLE.fill(history.rows())?, &Heading { as_of, banner: None })?;
    OutputFolder::plain(out)?.write_beside("metrics.parquet", &bytes)?;
    Ok(())
}

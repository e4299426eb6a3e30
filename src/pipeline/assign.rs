//! Caseload balancing alone, on the two flat files. Owns the reading and writing of those files; refuses to
//! know any extract.

use std::path::{Path, PathBuf};

use super::caseload_solution::solve_checked;
use super::error::PipelineError;
use crate::caseload::{Continuity, Options, Weights, flat_files};

/// What `assign` was asked to do.
#[derive(Clone, Debug)]
pub struct AssignRequest {
    /// `members.csv`.
    pub members: PathBuf,
    /// `care_managers.csv`.
    pub care_managers: PathBuf,
    /// TOML or JSON weights.
    pub weights: Option<PathBuf>,
    /// Output folder.
    pub out: PathBuf,
    /// Continuity policy.
    pub continuity: Continuity,
    /// Seed of the search.
    pub seed: u64,
    /// Search steps; none sizes them by the instance.
    pub steps: Option<u64>,
}

/// Solves the files and writes the three answers; returns the summary's bytes.
///
/// # Errors
/// Unreadable or wrong files (exit 3), weights that are none (exit 2), or a disk that refuses (exit 6).
pub fn assign(request: &AssignRequest) -> Result<Vec<u8>, PipelineError> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|e| PipelineError::Usage(format!("cannot read {}: {e}", path.display())))
    };
    let (members, managers) = (read(&request.members)?, read(&request.care_managers)?);
    let weights = request.weights.as_deref().map(|p| read_weights(&read(p)?)).transpose()?.unwrap_or_default();
    let name = |p: &Path| p.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let problem = flat_files::read_problem(
        (&members, &name(&request.members)),
        (&managers, &name(&request.care_managers)),
        weights,
    )?;
    let mut options = Options { continuity: request.continuity, seed: request.seed, ..Options::default() };
    if let Some(steps) = request.steps {
        options.step_budget = steps;
    }
    let assignment = solve_checked(&problem, &options)?;
    let folder = crate::publish::OutputFolder::plain(&request.out)?;
    for (file, bytes) in &assignment.files {
        folder.write_beside(file, bytes)?;
    }
    Ok(assignment.files.into_iter().find(|(n, _)| *n == "assignment_summary.json").map(|(_, b)| b).unwrap_or_default())
}

/// Weights from JSON, else TOML; a table `weights` or `caseload` is read through.
fn read_weights(bytes: &[u8]) -> Result<Weights, PipelineError> {
    let refuse = |e: crate::caseload::CaseloadError| PipelineError::Usage(format!("--weights: {e}"));
    let text = std::str::from_utf8(bytes).map_err(|_| PipelineError::Usage("--weights: not UTF-8".to_owned()))?;
    if text.trim_start().starts_with('{') {
        return flat_files::read_weights_json(bytes).map_err(refuse);
    }
    let table: toml::Table = text.parse().map_err(|e| PipelineError::Usage(format!("--weights: {e}")))?;
    let inner =
        table.get("weights").or_else(|| table.get("caseload")).and_then(toml::Value::as_table).unwrap_or(&table);
    let mut out = Weights::default();
    for (key, value) in inner {
        #[expect(clippy::cast_precision_loss, reason = "weights are small; larger ones are refused")]
        let number = value.as_float().or_else(|| value.as_integer().map(|i| i as f64));
        flat_files::set_weight(&mut out, key, number).map_err(refuse)?;
    }
    Ok(out)
}

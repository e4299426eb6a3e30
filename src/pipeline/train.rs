//! `train` on an organisation's own history: read, walk, fit, write the folders. Owns that order; refuses to do any of
//! the steps itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::PipelineError;
use super::open_history::with_history;
use super::progress::Progress;
use crate::config::{RunPlan, nearest_hint};
use crate::domain::Day;
use crate::features::registry;
use crate::learners::LearnerChoice;
use crate::learners::watch::go_on;
use crate::models::Outcome;
use crate::models::evaluation::ModelEvaluation;
use crate::models::trained::{Identity, TrainedModel};
use crate::publish::{read_trained_model, write_model};
use crate::training::{self, FitRequest, PanelRequest, Split, fill_panels, fit_outcome};

/// What `train --config` was asked to do.
#[derive(Clone, Debug)]
pub struct TrainRequest {
    /// Outcome id, or `avoid_hosp` for its three horizons.
    pub model: String,
    /// Folder to write; with several outcomes one folder each below it.
    pub out: PathBuf,
    /// Learner.
    pub learner: LearnerChoice,
    /// Keep this model and fit its calibration anew.
    pub recalibrate: Option<PathBuf>,
    /// Train although a feature looks like the label in disguise.
    pub allow_suspect: bool,
}

/// A model that was trained, for a person to read of.
pub struct TrainedOutcome {
    /// Its record.
    pub identity: Identity,
    /// Its figures on the report slice.
    pub evaluation: ModelEvaluation,
    /// Its folder.
    pub folder: PathBuf,
}

/// Trains the outcomes of an id and writes their folders.
///
/// # Errors
/// Exit 2 for an unknown id, 3 and 4 for the extracts, 9 when training is refused; no folder is left half made.
pub fn train(
    plan: &RunPlan,
    request: &TrainRequest,
    progress: &Progress,
) -> Result<Vec<TrainedOutcome>, PipelineError> {
    let outcomes = Outcome::family(&request.model);
    if outcomes.is_empty() {
        return Err(PipelineError::Usage(format!(
            "--model {}: no such outcome{}",
            request.model,
            nearest_hint(&request.model, &Outcome::ids())
        )));
    }
    let before = request.recalibrate.as_deref().map(|p| read_recalibrated(plan, p, &outcomes)).transpose()?;
    with_history(plan, progress, |history| {
        let slices = [Split::Train, Split::Calibrate, Split::Report];
        let requests = outcomes
            .iter()
            .map(|o| PanelRequest::plan(plan, history.extracts, *o, &slices))
            .collect::<Result<Vec<_>, _>>()?;
        progress.stage("walk the history");
        let panels = fill_panels(history, &requests, &|done, all| progress.step(done, all))?;
        let fit = FitRequest {
            learner: request.learner.clone(),
            before: before.as_ref(),
            allow_suspect: request.allow_suspect,
            watch: progress,
        };
        let several = panels.len() > 1;
        // Everything is fitted before the first folder is written.
        let mut fitted = Vec::new();
        for panel in panels {
            progress.stage(&format!("fit {}", panel.outcome.id()));
            let folder = if several { request.out.join(panel.outcome.id()) } else { request.out.clone() };
            fitted.push((folder, fit_outcome(history, &fit, &panel)?));
        }
        go_on(progress)?;
        let mut out = Vec::new();
        for (folder, model) in fitted {
            write_model(&folder, &model.files)?;
            out.push(TrainedOutcome { identity: model.identity, evaluation: model.evaluation, folder });
        }
        Ok(out)
    })
}

/// The model whose calibration is fitted anew.
fn read_recalibrated(plan: &RunPlan, path: &Path, outcomes: &[Outcome]) -> Result<TrainedModel, PipelineError> {
    let model = read_trained_model(path)?;
    if outcomes != [model.outcome] {
        return Err(PipelineError::Usage(format!(
            "--recalibrate names a model of {}; pass --model {}",
            model.outcome.id(),
            model.outcome.id()
        )));
    }
    let features = registry().with_own(&plan.models.feature_columns);
    model.identity.fits(&features, plan.models.claims_lag_days)?;
    Ok(model)
}

/// The features of every enrolled member as known on a day, by member id, in the order of the dictionary.
///
/// # Errors
/// Those of reading.
pub fn features_on(plan: &RunPlan, day: Day, progress: &Progress) -> Result<BTreeMap<String, Vec<f32>>, PipelineError> {
    with_history(plan, progress, |history| Ok(training::features_on(history, day)?))
}

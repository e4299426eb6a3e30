//! Where trained models lie, whether they may score tonight, and whether a history is synthetic. Owns those
//! refusals; refuses to open an extract.

use std::path::{Path, PathBuf};

use super::error::PipelineError;
use crate::config::RunPlan;
use crate::extracts::Discovered;
use crate::features::registry;
use crate::models::trained::{IDENTITY, TrainedModel};
use crate::publish::read_trained_model;
use crate::synth::MARKER;

/// The folder a name stands for: a path from the configuration's folder or the working directory, or an id below
/// `models.folder`.
///
/// # Errors
/// Exit 2, when there is none.
pub fn find_model(plan: &RunPlan, name: &str) -> Result<PathBuf, PipelineError> {
    let below = Path::new(&plan.models.folder).join(name);
    let mut places = Vec::new();
    for path in [Path::new(name), below.as_path()] {
        places.push(plan.base.join(path));
        places.push(path.to_path_buf());
    }
    // The shipped configuration lies in a folder of its own, beside the shipped models.
    places.push(plan.base.join("..").join(&below));
    places.into_iter().find(|p| p.join("model.json").is_file()).ok_or_else(|| {
        PipelineError::Usage(format!(
            "models.use or --model names `{name}`, but no trained model of that name is here\nhint: name a folder that `train` wrote, or an id below models.folder (`{}`); leave models.use empty to score with the published indices",
            plan.models.folder
        ))
    })
}

/// Reads every model that the night is to score with, and refuses what must not.
///
/// # Errors
/// Exit 2 for a missing, doubled or demonstration model, 5 for one that does not fit tonight's features.
pub fn read_models_in_use(plan: &RunPlan) -> Result<Vec<TrainedModel>, PipelineError> {
    let features = registry().with_own(&plan.models.feature_columns);
    let mut out: Vec<TrainedModel> = Vec::new();
    for name in &plan.models.r#use {
        let folder = find_model(plan, name)?;
        if !folder.join(IDENTITY).is_file() {
            return Err(PipelineError::Usage(format!(
                "models.use names `{name}`, which was trained on a flat table and cannot score members\nhint: `lamplight score --table` takes it"
            )));
        }
        let model = read_trained_model(&folder)?;
        if model.identity.synthetic && !plan.models.allow_demo_model && !plan.ships_demo {
            return Err(PipelineError::Usage(format!(
                "models.use names `{name}`, a demonstration model trained on synthetic data\nhint: train one on your own history; models.allow_demo_model = true lets it score all the same"
            )));
        }
        if let Some(other) = out.iter().find(|m| m.outcome == model.outcome) {
            return Err(PipelineError::Usage(format!(
                "models.use names two models of {}: `{}` and `{}`",
                model.outcome.id(),
                other.id,
                model.id
            )));
        }
        model.identity.fits(&features, plan.models.claims_lag_days)?;
        out.push(model);
    }
    Ok(out)
}

/// Whether the history is synthetic: the configuration says so, or the synthesiser's marker lies beside an extract.
#[must_use]
pub fn is_synthetic(plan: &RunPlan, found: &Discovered) -> bool {
    let marked = |path: &Path| path.ancestors().skip(1).take(2).any(|folder| folder.join(MARKER).is_file());
    plan.sample || plan.models.synthetic || found.all().any(|(_, f)| marked(&f.path))
}

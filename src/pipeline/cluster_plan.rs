//! The plan of a prelude on whatever machine. Owns that it is the same plan or none; refuses to open an input.

use std::path::Path;

use super::error::PipelineError;
use super::model_places::read_models_in_use;
use crate::cluster::{ClusterError, ModelUsed, PreludeFolder};
use crate::config::{Overrides, RunPlan};
use crate::extracts::extract_names;
use crate::models::trained::TrainedModel;
use crate::publish::digest_of;
use crate::reference::code_sets_in;

/// Paths on the command line of a process that may run anywhere.
///
/// # Errors
/// Exit 2 for one that means another folder on another machine.
pub fn require_absolute(paths: &[(&str, &Path)]) -> Result<(), PipelineError> {
    match paths.iter().find(|(_, path)| !path.is_absolute()) {
        Some((flag, path)) => Err(PipelineError::Usage(format!(
            "{flag} {}: a relative path is another folder on every machine\nhint: write it from the root",
            path.display()
        ))),
        None => Ok(()),
    }
}

/// Reads a prelude and resolves its plan as the prelude's own machine did: from the same working directory, so that a
/// relative path of the configuration means the same.
///
/// # Errors
/// Exit 2 for a prelude of another version, configuration or night, or a configuration or key that cannot be read here.
pub fn plan_of_prelude(folder: &Path, overrides: Overrides) -> Result<(PreludeFolder, RunPlan), PipelineError> {
    let found = PreludeFolder::read(folder)?;
    let prelude = &found.prelude;
    std::env::set_current_dir(&prelude.home).map_err(|e| {
        ClusterError::Usage(format!(
            "the folder in which the prelude was made cannot be entered here: {e}\nhint: relative paths of the configuration start there; make the prelude in a folder that every machine sees"
        ))
    })?;
    // The night is the prelude's, whatever the environment of this machine says.
    let overrides = Overrides { as_of: Some(prelude.as_of.clone()), ..overrides };
    let mut plan = RunPlan::load(&prelude.config, &overrides, &|name| std::env::var(name).ok(), &extract_names())?;
    plan.sample = prelude.sample;
    if let Some(key) = &prelude.pseudonym_key {
        plan.pseudonymize(key)?;
    }
    prelude.check_plan(&plan)?;
    Ok((found, plan))
}

/// The trained models that a prelude names, read here.
///
/// # Errors
/// Exit 2 when others are here, or other code sets.
pub fn models_of_prelude(prelude: &PreludeFolder, plan: &RunPlan) -> Result<Vec<TrainedModel>, PipelineError> {
    let models = read_models_in_use(plan)?;
    prelude.prelude.check_tables(&names_of(&models), &sets_digest(plan)?)?;
    Ok(models)
}

/// The trained models of a plan, as a prelude names them.
///
/// # Errors
/// Those of reading them.
pub fn models_used(plan: &RunPlan) -> Result<Vec<ModelUsed>, PipelineError> {
    Ok(names_of(&read_models_in_use(plan)?))
}

fn names_of(models: &[TrainedModel]) -> Vec<ModelUsed> {
    models.iter().map(|m| ModelUsed { id: m.id.to_owned(), sha256: m.sha256.clone() }).collect()
}

/// One hash over the code sets of a plan.
///
/// # Errors
/// When one cannot be read.
pub fn sets_digest(plan: &RunPlan) -> Result<String, PipelineError> {
    let sets = code_sets_in(plan.reference_dir.as_deref())?;
    Ok(digest_of(sets.iter().map(|s| s.sha256.as_str())))
}

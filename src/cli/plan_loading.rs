//! From flags to a plan. Owns where the configuration is looked for; refuses to know a command.

use std::path::{Path, PathBuf};

use super::arguments::PlanFlags;
use crate::config::{Overrides, RunPlan, nearest_hint};
use crate::extracts::{extract, extract_names};
use crate::pipeline::{NightlyOptions, PipelineError};
use crate::publish::CurrentRule;

/// The shipped sample's configuration, beside the working directory or the binary.
fn sample_config() -> Result<PathBuf, PipelineError> {
    let mut places = vec![PathBuf::from(".")];
    if let Ok(binary) = std::env::current_exe() {
        places.extend(binary.ancestors().skip(1).take(4).map(Path::to_path_buf));
    }
    places
        .into_iter()
        .map(|p| p.join("config/sample.toml"))
        .find(|p| p.exists())
        .ok_or_else(|| PipelineError::Usage("no --config given, and the shipped config/sample.toml is neither beside the working directory nor the binary".to_owned()))
}

/// The configuration that the flags name; the shipped sample's without one.
pub fn config_path(flags: &PlanFlags) -> Result<PathBuf, PipelineError> {
    flags.config.clone().map_or_else(sample_config, Ok)
}

/// The plan of the flags, with what they add to it.
pub fn load_plan(flags: &PlanFlags) -> Result<(RunPlan, NightlyOptions), PipelineError> {
    let sample = flags.config.is_none();
    let path = config_path(flags)?;
    let overrides = Overrides { as_of: flags.as_of.clone(), out: flags.out.clone(), threads: flags.threads };
    let mut plan = RunPlan::load(&path, &overrides, &|name| std::env::var(name).ok(), &extract_names())?;
    plan.sample = sample;
    if let Some(file) = &flags.pseudonymize {
        plan.pseudonymize(file)?;
    }
    for name in &flags.allow_empty {
        if extract(name).is_none() {
            return Err(PipelineError::Usage(format!(
                "--allow-empty {name}: no such extract{}",
                nearest_hint(name, &extract_names())
            )));
        }
    }
    let options = NightlyOptions {
        allow_empty: flags.allow_empty.clone(),
        accept_volume_change: flags.accept_volume_change,
        manifest: flags.manifest.clone(),
        current: if flags.set_current { CurrentRule::Always } else { CurrentRule::NewestNight },
        only: None,
    };
    Ok((plan, options))
}

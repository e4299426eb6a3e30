//! The four commands of a night on many machines, from flags to an answer as text. Owns nothing else.

use super::arguments::PlanFlags;
use super::cluster_arguments::{ClusterCommand, PreludeFlags, StepFlags};
use super::night_text::night_text;
use super::plan_loading::{config_path, load_plan};
use crate::pipeline::{
    PipelineError, PreludeRequest, Progress, RankRequest, ScatterRequest, StageRequest, make_prelude, rank, scatter,
    stage,
};

/// Does a step; the text is what was asked for.
pub fn run_cluster_command(command: ClusterCommand) -> Result<String, PipelineError> {
    let progress = Progress::new();
    match command {
        ClusterCommand::Prelude(flags) => run_prelude(flags, &progress),
        ClusterCommand::Scatter { prelude, input, file, to, step } => {
            tie_to_parent(step);
            let receipt = scatter(&ScatterRequest { prelude, input, file, to, threads: step.threads }, &progress)?;
            let line = serde_json::to_string(&receipt).map_err(|e| PipelineError::Internal(e.to_string()))?;
            Ok(format!("{line}\n"))
        }
        ClusterCommand::Stage { prelude, part, from, out, step } => {
            tie_to_parent(step);
            let receipt = stage(&StageRequest { prelude, part, from, out, threads: step.threads }, &progress)?;
            Ok(format!("{}\n", receipt.to_line()?))
        }
        ClusterCommand::Rank { prelude, receipts, out, step } => {
            tie_to_parent(step);
            let (summary, sample) = rank(&RankRequest { prelude, receipts, out, threads: step.threads }, &progress)?;
            Ok(night_text(&summary, sample))
        }
    }
}

fn run_prelude(flags: PreludeFlags, progress: &Progress) -> Result<String, PipelineError> {
    let plan_flags = PlanFlags {
        config: flags.config,
        as_of: flags.as_of,
        out: None,
        threads: flags.threads,
        allow_empty: flags.allow_empty,
        accept_volume_change: flags.accept_volume_change,
        manifest: flags.manifest,
        pseudonymize: flags.pseudonymize,
        set_current: flags.set_current,
    };
    let (plan, options) = load_plan(&plan_flags)?;
    let request = PreludeRequest {
        config: config_path(&plan_flags)?,
        pseudonym_key: plan_flags.pseudonymize,
        parts: flags.parts,
        out: flags.out,
    };
    let made = make_prelude(&plan, &options, &request, progress)?;
    let units = &made.prelude.inventory.units;
    let inputs: Vec<String> =
        units.iter().enumerate().filter(|(_, unit)| !unit.everyone).map(|(input, _)| input.to_string()).collect();
    Ok(format!(
        "{}prelude {} in {}\n  inputs to scatter: {}\n  parts to stage: 0 to {}\n",
        if plan.sample { "SAMPLE DATA  " } else { "" },
        &made.id[..12],
        made.folder.display(),
        inputs.join(" "),
        made.prelude.parts() - 1
    ))
}

/// A step whose engine was killed must not work on for nobody.
fn tie_to_parent(step: StepFlags) {
    #[cfg(target_os = "linux")]
    if step.die_with_parent
        && rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM)).is_err()
    {
        tracing::warn!("the system does not tell when the parent process ends");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = step;
}

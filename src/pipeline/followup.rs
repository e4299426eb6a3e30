//! `followup`: the kept runs, then the history, then what became of the calls. Owns that order and the refusal of a bare
//! before/after; refuses to count.

use std::path::PathBuf;

use super::error::PipelineError;
use super::open_history::with_history;
use super::pretty_json::pretty_json;
use super::progress::Progress;
use crate::config::RunPlan;
use crate::publish::write_private;
use crate::runs::{FollowupAnswer, RunsFolder, follow_up, read_kept_runs};

/// What `followup` was asked.
#[derive(Clone, Debug, Default)]
pub struct FollowupRequest {
    /// Folder for `followup.json`; nothing is written without one.
    pub out: Option<PathBuf>,
    /// A comparison before against after was asked for, which is refused.
    pub before_after: bool,
}

/// Counts the funnel and the outcomes, and writes `followup.json` when asked.
///
/// # Errors
/// Exit 2 for a bare before/after; those of reading.
pub fn followup(
    plan: &RunPlan,
    request: &FollowupRequest,
    progress: &Progress,
) -> Result<FollowupAnswer, PipelineError> {
    if request.before_after {
        return Err(PipelineError::Usage(
            "a before/after comparison of contacted people is refused: they were listed because their use was high, and high use falls by itself (regression to the mean), so it would show an effect where there is none\nhint: compare with people held out by chance: [followup] holdout_share and approver; the report then shows that natural decline beside the effect"
                .to_owned(),
        ));
    }
    let kept = read_kept_runs(RunsFolder::of(plan))?;
    with_history(plan, progress, |history| {
        progress.stage("follow up");
        let answer = follow_up(history, &kept)?;
        if let Some(out) = &request.out {
            std::fs::create_dir_all(out)?;
            write_private(&out.join("followup.json"), &pretty_json(&answer.to_json())?)?;
        }
        Ok(answer)
    })
}

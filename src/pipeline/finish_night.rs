//! The second half of a night, the same for a run on one machine and for the parts of a cluster put together: scores, the
//! list, the caseload, publication. Owns that order; refuses to know where the measures of members come from.

use std::sync::Arc;

use super::account::NightlySummary;
use super::caseload_rows::build_caseload;
use super::caseload_solution::solve_caseload;
use super::earlier_run::EarlierRun;
use super::error::PipelineError;
use super::night::Night;
use super::night_pass::PopulationResults;
use super::progress::Progress;
use super::publication::publish_night;
use super::rule_files::RuleFiles;
use super::stop::check_stop;
use crate::config::RunPlan;
use crate::extracts::{Discovered, Extracts};
use crate::measures::VisitKnowledge;
use crate::models::trained::TrainedModel;
use crate::models::{self, Scores, Wording, apply_trained_scores, contradictions};
use crate::outreach;
use crate::publish::{CurrentRule, OutputFolder, Staging};
use crate::reference::Reference;

/// What the first half of a night leaves beside the measures.
pub struct MeasuredNight<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// Code sets.
    pub reference: &'a Reference,
    /// Trained models in use.
    pub trained: &'a [TrainedModel],
    /// The wording of the plan; `None` for the shipped one.
    pub wording: Option<Arc<Wording>>,
    /// Playbook and programmes.
    pub rules: &'a RuleFiles,
    /// Input files.
    pub found: &'a Discovered,
    /// Members and rows, every row accounted for.
    pub extracts: &'a Extracts,
}

/// Scores, orders, assigns and publishes; `stale` are warnings of the gates.
///
/// # Errors
/// Those of the caseload and the disk, a stop, and scores that contradict each other.
pub fn finish_night(
    night: MeasuredNight<'_>,
    mut population: PopulationResults,
    earlier: &EarlierRun,
    (folder, staging, rule): (&OutputFolder, Staging, CurrentRule),
    progress: &Progress,
    stale: Vec<String>,
) -> Result<NightlySummary, PipelineError> {
    let MeasuredNight { plan, reference, trained, wording, rules, found, extracts } = night;
    progress.stage("score");
    let mut scores = models::score_all(&population.snapshots, &extracts.population, reference, plan.as_of);
    let reasons =
        apply_trained_scores(&mut scores, std::mem::take(&mut population.trained), trained, plan.as_of, wording);
    let scores = Scores::index(scores);
    let contradicted = contradictions(scores.rows());
    if contradicted > 0 {
        return Err(PipelineError::Internal(format!(
            "the scores of {contradicted} members contradict each other over the horizons of one outcome"
        )));
    }

    check_stop()?;
    progress.stage("order outreach");
    let visits = VisitKnowledge::learn(
        plan.as_of,
        plan.work_day(),
        &population.lags,
        &population.past_events,
        plan.models.claims_lag_days,
    );
    let inputs = outreach::Inputs {
        visits: &visits,
        plan,
        extracts,
        snapshots: &population.snapshots,
        scores: &scores,
        reasons: &reasons,
        plans: &population.plans,
        playbook: &rules.playbook,
        programs: &rules.programs,
        reference,
        previous: &earlier.memory,
    };
    let list = outreach::build_list(&inputs);

    check_stop()?;
    progress.stage("balance caseload");
    let cases = build_caseload(&inputs, &list)?;
    let assignment = solve_caseload(&cases, plan)?;

    check_stop()?;
    progress.stage("publish");
    let night = Night {
        plan,
        inputs: &inputs,
        list: &list,
        cases: &cases,
        assignment: &assignment,
        population: &population,
        models: trained,
        found,
        previous: earlier.manifest.as_ref(),
        previous_run: earlier.folder.as_deref(),
        figures: &earlier.figures,
    };
    let mut summary = publish_night(folder, staging, &night, rule, progress)?;
    summary.warnings.extend(stale);
    Ok(summary)
}

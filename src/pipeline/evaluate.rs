//! A trained model judged on a history: the report slice of that history, the same figures as in its card. Owns
//! the order of steps; refuses to fit anything.

use std::path::PathBuf;

use super::error::PipelineError;
use super::model_places;
use super::open_history::with_history;
use super::progress::Progress;
use crate::config::RunPlan;
use crate::extracts::Extracts;
use crate::features::registry;
use crate::models::evaluation::judge;
use crate::publish::tables::predictions::{self, PredictionsRow};
use crate::publish::{OutputFolder, PublishError, csv_bytes, evaluation_page, read_trained_model};
use crate::runs::read_staff;
use crate::training::{JudgingContext, Panel, PanelRequest, Split, fill_panels, judged_rows, keep_held_out, table_of};

/// What `evaluate --config` was asked to do.
#[derive(Clone, Debug)]
pub struct EvaluateRequest {
    /// Folder or id of a trained model.
    pub model: String,
    /// The model learned from other people: rows of the days it learned from are judged too.
    pub other_population: bool,
    /// Folder for `evaluation.json`, `evaluation.html` and `predictions.csv`; none prints the JSON only.
    pub out: Option<PathBuf>,
}

/// Judges a model on the report slice of the configured history; returns `evaluation.json`.
///
/// # Errors
/// Exit 2 for an unknown model, 5 for one that does not fit, 9 when the slice holds no event or only days the model
/// learned from.
pub fn evaluate(plan: &RunPlan, request: &EvaluateRequest, progress: &Progress) -> Result<String, PipelineError> {
    let model = read_trained_model(&model_places::find_model(plan, &request.model)?)?;
    let features = registry().with_own(&plan.models.feature_columns);
    model.identity.fits(&features, plan.models.claims_lag_days)?;
    with_history(plan, progress, |history| {
        let wanted = PanelRequest::plan(plan, history.extracts, model.outcome, &[Split::Report])?;
        progress.stage("walk the history");
        let mut panels = fill_panels(history, &[wanted], &|done, all| progress.step(done, all))?;
        let Some(mut panel) = panels.pop() else { return Err(PipelineError::Internal("no panel".to_owned())) };
        progress.stage("judge");
        let mut pick = panel.of(Split::Report);
        if !request.other_population {
            keep_held_out(&mut panel, &mut pick, &model.identity)?;
        }
        let table = table_of(&panel, &features, history.extracts, &pick, false);
        let p = model.ready().score_table(&table, false)?.probability;
        let context = JudgingContext {
            plan,
            extracts: history.extracts,
            codes: history.codes,
            synthetic: history.synthetic || model.identity.synthetic,
            used_length: read_staff(&plan.run.out.join("current")).ok().map(|staff| staff.length()),
        };
        let left_out = serde_json::to_value(panel.left_out).map_err(|e| PipelineError::Internal(e.to_string()))?;
        let predictions = predictions_csv(&panel, &pick, &p, history.extracts)?;
        let rows = judged_rows(&context, &panel, &pick, p, (model.id, &model.identity.spreads), &features, &left_out);
        let evaluation = judge(&rows, progress)?;
        let mut text = serde_json::to_string_pretty(&evaluation).map_err(|e| PipelineError::Internal(e.to_string()))?;
        text.push('\n');
        if let Some(out) = &request.out {
            let folder = OutputFolder::plain(out)?;
            folder.write_beside("evaluation.json", text.as_bytes())?;
            folder.write_beside("evaluation.html", evaluation_page(&evaluation)?.as_bytes())?;
            folder.write_beside("predictions.csv", &predictions)?;
        }
        Ok(text)
    })
}

/// What `evaluate --predictions` reads, in a private file.
fn predictions_csv(panel: &Panel, pick: &[u32], p: &[f64], extracts: &Extracts) -> Result<Vec<u8>, PublishError> {
    let rows = pick.iter().zip(p).enumerate().map(|(id, (i, p))| {
        let row = &panel.rows[*i as usize];
        PredictionsRow {
            id,
            group: extracts.population.member(row.member).id(),
            event: row.label.event,
            probability: *p,
            day: row.day,
            days_passed: row.days_passed,
        }
    });
    csv_bytes(&predictions::TABLE.fill(rows)?)
}

//! A trained model judged on a history: the report slice of that history, the same figures as in its card. Owns
//! the order of steps; refuses to fit anything.

use std::path::PathBuf;

use super::error::PipelineError;
use super::judging::{Bench, judged, table_of};
use super::labels::Slice;
use super::loaded_history::with_history;
use super::model_places;
use super::panel::{Panel, PanelWalk, Request};
use super::progress::Progress;
use crate::config::RunPlan;
use crate::domain::Day;
use crate::features::{DISCHARGE_SNAPSHOT_DAYS, registry};
use crate::learners::{LearnError, Refusal};
use crate::models::evaluation::judge;
use crate::models::trained::Identity;
use crate::publish::{OutputFolder, evaluation_page, read_trained_model};

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
    let model = read_trained_model(&model_places::find(plan, &request.model)?)?;
    let features = registry().with_own(&plan.models.feature_columns);
    model.identity.fits(&features, plan.models.claims_lag_days)?;
    with_history(plan, progress, |history| {
        let wanted = Request::plan(plan, history.extracts, model.outcome, &[Slice::Report])?;
        progress.stage("walk the history");
        let walk = PanelWalk { plan, extracts: history.extracts, codes: history.codes };
        let mut panels = walk.run(&[wanted], &|done, all| progress.step(done, all))?;
        let Some(mut panel) = panels.pop() else { return Err(PipelineError::Internal("no panel".to_owned())) };
        progress.stage("judge");
        let mut pick = panel.of(Slice::Report);
        if !request.other_population {
            held_out(&mut panel, &mut pick, &model.identity)?;
        }
        let table = table_of(&panel, &features, history.extracts, &pick, false);
        let p = model.ready().score_table(&table, false)?.probability;
        let bench = Bench {
            plan,
            extracts: history.extracts,
            codes: history.codes,
            synthetic: history.synthetic || model.identity.synthetic,
        };
        let left_out = serde_json::to_value(panel.left_out).map_err(|e| PipelineError::Internal(e.to_string()))?;
        let predictions = predictions(&panel, &pick, &p, history.extracts);
        let rows = judged(&bench, &panel, &pick, p, (model.id, &model.identity.spreads), &features, &left_out);
        let evaluation = judge(&rows)?;
        let mut text = serde_json::to_string_pretty(&evaluation).map_err(|e| PipelineError::Internal(e.to_string()))?;
        text.push('\n');
        if let Some(out) = &request.out {
            let folder = OutputFolder::plain(out)?;
            folder.write_beside("evaluation.json", text.as_bytes())?;
            folder.write_beside("evaluation.html", evaluation_page(&evaluation)?.as_bytes())?;
            folder.write_beside("predictions.csv", predictions.as_bytes())?;
        }
        Ok(text)
    })
}

/// Keeps the rows that taught the model nothing: after the slice it was calibrated on, and after every label it was
/// trained on had ended.
fn held_out(panel: &mut Panel, pick: &mut Vec<u32>, identity: &Identity) -> Result<(), PipelineError> {
    // Slices of discharges are cut by the day of discharge, and looked at up to three weeks later.
    let late =
        if panel.outcome.of_discharges() { DISCHARGE_SNAPSHOT_DAYS[DISCHARGE_SNAPSHOT_DAYS.len() - 1] } else { 0 };
    let Some(until) = learned_until(&identity.train.to, &identity.calibrate.to, identity.horizon_days, late) else {
        return Ok(());
    };
    let rows = pick.len();
    pick.retain(|i| {
        let row = &panel.rows[*i as usize];
        row.day.plus(-row.days_passed) > until
    });
    panel.left_out.learned_from += (rows - pick.len()) as u64;
    if pick.is_empty() && rows > 0 {
        return Err(LearnError::Refused(Refusal::Learned { rows, until: until.to_string() }).into());
    }
    Ok(())
}

/// The last day a row may begin on and have taught the model: of the slices' last snapshots, each at most `late` days
/// after its row began.
fn learned_until(train: &str, calibrate: &str, horizon: i32, late: i32) -> Option<Day> {
    let began = |text: &str| Day::parse_iso(text).map(|d| d.plus(-late));
    began(train).map(|d| d.plus(horizon)).into_iter().chain(began(calibrate)).max()
}

/// `id, group, y, probability` and the day: what `evaluate --predictions` reads, in a private file.
fn predictions(panel: &Panel, pick: &[u32], p: &[f64], extracts: &crate::extracts::Extracts) -> String {
    use std::fmt::Write as _;
    let mut out = String::from("id,group,y,probability,day,days_passed\n");
    for (n, (i, p)) in pick.iter().zip(p).enumerate() {
        let row = &panel.rows[*i as usize];
        let member = extracts.population.member(row.member).id().replace('"', "\"\"");
        let _ = writeln!(out, "{n},\"{member}\",{},{p},{},{}", u8::from(row.label.event), row.day, row.days_passed);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slice_after_the_calibration_taught_nothing() {
        let until =
            |train, calibrate, horizon, late| learned_until(train, calibrate, horizon, late).map(|d| d.to_string());
        // Monthly snapshots: the report slice of the same history begins on 2025-08-01.
        assert_eq!(until("2025-04-01", "2025-07-01", 90, 0).as_deref(), Some("2025-07-01"));
        // Discharges: it begins with those of 2025-08-02, and the last before was looked at on 2025-08-22.
        assert_eq!(until("2025-04-22", "2025-08-22", 30, 21).as_deref(), Some("2025-08-01"));
        // A label of the training slice that ends after the calibration slice.
        assert_eq!(until("2025-06-01", "2025-07-01", 90, 0).as_deref(), Some("2025-08-30"));
        assert_eq!(until("2025-06-01", "", 90, 0).as_deref(), Some("2025-08-30"));
        assert_eq!(until("", "", 90, 0), None);
    }
}

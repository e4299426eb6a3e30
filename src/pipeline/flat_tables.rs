//! Models on flat tables: train, score, evaluate a file of predictions. Owns the reading and writing of those
//! files; refuses to know claims or the nightly run.

use std::path::Path;

use super::error::PipelineError;
use super::pretty_json::pretty_json;
use super::progress::Progress;
use crate::learners::watch::go_on;
use crate::learners::{self, Purpose, TableSpec, TrainOptions};
use crate::models::evaluation::{Attribute, group_figures};
use crate::publish::tables::scored::scored_csv;
use crate::publish::{OutputFolder, predictions_page, read_artifact, write_model, write_private};

fn read_input(path: &Path) -> Result<Vec<u8>, PipelineError> {
    std::fs::read(path).map_err(|e| PipelineError::Usage(format!("cannot read {}: {e}", path.display())))
}

/// Trains on a flat CSV table by its spec and writes the model folder; returns the report's warnings and the
/// held-out figures as JSON.
///
/// # Errors
/// Exit 2 for a spec that does not fit, 3 for an unreadable table, 6 for a folder that holds anything but a model, 9 when
/// training is refused.
pub fn train_table(
    table: &Path,
    spec: &Path,
    out: &Path,
    recalibrate: Option<&Path>,
    allow_suspect: bool,
    progress: &Progress,
) -> Result<String, PipelineError> {
    let text =
        String::from_utf8(read_input(spec)?).map_err(|_| PipelineError::Usage("--spec: not UTF-8".to_owned()))?;
    let spec = TableSpec::parse(&text)?;
    let bytes = read_input(table)?;
    let options = TrainOptions { allow_suspect, ..TrainOptions::default() };
    let (artifact, report) = match recalibrate {
        Some(model) => {
            let rows = learners::read_csv(&bytes, &spec, Purpose::Train)?;
            let before = read_artifact(model)?;
            if before.spec.label != spec.label {
                let why = "--spec: the label differs from the one the model was trained on";
                return Err(PipelineError::Usage(why.to_owned()));
            }
            let mut artifact = learners::recalibrate(&before, &rows, &options, progress)?;
            let (n, events) = (artifact.calibration.rows, artifact.calibration.events);
            let mut warnings = vec![format!(
                "the calibration alone was fitted anew, on {n} rows with {events} events; metrics.json is measured on these rows"
            )];
            warnings.extend(learners::few_events_warning(events));
            artifact.training.warnings.extend(warnings.iter().cloned());
            (artifact, serde_json::json!({ "recalibrated": true, "rows": n, "events": events, "warnings": warnings }))
        }
        None => {
            let trained = learners::train_table(&bytes, &spec, &options, progress)?;
            let report = serde_json::to_value(&trained.report).map_err(|e| PipelineError::Internal(e.to_string()))?;
            (trained.artifact, report)
        }
    };
    let report = pretty_json(&report)?;
    let mut files = artifact.to_files()?;
    files.push(("report.json".to_owned(), report.clone()));
    progress.finish();
    go_on(progress)?;
    // One step into place: never parts of two models, nor the card of an older one beside a new one.
    write_model(out, &files)?;
    Ok(String::from_utf8_lossy(&report).into_owned())
}

/// Scores a flat CSV table with a model folder: `id, probability, reason_1..3`.
///
/// # Errors
/// Exit 5 when the model does not fit the table.
pub fn score_table(table: &Path, model: &Path, out: &Path) -> Result<String, PipelineError> {
    let artifact = read_artifact(model)?;
    let rows = learners::read_csv(&read_input(table)?, &artifact.spec, Purpose::Score)?;
    let scored = learners::score_table(&artifact, &rows)?;
    for warning in &scored.warnings {
        tracing::warn!("{warning}");
    }
    write_private(out, &scored_csv(&scored)?)?;
    let mut text = format!("{} rows scored: {}\n", scored.rows.len(), out.display());
    for sentence in &scored.unseen {
        text.push_str(&format!("  {sentence}\n"));
    }
    Ok(text)
}

/// Levels beyond which a further column of a predictions file is no group of people but an id or a number.
const MOST_LEVELS: usize = 40;

/// Evaluates a CSV of predictions with columns `id, group, y, probability`. Every further column with at most 40
/// different texts is an attribute: its groups get the same figures, with the top 5 % as the list.
///
/// # Errors
/// Exit 3 when a column is missing or a value is none.
pub fn evaluate_predictions(
    predictions: &Path,
    out: &Path,
    seed: u64,
    progress: &Progress,
) -> Result<String, PipelineError> {
    let bytes = read_input(predictions)?;
    let wrong = |why: String| PipelineError::Gate(vec![format!("{}: {why}", predictions.display())]);
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().map_err(|e| wrong(e.to_string()))?.clone();
    let at = |name: &str| {
        header
            .iter()
            .position(|h| h.trim() == name)
            .ok_or_else(|| wrong(format!("no column `{name}`; id, group, y, probability are needed")))
    };
    let (id, group, y, p) = (at("id")?, at("group")?, at("y")?, at("probability")?);
    let (mut ids, mut groups, mut labels, mut probabilities) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let further: Vec<usize> = (0..header.len()).filter(|i| ![id, group, y, p].contains(i)).collect();
    let mut attributes: Vec<Vec<String>> = vec![Vec::new(); further.len()];
    for (n, record) in reader.records().enumerate() {
        let record = record.map_err(|e| wrong(e.to_string()))?;
        let cell = |i: usize| record.get(i).unwrap_or("").trim().to_owned();
        for (texts, at) in attributes.iter_mut().zip(&further) {
            texts.push(cell(*at));
        }
        ids.push(cell(id));
        groups.push(cell(group));
        labels.push(match cell(y).as_str() {
            "1" | "true" => true,
            "0" | "false" => false,
            _ => return Err(wrong(format!("line {}: y must be 0 or 1", n + 2))),
        });
        let value: f64 = cell(p).parse().map_err(|_| wrong(format!("line {}: the probability is no number", n + 2)))?;
        if !(0.0..=1.0).contains(&value) {
            return Err(wrong(format!("line {}: the probability lies outside 0..1", n + 2)));
        }
        probabilities.push(value);
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let evaluation = learners::evaluate_predictions(&ids, &groups, &labels, &probabilities, seed, progress)?;
    let attributes: Vec<Attribute> =
        further.iter().zip(attributes).filter_map(|(at, texts)| group_attribute(&header[*at], &texts)).collect();
    let by_group = group_figures(&labels, &probabilities, &top_twentieth(&ids, &probabilities), &attributes);
    let mut told = serde_json::to_value(&evaluation).map_err(|e| PipelineError::Internal(e.to_string()))?;
    if !by_group.is_empty() {
        told["by_group"] = serde_json::to_value(&by_group).map_err(|e| PipelineError::Internal(e.to_string()))?;
    }
    let bytes = pretty_json(&told)?;
    let page = predictions_page(&evaluation, &by_group)?;
    let folder = OutputFolder::plain(out)?;
    folder.write_beside("evaluation.json", &bytes)?;
    folder.write_beside("evaluation.html", page.as_bytes())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A further column as an attribute; `None` when its texts are too many to be groups, or all one.
fn group_attribute(name: &str, texts: &[String]) -> Option<Attribute> {
    let named: Vec<String> =
        texts.iter().map(|t| if t.is_empty() { "(empty)".to_owned() } else { t.clone() }).collect();
    Some(Attribute::of(name.trim(), &named)).filter(|a| (2..=MOST_LEVELS).contains(&a.levels.len()))
}

/// The twentieth of the rows with the highest probabilities; equal ones by id, so that row order decides nothing.
fn top_twentieth(ids: &[&str], probabilities: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]).then_with(|| ids[*a].cmp(ids[*b])));
    let mut out = vec![false; ids.len()];
    for at in order.into_iter().take(ids.len().div_ceil(20)) {
        out[at] = true;
    }
    out
}

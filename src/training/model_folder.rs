//! What a trained model's folder says: the record, the spreads of training, the files.
//! Owns their assembly; refuses to fit or to judge.

use super::derived::derived_horizons;
use super::error::TrainingError;
use super::history::LoadedHistory;
use super::judging::table_of;
use super::panel::Panel;
use super::splits::Split;
use crate::extracts::Extracts;
use crate::features::{Feature, dictionary_hash};
use crate::learners::log_odds::sigmoid;
use crate::learners::{Artifact, LearnError, Ready};
use crate::models::evaluation::spread_of;
use crate::models::trained::{
    CardFacts, FORMAT, FeatureRecord, IDENTITY, Identity, SCORE_SPREAD, SliceCount, Spread, card_json, card_markdown,
};
use crate::publish::evaluation_page;
use crate::reference::code_sets_in;

/// Names and bytes of a model folder.
pub type ModelFiles = Vec<(String, Vec<u8>)>;

fn count_slice(panel: &Panel, slice: Split) -> SliceCount {
    let rows: Vec<_> = panel.rows.iter().filter(|r| r.slice == slice).collect();
    let mut members: Vec<u32> = rows.iter().map(|r| r.member).collect();
    members.dedup();
    let text = |d: Option<crate::domain::Day>| d.map_or_else(String::new, |d| d.to_string());
    SliceCount {
        from: text(rows.iter().map(|r| r.day).min()),
        to: text(rows.iter().map(|r| r.day).max()),
        rows: rows.len(),
        members: members.len(),
        events: rows.iter().filter(|r| r.label.event).count(),
    }
}

/// Cumulative share of readmissions of the training slice by day; empty for other outcomes.
fn return_days(panel: &Panel) -> Vec<f64> {
    if !panel.outcome.of_discharges() {
        return Vec::new();
    }
    let days: Vec<i32> = panel.rows.iter().filter(|r| r.slice == Split::Train).filter_map(|r| r.label.days).collect();
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    let share = |d: i32| days.iter().filter(|x| **x <= d).count() as f64 / days.len().max(1) as f64;
    (0..=30).map(share).collect()
}

fn training_spreads(
    panel: &Panel,
    features: &[Feature],
    artifact: &Artifact,
    extracts: &Extracts,
) -> Result<Vec<Spread>, LearnError> {
    let pick = panel.of(Split::Train);
    let weights: Vec<f32> = pick.iter().map(|i| panel.rows[*i as usize].weight).collect();
    let mut out: Vec<Spread> = features
        .iter()
        .zip(&panel.columns)
        .map(|(f, column)| {
            let values: Vec<f32> = pick.iter().map(|i| column[*i as usize]).collect();
            spread_of(&f.name, &values, &weights)
        })
        .collect();
    let raw = Ready::new(artifact).raw(&table_of(panel, features, extracts, &pick, false))?;
    #[expect(clippy::cast_possible_truncation, reason = "a share by bin")]
    let p: Vec<f32> = raw.iter().map(|z| sigmoid(artifact.calibration.log_odds(*z)) as f32).collect();
    out.push(spread_of(SCORE_SPREAD, &p, &weights));
    Ok(out)
}

/// The record of a fitted artifact.
///
/// # Errors
/// When a code set cannot be read, or the features do not fit: our own fault.
pub fn identity_record(
    history: &LoadedHistory<'_>,
    panel: &Panel,
    features: &[Feature],
    artifact: &Artifact,
    calibration_note: &str,
    warnings: Vec<String>,
) -> Result<Identity, TrainingError> {
    let plan = history.plan;
    let sets = code_sets_in(plan.reference_dir.as_deref())?;
    Ok(Identity {
        format: FORMAT,
        id: format!("{}{}", if history.synthetic { "demo_" } else { "" }, panel.outcome.id()),
        outcome: panel.outcome.id().to_owned(),
        horizon_days: panel.outcome.horizon_days(),
        lamplight_version: env!("CARGO_PKG_VERSION").to_owned(),
        synthetic: history.synthetic,
        as_of: plan.as_of.to_string(),
        claims_lag_days: plan.models.claims_lag_days,
        label_maturity_days: plan.models.label_maturity_days,
        dictionary_hash: dictionary_hash(features),
        features: features.iter().map(FeatureRecord::from).collect(),
        train: count_slice(panel, Split::Train),
        calibrate: count_slice(panel, Split::Calibrate),
        report: count_slice(panel, Split::Report),
        kept_non_events: panel.keep_non_event,
        left_out: serde_json::to_value(panel.left_out).map_err(|e| TrainingError::Internal(e.to_string()))?,
        learner: artifact.model.name().to_owned(),
        calibration_note: calibration_note.to_owned(),
        derived: derived_horizons(panel, features, artifact, history.extracts)?,
        recalibrated_from: None,
        return_days: return_days(panel),
        spreads: training_spreads(panel, features, artifact, history.extracts)?,
        code_sets: sets.into_iter().map(|s| (s.id, s.version, s.sha256)).collect(),
        warnings,
    })
}

fn pretty_bytes<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, TrainingError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| TrainingError::Internal(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Every file of the folder, encoded before the first is written.
///
/// # Errors
/// When a part cannot be encoded.
pub fn model_files(
    artifact: &Artifact,
    facts: &CardFacts<'_>,
    report: &serde_json::Value,
) -> Result<ModelFiles, TrainingError> {
    let mut out = artifact.to_files()?;
    out.push((IDENTITY.to_owned(), pretty_bytes(facts.identity)?));
    out.push(("evaluation.json".to_owned(), pretty_bytes(facts.evaluation)?));
    out.push(("evaluation.html".to_owned(), evaluation_page(facts.evaluation)?.into_bytes()));
    out.push(("report.json".to_owned(), pretty_bytes(report)?));
    out.push(("card.md".to_owned(), card_markdown(facts, true).into_bytes()));
    out.push(("model_card.json".to_owned(), pretty_bytes(&card_json(facts))?));
    out.push(("model_card.md".to_owned(), card_markdown(facts, false).into_bytes()));
    Ok(out)
}

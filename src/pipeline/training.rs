//! Models learned from the organisation's own history: read, walk, fit on the past, calibrate on the next slice,
//! report on the last, write the folder. Owns that order and what refuses it; refuses to know a learner's inside.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::error::PipelineError;
use super::judging::{Bench, judged, table_of};
use super::labels::Slice;
use super::loaded_history::{LoadedHistory, with_history};
use super::model_record::{ModelFiles, files, record, summary};
use super::panel::{Panel, PanelWalk, Request};
use super::progress::Progress;
use crate::config::RunPlan;
use crate::features::{Feature, Knowledge, registry};
use crate::learners::boosting::BoostParams;
use crate::learners::table::{FeatureSpec, LabelSpec, Text};
use crate::learners::{self, Artifact, LearnError, LearnerChoice, Ready, Refusal, TableSpec, TrainOptions};
use crate::models::Outcome;
use crate::models::evaluation::judge;
use crate::models::trained::{CardFacts, TrainedModel};
use crate::publish::{read_trained_model, write_model};

/// What `train --config` was asked to do.
#[derive(Clone, Debug)]
pub struct TrainRequest {
    /// Outcome id, or `avoid_hosp` for its three horizons.
    pub model: String,
    /// Folder to write; with several outcomes one folder each below it.
    pub out: PathBuf,
    /// Learner.
    pub learner: LearnerChoice,
    /// Keep this model and fit its calibration anew.
    pub recalibrate: Option<PathBuf>,
    /// Train although a feature looks like the label in disguise.
    pub allow_suspect: bool,
}

/// The features of every enrolled member as known on a day, by member id, in the order of the dictionary.
///
/// # Errors
/// Those of reading.
pub fn features_on(
    plan: &RunPlan,
    day: crate::domain::Day,
    progress: &Progress,
) -> Result<std::collections::BTreeMap<String, Vec<f32>>, PipelineError> {
    with_history(plan, progress, |history| {
        let knowledge = Knowledge::new(history.extracts, history.codes, &plan.clocks, &plan.models);
        let buckets = &history.extracts.buckets;
        let mut out = std::collections::BTreeMap::new();
        for bucket in 0..buckets.len() {
            let records = buckets.take(bucket)?;
            let arena = bumpalo::Bump::new();
            for member in buckets.members(bucket) {
                let who = history.extracts.population.member(member);
                if who.enrolled_on(day) {
                    let whole = knowledge.whole(member, records.member(member, &arena), plan.as_of, &arena);
                    out.insert(who.id().to_owned(), registry().row(&knowledge.view(&whole, day)));
                }
            }
        }
        Ok(out)
    })
}

/// Trains the outcomes of an id and writes their folders; returns what a person should read.
///
/// # Errors
/// Exit 2 for an unknown id, 3 and 4 for the extracts, 9 when training is refused; no folder is left half made.
pub fn train(plan: &RunPlan, request: &TrainRequest, progress: &Progress) -> Result<String, PipelineError> {
    let outcomes = Outcome::family(&request.model);
    if outcomes.is_empty() {
        return Err(PipelineError::Usage(format!(
            "--model {}: no such outcome{}",
            request.model,
            crate::config::nearest_hint(&request.model, &Outcome::ids())
        )));
    }
    let before = request.recalibrate.as_deref().map(|p| recalibrated(plan, p, &outcomes)).transpose()?;
    with_history(plan, progress, |history| {
        let slices = [Slice::Train, Slice::Calibrate, Slice::Report];
        let requests = outcomes
            .iter()
            .map(|o| Request::plan(plan, history.extracts, *o, &slices))
            .collect::<Result<Vec<_>, _>>()?;
        progress.stage("walk the history");
        let walk = PanelWalk { plan, extracts: history.extracts, codes: history.codes };
        let panels = walk.run(&requests, &|done, all| progress.step(done, all))?;
        let mut told = String::new();
        let several = panels.len() > 1;
        // Everything is fitted before the first folder is written.
        let mut folders = Vec::new();
        for panel in panels {
            progress.stage(&format!("fit {}", panel.outcome.id()));
            let out = if several { request.out.join(panel.outcome.id()) } else { request.out.clone() };
            let (files, text) = fit(history, request, before.as_ref(), &panel)?;
            told.push_str(&text);
            folders.push((out, files));
        }
        for (out, files) in folders {
            write_model(&out, &files)?;
            told.push_str(&format!("{}\n", out.display()));
        }
        Ok(told)
    })
}

/// The model whose calibration is fitted anew.
fn recalibrated(plan: &RunPlan, path: &Path, outcomes: &[Outcome]) -> Result<TrainedModel, PipelineError> {
    let model = read_trained_model(path)?;
    if outcomes != [model.outcome] {
        return Err(PipelineError::Usage(format!(
            "--recalibrate names a model of {}; pass --model {}",
            model.outcome.id(),
            model.outcome.id()
        )));
    }
    let features = registry().with_own(&plan.models.feature_columns);
    model.identity.fits(&features, plan.models.claims_lag_days)?;
    Ok(model)
}

fn spec_of(history: &LoadedHistory<'_>, features: &[Feature], learner: LearnerChoice) -> TableSpec {
    TableSpec {
        id: "row".to_owned(),
        group: Some("member_id".to_owned()),
        order: Some("snapshot_day".to_owned()),
        weight: Some("weight".to_owned()),
        missing: Vec::new(),
        learner,
        seed: history.plan.run.seed,
        label: Some(LabelSpec { column: "event".to_owned(), positive: vec![Text::Integer(1)] }),
        features: FeatureSpec { numeric: features.iter().map(|f| f.name.clone()).collect(), categorical: Vec::new() },
        monotone: std::collections::BTreeMap::new(),
    }
}

/// Settings for panels, of hundreds of columns that repeat each other: few of them a tree. Three averaged boosters gained
/// .002 in AUROC on a synthetic population and cost three times the scoring, so there is one.
fn options(history: &LoadedHistory<'_>, request: &TrainRequest) -> TrainOptions {
    TrainOptions {
        allow_suspect: request.allow_suspect,
        replicates: 0,
        synthetic: history.synthetic,
        claims_lag_days: u32::try_from(history.plan.models.claims_lag_days).ok(),
        boost: BoostParams { feature_fraction: 0.3, bags: 1, max_rounds: 600, patience: 30, ..BoostParams::default() },
        ..TrainOptions::default()
    }
}

/// A fitted artifact with what the record says of how.
struct Fitted {
    artifact: Artifact,
    importance: Vec<(String, f64)>,
    report: serde_json::Value,
    calibration_note: String,
    warnings: Vec<String>,
}

fn fit(
    history: &LoadedHistory<'_>,
    request: &TrainRequest,
    before: Option<&TrainedModel>,
    panel: &Panel,
) -> Result<(ModelFiles, String), PipelineError> {
    let features = registry().with_own(&history.plan.models.feature_columns);
    let fitted = match before {
        Some(model) => again(history, request, model, panel, &features)?,
        None => learn(history, request, panel, &features)?,
    };
    let Fitted { mut artifact, importance, report, calibration_note, warnings } = fitted;
    let pick = panel.of(Slice::Report);
    let table = table_of(panel, &features, history.extracts, &pick, false);
    let p: Vec<f64> = Ready::new(&artifact).probabilities(&table)?;
    drop(table);
    let mut identity = record(history, panel, &features, &artifact, &calibration_note, warnings)?;
    identity.recalibrated_from = before.map(|m| format!("{} {}", m.id, m.sha256));
    if let Some(model) = before {
        identity.train = model.identity.train.clone();
        identity.kept_non_events = model.identity.kept_non_events;
        identity.spreads.clone_from(&model.identity.spreads);
        identity.return_days.clone_from(&model.identity.return_days);
        identity.synthetic |= model.identity.synthetic;
    }
    let bench =
        Bench { plan: history.plan, extracts: history.extracts, codes: history.codes, synthetic: identity.synthetic };
    let rows = judged(&bench, panel, &pick, p, (&identity.id, &identity.spreads), &features, &identity.left_out);
    let evaluation = judge(&rows)?;
    artifact.metrics = evaluation.overall.clone();
    artifact.training.synthetic = identity.synthetic;
    artifact.training.warnings.clone_from(&identity.warnings);
    let facts =
        CardFacts { identity: &identity, evaluation: &evaluation, outcome: panel.outcome, importance: &importance };
    let text = summary(&identity, &evaluation);
    Ok((files(&artifact, &facts, &report)?, text))
}

fn learn(
    history: &LoadedHistory<'_>,
    request: &TrainRequest,
    panel: &Panel,
    features: &[Feature],
) -> Result<Fitted, PipelineError> {
    let options = options(history, request);
    let spec = spec_of(history, features, request.learner);
    let train = panel.of(Slice::Train);
    if train.is_empty() {
        return Err(LearnError::Refused(Refusal::TooFew { what: "events", found: 0, needed: 100 }).into());
    }
    let table = table_of(panel, features, history.extracts, &train, true);
    let trained = learners::train_flat(&table, &spec, &options)?;
    drop(table);
    let pick = panel.of(Slice::Calibrate);
    let next = table_of(panel, features, history.extracts, &pick, true);
    let (artifact, calibration_note) = match learners::carry_calibration(&trained.artifact, &next, &options) {
        Ok(a) => (
            a,
            format!(
                "level calibrated on the {} rows of the next slice in time, slope on those and on the folds",
                pick.len()
            ),
        ),
        // Too few events to calibrate on: the folds of the past calibrate, and the card says so.
        Err(LearnError::Refused(_)) => (
            trained.artifact,
            "the next slice holds under 100 events: calibrated on cross-validated predictions of the training slice"
                .to_owned(),
        ),
        Err(e) => return Err(e.into()),
    };
    let mut warnings = trained.report.warnings.clone();
    // Constant columns are told in the report; a sentence each would bury what matters.
    let constant = trained.report.findings.constant.len();
    warnings.retain(|w| !w.ends_with("is constant and carries no weight"));
    if constant > 0 {
        warnings
            .push(format!("{constant} features are constant in the training slice and carry no weight (report.json)"));
    }
    let report = serde_json::to_value(&trained.report).map_err(|e| PipelineError::Internal(e.to_string()))?;
    Ok(Fitted { artifact, importance: trained.report.importance, report, calibration_note, warnings })
}

/// Only the calibration, on the calibration slice of this history.
fn again(
    history: &LoadedHistory<'_>,
    request: &TrainRequest,
    model: &TrainedModel,
    panel: &Panel,
    features: &[Feature],
) -> Result<Fitted, PipelineError> {
    let pick = panel.of(Slice::Calibrate);
    let table = table_of(panel, features, history.extracts, &pick, true);
    let artifact = learners::recalibrate(&model.artifact, &table, &options(history, request))?;
    let mut warnings = model.identity.warnings.clone();
    if table.window.as_ref().is_some_and(|w| w.0 <= model.identity.train.to) {
        warnings.push(format!(
            "calibrated on days it had learned from (to {}): right for other people, in-sample for the same",
            model.identity.train.to
        ));
    }
    Ok(Fitted {
        artifact,
        importance: Vec::new(),
        report: json!({ "recalibrated": true }),
        calibration_note: format!("calibration alone fitted anew on {} rows", pick.len()),
        warnings,
    })
}

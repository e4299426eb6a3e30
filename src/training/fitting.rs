//! Fitting one outcome's panel: learn on the past, calibrate on the next slice, judge on the last. Owns that order;
//! refuses to know a learner's inside, and where a folder lies.

use serde_json::json;

use super::error::TrainingError;
use super::history::LoadedHistory;
use super::judging::{JudgingContext, judged_rows, table_of};
use super::model_folder::{ModelFiles, identity_record, model_files};
use super::panel::Panel;
use super::splits::Split;
use crate::features::{Feature, registry};
use crate::learners::boosting::BoosterSettings;
use crate::learners::table::{FeatureSpec, LabelSpec, Text};
use crate::learners::{self, Artifact, LearnError, LearnerChoice, Ready, Refusal, TableSpec, TrainOptions, Watch};
use crate::models::evaluation::{ModelEvaluation, judge};
use crate::models::trained::{CardFacts, Identity, TrainedModel};

/// How a model is to be fitted.
#[derive(Clone)]
pub struct FitRequest<'a> {
    /// Learner.
    pub learner: LearnerChoice,
    /// Keep this model and fit its calibration alone.
    pub before: Option<&'a TrainedModel>,
    /// Train although a feature looks like the label in disguise.
    pub allow_suspect: bool,
    /// Who is told how far it is, and who may stop it.
    pub watch: &'a dyn Watch,
}

/// A fitted model: what its folder holds, and what a person should know of it.
pub struct FittedModel {
    /// Names and bytes of the folder.
    pub files: ModelFiles,
    /// The record.
    pub identity: Identity,
    /// Its figures on the report slice.
    pub evaluation: ModelEvaluation,
}

fn spec_of(history: &LoadedHistory<'_>, features: &[Feature], learner: &LearnerChoice) -> TableSpec {
    TableSpec {
        id: "row".to_owned(),
        group: Some("member_id".to_owned()),
        order: Some("snapshot_day".to_owned()),
        weight: Some("weight".to_owned()),
        missing: Vec::new(),
        learner: learner.clone(),
        seed: history.plan.run.seed,
        label: Some(LabelSpec { column: "event".to_owned(), positive: vec![Text::Integer(1)] }),
        features: FeatureSpec { numeric: features.iter().map(|f| f.name.clone()).collect(), categorical: Vec::new() },
        monotone: std::collections::BTreeMap::new(),
    }
}

/// Settings for panels, of hundreds of columns that repeat each other: few of them a tree. Three averaged boosters gained
/// .002 in AUROC on a synthetic population and cost three times the scoring, so there is one.
fn learner_options(history: &LoadedHistory<'_>, request: &FitRequest<'_>) -> TrainOptions {
    TrainOptions {
        allow_suspect: request.allow_suspect,
        replicates: 0,
        synthetic: history.synthetic,
        claims_lag_days: u32::try_from(history.plan.models.claims_lag_days).ok(),
        boost: BoosterSettings {
            feature_fraction: 0.3,
            bags: 1,
            max_rounds: 600,
            patience: 30,
            ..BoosterSettings::default()
        },
        ..TrainOptions::default()
    }
}

/// A fitted artifact with what the record says of how.
struct Fit {
    artifact: Artifact,
    importance: Vec<(String, f64)>,
    report: serde_json::Value,
    calibration_note: String,
    warnings: Vec<String>,
}

/// Fits a panel and judges what came of it.
///
/// # Errors
/// Exit 9 when training is refused; anything else is our own fault.
pub fn fit_outcome(
    history: &LoadedHistory<'_>,
    request: &FitRequest<'_>,
    panel: &Panel,
) -> Result<FittedModel, TrainingError> {
    let before = request.before;
    let features = registry().with_own(&history.plan.models.feature_columns);
    let fitted = match before {
        Some(model) => recalibrate_model(history, request, model, panel, &features)?,
        None => learn_model(history, request, panel, &features)?,
    };
    let Fit { mut artifact, importance, report, calibration_note, warnings } = fitted;
    let pick = panel.of(Split::Report);
    let table = table_of(panel, &features, history.extracts, &pick, false);
    let p: Vec<f64> = Ready::new(&artifact).probabilities(&table)?;
    drop(table);
    let mut identity = identity_record(history, panel, &features, &artifact, &calibration_note, warnings)?;
    identity.recalibrated_from = before.map(|m| format!("{} {}", m.id, m.sha256));
    if let Some(model) = before {
        identity.train = model.identity.train.clone();
        identity.kept_non_events = model.identity.kept_non_events;
        identity.spreads.clone_from(&model.identity.spreads);
        identity.return_days.clone_from(&model.identity.return_days);
        identity.synthetic |= model.identity.synthetic;
    }
    let context = JudgingContext {
        plan: history.plan,
        extracts: history.extracts,
        codes: history.codes,
        synthetic: identity.synthetic,
        // A model is the same whatever was published before it.
        used_length: None,
    };
    let rows = judged_rows(&context, panel, &pick, p, (&identity.id, &identity.spreads), &features, &identity.left_out);
    let evaluation = judge(&rows, request.watch)?;
    artifact.metrics = evaluation.overall.clone();
    artifact.training.synthetic = identity.synthetic;
    artifact.training.warnings.clone_from(&identity.warnings);
    let facts =
        CardFacts { identity: &identity, evaluation: &evaluation, outcome: panel.outcome, importance: &importance };
    let files = model_files(&artifact, &facts, &report)?;
    Ok(FittedModel { files, identity, evaluation })
}

fn learn_model(
    history: &LoadedHistory<'_>,
    request: &FitRequest<'_>,
    panel: &Panel,
    features: &[Feature],
) -> Result<Fit, TrainingError> {
    let options = learner_options(history, request);
    let spec = spec_of(history, features, &request.learner);
    let train = panel.of(Split::Train);
    if train.is_empty() {
        return Err(LearnError::Refused(Refusal::TooFew { what: "events", found: 0, needed: 100 }).into());
    }
    let table = table_of(panel, features, history.extracts, &train, true);
    let trained = learners::train_flat(&table, &spec, &options, request.watch)?;
    drop(table);
    let pick = panel.of(Split::Calibrate);
    let next = table_of(panel, features, history.extracts, &pick, true);
    let (artifact, calibration_note) = match learners::carry_calibration(
        &trained.artifact,
        &next,
        &options,
        request.watch,
    ) {
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
    let report = serde_json::to_value(&trained.report).map_err(|e| TrainingError::Internal(e.to_string()))?;
    Ok(Fit { artifact, importance: trained.report.importance, report, calibration_note, warnings })
}

/// Only the calibration, on the calibration slice of this history.
fn recalibrate_model(
    history: &LoadedHistory<'_>,
    request: &FitRequest<'_>,
    model: &TrainedModel,
    panel: &Panel,
    features: &[Feature],
) -> Result<Fit, TrainingError> {
    let pick = panel.of(Split::Calibrate);
    let table = table_of(panel, features, history.extracts, &pick, true);
    let artifact = learners::recalibrate(&model.artifact, &table, &learner_options(history, request), request.watch)?;
    let mut warnings = model.identity.warnings.clone();
    if table.window.as_ref().is_some_and(|w| w.0 <= model.identity.train.to) {
        warnings.push(format!(
            "calibrated on days it had learned from (to {}): right for other people, in-sample for the same",
            model.identity.train.to
        ));
    }
    Ok(Fit {
        artifact,
        importance: Vec::new(),
        report: json!({ "recalibrated": true }),
        calibration_note: format!("calibration alone fitted anew on {} rows", pick.len()),
        warnings,
    })
}

//! Models learned from the organisation's own history: read, walk, fit on the past, calibrate on the next slice,
//! report on the last, write the folder. Owns that order and what refuses it; refuses to know a learner's inside.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::history::Slice;
use super::judging::{Bench, judged, table_of};
use super::model_places::is_synthetic;
use super::nightly::in_pool;
use super::panel::{Panel, PanelWalk, Request};
use super::{PipelineError, Progress, stop_flag};
use crate::config::RunPlan;
use crate::extracts::{self, Discovered, Extracts, LoadOptions};
use crate::features::{Feature, Knowledge, dictionary_hash, registry};
use crate::learners::boosting::{BoostParams, sigmoid};
use crate::learners::table::{FeatureSpec, LabelSpec, Text};
use crate::learners::{self, Artifact, LearnError, LearnerChoice, Ready, Refusal, TableSpec, TrainOptions};
use crate::models::Outcome;
use crate::models::evaluation::{ModelEvaluation, judge, spread_of};
use crate::models::trained::{
    CardFacts, FORMAT, FeatureRecord, IDENTITY, Identity, SliceCount, Spread, TrainedModel, card_json, card_markdown,
};
use crate::publish::{evaluation_page, write_model};
use crate::reference::{Reference, code_sets_in};
use crate::timeline::Codes;

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

/// Everything read once for training or evaluation.
pub struct History<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// Rows.
    pub extracts: &'a Extracts,
    /// Code facts.
    pub codes: &'a Codes<'a>,
    /// The extracts are synthetic.
    pub synthetic: bool,
}

/// Reads the extracts and hands them, with their code facts, to `work`.
///
/// # Errors
/// Those of reading and of the work.
pub fn with_history<T: Send>(
    plan: &RunPlan,
    progress: &Progress,
    work: impl FnOnce(&History<'_>) -> Result<T, PipelineError> + Send,
) -> Result<T, PipelineError> {
    let result = in_pool(plan, || {
        let reference = Reference::load(plan.reference_dir.as_deref())?;
        progress.stage("find inputs");
        let found = Discovered::find(plan)?;
        let scratch = tempfile::tempdir()?;
        let tell = |name: &str| progress.stage(&format!("read {name}"));
        let load = LoadOptions { allow_empty: &[], scratch: scratch.path(), stop: stop_flag(), progress: &tell };
        let mut extracts = extracts::load(plan, &found, &load)?;
        let over = super::gates::exceeded(&extracts.reports, plan);
        if !over.is_empty() {
            return Err(PipelineError::Quarantine(over));
        }
        let icd = std::mem::take(&mut extracts.icd);
        let words = std::mem::take(&mut extracts.words);
        let codes = Codes::new(&icd, &words, &reference);
        let synthetic = is_synthetic(plan, &found);
        work(&History { plan, extracts: &extracts, codes: &codes, synthetic })
    });
    progress.finish();
    result
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
            for member in buckets.members(bucket) {
                let who = history.extracts.population.member(member);
                if who.enrolled_on(day) {
                    let view = knowledge.view(member, &records.member(member), day);
                    out.insert(who.id().to_owned(), view.row());
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
    let model = TrainedModel::read(path)?;
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

fn spec_of(history: &History<'_>, features: &[Feature], learner: LearnerChoice) -> TableSpec {
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

/// Settings for panels: slower and smaller steps than for flat tables gain nothing on hundreds of thousands of rows.
fn options(history: &History<'_>, request: &TrainRequest) -> TrainOptions {
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
    history: &History<'_>,
    request: &TrainRequest,
    before: Option<&TrainedModel>,
    panel: &Panel,
) -> Result<(Vec<(String, Vec<u8>)>, String), PipelineError> {
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
        identity.spreads.clone_from(&model.identity.spreads);
        identity.return_days.clone_from(&model.identity.return_days);
        identity.synthetic |= model.identity.synthetic;
    }
    let bench =
        Bench { plan: history.plan, extracts: history.extracts, codes: history.codes, synthetic: identity.synthetic };
    let rows =
        judged(&bench, panel, &pick, p, (&identity.id, &identity.spreads), &features, &identity.left_out);
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
    history: &History<'_>,
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
    let (artifact, calibration_note) = match learners::recalibrate(&trained.artifact, &next, &options) {
        Ok(a) => (a, format!("calibrated on the {} rows of the next slice in time", pick.len())),
        // Too few events to calibrate on: the folds of the past calibrate, and the card says so.
        Err(LearnError::Refused(_)) => (
            trained.artifact,
            "the next slice holds under 100 events: calibrated on cross-validated predictions of the training slice".to_owned(),
        ),
        Err(e) => return Err(e.into()),
    };
    let mut warnings = trained.report.warnings.clone();
    // Constant columns are told in the report; a sentence each would bury what matters.
    let constant = trained.report.findings.constant.len();
    warnings.retain(|w| !w.ends_with("is constant and carries no weight"));
    if constant > 0 {
        warnings.push(format!("{constant} features are constant in the training slice and carry no weight (report.json)"));
    }
    let report =
        serde_json::to_value(&trained.report).map_err(|e| PipelineError::Internal(e.to_string()))?;
    Ok(Fitted { artifact, importance: trained.report.importance, report, calibration_note, warnings })
}

/// Only the calibration, on the calibration slice of this history.
fn again(
    history: &History<'_>,
    request: &TrainRequest,
    model: &TrainedModel,
    panel: &Panel,
    features: &[Feature],
) -> Result<Fitted, PipelineError> {
    let pick = panel.of(Slice::Calibrate);
    let table = table_of(panel, features, history.extracts, &pick, true);
    let artifact = learners::recalibrate(&model.artifact, &table, &options(history, request))?;
    Ok(Fitted {
        artifact,
        importance: Vec::new(),
        report: json!({ "recalibrated": true }),
        calibration_note: format!("calibration alone fitted anew on {} rows", pick.len()),
        warnings: model.identity.warnings.clone(),
    })
}

fn count(panel: &Panel, slice: Slice) -> SliceCount {
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
    let days: Vec<i32> = panel.rows.iter().filter(|r| r.slice == Slice::Train).filter_map(|r| r.label.days).collect();
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    let share = |d: i32| days.iter().filter(|x| **x <= d).count() as f64 / days.len().max(1) as f64;
    (0..=30).map(share).collect()
}

fn spreads(panel: &Panel, features: &[Feature], artifact: &Artifact, extracts: &Extracts) -> Result<Vec<Spread>, LearnError> {
    let pick = panel.of(Slice::Train);
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
    out.push(spread_of("score", &p, &weights));
    Ok(out)
}

fn record(
    history: &History<'_>,
    panel: &Panel,
    features: &[Feature],
    artifact: &Artifact,
    calibration_note: &str,
    warnings: Vec<String>,
) -> Result<Identity, PipelineError> {
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
        train: count(panel, Slice::Train),
        calibrate: count(panel, Slice::Calibrate),
        report: count(panel, Slice::Report),
        kept_non_events: panel.keep_non_event,
        left_out: serde_json::to_value(panel.left_out).map_err(|e| PipelineError::Internal(e.to_string()))?,
        learner: artifact.model.name().to_owned(),
        calibration_note: calibration_note.to_owned(),
        recalibrated_from: None,
        return_days: return_days(panel),
        spreads: spreads(panel, features, artifact, history.extracts)?,
        code_sets: sets.into_iter().map(|s| (s.id, s.version, s.sha256)).collect(),
        warnings,
    })
}

fn pretty<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, PipelineError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| PipelineError::Internal(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn files(
    artifact: &Artifact,
    facts: &CardFacts<'_>,
    report: &serde_json::Value,
) -> Result<Vec<(String, Vec<u8>)>, PipelineError> {
    let mut out: Vec<(String, Vec<u8>)> =
        artifact.to_files()?.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
    out.push((IDENTITY.to_owned(), pretty(facts.identity)?));
    out.push(("evaluation.json".to_owned(), pretty(facts.evaluation)?));
    out.push(("evaluation.html".to_owned(), evaluation_page(facts.evaluation)?.into_bytes()));
    out.push(("report.json".to_owned(), pretty(report)?));
    out.push(("card.md".to_owned(), card_markdown(facts, true).into_bytes()));
    out.push(("model_card.json".to_owned(), pretty(&card_json(facts))?));
    out.push(("model_card.md".to_owned(), card_markdown(facts, false).into_bytes()));
    Ok(out)
}

fn summary(identity: &Identity, e: &ModelEvaluation) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    if identity.synthetic {
        let _ = writeln!(out, "SYNTHETIC DATA: a demonstration model");
    }
    let o = &e.overall;
    let _ = writeln!(
        out,
        "{} ({}): trained on {} rows, {} events; reported on {} rows, {} events\n  AUROC {:.4}, calibration slope {:.3}, in the large {:+.3}, top tenth holds {:.3} of events",
        identity.id, identity.learner, identity.train.rows, identity.train.events, o.rows, o.events, o.auroc,
        o.calibration.slope, o.in_the_large, e.top_decile_capture.unwrap_or(f64::NAN)
    );
    for c in &e.comparators {
        let _ = writeln!(
            out,
            "  {:<28} AUROC {:.4}, top tenth {:.3}",
            c.name,
            c.auroc.unwrap_or(f64::NAN),
            c.top_decile_capture.unwrap_or(f64::NAN)
        );
    }
    for w in &identity.warnings {
        let _ = writeln!(out, "  warning: {w}");
    }
    out
}

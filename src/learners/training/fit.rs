//! Owns the order of a training run. Refuses to know how a learner is tuned or fitted.

use super::report::{TrainReport, Trained, feature_importance, training_warnings};
use super::select::compare_learners;
use super::tune::tune_learners;
use crate::learners::artifact::{Artifact, TrainingInfo};
use crate::learners::calibrate::{Calibration, CalibrationBasis};
use crate::learners::context::{TrainingContext, training_set};
use crate::learners::learner::FittedModel as _;
use crate::learners::metrics::BootstrapPlan;
use crate::learners::options::TrainOptions;
use crate::learners::registry::{LearnerEntry, Model, chosen_learners};
use crate::learners::table::{
    Direction, FeatureDictionary, Findings, FlatTable, Purpose, TableSpec, inspect, read_csv,
};
use crate::learners::watch::Watch;
use crate::learners::{LearnError, Refusal};

/// Trains from CSV bytes (see [`read_csv`]).
///
/// # Errors
/// Those of reading and of [`train_flat`].
pub fn train_table(
    csv: &[u8],
    spec: &TableSpec,
    options: &TrainOptions,
    watch: &dyn Watch,
) -> Result<Trained, LearnError> {
    check_request(spec, options)?;
    train_flat(&read_csv(csv, spec, Purpose::Train)?, spec, options, watch)
}

/// The learners of a request that can be done, before any work.
fn check_request(spec: &TableSpec, options: &TrainOptions) -> Result<Vec<&'static LearnerEntry>, LearnError> {
    spec.check()?;
    if !(2..=50).contains(&options.folds) || options.penalties.is_empty() {
        return Err(LearnError::Spec("2 to 50 folds and at least one penalty are needed".into()));
    }
    chosen_learners(&spec.learner, !spec.monotone.is_empty())
}

/// Trains from a table in memory. The result does not depend on row order or thread count.
///
/// # Errors
/// [`LearnError::Spec`] for an unusable spec or option, those of [`FlatTable::check`] and of
/// [`inspect`], [`Refusal::TooFewGroups`], [`LearnError::Stopped`].
pub fn train_flat(
    table: &FlatTable,
    spec: &TableSpec,
    options: &TrainOptions,
    watch: &dyn Watch,
) -> Result<Trained, LearnError> {
    let learners = check_request(spec, options)?;
    table.check()?;
    let order = table.canonical_order();
    let sorted = if order.windows(2).all(|w| w[0] < w[1]) { None } else { Some(table.take(&order)) };
    let table = sorted.as_ref().unwrap_or(table);
    let dictionary = FeatureDictionary::fit(table);
    let encoded = dictionary.encode(table)?;
    let findings = inspect(table, &dictionary, &encoded.columns, options.allow_suspect)?;
    if table.groups.count() < options.folds * 2 {
        let (found, needed) = (table.groups.count(), options.folds * 2);
        return Err(Refusal::TooFewGroups { found, needed }.into());
    }
    let truth = table.labels.as_deref().unwrap_or(&[]);
    let labels = truth.iter().map(|l| f32::from(u8::from(*l)));
    let context = TrainingContext {
        data: training_set(encoded, &dictionary, labels, table.weights.as_deref())?,
        dictionary: &dictionary,
        folds: table.groups.folds(options.folds, spec.seed),
        fold_count: u8::try_from(options.folds).unwrap_or(5),
        groups: &table.groups,
        seed: spec.seed,
        monotone: monotone_directions(&dictionary, spec),
        watch,
    };
    let tuned = tune_learners(&learners, &context, options)?;
    let plan = BootstrapPlan { replicates: options.replicates, seed: spec.seed };
    let (chosen, mut candidates) = compare_learners(&context, truth, &tuned, plan)?;
    let Some(winner) = tuned.into_iter().nth(chosen) else {
        return Err(LearnError::Spec("no learner was tried".into()));
    };
    let model = (winner.refit)(&context)?;
    let calibration = Calibration::fit(&winner.held_out, truth, context.weights(), CalibrationBasis::CrossValidated);
    candidates[chosen].convergence = model.convergence();
    let warnings = all_warnings(&findings, spec, options, &model);
    let importance = feature_importance(&model, &dictionary, &context.data.records);
    let metrics = candidates[chosen].held_out.clone();
    let training = training_info(&findings, table, spec, options, &warnings);
    let report = TrainReport { findings, warnings, chosen: model.name().into(), candidates, importance };
    drop(context);
    let artifact = Artifact { model, dictionary, calibration, spec: spec.clone(), training, metrics };
    Ok(Trained { artifact, report })
}

/// Directions by feature.
fn monotone_directions(dictionary: &FeatureDictionary, spec: &TableSpec) -> Vec<i8> {
    let of = |name: &str| match spec.monotone.get(name) {
        Some(Direction::Increasing) => 1,
        Some(Direction::Decreasing) => -1,
        None => 0,
    };
    dictionary.features.iter().map(|f| of(&f.name)).collect()
}

fn all_warnings(findings: &Findings, spec: &TableSpec, options: &TrainOptions, model: &Model) -> Vec<String> {
    let mut out = training_warnings(findings, spec);
    if let Some(c) = model.convergence().filter(|c| !c.converged) {
        out.push(format!("the {} fit did not converge in {} steps", model.name(), c.iterations));
    }
    if options.synthetic {
        out.push("trained on synthetic data".into());
    }
    out
}

fn training_info(
    findings: &Findings,
    table: &FlatTable,
    spec: &TableSpec,
    options: &TrainOptions,
    warnings: &[String],
) -> TrainingInfo {
    TrainingInfo {
        rows: findings.rows,
        groups: findings.groups,
        events: findings.events,
        window: table.window.clone(),
        claims_lag_days: options.claims_lag_days,
        seed: spec.seed,
        folds: options.folds,
        synthetic: options.synthetic,
        warnings: warnings.to_vec(),
    }
}

//! Owns the calibration of a model that stands, on rows after its own. Refuses to touch the learner.

use crate::learners::LearnError;
use crate::learners::artifact::Artifact;
use crate::learners::calibrate::Calibration;
use crate::learners::metrics::{BootstrapPlan, evaluate_with};
use crate::learners::options::TrainOptions;
use crate::learners::scoring::Ready;
use crate::learners::table::FlatTable;
use crate::learners::watch::Watch;

/// Refits the calibration of an artifact on a labelled table; the learner stays as it is.
/// `metrics` then holds the figures on that table with cross-fitted calibration left out, so they
/// are those of the recalibrated model on its own calibration rows.
///
/// # Errors
/// [`LearnError::Unfit`], [`LearnError::Table`] without labels, and the refusals of
/// [`Calibration::refit`].
pub fn recalibrate(
    artifact: &Artifact,
    table: &FlatTable,
    options: &TrainOptions,
    watch: &dyn Watch,
) -> Result<Artifact, LearnError> {
    with_calibration(artifact, table, options, watch, Calibration::refit)
}

/// Calibrates an artifact that was just trained on the slice after its own, as [`Calibration::carried`] says;
/// otherwise as [`recalibrate`].
///
/// # Errors
/// Those of [`recalibrate`].
pub fn carry_calibration(
    artifact: &Artifact,
    later: &FlatTable,
    options: &TrainOptions,
    watch: &dyn Watch,
) -> Result<Artifact, LearnError> {
    with_calibration(artifact, later, options, watch, Calibration::carried)
}

fn with_calibration(
    artifact: &Artifact,
    table: &FlatTable,
    options: &TrainOptions,
    watch: &dyn Watch,
    fit: impl Fn(&Calibration, &[f64], &[bool], Option<&[f32]>) -> Result<Calibration, LearnError>,
) -> Result<Artifact, LearnError> {
    table.check()?;
    let Some(labels) = &table.labels else {
        return Err(LearnError::Table("recalibration needs labels".into()));
    };
    let order = table.canonical_order();
    let table = &table.take(&order);
    let labels: Vec<bool> = order.iter().map(|&i| labels[i as usize]).collect();
    let raw = Ready::new(artifact).raw(table)?;
    let calibration = fit(&artifact.calibration, &raw, &labels, table.weights.as_deref())?;
    let p: Vec<f64> = raw.iter().map(|r| calibration.probability(*r)).collect();
    let plan = BootstrapPlan { replicates: options.replicates, seed: artifact.spec.seed };
    let metrics = evaluate_with(&table.groups.codes, &labels, &p, table.weights.as_deref(), plan, watch)?;
    Ok(Artifact { calibration, metrics, ..artifact.clone() })
}

//! Owns what every learner shares while it is tuned: the encoded rows as a linfa data set, folds by group, seeds, the
//! watch, and the losses that candidates are compared by. Refuses to know a learner.

use crate::learners::LearnError;
use crate::learners::log_odds::softplus;
use crate::learners::table::{Encoded, FeatureDictionary, Groups};
use crate::learners::watch::Watch;
use linfa::DatasetBase;
use ndarray::Array1;

/// Encoded rows with their labels (0 or 1), weights and feature names, as linfa's algorithms take them.
pub type TrainingSet<'a> = DatasetBase<Encoded<'a>, Array1<f32>>;

/// Everything the learners share.
pub struct TrainingContext<'a> {
    /// Rows, labels and weights (none, or one a row).
    pub data: TrainingSet<'a>,
    /// Features of the rows.
    pub dictionary: &'a FeatureDictionary,
    /// Fold of each row.
    pub folds: Vec<u8>,
    /// Folds.
    pub fold_count: u8,
    /// Numbered by first appearance in the canonical order: sums over groups have one order.
    pub groups: &'a Groups,
    /// Seed of all sampling.
    pub seed: u64,
    /// Per feature -1, 0 or 1: the prediction falls, is free, or rises with it.
    pub monotone: Vec<i8>,
    /// Who is told, and who may stop us.
    pub watch: &'a dyn Watch,
}

/// The data set of encoded rows. Weights of linfa's form are copied; cells are not.
///
/// # Errors
/// [`LearnError::Table`] for labels that are not 0 or 1, or a weight that is negative or no number.
pub fn training_set<'a>(
    encoded: Encoded<'a>,
    dictionary: &FeatureDictionary,
    labels: impl Iterator<Item = f32>,
    weights: Option<&[f32]>,
) -> Result<TrainingSet<'a>, LearnError> {
    let names: Vec<String> = dictionary.features.iter().map(|f| f.name.clone()).collect();
    let labels: Array1<f32> = labels.collect();
    let mut data = DatasetBase::new(encoded, labels).with_feature_names(names);
    if let Some(weights) = weights {
        data = data.with_weights(Array1::from_vec(weights.to_vec()));
    }
    check_training_set(&data)?;
    Ok(data)
}

/// What every fit needs of its data set.
///
/// # Errors
/// [`LearnError::Table`] for parts of unequal length, labels that are not 0 or 1, or a weight that is negative or no
/// number, or weights that sum to nothing.
pub fn check_training_set(data: &TrainingSet<'_>) -> Result<(), LearnError> {
    let rows = data.records.rows;
    let wrong = |why: &str| Err(LearnError::Table(why.to_owned()));
    if data.targets.len() != rows || !(data.weights.is_empty() || data.weights.len() == rows) {
        return wrong("labels, weights and rows differ in length");
    }
    if data.targets.iter().any(|y| *y != 0.0 && *y != 1.0) {
        return wrong("a label is neither 0 nor 1");
    }
    if data.weights.iter().any(|w| !w.is_finite() || *w < 0.0) {
        return wrong("a weight is negative or no number");
    }
    if rows == 0 || (!data.weights.is_empty() && data.weights.iter().all(|w| *w == 0.0)) {
        return wrong("no row has a weight");
    }
    Ok(())
}

/// Labels of a data set as one slice.
#[must_use]
pub fn labels_of<'d>(data: &'d TrainingSet<'_>) -> &'d [f32] {
    data.targets.as_slice().unwrap_or(&[])
}

/// Weights of a data set, where it has them.
#[must_use]
pub fn weights_of<'d>(data: &'d TrainingSet<'_>) -> Option<&'d [f32]> {
    data.weights.as_slice().filter(|w| !w.is_empty())
}

impl TrainingContext<'_> {
    /// Rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.data.records.rows
    }

    /// Labels, 0 or 1.
    #[must_use]
    pub fn labels(&self) -> &[f32] {
        labels_of(&self.data)
    }

    /// Weights, where there are any.
    #[must_use]
    pub fn weights(&self) -> Option<&[f32]> {
        weights_of(&self.data)
    }

    /// Rows outside and inside a fold.
    #[must_use]
    pub fn split(&self, fold: u8) -> (Vec<u32>, Vec<u32>) {
        (0..u32::try_from(self.rows()).unwrap_or(u32::MAX)).partition(|&r| self.folds[r as usize] != fold)
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights().map_or(1.0, |w| f64::from(w[row]))
    }

    /// Mean weighted log loss of raw log-odds.
    #[must_use]
    pub fn loss(&self, raw: &[f64]) -> f64 {
        let (mut sum, mut total) = (0.0, 0.0);
        for (i, (z, y)) in raw.iter().zip(self.labels()).enumerate() {
            let w = self.weight(i);
            sum += w * row_loss(*z, *y);
            total += w;
        }
        sum / total
    }

    /// Mean weighted loss of one set of raw scores above another's, and the standard error of that difference over
    /// groups of rows.
    #[must_use]
    pub fn excess(&self, raw: &[f64], best: &[f64]) -> (f64, f64) {
        let rows = raw.iter().zip(best).zip(self.labels()).enumerate();
        let mut by_group = vec![0.0; self.groups.count()];
        let mut total = 0.0;
        for (i, ((z, b), y)) in rows {
            let w = self.weight(i);
            by_group[self.groups.codes[i] as usize] += w * (row_loss(*z, *y) - row_loss(*b, *y));
            total += w;
        }
        let (sum, squares) = by_group.iter().fold((0.0, 0.0), |a, d| (a.0 + d, a.1 + d * d));
        (sum / total, squares.sqrt() / total)
    }
}

/// Log loss of one row at a raw score.
fn row_loss(z: f64, y: f32) -> f64 {
    softplus(z) - f64::from(y) * z
}

//! A trained model made ready for many rows: probabilities, and contributions where asked for. Owns that call; refuses
//! to know where a row came from.

use super::model::TrainedModel;
use crate::features::Feature;
use crate::learners::table::{ColumnData, FeatureColumn, Groups};
use crate::learners::{FlatTable, LearnError, Ready};

impl TrainedModel {
    /// The model made ready for many rows.
    #[must_use]
    pub fn ready(&self) -> ReadyModel<'_> {
        ReadyModel { model: self, ready: Ready::new(&self.artifact) }
    }
}

/// A model ready to score rows of features.
pub struct ReadyModel<'a> {
    /// The model.
    pub model: &'a TrainedModel,
    ready: Ready<'a>,
}

/// Scores with contributions, row by row.
pub struct ScoredRows {
    /// Probabilities.
    pub probability: Vec<f64>,
    /// Published log-odds.
    pub log_odds: Vec<f64>,
    /// Log-odds of the average training row.
    pub base: f64,
    /// Contributions, row-major, in the order of the model's dictionary; empty when not asked for.
    pub contributions: Vec<f64>,
    /// Features a row.
    pub cols: usize,
}

/// A table of feature rows under names; `rows` hold one value a feature.
#[must_use]
pub fn feature_table(features: &[Feature], rows: &[Vec<f32>]) -> FlatTable {
    let columns = features.iter().enumerate().map(|(k, f)| FeatureColumn {
        name: f.name.clone(),
        data: ColumnData::Numeric(rows.iter().map(|r| r.get(k).copied().unwrap_or(f32::NAN)).collect()),
    });
    let ids: Vec<String> = (0..rows.len()).map(|i| i.to_string()).collect();
    FlatTable {
        ids: ids.iter().map(String::as_str).collect(),
        groups: Groups::from_texts(ids.iter().map(String::as_str)),
        columns: columns.collect(),
        ..FlatTable::default()
    }
}

impl ReadyModel<'_> {
    /// Scores rows given in the order of `features`.
    ///
    /// # Errors
    /// [`LearnError::Unfit`] naming the features that do not fit.
    pub fn score(&self, features: &[Feature], rows: &[Vec<f32>], explain: bool) -> Result<ScoredRows, LearnError> {
        self.score_table(&feature_table(features, rows), explain)
    }

    /// Scores a table.
    ///
    /// # Errors
    /// As [`ReadyModel::score`].
    pub fn score_table(&self, table: &FlatTable, explain: bool) -> Result<ScoredRows, LearnError> {
        let sigmoid = crate::learners::log_odds::sigmoid;
        if explain {
            let c = self.ready.contributions(table, 0, table.rows())?;
            return Ok(ScoredRows {
                probability: c.log_odds.iter().map(|z| sigmoid(*z)).collect(),
                log_odds: c.log_odds,
                base: c.base,
                contributions: c.values,
                cols: c.cols,
            });
        }
        let calibration = &self.model.artifact.calibration;
        let log_odds: Vec<f64> = self.ready.raw(table)?.into_iter().map(|r| calibration.log_odds(r)).collect();
        Ok(ScoredRows {
            probability: log_odds.iter().map(|z| sigmoid(*z)).collect(),
            log_odds,
            base: 0.0,
            contributions: Vec::new(),
            cols: 0,
        })
    }
}

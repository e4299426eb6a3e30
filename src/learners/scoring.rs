//! Owns scoring with reasons. Refuses to train and to write files.

use crate::learners::LearnError;
use crate::learners::artifact::Artifact;
use crate::learners::calibrate::Calibration;
use crate::learners::learner::{Explained, FittedModel as _, Prepared};
use crate::learners::table::{Encoded, EncodedColumn, Feature, FeatureDictionary, FlatTable, Rows, TextColumn};
use rayon::prelude::*;

/// Rows encoded and explained at a time; bounds the memory of a large table.
const PART: usize = 32_768;
/// Reasons of a row.
pub const REASONS: usize = 3;

/// One scored row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoredRow {
    /// Calibrated probability, `[0, 1]`.
    pub probability: f64,
    /// The strongest features that raise the log-odds, then those that lower it least; none where the model has
    /// fewer features.
    pub reasons: [Option<RowReason>; REASONS],
}

/// What one feature says of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowReason {
    /// Place among the model's features.
    pub feature: usize,
    /// Its value in this row.
    pub value: RowValue,
    /// What it adds to the published log-odds.
    pub points: f64,
}

/// A feature's value in one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RowValue {
    /// A number; NaN is missing.
    Number(f32),
    /// A level, by its code in the model.
    Code(u8),
}

/// Result of scoring a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored<'a> {
    /// Row names.
    pub ids: &'a TextColumn,
    /// Features of the model.
    pub features: &'a [Feature],
    /// Rows in table order.
    pub rows: Vec<ScoredRow>,
    /// Levels that the model has never learned, one sentence a feature that holds any; such rows are scored as rare.
    pub unseen: Vec<String>,
    /// Of those, the features where more than a tenth of the rows are concerned.
    pub warnings: Vec<String>,
}

/// Share of rows with unlearned levels beyond which a feature is warned of.
const MANY_UNSEEN: f64 = 0.1;

/// Contributions to the published log-odds: `values[row * cols + feature]`, summing with `base`.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// Log-odds of the average training row.
    pub base: f64,
    /// Features per row.
    pub cols: usize,
    /// Row-major contributions.
    pub values: Vec<f64>,
    /// Published log-odds per row.
    pub log_odds: Vec<f64>,
}

/// An artifact made ready for many calls.
pub struct Ready<'a> {
    dictionary: &'a FeatureDictionary,
    calibration: &'a Calibration,
    engine: Box<dyn Prepared + 'a>,
}

impl<'a> Ready<'a> {
    /// Prepares an artifact (builds scoring tables and paths once).
    #[must_use]
    pub fn new(artifact: &'a Artifact) -> Self {
        let engine = artifact.model.prepare();
        Self { dictionary: &artifact.dictionary, calibration: &artifact.calibration, engine }
    }

    /// Raw (uncalibrated) log-odds of all rows.
    ///
    /// # Errors
    /// [`LearnError::Unfit`] naming the features that do not fit.
    pub fn raw(&self, table: &FlatTable) -> Result<Vec<f64>, LearnError> {
        let encoded = self.dictionary.encode(table)?;
        let mut out = Vec::with_capacity(encoded.rows);
        for from in (0..encoded.rows).step_by(PART) {
            out.extend(self.engine.predict(&Rows::part(&encoded, from, PART)));
        }
        Ok(out)
    }

    /// Calibrated probabilities of all rows, `[0, 1]`.
    ///
    /// # Errors
    /// As [`Ready::raw`].
    pub fn probabilities(&self, table: &FlatTable) -> Result<Vec<f64>, LearnError> {
        Ok(self.raw(table)?.into_iter().map(|r| self.calibration.probability(r)).collect())
    }

    /// Contributions of rows `from..from + rows` (clipped to the table).
    ///
    /// # Errors
    /// As [`Ready::raw`].
    pub fn contributions(&self, table: &FlatTable, from: usize, rows: usize) -> Result<Contributions, LearnError> {
        let encoded = self.dictionary.encode(table)?;
        Ok(self.contributions_part(&Rows::part(&encoded, from, rows)))
    }

    /// Contributions to the published log-odds: those to the raw ones, scaled by the calibration.
    fn contributions_part(&self, rows: &Rows<'_>) -> Contributions {
        let Explained { base, contributions, raw } = self.engine.explain(rows);
        let c = self.calibration;
        let (mut values, _) = contributions.into_raw_vec_and_offset();
        values.par_chunks_mut(PART).for_each(|part| part.iter_mut().for_each(|v| *v *= c.slope));
        Contributions {
            base: c.log_odds(base),
            cols: self.dictionary.features.len(),
            values,
            log_odds: raw.into_iter().map(|r| c.log_odds(r)).collect(),
        }
    }

    /// Probabilities and reasons of all rows.
    ///
    /// # Errors
    /// As [`Ready::raw`].
    pub fn score<'t>(&self, table: &'t FlatTable) -> Result<Scored<'t>, LearnError>
    where
        'a: 't,
    {
        let encoded = self.dictionary.encode(table)?;
        let mut rows = Vec::with_capacity(encoded.rows);
        for from in (0..encoded.rows).step_by(PART) {
            let c = self.contributions_part(&Rows::part(&encoded, from, PART));
            rows.par_extend(c.log_odds.par_iter().enumerate().map(|(i, z)| ScoredRow {
                probability: crate::learners::log_odds::sigmoid(*z),
                reasons: row_reasons(&encoded, from + i, &c.values[i * c.cols..(i + 1) * c.cols]),
            }));
        }
        let features: &'a [Feature] = &self.dictionary.features;
        let (unseen, warnings) = unseen_levels(features, &encoded);
        Ok(Scored { ids: &table.ids, features, rows, unseen, warnings })
    }
}

/// A sentence for each feature with unlearned levels or numbers beyond those of training, and those that are many.
fn unseen_levels(features: &[Feature], encoded: &Encoded<'_>) -> (Vec<String>, Vec<String>) {
    let (mut all, mut many) = (Vec::new(), Vec::new());
    for (at, feature) in features.iter().enumerate() {
        for (n, what) in [
            (encoded.unseen[at], "hold levels unseen in training"),
            (encoded.unseen_missing[at], "hold no level, unlike in training"),
            (encoded.beyond[at], "lie outside the numbers of training"),
        ] {
            if n == 0 {
                continue;
            }
            let sentence = format!("`{}`: {n} of {} rows {what}", feature.name, encoded.rows);
            if n as f64 > encoded.rows as f64 * MANY_UNSEEN {
                many.push(sentence.clone());
            }
            all.push(sentence);
        }
    }
    (all, many)
}

fn row_reasons(encoded: &Encoded<'_>, row: usize, values: &[f64]) -> [Option<RowReason>; REASONS] {
    strongest_features(values).map(|k| {
        let feature = k?;
        let value = match &encoded.columns[feature] {
            EncodedColumn::Numeric(v) => RowValue::Number(v[row]),
            EncodedColumn::Codes(v) => RowValue::Code(v[row]),
        };
        Some(RowReason { feature, value, points: values[feature] })
    })
}

impl Scored<'_> {
    /// A reason in words: `feature = value (+0.410)`.
    #[must_use]
    pub fn text(&self, reason: &RowReason) -> String {
        use std::fmt::Write as _;
        let Some(feature) = self.features.get(reason.feature) else { return String::new() };
        let mut out = String::with_capacity(feature.name.len() + 24);
        out.push_str(&feature.name);
        out.push_str(" = ");
        let _ = match reason.value {
            RowValue::Number(x) if x.is_nan() => out.write_str("missing"),
            RowValue::Number(x) => write!(out, "{x}"),
            RowValue::Code(code) => out.write_str(feature.code_text(code)),
        };
        let _ = write!(out, " ({:+.3})", reason.points);
        out
    }
}

/// The largest contributions, highest first, the earlier feature first among equals.
fn strongest_features(values: &[f64]) -> [Option<usize>; REASONS] {
    let mut top: [Option<usize>; REASONS] = [None; REASONS];
    for (k, v) in values.iter().enumerate() {
        let mut carried = k;
        for slot in &mut top {
            match *slot {
                Some(held) if values[held] >= values[carried] => {}
                Some(held) => {
                    *slot = Some(carried);
                    carried = held;
                }
                None => {
                    *slot = Some(carried);
                    break;
                }
            }
        }
        debug_assert!(v.is_finite());
    }
    top
}

/// Probabilities and reasons for a table: columns `id, probability, reason_1..3`.
///
/// # Errors
/// [`LearnError::Unfit`] naming the features that do not fit.
pub fn score_table<'t>(artifact: &'t Artifact, table: &'t FlatTable) -> Result<Scored<'t>, LearnError> {
    Ready::new(artifact).score(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strongest_come_first_and_ties_keep_order() {
        assert_eq!(strongest_features(&[0.1, -3.0, 0.5, 0.5, 0.2]), [Some(2), Some(3), Some(4)]);
        assert_eq!(strongest_features(&[-1.0]), [Some(0), None, None]);
    }
}

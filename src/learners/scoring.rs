//! Owns scoring with reasons. Refuses to train and to write files.

use crate::learners::LearnError;
use crate::learners::artifact::{Artifact, Model};
use crate::learners::boosting::{BinSource, Binned, BoosterModel, Explainer, Scorer};
use crate::learners::calibrate::Calibration;
use crate::learners::table::{Encoded, EncodedColumn, Feature, FeatureDictionary, FeatureKind, FlatTable};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Rows encoded and explained at a time; bounds the memory of a large table.
const PART: usize = 32_768;
/// Reasons of a row.
pub const REASONS: usize = 3;

/// One scored row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredRow {
    /// Row name.
    pub id: String,
    /// Calibrated probability, `[0, 1]`.
    pub probability: f64,
    /// `feature = value (+0.41)`: the strongest features that raise the log-odds, then those that
    /// lower it least-likely-first; empty where the model has fewer features.
    pub reasons: [String; REASONS],
}

/// Result of scoring a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Rows in table order.
    pub rows: Vec<ScoredRow>,
    /// Features where more rows hold rare or unseen levels than half, as sentences.
    pub warnings: Vec<String>,
}

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

enum Engine<'a> {
    Boosted { model: &'a BoosterModel, scorer: Scorer, explainer: Explainer },
    Logistic(&'a crate::learners::logistic::LogisticModel),
}

/// An artifact made ready for many calls.
pub struct Ready<'a> {
    dictionary: &'a FeatureDictionary,
    calibration: &'a Calibration,
    engine: Engine<'a>,
}

impl<'a> Ready<'a> {
    /// Prepares an artifact (builds scoring tables and paths once).
    #[must_use]
    pub fn new(artifact: &'a Artifact) -> Self {
        let engine = match &artifact.model {
            Model::Boosted(model) => {
                Engine::Boosted { model, scorer: Scorer::new(model), explainer: Explainer::new(model) }
            }
            Model::Logistic(model) => Engine::Logistic(model),
        };
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
            out.extend(self.raw_part(&encoded, from, PART.min(encoded.rows - from)));
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
        let from = from.min(encoded.rows);
        Ok(self.contributions_part(&encoded, from, rows.min(encoded.rows - from)))
    }

    fn raw_part(&self, encoded: &Encoded<'_>, from: usize, rows: usize) -> Vec<f64> {
        match &self.engine {
            Engine::Boosted { model, scorer, .. } => scorer.raw(&bin(model, encoded, from, rows)),
            Engine::Logistic(model) => model.raw(&encoded.columns, from, rows),
        }
    }

    fn contributions_part(&self, encoded: &Encoded<'_>, from: usize, rows: usize) -> Contributions {
        let (base, mut values, raw) = match &self.engine {
            Engine::Boosted { model, scorer, explainer } => {
                let binned = bin(model, encoded, from, rows);
                (explainer.base(), explainer.explain(&binned).values, scorer.raw(&binned))
            }
            Engine::Logistic(model) => {
                let values = model.contributions(&encoded.columns, from, rows);
                (model.base, values, model.raw(&encoded.columns, from, rows))
            }
        };
        let c = self.calibration;
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
    pub fn score(&self, table: &FlatTable) -> Result<Scored, LearnError> {
        let encoded = self.dictionary.encode(table)?;
        let mut rows = Vec::with_capacity(encoded.rows);
        for from in (0..encoded.rows).step_by(PART) {
            let c = self.contributions_part(&encoded, from, PART.min(encoded.rows - from));
            rows.par_extend(c.log_odds.par_iter().enumerate().map(|(i, z)| ScoredRow {
                id: table.ids.get(from + i).to_owned(),
                probability: crate::learners::boosting::sigmoid(*z),
                reasons: self.reasons(&encoded, from + i, &c.values[i * c.cols..(i + 1) * c.cols]),
            }));
        }
        let warnings = (self.dictionary.features.iter().zip(&encoded.unseen))
            .filter(|(_, unseen)| **unseen * 2 > encoded.rows)
            .map(|(f, unseen)| {
                format!("`{}`: {unseen} of {} rows hold levels the model does not know", f.name, encoded.rows)
            })
            .collect();
        Ok(Scored { rows, warnings })
    }

    fn reasons(&self, encoded: &Encoded<'_>, row: usize, values: &[f64]) -> [String; REASONS] {
        strongest(values).map(|k| {
            let Some((k, feature)) = k.and_then(|k| self.dictionary.features.get(k).map(|f| (k, f))) else {
                return String::new();
            };
            format!("{} = {} ({:+.3})", feature.name, value_text(feature, &encoded.columns[k], row), values[k])
        })
    }
}

/// The largest contributions, highest first, the earlier feature first among equals.
fn strongest(values: &[f64]) -> [Option<usize>; REASONS] {
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

fn value_text(feature: &Feature, column: &EncodedColumn<'_>, row: usize) -> String {
    match (&feature.kind, column) {
        (FeatureKind::Numeric { .. }, EncodedColumn::Numeric(v)) => match v.get(row) {
            Some(x) if !x.is_nan() => x.to_string(),
            _ => "missing".to_owned(),
        },
        (_, EncodedColumn::Codes(c)) => feature.code_text(c.get(row).copied().unwrap_or(0)).to_owned(),
        _ => String::new(),
    }
}

fn bin(model: &BoosterModel, encoded: &Encoded<'_>, from: usize, rows: usize) -> Binned {
    let columns: Vec<BinSource<'_>> = encoded
        .columns
        .iter()
        .map(|c| match c {
            EncodedColumn::Numeric(v) => BinSource::Numeric(v.get(from..).unwrap_or(&[])),
            EncodedColumn::Codes(v) => BinSource::Codes(v.get(from..).unwrap_or(&[])),
        })
        .collect();
    Binned::build(&model.bins, &columns, rows)
}

/// Probabilities and reasons for a table: columns `id, probability, reason_1..3`.
///
/// # Errors
/// [`LearnError::Unfit`] naming the features that do not fit.
pub fn score_table(artifact: &Artifact, table: &FlatTable) -> Result<Scored, LearnError> {
    Ready::new(artifact).score(table)
}

/// CSV bytes of scored rows. Cells a spreadsheet would take for a formula get a leading apostrophe.
#[must_use]
pub fn scored_csv(rows: &[ScoredRow]) -> Vec<u8> {
    use std::fmt::Write as _;
    let mut out = String::from("id,probability,reason_1,reason_2,reason_3\n");
    for row in rows {
        cell(&mut out, &row.id);
        let _ = write!(out, ",{}", row.probability);
        for reason in &row.reasons {
            out.push(',');
            cell(&mut out, reason);
        }
        out.push('\n');
    }
    out.into_bytes()
}

fn cell(out: &mut String, text: &str) {
    let guarded = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    let quoted = text.contains([',', '"', '\n', '\r']);
    if quoted {
        out.push('"');
    }
    if guarded {
        out.push('\'');
    }
    if quoted {
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strongest_come_first_and_ties_keep_order() {
        assert_eq!(strongest(&[0.1, -3.0, 0.5, 0.5, 0.2]), [Some(2), Some(3), Some(4)]);
        assert_eq!(strongest(&[-1.0]), [Some(0), None, None]);
    }

    #[test]
    fn csv_cells_are_quoted_and_disarmed() {
        let row =
            ScoredRow { id: "=A1".into(), probability: 0.25, reasons: ["a, \"b\"".into(), String::new(), "x".into()] };
        let text = String::from_utf8(scored_csv(&[row])).unwrap();
        assert_eq!(text.lines().nth(1), Some("'=A1,0.25,\"a, \"\"b\"\"\",,x"));
    }
}

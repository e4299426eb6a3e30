//! Owns the fitted logistic model: scoring, linear contributions, how its fit ended.
//! Refuses to know names, calibration and folds.

use super::terms::Term;
use crate::learners::convergence::Convergence;
use crate::learners::learner::{Explain, Explained, FittedModel, Prepared};
use crate::learners::table::{Encoded, EncodedColumn, Rows};
use linfa::traits::PredictInplace;
use ndarray::{Array1, Array2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Rows one task scores.
const PART: usize = 4096;
/// Rows that the weight of a feature is read from.
const WEIGHED: usize = 20_000;

/// A fitted logistic model: log-odds = base + sum of one contribution per feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogisticModel {
    /// Log-odds at the training mean of every term.
    pub base: f64,
    /// One term per feature, in feature order.
    pub terms: Vec<Term>,
    /// How the fit ended.
    pub convergence: Convergence,
}

impl LogisticModel {
    /// Contribution of each feature against the training mean, row-major. Surplus columns are ignored.
    #[must_use]
    pub fn contributions(&self, columns: &[EncodedColumn<'_>], from: usize, rows: usize) -> Vec<f64> {
        let cols = self.terms.len();
        let mut out = vec![0.0; rows * cols];
        if cols > 0 {
            out.par_chunks_mut(PART * cols).enumerate().for_each(|(c, part)| {
                for (k, (term, column)) in self.terms.iter().zip(columns).enumerate() {
                    let cells = part.iter_mut().skip(k).step_by(cols);
                    term.contributions(column, from + c * PART, cells);
                }
            });
        }
        out
    }

    /// Log-odds of `rows` rows from `from`.
    #[must_use]
    pub fn raw(&self, columns: &[EncodedColumn<'_>], from: usize, rows: usize) -> Vec<f64> {
        let mut out = vec![self.base; rows];
        out.par_chunks_mut(PART).enumerate().for_each(|(c, part)| {
            let mut cells = vec![0.0; part.len()];
            for (term, column) in self.terms.iter().zip(columns) {
                cells.fill(0.0);
                term.contributions(column, from + c * PART, cells.iter_mut());
                part.iter_mut().zip(&cells).for_each(|(o, v)| *o += v);
            }
        });
        out
    }
}

impl FittedModel for LogisticModel {
    fn features(&self) -> usize {
        self.terms.len()
    }

    fn validate(&self) -> Result<(), String> {
        if !self.base.is_finite() {
            return Err("the base is not finite".into());
        }
        match self.terms.iter().position(|t| !t.is_finite()) {
            Some(i) => Err(format!("term {i} is not finite")),
            None => Ok(()),
        }
    }

    fn prepare(&self) -> Box<dyn Prepared + '_> {
        Box::new(self)
    }

    /// Spread of each term's contributions over the first rows.
    fn importance(&self, rows: &Encoded<'_>) -> Vec<f64> {
        let values = self.contributions(&rows.columns, 0, rows.rows.min(WEIGHED));
        let mut sums = vec![0.0; self.terms.len()];
        for row in values.chunks(sums.len().max(1)) {
            sums.iter_mut().zip(row).for_each(|(s, v)| *s += v.abs());
        }
        sums
    }

    fn convergence(&self) -> Option<Convergence> {
        Some(self.convergence)
    }
}

impl Prepared for &LogisticModel {
    fn predict(&self, rows: &Rows<'_>) -> Array1<f64> {
        Array1::from_vec(self.raw(rows.columns(), rows.from, rows.count))
    }

    fn explain(&self, rows: &Rows<'_>) -> Explained {
        let values = self.contributions(rows.columns(), rows.from, rows.count);
        // Summed in the order of the terms, as `raw` does: the same bits.
        let raw = match self.terms.len() {
            0 => vec![self.base; rows.count],
            cols => values.par_chunks(cols).map(|v| v.iter().fold(self.base, |a, v| a + v)).collect(),
        };
        let contributions = Array2::from_shape_vec((rows.count, self.terms.len()), values).unwrap_or_default();
        Explained { base: self.base, contributions, raw: Array1::from_vec(raw) }
    }
}

impl PredictInplace<Rows<'_>, Array1<f64>> for LogisticModel {
    fn predict_inplace<'a>(&'a self, rows: &'a Rows<'_>, out: &mut Array1<f64>) {
        *out = Array1::from_vec(self.raw(rows.columns(), rows.from, rows.count));
    }

    fn default_target(&self, rows: &Rows<'_>) -> Array1<f64> {
        Array1::zeros(rows.count)
    }
}

impl Explain<Rows<'_>> for LogisticModel {
    fn explain(&self, rows: &Rows<'_>) -> Explained {
        self.prepare().explain(rows)
    }
}

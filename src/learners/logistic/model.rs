//! Owns the fitted logistic model: scoring, linear contributions, how its fit ended.
//! Refuses to know names, calibration and folds.

use super::terms::Term;
use crate::learners::table::EncodedColumn;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How a fit ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Whether the tolerance was met.
    pub converged: bool,
    /// Steps taken.
    pub iterations: usize,
    /// Largest gradient entry per unit of weight at the end.
    pub gradient: f64,
    /// Penalty in use.
    pub l2: f64,
}

/// Rows one task scores.
const PART: usize = 4096;

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

    /// Checks that every number is finite.
    ///
    /// # Errors
    /// A sentence naming the first broken term.
    pub fn validate(&self) -> Result<(), String> {
        if !self.base.is_finite() {
            return Err("the base is not finite".into());
        }
        match self.terms.iter().position(|t| !t.is_finite()) {
            Some(i) => Err(format!("term {i} is not finite")),
            None => Ok(()),
        }
    }
}

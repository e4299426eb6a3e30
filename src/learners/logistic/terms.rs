//! Owns the terms of the logistic model: piecewise-linear curves (after ln(1+x) for skewed
//! non-negative numbers), one-hot levels, missing indicators. Refuses to know outcomes.

use crate::learners::table::EncodedColumn;
use serde::{Deserialize, Serialize};

/// Quantiles at which a curve may bend.
const BENDS: [f64; 4] = [0.2, 0.4, 0.6, 0.8];
/// Non-negative numbers more skewed than this go through ln(1+x).
const SKEWED: f64 = 1.5;

/// What one feature adds to the log-odds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Term {
    /// A piecewise-linear curve of `t = (f(x) - center) / scale`, flat outside the training range.
    Curve {
        /// Whether `f(x) = ln(1 + x)`; otherwise `f(x) = x`.
        log1p: bool,
        /// Mean of `f(x)`.
        center: f64,
        /// Standard deviation of `f(x)` (population), 1 for a constant.
        scale: f64,
        /// Range of `t` seen in training.
        range: [f64; 2],
        /// Bends, in units of `t`, rising.
        knots: Vec<f64>,
        /// Slope, then the change of slope at each knot.
        coefficients: Vec<f64>,
        /// Added when the value is missing (before `mean` is taken off).
        missing: f64,
        /// Mean of the term over the training rows.
        mean: f64,
    },
    /// One coefficient per code, missing first.
    Levels {
        /// Coefficients by code.
        coefficients: Vec<f64>,
        /// Mean of the term over the training rows.
        mean: f64,
    },
}

impl Term {
    /// Prepares an unfitted term from training rows under weights.
    pub(super) fn prepare(column: &EncodedColumn<'_>, rows: &[u32], weight: impl Fn(u32) -> f64) -> Self {
        match column {
            EncodedColumn::Codes(codes) => {
                let most = codes.iter().max().copied().unwrap_or(0);
                Self::Levels { coefficients: vec![0.0; usize::from(most) + 1], mean: 0.0 }
            }
            EncodedColumn::Numeric(values) => curve(values, rows, weight),
        }
    }

    /// Number of coefficients in the design.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Curve { knots, .. } => knots.len() + 2,
            Self::Levels { coefficients, .. } => coefficients.len(),
        }
    }

    /// Design entries of a row, as (column within the term, value).
    pub(super) fn entries(&self, column: &EncodedColumn<'_>, row: usize, mut put: impl FnMut(usize, f64)) {
        match (self, column) {
            (Self::Curve { log1p, center, scale, range, knots, .. }, EncodedColumn::Numeric(v)) => {
                let x = v[row];
                if x.is_nan() {
                    put(knots.len() + 1, 1.0);
                    return;
                }
                let t = standard(x, *log1p, *center, *scale, *range);
                put(0, t);
                for (k, knot) in knots.iter().enumerate().take_while(|(_, k)| t > **k) {
                    put(k + 1, t - knot);
                }
            }
            (Self::Levels { coefficients, .. }, EncodedColumn::Codes(c))
                if usize::from(c[row]) < coefficients.len() =>
            {
                put(usize::from(c[row]), 1.0);
            }
            _ => {}
        }
    }

    /// Takes fitted coefficients and the mean of the term over the training rows.
    pub(super) fn set(&mut self, fitted: &[f64], term_mean: f64) {
        match self {
            Self::Curve { coefficients, missing, mean, knots, .. } => {
                *coefficients = fitted.iter().take(knots.len() + 1).copied().collect();
                *missing = fitted.last().copied().unwrap_or(0.0);
                *mean = term_mean;
            }
            Self::Levels { coefficients, mean } => {
                *coefficients = fitted.to_vec();
                *mean = term_mean;
            }
        }
    }

    /// Adds the contributions of rows `from..` to `cells`.
    pub(super) fn contributions<'c>(
        &self,
        column: &EncodedColumn<'_>,
        from: usize,
        cells: impl Iterator<Item = &'c mut f64>,
    ) {
        match (self, column) {
            (
                Self::Curve { log1p, center, scale, range, knots, coefficients, missing, mean },
                EncodedColumn::Numeric(v),
            ) => {
                for (cell, &x) in cells.zip(v.get(from..).unwrap_or(&[])) {
                    let mut sum = -mean;
                    if x.is_nan() {
                        sum += missing;
                    } else {
                        let t = standard(x, *log1p, *center, *scale, *range);
                        sum += coefficients.first().unwrap_or(&0.0) * t;
                        for (knot, c) in knots.iter().zip(coefficients.iter().skip(1)) {
                            sum += c * (t - knot).max(0.0);
                        }
                    }
                    *cell += sum;
                }
            }
            (Self::Levels { coefficients, mean }, EncodedColumn::Codes(codes)) => {
                for (cell, &code) in cells.zip(codes.get(from..).unwrap_or(&[])) {
                    *cell += coefficients.get(usize::from(code)).unwrap_or(&0.0) - mean;
                }
            }
            _ => {}
        }
    }

    /// Whether all numbers are finite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        match self {
            Self::Curve { center, scale, range, knots, coefficients, missing, mean, .. } => {
                [*center, *scale, *missing, *mean]
                    .iter()
                    .chain(range)
                    .chain(knots)
                    .chain(coefficients)
                    .all(|x| x.is_finite())
            }
            Self::Levels { coefficients, mean } => mean.is_finite() && coefficients.iter().all(|x| x.is_finite()),
        }
    }
}

fn standard(x: f32, log1p: bool, center: f64, scale: f64, range: [f64; 2]) -> f64 {
    let x = f64::from(x);
    let f = if log1p { libm::log1p(x.max(0.0)) } else { x };
    ((f - center) / scale).max(range[0]).min(range[1])
}

fn curve(values: &[f32], rows: &[u32], weight: impl Fn(u32) -> f64) -> Term {
    let known = || rows.iter().filter(|&&r| !values[r as usize].is_nan());
    let moments = |f: &dyn Fn(f64) -> f64| {
        let mut m = [0.0_f64; 2];
        for &r in known() {
            m[0] += weight(r);
            m[1] += weight(r) * f(f64::from(values[r as usize]));
        }
        let mean = if m[0] > 0.0 { m[1] / m[0] } else { 0.0 };
        let (mut var, mut cube) = (0.0, 0.0);
        for &r in known() {
            let d = f(f64::from(values[r as usize])) - mean;
            var += weight(r) * d * d;
            cube += weight(r) * d * d * d;
        }
        let sd = if m[0] > 0.0 { (var / m[0]).sqrt() } else { 0.0 };
        (mean, sd, if sd > 0.0 { cube / m[0] / (sd * sd * sd) } else { 0.0 })
    };
    let low = known().map(|&r| values[r as usize]).fold(f32::INFINITY, f32::min);
    let (mean, sd, skew) = moments(&|x| x);
    let log1p = low >= 0.0 && skew > SKEWED;
    let (center, sd) = if log1p {
        let (m, s, _) = moments(&|x| libm::log1p(x.max(0.0)));
        (m, s)
    } else {
        (mean, sd)
    };
    let scale = if sd > 0.0 { sd } else { 1.0 };
    let wide = [f64::NEG_INFINITY, f64::INFINITY];
    let mut sorted: Vec<(f64, f64)> =
        known().map(|&r| (standard(values[r as usize], log1p, center, scale, wide), weight(r))).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let range = [sorted.first().map_or(0.0, |s| s.0), sorted.last().map_or(0.0, |s| s.0)];
    let mut knots: Vec<f64> = Vec::new();
    let total: f64 = sorted.iter().map(|s| s.1).sum();
    let (mut acc, mut at) = (0.0, sorted.iter());
    for q in BENDS {
        let mut place = range[1];
        while acc < q * total {
            let Some(next) = at.next() else { break };
            acc += next.1;
            place = next.0;
        }
        if place > range[0] && place < range[1] && knots.last().is_none_or(|k| place - k > 1e-6) {
            knots.push(place);
        }
    }
    // a heavy lowest value (most counts are 0) still gets its bend: zero against any
    let first_above = sorted.iter().map(|s| s.0).find(|t| *t > range[0] + 1e-9);
    if let Some(bend) = first_above.filter(|b| *b < range[1])
        && log1p
        && knots.first().is_none_or(|k| bend < k - 1e-6)
    {
        knots.insert(0, bend);
    }
    let coefficients = vec![0.0; knots.len() + 1];
    Term::Curve { log1p, center, scale, range, knots, coefficients, missing: 0.0, mean: 0.0 }
}

/// Prepared terms and where each begins in the design; the intercept is the last column.
#[derive(Debug, Clone)]
pub struct Terms {
    pub(super) list: Vec<Term>,
    pub(super) starts: Vec<usize>,
}

impl Terms {
    /// Prepares terms from training rows.
    #[must_use]
    pub fn prepare(columns: &[EncodedColumn<'_>], rows: &[u32], weights: Option<&[f32]>) -> Self {
        use rayon::prelude::*;
        let weight = |r: u32| weights.map_or(1.0, |w| f64::from(w[r as usize]));
        let list: Vec<Term> = columns.par_iter().map(|c| Term::prepare(c, rows, weight)).collect();
        let mut starts = vec![0];
        for t in &list {
            starts.push(starts.last().copied().unwrap_or(0) + t.width());
        }
        Self { list, starts }
    }

    /// Columns of the design, the intercept included.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.starts.last().copied().unwrap_or(0) + 1
    }

    /// Fills `out` with the design entries of a row, columns rising, the intercept last.
    pub(super) fn row(&self, columns: &[EncodedColumn<'_>], row: usize, out: &mut Vec<(usize, f64)>) {
        out.clear();
        for ((term, column), start) in self.list.iter().zip(columns).zip(&self.starts) {
            term.entries(column, row, |k, v| out.push((start + k, v)));
        }
        out.push((self.columns() - 1, 1.0));
    }
}

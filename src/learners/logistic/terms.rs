//! Owns the terms of the logistic model: piecewise-linear curves (after ln(1+x) for skewed
//! non-negative numbers), one-hot levels, missing indicators. Refuses to know outcomes.

use crate::learners::table::EncodedColumn;
use serde::{Deserialize, Serialize};

/// Quantiles at which a curve may bend.
const BENDS: [f64; 4] = [0.2, 0.4, 0.6, 0.8];
/// Cells looked at to find the commonest.
const SAMPLE: usize = 2048;
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
            EncodedColumn::Numeric(values) => curve_term(values, rows, weight),
        }
    }

    /// Number of coefficients in the design.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Curve { knots, .. } => knots.len() + 2,
            Self::Levels { coefficients, .. } => coefficients.len(),
        }
    }

    /// Design entries of a number, as (column within the term, value).
    pub(super) fn entries_of_number(&self, x: f32, mut put: impl FnMut(usize, f64)) {
        let Self::Curve { log1p, center, scale, range, knots, .. } = self else { return };
        if x.is_nan() {
            put(knots.len() + 1, 1.0);
            return;
        }
        let t = standard_value(x, *log1p, *center, *scale, *range);
        put(0, t);
        for (k, knot) in knots.iter().enumerate().take_while(|(_, k)| t > **k) {
            put(k + 1, t - knot);
        }
    }

    /// Design entries of a level.
    pub(super) fn entries_of_code(&self, code: u8, mut put: impl FnMut(usize, f64)) {
        if let Self::Levels { coefficients, .. } = self
            && usize::from(code) < coefficients.len()
        {
            put(usize::from(code), 1.0);
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
                        let t = standard_value(x, *log1p, *center, *scale, *range);
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

fn standard_value(x: f32, log1p: bool, center: f64, scale: f64, range: [f64; 2]) -> f64 {
    let x = f64::from(x);
    let f = if log1p { libm::log1p(x.max(0.0)) } else { x };
    ((f - center) / scale).max(range[0]).min(range[1])
}

/// Distinct known values with the weight of their rows, rising. Most columns hold few values, so what follows is short.
fn distinct_values(values: &[f32], rows: &[u32], weight: impl Fn(u32) -> f64) -> Vec<(f64, f64)> {
    let known = || rows.iter().filter(|&&r| !values[r as usize].is_nan());
    // The commonest value is summed where it stands; the rest is sorted.
    let stride = rows.len().div_ceil(SAMPLE).max(1);
    let mut sample: Vec<u32> = known().step_by(stride).map(|&r| values[r as usize].to_bits()).collect();
    sample.sort_unstable();
    let most = sample.chunk_by(|a, b| a == b).max_by_key(|c| c.len()).map(|c| f32::from_bits(c[0]));
    let (mut of_most, mut any) = (0.0, false);
    let mut rest: Vec<(f32, f64)> = Vec::new();
    for &r in known() {
        let x = values[r as usize];
        if Some(x) == most {
            of_most += weight(r);
            any = true;
        } else {
            rest.push((x, weight(r)));
        }
    }
    rest.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let Some(x) = most.filter(|_| any) {
        let at = rest.partition_point(|v| v.0 < x);
        rest.insert(at, (x, of_most));
    }
    rest.chunk_by(|a, b| a.0 == b.0).map(|c| (f64::from(c[0].0), c.iter().map(|v| v.1).sum())).collect()
}

/// Mean, standard deviation and skewness of weighted values after a function.
fn weighted_moments(values: &[(f64, f64)], f: impl Fn(f64) -> f64) -> (f64, f64, f64) {
    let total: f64 = values.iter().map(|v| v.1).sum();
    if total <= 0.0 {
        return (0.0, 0.0, 0.0);
    }
    let mean = values.iter().map(|(x, w)| w * f(*x)).sum::<f64>() / total;
    let (mut var, mut cube) = (0.0, 0.0);
    for (x, w) in values {
        let d = f(*x) - mean;
        var += w * d * d;
        cube += w * d * d * d;
    }
    let sd = (var / total).sqrt();
    (mean, sd, if sd > 0.0 { cube / total / (sd * sd * sd) } else { 0.0 })
}

fn curve_term(values: &[f32], rows: &[u32], weight: impl Fn(u32) -> f64) -> Term {
    let values = distinct_values(values, rows, weight);
    let (mean, sd, skew) = weighted_moments(&values, |x| x);
    let log1p = values.first().is_none_or(|v| v.0 >= 0.0) && skew > SKEWED;
    let (center, sd) = if log1p {
        let (m, s, _) = weighted_moments(&values, |x| libm::log1p(x.max(0.0)));
        (m, s)
    } else {
        (mean, sd)
    };
    let scale = if sd > 0.0 { sd } else { 1.0 };
    let wide = [f64::NEG_INFINITY, f64::INFINITY];
    #[expect(clippy::cast_possible_truncation, reason = "the values were single precision")]
    let scaled: Vec<(f64, f64)> =
        values.iter().map(|(x, w)| (standard_value(*x as f32, log1p, center, scale, wide), *w)).collect();
    let range = [scaled.first().map_or(0.0, |s| s.0), scaled.last().map_or(0.0, |s| s.0)];
    let mut knots = quantile_knots(&scaled, range);
    // a heavy lowest value (most counts are 0) still gets its bend: zero against any
    let first_above = scaled.iter().map(|s| s.0).find(|t| *t > range[0] + 1e-9);
    if let Some(bend) = first_above.filter(|b| *b < range[1])
        && log1p
        && knots.first().is_none_or(|k| bend < k - 1e-6)
    {
        knots.insert(0, bend);
    }
    let coefficients = vec![0.0; knots.len() + 1];
    Term::Curve { log1p, center, scale, range, knots, coefficients, missing: 0.0, mean: 0.0 }
}

/// Bends at the quantiles of [`BENDS`], inside the range and apart from each other.
fn quantile_knots(scaled: &[(f64, f64)], range: [f64; 2]) -> Vec<f64> {
    let mut knots: Vec<f64> = Vec::new();
    let total: f64 = scaled.iter().map(|s| s.1).sum();
    let (mut acc, mut at, mut place) = (0.0, scaled.iter(), range[1]);
    for q in BENDS {
        while acc < q * total {
            let Some(next) = at.next() else { break };
            acc += next.1;
            place = next.0;
        }
        if place > range[0] && place < range[1] && knots.last().is_none_or(|k| place - k > 1e-6) {
            knots.push(place);
        }
    }
    knots
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
}

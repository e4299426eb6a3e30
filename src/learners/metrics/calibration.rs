//! Owns how predicted and observed agree. Refuses to change a prediction (see `calibrate`).

use super::ranking::Sorted;
use crate::learners::boosting::sigmoid;
use serde::{Deserialize, Serialize};

/// An unpenalised logistic fit of the outcome on the log-odds of the prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogitFit {
    /// Intercept (0 is ideal).
    pub intercept: f64,
    /// Slope (1 is ideal; below 1 the predictions are too extreme).
    pub slope: f64,
    /// Whether the fit converged; with separable data it cannot.
    pub converged: bool,
}

/// Slope and intercept of the outcome on log-odds `z` under weights.
/// Starts at `from`; a missing class or constant `z` gives `converged = false`.
#[must_use]
pub fn calibration_fit(z: &[f64], y: &[bool], weight: impl Fn(usize) -> f64, from: (f64, f64)) -> LogitFit {
    let (mut a, mut b) = from;
    for _ in 0..50 {
        let mut s = [0.0_f64; 5];
        for (i, (&z, &y)) in z.iter().zip(y).enumerate() {
            let w = weight(i);
            if w > 0.0 {
                let p = sigmoid(a + b * z);
                let (r, h) = (w * (f64::from(u8::from(y)) - p), w * p * (1.0 - p));
                s[0] += r;
                s[1] += r * z;
                s[2] += h;
                s[3] += h * z;
                s[4] += h * z * z;
            }
        }
        let det = s[2] * s[4] - s[3] * s[3];
        if !(det.is_finite() && det > 1e-12 * s[2] * s[4]) {
            break;
        }
        let (da, db) = ((s[4] * s[0] - s[3] * s[1]) / det, (s[2] * s[1] - s[3] * s[0]) / det);
        let damp = (4.0 / da.abs().max(db.abs())).min(1.0);
        a += damp * da;
        b += damp * db;
        if da.abs().max(db.abs()) < 1e-9 {
            return LogitFit { intercept: a, slope: b, converged: true };
        }
    }
    LogitFit { intercept: a, slope: b, converged: false }
}

/// Calibration in the large: the intercept with the log-odds as offset. NaN with one class only.
#[must_use]
pub fn in_the_large(z: &[f64], y: &[bool], weight: impl Fn(usize) -> f64) -> f64 {
    let mut a = 0.0;
    for _ in 0..100 {
        let (mut r, mut h) = (0.0, 0.0);
        for (i, (&z, &y)) in z.iter().zip(y).enumerate() {
            let w = weight(i);
            if w > 0.0 {
                let p = sigmoid(a + z);
                r += w * (f64::from(u8::from(y)) - p);
                h += w * p * (1.0 - p);
            }
        }
        let step = (r / h).clamp(-4.0, 4.0);
        a += step;
        if step.is_nan() || step.abs() < 1e-10 {
            return if step.is_nan() { f64::NAN } else { a };
        }
    }
    f64::NAN
}

/// One tenth of the rows by predicted probability.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Decile {
    /// Rows.
    pub rows: usize,
    /// Mean predicted probability.
    pub mean_predicted: f64,
    /// Observed event share.
    pub observed: f64,
    /// Expected events (sum of probabilities).
    pub expected_events: f64,
    /// Observed events.
    pub observed_events: usize,
    /// Expected / observed events; infinite where none was observed.
    pub expected_over_observed: Option<f64>,
}

/// Ten bins of equal size by (probability, id): row at place `r` of `n` goes to bin `10 r / n`.
pub(super) fn deciles(sorted: &Sorted, p: &[f64], y: &[bool], copies: &[u32]) -> Vec<Decile> {
    let total: u64 = copies.iter().map(|&c| u64::from(c)).sum();
    let mut out = vec![Decile::default(); 10];
    let mut place = 0_u64;
    for &row in &sorted.ascending {
        for _ in 0..copies[row as usize] {
            let bin = usize::try_from(10 * place / total.max(1)).unwrap_or(9);
            if let Some(d) = out.get_mut(bin) {
                d.rows += 1;
                d.expected_events += p[row as usize];
                d.observed_events += usize::from(y[row as usize]);
            }
            place += 1;
        }
    }
    out.retain(|d| d.rows > 0);
    for d in &mut out {
        d.mean_predicted = d.expected_events / d.rows as f64;
        d.observed = d.observed_events as f64 / d.rows as f64;
        d.expected_over_observed = (d.observed_events > 0).then(|| d.expected_events / d.observed_events as f64);
    }
    out
}

/// Expected calibration error over the ten bins.
pub(super) fn ece(deciles: &[Decile]) -> f64 {
    let total: usize = deciles.iter().map(|d| d.rows).sum();
    deciles.iter().map(|d| d.rows as f64 / total as f64 * (d.mean_predicted - d.observed).abs()).sum()
}

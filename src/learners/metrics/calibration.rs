//! Owns how predicted and observed agree. Refuses to change a prediction (see `calibrate`).

use super::bootstrap::Interval;
use super::ranking::Sorted;
use crate::domain::wilson;
use crate::learners::log_odds::sigmoid;
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

/// One tenth of the rows by predicted probability. Of weighted rows, a tenth of what they stand for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Decile {
    /// Rows.
    pub rows: usize,
    /// Mean predicted probability.
    pub mean_predicted: f64,
    /// Observed event share.
    pub observed: f64,
    /// Expected events (sum of probabilities, weighted).
    pub expected_events: f64,
    /// Rows with the event.
    pub observed_events: usize,
    /// Expected / observed events; none where none was observed.
    pub expected_over_observed: Option<f64>,
    /// Wilson's interval (95 %) of the observed share, rows counted as they are.
    #[serde(default)]
    pub observed_interval: Option<Interval>,
}

/// Ten bins of equal size by (probability, id): row at place `r` of `n` goes to bin `10 r / n`. A row of `copies[row]`
/// copies takes as many places, each as wide as its weight. With each bin, what its rows stand for.
pub(super) fn deciles(
    sorted: &Sorted,
    p: &[f64],
    y: &[bool],
    copies: impl Fn(usize) -> u32,
    weight: impl Fn(usize) -> f64,
) -> Vec<(Decile, f64)> {
    let total: f64 = (0..y.len()).map(|i| f64::from(copies(i)) * weight(i)).sum();
    let mut out = vec![(Decile::default(), 0.0); 10];
    let mut seen = [0.0; 10];
    let mut place = 0.0;
    for &row in &sorted.ascending {
        let row = row as usize;
        let w = weight(row);
        for _ in 0..copies(row) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10")]
            let bin = ((10.0 * place / total) as usize).min(9);
            let (d, stand_for) = &mut out[bin];
            d.rows += 1;
            *stand_for += w;
            d.expected_events += w * p[row];
            d.observed_events += usize::from(y[row]);
            seen[bin] += if y[row] { w } else { 0.0 };
            place += w;
        }
    }
    for ((d, stand_for), seen) in out.iter_mut().zip(seen) {
        d.mean_predicted = d.expected_events / *stand_for;
        d.observed = seen / *stand_for;
        d.expected_over_observed = (seen > 0.0).then(|| d.expected_events / seen);
        let (low, high) = wilson(d.observed_events as u64, d.rows as u64);
        d.observed_interval = (d.rows > 0).then_some(Interval { low, high });
    }
    out.retain(|d| d.0.rows > 0);
    out
}

/// Expected calibration error over the ten bins.
pub(super) fn ece(deciles: &[(Decile, f64)]) -> f64 {
    let total: f64 = deciles.iter().map(|d| d.1).sum();
    deciles.iter().map(|(d, stand_for)| stand_for / total * (d.mean_predicted - d.observed).abs()).sum()
}

/// Edges of the bins that tell how probabilities spread: about even on the log-odds.
const SPREAD_EDGES: [f64; 17] =
    [0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0];

/// Rows whose probability lies in `[from, to)`; the last bin holds 1 too.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreBin {
    /// Lower edge.
    pub from: f64,
    /// Upper edge.
    pub to: f64,
    /// Rows.
    pub rows: usize,
}

/// How probabilities spread, lowest bin first; every bin stands, empty ones too.
pub(super) fn spread_probabilities(p: &[f64]) -> Vec<ScoreBin> {
    let mut bins: Vec<ScoreBin> =
        SPREAD_EDGES.windows(2).map(|edge| ScoreBin { from: edge[0], to: edge[1], rows: 0 }).collect();
    let last = bins.len() - 1;
    for p in p {
        let at = SPREAD_EDGES.partition_point(|edge| edge <= p).saturating_sub(1).min(last);
        bins[at].rows += 1;
    }
    bins
}

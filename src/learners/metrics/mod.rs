//! Owns how predictions are judged: discrimination, calibration, top shares, net benefit, intervals.
//! Refuses to know models, tables and files; it sees ids, groups, outcomes and probabilities.

mod bootstrap;
mod calibration;
mod ranking;
mod report;
#[cfg(test)]
mod tests;

pub use bootstrap::{Difference, Interval, paired_auroc_difference};
pub use calibration::{Decile, LogitFit, calibration_fit, in_the_large};
pub use ranking::{TopShare, ranking_auroc};
pub use report::{BootstrapPlan, Evaluation, MetricIntervals, Threshold, evaluate_predictions, evaluate_with};

/// Probabilities are clipped to `[CLIP, 1 - CLIP]` before a logit is taken.
pub const CLIP: f64 = 1e-6;

/// Log-odds of a clipped probability.
#[must_use]
pub fn logit(p: f64) -> f64 {
    let p = p.clamp(CLIP, 1.0 - CLIP);
    libm::log(p / (1.0 - p))
}

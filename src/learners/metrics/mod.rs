//! Owns how predictions are judged: discrimination, calibration, top shares, net benefit, intervals.
//! Refuses to know models, tables and files; it sees ids, groups, outcomes and probabilities.

mod bootstrap;
mod calibration;
mod concentration;
mod ranking;
mod report;
#[cfg(test)]
mod tests;

pub use bootstrap::{Difference, Interval, paired_auroc_difference};
pub use calibration::{Decile, LogitFit, ScoreBin, calibration_fit, in_the_large};
pub use concentration::{ConcentrationPoint, concentration_curve};
pub use ranking::{TopShare, ranking_auroc};
pub use report::{BootstrapPlan, Evaluation, MetricIntervals, Threshold, evaluate_predictions, evaluate_with};

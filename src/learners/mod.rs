//! Owns the learners: a histogram booster, a logistic regression, flat tables, calibration,
//! metrics and model artifacts. Refuses to know claims, members, dates, commands and where files live.
//!
//! Entry points: [`train_table`] / [`train_flat`], [`score_table`], [`evaluate_predictions`],
//! [`recalibrate`]. All run on the current rayon pool and give the same bits at any thread count.

// Statistics turn counts into floats and clamped floats into small counts all the time; the places
// where a cast could bite are bounded where they stand.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::many_single_char_names,
    clippy::float_cmp
)]

pub mod artifact;
pub mod boosting;
pub mod calibrate;
pub mod context;
mod convergence;
mod error;
pub mod learner;
pub mod log_odds;
pub mod logistic;
pub mod metrics;
mod options;
pub mod registry;
pub mod scoring;
pub mod table;
#[cfg(test)]
mod tests;
pub mod training;
pub mod watch;

pub use artifact::Artifact;
pub use convergence::Convergence;
pub use error::{LearnError, Refusal};
pub use learner::{Explain, Explained, FittedModel, Learner, Prepared, Tuned};
pub use metrics::{Evaluation, evaluate_predictions};
pub use options::TrainOptions;
pub use registry::{LEARNERS, Model};
pub use scoring::{Ready, RowReason, RowValue, Scored, ScoredRow, score_table};
pub use table::{FlatTable, LearnerChoice, Purpose, TableSpec, read_csv};
pub use training::{
    Candidate, TrainReport, Trained, carry_calibration, few_events_warning, recalibrate, train_flat, train_table,
};
pub use watch::{Unwatched, Watch};

//! Owns the way from a flat table to an artifact: guards, folds by group, tuning, the choice between learners,
//! calibration on cross-validated predictions, the refit on all rows. Refuses to know where the table came from and
//! where the artifact goes.

mod fit;
mod recalibrate;
mod report;
mod select;
mod tune;

pub use fit::{train_flat, train_table};
pub use recalibrate::{carry_calibration, recalibrate};
pub use report::{Candidate, TrainReport, Trained, few_events_warning};

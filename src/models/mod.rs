//! Scores and their reasons. Owns the published indices and, once trained, an organisation's own models;
//! refuses to read claims or to rank people for contact.

// Counts turn into shares here; they stay far below 2^52. Flags among comparators are exactly 0 or 1.
#![allow(clippy::cast_precision_loss, clippy::float_cmp)]

pub mod book;
mod cards;
pub mod evaluation;
mod outcome;
mod percentile;
mod published;
mod reasons;
pub mod trained;

pub use cards::{ModelCard, cards};
pub use outcome::Outcome;
pub use percentile::{percentile_among, percentiles};
pub use published::{Score, ScoreStatus, residual, score_all};
pub use reasons::{Driver, Reason, drivers, for_member, plain_condition};

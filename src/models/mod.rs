//! Scores and their reasons. Owns the published indices and, once trained, an organisation's own models;
//! refuses to read claims or to rank people for contact.

// Counts turn into shares here; they stay far below 2^52. Flags among comparators are exactly 0 or 1.
#![allow(clippy::cast_precision_loss, clippy::float_cmp)]

mod cards;
pub mod evaluation;
mod horizons;
mod outcome;
mod percentile;
mod published;
mod published_reasons;
mod reason;
mod score;
mod scores;
pub mod trained;
mod wording;

pub use cards::{ModelCard, cards};
pub use horizons::{DerivedHorizon, FACTOR_EVENTS, contradictions, fit_factor, keep_horizons_in_order};
pub use outcome::Outcome;
pub use percentile::{percentile_among, percentiles};
pub use published::{residual, score_all};
pub use published_reasons::{drivers, reasons_from_indices};
pub use reason::{Driver, Reason, condition_driver, condition_sensitivity};
pub use score::{Basis, Horizon, ModelId, NotScored, Score, ScoreId, ScoreStatus};
pub use scores::{ScoreReasons, Scores, TrainedScore, apply_trained_scores};
pub use wording::{Wording, join_words};

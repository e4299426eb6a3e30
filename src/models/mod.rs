//! Scores and their reasons. Owns the published indices and, once trained, an organisation's own models;
//! refuses to read claims or to rank people for contact.

mod cards;
mod percentile;
mod published;
mod reasons;

pub use cards::{ModelCard, cards};
pub use percentile::percentiles;
pub use published::{Score, ScoreStatus, residual, score_all};
pub use reasons::{Driver, Reason, drivers, for_member, plain_condition};

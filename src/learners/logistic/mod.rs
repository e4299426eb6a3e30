//! Owns L2 logistic regression on spline, one-hot and missing terms, with its linear reasons.
//! Refuses to know names and calibration.
//!
//! An own solver instead of `linfa-logistic`, which is an oracle in the tests: that crate ignores weights (panels are
//! sampled with inverse weights), drops its solver's termination status, refuses any value that is not finite, and needs
//! a dense matrix. Parameters, fit and prediction speak linfa's traits all the same.

mod cholesky;
mod descent;
mod design;
mod learner;
mod model;
#[cfg(test)]
mod newton;
mod params;
mod slopes;
mod terms;
#[cfg(test)]
mod tests;

pub use learner::Logistic;
pub use model::LogisticModel;
pub use params::{LogisticParams, LogisticSettings, LogisticValidParams};
pub use terms::{Term, Terms};

//! Owns L2 logistic regression on spline, one-hot and missing terms, with its linear reasons.
//! Refuses to know names, calibration and folds.
//!
//! An own solver instead of `linfa-logistic`, which serves as an oracle in the tests: that crate ignores weights,
//! stops silently at its iteration limit, refuses NaN, and needs a dense matrix.

mod linear_algebra;
mod model;
mod newton;
mod terms;
#[cfg(test)]
mod tests;

pub use model::{Convergence, LogisticModel};
pub use newton::{LogisticParams, Warm, fit, path};
pub use terms::{Term, Terms};

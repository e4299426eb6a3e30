//! learners
pub mod boosting;
pub mod chance;
mod error;
pub use error::{LearnError, Refusal};

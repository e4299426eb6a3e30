//! Why a model is not trained or judged. Owns the kinds; refuses to know exit codes.

use crate::extracts::ExtractError;
use crate::learners::LearnError;
use crate::publish::PublishError;
use crate::reference::ReferenceError;

/// Why training or judging ended without a model.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// A code set cannot be read.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The history breaks its contract, or its spilled events cannot be read.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// A learner refused.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// A page cannot be drawn.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Told to stop.
    #[error("stopped by a signal")]
    Interrupted,
    /// Our own fault.
    #[error("{0}")]
    Internal(String),
}

/// Spilled events are the only files read here.
impl From<std::io::Error> for TrainingError {
    fn from(why: std::io::Error) -> Self {
        Self::Extract(ExtractError::Spill(why))
    }
}

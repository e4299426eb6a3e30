//! Why a model is not trained or judged. Owns the kinds; refuses to know exit codes.

use crate::extracts::ExtractError;
use crate::learners::LearnError;
use crate::population::WalkError;
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

impl From<WalkError> for TrainingError {
    fn from(why: WalkError) -> Self {
        match why {
            WalkError::Interrupted => Self::Interrupted,
            WalkError::Extract(e) => Self::Extract(e),
        }
    }
}

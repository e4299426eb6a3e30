//! Why a published run gives no answer. Owns the kinds; refuses to know exit codes.

use crate::extracts::ExtractError;
use crate::population::WalkError;
use crate::publish::PublishError;

/// Why a published run gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The question cannot be asked of this run.
    #[error("{0}")]
    Usage(String),
    /// A file of the run cannot be read.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Spilled events of the history beside it cannot be read.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// The run does not verify.
    #[error("verification failed:\n{}", .0.join("\n"))]
    Verify(Vec<String>),
    /// Told to stop.
    #[error("stopped by a signal")]
    Interrupted,
    /// Our own fault.
    #[error("{0}")]
    Internal(String),
}

impl From<WalkError> for RunError {
    fn from(why: WalkError) -> Self {
        match why {
            WalkError::Interrupted => Self::Interrupted,
            WalkError::Extract(e) => Self::Extract(e),
        }
    }
}

//! Why a walk over members ends early. Owns the two causes; refuses to know exit codes.

use crate::extracts::ExtractError;

/// Why a walk over members ends early.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// Told to stop.
    #[error("stopped by a signal")]
    Interrupted,
    /// The spilled events cannot be read.
    #[error(transparent)]
    Extract(#[from] ExtractError),
}

//! The threads of a command. Owns their number; refuses to know the work.

use super::error::PipelineError;
use crate::config::Run;

/// Runs work on the configured number of threads.
///
/// # Errors
/// That of the work, or an internal error when the pool cannot be made.
pub fn in_pool<T: Send>(run: &Run, work: impl FnOnce() -> Result<T, PipelineError> + Send) -> Result<T, PipelineError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(run.threads)
        .build()
        .map_err(|e| PipelineError::Internal(e.to_string()))?;
    pool.install(work)
}

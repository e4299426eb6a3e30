//! Owns how a long fit tells how far it is and hears that it shall stop. Refuses to know bars, logs, signals and clocks:
//! whoever calls a learner passes a [`Watch`] in.

use crate::learners::LearnError;

/// Whoever watches a fit. Called from any thread, often; both calls must be cheap.
pub trait Watch: Sync {
    /// `done` of `of` steps of `work` are behind us.
    fn progress(&self, work: &str, done: usize, of: usize);
    /// Whether to stop. Every loop of the learners asks at least ten times a second.
    fn should_stop(&self) -> bool;
}

/// Nobody watches.
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _: &str, _: usize, _: usize) {}

    fn should_stop(&self) -> bool {
        false
    }
}

/// Goes on, unless told to stop.
///
/// # Errors
/// [`LearnError::Stopped`].
pub fn go_on(watch: &dyn Watch) -> Result<(), LearnError> {
    if watch.should_stop() { Err(LearnError::Stopped) } else { Ok(()) }
}

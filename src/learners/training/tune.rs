//! Owns the tuning of every learner that a spec asks for, on the same folds. Refuses to choose between them.

use crate::learners::LearnError;
use crate::learners::context::TrainingContext;
use crate::learners::learner::Tuned;
use crate::learners::options::TrainOptions;
use crate::learners::registry::{LearnerEntry, Model};

/// Tunes each learner.
///
/// # Errors
/// Those of the learners: settings that cannot be used, or being stopped.
pub fn tune_learners(
    learners: &[&LearnerEntry],
    context: &TrainingContext<'_>,
    options: &TrainOptions,
) -> Result<Vec<Tuned<Model>>, LearnError> {
    learners.iter().map(|l| (l.tune)(context, options)).collect()
}

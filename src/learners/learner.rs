//! Owns what a learner is: how it is tuned on folds, what its fitted model can be asked, and how it explains a row.
//! Refuses to know any particular one; [`crate::learners::registry`] lists them.

use crate::learners::LearnError;
use crate::learners::context::TrainingContext;
use crate::learners::convergence::Convergence;
use crate::learners::options::TrainOptions;
use crate::learners::table::{Encoded, Rows};
use linfa::dataset::Records;
use ndarray::{Array1, Array2};

/// Contributions to raw log-odds, in the manner of linfa's `Predict`: an answer for every record.
pub trait Explain<R: Records> {
    /// What each feature adds to the raw log-odds of each record.
    fn explain(&self, records: &R) -> Explained;
}

/// What each feature adds; a row of `contributions` and `base` sum to the row's entry of `raw`.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// Raw log-odds of the average training row.
    pub base: f64,
    /// One row a record, one column a feature.
    pub contributions: Array2<f64>,
    /// Raw log-odds.
    pub raw: Array1<f64>,
}

/// A fitted model made ready for many calls.
pub trait Prepared: Sync + Send {
    /// Raw log-odds.
    fn predict(&self, rows: &Rows<'_>) -> Array1<f64>;
    /// Raw log-odds with what each feature adds.
    fn explain(&self, rows: &Rows<'_>) -> Explained;
}

/// What every fitted model can be asked.
pub trait FittedModel {
    /// Features it was fitted on.
    fn features(&self) -> usize;
    /// Checks what a damaged file could break.
    ///
    /// # Errors
    /// A sentence naming the first broken part.
    fn validate(&self) -> Result<(), String>;
    /// Builds what makes many calls fast.
    fn prepare(&self) -> Box<dyn Prepared + '_>;
    /// Weight of each feature in the model, in any unit, on training rows.
    fn importance(&self, rows: &Encoded<'_>) -> Vec<f64>;
    /// How an iterative fit ended; none for learners that cannot fail to converge.
    fn convergence(&self) -> Option<Convergence> {
        None
    }
}

/// Fits the model of a tuned learner on all rows.
pub type Refit<M> = Box<dyn Fn(&TrainingContext<'_>) -> Result<M, LearnError> + Send + Sync>;

/// A learner tuned on the folds.
pub struct Tuned<M> {
    /// Its name.
    pub learner: &'static str,
    /// Raw log-odds of every row by the fold model that did not see its group.
    pub held_out: Vec<f64>,
    /// Mean held-out log loss before calibration.
    pub loss: f64,
    /// Trees chosen, for learners that grow any.
    pub rounds: Option<usize>,
    /// Fits on all rows.
    pub refit: Refit<M>,
}

impl<M: 'static> Tuned<M> {
    /// The same with its model wrapped.
    pub fn map<N: 'static>(self, wrap: fn(M) -> N) -> Tuned<N> {
        let Self { learner, held_out, loss, rounds, refit } = self;
        Tuned { learner, held_out, loss, rounds, refit: Box::new(move |c| refit(c).map(wrap)) }
    }
}

/// A learner.
pub trait Learner {
    /// Its fitted model.
    type Model: FittedModel + 'static;
    /// The word that specs, flags and artifacts use.
    const NAME: &'static str;
    /// Whether it holds monotone directions; one that does not is left out where a spec names any.
    const HOLDS_DIRECTIONS: bool;
    /// Chooses its settings on the folds.
    ///
    /// # Errors
    /// Settings that cannot be used, before any work; [`LearnError::Stopped`].
    fn tune(context: &TrainingContext<'_>, options: &TrainOptions) -> Result<Tuned<Self::Model>, LearnError>;
}

//! Owns the histogram gradient booster: parameters, trees, the fitted model and its public calls.
//! Refuses to know names, levels, files, calibration or folds; it sees bins, labels and weights.

mod bins;
mod grow;
mod guard;
mod histogram;
mod learner;
mod model;
mod params;
mod score;
mod shapley;
mod split;
#[cfg(test)]
mod tests;
mod train;
mod tree;

pub use bins::{BinSource, Binned, FeatureBins};
pub use guard::{BoosterParams, BoosterValidParams};
pub use learner::Boosting;
pub use model::BoosterModel;
pub use params::{BoosterSettings, Objective};
pub use score::Scorer;
pub use shapley::{Explainer, Explanation};
pub use train::{Trainer, TrainingData};
pub use tree::{BinSet, Leaf, Node, Tree};

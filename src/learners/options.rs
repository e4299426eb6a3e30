//! Owns the settings of a training run and their defaults, which are the product's. Refuses to know data.

use crate::learners::boosting::BoosterSettings;

/// Settings of a training run.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    /// Train although a feature looks like the label in disguise.
    pub allow_suspect: bool,
    /// Folds by group, 2 to 50.
    pub folds: usize,
    /// Bootstrap replicates of the held-out figures.
    pub replicates: usize,
    /// Booster settings; seed and monotone directions are taken from the spec.
    pub boost: BoosterSettings,
    /// Ridge penalties the folds choose from, each above 0.
    pub penalties: Vec<f64>,
    /// Whether the data are synthetic.
    pub synthetic: bool,
    /// Claims lag of the features in days, where known.
    pub claims_lag_days: Option<u32>,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            allow_suspect: false,
            folds: 5,
            replicates: 200,
            boost: BoosterSettings::default(),
            penalties: vec![3.0, 10.0, 30.0, 100.0],
            synthetic: false,
            claims_lag_days: None,
        }
    }
}

//! Owns the settings of the booster and their defaults. Refuses to know data.

use serde::{Deserialize, Serialize};

/// What is minimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Binary log loss; raw scores are log-odds, labels 0 or 1.
    LogLoss,
    /// Half the squared error; raw scores are in the unit of the label.
    SquaredError,
}

/// Settings of the booster. The defaults are those used for every table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BoosterSettings {
    /// What is minimised.
    pub objective: Objective,
    /// Most trees, 1 or more.
    pub max_rounds: usize,
    /// Shrinkage of each tree, (0, 1].
    pub learning_rate: f64,
    /// Leaves of a tree, 2 to 32; growth is leaf-wise.
    pub max_leaves: usize,
    /// Least (weighted) rows of a leaf, judged by its share of the hessian as `LightGBM` does.
    pub min_child_rows: f64,
    /// Least hessian of a leaf.
    pub min_child_hessian: f64,
    /// L2 penalty on leaf values, in hessian units.
    pub l2: f64,
    /// Pull of a leaf towards its parent's value, in rows (0: none).
    pub path_smooth: f64,
    /// Share of rows each tree sees, (0, 1].
    pub row_fraction: f64,
    /// Share of features each tree sees, (0, 1].
    pub feature_fraction: f64,
    /// Added to a level's hessian when levels are sorted by gradient.
    pub cat_smooth: f64,
    /// Further L2 penalty on splits by sorted levels.
    pub cat_l2: f64,
    /// Least rows of a group of levels in the sorted scan.
    pub min_rows_per_group: f64,
    /// Most levels on the smaller side of a sorted split.
    pub max_levels: usize,
    /// Up to this many used levels, one level is set against the rest.
    pub one_hot_levels: usize,
    /// Rounds without improvement of the held-out loss before a search stops.
    pub patience: usize,
    /// Boosters that differ in their seed alone and are averaged into one model, 1 or more: their
    /// sampling noise cancels, at the price of as many trees.
    pub bags: usize,
    /// Seed of row and feature sampling.
    pub seed: u64,
    /// Per feature -1, 0 or 1: the prediction falls, is free, or rises with it. Empty: all free.
    pub monotone: Vec<i8>,
}

impl Default for BoosterSettings {
    fn default() -> Self {
        Self {
            objective: Objective::LogLoss,
            max_rounds: 1200,
            learning_rate: 0.06,
            max_leaves: 16,
            min_child_rows: 50.0,
            min_child_hessian: 1e-3,
            l2: 10.0,
            path_smooth: 50.0,
            row_fraction: 0.8,
            feature_fraction: 0.5,
            cat_smooth: 30.0,
            cat_l2: 1.0,
            min_rows_per_group: 100.0,
            max_levels: 32,
            one_hot_levels: 4,
            patience: 40,
            bags: 2,
            seed: 0,
            monotone: Vec::new(),
        }
    }
}

impl BoosterSettings {
    /// The parameters of one bag; bag 0 keeps the seed.
    #[must_use]
    pub fn bag(&self, bag: usize) -> Self {
        let seed = if bag == 0 { self.seed } else { crate::domain::random::draw(self.seed, 0xBA6, bag as u64) };
        Self { seed, ..self.clone() }
    }

    /// The monotone direction of a feature (0 when none was set).
    #[must_use]
    pub fn direction(&self, feature: usize) -> i8 {
        self.monotone.get(feature).copied().unwrap_or(0)
    }
}

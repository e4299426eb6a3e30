//! Owns the histogram gradient booster: parameters, trees, the fitted model and its public calls.
//! Refuses to know names, levels, files, calibration or folds; it sees bins, labels and weights.

mod bins;
mod grow;
mod histogram;
mod score;
mod shapley;
mod split;
#[cfg(test)]
mod tests;
mod train;

pub use bins::{BinSource, Binned, FeatureBins};
pub use score::Scorer;
pub use shapley::{Explainer, Explanation};
pub use train::{Trainer, TrainingData, sigmoid, softplus};

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
pub struct BoostParams {
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

impl Default for BoostParams {
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

impl BoostParams {
    /// The parameters of one bag; bag 0 keeps the seed.
    #[must_use]
    pub fn bag(&self, bag: usize) -> Self {
        let seed = if bag == 0 { self.seed } else { crate::learners::chance::draw(self.seed, 0xBA6, bag as u64) };
        Self { seed, ..self.clone() }
    }

    /// The monotone direction of a feature (0 when none was set).
    #[must_use]
    pub fn direction(&self, feature: usize) -> i8 {
        self.monotone.get(feature).copied().unwrap_or(0)
    }
}

/// The bins that go left at a node, one bit per bin; bin 0 is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BinSet(pub [u64; 4]);

impl BinSet {
    /// No bin.
    pub const EMPTY: Self = Self([0; 4]);
    /// Every bin.
    pub const ALL: Self = Self([u64::MAX; 4]);

    /// Whether `bin` is in the set.
    #[must_use]
    pub fn has(&self, bin: u8) -> bool {
        (self.0[usize::from(bin >> 6)] >> (bin & 63)) & 1 == 1
    }

    /// Adds `bin`.
    pub fn add(&mut self, bin: u8) {
        self.0[usize::from(bin >> 6)] |= 1 << (bin & 63);
    }

    /// The bins in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self([0, 1, 2, 3].map(|i| self.0[i] & other.0[i]))
    }

    /// The bins not in the set.
    #[must_use]
    pub fn not(&self) -> Self {
        Self(self.0.map(|w| !w))
    }
}

/// One inner node. Children: `n >= 0` is node `n`, `n < 0` is leaf `-n - 1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Feature judged here (column of the bin matrix).
    pub feature: u32,
    /// Bins that go left.
    pub left_bins: BinSet,
    /// Left and right child.
    pub children: [i32; 2],
    /// Loss reduction of the split.
    pub gain: f64,
}

/// One leaf.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Leaf {
    /// Added to the raw score (shrinkage included).
    pub value: f64,
    /// Weighted training rows that ended here.
    pub cover: f64,
}

/// One tree; without nodes it is its single leaf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// Inner nodes, the root first.
    pub nodes: Vec<Node>,
    /// Leaves, `nodes.len() + 1` of them.
    pub leaves: Vec<Leaf>,
}

impl Tree {
    /// The leaf a row of bins ends in.
    #[must_use]
    pub fn leaf_of(&self, row: &[u8]) -> usize {
        let mut at = if self.nodes.is_empty() { -1 } else { 0 };
        while at >= 0 {
            let Some(node) = self.nodes.get(at as usize) else { return 0 };
            let bin = row.get(node.feature as usize).copied().unwrap_or(0);
            at = node.children[usize::from(!node.left_bins.has(bin))];
        }
        (-(at + 1)) as usize
    }

    /// The value a row of bins receives.
    #[must_use]
    pub fn value_of(&self, row: &[u8]) -> f64 {
        self.leaves.get(self.leaf_of(row)).map_or(0.0, |l| l.value)
    }
}

/// A fitted booster: raw score = base + sum of one leaf value per tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoosterModel {
    /// What was minimised.
    pub objective: Objective,
    /// Raw score before any tree.
    pub base: f64,
    /// How each feature is cut into bins, in column order.
    pub bins: Vec<FeatureBins>,
    /// The trees in training order.
    pub trees: Vec<Tree>,
}

impl BoosterModel {
    /// Checks what a damaged file could break: child links, feature numbers, leaf counts.
    ///
    /// # Errors
    /// A sentence naming the first broken tree.
    pub fn validate(&self) -> Result<(), String> {
        for (t, tree) in self.trees.iter().enumerate() {
            let (n, l) = (tree.nodes.len(), tree.leaves.len());
            let bad_link = |at: usize, c: i32| {
                if c >= 0 { c as usize <= at || c as usize >= n } else { (-(i64::from(c) + 1)) as usize >= l }
            };
            if l != n + 1 || l > score::MAX_LEAVES {
                return Err(format!("tree {t} has {n} nodes and {l} leaves"));
            }
            for (at, node) in tree.nodes.iter().enumerate() {
                if node.feature as usize >= self.bins.len() || node.children.iter().any(|&c| bad_link(at, c)) {
                    return Err(format!("tree {t}, node {at} points outside the model"));
                }
            }
            if tree.leaves.iter().any(|x| !x.value.is_finite() || x.cover.is_nan() || x.cover < 0.0) {
                return Err(format!("tree {t} has a leaf without a finite value"));
            }
        }
        if self.base.is_finite() { Ok(()) } else { Err("the base score is not finite".into()) }
    }

    /// The mean of models over the same bins: all their trees, each scaled by their number. Scores,
    /// Shapley values and monotone directions carry over, because all are sums over trees.
    /// None without a model.
    #[must_use]
    pub fn average(models: Vec<Self>) -> Option<Self> {
        let share = 1.0 / models.len() as f64;
        let base = models.iter().map(|m| m.base).sum::<f64>() * share;
        let mut all = models.into_iter();
        let mut out = all.next()?;
        out.trees.extend(all.flat_map(|m| m.trees));
        for leaf in out.trees.iter_mut().flat_map(|t| &mut t.leaves) {
            leaf.value *= share;
        }
        out.base = base;
        Some(out)
    }

    /// Total gain per feature over all trees.
    #[must_use]
    pub fn gain_by_feature(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.bins.len()];
        for node in self.trees.iter().flat_map(|t| &t.nodes) {
            if let Some(g) = out.get_mut(node.feature as usize) {
                *g += node.gain;
            }
        }
        out
    }
}

//! Owns the fitted booster: its trees, their average over bags, what a damaged file could break.
//! Refuses to know names, levels, files and calibration.

use super::bins::FeatureBins;
use super::params::Objective;
use super::tree::{MAX_LEAVES, Tree};
use serde::{Deserialize, Serialize};

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
    pub(super) fn check_links(&self) -> Result<(), String> {
        for (t, tree) in self.trees.iter().enumerate() {
            let (n, l) = (tree.nodes.len(), tree.leaves.len());
            let bad_link = |at: usize, c: i32| {
                if c >= 0 { c as usize <= at || c as usize >= n } else { (-(i64::from(c) + 1)) as usize >= l }
            };
            if l != n + 1 || l > MAX_LEAVES {
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

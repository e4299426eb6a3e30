//! Owns one tree: its nodes, leaves and the walk of a row of bins through it. Refuses to know how it grew.

use serde::{Deserialize, Serialize};

/// Most leaves of a tree: one bit each.
pub(super) const MAX_LEAVES: usize = 32;

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

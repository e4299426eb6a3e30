//! Owns the growth of one tree, leaf by leaf, largest gain first, and the division of rows.
//! Refuses to know the loss: it sees packed gradients.

use super::bins::FeatureBins;
use super::histogram::{Bin, Block, Scale, build, subtract};
use super::params::BoosterSettings;
use super::split::{Candidate, LeafStats, Search};
use super::tree::{BinSet, Leaf, MAX_LEAVES, Node, Tree};
use rayon::prelude::*;

/// What a tree is grown from.
pub(super) struct Ground<'a> {
    pub(super) params: &'a BoosterSettings,
    pub(super) bins: &'a [FeatureBins],
    pub(super) blocks: &'a [Block],
    pub(super) packed: &'a [i64],
    /// Row weights by position, if any.
    pub(super) weights: Option<&'a [f32]>,
    pub(super) scale: &'a Scale,
}

/// A leaf while the tree grows.
struct Open {
    start: usize,
    len: usize,
    stats: LeafStats,
    histogram: Vec<Vec<Bin>>,
    best: Option<Candidate>,
    /// The node that points here and on which side.
    parent: Option<(usize, usize)>,
}

/// A grown tree and the row positions of each leaf.
pub(super) struct Grown {
    pub(super) tree: Tree,
    pub(super) order: Vec<u32>,
    /// Start and length in `order`, per leaf.
    pub(super) ranges: Vec<(usize, usize)>,
}

impl Ground<'_> {
    /// Grows one tree over row positions `0..packed.len()`.
    pub(super) fn grow(&self) -> Grown {
        let n = self.packed.len();
        let mut order: Vec<u32> = (0..u32::try_from(n).unwrap_or(u32::MAX)).collect();
        let mut spare = vec![0_u32; n];
        let mut leaves = vec![self.root(&order)];
        let mut nodes: Vec<Node> = Vec::new();
        let most = self.params.max_leaves.clamp(2, MAX_LEAVES);
        while leaves.len() < most {
            let Some(at) = widest_leaf(&leaves) else { break };
            let Some(best) = leaves[at].best.take() else { break };
            let leaf = &mut leaves[at];
            let node = nodes.len();
            if let Some((parent, side)) = leaf.parent {
                nodes[parent].children[side] = node_link(node);
            }
            nodes.push(Node {
                feature: u32::try_from(best.feature).unwrap_or(u32::MAX),
                left_bins: best.left_bins,
                children: [0, 0],
                gain: best.gain,
            });
            let middle = self.divide(&mut order[leaf.start..leaf.start + leaf.len], &mut spare, &best);
            let last = leaves.len() + 1 == most;
            let right = self.split(&mut leaves[at], &best, node, middle, &order, last);
            leaves.push(right);
        }
        finish_tree(nodes, &leaves, order, self.params.learning_rate)
    }

    fn root(&self, order: &[u32]) -> Open {
        let histogram: Vec<Vec<Bin>> =
            self.blocks.par_iter().map(|b| build(b, self.packed, order, self.scale)).collect();
        let mut sum = [0_i64; 2];
        if let (Some(block), Some(h)) = (self.blocks.first(), histogram.first()) {
            for bin in &h[..block.counts.first().copied().unwrap_or(0)] {
                sum = [sum[0] + bin[0], sum[1] + bin[1]];
            }
        }
        let (g, h) = self.scale.open(sum);
        let stats = LeafStats {
            sum,
            rows: self.weight_of(order),
            bounds: [f64::NEG_INFINITY, f64::INFINITY],
            value: -g / (h + self.params.l2),
        };
        let best = if self.blocks.is_empty() { None } else { self.search(stats, &histogram) };
        Open { start: 0, len: order.len(), stats, histogram, best, parent: None }
    }

    fn weight_of(&self, positions: &[u32]) -> f64 {
        self.weights.map_or(positions.len() as f64, |w| positions.iter().map(|&i| f64::from(w[i as usize])).sum())
    }

    fn search(&self, stats: LeafStats, histogram: &[Vec<Bin>]) -> Option<Candidate> {
        let found: Vec<Option<Candidate>> =
            self.blocks.par_iter().zip(histogram).map(|(b, h)| self.search_block(b, h, stats)).collect();
        first_best(found)
    }

    fn search_block(&self, block: &Block, histogram: &[Bin], stats: LeafStats) -> Option<Candidate> {
        let search = Search::new(self.params, self.scale, stats);
        first_best(block.features.iter().enumerate().map(|(k, &f)| {
            search.best(f, &histogram[block.starts[k]..block.starts[k + 1]], self.bins[f].is_categorical())
        }))
    }

    /// Stable division of a leaf's positions; returns the length of the left part.
    fn divide(&self, part: &mut [u32], spare: &mut [u32], best: &Candidate) -> usize {
        let at = self
            .blocks
            .iter()
            .enumerate()
            .find_map(|(b, block)| block.features.iter().position(|&f| f == best.feature).map(|k| (b, k)));
        let Some((b, k)) = at else { return part.len() };
        let block = &self.blocks[b];
        let goes_left = membership_table(&best.left_bins);
        let (mut left, mut right) = (0, 0);
        for i in 0..part.len() {
            let position = part[i];
            let is_left = goes_left[usize::from(block.bin(position as usize, k))];
            // both stores always happen, so that no branch waits for the data
            part[left] = position;
            spare[right] = position;
            left += usize::from(is_left);
            right += usize::from(!is_left);
        }
        part[left..].copy_from_slice(&spare[..right]);
        left
    }

    /// Turns an open leaf into its left child and returns the right one.
    fn split(&self, leaf: &mut Open, best: &Candidate, node: usize, middle: usize, order: &[u32], last: bool) -> Open {
        let (lo, hi) = self.bounds(leaf.stats.bounds, best);
        let right_sum = [leaf.stats.sum[0] - best.left[0], leaf.stats.sum[1] - best.left[1]];
        let (start, len) = (leaf.start, leaf.len);
        let positions = [&order[start..start + middle], &order[start + middle..start + len]];
        let rows = self.weight_of(positions[0]);
        let stats = [
            LeafStats { sum: best.left, rows, bounds: lo, value: best.values[0] },
            LeafStats { sum: right_sum, rows: leaf.stats.rows - rows, bounds: hi, value: best.values[1] },
        ];
        let small = usize::from(positions[1].len() < positions[0].len());
        let mut whole = std::mem::take(&mut leaf.histogram);
        let (mut part, mut found) = (Vec::new(), [None, None]);
        if !last {
            let work: Vec<(Vec<Bin>, [Option<Candidate>; 2])> = self
                .blocks
                .par_iter()
                .zip(&mut whole)
                .map(|(block, whole)| {
                    let part = build(block, self.packed, positions[small], self.scale);
                    subtract(whole, &part);
                    let one = self.search_block(block, &part, stats[small]);
                    let other = self.search_block(block, whole, stats[1 - small]);
                    (part, [one, other])
                })
                .collect();
            let (mut ones, mut others) = (Vec::new(), Vec::new());
            for (p, [one, other]) in work {
                part.push(p);
                ones.push(one);
                others.push(other);
            }
            found[small] = first_best(ones);
            found[1 - small] = first_best(others);
        }
        let mut histograms = if small == 0 { [part, whole] } else { [whole, part] };
        let [found_left, found_right] = found;
        *leaf = Open {
            start,
            len: middle,
            stats: stats[0],
            histogram: std::mem::take(&mut histograms[0]),
            best: found_left,
            parent: Some((node, 0)),
        };
        Open {
            start: start + middle,
            len: len - middle,
            stats: stats[1],
            histogram: std::mem::take(&mut histograms[1]),
            best: found_right,
            parent: Some((node, 1)),
        }
    }

    /// Bounds of both children: a monotone split sets the middle of the two values between them.
    fn bounds(&self, own: [f64; 2], best: &Candidate) -> ([f64; 2], [f64; 2]) {
        let direction = self.params.direction(best.feature);
        if direction == 0 || self.bins[best.feature].is_categorical() || is_missing_only(best, self.bins) {
            return (own, own);
        }
        let middle = f64::midpoint(best.values[0], best.values[1]);
        if direction > 0 {
            ([own[0], own[1].min(middle)], [own[0].max(middle), own[1]])
        } else {
            ([own[0].max(middle), own[1]], [own[0], own[1].min(middle)])
        }
    }
}

fn is_missing_only(best: &Candidate, bins: &[FeatureBins]) -> bool {
    let n = bins[best.feature].count();
    (1..n).all(|b| !best.left_bins.has(u8::try_from(b).unwrap_or(u8::MAX)))
        || (1..n).all(|b| best.left_bins.has(u8::try_from(b).unwrap_or(u8::MAX)))
}

fn membership_table(set: &BinSet) -> [bool; 256] {
    let mut out = [false; 256];
    for (b, cell) in out.iter_mut().enumerate() {
        *cell = set.has(u8::try_from(b).unwrap_or(u8::MAX));
    }
    out
}

/// The largest gain; the first of equals.
fn first_best(found: impl IntoIterator<Item = Option<Candidate>>) -> Option<Candidate> {
    found.into_iter().flatten().reduce(|a, b| if b.gain > a.gain { b } else { a })
}

/// The open leaf with the largest gain; the first of equals.
fn widest_leaf(leaves: &[Open]) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for (i, leaf) in leaves.iter().enumerate() {
        if let Some(c) = &leaf.best
            && best.is_none_or(|b| c.gain > b.0)
        {
            best = Some((c.gain, i));
        }
    }
    best.map(|b| b.1)
}

fn node_link(node: usize) -> i32 {
    i32::try_from(node).unwrap_or(i32::MAX)
}

fn finish_tree(mut nodes: Vec<Node>, leaves: &[Open], order: Vec<u32>, rate: f64) -> Grown {
    let (mut out, mut ranges) = (Vec::new(), Vec::new());
    for (i, leaf) in leaves.iter().enumerate() {
        if let Some((node, side)) = leaf.parent {
            nodes[node].children[side] = -node_link(i) - 1;
        }
        out.push(Leaf { value: leaf.stats.value * rate, cover: leaf.stats.rows });
        ranges.push((leaf.start, leaf.len));
    }
    Grown { tree: Tree { nodes, leaves: out }, order, ranges }
}

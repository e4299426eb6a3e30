//! Owns fast scoring of bin matrices: each tree becomes, per feature it uses, a table from bin to
//! the set of leaves still reachable; a row's leaf is the first one left in their intersection
//! (`QuickScorer`, Lucchese et al. 2015, doi 10.1145/2766462.2767733, carried over to bins).
//! Refuses to know raw values.

use super::bins::Binned;
use super::model::BoosterModel;
use super::tree::{MAX_LEAVES, Tree};
use rayon::prelude::*;

/// Rows of one block; all trees pass over a block while it sits in cache.
pub(super) const ROWS: usize = 256;

/// Reachable leaves by bin.
type Reach = Box<[u32; 256]>;

/// A tree as tables.
#[derive(Debug, Clone)]
pub(super) struct FastTree {
    uses: Vec<(usize, Reach)>,
    values: [f64; MAX_LEAVES],
}

impl FastTree {
    /// The value a row of bins receives.
    pub(super) fn value_of(&self, row: &[u8]) -> f64 {
        let mut alive = u32::MAX;
        for (feature, reach) in &self.uses {
            alive &= reach[usize::from(row[*feature])];
        }
        self.values[(alive.trailing_zeros() & 31) as usize]
    }

    /// Leaves still reachable for each row of a block.
    fn reachable(&self, columns: &[[u8; ROWS]], alive: &mut [u32; ROWS]) {
        // four tables a pass: fewer trips of `alive` through memory
        let mut quads = self.uses.chunks_exact(4);
        for quad in &mut quads {
            let [(f0, t0), (f1, t1), (f2, t2), (f3, t3)] = quad else { continue };
            let (c0, c1, c2, c3) = (&columns[*f0], &columns[*f1], &columns[*f2], &columns[*f3]);
            for i in 0..ROWS {
                let a = t0[usize::from(c0[i])] & t1[usize::from(c1[i])];
                let b = t2[usize::from(c2[i])] & t3[usize::from(c3[i])];
                alive[i] &= a & b;
            }
        }
        for (feature, reach) in quads.remainder() {
            for (a, b) in alive.iter_mut().zip(&columns[*feature]) {
                *a &= reach[usize::from(*b)];
            }
        }
    }
}

/// A booster made ready for scoring; scores equal the plain walk bit for bit.
#[derive(Debug, Clone)]
pub struct Scorer {
    base: f64,
    cols: usize,
    trees: Vec<FastTree>,
}

impl Scorer {
    /// Prepares a (validated) model.
    #[must_use]
    pub fn new(model: &BoosterModel) -> Self {
        let trees = model.trees.iter().map(fast).collect();
        Self { base: model.base, cols: model.bins.len(), trees }
    }

    /// Raw scores of all rows, on the current thread pool. A matrix of another width gives the base.
    #[must_use]
    pub fn raw(&self, data: &Binned) -> Vec<f64> {
        let mut out = vec![self.base; data.rows()];
        if data.cols() == self.cols && self.cols > 0 {
            out.par_chunks_mut(ROWS).enumerate().for_each_init(
                || vec![[0_u8; ROWS]; self.cols],
                |columns, (c, out)| {
                    transpose(data.slice(c * ROWS, out.len()), self.cols, columns);
                    self.block(columns, out);
                },
            );
        }
        out
    }

    fn block(&self, columns: &[[u8; ROWS]], out: &mut [f64]) {
        for tree in &self.trees {
            let mut alive = [u32::MAX; ROWS];
            tree.reachable(columns, &mut alive);
            for (o, a) in out.iter_mut().zip(&alive) {
                *o += tree.values[(a.trailing_zeros() & 31) as usize];
            }
        }
    }
}

/// Row-major bins to one array per feature.
pub(super) fn transpose(rows: &[u8], cols: usize, columns: &mut [[u8; ROWS]]) {
    for (r, row) in rows.chunks_exact(cols).enumerate() {
        for (column, b) in columns.iter_mut().zip(row) {
            column[r] = *b;
        }
    }
}

/// Leaves in left-to-right order, so that "first leaf left" is the one a walk would reach.
fn left_to_right(tree: &Tree) -> (Vec<usize>, Vec<(u32, u32)>) {
    let mut order = Vec::new();
    // per node: the leaf positions below its left and right child
    let mut spans = vec![(0_u32, 0_u32); tree.nodes.len()];
    if tree.nodes.is_empty() {
        return (vec![0], spans);
    }
    visit_node(tree, 0, &mut order, &mut spans);
    (order, spans)
}

fn visit_node(tree: &Tree, at: i32, order: &mut Vec<usize>, spans: &mut [(u32, u32)]) -> u32 {
    if at < 0 {
        order.push((-(at + 1)) as usize);
        return 1 << ((order.len() - 1) & 31);
    }
    let node = at as usize;
    let left = visit_node(tree, tree.nodes[node].children[0], order, spans);
    let right = visit_node(tree, tree.nodes[node].children[1], order, spans);
    spans[node] = (left, right);
    left | right
}

/// Builds the tables of a tree of up to [`MAX_LEAVES`] leaves.
pub(super) fn fast(tree: &Tree) -> FastTree {
    let (order, spans) = left_to_right(tree);
    let mut values = [0.0; MAX_LEAVES];
    for (v, &leaf) in values.iter_mut().zip(&order) {
        *v = tree.leaves.get(leaf).map_or(0.0, |l| l.value);
    }
    let mut features: Vec<usize> = tree.nodes.iter().map(|n| n.feature as usize).collect();
    features.sort_unstable();
    features.dedup();
    let uses = features.into_iter().map(|f| (f, feature_reach(tree, &spans, f))).collect();
    FastTree { uses, values }
}

fn feature_reach(tree: &Tree, spans: &[(u32, u32)], feature: usize) -> Reach {
    let mut out = Box::new([u32::MAX; 256]);
    for (node, (left, right)) in tree.nodes.iter().zip(spans).filter(|(n, _)| n.feature as usize == feature) {
        for (word, cells) in node.left_bins.0.iter().zip(out.chunks_exact_mut(64)) {
            for (bit, cell) in cells.iter_mut().enumerate() {
                let is_left = (word >> bit) & 1 == 1;
                *cell &= if is_left { !right } else { !left };
            }
        }
    }
    out
}

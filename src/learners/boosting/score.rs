//! Owns fast scoring of bin matrices: each tree becomes, per feature it uses, a table from bin to
//! the set of leaves still reachable; a row's leaf is the first one left in their intersection
//! (QuickScorer, Lucchese et al. 2015, doi 10.1145/2766462.2767733, carried over to bins).
//! Refuses to know raw values.

use super::{Binned, BoosterModel, Tree};
use rayon::prelude::*;

/// Rows of one block; all trees pass over a block while it sits in cache.
pub(super) const ROWS: usize = 256;
/// Bins of the small tables.
const FEW: usize = 16;

/// Reachable leaves by bin.
#[derive(Debug, Clone)]
enum Reach {
    Few(Box<[u64; FEW]>),
    Many(Box<[u64; 256]>),
}

#[derive(Debug, Clone)]
struct FastTree {
    uses: Vec<(usize, Reach)>,
    values: Box<[f64; 64]>,
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
        let trees = model.trees.iter().map(|t| fast(t, model)).collect();
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
            let mut alive = [u64::MAX; ROWS];
            for (feature, reach) in &tree.uses {
                let column = &columns[*feature];
                match reach {
                    Reach::Few(t) => {
                        for (a, b) in alive.iter_mut().zip(column) {
                            *a &= t[usize::from(b & 15)];
                        }
                    }
                    Reach::Many(t) => {
                        for (a, b) in alive.iter_mut().zip(column) {
                            *a &= t[usize::from(*b)];
                        }
                    }
                }
            }
            for (o, a) in out.iter_mut().zip(&alive) {
                *o += tree.values[(a.trailing_zeros() & 63) as usize];
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
fn left_to_right(tree: &Tree) -> (Vec<usize>, Vec<(u64, u64)>) {
    let mut order = Vec::new();
    // per node: the leaf positions below its left and right child
    let mut spans = vec![(0_u64, 0_u64); tree.nodes.len()];
    if tree.nodes.is_empty() {
        return (vec![0], spans);
    }
    visit(tree, 0, &mut order, &mut spans);
    (order, spans)
}

fn visit(tree: &Tree, at: i32, order: &mut Vec<usize>, spans: &mut [(u64, u64)]) -> u64 {
    if at < 0 {
        order.push((-(at + 1)) as usize);
        return 1 << ((order.len() - 1) & 63);
    }
    let node = at as usize;
    let left = visit(tree, tree.nodes[node].children[0], order, spans);
    let right = visit(tree, tree.nodes[node].children[1], order, spans);
    spans[node] = (left, right);
    left | right
}

fn fast(tree: &Tree, model: &BoosterModel) -> FastTree {
    let (order, spans) = left_to_right(tree);
    let mut values = Box::new([0.0; 64]);
    for (v, &leaf) in values.iter_mut().zip(&order) {
        *v = tree.leaves.get(leaf).map_or(0.0, |l| l.value);
    }
    let mut features: Vec<usize> = tree.nodes.iter().map(|n| n.feature as usize).collect();
    features.sort_unstable();
    features.dedup();
    let uses = features
        .into_iter()
        .map(|f| {
            let mut reach = Box::new([u64::MAX; 256]);
            for (node, (left, right)) in tree.nodes.iter().zip(&spans).filter(|(n, _)| n.feature as usize == f) {
                for (b, cell) in reach.iter_mut().enumerate() {
                    let is_left = node.left_bins.has(u8::try_from(b).unwrap_or(u8::MAX));
                    *cell &= if is_left { !right } else { !left };
                }
            }
            let few = model.bins.get(f).is_some_and(|b| b.count() <= FEW);
            let reach = if few {
                let mut small = Box::new([0; FEW]);
                small.copy_from_slice(&reach[..FEW]);
                Reach::Few(small)
            } else {
                Reach::Many(reach)
            };
            (f, reach)
        })
        .collect();
    FastTree { uses, values }
}

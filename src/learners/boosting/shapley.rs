//! Owns exact path-dependent Shapley values of the booster's raw score (Lundberg et al. 2020,
//! doi 10.1038/s42256-019-0138-9), computed leaf by leaf: on a leaf's path a row matters only by
//! which of the path's features it satisfies, so each pattern is solved once and then looked up.
//! Refuses to know calibration and names.

use super::bins::Binned;
use super::model::BoosterModel;
use super::score::{ROWS as BLOCK_ROWS, transpose};
use super::tree::{BinSet, Tree};
use rayon::prelude::*;

/// Blocks of rows one task handles, so that solved patterns are used often.
const BLOCKS: usize = 8;
/// Paths with more distinct features than this are solved row by row.
const TABLE_DEPTH: usize = 10;

/// A feature on a leaf's path.
#[derive(Debug, Clone)]
struct Step {
    feature: usize,
    /// Bins that pass every test on this feature.
    pass: BinSet,
    /// Share of training rows that pass, as the product over its tests.
    share: f64,
}

#[derive(Debug, Clone)]
struct Path {
    value: f64,
    steps: Vec<Step>,
}

/// A booster made ready for explanations.
#[derive(Debug, Clone)]
pub struct Explainer {
    base: f64,
    cols: usize,
    paths: Vec<Path>,
    /// `weights[d][k] = k! (d - 1 - k)! / d!`
    weights: Vec<Vec<f64>>,
}

/// Contributions of many rows: `values[row * cols + feature]`, summing with `base` to the raw score.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Expected raw score over the training rows.
    pub base: f64,
    /// Features per row.
    pub cols: usize,
    /// Row-major contributions.
    pub values: Vec<f64>,
}

impl Explanation {
    /// Contributions of one row (empty beyond the end).
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        self.values.get(row * self.cols..(row + 1) * self.cols).unwrap_or(&[])
    }
}

impl Explainer {
    /// Prepares a (validated) model.
    #[must_use]
    pub fn new(model: &BoosterModel) -> Self {
        let mut paths = Vec::new();
        for tree in &model.trees {
            let covers = node_covers(tree);
            collect_paths(tree, &covers, if tree.nodes.is_empty() { -1 } else { 0 }, &[], &mut paths);
        }
        let deepest = paths.iter().map(|p| p.steps.len()).max().unwrap_or(0);
        let weights = (0..=deepest).map(weights_of).collect();
        let expected: f64 = paths.iter().map(|p| p.value * p.steps.iter().map(|s| s.share).product::<f64>()).sum();
        Self { base: model.base + expected, cols: model.bins.len(), paths, weights }
    }

    /// Expected raw score over the training rows.
    #[must_use]
    pub fn base(&self) -> f64 {
        self.base
    }

    /// Contributions of all rows; a matrix of another width gives zeros.
    #[must_use]
    pub fn explain(&self, data: &Binned) -> Explanation {
        let cols = self.cols;
        let mut values = vec![0.0; data.rows() * cols];
        if cols > 0 && data.cols() == cols {
            let part = BLOCK_ROWS * BLOCKS;
            values.par_chunks_mut(part * cols).enumerate().for_each(|(c, out)| {
                self.part(data.slice(c * part, part), out);
            });
        }
        Explanation { base: self.base, cols, values }
    }

    /// Explains up to `BLOCK_ROWS * BLOCKS` rows.
    fn part(&self, rows: &[u8], out: &mut [f64]) {
        let cols = self.cols;
        let size = BLOCK_ROWS * cols;
        let blocks: Vec<Vec<[u8; BLOCK_ROWS]>> = rows
            .chunks(size)
            .map(|rows| {
                let mut columns = vec![[0_u8; BLOCK_ROWS]; cols];
                transpose(rows, cols, &mut columns);
                columns
            })
            .collect();
        let mut sums = vec![[0.0_f64; BLOCK_ROWS]; cols * blocks.len()];
        let mut table = Table::default();
        for path in self.paths.iter().filter(|p| !p.steps.is_empty()) {
            table.open(path.steps.len());
            for (columns, sums) in blocks.iter().zip(sums.chunks_mut(cols)) {
                self.block(path, columns, sums, &mut table);
            }
        }
        for (out, sums) in out.chunks_mut(size).zip(sums.chunks(cols)) {
            for (r, row) in out.chunks_exact_mut(cols).enumerate() {
                for (o, s) in row.iter_mut().zip(sums) {
                    *o = s[r];
                }
            }
        }
    }

    fn block(&self, path: &Path, columns: &[[u8; BLOCK_ROWS]], sums: &mut [[f64; BLOCK_ROWS]], table: &mut Table) {
        let mut pattern = [0_u64; BLOCK_ROWS];
        for (k, step) in path.steps.iter().enumerate() {
            let pass = step.pass.0;
            for (p, b) in pattern.iter_mut().zip(&columns[step.feature]) {
                let bit = (pass[usize::from(b >> 6)] >> (b & 63)) & 1;
                *p |= bit << (k & 63);
            }
        }
        for p in &mut pattern {
            *p = table.slot(*p, |pattern, out| self.solve(path, pattern, out));
        }
        for (k, step) in path.steps.iter().enumerate() {
            let column = &table.columns[k];
            for (s, p) in sums[step.feature].iter_mut().zip(&pattern) {
                *s += column[*p as usize];
            }
        }
    }

    /// Shapley values of one leaf for one pattern of satisfied features.
    fn solve(&self, path: &Path, pattern: u64, out: &mut [f64]) {
        let d = path.steps.len();
        let weights = &self.weights[d];
        let mut product = vec![0.0; d.max(1)];
        for (i, o) in out.iter_mut().enumerate().take(d) {
            // coefficients of the product over the others of (share + passes * y)
            product.fill(0.0);
            product[0] = 1.0;
            let mut degree = 0;
            for (j, step) in path.steps.iter().enumerate().filter(|(j, _)| *j != i) {
                if (pattern >> (j & 63)) & 1 == 1 {
                    degree += 1;
                    for k in (1..=degree).rev() {
                        product[k] = product[k] * step.share + product[k - 1];
                    }
                }
                if (pattern >> (j & 63)) & 1 == 0 {
                    product[1..=degree].iter_mut().for_each(|c| *c *= step.share);
                }
                product[0] *= step.share;
            }
            let sum: f64 = product.iter().zip(weights).map(|(c, w)| c * w).sum();
            let passes = if (pattern >> (i & 63)) & 1 == 1 { 1.0 } else { 0.0 };
            *o = path.value * (passes - path.steps[i].share) * sum;
        }
    }
}

/// Solved patterns of the present leaf.
#[derive(Default)]
struct Table {
    depth: usize,
    slots: Vec<u32>,
    many: rustc_hash::FxHashMap<u64, u32>,
    /// `columns[k][slot]`: contribution of the path's feature `k`.
    columns: Vec<Vec<f64>>,
    used: u32,
    scratch: Vec<f64>,
}

impl Table {
    fn open(&mut self, depth: usize) {
        self.depth = depth;
        self.used = 0;
        self.many.clear();
        self.slots.clear();
        if depth <= TABLE_DEPTH {
            self.slots.resize(1 << depth, u32::MAX);
        }
        self.columns.resize(self.columns.len().max(depth), Vec::new());
        self.columns.iter_mut().for_each(Vec::clear);
        self.scratch.resize(self.scratch.len().max(depth), 0.0);
    }

    fn slot(&mut self, pattern: u64, solve: impl FnOnce(u64, &mut [f64])) -> u64 {
        let known = if self.depth <= TABLE_DEPTH {
            self.slots[pattern as usize]
        } else {
            self.many.get(&pattern).copied().unwrap_or(u32::MAX)
        };
        if known != u32::MAX {
            return u64::from(known);
        }
        solve(pattern, &mut self.scratch[..self.depth]);
        for (column, v) in self.columns.iter_mut().zip(&self.scratch[..self.depth]) {
            column.push(*v);
        }
        let slot = self.used;
        self.used += 1;
        if self.depth <= TABLE_DEPTH {
            self.slots[pattern as usize] = slot;
        } else {
            self.many.insert(pattern, slot);
        }
        u64::from(slot)
    }
}

/// Cover of each node: the sum over its leaves. Children follow their parent, so one pass back suffices.
fn node_covers(tree: &Tree) -> Vec<f64> {
    let mut out = vec![0.0; tree.nodes.len()];
    for at in (0..tree.nodes.len()).rev() {
        out[at] = tree.nodes[at].children.iter().map(|&c| cover_below(tree, &out, c)).sum();
    }
    out
}

fn cover_below(tree: &Tree, nodes: &[f64], at: i32) -> f64 {
    if at >= 0 { nodes[at as usize] } else { tree.leaves[(-(at + 1)) as usize].cover }
}

fn collect_paths(tree: &Tree, covers: &[f64], at: i32, steps: &[Step], out: &mut Vec<Path>) {
    if at < 0 {
        out.push(Path { value: tree.leaves[(-(at + 1)) as usize].value, steps: steps.to_vec() });
        return;
    }
    let node = &tree.nodes[at as usize];
    let feature = node.feature as usize;
    for (side, &child) in node.children.iter().enumerate() {
        let pass = if side == 0 { node.left_bins } else { node.left_bins.not() };
        let whole = covers[at as usize];
        let share = if whole > 0.0 { cover_below(tree, covers, child) / whole } else { 0.5 };
        let mut next = steps.to_vec();
        match next.iter_mut().find(|s| s.feature == feature) {
            Some(step) => {
                step.pass = step.pass.and(&pass);
                step.share *= share;
            }
            None => next.push(Step { feature, pass, share }),
        }
        collect_paths(tree, covers, child, &next, out);
    }
}

fn weights_of(d: usize) -> Vec<f64> {
    // k! (d-1-k)! / d! = 1 / (d * C(d-1, k))
    let mut out = Vec::with_capacity(d);
    let mut choose = 1.0;
    for k in 0..d {
        out.push(1.0 / (d as f64 * choose));
        choose = choose * (d - 1 - k) as f64 / (k + 1) as f64;
    }
    out
}

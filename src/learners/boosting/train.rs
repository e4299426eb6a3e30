//! Owns the boosting loop: gradients, sampling, score updates, the held-out loss.
//! Refuses to know folds and stopping rules; its caller steps it and watches the loss.

use super::grow::Ground;
use super::histogram::{Block, Scale, WIDTH, load};
use super::{Binned, BoostParams, BoosterModel, FeatureBins, Objective, Tree};
use crate::learners::chance;
use rayon::prelude::*;

/// Rows handled by one task.
const PART: usize = 4096;

/// Bins, labels and weights, aligned by row.
#[derive(Debug, Clone, Copy)]
pub struct TrainingData<'a> {
    /// Bin matrix.
    pub data: &'a Binned,
    /// How the matrix was cut.
    pub bins: &'a [FeatureBins],
    /// Labels (0 or 1 for log loss).
    pub labels: &'a [f32],
    /// Non-negative weights; a weight of 2 equals two rows.
    pub weights: Option<&'a [f32]>,
}

/// A booster in training.
#[derive(Debug)]
pub struct Trainer<'a> {
    input: TrainingData<'a>,
    params: BoostParams,
    rows: Vec<u32>,
    scores: Vec<f64>,
    held: Vec<u32>,
    held_scores: Vec<f64>,
    base: f64,
    features: Vec<usize>,
    max_weight: f64,
    trees: Vec<Tree>,
}

impl<'a> Trainer<'a> {
    /// Prepares training on `rows`, with `held` rows watched but never learned from.
    #[must_use]
    pub fn new(input: TrainingData<'a>, params: BoostParams, rows: Vec<u32>, held: Vec<u32>) -> Self {
        let (mut sum, mut total, mut max_weight) = (0.0, 0.0, 0.0_f64);
        for &r in &rows {
            let w = input.weights.map_or(1.0, |w| f64::from(w[r as usize]));
            sum += w * f64::from(input.labels[r as usize]);
            total += w;
            max_weight = max_weight.max(w);
        }
        let mean = if total > 0.0 { sum / total } else { 0.0 };
        let base = match params.objective {
            Objective::LogLoss => {
                let p = mean.clamp(1e-9, 1.0 - 1e-9);
                libm::log(p / (1.0 - p))
            }
            Objective::SquaredError => mean,
        };
        let features = (0..input.data.cols()).filter(|&f| input.bins[f].count() > 1).collect();
        let (scores, held_scores) = (vec![base; rows.len()], vec![base; held.len()]);
        Self { input, params, rows, scores, held, held_scores, base, features, max_weight, trees: Vec::new() }
    }

    /// Adds one tree.
    pub fn step(&mut self) {
        let turn = self.trees.len() as u64;
        let positions = self.sample_rows(turn);
        let mut blocks = self.sample_features(turn);
        let (packed, scale) = self.gradients(&positions);
        let rows: Vec<u32> = positions.iter().map(|&i| self.rows[i as usize]).collect();
        let weights: Option<Vec<f32>> =
            self.input.weights.map(|w| rows.iter().map(|&r| w[r as usize]).collect());
        load(&mut blocks, self.input.data, &rows);
        let grown = Ground {
            params: &self.params,
            bins: self.input.bins,
            blocks: &blocks,
            packed: &packed,
            weights: weights.as_deref(),
            scale: &scale,
        }
        .grow();
        for (leaf, &(start, len)) in grown.tree.leaves.iter().zip(&grown.ranges) {
            for &at in &grown.order[start..start + len] {
                self.scores[positions[at as usize] as usize] += leaf.value;
            }
        }
        self.update_unseen(&positions, &grown.tree);
        let data = self.input.data;
        advance(data, &self.held, &mut self.held_scores, &grown.tree);
        self.trees.push(grown.tree);
    }

    /// Rows left out of the bag still move.
    fn update_unseen(&mut self, positions: &[u32], tree: &Tree) {
        if positions.len() == self.rows.len() {
            return;
        }
        let mut seen = vec![false; self.rows.len()];
        for &p in positions {
            seen[p as usize] = true;
        }
        let data = self.input.data;
        self.scores.par_chunks_mut(PART).zip(self.rows.par_chunks(PART)).zip(seen.par_chunks(PART)).for_each(
            |((scores, rows), seen)| {
                for ((s, &r), seen) in scores.iter_mut().zip(rows).zip(seen) {
                    if !seen {
                        *s += tree.value_of(data.row(r as usize));
                    }
                }
            },
        );
    }

    fn sample_rows(&self, turn: u64) -> Vec<u32> {
        let n = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        if self.params.row_fraction >= 1.0 {
            return (0..n).collect();
        }
        let limit = (self.params.row_fraction.max(0.0) * u64::MAX as f64) as u64;
        let key = chance::draw(self.params.seed, 1, turn);
        // the draw hangs on the row's number in the table, so that folds of it sample alike
        (0..n).filter(|&i| chance::mix(key ^ u64::from(self.rows[i as usize])) < limit).collect()
    }

    fn sample_features(&self, turn: u64) -> Vec<Block> {
        let n = self.features.len();
        let take = ((n as f64 * self.params.feature_fraction).ceil() as usize).clamp(1, n.max(1));
        let chosen = chance::choose(chance::mix(self.params.seed ^ 0xF00D), turn, n, take);
        let parts = chosen.len().div_ceil(WIDTH).max(1);
        let parts = parts.next_multiple_of(2).min(chosen.len().max(1));
        let size = chosen.len().div_ceil(parts).max(1);
        chosen
            .chunks(size)
            .map(|part| {
                let features: Vec<usize> = part.iter().map(|&i| self.features[i]).collect();
                let counts = features.iter().map(|&f| self.input.bins[f].count()).collect();
                Block::new(features, counts)
            })
            .collect()
    }

    fn gradients(&self, positions: &[u32]) -> (Vec<i64>, Scale) {
        let objective = self.params.objective;
        let (max_grad, max_hess) = match objective {
            Objective::LogLoss => (1.0, 0.25),
            Objective::SquaredError => (self.largest_residual(), 1.0),
        };
        let scale = Scale::new(max_grad, max_hess, self.max_weight);
        let mut packed = vec![0_i64; positions.len()];
        packed.par_chunks_mut(PART).zip(positions.par_chunks(PART)).for_each(|(out, positions)| {
            for (o, &p) in out.iter_mut().zip(positions) {
                let row = self.rows[p as usize] as usize;
                let (s, y) = (self.scores[p as usize], f64::from(self.input.labels[row]));
                let w = self.input.weights.map_or(1.0, |w| f64::from(w[row]));
                let (g, h) = match objective {
                    Objective::LogLoss => {
                        let p = sigmoid(s);
                        (p - y, p * (1.0 - p))
                    }
                    Objective::SquaredError => (s - y, 1.0),
                };
                *o = scale.pack(g, h, w);
            }
        });
        (packed, scale)
    }

    fn largest_residual(&self) -> f64 {
        let gap = |(s, r): (&f64, &u32)| (s - f64::from(self.input.labels[*r as usize])).abs();
        self.scores.iter().zip(&self.rows).map(gap).fold(0.0, f64::max)
    }

    /// Trees so far.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.trees.len()
    }

    /// The parameters in use.
    #[must_use]
    pub fn params(&self) -> &BoostParams {
        &self.params
    }

    /// Rows watched but not learned from.
    #[must_use]
    pub fn held(&self) -> &[u32] {
        &self.held
    }

    /// Weighted loss summed over the held rows, and their weight.
    #[must_use]
    pub fn held_loss(&self) -> (f64, f64) {
        let parts: Vec<(f64, f64)> = self
            .held_scores
            .par_chunks(PART)
            .zip(self.held.par_chunks(PART))
            .map(|(scores, rows)| {
                scores.iter().zip(rows).fold((0.0, 0.0), |(loss, total), (&s, &r)| {
                    let y = f64::from(self.input.labels[r as usize]);
                    let w = self.input.weights.map_or(1.0, |w| f64::from(w[r as usize]));
                    let l = match self.params.objective {
                        Objective::LogLoss => softplus(s) - y * s,
                        Objective::SquaredError => 0.5 * (s - y) * (s - y),
                    };
                    (loss + w * l, total + w)
                })
            })
            .collect();
        parts.iter().fold((0.0, 0.0), |a, p| (a.0 + p.0, a.1 + p.1))
    }

    /// Raw scores of the held rows after the first `rounds` trees.
    #[must_use]
    pub fn held_scores(&self, rounds: usize) -> Vec<f64> {
        let mut out = vec![self.base; self.held.len()];
        for tree in self.trees.iter().take(rounds) {
            advance(self.input.data, &self.held, &mut out, tree);
        }
        out
    }

    /// The model of the first `rounds` trees.
    #[must_use]
    pub fn into_model(mut self, rounds: usize) -> BoosterModel {
        self.trees.truncate(rounds);
        BoosterModel {
            objective: self.params.objective,
            base: self.base,
            bins: self.input.bins.to_vec(),
            trees: self.trees,
        }
    }
}

fn advance(data: &Binned, rows: &[u32], scores: &mut [f64], tree: &Tree) {
    scores.par_chunks_mut(PART).zip(rows.par_chunks(PART)).for_each(|(scores, rows)| {
        for (s, &r) in scores.iter_mut().zip(rows) {
            *s += tree.value_of(data.row(r as usize));
        }
    });
}

/// `1 / (1 + e^-x)` by the portable `libm`, so that every machine agrees.
#[must_use]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// `ln(1 + e^x)` without overflow.
#[must_use]
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

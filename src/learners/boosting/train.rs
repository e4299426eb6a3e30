//! Owns the boosting loop: gradients, sampling, score updates, the held-out loss.
//! Refuses to know folds and stopping rules; its caller steps it and watches the loss.

use super::bins::{Binned, FeatureBins};
use super::grow::Ground;
use super::histogram::{Block, Cells, Scale, WIDTH, load};
use super::model::BoosterModel;
use super::params::{BoosterSettings, Objective};
use super::score::{FastTree, fast};
use super::tree::Tree;
use crate::domain::{mix64, random};
use crate::learners::log_odds::softplus;
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
    params: BoosterSettings,
    rows: Vec<u32>,
    scores: Vec<f64>,
    held: Vec<u32>,
    held_scores: Vec<f64>,
    base: f64,
    features: Vec<usize>,
    max_weight: f64,
    trees: Vec<Tree>,
    /// Labels and weights of `rows`, in their order.
    own_labels: Vec<f32>,
    own_weights: Option<Vec<f32>>,
    buffers: Vec<Cells>,
}

impl<'a> Trainer<'a> {
    /// Prepares training on `rows`, with `held` rows watched but never learned from.
    #[must_use]
    pub fn new(input: TrainingData<'a>, params: BoosterSettings, rows: Vec<u32>, held: Vec<u32>) -> Self {
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
        let own = |v: &[f32]| rows.iter().map(|&r| v[r as usize]).collect::<Vec<f32>>();
        Self {
            own_labels: own(input.labels),
            own_weights: input.weights.map(own),
            input,
            params,
            rows,
            scores,
            held,
            held_scores,
            base,
            features,
            max_weight,
            trees: Vec::new(),
            buffers: Vec::new(),
        }
    }

    /// Adds one tree.
    pub fn step(&mut self) {
        let turn = self.trees.len() as u64;
        let positions = self.sample_rows(turn);
        let mut blocks = self.sample_features(turn);
        let (packed, scale) = self.gradients(&positions);
        let rows: Vec<u32> = positions.iter().map(|&i| self.rows[i as usize]).collect();
        let weights: Option<Vec<f32>> =
            self.own_weights.as_ref().map(|w| positions.iter().map(|&i| w[i as usize]).collect());
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
        let tables = fast(&grown.tree);
        self.update_unseen(&positions, &tables);
        advance_scores(self.input.data, &self.held, &mut self.held_scores, &tables);
        self.trees.push(grown.tree);
        self.buffers = blocks.into_iter().map(Block::into_buffer).collect();
    }

    /// Rows left out of the bag still move.
    fn update_unseen(&mut self, positions: &[u32], tree: &FastTree) {
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
        let key = random::draw(self.params.seed, 1, turn);
        // the draw hangs on the row's number in the table, so that folds of it sample alike
        (0..n).filter(|&i| mix64(key ^ u64::from(self.rows[i as usize])) < limit).collect()
    }

    fn sample_features(&mut self, turn: u64) -> Vec<Block> {
        let n = self.features.len();
        let take = ((n as f64 * self.params.feature_fraction).ceil() as usize).clamp(1, n.max(1));
        let chosen = random::draw_positions(mix64(self.params.seed ^ 0xF00D), turn, n, take);
        let parts = chosen.len().div_ceil(WIDTH).max(1);
        let size = chosen.len().div_ceil(parts).max(1);
        chosen
            .chunks(size)
            .map(|part| {
                let features: Vec<usize> = part.iter().map(|&i| self.features[i]).collect();
                let counts = features.iter().map(|&f| self.input.bins[f].count()).collect();
                Block::new(features, counts, self.buffers.pop().unwrap_or_default())
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
        // every row gets its gradient, sampled or not: an even loop beats a gathering one
        let mut all = vec![0_i64; self.rows.len()];
        all.par_chunks_mut(PART).enumerate().for_each(|(c, out)| {
            let from = c * PART;
            let (scores, labels) = (&self.scores[from..from + out.len()], &self.own_labels[from..from + out.len()]);
            let weights = self.own_weights.as_ref().map(|w| &w[from..from + out.len()]);
            pack_part(objective, &scale, scores, labels, weights, out);
        });
        let packed =
            if positions.len() == all.len() { all } else { positions.iter().map(|&p| all[p as usize]).collect() };
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
    pub fn params(&self) -> &BoosterSettings {
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
            advance_scores(self.input.data, &self.held, &mut out, &fast(tree));
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

fn advance_scores(data: &Binned, rows: &[u32], scores: &mut [f64], tree: &FastTree) {
    scores.par_chunks_mut(PART).zip(rows.par_chunks(PART)).for_each(|(scores, rows)| {
        for (s, &r) in scores.iter_mut().zip(rows) {
            *s += tree.value_of(data.row(r as usize));
        }
    });
}

/// Packed gradients of consecutive rows.
fn pack_part(
    objective: Objective,
    scale: &Scale,
    scores: &[f64],
    labels: &[f32],
    weights: Option<&[f32]>,
    out: &mut [i64],
) {
    let weight = |i: usize| weights.map_or(1.0, |w| f64::from(w[i]));
    match objective {
        Objective::LogLoss => {
            const LANES: usize = 64;
            let mut p = [0.0; LANES];
            for (k, (scores, out)) in scores.chunks(LANES).zip(out.chunks_mut(LANES)).enumerate() {
                for (p, s) in p.iter_mut().zip(scores) {
                    *p = 1.0 / (1.0 + quick_exp(-s));
                }
                let labels = &labels[k * LANES..];
                if weights.is_none() {
                    for ((o, p), y) in out.iter_mut().zip(&p).zip(labels) {
                        *o = scale.pack_unit(p - f64::from(*y), p * (1.0 - p));
                    }
                } else {
                    for (i, ((o, p), y)) in out.iter_mut().zip(&p).zip(labels).enumerate() {
                        *o = scale.pack(p - f64::from(*y), p * (1.0 - p), weight(k * LANES + i));
                    }
                }
            }
        }
        Objective::SquaredError => {
            for (i, (o, s)) in out.iter_mut().zip(scores).enumerate() {
                *o = scale.pack(s - f64::from(labels[i]), 1.0, weight(i));
            }
        }
    }
}

/// `e^x` within 1e-13, relative, for training only: plain products and sums, so that it is portable
/// and the compiler may vectorise it. Arguments are cut to ±700.
fn quick_exp(x: f64) -> f64 {
    const ROOM: f64 = 6_755_399_441_055_744.0;
    let x = x.clamp(-700.0, 700.0);
    let shifted = x * std::f64::consts::LOG2_E + ROOM;
    let k = shifted - ROOM;
    // ln 2 in two parts keeps the remainder exact
    let r = (x - k * 6.931_471_803_691_238e-1) - k * 1.908_214_929_270_587_7e-10;
    let mut sum = 1.0 / 479_001_600.0;
    for c in [39_916_800.0, 3_628_800.0, 362_880.0, 40_320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0_f64] {
        sum = sum * r + 1.0 / c;
    }
    // the low bits of `shifted` hold k; move them to the exponent
    f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52) * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_exponential_is_the_exponential() {
        for i in -7000..=7000 {
            let x = f64::from(i) * 0.0999;
            let (a, b) = (quick_exp(x), libm::exp(x));
            assert!((a - b).abs() <= 1e-13 * b, "{x}: {a} {b}");
        }
        assert!(quick_exp(1e9).is_finite() && quick_exp(-1e9) > 0.0);
    }
}

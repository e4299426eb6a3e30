//! Owns loss, gradient and curvature of the penalised log loss over a design, for several coefficient vectors in one
//! reading of the rows. Refuses to take a step.

use super::cholesky::Triangle;
use super::design::{Design, Part};
use crate::domain::mix64;
use crate::learners::LearnError;
use crate::learners::watch::{Watch, go_on};
use rayon::prelude::*;

/// Most coefficient vectors of one reading.
pub(super) const LANES: usize = 8;
/// Groups of parts whose curvature is summed side by side; fixed, so that bits are.
const GROUPS: usize = 4;

/// Rows, labels and weights of a fit.
pub(super) struct Problem<'a> {
    pub(super) design: &'a Design,
    /// 0 or 1 a row.
    pub(super) labels: &'a [f32],
    pub(super) weights: Option<&'a [f32]>,
    /// Fold of each row, where folds are left out.
    pub(super) folds: &'a [u8],
    pub(super) watch: &'a dyn Watch,
}

/// A coefficient vector to be read, the intercept last, and the fold whose rows it does not see.
pub(super) struct Trial<'t> {
    pub(super) beta: &'t [f64],
    pub(super) left_out: Option<u8>,
}

/// Loss and gradient, the penalty left out.
pub(super) struct Slope {
    pub(super) loss: f64,
    pub(super) gradient: Vec<f64>,
}

/// Sums of one part for `L` vectors: gradients by column, the intercept last, then losses.
struct Sums<const L: usize> {
    gradient: Vec<[f64; L]>,
    loss: [f64; L],
}

impl Problem<'_> {
    /// Weight of a row.
    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |w| f64::from(w[row]))
    }

    /// Weight and weighted events of the rows outside a fold.
    pub(super) fn totals(&self, left_out: Option<u8>) -> (f64, f64) {
        let (mut total, mut events) = (0.0, 0.0);
        for (row, y) in self.labels.iter().enumerate() {
            if left_out.is_none_or(|f| self.folds[row] != f) {
                total += self.weight(row);
                events += self.weight(row) * f64::from(*y);
            }
        }
        (total, events)
    }

    /// Loss and gradient at each of up to [`LANES`] vectors.
    pub(super) fn slopes(&self, trials: &[Trial<'_>]) -> Result<Vec<Slope>, LearnError> {
        if trials.len() == 1 { self.read::<1>(trials) } else { self.read::<LANES>(trials) }
    }

    fn read<const L: usize>(&self, trials: &[Trial<'_>]) -> Result<Vec<Slope>, LearnError> {
        let size = self.design.columns + 1;
        let mut beta = vec![[0.0; L]; size];
        for (lane, trial) in trials.iter().enumerate() {
            for (cell, b) in beta.iter_mut().zip(trial.beta) {
                cell[lane] = *b;
            }
        }
        let parts = self
            .design
            .parts
            .par_iter()
            .map(|part| {
                go_on(self.watch)?;
                Ok(self.read_part(part, &beta, trials))
            })
            .collect::<Result<Vec<Sums<L>>, LearnError>>()?;
        let mut out: Vec<Slope> = trials.iter().map(|_| Slope { loss: 0.0, gradient: vec![0.0; size] }).collect();
        for part in parts {
            for (lane, slope) in out.iter_mut().enumerate() {
                slope.loss += part.loss[lane];
                slope.gradient.iter_mut().zip(&part.gradient).for_each(|(g, p)| *g += p[lane]);
            }
        }
        Ok(out)
    }

    fn read_part<const L: usize>(&self, part: &Part, beta: &[[f64; L]], trials: &[Trial<'_>]) -> Sums<L> {
        let last = beta.len() - 1;
        let mut out = Sums { gradient: vec![[0.0; L]; beta.len()], loss: [0.0; L] };
        for i in 0..part.rows() {
            let row = part.first + i;
            let (index, value) = part.row(i);
            let mut z = beta[last];
            for (k, v) in index.iter().zip(value) {
                let own = &beta[*k as usize];
                for lane in 0..L {
                    z[lane] += own[lane] * v;
                }
            }
            let (w, y) = (self.weight(row), f64::from(self.labels[row]));
            let mut gap = [0.0; L];
            for (lane, trial) in trials.iter().enumerate() {
                if trial.left_out.is_some_and(|f| self.folds[row] == f) {
                    continue;
                }
                // One exponential serves loss and probability.
                let e = libm::exp(-z[lane].abs());
                let p = if z[lane] >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
                out.loss[lane] += w * (z[lane].max(0.0) + libm::log1p(e) - y * z[lane]);
                gap[lane] = w * (p - y);
            }
            for (k, v) in index.iter().zip(value) {
                let own = &mut out.gradient[*k as usize];
                for lane in 0..L {
                    own[lane] += gap[lane] * v;
                }
            }
            for (sum, gap) in out.gradient[last].iter_mut().zip(&gap) {
                *sum += gap;
            }
        }
        out
    }

    /// Curvature of the loss at a vector, penalty left out, from one of `every` rows, told up to all rows.
    pub(super) fn curvature(&self, beta: &[f64], every: u64) -> Result<Triangle, LearnError> {
        let size = beta.len();
        let parts = &self.design.parts;
        let sums = parts
            .par_chunks(parts.len().div_ceil(GROUPS).max(1))
            .map(|group| {
                let mut sum = Triangle::zeros(size);
                for part in group {
                    self.bend(part, beta, every, &mut sum)?;
                }
                Ok(sum)
            })
            .collect::<Result<Vec<Triangle>, LearnError>>()?;
        let mut out = Triangle::zeros(size);
        for sum in sums {
            out.cells.iter_mut().zip(sum.cells).for_each(|(o, s)| *o += s);
        }
        Ok(out)
    }

    fn bend(&self, part: &Part, beta: &[f64], every: u64, sum: &mut Triangle) -> Result<(), LearnError> {
        let last = beta.len() - 1;
        let scale = every as f64;
        for i in 0..part.rows() {
            let row = part.first + i;
            if !mix64(row as u64).is_multiple_of(every) {
                continue;
            }
            // Dense rows make a part take long.
            if i % 512 == 0 {
                go_on(self.watch)?;
            }
            let (index, value) = part.row(i);
            let z: f64 = beta[last] + index.iter().zip(value).map(|(k, v)| beta[*k as usize] * v).sum::<f64>();
            let p = crate::learners::log_odds::sigmoid(z);
            let h = scale * self.weight(row) * p * (1.0 - p);
            for (at, (k, v)) in index.iter().zip(value).enumerate() {
                let start = Triangle::start(*k as usize);
                let cells = &mut sum.cells[start..=start + *k as usize];
                let hv = h * v;
                for (j, u) in index[..=at].iter().zip(value) {
                    cells[*j as usize] += hv * u;
                }
            }
            let cells = &mut sum.cells[Triangle::start(last)..];
            for (k, v) in index.iter().zip(value) {
                cells[*k as usize] += h * v;
            }
            cells[last] += h;
        }
        Ok(())
    }

    /// Log-odds of the rows of each vector's own fold, by the vector that did not see them; other rows keep theirs.
    pub(super) fn held_out(&self, trials: &[Trial<'_>], out: &mut [f64]) {
        out.par_chunks_mut(super::design::PART).zip(&self.design.parts).for_each(|(cells, part)| {
            for (i, cell) in cells.iter_mut().enumerate().take(part.rows()) {
                let fold = self.folds[part.first + i];
                let Some(trial) = trials.iter().find(|t| t.left_out == Some(fold)) else { continue };
                let (index, value) = part.row(i);
                let sum: f64 = index.iter().zip(value).map(|(k, v)| trial.beta[*k as usize] * v).sum();
                *cell = sum + trial.beta[trial.beta.len() - 1];
            }
        });
    }
}

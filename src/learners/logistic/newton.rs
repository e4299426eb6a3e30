//! The oracle of the fit, for the tests alone: Newton steps with a Hessian that is kept while it still serves, an honest
//! convergence report, and sums in a fixed order so that the thread count never shows.
//! Refuses to choose the penalty.

use super::cholesky::Triangle;
use super::model::LogisticModel;
use super::params::LogisticSettings;
use super::terms::Terms;
use crate::learners::convergence::Convergence;
use crate::learners::log_odds::{sigmoid, softplus};
use crate::learners::table::EncodedColumn;
use rayon::prelude::*;

/// Rows are summed in this many runs, whatever the thread count.
const RUNS: usize = 16;

/// A kept Hessian is found anew when a step leaves more than this share of the gradient: with hundreds of columns a
/// Hessian costs some fifty gradients.
const STALE: f64 = 0.5;

/// Rows, labels and weights of a fit.
struct Problem<'a> {
    terms: &'a Terms,
    columns: &'a [EncodedColumn<'a>],
    rows: &'a [u32],
    labels: &'a [f32],
    weights: Option<&'a [f32]>,
    l2: f64,
}

/// Where the fit before ended, for the next to begin there. The loss has one lowest point, so where a fit begins shows
/// in how long it takes, not in where it ends.
#[derive(Default)]
pub(super) struct Warm(Option<Reached>);

/// A fit to go on from: its coefficients and the curvature of the loss, penalty left out, near them.
struct Reached {
    beta: Vec<f64>,
    curvature: Triangle,
}

/// Fits a model for each penalty, each begun where the one before ended: neighbours differ little, and the Hessian of
/// one serves the next; `warm` hands that on between calls. Penalties are best given strongest first.
#[must_use]
pub(super) fn path(
    columns: &[EncodedColumn<'_>],
    rows: &[u32],
    labels: &[f32],
    weights: Option<&[f32]>,
    params: &LogisticSettings,
    penalties: &[f64],
    warm: &mut Warm,
) -> Vec<LogisticModel> {
    let terms = Terms::prepare(columns, rows, weights);
    let mut problem = Problem { terms: &terms, columns, rows, labels, weights, l2: params.l2 };
    let means = problem.means();
    penalties
        .iter()
        .map(|l2| {
            problem.l2 = *l2;
            let (now, convergence) = problem.minimise(params, warm.0.take());
            let model = centred_model(&terms, &means, &now.beta, convergence);
            warm.0 = Some(now);
            model
        })
        .collect()
}

/// Coefficients as a model whose terms are centred on their means.
fn centred_model(terms: &Terms, means: &[f64], beta: &[f64], convergence: Convergence) -> LogisticModel {
    let mut list = terms.list.clone();
    let mut base = beta.last().copied().unwrap_or(0.0);
    for (term, pair) in list.iter_mut().zip(terms.starts.windows(2)) {
        let own = &beta[pair[0]..pair[1]];
        let mean: f64 = own.iter().zip(&means[pair[0]..pair[1]]).map(|(b, m)| b * m).sum();
        term.set(own, mean);
        base += mean;
    }
    LogisticModel { base, terms: list, convergence }
}

impl Problem<'_> {
    fn weight(&self, row: u32) -> f64 {
        self.weights.map_or(1.0, |w| f64::from(w[row as usize]))
    }

    /// Runs of rows, each summed in order; results come back in order.
    fn by_run<T: Send>(&self, f: impl Fn(&[u32]) -> T + Sync + Send) -> Vec<T> {
        self.rows.par_chunks(self.rows.len().div_ceil(RUNS).max(1)).map(f).collect()
    }

    /// Weighted mean of every design column.
    fn means(&self) -> Vec<f64> {
        let parts = self.by_run(|rows| {
            let (mut sum, mut entries) = (vec![0.0; self.terms.columns()], Vec::new());
            for &r in rows {
                design_row(self.terms, self.columns, r as usize, &mut entries);
                for (k, v) in &entries {
                    sum[*k] += self.weight(r) * v;
                }
            }
            sum
        });
        let sum = add_up(parts, self.terms.columns());
        let total = sum.last().copied().unwrap_or(1.0).max(f64::MIN_POSITIVE);
        sum.into_iter().map(|s| s / total).collect()
    }

    /// Penalised loss and gradient.
    fn slope(&self, beta: &[f64]) -> (f64, Vec<f64>) {
        let size = beta.len();
        let parts = self.by_run(|rows| {
            let (mut sum, mut entries) = (vec![0.0; size + 1], Vec::new());
            for &r in rows {
                design_row(self.terms, self.columns, r as usize, &mut entries);
                let z: f64 = entries.iter().map(|(k, v)| beta[*k] * v).sum();
                let (w, y) = (self.weight(r), f64::from(self.labels[r as usize]));
                sum[size] += w * (softplus(z) - y * z);
                let gap = w * (sigmoid(z) - y);
                for (k, v) in &entries {
                    sum[*k] += gap * v;
                }
            }
            sum
        });
        let mut gradient = add_up(parts, size + 1);
        let mut loss = gradient.pop().unwrap_or(0.0);
        for (g, b) in gradient.iter_mut().zip(beta).take(size - 1) {
            *g += self.l2 * b;
            loss += 0.5 * self.l2 * b * b;
        }
        (loss, gradient)
    }

    /// Hessian of the loss, penalty left out.
    fn curvature(&self, beta: &[f64]) -> Triangle {
        let size = beta.len();
        let parts = self.by_run(|rows| {
            let (mut sum, mut entries) = (Triangle::zeros(size), Vec::new());
            for &r in rows {
                design_row(self.terms, self.columns, r as usize, &mut entries);
                let z: f64 = entries.iter().map(|(k, v)| beta[*k] * v).sum();
                let p = sigmoid(z);
                let h = self.weight(r) * p * (1.0 - p);
                for (i, (k, v)) in entries.iter().enumerate() {
                    let start = Triangle::start(*k);
                    let row = &mut sum.cells[start..=start + k];
                    for (j, u) in &entries[..=i] {
                        row[*j] += h * v * u;
                    }
                }
            }
            sum.cells
        });
        Triangle { size, cells: add_up(parts, size * (size + 1) / 2) }
    }

    /// Factor of the penalised Hessian.
    fn factor(&self, curvature: &Triangle) -> Triangle {
        let mut out = curvature.clone();
        for i in 0..out.size - 1 {
            out.cells[Triangle::start(i) + i] += self.l2;
        }
        out.factor()
    }

    /// The intercept alone.
    fn start(&self, total: f64) -> Reached {
        let events: f64 = self.rows.iter().map(|&r| self.weight(r) * f64::from(self.labels[r as usize])).sum();
        let size = self.terms.columns();
        let mut beta = vec![0.0; size];
        let p = (events / total).clamp(1e-9, 1.0 - 1e-9);
        beta[size - 1] = libm::log(p / (1.0 - p));
        let curvature = self.curvature(&beta);
        Reached { beta, curvature }
    }

    fn minimise(&self, params: &LogisticSettings, from: Option<Reached>) -> (Reached, Convergence) {
        let total: f64 = self.rows.iter().map(|&r| self.weight(r)).sum::<f64>().max(f64::MIN_POSITIVE);
        // Other rows may bend a term elsewhere, or once more.
        let size = self.terms.columns();
        let from = from.filter(|r| r.beta.len() == size);
        let Reached { mut beta, mut curvature } = from.unwrap_or_else(|| self.start(total));
        let (mut loss, mut gradient) = self.slope(&beta);
        let mut factor = self.factor(&curvature);
        let largest = |g: &[f64]| g.iter().fold(0.0_f64, |m, x| m.max(x.abs())) / total;
        let mut iterations = 0;
        while iterations < params.max_iterations && largest(&gradient) > params.tolerance {
            iterations += 1;
            let step = factor.solve(&gradient);
            let (mut damp, before) = (1.0, largest(&gradient));
            let moved = loop {
                let next: Vec<f64> = beta.iter().zip(&step).map(|(b, s)| b - damp * s).collect();
                let (l, g) = self.slope(&next);
                if l <= loss + 1e-12 * loss.abs() {
                    break Some((next, l, g));
                }
                damp *= 0.5;
                if damp < 1e-6 {
                    break None;
                }
            };
            let Some((next, l, g)) = moved else { break };
            (beta, loss, gradient) = (next, l, g);
            if damp < 1.0 || largest(&gradient) > STALE * before {
                curvature = self.curvature(&beta);
                factor = self.factor(&curvature);
            }
        }
        let gradient = largest(&gradient);
        let converged = gradient <= params.tolerance;
        (Reached { beta, curvature }, Convergence { converged, iterations, gradient, l2: self.l2 })
    }
}

/// Fills `out` with the design entries of a row, columns rising, the intercept last.
pub(super) fn design_row(terms: &Terms, columns: &[EncodedColumn<'_>], row: usize, out: &mut Vec<(usize, f64)>) {
    out.clear();
    for ((term, column), start) in terms.list.iter().zip(columns).zip(&terms.starts) {
        match column {
            EncodedColumn::Numeric(v) => term.entries_of_number(v[row], |k, v| out.push((start + k, v))),
            EncodedColumn::Codes(c) => term.entries_of_code(c[row], |k, v| out.push((start + k, v))),
        }
    }
    out.push((terms.columns() - 1, 1.0));
}

/// Sums parts in order.
fn add_up(parts: Vec<Vec<f64>>, size: usize) -> Vec<f64> {
    let mut out = vec![0.0; size];
    for part in parts {
        out.iter_mut().zip(part).for_each(|(o, p)| *o += p);
    }
    out
}

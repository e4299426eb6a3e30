//! Owns the descent to the lowest penalised loss: limited-memory quasi-Newton steps (L-BFGS; Nocedal 1980, doi
//! 10.1090/S0025-5718-1980-0572855-7) under the Cholesky factor of a curvature that a part of the rows tells, for all folds side by side, with
//! warm starts along the penalty path and an honest report of convergence. Refuses to choose the penalty.
//!
//! Why not coordinate descent: under a ridge penalty no coefficient is ever nothing, so active sets and strong rules
//! screen nothing, and the terms of one feature, and features of one matter over several windows, are so alike that
//! coordinates creep. What makes the fit fast is what glmnet lives from as well: entries that are nothing are not kept,
//! and each fit begins where its neighbour ended.

use super::cholesky::{Triangle, dot_product};
use super::params::LogisticSettings;
use super::slopes::{LANES, Problem, Slope, Trial};
use crate::learners::LearnError;
use crate::learners::convergence::Convergence;
use rayon::prelude::*;
use std::collections::VecDeque;

/// Steps that are remembered.
const MEMORY: usize = 10;
/// The curvature is told by this many rows a column, and no fewer than [`FEWEST`]; the gradient always by all.
const ROWS_PER_COLUMN: usize = 12;
/// See [`ROWS_PER_COLUMN`].
const FEWEST: usize = 16_384;
/// Steps after which the curvature is told anew, by more rows: early, when it was told far from where we are.
const STALE_AFTER: usize = 8;

/// One fit in progress.
pub(super) struct Lane {
    /// The fold whose rows it does not see.
    pub(super) left_out: Option<u8>,
    /// Coefficients, the intercept last.
    pub(super) beta: Vec<f64>,
    /// Weight of its rows.
    total: f64,
    slope: Option<Slope>,
    pairs: VecDeque<(Vec<f64>, Vec<f64>)>,
    direction: Vec<f64>,
    step: f64,
    running: bool,
    iterations: usize,
}

impl Lane {
    /// Begins at the intercept alone.
    pub(super) fn at_mean(problem: &Problem<'_>, left_out: Option<u8>) -> Self {
        let (total, events) = problem.totals(left_out);
        let total = total.max(f64::MIN_POSITIVE);
        let mut beta = vec![0.0; problem.design.columns + 1];
        let p = (events / total).clamp(1e-9, 1.0 - 1e-9);
        beta[problem.design.columns] = libm::log(p / (1.0 - p));
        Self {
            left_out,
            beta,
            total,
            slope: None,
            pairs: VecDeque::new(),
            direction: Vec::new(),
            step: 1.0,
            running: true,
            iterations: 0,
        }
    }

    /// Largest gradient entry per unit of weight.
    fn largest(&self) -> f64 {
        let gradient = self.slope.as_ref().map_or(&[][..], |s| &s.gradient);
        gradient.iter().fold(0.0_f64, |m, x| m.max(x.abs())) / self.total
    }

    /// How the fit ended.
    pub(super) fn convergence(&self, settings: &LogisticSettings) -> Convergence {
        let gradient = self.largest();
        Convergence {
            converged: gradient <= settings.tolerance,
            iterations: self.iterations,
            gradient,
            l2: settings.l2,
        }
    }

    /// Chooses the next direction under a factor of the penalised curvature.
    fn aim(&mut self, factor: &Triangle) {
        let Some(slope) = &self.slope else { return };
        let mut q = slope.gradient.clone();
        let mut shares = Vec::with_capacity(self.pairs.len());
        for (s, y) in self.pairs.iter().rev() {
            let share = dot_product(s, &q) / dot_product(s, y);
            q.iter_mut().zip(y).for_each(|(q, y)| *q -= share * y);
            shares.push(share);
        }
        let mut d = factor.solve(&q);
        for ((s, y), share) in self.pairs.iter().zip(shares.into_iter().rev()) {
            let back = dot_product(y, &d) / dot_product(s, y);
            d.iter_mut().zip(s).for_each(|(d, s)| *d += (share - back) * s);
        }
        self.direction = d.into_iter().map(|x| -x).collect();
        self.step = 1.0;
    }

    fn trial(&self) -> Vec<f64> {
        self.beta.iter().zip(&self.direction).map(|(b, d)| b + self.step * d).collect()
    }

    /// Takes a trial that does not raise the loss, or halves the step.
    fn judge(&mut self, next: Vec<f64>, found: Slope) {
        let before = self.slope.as_ref().map_or(f64::INFINITY, |s| s.loss);
        if found.loss.is_finite() && found.loss <= before + 1e-12 * before.abs() {
            if let Some(old) = &self.slope {
                let s: Vec<f64> = next.iter().zip(&self.beta).map(|(a, b)| a - b).collect();
                let y: Vec<f64> = found.gradient.iter().zip(&old.gradient).map(|(a, b)| a - b).collect();
                // Below this the two are rounding, and a pair of rounding errors misleads.
                if dot_product(&s, &y) > 1e-14 * (dot_product(&s, &s) * dot_product(&y, &y)).sqrt() {
                    self.pairs.push_back((s, y));
                    if self.pairs.len() > MEMORY {
                        self.pairs.pop_front();
                    }
                }
            }
            self.beta = next;
            self.slope = Some(found);
            self.iterations += 1;
            self.direction.clear();
        } else {
            self.step *= 0.5;
            if self.step < 1e-6 {
                self.running = false;
            }
        }
    }
}

/// The curvature in use, and how much of the rows told it.
pub(super) struct Bend {
    curvature: Triangle,
    every: u64,
    /// Steps since it was told.
    age: usize,
}

impl Bend {
    /// Tells the curvature at a lane.
    pub(super) fn at(problem: &Problem<'_>, lane: &Lane) -> Result<Self, LearnError> {
        let rows = problem.labels.len();
        let enough = (problem.design.columns * ROWS_PER_COLUMN).max(FEWEST);
        let every = (rows / enough).max(1) as u64;
        Ok(Self { curvature: problem.curvature(&lane.beta, every)?, every, age: 0 })
    }

    fn tell_anew(&mut self, problem: &Problem<'_>, lane: &Lane) -> Result<(), LearnError> {
        // Far from the bottom a better sample helps little; after that it is the sample that is at fault.
        self.every = (self.every / 2).max(1);
        self.curvature = problem.curvature(&lane.beta, self.every)?;
        self.age = 0;
        Ok(())
    }
}

/// Adds the penalty to a slope.
fn with_penalty(mut slope: Slope, beta: &[f64], l2: f64) -> Slope {
    let columns = beta.len() - 1;
    for (g, b) in slope.gradient.iter_mut().zip(beta).take(columns) {
        *g += l2 * b;
        slope.loss += 0.5 * l2 * b * b;
    }
    slope
}

/// Moves every lane to the bottom of its penalised loss, or until its steps are used up.
///
/// # Errors
/// [`LearnError::Stopped`].
pub(super) fn descend(
    problem: &Problem<'_>,
    lanes: &mut [Lane],
    bend: &mut Option<Bend>,
    settings: &LogisticSettings,
) -> Result<(), LearnError> {
    let columns = problem.design.columns;
    for lane in lanes.iter_mut() {
        (lane.running, lane.slope, lane.iterations) = (true, None, 0);
        lane.pairs.clear();
        lane.direction.clear();
    }
    let mut now = match (bend.take(), lanes.first()) {
        (Some(bend), _) => bend,
        (None, Some(lane)) => Bend::at(problem, lane)?,
        (None, None) => return Ok(()),
    };
    let mut factor = now.curvature.with_ridge(settings.l2, columns).factor();
    loop {
        for lane in lanes.iter_mut().filter(|l| l.slope.is_some()) {
            lane.running &= lane.largest() > settings.tolerance && lane.iterations < settings.max_iterations;
        }
        let Some(behind) = lanes.iter().find(|l| l.running) else { break };
        if now.age >= STALE_AFTER && behind.direction.is_empty() {
            now.tell_anew(problem, behind)?;
            factor = now.curvature.with_ridge(settings.l2, columns).factor();
        }
        now.age += 1;
        lanes.par_iter_mut().filter(|l| l.running && l.direction.is_empty()).for_each(|l| l.aim(&factor));
        for group in lanes.chunks_mut(LANES) {
            try_once(problem, group, settings.l2)?;
        }
    }
    *bend = Some(now);
    Ok(())
}

/// One reading of the rows for the running lanes of a group.
fn try_once(problem: &Problem<'_>, group: &mut [Lane], l2: f64) -> Result<(), LearnError> {
    let running: Vec<&mut Lane> = group.iter_mut().filter(|l| l.running).collect();
    if running.is_empty() {
        return Ok(());
    }
    let next: Vec<Vec<f64>> =
        running.iter().map(|l| if l.slope.is_some() { l.trial() } else { l.beta.clone() }).collect();
    let trials: Vec<Trial<'_>> =
        running.iter().zip(&next).map(|(l, beta)| Trial { beta, left_out: l.left_out }).collect();
    let found = problem.slopes(&trials)?;
    drop(trials);
    for ((lane, beta), slope) in running.into_iter().zip(next).zip(found) {
        let slope = with_penalty(slope, &beta, l2);
        if lane.slope.is_none() {
            lane.slope = Some(slope);
        } else {
            lane.judge(beta, slope);
        }
    }
    Ok(())
}

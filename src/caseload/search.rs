//! Owns the walk from a problem to a solution: start, prices, search, descent. Refuses to explain
//! or to write.

use super::anneal::Schedule;
use super::blocks;
use super::bound;
use super::descent;
use super::error::CaseloadError;
use super::options::{AUTO_STEPS, Options};
use super::pool::{NOBODY, Pool};
use super::problem::Problem;
use super::rows::CareManager;
use super::start;

/// An assignment and what is known about it. Indexes are places in the sorted lists of the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// Manager per member, `None` for those who wait.
    pub assigned: Vec<Option<usize>>,
    /// Members kept in place by `protect` (pinned ones not included).
    pub protected: Vec<bool>,
    /// Open-clock members placed.
    pub clocks_placed: u64,
    /// Open-clock members in all.
    pub clocks_total: u64,
    /// Σ priority · acuity of the assigned.
    pub z1: i64,
    /// Proven upper limit of `z1` for any assignment that keeps pinned and protected members in place.
    pub bound: i64,
    /// The cost W.
    pub w: i64,
    /// Search steps taken.
    pub steps: u64,
}

impl Solution {
    /// (bound − Z1) / bound, 0 when the bound is 0.
    #[must_use]
    pub fn gap(&self) -> f64 {
        if self.bound <= 0 {
            return 0.0;
        }
        #[allow(clippy::cast_precision_loss)] // printed to a few digits
        let gap = (self.bound - self.z1) as f64 / self.bound as f64;
        gap
    }
}

/// Solves the problem. Never fails: whoever cannot be placed waits.
#[must_use]
pub fn solve_problem(problem: &Problem, options: &Options) -> Solution {
    let pool = Pool::new(problem, options);
    let (mut state, protected) = start::first_assignment(problem, options, &pool);
    let pairs = pool.work();
    let bound = bound::price_room(&pool, &state, price_rounds(pairs));
    let steps = match options.step_budget {
        AUTO_STEPS => auto_steps(problem.members().len()),
        given => given,
    };
    blocks::search(&pool, &mut state, &bound.prices, cooling_schedule(problem, steps), options.seed);
    descent::polish(&pool, &mut state, steps.saturating_mul(PAIRS_PER_STEP).min(60_000_000));
    let score = state.score(&pool);
    let tcm = |ix: &usize| problem.members()[*ix].has_open_clock();
    let everyone = 0..problem.members().len();
    Solution {
        clocks_placed: everyone.clone().filter(tcm).filter(|ix| state.at[*ix] != NOBODY).count() as u64,
        clocks_total: everyone.filter(tcm).count() as u64,
        assigned: state.at.iter().map(|j| (*j != NOBODY).then_some(*j as usize)).collect(),
        protected,
        z1: score.z1,
        bound: bound.z1,
        w: score.w,
        steps,
    }
}

/// The same members with one manager more: what would change. The new manager's id must be unused.
///
/// # Errors
/// As [`Problem::new`].
pub fn solve_with_added(
    problem: &Problem,
    options: &Options,
    added: &[CareManager],
) -> Result<(Problem, Solution), CaseloadError> {
    let mut managers = problem.managers().to_vec();
    managers.extend_from_slice(added);
    let changed = problem.with_managers(managers)?;
    let solution = solve_problem(&changed, options);
    Ok((changed, solution))
}

/// Pairs the descent may look at per search step.
const PAIRS_PER_STEP: u64 = 4;

/// Steps by size: enough that small panels meet their optimum, and linear beyond.
fn auto_steps(members: usize) -> u64 {
    let members = members as u64;
    (members * 4_000).clamp(400_000, 14_000_000).max(members * 600)
}

/// Rounds of pricing: a thousand where a round is cheap, fewer where lists are long.
fn price_rounds(pairs: usize) -> u32 {
    u32::try_from(400_000_000 / pairs.max(1)).unwrap_or(u32::MAX).clamp(100, 1000)
}

/// Temperatures follow the weights, so that another b cools through the same landscape.
fn cooling_schedule(problem: &Problem, steps: u64) -> Schedule {
    let w = problem.weights();
    let scale = f64::from(w.balance.max(w.continuity_break / 30).max(1)) / 10.0;
    #[allow(clippy::cast_possible_truncation)] // weights are at most 10^6
    let z1_price = (100.0 * scale) as i64;
    Schedule {
        steps,
        hot: 50.0 * 100.0 * scale,
        cold: 2.0 * scale,
        z1_price: z1_price.max(1),
        clock_price: 20_000,
        toll: (1.0, 0.0),
    }
}

//! Owns what a director may turn: the weights of W, the continuity policy, the switches of a solve.
//! Refuses to know any member or manager.

use super::error::CaseloadError;
pub use crate::domain::Continuity;

/// Highest weight accepted; keeps every cost sum inside 62 bits.
pub const WEIGHT_LIMIT: u32 = 1_000_000;

/// Price of each soft goal in W, in cost units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Weights {
    /// b, per unit of the convex load cost Z2.
    pub balance: u32,
    /// Per member assigned away from the current manager.
    pub continuity_break: u32,
    /// Per rounded km and monthly visit.
    pub travel_km_visit: u32,
    /// Per member whose focus the manager lacks.
    pub focus_mismatch: u32,
    /// Per member whose language the manager lacks (not required).
    pub interpreter: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { balance: 30, continuity_break: 300, travel_km_visit: 1, focus_mismatch: 100, interpreter: 200 }
    }
}

/// Lets the solver size its own search to the instance.
pub const AUTO_STEPS: u64 = u64::MAX;

/// How to solve. The default is what `assign` uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Continuity policy.
    pub continuity: Continuity,
    /// Level 0: place as many open-clock members as possible before all else.
    pub clocks_first: bool,
    /// Obey each manager's weekly cap of new cases.
    pub weekly_new: bool,
    /// Search steps (never seconds), [`AUTO_STEPS`] to size by the instance, 0 for none.
    pub step_budget: u64,
    /// Seed of the search; the same seed gives the same answer.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            continuity: Continuity::Prefer,
            clocks_first: false,
            weekly_new: false,
            step_budget: AUTO_STEPS,
            seed: 1,
        }
    }
}

/// Refuses weights too large for exact sums.
///
/// # Errors
/// Names the first key above [`WEIGHT_LIMIT`].
pub fn check_weights(w: Weights) -> Result<(), CaseloadError> {
    let all = [
        ("balance", w.balance),
        ("continuity_break", w.continuity_break),
        ("travel_km_visit", w.travel_km_visit),
        ("focus_mismatch", w.focus_mismatch),
        ("interpreter", w.interpreter),
    ];
    match all.iter().find(|(_, value)| *value > WEIGHT_LIMIT) {
        Some((key, _)) => Err(CaseloadError::WeightValue { key: (*key).to_owned() }),
        None => Ok(()),
    }
}

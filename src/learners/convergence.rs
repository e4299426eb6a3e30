//! How an iterative fit ended, told honestly. Owns that record; refuses to know which learner was fitted.

use serde::{Deserialize, Serialize};

/// How a fit ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Whether the tolerance was met.
    pub converged: bool,
    /// Steps taken.
    pub iterations: usize,
    /// Largest gradient entry per unit of weight at the end.
    pub gradient: f64,
    /// Penalty in use.
    pub l2: f64,
}

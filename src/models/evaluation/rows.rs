//! What an evaluation is given: rows with outcomes, probabilities, published indices and audit attributes. Owns that
//! shape; refuses to know where rows came from.

use super::drift::Drift;
use super::groups::Attribute;
use crate::domain::Day;
use crate::learners::metrics::BootstrapPlan;
use crate::models::Outcome;

/// A published index on the same rows.
pub struct Comparator {
    /// Name.
    pub name: &'static str,
    /// What it is.
    pub words: &'static str,
    /// One value a row, NaN where the index has none (it then ranks lowest).
    pub values: Vec<f64>,
}

/// Rows to be judged, aligned, in member and day order.
pub struct Judged<'a> {
    /// Outcome.
    pub outcome: Outcome,
    /// Model id.
    pub model_id: String,
    /// The history is synthetic.
    pub synthetic: bool,
    /// Person of each row, numbered from 0.
    pub groups: Vec<u32>,
    /// Snapshot day.
    pub days: Vec<Day>,
    /// Event.
    pub y: Vec<bool>,
    /// Died before any event.
    pub died_first: Vec<bool>,
    /// Probability.
    pub p: Vec<f64>,
    /// Published indices.
    pub comparators: Vec<Comparator>,
    /// Indices that could not be computed, and why.
    pub absent: Vec<String>,
    /// Audit attributes.
    pub attributes: Vec<Attribute>,
    /// Dollars paid within the horizon.
    pub paid_after: Vec<f64>,
    /// Elixhauser measures on the day.
    pub burden: Vec<f64>,
    /// People listed a snapshot; none: a tenth of all rows.
    pub capacity: Option<usize>,
    /// Where the capacity comes from.
    pub capacity_words: String,
    /// Spread in training against these rows.
    pub drift: Vec<Drift>,
    /// Bootstrap.
    pub plan: BootstrapPlan,
    /// Left out and why, from the panel.
    pub left_out: &'a serde_json::Value,
}

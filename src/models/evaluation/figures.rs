//! The shape of `evaluation.json`. Owns its fields; refuses to compute one.

use serde::{Deserialize, Serialize};

use super::audit::BurdenAudit;
use super::drift::Drift;
use super::groups::GroupFigures;
use super::lists::ListFigures;
use crate::learners::Evaluation;
use crate::learners::metrics::{ConcentrationPoint, Difference};

/// A comparator's figures beside the model's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparatorFigures {
    /// Name.
    pub name: String,
    /// What it is.
    pub words: String,
    /// AUROC.
    pub auroc: Option<f64>,
    /// Model's AUROC less this one's, with a member-bootstrap interval.
    pub difference: Option<Difference>,
    /// Share of events in the top tenth.
    pub top_decile_capture: Option<f64>,
    /// At the staff's capacity.
    pub at_capacity: ListFigures,
}

/// How events concentrate at the top of one ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Concentration {
    /// The model, or the name of a comparator.
    pub ranking: String,
    /// What its top holds, shortest list first.
    pub points: Vec<ConcentrationPoint>,
}

/// Observed and expected of one month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonthFigures {
    /// First day of the month.
    pub month: String,
    /// Rows.
    pub rows: usize,
    /// Events.
    pub observed: usize,
    /// Sum of probabilities.
    pub expected: f64,
    /// Observed / expected.
    pub observed_over_expected: Option<f64>,
}

/// The same rows under one handling of death.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeathHandling {
    /// How death before an event is taken.
    pub handling: String,
    /// Rows.
    pub rows: usize,
    /// Events.
    pub events: usize,
    /// AUROC.
    pub auroc: Option<f64>,
    /// Observed / expected.
    pub observed_over_expected: Option<f64>,
}

/// A flag that lists whom it lists, and the model at the same length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EqualLength {
    /// The flag.
    pub name: String,
    /// The flag's own list.
    pub flag: ListFigures,
    /// The model's list of that length.
    pub model: ListFigures,
}

/// `evaluation.json` of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelEvaluation {
    /// Set for synthetic data: nothing here says anything of real patients.
    pub synthetic: bool,
    /// Model.
    pub model_id: String,
    /// Outcome id.
    pub outcome: String,
    /// Days ahead.
    pub horizon_days: i32,
    /// First and last snapshot day judged.
    pub window: (String, String),
    /// Figures of the learners' metrics.
    pub overall: Evaluation,
    /// Share of events in the top tenth.
    pub top_decile_capture: Option<f64>,
    /// Where the capacity comes from.
    pub capacity: String,
    /// At that capacity.
    pub at_capacity: ListFigures,
    /// Concentration curves, the model's first.
    #[serde(default)]
    pub concentration: Vec<Concentration>,
    /// Published indices on the same rows.
    pub comparators: Vec<ComparatorFigures>,
    /// Indices that are not here, and why.
    pub absent: Vec<String>,
    /// Flags at their own length.
    pub equal_length: Vec<EqualLength>,
    /// By month of the snapshot.
    pub months: Vec<MonthFigures>,
    /// Death taken three ways.
    pub deaths: Vec<DeathHandling>,
    /// Shift since training, strongest first.
    pub drift: Vec<Drift>,
    /// By group.
    pub groups: Vec<GroupFigures>,
    /// Who is on top under which label.
    pub burden_audit: Vec<BurdenAudit>,
    /// Rows left out.
    pub left_out: serde_json::Value,
}

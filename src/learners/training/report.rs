//! Owns what a training run says of itself: the candidates, warnings, and which features weigh. Refuses to train.

use crate::learners::artifact::Artifact;
use crate::learners::convergence::Convergence;
use crate::learners::learner::FittedModel as _;
use crate::learners::metrics::Evaluation;
use crate::learners::registry::Model;
use crate::learners::table::{Encoded, FeatureDictionary, Findings, TableSpec};
use serde::{Deserialize, Serialize};

/// Below this many events a model is trained with a warning.
const EVENTS_WITHOUT_WARNING: usize = 1000;

/// How one learner did on the folds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// `boosted` or `logistic`.
    pub learner: String,
    /// Mean held-out log loss before calibration.
    pub held_out_loss: f64,
    /// Trees chosen (boosted).
    pub rounds: Option<usize>,
    /// Penalty chosen and how the final fit ended (logistic).
    pub convergence: Option<Convergence>,
    /// Held-out figures; the calibration of each fold was fitted on the other folds.
    pub held_out: Evaluation,
}

/// What happened in training; the same for the same table, spec and options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainReport {
    /// What the guards found.
    pub findings: Findings,
    /// Sentences a reader of the model card must see.
    pub warnings: Vec<String>,
    /// The learner of the artifact.
    pub chosen: String,
    /// All learners tried.
    pub candidates: Vec<Candidate>,
    /// Features by weight in the model (gain of the booster, spread of contributions of the
    /// logistic), shares summing to 1, largest first.
    pub importance: Vec<(String, f64)>,
}

/// A trained model and its report.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The model folder's content.
    pub artifact: Artifact,
    /// The report.
    pub report: TrainReport,
}

/// What is said of a model that stands on few events.
#[must_use]
pub fn few_events_warning(events: usize) -> Option<String> {
    (events < EVENTS_WITHOUT_WARNING)
        .then(|| format!("only {events} events; under {EVENTS_WITHOUT_WARNING} estimates are unsteady"))
}

/// Sentences that a reader of the card must see.
pub(super) fn training_warnings(findings: &Findings, spec: &TableSpec) -> Vec<String> {
    let mut out: Vec<String> = few_events_warning(findings.events).into_iter().collect();
    for name in spec.race_like() {
        out.push(format!("`{name}` speaks of race or ethnicity and is used as a feature because the spec names it"));
    }
    for name in &findings.constant {
        out.push(format!("`{name}` is constant and carries no weight"));
    }
    for name in &findings.coarse {
        out.push(format!(
            "`{name}` holds numbers beyond 16,777,216, of which seven digits are kept; a date or id belongs under categorical, or nowhere"
        ));
    }
    for name in &findings.mostly_rare {
        out.push(format!("`{name}` has most rows in levels of under 50 rows; it looks like an id or free text"));
    }
    for (name, why) in &findings.suspects {
        out.push(format!("`{name}` looks like the label in disguise ({why}) and was allowed"));
    }
    out
}

/// Features by their weight in the model, shares summing to 1, largest first.
pub(super) fn feature_importance(
    model: &Model,
    dictionary: &FeatureDictionary,
    rows: &Encoded<'_>,
) -> Vec<(String, f64)> {
    let raw = model.importance(rows);
    let total: f64 = raw.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let mut out: Vec<(String, f64)> =
        dictionary.features.iter().zip(raw).map(|(f, g)| (f.name.clone(), g / total)).collect();
    out.sort_by(|a, b| b.1.total_cmp(&a.1));
    out
}

//! What a trained model says of itself beside its learner: outcome, time, lag, dictionary, sampling. Owns that
//! record and the refusal of features that mean something else now; refuses to score.

use serde::{Deserialize, Serialize};

use crate::features::Feature;
use crate::learners::LearnError;
use crate::models::horizons::DerivedHorizon;

/// Version of the record.
pub const FORMAT: u32 = 1;

/// One feature as the model learned it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureRecord {
    /// Name.
    pub name: String,
    /// Domain.
    pub domain: String,
    /// Definition.
    pub definition: String,
    /// Unit.
    pub unit: String,
    /// When it has no value.
    pub missing: String,
    /// Days looked back.
    pub window: String,
    /// Hash over all of it.
    pub hash: String,
}

impl From<&Feature> for FeatureRecord {
    fn from(f: &Feature) -> Self {
        Self {
            name: f.name.clone(),
            domain: f.domain.name().to_owned(),
            definition: f.definition.clone(),
            unit: f.unit.to_string(),
            missing: f.missing.to_string(),
            window: f.window.to_string(),
            hash: f.hash(),
        }
    }
}

/// Rows of one slice of the history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SliceCount {
    /// First and last snapshot day.
    pub from: String,
    /// See `from`.
    pub to: String,
    /// Rows.
    pub rows: usize,
    /// Members.
    pub members: usize,
    /// Rows with the event.
    pub events: usize,
}

/// The name of the score among the spreads.
pub const SCORE_SPREAD: &str = "score";

/// Share of a feature's (or the score's) rows by bin of the training slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Feature, or `score`.
    pub name: String,
    /// Rising borders; a value above the k-th lies in bin k + 1.
    pub borders: Vec<f32>,
    /// Weighted shares of the training rows: missing first, then each bin.
    pub shares: Vec<f64>,
}

/// `identity.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of this record.
    pub format: u32,
    /// Id in scores.
    pub id: String,
    /// Outcome id.
    pub outcome: String,
    /// Days ahead.
    pub horizon_days: i32,
    /// Version that trained it.
    pub lamplight_version: String,
    /// The extracts were synthetic: a demonstration, never for care.
    pub synthetic: bool,
    /// Night the history was read as of.
    pub as_of: String,
    /// Lag of claims without received or paid date.
    pub claims_lag_days: i32,
    /// Days until a label was taken as final.
    pub label_maturity_days: i32,
    /// Hash over the feature dictionary, in order.
    pub dictionary_hash: String,
    /// The dictionary.
    pub features: Vec<FeatureRecord>,
    /// Learned from.
    pub train: SliceCount,
    /// Calibrated on.
    pub calibrate: SliceCount,
    /// Reported on.
    pub report: SliceCount,
    /// Share of non-event rows kept; weights made up for the rest.
    pub kept_non_events: f64,
    /// Rows that might have been, by why they are not.
    pub left_out: serde_json::Value,
    /// Learner.
    pub learner: String,
    /// What the calibration stands on.
    pub calibration_note: String,
    /// How it gives the other horizons of its outcome; empty when it gives none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<DerivedHorizon>,
    /// Set when only the calibration was fitted anew: the model it came from.
    pub recalibrated_from: Option<String>,
    /// Cumulative share of readmissions by day 0..=30 in the training slice; empty for other outcomes.
    pub return_days: Vec<f64>,
    /// Spread of each feature and the score in training, for drift.
    pub spreads: Vec<Spread>,
    /// Code sets: id, version, hash.
    pub code_sets: Vec<(String, String, String)>,
    /// Sentences a reader must see.
    pub warnings: Vec<String>,
}

impl Identity {
    /// Compares the dictionary and the lag with what this night offers.
    ///
    /// # Errors
    /// [`LearnError::Unfit`] naming every feature that is absent or means something else.
    pub fn fits(&self, now: &[Feature], claims_lag_days: i32) -> Result<(), LearnError> {
        let mut problems = Vec::new();
        for f in &self.features {
            match now.iter().find(|n| n.name == f.name) {
                None => problems.push(match f.name.strip_prefix("own_") {
                    Some(own) => format!("`{}` is absent (models.feature_columns does not name `{own}`)", f.name),
                    None => format!("`{}` is absent", f.name),
                }),
                Some(n) if n.hash() != f.hash => {
                    problems.push(format!(
                        "`{}` now means `{}`, the model learned `{}`",
                        f.name, n.definition, f.definition
                    ));
                }
                Some(_) => {}
            }
        }
        if self.claims_lag_days != claims_lag_days {
            problems.push(format!(
                "models.claims_lag_days is {claims_lag_days}, the model learned with {}",
                self.claims_lag_days
            ));
        }
        if problems.is_empty() { Ok(()) } else { Err(LearnError::Unfit { problems }) }
    }

    /// What is left of a 30-day probability `days` event-free days after the discharge, when it was given
    /// `known` days after it: the readmissions of the training slice say how they spread over the days.
    #[must_use]
    pub fn residual(&self, probability: f64, known: i32, days: i32) -> f64 {
        let at = |d: i32| {
            let i = usize::try_from(d.clamp(0, 30)).unwrap_or(0);
            self.return_days.get(i).copied().unwrap_or_else(|| f64::from(d.clamp(0, 30)) / 30.0)
        };
        let open = 1.0 - at(known);
        if open <= 0.0 || days >= 30 {
            return 0.0;
        }
        let gone = ((at(days.max(known)) - at(known)) / open).clamp(0.0, 1.0);
        let left = probability * (1.0 - gone);
        let still = 1.0 - probability * gone;
        if still <= 0.0 { 0.0 } else { (left / still).clamp(0.0, 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{dictionary_hash, registry};

    pub(in crate::models) fn identity() -> Identity {
        let features = registry().with_own(&["lives_alone".to_owned()]);
        Identity {
            format: FORMAT,
            id: "readmit30".into(),
            outcome: "readmit30".into(),
            horizon_days: 30,
            lamplight_version: "0".into(),
            synthetic: true,
            as_of: "2026-06-30".into(),
            claims_lag_days: 45,
            label_maturity_days: 90,
            dictionary_hash: dictionary_hash(&features),
            features: features.iter().map(FeatureRecord::from).collect(),
            train: SliceCount::default(),
            calibrate: SliceCount::default(),
            report: SliceCount::default(),
            kept_non_events: 1.0,
            left_out: serde_json::Value::Null,
            learner: "logistic".into(),
            calibration_note: String::new(),
            derived: Vec::new(),
            recalibrated_from: None,
            return_days: (0..=30).map(|d| f64::from(d) / 30.0).collect(),
            spreads: Vec::new(),
            code_sets: Vec::new(),
            warnings: Vec::new(),
        }
    }

    #[test]
    fn features_that_do_not_fit_are_named() {
        let id = identity();
        let own = ["lives_alone".to_owned()];
        assert!(id.fits(&registry().with_own(&own), 45).is_ok());
        let without = id.fits(&registry().with_own(&[]), 45).expect_err("absent");
        assert_eq!(without.exit_code(), 5);
        assert!(without.to_string().contains("`own_lives_alone` is absent"));
        let mut changed = registry().with_own(&own);
        changed[0].definition.push_str(" at birth");
        assert!(id.fits(&changed, 45).expect_err("changed").to_string().contains("`age_years` now means"));
        assert!(
            id.fits(&registry().with_own(&own), 30).expect_err("lag").to_string().contains("claims_lag_days is 30")
        );
    }

    #[test]
    fn the_residual_falls_day_by_day() {
        let id = identity();
        assert!((id.residual(0.2, 0, 0) - 0.2).abs() < 1e-12);
        // Half the days are gone: 0.1 of the 0.9 who are still at risk.
        assert!((id.residual(0.2, 0, 15) - 0.1 / 0.9).abs() < 1e-12);
        assert!((id.residual(0.2, 15, 15) - 0.2).abs() < 1e-12);
        assert_eq!(id.residual(0.2, 0, 30).to_bits(), 0.0_f64.to_bits());
        let days: Vec<f64> = (0..=30).map(|d| id.residual(0.3, 7, d.max(7))).collect();
        assert!(days.windows(2).all(|w| w[1] <= w[0]));
    }
}

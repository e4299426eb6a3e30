//! Owns the map from a learner's raw log-odds to published probabilities, and its refit on new data.
//! Refuses to touch the learner.
//!
//! Platt scaling (Platt 1999) and not isotonic or beta calibration: it keeps the order of rows, its
//! two numbers cannot overfit a few hundred events, and it is linear in the log-odds, so that
//! reasons scaled by the slope still sum exactly to the published log-odds.

use crate::learners::log_odds::sigmoid;
use crate::learners::metrics::{calibration_fit, in_the_large};
use crate::learners::{LearnError, Refusal};
use serde::{Deserialize, Serialize};

/// Below this many events a recalibration moves the intercept only.
const EVENTS_FOR_SLOPE: usize = 400;
/// Fewest events a recalibration accepts.
const MIN_EVENTS: usize = 100;

/// What the calibration was fitted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalibrationBasis {
    /// Nothing: raw scores are taken as they are.
    None,
    /// Cross-validated predictions, folds by group.
    CrossValidated,
    /// A table of its own, after training.
    OwnTable,
    /// The slope on both, the level on the table after training.
    FoldsAndTable,
}

/// `log-odds = intercept + slope * raw`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Added to the scaled raw log-odds.
    pub intercept: f64,
    /// Scale of the raw log-odds, above 0.
    pub slope: f64,
    /// What it was fitted on.
    pub basis: CalibrationBasis,
    /// Rows of that basis.
    pub rows: usize,
    /// Events among them.
    pub events: usize,
}

impl Calibration {
    /// Leaves raw log-odds alone.
    pub const IDENTITY: Self = Self { intercept: 0.0, slope: 1.0, basis: CalibrationBasis::None, rows: 0, events: 0 };

    /// Fits intercept and slope of `y` on raw log-odds under optional weights. Falls back to the
    /// intercept alone where the slope has no finite positive estimate.
    #[must_use]
    pub fn fit(raw: &[f64], y: &[bool], weights: Option<&[f32]>, basis: CalibrationBasis) -> Self {
        let weight = row_weight(weights);
        let events = y.iter().filter(|y| **y).count();
        let fit = calibration_fit(raw, y, weight, (0.0, 1.0));
        let (intercept, slope) = if fit.converged && fit.slope > 0.0 {
            (fit.intercept, fit.slope)
        } else {
            (in_the_large(raw, y, weight), 1.0)
        };
        let intercept = if intercept.is_finite() { intercept } else { 0.0 };
        Self { intercept, slope, basis, rows: y.len(), events }
    }

    /// Refits on a table of its own: intercept and slope, or with under 400 events the intercept
    /// alone (the slope of `self` stays).
    ///
    /// # Errors
    /// [`Refusal::OneClass`], [`Refusal::TooFew`] under 100 events or non-events, [`Refusal::Backwards`] when events fall
    /// as the score rises.
    pub fn refit(&self, raw: &[f64], y: &[bool], weights: Option<&[f32]>) -> Result<Self, LearnError> {
        let events = count_events(y)?;
        refuse_backward_score(raw, y, weights)?;
        if events >= EVENTS_FOR_SLOPE {
            return Ok(Self::fit(raw, y, weights, CalibrationBasis::OwnTable));
        }
        Ok(Self::levelled(self.slope, raw, y, weights, CalibrationBasis::OwnTable))
    }

    /// Carries a calibration fitted on the folds of a training slice on to the slice after it: the level is that of
    /// the later slice alone, for base rates move; the slope is the mean of both slopes by their events, for slopes
    /// hardly move and the later slice, a few months of mostly the same admissions, tells its own badly. Under 400
    /// later events the slope of `self` stays.
    ///
    /// # Errors
    /// Those of [`Calibration::refit`].
    pub fn carried(&self, raw: &[f64], y: &[bool], weights: Option<&[f32]>) -> Result<Self, LearnError> {
        let events = count_events(y)?;
        refuse_backward_score(raw, y, weights)?;
        let mut slope = self.slope;
        if events >= EVENTS_FOR_SLOPE {
            let later = Self::fit(raw, y, weights, CalibrationBasis::OwnTable);
            let (mine, theirs) = (self.events as f64, events as f64);
            slope = (mine * self.slope + theirs * later.slope) / (mine + theirs);
        }
        Ok(Self::levelled(slope, raw, y, weights, CalibrationBasis::FoldsAndTable))
    }

    /// The level on a table under a settled slope.
    fn levelled(slope: f64, raw: &[f64], y: &[bool], weights: Option<&[f32]>, basis: CalibrationBasis) -> Self {
        let scaled: Vec<f64> = raw.iter().map(|r| slope * r).collect();
        let weight = row_weight(weights);
        let events = y.iter().filter(|y| **y).count();
        Self { intercept: in_the_large(&scaled, y, weight), slope, basis, rows: y.len(), events }
    }

    /// Published log-odds of a raw score.
    #[must_use]
    pub fn log_odds(&self, raw: f64) -> f64 {
        self.intercept + self.slope * raw
    }

    /// Published probability of a raw score.
    #[must_use]
    pub fn probability(&self, raw: f64) -> f64 {
        sigmoid(self.log_odds(raw))
    }
}

/// What a row counts: its weight, or one.
fn row_weight(weights: Option<&[f32]>) -> impl Fn(usize) -> f64 + Copy + '_ {
    move |i| weights.map_or(1.0, |w| w.get(i).map_or(0.0, |w| f64::from(*w)))
}

/// Refuses a score that falls where events rise beyond chance: the slope has the sign of the score test at slope 0,
/// which is refused below minus two standard errors.
fn refuse_backward_score(raw: &[f64], y: &[bool], weights: Option<&[f32]>) -> Result<(), LearnError> {
    let weight = row_weight(weights);
    let event = |i: usize| f64::from(u8::from(y[i]));
    let (mut n, mut events, mut sum) = (0.0, 0.0, 0.0);
    for (i, r) in raw.iter().enumerate().take(y.len()) {
        n += weight(i);
        events += weight(i) * event(i);
        sum += weight(i) * r;
    }
    let (share, mean) = (events / n, sum / n);
    let (mut test, mut variance) = (0.0, 0.0);
    for (i, r) in raw.iter().enumerate().take(y.len()) {
        let one = weight(i) * (event(i) - share) * (r - mean);
        test += one;
        variance += one * one;
    }
    if test >= -2.0 * variance.sqrt() {
        return Ok(());
    }
    let start = (crate::learners::log_odds::logit(share), 0.0);
    Err(Refusal::Backwards { slope: calibration_fit(raw, y, weight, start).slope }.into())
}

/// Events of a table that can be calibrated on.
fn count_events(y: &[bool]) -> Result<usize, LearnError> {
    let events = y.iter().filter(|y| **y).count();
    if events == 0 || events == y.len() {
        return Err(Refusal::OneClass(if events == 0 { "negative" } else { "positive" }).into());
    }
    for (what, found) in [("events", events), ("non-events", y.len() - events)] {
        if found < MIN_EVENTS {
            return Err(Refusal::TooFew { what, found, needed: MIN_EVENTS }.into());
        }
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random;

    fn planted(n: usize, intercept: f64, slope: f64) -> (Vec<f64>, Vec<bool>) {
        let unit = |a: u64, i: usize| random::draw(5, a, i as u64) as f64 / u64::MAX as f64;
        let raw: Vec<f64> = (0..n).map(|i| 4.0 * unit(1, i) - 3.0).collect();
        let y = raw.iter().enumerate().map(|(i, r)| unit(2, i) < sigmoid(intercept + slope * r)).collect();
        (raw, y)
    }

    #[test]
    fn a_score_that_falls_where_events_rise_is_refused() {
        let (raw, y) = planted(5_000, -0.5, 0.7);
        let reversed: Vec<bool> = y.iter().map(|y| !y).collect();
        assert!(Calibration::IDENTITY.refit(&raw, &y, None).is_ok());
        for told in
            [Calibration::IDENTITY.refit(&raw, &reversed, None), Calibration::IDENTITY.carried(&raw, &reversed, None)]
        {
            assert!(matches!(told, Err(LearnError::Refused(Refusal::Backwards { slope })) if slope < 0.0), "{told:?}");
        }
    }

    #[test]
    fn finds_the_planted_line() {
        let (raw, y) = planted(60_000, -0.5, 0.7);
        let c = Calibration::fit(&raw, &y, None, CalibrationBasis::CrossValidated);
        assert!((c.intercept + 0.5).abs() < 0.05 && (c.slope - 0.7).abs() < 0.03, "{c:?}");
        let again = calibration_fit(&raw.iter().map(|r| c.log_odds(*r)).collect::<Vec<_>>(), &y, |_| 1.0, (0.0, 1.0));
        assert!(again.intercept.abs() < 1e-6 && (again.slope - 1.0).abs() < 1e-6);
    }

    #[test]
    fn few_events_move_the_intercept_only() {
        let (raw, y) = planted(900, -0.5, 1.0);
        let old = Calibration { slope: 0.9, ..Calibration::IDENTITY };
        let new = old.refit(&raw, &y, None).unwrap();
        assert_eq!(new.slope, 0.9);
        let mean: f64 = raw.iter().map(|r| new.probability(*r)).sum();
        assert!((mean - y.iter().filter(|y| **y).count() as f64).abs() < 1e-6);
        assert_eq!(old.refit(&raw[..100], &y[..100], None).unwrap_err().exit_code(), 9);
    }

    #[test]
    fn a_calibration_carried_on_keeps_the_level_of_the_later_slice() {
        let (raw, y) = planted(20_000, -0.5, 0.7);
        let later = Calibration::fit(&raw, &y, None, CalibrationBasis::OwnTable);
        let folds = Calibration { slope: 1.1, events: 3 * later.events, ..Calibration::IDENTITY };
        let new = folds.carried(&raw, &y, None).unwrap();
        assert!((new.slope - (3.0 * 1.1 + later.slope) / 4.0).abs() < 1e-12);
        let mean: f64 = raw.iter().map(|r| new.probability(*r)).sum();
        assert!((mean - later.events as f64).abs() < 1e-4 * mean);
        assert_eq!(folds.carried(&raw[..900], &y[..900], None).unwrap().slope, 1.1);
    }
}

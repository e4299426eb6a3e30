//! Owns what is refused of the booster's settings before any work, in linfa's manner. Refuses to know data.

use super::params::BoosterSettings;
use super::tree::MAX_LEAVES;
use crate::learners::LearnError;
use crate::learners::watch::{Unwatched, Watch};
use linfa::ParamGuard;

/// Settings that nobody has checked yet; `fit` checks them.
#[derive(Clone)]
pub struct BoosterParams<'w>(BoosterValidParams<'w>);

/// Settings that can be fitted with.
#[derive(Clone)]
pub struct BoosterValidParams<'w> {
    settings: BoosterSettings,
    watch: &'w dyn Watch,
}

impl<'w> BoosterParams<'w> {
    /// Settings that nobody watches the fit of.
    #[must_use]
    pub fn new(settings: BoosterSettings) -> Self {
        Self(BoosterValidParams { settings, watch: &Unwatched })
    }

    /// The same, watched.
    #[must_use]
    pub fn watched(mut self, watch: &'w dyn Watch) -> Self {
        self.0.watch = watch;
        self
    }
}

impl<'w> BoosterValidParams<'w> {
    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &BoosterSettings {
        &self.settings
    }

    /// Who watches.
    pub(super) fn watch(&self) -> &'w dyn Watch {
        self.watch
    }
}

/// The first setting that cannot be used, in words.
fn first_fault(s: &BoosterSettings) -> Option<String> {
    let shares = [
        ("row_fraction", s.row_fraction),
        ("feature_fraction", s.feature_fraction),
        ("learning_rate", s.learning_rate),
    ];
    let penalties = [
        ("min_child_rows", s.min_child_rows),
        ("min_child_hessian", s.min_child_hessian),
        ("l2", s.l2),
        ("path_smooth", s.path_smooth),
        ("cat_smooth", s.cat_smooth),
        ("cat_l2", s.cat_l2),
        ("min_rows_per_group", s.min_rows_per_group),
    ];
    let share = shares.iter().find(|(_, v)| !(*v > 0.0 && *v <= 1.0));
    let penalty = penalties.iter().find(|(_, v)| !(v.is_finite() && *v >= 0.0));
    share
        .map(|(name, v)| format!("{name} of the booster must lie above 0 and up to 1, not {v}"))
        .or_else(|| penalty.map(|(name, v)| format!("{name} of the booster must be 0 or more, not {v}")))
        .or_else(|| {
            (!(2..=MAX_LEAVES).contains(&s.max_leaves))
                .then(|| format!("max_leaves of the booster must lie between 2 and {MAX_LEAVES}, not {}", s.max_leaves))
        })
        .or_else(|| (s.max_rounds == 0 || s.bags == 0).then(|| "the booster needs a tree and a bag".to_owned()))
        .or_else(|| {
            s.monotone
                .iter()
                .any(|d| !(-1..=1).contains(d))
                .then(|| "a direction of the booster is -1, 0 or 1".to_owned())
        })
}

impl<'w> ParamGuard for BoosterParams<'w> {
    type Checked = BoosterValidParams<'w>;
    type Error = LearnError;

    fn check_ref(&self) -> Result<&Self::Checked, LearnError> {
        first_fault(&self.0.settings).map_or(Ok(&self.0), |why| Err(LearnError::Spec(why)))
    }

    fn check(self) -> Result<Self::Checked, LearnError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_be_used_are_refused_before_any_work() {
        let good = BoosterSettings::default();
        assert!(BoosterParams::new(good.clone()).check().is_ok());
        let bad = [
            (BoosterSettings { l2: -1.0, ..good.clone() }, "l2 of the booster must be 0 or more, not -1"),
            (
                BoosterSettings { path_smooth: f64::NAN, ..good.clone() },
                "path_smooth of the booster must be 0 or more, not NaN",
            ),
            (
                BoosterSettings { row_fraction: 0.0, ..good.clone() },
                "row_fraction of the booster must lie above 0 and up to 1, not 0",
            ),
            (
                BoosterSettings { max_leaves: 33, ..good.clone() },
                "max_leaves of the booster must lie between 2 and 32, not 33",
            ),
            (BoosterSettings { bags: 0, ..good.clone() }, "the booster needs a tree and a bag"),
            (BoosterSettings { monotone: vec![0, 2], ..good }, "a direction of the booster is -1, 0 or 1"),
        ];
        for (settings, why) in bad {
            let Err(told) = BoosterParams::new(settings).check() else { panic!("accepted: {why}") };
            assert_eq!((told.to_string(), told.exit_code()), (format!("spec: {why}"), 2));
        }
    }
}

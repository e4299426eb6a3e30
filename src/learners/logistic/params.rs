//! Owns the settings of the logistic fit and what is refused of them before any work, in linfa's manner. Refuses to
//! know data.

use crate::learners::LearnError;
use crate::learners::watch::{Unwatched, Watch};
use linfa::ParamGuard;
use serde::{Deserialize, Serialize};

/// Settings of the fit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogisticSettings {
    /// Ridge penalty `l2 / 2 * |coefficients|²` on the summed (weighted) log loss, 0 or more; the intercept is free.
    pub l2: f64,
    /// Most steps, 1 or more.
    pub max_iterations: usize,
    /// Converged when no gradient entry exceeds this times the total weight; above 0.
    pub tolerance: f64,
}

impl Default for LogisticSettings {
    fn default() -> Self {
        Self { l2: 10.0, max_iterations: 200, tolerance: 1e-8 }
    }
}

/// Settings that nobody has checked yet; `fit` checks them.
#[derive(Clone)]
pub struct LogisticParams<'w>(LogisticValidParams<'w>);

/// Settings that can be fitted with.
#[derive(Clone)]
pub struct LogisticValidParams<'w> {
    settings: LogisticSettings,
    watch: &'w dyn Watch,
}

impl Default for LogisticParams<'_> {
    fn default() -> Self {
        Self::new(LogisticSettings::default())
    }
}

impl<'w> LogisticParams<'w> {
    /// Settings that nobody watches the fit of.
    #[must_use]
    pub fn new(settings: LogisticSettings) -> Self {
        Self(LogisticValidParams { settings, watch: &Unwatched })
    }

    /// The same, watched.
    #[must_use]
    pub fn watched(mut self, watch: &'w dyn Watch) -> Self {
        self.0.watch = watch;
        self
    }
}

impl<'w> LogisticValidParams<'w> {
    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &LogisticSettings {
        &self.settings
    }

    /// Who watches.
    pub(super) fn watch(&self) -> &'w dyn Watch {
        self.watch
    }
}

impl<'w> ParamGuard for LogisticParams<'w> {
    type Checked = LogisticValidParams<'w>;
    type Error = LearnError;

    fn check_ref(&self) -> Result<&Self::Checked, LearnError> {
        let s = &self.0.settings;
        let wrong = |why: String| Err(LearnError::Spec(why));
        if !s.l2.is_finite() || s.l2 < 0.0 {
            return wrong(format!("the penalty of the logistic must be 0 or more, not {}", s.l2));
        }
        if !s.tolerance.is_finite() || s.tolerance <= 0.0 {
            return wrong(format!("the tolerance of the logistic must be above 0, not {}", s.tolerance));
        }
        if s.max_iterations == 0 {
            return wrong("the logistic needs at least one step".to_owned());
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, LearnError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

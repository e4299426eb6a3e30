//! Everything that training, evaluation and follow-up read once. Owns the record; refuses to read a file.

use std::sync::atomic::AtomicBool;

use crate::config::RunPlan;
use crate::extracts::Extracts;
use crate::population::{Control, HistoryContext};
use crate::timeline::Codes;

/// An organisation's history, read as of a day.
pub struct LoadedHistory<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// Rows.
    pub extracts: &'a Extracts,
    /// Code facts.
    pub codes: &'a Codes<'a>,
    /// The extracts are synthetic.
    pub synthetic: bool,
    /// Set when told to stop.
    pub stop: &'a AtomicBool,
}

impl LoadedHistory<'_> {
    /// What the histories of its members share.
    #[must_use]
    pub fn context(&self) -> HistoryContext<'_> {
        HistoryContext::new(self.plan, self.extracts, self.codes)
    }

    /// The stop flag beside a way to tell how far a walk is.
    #[must_use]
    pub fn control<'c>(&'c self, step: &'c dyn Fn(u64, u64)) -> Control<'c> {
        Control { stop: self.stop, step }
    }
}

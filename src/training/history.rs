//! Everything that training, evaluation and follow-up read once. Owns the record; refuses to read a file.

use crate::config::RunPlan;
use crate::extracts::Extracts;
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
}

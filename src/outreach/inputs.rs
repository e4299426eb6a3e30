//! What the list is made from. Owns that one gathering; refuses to decide anything.

use super::memory::Memory;
use crate::config::RunPlan;
use crate::extracts::Extracts;
use crate::features::Snapshot;
use crate::models::{ScoreReasons, Scores};
use crate::reference::Reference;

/// Everything the list is made from.
pub struct Inputs<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// Members and small extracts.
    pub extracts: &'a Extracts,
    /// One a member, in member order.
    pub snapshots: &'a [Snapshot],
    /// Scores in member order.
    pub scores: &'a Scores,
    /// Reasons, and whether a trained model orders people.
    pub reasons: &'a ScoreReasons,
    /// Code sets.
    pub reference: &'a Reference,
    /// The newest kept run with an earlier date.
    pub previous: &'a Memory,
}

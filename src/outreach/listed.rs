//! A person on the list, and one whom the staff cannot reach. Owns what is known of each; refuses to decide which one is.

use std::sync::Arc;

use super::actions::Action;
use super::candidate::Candidate;
use super::capacity::ContactRequirement;
use super::memory::ListStatus;
use crate::domain::Discipline;

/// One person to contact.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The person and what orders them.
    pub candidate: Arc<Candidate>,
    /// Standing.
    pub status: ListStatus,
    /// Work days on the list in this spell, tonight's included.
    pub days_on_list: i32,
    /// What changed since the last run, in words.
    pub what_changed: String,
    /// First action.
    pub action: Action,
    /// Who makes tonight's contact; empty without a roster or when nobody is eligible.
    pub caller: Box<str>,
    /// Whom the caller should ask when the first action needs another discipline.
    pub consult: Option<Discipline>,
    /// More than the caller's calls of a day: it may be late.
    pub beyond: bool,
}

/// One person the staff cannot reach tonight.
#[derive(Clone, Debug)]
pub struct Overflow {
    /// The person.
    pub candidate: Arc<Candidate>,
    /// Rank in the full order.
    pub rank: usize,
    /// `CAPACITY` or `NO_ELIGIBLE_CM`.
    pub reason: &'static str,
    /// What they need.
    pub requirement: ContactRequirement,
    /// What nobody on duty has; empty with reason `CAPACITY`.
    pub missing: String,
}

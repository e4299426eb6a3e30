//! Who is called tonight, in which order, and who is not and why. Owns clocks against benefit,
//! suppression, streams, memory and length; refuses to read a claim or to assign a case.

mod actions;
mod candidate;
mod capacity;
mod cut;
mod holdout;
mod list;
mod memory;
mod stability;
mod suppression;

pub use actions::{Action, first_action};
pub use candidate::{Candidate, Clock, Parts, Stream};
pub use capacity::{
    Asked, CONTACTS_PER_FTE, HOURS_PER_FTE, Missing, OnDuty, Staff, clock_worker, on_duty, reach_rate,
    required_disciplines, working_manager,
};
pub use cut::{Draw, Place, Queued, cut};
pub use list::{Dropped, ListStatus, Listed, OutreachList, Overflow, QueueRow, build};
pub use memory::{Arm, Memory, MemoryRow};
pub use stability::{Stability, stability};
pub use suppression::{Code, Suppressed};

use crate::config::RunPlan;
use crate::extracts::Extracts;
use crate::features::Snapshot;
use crate::models::Score;
use crate::models::book::Book;
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
    pub scores: &'a [Score],
    /// Reasons, and whether a trained model orders people.
    pub book: &'a Book,
    /// Code sets.
    pub reference: &'a Reference,
    /// The newest kept run with an earlier date.
    pub previous: &'a Memory,
}

//! Who is called tonight, in which order, and who is not and why. Owns clocks against benefit,
//! suppression, streams, memory and length; refuses to read a claim or to assign a case.

mod actions;
mod candidate;
mod capacity;
mod cut;
mod disciplines;
mod duty;
mod holdout;
mod inputs;
mod list;
mod memory;
mod reach;
mod stability;
mod suppression;

pub use actions::{Action, first_action};
pub use candidate::{Candidate, Clock, PriorityFactors, Stream};
pub use capacity::{CONTACTS_PER_FTE, ContactRequirement, HOURS_PER_FTE, Missing, OnDuty, Staff};
pub use cut::{HoldoutAssignment, QueueDecision, Queued, apply_capacity};
pub use disciplines::required_disciplines;
pub use duty::{clock_worker, working_manager};
pub use inputs::Inputs;
pub use list::{Dropped, ListStatus, Listed, OutreachList, Overflow, QueueRow, build_list};
pub use memory::{Arm, Memory, MemoryRow};
pub use stability::{Stability, stability};
pub use suppression::{Code, Suppressed};

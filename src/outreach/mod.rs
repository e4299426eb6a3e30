//! Who is called tonight, in which order, and who is not and why. Owns clocks against benefit,
//! suppression, streams, memory and length; refuses to read a claim or to assign a case.

mod actions;
mod build;
mod candidate;
mod capacity;
mod clocks;
mod contact_way;
mod cut;
mod decisions;
mod disciplines;
mod duplicates;
mod duty;
mod graduation;
mod holdout;
mod inputs;
mod item_words;
mod list;
mod listed;
mod memory;
mod overrides;
mod own_cases;
mod person_plan;
mod person_record;
mod reach;
mod remembering;
mod stability;
mod suppression;
mod words;

#[cfg(test)]
mod tests;

pub use actions::{Action, ActionPart, ToldPlan, first_action, tell_plan};
pub use candidate::{AddedByHand, Candidate, PriorityFactors, Standing};
pub use capacity::{CONTACTS_PER_FTE, ContactRequirement, HOURS_PER_FTE, Missing, OnDuty, Staff};
pub use clocks::Clock;
pub use cut::{HoldoutAssignment, QueueDecision, Queued, apply_capacity};
pub use decisions::DecisionRow;
pub use disciplines::required_disciplines;
pub use duty::{Ownership, cover_of, is_on_duty, ownership_of};
pub use graduation::may_graduate;
pub use inputs::Inputs;
pub use list::{OutreachList, QueueRow, build_list};
pub use listed::{Listed, Overflow};
pub use memory::{Arm, ListStatus, Memory, MemoryRow};
pub use overrides::HandAudit;
pub use own_cases::{FacilityPerson, OwnCase};
pub use person_plan::PersonPlan;
pub use person_record::{ActionFacts, PersonRecord};
pub use remembering::Dropped;
pub use stability::{Stability, stability};
pub use suppression::{Code, Suppressed};
pub use words::{Band, ClockStep, ContactWay, Decision, ProbabilityOf, Stream};

//! The playbook: who is called for what first, by whom, with which words. Owns its document, its judgement before any
//! claim is read, and which segment a member falls into; refuses to compute a fact or to fill a placeholder.

mod document;
mod segments;
#[cfg(test)]
mod tests;

pub use document::{Action, PLACEHOLDERS, Playbook, Question, Segment, Sensitivity, Urgency};
pub use segments::{MemberPlan, plan_members};

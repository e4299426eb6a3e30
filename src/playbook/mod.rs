//! The playbook: who is called for what first, by whom, with which words. Owns its document, its judgement before any
//! claim is read, which segment a member falls into, and the filling of a text; refuses to compute a fact or to look
//! anything up in a record.

mod document;
mod placeholder;
mod problems;
mod segments;
#[cfg(test)]
mod tests;

pub use document::{Action, Playbook, Question, Segment, Sensitivity, Urgency};
pub use placeholder::{Placeholder, fill_template, placeholders_in};
pub use problems::{Problem, ProblemFinder, ProblemRow, Problems};
pub use segments::{MemberPlan, Planner, plan_members};

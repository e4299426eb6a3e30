//! Programmes: who qualifies for which, on what evidence, with which consent, conflict or bill. Owns the rules' document,
//! its judgement before any claim is read, and the match of a member; refuses to compute a fact or to read a claim.

mod document;
mod matching;
#[cfg(test)]
mod tests;

pub use document::{Program, ProgramConsent, Programs};
pub use matching::{ConsentState, Matcher, MemberServices, ProgramRow, match_programs};

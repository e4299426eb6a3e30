//! The answer a row a person: who works with whom at what cost, and who waits for what. Owns these rows; refuses to
//! write them.

use super::cost::travel_km_visits;
use super::explain::{Explanation, WaitReason};
use super::options::{Continuity, Options};
use super::problem::Problem;
use super::search::Solution;
use super::summary::status_of;

/// One assigned member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssignmentRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// Manager of the case.
    pub care_manager_id: &'a str,
    /// kept, moved or new.
    pub status: &'static str,
    /// Price of a broken continuity, cost units.
    pub continuity: u64,
    /// Price of travel, cost units.
    pub travel: u64,
    /// Price of a focus the manager lacks, cost units.
    pub focus: u64,
    /// Price of a language not shared, cost units.
    pub interpreter: u64,
}

/// One waiting member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitlistRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// Why.
    pub reason: WaitReason,
    /// The manager who misses least, and the rules that fail: `CM00012:LANGUAGE`; empty without managers.
    pub nearest_miss: String,
}

/// One row an assigned member, by id.
#[must_use]
pub fn assignment_rows<'a>(problem: &'a Problem, options: &Options, solution: &Solution) -> Vec<AssignmentRow<'a>> {
    let w = problem.weights();
    let price = |applies: bool, weight: u32| if applies { u64::from(weight) } else { 0 };
    let row = |(ix, member): (usize, &'a super::problem::Member)| {
        let manager = &problem.managers()[solution.assigned[ix]?];
        let status = status_of(problem, solution, ix)?;
        let breaks = status == "moved" && options.continuity != Continuity::Ignore;
        let speaks = member.language.is_some_and(|language| manager.languages.contains(language));
        Some(AssignmentRow {
            member_id: &member.id,
            care_manager_id: &manager.id,
            status,
            continuity: price(breaks, w.continuity_break),
            travel: travel_km_visits(member, manager) * u64::from(w.travel_km_visit),
            focus: price(!manager.focus.contains(member.focus), w.focus_mismatch),
            interpreter: price(!speaks, w.interpreter),
        })
    };
    problem.members().iter().enumerate().filter_map(row).collect()
}

/// One row a waiting member, by id.
#[must_use]
pub fn waitlist_rows<'a>(problem: &'a Problem, explanation: &Explanation) -> Vec<WaitlistRow<'a>> {
    let row = |one: &super::explain::Waiting| WaitlistRow {
        member_id: &problem.members()[one.member].id,
        reason: one.reason,
        nearest_miss: one.nearest_text(problem),
    };
    explanation.waiting.iter().map(row).collect()
}

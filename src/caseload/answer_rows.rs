//! The answer a row a person: who works with whom at what cost, and who waits for what. Owns these rows; refuses to
//! write them.

use super::cost::travel_km_visits;
use super::explain::{Explanation, consult_discipline, covered_by};
use super::options::{Continuity, Options};
use super::problem::Problem;
use super::rows::{AssignmentStatus, CaseKind, Member};
use super::search::Solution;
use super::summary::status_of;
use super::waiting::{WaitReason, Waiting};
use crate::domain::Disciplines;

/// One assigned member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssignmentRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// Manager of the case.
    pub care_manager_id: &'a str,
    /// kept, moved or new.
    pub status: AssignmentStatus,
    /// Price of a broken continuity, cost units.
    pub continuity: u64,
    /// Price of travel, cost units.
    pub travel: u64,
    /// Price of a focus the manager lacks, cost units.
    pub focus: u64,
    /// Price of a language not shared, cost units.
    pub interpreter: u64,
    /// A case or an episode.
    pub kind: CaseKind,
    /// Who stands in for a manager who is away.
    pub covered_by: Option<&'a str>,
    /// Disciplines of which one should be consulted, when the next step asks for another than the manager's.
    pub consult: Option<Disciplines>,
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
    /// A case or an episode.
    pub kind: CaseKind,
    /// The manager whom the member had.
    pub was_with: Option<&'a str>,
}

/// One row an assigned member, by id.
#[must_use]
pub fn assignment_rows<'a>(problem: &'a Problem, options: &Options, solution: &Solution) -> Vec<AssignmentRow<'a>> {
    let w = problem.weights();
    let price = |applies: bool, weight: u32| if applies { u64::from(weight) } else { 0 };
    let row = |(ix, member): (usize, &'a Member)| {
        let manager = &problem.managers()[solution.assigned[ix]?];
        let status = status_of(problem, solution, ix)?;
        let breaks = status == AssignmentStatus::Moved && options.continuity != Continuity::Ignore;
        let speaks = member.language.is_some_and(|language| manager.languages.contains(language));
        Some(AssignmentRow {
            member_id: &member.id,
            care_manager_id: &manager.id,
            status,
            continuity: price(breaks, w.continuity_break),
            travel: travel_km_visits(member, manager) * u64::from(w.travel_km_visit),
            focus: price(!manager.focus.contains(member.focus), w.focus_mismatch),
            interpreter: price(!speaks, w.interpreter),
            kind: member.kind,
            covered_by: covered_by(problem, solution, ix).map(|j| &*problem.managers()[j].id),
            consult: consult_discipline(problem, solution, ix),
        })
    };
    problem.members().iter().enumerate().filter_map(row).collect()
}

/// One row a waiting member, by id.
#[must_use]
pub fn waitlist_rows<'a>(problem: &'a Problem, explanation: &Explanation) -> Vec<WaitlistRow<'a>> {
    let row = |one: &Waiting| WaitlistRow {
        member_id: &problem.members()[one.member].id,
        reason: one.reason,
        nearest_miss: one.nearest_text(problem),
        kind: problem.members()[one.member].kind,
        was_with: problem.current(one.member).map(|j| &*problem.managers()[j].id),
    };
    explanation.waiting.iter().map(row).collect()
}

//! Owns the shape and the figures of `assignment_summary.json`. Refuses to assign, to explain or
//! to write files.

use std::collections::BTreeMap;

use serde::Serialize;

use super::check::{Audit, CostParts};
use super::eligibility::rule_codes;
use super::explain::{Explanation, consult_discipline};
use super::loads::{
    ManagerLoad, PeerGroup, Shortfall, Spread, manager_loads, missing_staff, peer_groups, rounded, spread_of,
};
use super::options::{Continuity, Options, Weights};
use super::problem::Problem;
use super::rows::{AssignmentStatus, InputWarnings};
use super::search::Solution;
use super::waiting::WaitReason;
use crate::domain::vocabulary::Status;

/// A member who changed manager.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MoveRow {
    /// Member id.
    pub member_id: String,
    /// Manager before.
    pub from: String,
    /// Manager after, or empty when the member now waits.
    pub to: String,
    /// Why.
    pub reason: String,
}

/// A candidate for graduation under `protect`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GraduationRow {
    /// Member who could graduate.
    pub member_id: String,
    /// Manager who would gain the place.
    pub care_manager_id: String,
    /// The worthiest of those who wait for such a place, or empty.
    pub for_member_id: String,
    /// What the exchange would add to Z1; 0 when nobody waits for the place.
    pub z1_gain: i64,
}

/// An open-clock member who waits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClockRow {
    /// Member id.
    pub member_id: String,
    /// `NO_ELIGIBLE_CM` or `CAPACITY`.
    pub reason: &'static str,
    /// Nearest miss.
    pub nearest_miss: String,
}

/// How many wait for one rule, or one set of rules at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// Rule codes of the nearest miss, joined by `+`.
    pub rule: String,
    /// Members whom it keeps waiting.
    pub members: u64,
}

/// The one change that would place most of those who wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeRow {
    /// Rule code.
    pub rule: &'static str,
    /// Members who could be placed.
    pub would_place: u64,
    /// The change in a sentence.
    pub sentence: String,
}

/// A manager above a limit, who keeps everybody and takes nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverLimit {
    /// Manager id.
    pub care_manager_id: String,
    /// Cases above the limit.
    pub over_by_cases: u64,
    /// Points above the limit.
    pub over_by_points: u64,
}

/// What waiving one rule would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WaiverRow {
    /// Rule code.
    pub rule: &'static str,
    /// Members who could be placed.
    pub would_place: u64,
}

/// `assignment_summary.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AssignmentSummary {
    /// Members in all.
    pub members: usize,
    /// Managers in all.
    pub care_managers: usize,
    /// Members with a manager.
    pub assigned: usize,
    /// Members who wait because nobody may serve them.
    pub waiting_no_eligible: usize,
    /// Members who wait for room.
    pub waiting_capacity: usize,
    /// Z1 = Σ priority · acuity of the assigned.
    pub z1: i64,
    /// Proven upper bound of Z1 under this policy.
    pub z1_upper_bound: i64,
    /// Bound − Z1.
    pub z1_gap: i64,
    /// The gap in percent of the bound, 4 decimals.
    pub z1_gap_percent: f64,
    /// W.
    pub w: i64,
    /// Parts of W.
    pub w_parts: CostParts,
    /// Prices behind W.
    pub weights: Weights,
    /// protect, prefer or ignore.
    pub continuity: &'static str,
    /// Whether open clocks came first.
    pub clocks_first: bool,
    /// Whether weekly quotas of new cases and new episodes held.
    pub weekly_new: bool,
    /// Which rules here differ from those of the other command on the same two files, in a sentence.
    pub rules: String,
    /// Search steps taken.
    pub search_steps: u64,
    /// Open-clock members.
    pub clocks: u64,
    /// Open-clock members placed.
    pub clocks_placed: u64,
    /// Open-clock members who wait, each with why.
    pub clocks_waiting: Vec<ClockRow>,
    /// Members who stayed, moved, or are new.
    pub kept: usize,
    /// See `kept`.
    pub moved: usize,
    /// See `kept`.
    pub new: usize,
    /// Members who had a manager and now wait.
    pub put_on_waitlist: usize,
    /// Members kept by a manager whose discipline the next step does not ask for: a consult is named.
    pub consults: usize,
    /// Utilisation of active managers before.
    pub load_before: Spread,
    /// Utilisation of active managers after, of the same people as before.
    pub load_after_same_people: Spread,
    /// Utilisation of active managers after, new people included.
    pub load_after: Spread,
    /// Managers above a cap before.
    pub over_capacity_before: usize,
    /// Managers above a cap after, by how much.
    pub over_limit: Vec<OverLimit>,
    /// Every manager.
    pub managers: Vec<ManagerLoad>,
    /// Discipline × state.
    pub peer_groups: Vec<PeerGroup>,
    /// Members who left their manager.
    pub moves: Vec<MoveRow>,
    /// Graduation candidates under `protect`.
    pub graduation_candidates: Vec<GraduationRow>,
    /// How many wait for which rule, most first.
    pub waiting_by_rule: Vec<RuleCount>,
    /// The one change that would place most.
    pub best_change: Option<ChangeRow>,
    /// Staff missing in all, for those who wait for nothing but room.
    pub shortfall_fte: f64,
    /// Staff missing by required discipline.
    pub shortfall: Vec<Shortfall>,
    /// Every rule waived alone.
    pub waivers: Vec<WaiverRow>,
    /// Counted input warnings.
    pub warnings: InputWarnings,
}

/// Puts the figures together. `audit` is the independent check of the same solution.
#[must_use]
pub fn summarise_assignment(
    problem: &Problem,
    options: &Options,
    solution: &Solution,
    explanation: &Explanation,
    audit: &Audit,
) -> AssignmentSummary {
    let managers = manager_loads(problem, solution);
    let on_duty = |pick: fn(&ManagerLoad) -> f64| {
        spread_of(managers.iter().filter(|m| m.status == Status::Active.as_str()).map(pick).collect())
    };
    let waiting = |reason: WaitReason| explanation.waiting.iter().filter(|w| w.reason == reason).count();
    let count = |status: AssignmentStatus| {
        (0..solution.assigned.len()).filter(|ix| status_of(problem, solution, *ix) == Some(status)).count()
    };
    let (shortfall_fte, shortfall) = missing_staff(problem, &explanation.waiting);
    AssignmentSummary {
        members: problem.members().len(),
        care_managers: problem.managers().len(),
        assigned: solution.assigned.iter().flatten().count(),
        waiting_no_eligible: waiting(WaitReason::NoEligibleManager),
        waiting_capacity: waiting(WaitReason::Capacity),
        z1: solution.z1,
        z1_upper_bound: solution.bound,
        z1_gap: solution.bound - solution.z1,
        z1_gap_percent: rounded(solution.gap() * 100.0, 4),
        w: audit.cost.total(),
        w_parts: audit.cost,
        weights: problem.weights(),
        continuity: options.continuity.as_str(),
        clocks_first: options.clocks_first,
        weekly_new: options.weekly_new,
        rules: describe_rules(options),
        search_steps: solution.steps,
        clocks: solution.clocks_total,
        clocks_placed: solution.clocks_placed,
        clocks_waiting: clock_rows(problem, explanation),
        kept: count(AssignmentStatus::Kept),
        moved: count(AssignmentStatus::Moved),
        new: count(AssignmentStatus::New),
        put_on_waitlist: explanation.moves.iter().filter(|m| m.to.is_none()).count(),
        consults: (0..problem.members().len())
            .filter(|ix| consult_discipline(problem, solution, *ix).is_some())
            .count(),
        load_before: on_duty(|m| m.utilisation_before),
        load_after_same_people: on_duty(|m| m.utilisation_after_same_people),
        load_after: on_duty(|m| m.utilisation_after),
        over_capacity_before: managers.iter().filter(|m| m.over_capacity_before).count(),
        over_limit: over_limits(&managers),
        peer_groups: peer_groups(&managers),
        managers,
        moves: move_rows(problem, explanation),
        graduation_candidates: graduation_rows(problem, explanation),
        waiting_by_rule: waiting_by_rule(explanation),
        best_change: explanation.best_change.as_ref().map(|c| ChangeRow {
            rule: c.rule.code(),
            would_place: c.would_place,
            sentence: c.sentence.clone(),
        }),
        shortfall_fte,
        shortfall,
        waivers: explanation
            .waived
            .iter()
            .map(|w| WaiverRow { rule: w.rule.code(), would_place: w.would_place })
            .collect(),
        warnings: problem.warnings(),
    }
}

/// How an assigned member comes to their manager; `None` for those who wait.
pub(super) fn status_of(problem: &Problem, solution: &Solution, ix: usize) -> Option<AssignmentStatus> {
    let place = solution.assigned[ix]?;
    Some(match problem.current(ix) {
        None => AssignmentStatus::New,
        Some(current) if current == place => AssignmentStatus::Kept,
        Some(_) => AssignmentStatus::Moved,
    })
}

fn move_rows(problem: &Problem, explanation: &Explanation) -> Vec<MoveRow> {
    let staff = |j: usize| problem.managers()[j].id.clone();
    let row = |m: &super::explain::Move| MoveRow {
        member_id: problem.members()[m.member].id.clone(),
        from: staff(m.from),
        to: m.to.map_or_else(String::new, staff),
        reason: m.reason.clone(),
    };
    explanation.moves.iter().map(row).collect()
}

fn graduation_rows(problem: &Problem, explanation: &Explanation) -> Vec<GraduationRow> {
    let id = |ix: usize| problem.members()[ix].id.clone();
    let row = |c: &super::explain::GraduationCandidate| GraduationRow {
        member_id: id(c.member),
        care_manager_id: problem.managers()[c.manager].id.clone(),
        for_member_id: c.makes_room_for.map_or_else(String::new, |(next, _)| id(next)),
        z1_gain: c.makes_room_for.map_or(0, |(_, gain)| gain),
    };
    explanation.graduation.iter().map(row).collect()
}

fn clock_rows(problem: &Problem, explanation: &Explanation) -> Vec<ClockRow> {
    let late = explanation.waiting.iter().filter(|w| problem.members()[w.member].has_open_clock());
    late.map(|w| ClockRow {
        member_id: problem.members()[w.member].id.clone(),
        reason: w.reason.code(),
        nearest_miss: w.nearest_text(problem),
    })
    .collect()
}

fn over_limits(managers: &[ManagerLoad]) -> Vec<OverLimit> {
    let over = managers.iter().filter(|m| m.cases_over > 0 || m.points_over > 0);
    over.map(|m| OverLimit {
        care_manager_id: m.care_manager_id.clone(),
        over_by_cases: m.cases_over,
        over_by_points: m.points_over,
    })
    .collect()
}

fn waiting_by_rule(explanation: &Explanation) -> Vec<RuleCount> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for one in &explanation.waiting {
        let rule = one.nearest.map_or_else(|| "NO_CARE_MANAGER".to_owned(), |(_, failing)| rule_codes(failing));
        *counts.entry(rule).or_default() += 1;
    }
    let mut rows: Vec<RuleCount> = counts.into_iter().map(|(rule, members)| RuleCount { rule, members }).collect();
    rows.sort_by(|a, b| b.members.cmp(&a.members).then_with(|| a.rule.cmp(&b.rule)));
    rows
}

/// `run` protects cases, puts open clocks first and counts weekly quotas; `assign` does none of it unless asked.
fn describe_rules(options: &Options) -> String {
    let continuity = match options.continuity {
        Continuity::Protect => {
            "cases stay with their manager (discipline, focus, language, travel and limits bind new assignments)"
        }
        Continuity::Prefer => "every rule binds cases too, and leaving the manager has a price",
        Continuity::Ignore => "every rule binds cases too, and leaving the manager has no price",
    };
    let clocks = if options.clocks_first { "open clocks are placed first" } else { "open clocks have no precedence" };
    let quotas = if options.weekly_new {
        "weekly quotas of new cases and episodes hold"
    } else {
        "weekly quotas of new cases and episodes are not applied"
    };
    format!("{}: {continuity}; {clocks}; {quotas}", options.continuity.as_str())
}

//! Owns the shape and the figures of `assignment_summary.json`. Refuses to assign, to explain or
//! to write files.

use std::collections::BTreeMap;

use serde::Serialize;

use super::check::{Audit, CostParts};
use super::explain::{Explanation, WaitReason};
use super::options::{Options, Weights};
use super::problem::{InputWarnings, Problem};
use super::search::Solution;
use super::vocabulary::Status;

/// Spread of utilisation over managers on duty. Ratios, 6 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Spread {
    /// Managers counted.
    pub managers: usize,
    /// Mean utilisation.
    pub mean: f64,
    /// Lowest.
    pub min: f64,
    /// Highest.
    pub max: f64,
    /// Standard deviation over mean.
    pub cv: f64,
    /// Gini coefficient.
    pub gini: f64,
}

/// One manager's load. Points and cases include the base load.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ManagerLoad {
    /// Manager id.
    pub care_manager_id: String,
    /// Profession.
    pub discipline: &'static str,
    /// Office state, or empty.
    pub state: &'static str,
    /// active, pto or leave.
    pub status: &'static str,
    /// Cap of cases.
    pub max_cases: u32,
    /// Cap of points.
    pub max_points: u32,
    /// Cases with everyone at the current manager.
    pub cases_before: u64,
    /// Points with everyone at the current manager.
    pub points_before: u64,
    /// Cases after.
    pub cases_after: u64,
    /// Points after.
    pub points_after: u64,
    /// Points over cap, before.
    pub utilisation_before: f64,
    /// Points over cap, after.
    pub utilisation_after: f64,
    /// Whether cases or points exceeded a cap before.
    pub over_capacity_before: bool,
}

/// Managers of one discipline in one state (status active).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeerGroup {
    /// Profession.
    pub discipline: &'static str,
    /// Office state, or empty.
    pub state: &'static str,
    /// Σ of the points caps.
    pub max_points: u64,
    /// Points before.
    pub points_before: u64,
    /// Points after.
    pub points_after: u64,
    /// Managers above a cap before.
    pub over_capacity_before: usize,
    /// Utilisation before.
    pub before: Spread,
    /// Utilisation after.
    pub after: Spread,
}

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
    /// Who waits for it.
    pub for_member_id: String,
    /// What the exchange would add to Z1.
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

/// Staff missing for one set of required disciplines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shortfall {
    /// Disciplines any of which would do, joined by `|`.
    pub required_discipline: String,
    /// Waiting members.
    pub members: u64,
    /// Their points.
    pub points: u64,
    /// Full-time equivalents at today's mean caps per FTE (the tighter of cases and points).
    pub fte: f64,
}

/// What waiving one rule would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Waiver {
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
    /// Whether weekly caps of new cases held.
    pub weekly_new: bool,
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
    /// Utilisation of active managers before.
    pub load_before: Spread,
    /// Utilisation of active managers after.
    pub load_after: Spread,
    /// Managers above a cap before.
    pub over_capacity_before: usize,
    /// Every manager.
    pub managers: Vec<ManagerLoad>,
    /// Discipline × state.
    pub peer_groups: Vec<PeerGroup>,
    /// Members who left their manager.
    pub moves: Vec<MoveRow>,
    /// Graduation candidates under `protect`.
    pub graduation_candidates: Vec<GraduationRow>,
    /// Staff missing in all.
    pub shortfall_fte: f64,
    /// Staff missing by required discipline.
    pub shortfall: Vec<Shortfall>,
    /// The rule whose waiver would place most people.
    pub best_waiver: Option<Waiver>,
    /// Every rule waived alone.
    pub waivers: Vec<Waiver>,
    /// Counted input warnings.
    pub warnings: InputWarnings,
}

/// Puts the figures together. `audit` is the independent check of the same solution.
#[must_use]
pub fn summarise(
    problem: &Problem,
    options: &Options,
    solution: &Solution,
    explanation: &Explanation,
    audit: &Audit,
) -> AssignmentSummary {
    let managers = manager_loads(problem, solution);
    let on_duty = |pick: fn(&ManagerLoad) -> f64| {
        spread(managers.iter().filter(|m| m.status == Status::Active.as_str()).map(pick).collect())
    };
    let waiting = |reason: WaitReason| explanation.waiting.iter().filter(|w| w.reason == reason).count();
    let count = |status: &str| {
        (0..solution.assigned.len()).filter(|ix| status_of(problem, solution, *ix) == Some(status)).count()
    };
    let (shortfall_fte, shortfall) = shortfall(problem, explanation);
    let waiver = |(rule, n): (super::eligibility::Rule, u64)| Waiver { rule: rule.code(), would_place: n };
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
        search_steps: solution.steps,
        clocks: solution.clocks_total,
        clocks_placed: solution.clocks_placed,
        clocks_waiting: clock_rows(problem, explanation),
        kept: count("kept"),
        moved: count("moved"),
        new: count("new"),
        load_before: on_duty(|m| m.utilisation_before),
        load_after: on_duty(|m| m.utilisation_after),
        over_capacity_before: managers.iter().filter(|m| m.over_capacity_before).count(),
        peer_groups: peer_groups(&managers),
        managers,
        moves: move_rows(problem, explanation),
        graduation_candidates: graduation_rows(problem, explanation),
        shortfall_fte,
        shortfall,
        best_waiver: explanation.best_waiver().map(waiver),
        waivers: explanation.waived.iter().copied().map(waiver).collect(),
        warnings: problem.warnings(),
    }
}

/// kept, moved or new; `None` for those who wait.
pub(super) fn status_of(problem: &Problem, solution: &Solution, ix: usize) -> Option<&'static str> {
    let place = solution.assigned[ix]?;
    Some(match problem.current(ix) {
        None => "new",
        Some(current) if current == place => "kept",
        Some(_) => "moved",
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
        for_member_id: id(c.for_member),
        z1_gain: c.z1_gain,
    };
    explanation.graduation.iter().map(row).collect()
}

fn clock_rows(problem: &Problem, explanation: &Explanation) -> Vec<ClockRow> {
    let late = explanation.waiting.iter().filter(|w| problem.members()[w.member].tcm);
    late.map(|w| ClockRow {
        member_id: problem.members()[w.member].id.clone(),
        reason: w.reason.code(),
        nearest_miss: w.nearest_text(problem),
    })
    .collect()
}

fn manager_loads(problem: &Problem, solution: &Solution) -> Vec<ManagerLoad> {
    let base = |m: &super::problem::CareManager| (u64::from(m.base_cases), u64::from(m.base_points));
    let mut before: Vec<(u64, u64)> = problem.managers().iter().map(base).collect();
    let mut after = before.clone();
    for (ix, member) in problem.members().iter().enumerate() {
        let places = [(&mut before, problem.current(ix)), (&mut after, solution.assigned[ix])];
        for (loads, j) in places {
            if let Some(j) = j {
                loads[j].0 += 1;
                loads[j].1 += u64::from(member.acuity);
            }
        }
    }
    let row = |(j, m): (usize, &super::problem::CareManager)| ManagerLoad {
        care_manager_id: m.id.clone(),
        discipline: m.discipline.as_str(),
        state: m.state.map_or("", super::vocabulary::State::as_str),
        status: m.status.as_str(),
        max_cases: m.max_cases,
        max_points: m.max_points,
        cases_before: before[j].0,
        points_before: before[j].1,
        cases_after: after[j].0,
        points_after: after[j].1,
        utilisation_before: rounded(ratio(before[j].1, u64::from(m.max_points)), 6),
        utilisation_after: rounded(ratio(after[j].1, u64::from(m.max_points)), 6),
        over_capacity_before: before[j].0 > u64::from(m.max_cases) || before[j].1 > u64::from(m.max_points),
    };
    problem.managers().iter().enumerate().map(row).collect()
}

fn peer_groups(managers: &[ManagerLoad]) -> Vec<PeerGroup> {
    let mut groups: BTreeMap<(&str, &str), Vec<&ManagerLoad>> = BTreeMap::new();
    for manager in managers.iter().filter(|m| m.status == Status::Active.as_str()) {
        groups.entry((manager.discipline, manager.state)).or_default().push(manager);
    }
    groups
        .values()
        .map(|peers| PeerGroup {
            discipline: peers[0].discipline,
            state: peers[0].state,
            max_points: peers.iter().map(|m| u64::from(m.max_points)).sum(),
            points_before: peers.iter().map(|m| m.points_before).sum(),
            points_after: peers.iter().map(|m| m.points_after).sum(),
            over_capacity_before: peers.iter().filter(|m| m.over_capacity_before).count(),
            before: spread(peers.iter().map(|m| m.utilisation_before).collect()),
            after: spread(peers.iter().map(|m| m.utilisation_after).collect()),
        })
        .collect()
}

/// Waiting members against what one FTE carries today.
fn shortfall(problem: &Problem, explanation: &Explanation) -> (f64, Vec<Shortfall>) {
    let active = || problem.managers().iter().filter(|m| m.status == Status::Active);
    let fte: f64 = active().map(|m| m.fte).sum();
    let points_cap: u64 = active().map(|m| u64::from(m.max_points)).sum();
    let cases_cap: u64 = active().map(|m| u64::from(m.max_cases)).sum();
    let need = |members: u64, points: u64| {
        let share = ratio(points, points_cap).max(ratio(members, cases_cap));
        rounded(share * fte, 2)
    };
    let mut groups: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut all = (0, 0);
    for one in &explanation.waiting {
        let member = &problem.members()[one.member];
        let group = groups.entry(member.required.to_text()).or_default();
        for sum in [group, &mut all] {
            sum.0 += 1;
            sum.1 += u64::from(member.acuity);
        }
    }
    let rows = groups.into_iter().map(|(required_discipline, (members, points))| Shortfall {
        required_discipline,
        members,
        points,
        fte: need(members, points),
    });
    (need(all.0, all.1), rows.collect())
}

#[allow(clippy::cast_precision_loss)] // loads are far below 2^52
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Rounds half up to `digits`, so that printed figures do not carry noise.
fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale + 0.5).floor() / scale
}

#[allow(clippy::cast_precision_loss)] // a roster is far below 2^52
fn spread(mut values: Vec<f64>) -> Spread {
    values.sort_by(f64::total_cmp);
    let (Some(min), Some(max)) = (values.first(), values.last()) else {
        return Spread::default();
    };
    let n = values.len() as f64;
    let sum: f64 = values.iter().sum();
    let mean = sum / n;
    let deviation = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
    let weighted: f64 = values.iter().enumerate().map(|(i, v)| (i as f64 + 1.0) * v).sum();
    let gini = if sum > 0.0 { 2.0 * weighted / (n * sum) - (n + 1.0) / n } else { 0.0 };
    Spread {
        managers: values.len(),
        mean: rounded(mean, 6),
        min: rounded(*min, 6),
        max: rounded(*max, 6),
        cv: rounded(if mean > 0.0 { deviation / mean } else { 0.0 }, 6),
        gini: rounded(gini, 6),
    }
}

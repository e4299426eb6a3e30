//! Owns the reasons behind an assignment: why someone waits, why someone moved, who could graduate, whom to consult.
//! Refuses to change the assignment.

use rayon::prelude::*;

use super::eligibility::{FreeCapacity, rule_codes};
use super::options::{Continuity, Options};
use super::problem::Problem;
use super::search::Solution;
use super::waiting::{WaitReason, Waiting, explain_wait, member_worth};
use super::waivers::{Change, Waiver, best_change, waive_each};
use crate::domain::Disciplines;

/// A member who leaves the current manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Member index.
    pub member: usize,
    /// Manager before.
    pub from: usize,
    /// Manager after; `None` when the member now waits.
    pub to: Option<usize>,
    /// Why, in one sentence.
    pub reason: String,
}

/// A member who stays and meets the rule of graduation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraduationCandidate {
    /// Member index of the one who could graduate.
    pub member: usize,
    /// Manager who would gain the place.
    pub manager: usize,
    /// The worthiest waiting member who fits there in exchange, and what the exchange would add to Z1.
    pub makes_room_for: Option<(usize, i64)>,
}

/// Everything explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Waiting members, in member order.
    pub waiting: Vec<Waiting>,
    /// Members who left their manager, in member order.
    pub moves: Vec<Move>,
    /// Candidates for graduation, lowest worth first.
    pub graduation: Vec<GraduationCandidate>,
    /// How many waiting members could be placed into today's free room if one rule were waived
    /// (for `CAPACITY`: how many wait for nothing else), in rule order.
    pub waived: Vec<Waiver>,
    /// The one change that would place most of those who wait.
    pub best_change: Option<Change>,
}

/// Explains a solution of this problem under these options.
#[must_use]
pub fn explain_solution(problem: &Problem, options: &Options, solution: &Solution) -> Explanation {
    let rooms = free_capacities(problem, options, solution);
    let waiting: Vec<Waiting> = (0..problem.members().len())
        .into_par_iter()
        .filter(|ix| solution.assigned[*ix].is_none())
        .map(|ix| explain_wait(problem, &rooms, ix))
        .collect();
    let waived = waive_each(problem, &rooms, &waiting);
    Explanation {
        moves: explain_moves(problem, options, solution, &rooms),
        graduation: find_graduates(problem, solution, &rooms, &waiting),
        best_change: best_change(problem, &rooms, &waiting, &waived),
        waived,
        waiting,
    }
}

/// What each manager has left.
fn free_capacities(problem: &Problem, options: &Options, solution: &Solution) -> Vec<FreeCapacity> {
    let quota = |cap: Option<u32>| cap.filter(|_| options.weekly_new).map(i64::from);
    let mut rooms: Vec<FreeCapacity> = problem
        .managers()
        .iter()
        .map(|m| FreeCapacity {
            cases: i64::from(m.max_cases) - i64::from(m.base_cases),
            points: i64::from(m.max_points) - i64::from(m.base_points),
            new_left: [quota(m.weekly_new_cap), quota(m.weekly_episode_cap)],
        })
        .collect();
    for (ix, place) in solution.assigned.iter().enumerate() {
        if let Some(j) = place {
            rooms[*j].take(&problem.members()[ix], problem.current(ix) != *place);
        }
    }
    rooms
}

fn explain_moves(problem: &Problem, options: &Options, solution: &Solution, rooms: &[FreeCapacity]) -> Vec<Move> {
    let mut before: Vec<(u64, u64)> =
        problem.managers().iter().map(|m| (u64::from(m.base_cases), u64::from(m.base_points))).collect();
    for (ix, member) in problem.members().iter().enumerate() {
        if let Some(j) = problem.current(ix) {
            before[j].0 += 1;
            before[j].1 += u64::from(member.acuity);
        }
    }
    let moved = |ix: usize| {
        let from = problem.current(ix)?;
        let to = solution.assigned[ix];
        if to == Some(from) {
            return None;
        }
        let hard = match options.continuity {
            Continuity::Protect => problem.why_not_keep(ix, from),
            _ => problem.why_not(ix, from),
        };
        let manager = &problem.managers()[from];
        let (cases, points) = before[from];
        let over = cases > u64::from(manager.max_cases) || points > u64::from(manager.max_points);
        let full = rooms[from].points < i64::from(problem.members()[ix].acuity) || rooms[from].cases < 1;
        let reason = if !hard.is_empty() {
            format!("the current manager may not serve the member: {}", rule_codes(hard))
        } else if over {
            format!(
                "the current manager was over capacity ({cases} of {} cases, {points} of {} points)",
                manager.max_cases, manager.max_points
            )
        } else if full {
            "the place went to members of higher priority".to_owned()
        } else {
            "another manager costs less in travel, focus, language or load balance".to_owned()
        };
        Some(Move { member: ix, from, to, reason })
    };
    (0..problem.members().len()).filter_map(moved).collect()
}

const SIZES: [u8; 5] = [1, 2, 3, 5, 8];

/// For each manager and acuity, the waiting member of highest worth (lowest id among equals).
fn best_waiting(problem: &Problem, waiting: &[Waiting]) -> Vec<[Option<usize>; 5]> {
    let of_manager = |j: usize| {
        let mut best = [None; 5];
        for one in waiting.iter().filter(|one| one.reason == WaitReason::Capacity) {
            let size = SIZES.iter().position(|size| *size == problem.members()[one.member].acuity).unwrap_or(0);
            let better =
                best[size].is_none_or(|found| member_worth(problem, one.member) > member_worth(problem, found));
            if better && problem.why_not(one.member, j).is_empty() {
                best[size] = Some(one.member);
            }
        }
        best
    };
    (0..problem.managers().len()).into_par_iter().map(of_manager).collect()
}

/// Whoever stays and meets the rule of graduation, with whom the place would serve.
fn find_graduates(
    problem: &Problem,
    solution: &Solution,
    rooms: &[FreeCapacity],
    waiting: &[Waiting],
) -> Vec<GraduationCandidate> {
    let stays = |ix: &usize| {
        let member = &problem.members()[*ix];
        member.may_graduate && !member.pinned && solution.protected[*ix]
    };
    let ready: Vec<usize> = (0..problem.members().len()).filter(stays).collect();
    if ready.is_empty() {
        return Vec::new();
    }
    let best = best_waiting(problem, waiting);
    let candidate = |ix: usize| {
        let manager = solution.assigned[ix]?;
        // A member who stays is nobody new, so leaving gives no quota back.
        let mut room = rooms[manager];
        room.cases += 1;
        room.points += i64::from(problem.members()[ix].acuity);
        let fits = |y: &usize| {
            let is_new = problem.current(*y) != Some(manager);
            room.refusals(&problem.members()[*y], is_new).is_empty()
        };
        let next = best[manager].iter().flatten().copied().filter(fits);
        let makes_room_for = next
            .max_by_key(|y| (member_worth(problem, *y), std::cmp::Reverse(*y)))
            .map(|y| (y, member_worth(problem, y) - member_worth(problem, ix)));
        Some(GraduationCandidate { member: ix, manager, makes_room_for })
    };
    let mut list: Vec<GraduationCandidate> = ready.into_iter().filter_map(candidate).collect();
    list.sort_by_key(|c| (member_worth(problem, c.member), c.member));
    list
}

/// The disciplines one of which the owner of a kept member should consult, when the next step asks for another than the
/// owner's.
#[must_use]
pub fn consult_discipline(problem: &Problem, solution: &Solution, ix: usize) -> Option<Disciplines> {
    let owner = solution.assigned[ix]?;
    let required = problem.members()[ix].required;
    (!required.contains(problem.managers()[owner].discipline)).then_some(required)
}

/// The manager who stands in for the owner, who is not on duty; `None` for an owner on duty or without a cover.
#[must_use]
pub fn covered_by(problem: &Problem, solution: &Solution, ix: usize) -> Option<usize> {
    problem.cover_of(solution.assigned[ix]?)
}

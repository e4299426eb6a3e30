//! Owns the reasons behind an assignment: why someone waits, why someone moved, who could
//! graduate, which rule holds most people back. Refuses to change the assignment.

use rayon::prelude::*;

use super::eligibility::{Room, Rule, RuleSet, why_not, why_not_now};
use super::options::Options;
use super::problem::Problem;
use super::search::Solution;

/// Why a member waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitReason {
    /// No manager passes the hard rules, load aside.
    NoEligibleManager,
    /// Somebody could, but has no cases, points or weekly new cases left.
    Capacity,
}

impl WaitReason {
    /// The code of `waitlist.csv`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoEligibleManager => "NO_ELIGIBLE_CM",
            Self::Capacity => "CAPACITY",
        }
    }
}

/// One waiting member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Member index.
    pub member: usize,
    /// Why.
    pub reason: WaitReason,
    /// Manager with the fewest failing rules (lowest id among equals) and those rules; `None`
    /// when there are no managers.
    pub nearest: Option<(usize, RuleSet)>,
}

impl Waiting {
    /// The nearest miss as printed: `CM00012:LANGUAGE`, rules joined by `+`; empty without managers.
    #[must_use]
    pub fn nearest_text(&self, problem: &Problem) -> String {
        self.nearest.map_or_else(String::new, |(j, rules)| format!("{}:{rules}", problem.managers()[j].id))
    }
}

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

/// A protected member whose place a waiting member of higher worth could use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraduationCandidate {
    /// Member index of the one who could graduate.
    pub member: usize,
    /// Manager who would gain the place.
    pub manager: usize,
    /// The worthiest waiting member who fits there in exchange.
    pub for_member: usize,
    /// What the exchange would add to Z1.
    pub z1_gain: i64,
}

/// Everything explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Waiting members, in member order.
    pub waiting: Vec<Waiting>,
    /// Members who left their manager, in member order.
    pub moves: Vec<Move>,
    /// Candidates for graduation: lowest risk tier first, then lowest worth.
    pub graduation: Vec<GraduationCandidate>,
    /// How many waiting members could be placed into today's free room if one rule were waived
    /// (for `CAPACITY` and `WEEKLY_NEW`: how many wait for nothing else), in rule order.
    pub waived: Vec<(Rule, u64)>,
}

impl Explanation {
    /// The rule whose waiver would place most people (the earlier rule among equals); `None` when
    /// no waiver would place anyone.
    #[must_use]
    pub fn best_waiver(&self) -> Option<(Rule, u64)> {
        self.waived.iter().copied().filter(|(_, n)| *n > 0).rev().max_by_key(|(_, n)| *n)
    }
}

/// Explains a solution of this problem under these options.
#[must_use]
pub fn explain(problem: &Problem, options: &Options, solution: &Solution) -> Explanation {
    let rooms = rooms(problem, options, solution);
    let waiting: Vec<Waiting> = (0..problem.members().len())
        .into_par_iter()
        .filter(|ix| solution.assigned[*ix].is_none())
        .map(|ix| wait(problem, &rooms, ix))
        .collect();
    Explanation {
        moves: moves(problem, solution, &rooms),
        graduation: graduation(problem, solution, &rooms, &waiting),
        waived: waived(problem, &rooms, &waiting),
        waiting,
    }
}

/// What each manager has left.
fn rooms(problem: &Problem, options: &Options, solution: &Solution) -> Vec<Room> {
    let mut rooms: Vec<Room> = problem
        .managers()
        .iter()
        .map(|m| Room {
            cases: i64::from(m.max_cases) - i64::from(m.base_cases),
            points: i64::from(m.max_points) - i64::from(m.base_points),
            new_cases: m.weekly_new_cap.filter(|_| options.weekly_new).map(i64::from),
        })
        .collect();
    for (ix, place) in solution.assigned.iter().enumerate() {
        let Some(j) = place else { continue };
        let room = &mut rooms[*j];
        room.cases -= 1;
        room.points -= i64::from(problem.members()[ix].acuity);
        if problem.current(ix) != *place {
            room.new_cases = room.new_cases.map(|left| left - 1);
        }
    }
    rooms
}

fn wait(problem: &Problem, rooms: &[Room], ix: usize) -> Waiting {
    // Among equally few, what staffing can mend (away, full, the week's cap) is nearer than what a person is not.
    let standing = |failing: RuleSet| {
        u32::from(failing.contains(Rule::Discipline)) * 2
            + [Rule::Licence, Rule::Language, Rule::Pediatric, Rule::HomeVisit]
                .iter()
                .map(|r| u32::from(failing.contains(*r)))
                .sum::<u32>()
    };
    let mut nearest: Option<((u32, u32), usize, RuleSet)> = None;
    let mut eligible = false;
    for (j, room) in rooms.iter().enumerate() {
        let hard = why_not(problem, ix, j);
        eligible |= hard.is_empty();
        let failing = hard.with_room(problem, ix, j, *room);
        let far = (failing.len(), standing(failing));
        if nearest.is_none_or(|(least, _, _)| far < least) {
            nearest = Some((far, j, failing));
        }
    }
    Waiting {
        member: ix,
        reason: if eligible { WaitReason::Capacity } else { WaitReason::NoEligibleManager },
        nearest: nearest.map(|(_, j, failing)| (j, failing)),
    }
}

fn worth(problem: &Problem, ix: usize) -> i64 {
    let member = &problem.members()[ix];
    i64::from(member.priority) * i64::from(member.acuity)
}

fn moves(problem: &Problem, solution: &Solution, rooms: &[Room]) -> Vec<Move> {
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
        let hard = why_not(problem, ix, from);
        let manager = &problem.managers()[from];
        let (cases, points) = before[from];
        let over = cases > u64::from(manager.max_cases) || points > u64::from(manager.max_points);
        let full = rooms[from].points < i64::from(problem.members()[ix].acuity) || rooms[from].cases < 1;
        let reason = if !hard.is_empty() {
            format!("the current manager may not serve the member: {hard}")
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
            let better = best[size].is_none_or(|found| worth(problem, one.member) > worth(problem, found));
            if better && why_not(problem, one.member, j).is_empty() {
                best[size] = Some(one.member);
            }
        }
        best
    };
    (0..problem.managers().len()).into_par_iter().map(of_manager).collect()
}

fn graduation(problem: &Problem, solution: &Solution, rooms: &[Room], waiting: &[Waiting]) -> Vec<GraduationCandidate> {
    if !solution.protected.contains(&true) || waiting.is_empty() {
        return Vec::new();
    }
    let best = best_waiting(problem, waiting);
    let candidate = |ix: usize| {
        let manager = solution.assigned[ix].filter(|_| solution.protected[ix])?;
        let room = rooms[manager];
        let points = room.points + i64::from(problem.members()[ix].acuity);
        // A protected member is no new case, so leaving frees nothing under the weekly cap.
        let capped = room.new_cases.is_some_and(|left| left < 1);
        let fits = |y: &usize| {
            i64::from(problem.members()[*y].acuity) <= points
                && room.cases >= 0
                && (!capped || problem.current(*y) == Some(manager))
        };
        let for_member = best[manager]
            .iter()
            .flatten()
            .copied()
            .filter(fits)
            .max_by_key(|y| (worth(problem, *y), std::cmp::Reverse(*y)))?;
        let z1_gain = worth(problem, for_member) - worth(problem, ix);
        (z1_gain > 0).then_some(GraduationCandidate { member: ix, manager, for_member, z1_gain })
    };
    let mut list: Vec<GraduationCandidate> = (0..problem.members().len()).filter_map(candidate).collect();
    let tier = |ix: usize| problem.members()[ix].tier.unwrap_or(0);
    list.sort_by_key(|c| (std::cmp::Reverse(tier(c.member)), worth(problem, c.member), c.member));
    list
}

/// Waives one rule at a time and fills today's free room with those who wait, the worthiest first.
fn waived(problem: &Problem, rooms: &[Room], waiting: &[Waiting]) -> Vec<(Rule, u64)> {
    let mut queue: Vec<&Waiting> = waiting.iter().collect();
    queue.sort_by_key(|one| (std::cmp::Reverse(worth(problem, one.member)), one.member));
    let open: Vec<usize> = (0..rooms.len()).filter(|j| rooms[*j].cases > 0 && rooms[*j].points > 0).collect();
    let mut counts = Vec::new();
    for rule in Rule::ALL {
        let alone = RuleSet::only(rule);
        if matches!(rule, Rule::Capacity | Rule::WeeklyNew) {
            let misses = |one: &&&Waiting| one.nearest.is_some_and(|(_, failing)| failing == alone);
            counts.push((rule, queue.iter().filter(misses).count() as u64));
            continue;
        }
        let mut left = rooms.to_vec();
        let mut placed = 0;
        for one in &queue {
            let fit = open.iter().copied().find(|j| {
                left[*j].points > 0
                    && left[*j].cases > 0
                    && why_not_now(problem, one.member, *j, left[*j]).within(alone)
            });
            if let Some(j) = fit {
                left[j].cases -= 1;
                left[j].points -= i64::from(problem.members()[one.member].acuity);
                if problem.current(one.member) != Some(j) {
                    left[j].new_cases = left[j].new_cases.map(|n| n - 1);
                }
                placed += 1;
            }
        }
        counts.push((rule, placed));
    }
    counts
}

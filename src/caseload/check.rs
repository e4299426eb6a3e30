//! Owns an independent audit of an assignment. Refuses to call the solver, its pool or its rules:
//! eligibility, capacity, swaps and W are derived here again from the data alone, so that an error
//! in the solver cannot hide in its own arithmetic.

use std::collections::BTreeMap;

use super::options::{Continuity, Options};
use super::problem::Problem;
use super::rows::{CareManager, Member};
use crate::domain::vocabulary::{Disciplines, Focus, Language, State, Status};

/// What W is made of. Counts are plain, costs are in cost units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct CostParts {
    /// Σ of the convex load cost over managers not on leave.
    pub z2_load: i64,
    /// b · Z2.
    pub balance_cost: i64,
    /// Members assigned away from a current manager in the roster.
    pub continuity_breaks: i64,
    /// Their price (0 under `ignore`).
    pub continuity_cost: i64,
    /// Σ round(km) · visits per month.
    pub travel_km_visits: i64,
    /// Their price.
    pub travel_cost: i64,
    /// Members whose focus the manager lacks.
    pub focus_mismatches: i64,
    /// Their price.
    pub focus_cost: i64,
    /// Members whose language the manager lacks.
    pub interpreters: i64,
    /// Their price.
    pub interpreter_cost: i64,
}

impl CostParts {
    /// W.
    #[must_use]
    pub const fn total(&self) -> i64 {
        self.balance_cost + self.continuity_cost + self.travel_cost + self.focus_cost + self.interpreter_cost
    }
}

/// The findings. A sound answer has no violation, no avoidable wait and no improving swap.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Audit {
    /// Broken hard rules by kind.
    pub violations: BTreeMap<&'static str, u64>,
    /// Waiting members who would fit with someone eligible as things are.
    pub avoidable: u64,
    /// Waiting members who, in place of one movable member, would raise the objective.
    pub improving_swaps: u64,
    /// Open-clock members placed.
    pub clocks_placed: u64,
    /// Σ priority · acuity of the assigned.
    pub z1: i64,
    /// W and its parts.
    pub cost: CostParts,
}

impl Audit {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty() && self.avoidable == 0 && self.improving_swaps == 0
    }
}

fn travel_kilometres(member: &Member, manager: &CareManager) -> Option<f64> {
    let (home, office) = (member.position?, manager.position?);
    let (a, b) = (home.lat.to_radians(), office.lat.to_radians());
    let squared = |x: f64| x * x;
    let h = squared(((b - a) / 2.0).sin())
        + a.cos() * b.cos() * squared(((office.lon - home.lon).to_radians() / 2.0).sin());
    Some(2.0 * 6371.0088 * h.sqrt().min(1.0).asin())
}

/// The hard rules that do not depend on load; the first that fails.
fn first_refusal(member: &Member, manager: &CareManager, is_current: bool) -> Option<&'static str> {
    match manager.status {
        Status::Leave => return Some("STATUS"),
        Status::Pto if !is_current => return Some("STATUS"),
        _ => {}
    }
    if !member.required.contains(manager.discipline) {
        return Some("DISCIPLINE");
    }
    match member.state {
        Some(state) if manager.licensed.contains(state) => {}
        _ => return Some("LICENCE"),
    }
    if member.language_required && !speaks_language(member, manager) {
        return Some("LANGUAGE");
    }
    if member.focus == Focus::Pediatric && !manager.focus.contains(Focus::Pediatric) {
        return Some("PEDIATRIC");
    }
    if member.home_visit {
        let near = match travel_kilometres(member, manager) {
            Some(km) => km <= manager.max_travel_km + 1e-6,
            None => member.county_fips.is_some() && member.county_fips == manager.county_fips,
        };
        if !manager.home_visits || !near {
            return Some("HOME_VISIT");
        }
    }
    None
}

/// What may part a current member from the manager under `protect`.
fn refusal_to_keep(member: &Member, manager: &CareManager, covered: bool) -> Option<&'static str> {
    if manager.status == Status::Leave && !covered {
        return Some("STATUS");
    }
    match member.state {
        Some(state) if manager.licensed.contains(state) => None,
        _ => Some("LICENCE"),
    }
}

fn speaks_language(member: &Member, manager: &CareManager) -> bool {
    member.language.is_some_and(|language| manager.languages.contains(language))
}

#[derive(Clone, Default)]
struct Panel {
    cases: i64,
    points: i64,
    /// Of these, base load and members who stay whatever the load.
    kept_cases: i64,
    kept_points: i64,
    /// New cases, new episodes.
    new_places: [i64; 2],
    /// Lowest (clock, value) among movable members by (acuity, is new, kind).
    low: BTreeMap<(u8, bool, usize), (bool, i64)>,
}

struct Auditor<'a> {
    problem: &'a Problem,
    options: &'a Options,
    panels: Vec<Panel>,
    /// Whether somebody on duty stands in for the manager.
    covered: Vec<bool>,
    by_licence: BTreeMap<(State, usize), Vec<usize>>,
    desk_lists: BTreeMap<DeskKey, Vec<usize>>,
}

type DeskKey = (Option<State>, Disciplines, (bool, Option<Language>), bool);

/// Audits `assigned` (a manager index per member index). `fixed` marks members that the policy
/// keeps in place beside the pinned ones; each must be with the current manager.
#[must_use]
pub fn audit_assignment(problem: &Problem, options: &Options, assigned: &[Option<usize>], fixed: &[bool]) -> Audit {
    let mut audit = Audit::default();
    let mut auditor = Auditor::new(problem, options);
    if assigned.len() != problem.members().len() || fixed.len() != assigned.len() {
        audit.violations.insert("SHAPE", 1);
        return audit;
    }
    for (ix, place) in assigned.iter().enumerate() {
        auditor.settle(&mut audit, ix, *place, fixed[ix]);
    }
    auditor.loads(&mut audit);
    for (ix, _) in assigned.iter().enumerate().filter(|(_, place)| place.is_none()) {
        auditor.waiting(&mut audit, ix);
    }
    audit
}

impl<'a> Auditor<'a> {
    fn new(problem: &'a Problem, options: &'a Options) -> Self {
        let panels = problem
            .managers()
            .iter()
            .map(|m| {
                let (cases, points) = (i64::from(m.base_cases), i64::from(m.base_points));
                Panel { cases, points, kept_cases: cases, kept_points: points, ..Panel::default() }
            })
            .collect();
        let covered = problem
            .managers()
            .iter()
            .map(|m| {
                let stands_in =
                    |c: &CareManager| c.status == Status::Active && c.cover_for.as_deref() == Some(m.id.as_str());
                m.status != Status::Active && problem.managers().iter().any(stands_in)
            })
            .collect();
        let mut by_licence: BTreeMap<(State, usize), Vec<usize>> = BTreeMap::new();
        for state in problem.members().iter().filter_map(|m| m.state) {
            if by_licence.contains_key(&(state, 0)) {
                continue;
            }
            for (j, manager) in problem.managers().iter().enumerate().filter(|(_, m)| m.licensed.contains(state)) {
                by_licence.entry((state, manager.discipline as usize)).or_default().push(j);
            }
            by_licence.entry((state, 0)).or_default();
        }
        Self { problem, options, panels, covered, by_licence, desk_lists: BTreeMap::new() }
    }

    fn rank(&self, ix: usize) -> (bool, i64) {
        let member = &self.problem.members()[ix];
        (self.options.clocks_first && member.priority >= 900, i64::from(member.priority) * i64::from(member.acuity))
    }

    fn settle(&mut self, audit: &mut Audit, ix: usize, place: Option<usize>, fixed: bool) {
        let member = &self.problem.members()[ix];
        let current = self.problem.current(ix);
        let mut broken = |kind: &'static str| *audit.violations.entry(kind).or_insert(0) += 1;
        if (member.pinned || fixed) && (place.is_none() || place != current) {
            broken(if member.pinned { "PIN_BROKEN" } else { "PROTECTION_BROKEN" });
        }
        let protect = self.options.continuity == Continuity::Protect;
        let managers = self.problem.managers();
        if let Some(j) = current.filter(|j| protect && place != Some(*j))
            && refusal_to_keep(member, &managers[j], self.covered[j]).is_none()
        {
            broken("CONTINUITY_BROKEN");
        }
        let Some(j) = place else { return };
        let Some(manager) = managers.get(j) else {
            broken("UNKNOWN_CARE_MANAGER");
            return;
        };
        let refused = if protect && current == place {
            refusal_to_keep(member, manager, self.covered[j])
        } else {
            first_refusal(member, manager, current == place)
        };
        if let Some(rule) = refused {
            broken(rule);
        }
        let rank = self.rank(ix);
        let is_new = current != place;
        let panel = &mut self.panels[j];
        panel.cases += 1;
        panel.points += i64::from(member.acuity);
        panel.new_places[member.kind as usize] += i64::from(is_new);
        if member.pinned || fixed {
            panel.kept_cases += 1;
            panel.kept_points += i64::from(member.acuity);
        } else {
            let low = panel.low.entry((member.acuity, is_new, member.kind as usize)).or_insert(rank);
            *low = rank.min(*low);
        }
        audit.z1 += rank.1;
        audit.clocks_placed += u64::from(member.priority >= 900);
        self.charge(&mut audit.cost, member, manager, current.is_some() && is_new);
    }

    fn charge(&self, cost: &mut CostParts, member: &Member, manager: &CareManager, moved: bool) {
        let weights = self.problem.weights();
        if moved {
            cost.continuity_breaks += 1;
            if self.options.continuity != Continuity::Ignore {
                cost.continuity_cost += i64::from(weights.continuity_break);
            }
        }
        if member.home_visit {
            // Whole kilometres, half up; no coordinates, no kilometres.
            #[allow(clippy::cast_possible_truncation)] // at most 20,016 km
            let km = travel_kilometres(member, manager).map_or(0, |km| (km + 0.5).floor() as i64);
            let travel = km * i64::from(member.visits_per_month);
            cost.travel_km_visits += travel;
            cost.travel_cost += travel * i64::from(weights.travel_km_visit);
        }
        if !manager.focus.contains(member.focus) {
            cost.focus_mismatches += 1;
            cost.focus_cost += i64::from(weights.focus_mismatch);
        }
        if !speaks_language(member, manager) {
            cost.interpreters += 1;
            cost.interpreter_cost += i64::from(weights.interpreter);
        }
    }

    fn loads(&self, audit: &mut Audit) {
        for (panel, manager) in self.panels.iter().zip(self.problem.managers()) {
            let mut over = |kind: &'static str, bad: bool| {
                if bad {
                    *audit.violations.entry(kind).or_insert(0) += 1;
                }
            };
            // A load above the cap of people who stay is the input's doing, not the assignment's.
            over("OVER_CASES", panel.cases > i64::from(manager.max_cases) && panel.cases > panel.kept_cases);
            over("OVER_POINTS", panel.points > i64::from(manager.max_points) && panel.points > panel.kept_points);
            for (kind, rule) in ["WEEKLY_NEW", "WEEKLY_EPISODES"].into_iter().enumerate() {
                let cap = weekly_quota(manager, kind).filter(|_| self.options.weekly_new);
                over(rule, cap.is_some_and(|cap| panel.new_places[kind] > i64::from(cap)));
            }
            audit.cost.z2_load += piecewise_cost(panel.points, i64::from(manager.max_points));
        }
        audit.cost.balance_cost = audit.cost.z2_load * i64::from(self.problem.weights().balance);
    }

    fn eligible(&mut self, ix: usize) -> Vec<usize> {
        let problem = self.problem;
        let member = &problem.members()[ix];
        let current = problem.current(ix);
        let key: DeskKey = (
            member.state,
            member.required,
            (member.language_required, member.language.filter(|_| member.language_required)),
            member.focus == Focus::Pediatric,
        );
        let shared = current.is_none() && !member.home_visit;
        if shared && let Some(list) = self.desk_lists.get(&key) {
            return list.clone();
        }
        let mut list = Vec::new();
        if let Some(state) = member.state {
            for discipline in 0..8 {
                let known = self.by_licence.get(&(state, discipline)).map_or(&[][..], Vec::as_slice);
                list.extend(
                    known
                        .iter()
                        .copied()
                        .filter(|j| first_refusal(member, &problem.managers()[*j], current == Some(*j)).is_none()),
                );
            }
        }
        if shared {
            self.desk_lists.insert(key, list.clone());
        }
        list
    }

    fn waiting(&mut self, audit: &mut Audit, ix: usize) {
        let rank = self.rank(ix);
        let mut swap = false;
        for j in self.eligible(ix) {
            if self.free_place(ix, j) {
                audit.avoidable += 1;
                return;
            }
            swap |= self.better_swap(ix, j, rank);
        }
        audit.improving_swaps += u64::from(swap);
    }

    fn quota_left(&self, j: usize, kind: usize) -> i64 {
        let cap = weekly_quota(&self.problem.managers()[j], kind).filter(|_| self.options.weekly_new);
        cap.map_or(i64::MAX / 2, |cap| i64::from(cap) - self.panels[j].new_places[kind])
    }

    fn free_place(&self, ix: usize, j: usize) -> bool {
        let (member, manager, panel) = (&self.problem.members()[ix], &self.problem.managers()[j], &self.panels[j]);
        let is_new = i64::from(self.problem.current(ix) != Some(j));
        panel.cases < i64::from(manager.max_cases)
            && panel.points + i64::from(member.acuity) <= i64::from(manager.max_points)
            && is_new <= self.quota_left(j, member.kind as usize)
    }

    fn better_swap(&self, ix: usize, j: usize, rank: (bool, i64)) -> bool {
        let (member, manager, panel) = (&self.problem.members()[ix], &self.problem.managers()[j], &self.panels[j]);
        let is_new = i64::from(self.problem.current(ix) != Some(j));
        panel.cases <= i64::from(manager.max_cases)
            && panel.low.iter().any(|((acuity, was_new, kind), low)| {
                let given_back = i64::from(*was_new && *kind == member.kind as usize);
                *low < rank
                    && panel.points - i64::from(*acuity) + i64::from(member.acuity) <= i64::from(manager.max_points)
                    && is_new <= self.quota_left(j, member.kind as usize) + given_back
            })
    }
}

/// The weekly quota of a kind: cases, episodes.
fn weekly_quota(manager: &CareManager, kind: usize) -> Option<u32> {
    if kind == 0 { manager.weekly_new_cap } else { manager.weekly_episode_cap }
}

/// The convex load cost, point by point from the definition in bands.
fn piecewise_cost(points: i64, max: i64) -> i64 {
    let mut cost = 0;
    let mut from = 0;
    for band in 1..=10 {
        let to = band * max / 10;
        cost += (2 * band - 1) * (points.clamp(from, to.max(from)) - from);
        from = to;
    }
    cost + 41 * (points - max).max(0)
}

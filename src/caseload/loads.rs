//! Owns the figures of load: each manager before and after, groups of peers, spread, and staff that is short. Refuses to
//! assign or to explain.

use std::collections::BTreeMap;

use serde::Serialize;

use super::problem::Problem;
use super::rows::CareManager;
use super::search::Solution;
use super::waiting::Waiting;
use crate::domain::vocabulary::{State, Status};

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
    /// Cases after, of the same people as before: those who had a manager.
    pub cases_after_same_people: u64,
    /// Points after, of the same people as before.
    pub points_after_same_people: u64,
    /// Cases after, new people included.
    pub cases_after: u64,
    /// Points after, new people included.
    pub points_after: u64,
    /// Points over cap, before.
    pub utilisation_before: f64,
    /// Points over cap after, of the same people as before.
    pub utilisation_after_same_people: f64,
    /// Points over cap after, new people included.
    pub utilisation_after: f64,
    /// Whether cases or points exceeded a cap before.
    pub over_capacity_before: bool,
    /// Cases above the cap after; such a manager keeps everybody and takes nobody.
    pub cases_over: u64,
    /// Points above the cap after.
    pub points_over: u64,
    /// Who stands in while this manager is away, or empty.
    pub covered_by: String,
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

/// Staff missing for one set of required disciplines, among those who wait for room alone.
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

/// Every manager's load.
#[must_use]
pub fn manager_loads(problem: &Problem, solution: &Solution) -> Vec<ManagerLoad> {
    let base = |m: &CareManager| (u64::from(m.base_cases), u64::from(m.base_points));
    let mut before: Vec<(u64, u64)> = problem.managers().iter().map(base).collect();
    let (mut same, mut after) = (before.clone(), before.clone());
    for (ix, member) in problem.members().iter().enumerate() {
        let (current, place) = (problem.current(ix), solution.assigned[ix]);
        let places = [(&mut before, current), (&mut same, current.and(place)), (&mut after, place)];
        for (loads, j) in places {
            if let Some(j) = j {
                loads[j].0 += 1;
                loads[j].1 += u64::from(member.acuity);
            }
        }
    }
    let row = |(j, m): (usize, &CareManager)| {
        let (max_cases, max_points) = (u64::from(m.max_cases), u64::from(m.max_points));
        ManagerLoad {
            care_manager_id: m.id.clone(),
            discipline: m.discipline.as_str(),
            state: m.state.map_or("", State::as_str),
            status: m.status.as_str(),
            max_cases: m.max_cases,
            max_points: m.max_points,
            cases_before: before[j].0,
            points_before: before[j].1,
            cases_after_same_people: same[j].0,
            points_after_same_people: same[j].1,
            cases_after: after[j].0,
            points_after: after[j].1,
            utilisation_before: rounded(share_of(before[j].1, max_points), 6),
            utilisation_after_same_people: rounded(share_of(same[j].1, max_points), 6),
            utilisation_after: rounded(share_of(after[j].1, max_points), 6),
            over_capacity_before: before[j].0 > max_cases || before[j].1 > max_points,
            cases_over: after[j].0.saturating_sub(max_cases),
            points_over: after[j].1.saturating_sub(max_points),
            covered_by: problem.cover_of(j).map_or_else(String::new, |c| problem.managers()[c].id.clone()),
        }
    };
    problem.managers().iter().enumerate().map(row).collect()
}

/// Managers on duty by discipline and state.
#[must_use]
pub fn peer_groups(managers: &[ManagerLoad]) -> Vec<PeerGroup> {
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
            before: spread_of(peers.iter().map(|m| m.utilisation_before).collect()),
            after: spread_of(peers.iter().map(|m| m.utilisation_after).collect()),
        })
        .collect()
}

/// Staff missing for those who wait for room alone, against what one FTE carries today: in all, and by discipline.
#[must_use]
pub fn missing_staff(problem: &Problem, waiting: &[Waiting]) -> (f64, Vec<Shortfall>) {
    let active = || problem.managers().iter().filter(|m| m.status == Status::Active);
    let fte: f64 = active().map(|m| m.fte).sum();
    let points_cap: u64 = active().map(|m| u64::from(m.max_points)).sum();
    let cases_cap: u64 = active().map(|m| u64::from(m.max_cases)).sum();
    let need = |members: u64, points: u64| {
        let share = share_of(points, points_cap).max(share_of(members, cases_cap));
        rounded(share * fte, 2)
    };
    let mut groups: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut all = (0, 0);
    for one in waiting.iter().filter(|one| one.short_of_room) {
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
fn share_of(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Rounds half up to `digits`, so that printed figures do not carry noise.
pub(super) fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale + 0.5).floor() / scale
}

/// How utilisation spreads over managers.
#[must_use]
#[allow(clippy::cast_precision_loss)] // a roster is far below 2^52
pub fn spread_of(mut values: Vec<f64>) -> Spread {
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

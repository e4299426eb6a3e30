//! The care team and who worked which case. Owns managers, the caseload through time, the outreach
//! log's names, and the tables that belong to no member; refuses to know diseases and claims.

use std::collections::BTreeMap;

use super::claims::Night;
use super::codes::{DRUGS, ndc};
use super::extract_tables::{Case, Contact, Task, write_phone};
use super::places::{COUNTIES, GIVEN, family_name};
use super::rng::{Rng, Stream};
use super::table::Table;
use crate::domain::vocabulary::{Focus, Status};
use crate::domain::{Day, Discipline, TaskKind, finish64};

/// ISO 639-1.
const SPANISH: &str = "es";
/// The focus of children's teams.
const PEDIATRIC: &str = Focus::Pediatric.as_str();

/// A care manager.
pub struct Manager {
    id: String,
    discipline: &'static str,
    languages: Vec<&'static str>,
    states: Vec<&'static str>,
    focus: &'static str,
    status: &'static str,
    fte: f64,
    max_cases: i32,
    max_points: i32,
    home: usize,
    visits: bool,
    away_from: Option<Day>,
    back_on: Option<Day>,
    cover_for: Option<usize>,
}

/// The manager on leave took cases until this day; they need another now.
const LEAVE_FROM: Day = Day(20_574); // 2026-05-01
const STATES: [&str; 5] = ["FL", "TX", "PA", "GA", "OH"];
/// Twelve posts in the order they are filled: discipline and focus. Later ones repeat the cycle.
const POSTS: [(&str, &str); 12] = [
    ("RN", "general|complex"),
    ("RN", "geriatric|complex"),
    ("LCSW", "behavioral|general"),
    ("RN", "pediatric|general"),
    ("RN", "general|geriatric|complex"),
    ("CHW", "general"),
    ("RN", "geriatric|complex"),
    ("LPC", "behavioral"),
    ("RN", "general|complex"),
    ("RN", "geriatric|general"),
    ("PharmD", "complex|geriatric"),
    ("RN", "complex|behavioral"),
];

/// The team for a population: about one full post for every 900 members, at least twelve people (in
/// small populations they work part of the week for it).
#[must_use]
pub fn draw_team(night: Night, members: u64) -> Vec<Manager> {
    let count = usize::try_from(members / 750).unwrap_or(usize::MAX).clamp(12, 9_000);
    let (monday, small) = (night.as_of.plus(7 - i32::try_from(night.as_of.weekday()).unwrap_or(0)), members < 9_000);
    let mut out: Vec<Manager> = (0..count).map(|i| draw_manager(night, i, small, members)).collect();
    // Two are away: one on leave (its cases go to others in time), one on holiday with a cover.
    out[8].status = "leave";
    out[8].away_from = Some(LEAVE_FROM);
    out[8].back_on = Some(monday.plus(35));
    out[1].status = "pto";
    out[1].away_from = Some(monday.plus(-7));
    out[1].back_on = Some(monday.plus(2));
    out[6].cover_for = Some(1);
    let of_the_absent = out[1].states.clone();
    out[6].states = of_the_absent;
    for i in (12 + 17..count).step_by(23) {
        out[i].status = "pto";
        out[i].away_from = Some(monday.plus(-7));
        out[i].back_on = Some(monday.plus(1));
        out[i - 1].cover_for = Some(i);
    }
    out
}

fn draw_manager(night: Night, i: usize, small: bool, members: u64) -> Manager {
    let mut r = Rng::keyed(night.seed, i as u64, Stream::Manager, 0);
    let (discipline, focus) = POSTS[i % POSTS.len()];
    let home = r.below(COUNTIES.len());
    // Compact licences: the nurses of a small team must reach every state.
    let states = if small || discipline == Discipline::PharmD.as_str() {
        STATES.to_vec()
    } else {
        STATES.iter().copied().filter(|&s| s == COUNTIES[home].state || r.chance(0.55)).collect()
    };
    let mut languages = vec!["en"];
    for (language, share) in [(SPANISH, 0.42), ("vi", 0.04), ("ht", 0.05), ("zh", 0.04), ("ar", 0.03)] {
        if r.chance(share) || (i == 2 || i == 4) && language == SPANISH {
            languages.push(language);
        }
    }
    let fte = if small { r.pick(&[0.2, 0.3, 0.4]) * post_share(members) } else { r.pick(&[0.5, 0.8, 1.0, 1.0]) };
    let fte = libm::round(fte * 10.0).max(1.0) / 10.0;
    #[expect(clippy::cast_possible_truncation, reason = "small counts")]
    let max_cases = libm::round(fte * 55.0).max(4.0) as i32;
    Manager {
        id: format!("CM{:04}", i + 1),
        discipline,
        languages,
        states,
        focus,
        status: "active",
        fte,
        max_cases,
        max_points: max_cases * 3,
        home,
        visits: discipline != Discipline::PharmD.as_str() && r.chance(0.6),
        away_from: None,
        back_on: None,
        cover_for: None,
    }
}

/// Small populations share their team with others.
fn post_share(members: u64) -> f64 {
    match members {
        0..=999 => 0.5,
        1_000..=3_999 => 1.0,
        4_000..=5_999 => 1.6,
        _ => 2.4,
    }
}

/// Gives every case, in the order they began, to the fitting manager with the most room on that day.
/// Only earlier cases count, so a later night finds the same assignments.
pub fn assign_cases(team: &[Manager], cases: &mut [Case]) -> Vec<Option<usize>> {
    cases.sort_by_key(|c| (c.since, c.member));
    let mut load = vec![(0_i32, 0_i32); team.len()];
    let mut ends: std::collections::BinaryHeap<std::cmp::Reverse<(Day, usize, i32)>> =
        std::collections::BinaryHeap::new();
    let mut out = Vec::with_capacity(cases.len());
    for case in cases.iter() {
        while let Some(std::cmp::Reverse((end, i, points))) = ends.peek().copied() {
            if end >= case.since {
                break;
            }
            ends.pop();
            load[i] = (load[i].0 - 1, load[i].1 - points);
        }
        let fits = |i: usize, m: &Manager| {
            let like = m.discipline == case.discipline
                || matches!((case.discipline, m.discipline), ("LCSW", "LPC") | ("LPC" | "CHW", "LCSW"));
            like && m.states.contains(&case.state)
                && (!case.interpreter || m.languages.contains(&case.language))
                && (case.focus != PEDIATRIC || m.focus.contains(PEDIATRIC))
                && (m.status != Status::Leave.as_str() || case.since < LEAVE_FROM)
                && load[i].0 < m.max_cases
                && load[i].1 + case.acuity <= m.max_points
        };
        // Room left in per mille, a little more for the right focus; ties by a hash of both.
        let best = team.iter().enumerate().filter(|(i, m)| fits(*i, m)).max_by_key(|(i, m)| {
            let room = (m.max_points - load[*i].1) * 1_000 / m.max_points.max(1);
            (room + if m.focus.contains(case.focus) { 250 } else { 0 }, finish64(case.member ^ finish64(*i as u64)))
        });
        let chosen = best.map(|(i, _)| i);
        if let Some(i) = chosen {
            load[i] = (load[i].0 + 1, load[i].1 + case.acuity);
            ends.push(std::cmp::Reverse((case.end, i, case.acuity)));
        }
        out.push(chosen);
    }
    out
}

/// `care_manager` rows.
pub fn write_managers(t: &mut Table, team: &[Manager]) {
    for (i, m) in team.iter().enumerate() {
        let place = &COUNTIES[m.home];
        let base = i32::from(i % 4 == 1) * 2;
        t.text(&m.id).text(m.discipline).text(&m.languages.join("|")).text(&m.states.join("|")).text(m.focus);
        t.text(m.status).real(Some(m.fte)).int(Some(m.max_cases)).int(Some(m.max_points));
        t.int(Some(base)).int(Some(base * 2)).int(Some(i32::from(m.visits))).int(Some(60));
        t.text(place.state).text(&place.zips[0][..3]).real(Some(place.lat)).real(Some(place.lon));
        let (head, tail) = family_name(finish64(i as u64) ^ 0xCA4E);
        t.put(format_args!("{} {head}{tail}", GIVEN[(i * 7 + 3) % 64]));
        t.real(Some(libm::round(m.fte * 80.0) / 10.0)).real(Some(libm::round(m.fte * 400.0) / 10.0));
        #[expect(clippy::cast_possible_truncation, reason = "small counts")]
        t.int(Some(libm::round(m.fte * 5.0).max(1.0) as i32)).day(m.away_from).day(m.back_on);
        t.text(m.cover_for.and_then(|c| team.get(c)).map_or("", |c| c.id.as_str())).end();
    }
}

/// caseload rows: open cases, and those that ended within the history.
pub fn write_caseload(t: &mut Table, night: Night, team: &[Manager], cases: &[Case], assigned: &[Option<usize>]) {
    for (case, chosen) in cases.iter().zip(assigned) {
        let Some(m) = chosen.and_then(|i| team.get(i)) else { continue };
        let ended = case.end <= night.as_of;
        if case.end < night.start || case.since > night.as_of {
            continue;
        }
        t.put(format_args!("M{:07}", case.member))
            .text(&m.id)
            .day(Some(case.since))
            .int(Some(i32::from(case.pinned && m.status == Status::Active.as_str() && m.visits)));
        t.int(Some(case.acuity)).day(ended.then_some(case.end)).text(if ended { case.reason } else { "" }).end();
    }
}

/// Who had a member on a day, by the cases and the managers they went to.
struct Owners(BTreeMap<u64, Vec<(Day, Day, usize)>>);

impl Owners {
    fn new(cases: &[Case], assigned: &[Option<usize>]) -> Self {
        let mut of_member: BTreeMap<u64, Vec<(Day, Day, usize)>> = BTreeMap::new();
        for (case, chosen) in cases.iter().zip(assigned) {
            if let Some(i) = chosen {
                of_member.entry(case.member).or_default().push((case.since, case.end, *i));
            }
        }
        Self(of_member)
    }

    fn on(&self, member: u64, day: Day) -> Option<usize> {
        self.0.get(&member)?.iter().find(|(since, end, _)| *since <= day && day <= *end).map(|v| v.2)
    }
}

/// `outreach_log` rows; a call belongs to the manager of the case, or to somebody of the team.
pub fn write_contacts(
    t: &mut Table,
    team: &[Manager],
    cases: &[Case],
    assigned: &[Option<usize>],
    contacts: &[Contact],
) {
    let owners = Owners::new(cases, assigned);
    for c in contacts {
        let any = usize::try_from(finish64(c.member) % team.len().max(1) as u64).unwrap_or(0);
        let who = team.get(owners.on(c.member, c.day).unwrap_or(any)).map_or("", |m| m.id.as_str());
        t.put(format_args!("M{:07}", c.member)).day(Some(c.day)).text(c.outcome.as_str()).text(c.channel);
        write_phone(t, c.number);
        t.text(who).text(c.program).int(Some(i32::from(c.opt_out))).day(c.cooldown).end();
    }
}

/// `care_task` rows; what is done was done by the manager of the case, a reconciliation by a nurse or pharmacist.
pub fn write_tasks(t: &mut Table, team: &[Manager], cases: &[Case], assigned: &[Option<usize>], tasks: &[Task]) {
    let owners = Owners::new(cases, assigned);
    let reconcilers: Vec<usize> = (0..team.len()).filter(|i| matches!(team[*i].discipline, "RN" | "PharmD")).collect();
    for task in tasks {
        let any = usize::try_from(finish64(task.member) % reconcilers.len().max(1) as u64).unwrap_or(0);
        let owner = owners.on(task.member, task.done.unwrap_or(task.due));
        let by = if task.kind == TaskKind::Reconciliation.as_str() {
            owner.filter(|i| reconcilers.contains(i)).or_else(|| reconcilers.get(any).copied())
        } else {
            owner
        };
        let by = by.filter(|_| task.done.is_some()).and_then(|i| team.get(i)).map_or("", |m| m.id.as_str());
        t.put(format_args!("T{:07}{:03}", task.member, task.number)).put(format_args!("M{:07}", task.member));
        t.text(task.kind).day(Some(task.due)).day(task.done).text(by);
        if let Some((goal, status)) = task.goal {
            t.text(goal.problem).text(goal.text).text(goal.baseline).text(goal.target).text(status);
        }
        t.end();
    }
}

/// `area_index` rows: real values of the counties; ZIP values spread around them by a fixed pattern.
pub fn write_area_index(t: &mut Table) {
    for place in &COUNTIES {
        t.text("county").text(place.fips).text("svi_2022").real(Some(place.svi)).end();
        t.text("county").text(place.fips).text("ahrq_poverty_decile").real(Some(f64::from(place.poverty_decile))).end();
    }
    for place in &COUNTIES {
        for (i, zip) in place.zips.iter().enumerate() {
            let shift = [0.08, 0.0, -0.11][i];
            let value = libm::round((place.svi + shift).clamp(0.01, 0.99) * 1_000.0) / 1_000.0;
            t.text("zip").text(zip).text("synthetic_deprivation").real(Some(value)).end();
        }
    }
}

/// `ndc_ingredient` rows.
pub fn write_ingredients(t: &mut Table) {
    for (i, drug) in DRUGS.iter().enumerate() {
        t.text(std::str::from_utf8(&ndc(i)).unwrap_or("")).text(drug.ingredient).end();
    }
}

//! The caseload's rows from the night's list, the open cases and the roster, by the contract's table. Owns
//! priority, acuity and focus; refuses to solve.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::caseload::{CareManager, CaseKind, CaseloadError, Member, Position, Problem, Weights};
use crate::config::RunPlan;
use crate::domain::Day;
use crate::domain::vocabulary::{Discipline, Focus, FocusSet, Language, Languages, State, States, Status};
use crate::extracts::{Case, Extracts, Manager};
use crate::features::Snapshot;
use crate::models::drivers;
use crate::outreach::{Candidate, Inputs, OutreachList, OwnCase, may_graduate, required_disciplines};

/// The instance of a night and who was left out of it.
pub struct BuiltCaseload {
    /// The checked instance.
    pub problem: Problem,
    /// Open cases of members who died, left or are another id's double: to be closed.
    pub stranded: Vec<u32>,
    /// Pins that could not hold.
    pub pins_lifted: u64,
}

/// Builds the instance: everyone with an open case and everyone on tonight's list.
///
/// # Errors
/// [`CaseloadError`] naming row and column of the roster, which is small and human-made.
pub fn build_caseload(inputs: &Inputs<'_>, list: &OutreachList) -> Result<BuiltCaseload, CaseloadError> {
    let managers = manager_rows(inputs.plan, inputs.extracts)?;
    let gone: FxHashSet<u32> = list.suppressed.iter().filter(|s| s.code.ends_attribution()).map(|s| s.member).collect();
    let mut wanted: BTreeMap<u32, Option<&Case>> = list.listed.iter().map(|l| (l.candidate.member, None)).collect();
    let mut stranded = Vec::new();
    for (member, case) in inputs.extracts.rows::<Case>().all().filter(|(_, c)| c.end.is_none()) {
        if gone.contains(&member) {
            stranded.push(member);
        } else {
            wanted.insert(member, Some(case));
        }
    }
    stranded.dedup();
    let scores = priority_scores(list, &wanted);
    let graduates = find_graduates(inputs, list);
    let row = |m: u32, case: Option<&Case>| {
        let may_graduate = case.is_some() && graduates.contains(&m);
        Member { may_graduate, ..member_row(inputs, list, m, case, scores[&m]) }
    };
    let members = wanted.iter().map(|(m, case)| row(*m, *case)).collect();
    let c = &inputs.plan.caseload;
    let weight = |v: i64| u32::try_from(v).unwrap_or(u32::MAX);
    let weights = Weights {
        balance: weight(c.balance),
        continuity_break: weight(c.continuity_break),
        travel_km_visit: weight(c.travel_km_visit),
        focus_mismatch: weight(c.focus_mismatch),
        interpreter: weight(c.interpreter),
    };
    let (problem, pins_lifted) = with_feasible_pins(members, &managers, weights)?;
    Ok(BuiltCaseload { problem, stranded, pins_lifted })
}

/// In a nightly run a pin that the derived rows or the roster make infeasible must not stop the list: the pin is
/// lifted and counted, and the member keeps the current manager as a preference. `assign` still refuses it.
fn with_feasible_pins(
    mut members: Vec<Member>,
    managers: &[CareManager],
    weights: Weights,
) -> Result<(Problem, u64), CaseloadError> {
    let mut lifted = 0;
    loop {
        match Problem::with_files(members.clone(), managers.to_vec(), weights, "caseload", "care_manager") {
            Err(CaseloadError::Cell { column, row, file, .. })
                if file == "caseload" && matches!(column.as_str(), "pinned" | "current_care_manager_id") =>
            {
                // Rows are numbered by place here, so the failing pin is found by its number.
                match members.iter_mut().find(|m| m.pinned && m.source_row == row) {
                    Some(m) => {
                        m.pinned = false;
                        lifted += 1;
                    }
                    None => members.iter_mut().for_each(|m| m.pinned = false),
                }
            }
            other => return other.map(|problem| (problem, lifted)),
        }
    }
}

/// Scores by the list's order: from 999 down to 900 for the bands that cannot wait, from 899 down to 1 for the others.
/// Who is not in the order has 1.
fn priority_scores(list: &OutreachList, wanted: &BTreeMap<u32, Option<&Case>>) -> BTreeMap<u32, u16> {
    let ranked = |urgent: bool| -> Vec<u32> {
        let of_kind = list.ordered.iter().filter(|c| c.is_urgent() == urgent);
        of_kind.map(|c| c.member).filter(|m| wanted.contains_key(m)).collect()
    };
    let mut out: BTreeMap<u32, u16> = wanted.keys().map(|m| (*m, 1)).collect();
    for (members, top, span) in [(ranked(true), 999, 99), (ranked(false), 899, 898)] {
        out.extend(members.iter().enumerate().map(|(rank, m)| (*m, score_of_rank(rank, members.len(), top, span))));
    }
    out
}

/// The score of the rank-th (from 0) of `count`: `top` for the first, `top − span` for the last of two or more.
fn score_of_rank(rank: usize, count: usize, top: u16, span: usize) -> u16 {
    let down = span * rank / count.saturating_sub(1).max(1);
    top.saturating_sub(u16::try_from(down).unwrap_or(u16::MAX))
}

/// An episode is the month after a discharge of somebody without a case.
fn case_kind(s: &Snapshot, case: Option<&Case>, work_day: Day) -> CaseKind {
    let live = s.transitions.iter().any(|t| t.is_live(work_day));
    if live && case.is_none() { CaseKind::Episode } else { CaseKind::Case }
}

/// Members whose open case meets the rule of graduation.
fn find_graduates(inputs: &Inputs<'_>, list: &OutreachList) -> FxHashSet<u32> {
    let candidates: BTreeMap<u32, &Candidate> = list.candidates.iter().map(|c| (c.member, &**c)).collect();
    let meets = |own: &&OwnCase| candidates.get(&own.member).is_some_and(|c| may_graduate(inputs, c, own));
    list.own_cases.iter().filter(meets).map(|own| own.member).collect()
}

/// For its thirty days an episode stays with the caller of the earlier run, until the caseload names an owner.
fn episode_manager(inputs: &Inputs<'_>, member_id: &str, kind: CaseKind) -> Option<String> {
    let row = inputs.previous.rows.get(member_id).filter(|_| kind == CaseKind::Episode)?;
    inputs.manager(&row.caller).map(|m| m.id.to_string())
}

/// The next of 1, 2, 3, 5, 8.
fn rounded_up(points: i64) -> u8 {
    [1_u8, 2, 3, 5].into_iter().find(|p| points <= i64::from(*p)).unwrap_or(8)
}

fn main_focus(s: &Snapshot) -> Focus {
    if s.age < 18 {
        Focus::Pediatric
    } else if s.facts.behavioral_year.is_some() || drivers(s).first() == Some(&crate::models::Driver::Behavioral) {
        Focus::Behavioral
    } else if s.many_conditions() {
        Focus::Complex
    } else if s.age >= 75 || (s.age >= 65 && s.hfrs >= 5.0) {
        Focus::Geriatric
    } else {
        Focus::General
    }
}

fn member_row(inputs: &Inputs<'_>, list: &OutreachList, index: u32, case: Option<&Case>, priority: u16) -> Member {
    let ex = inputs.extracts;
    let m = ex.population.member(index);
    let s = &inputs.snapshots[index as usize];
    let tier = list.tiers.get(&index).copied().unwrap_or(4);
    let home_visit = m.facts.homebound == Some(true);
    let interpreter = m.facts.interpreter == Some(true);
    let newly_discharged_or_new = case.is_none_or(|c| c.since.is_none_or(|d| inputs.plan.as_of.since(d) < 30));
    let base = [5, 3, 2, 1][usize::from(tier.clamp(1, 4)) - 1];
    let points = base
        + i64::from(s.open_needs().count() >= 2)
        + i64::from(interpreter)
        + i64::from(home_visit)
        + if newly_discharged_or_new { 2 } else { 0 };
    let focus = main_focus(s);
    let kind = case_kind(s, case, inputs.visits.work_day);
    Member {
        id: m.id().to_owned(),
        priority,
        tcm: priority >= 900,
        kind,
        acuity: rounded_up(case.and_then(|c| c.acuity_points).unwrap_or(points)),
        focus,
        required: required_disciplines(&drivers(s), focus == Focus::Behavioral),
        language: Language::parse(ex.words.text(m.facts.language)),
        language_required: interpreter,
        state: State::parse(ex.words.text(m.facts.state)),
        zip3: ex.words.text(m.facts.zip).chars().take(3).collect(),
        position: m.facts.latitude.zip(m.facts.longitude).map(|(lat, lon)| Position { lat, lon }),
        county_fips: (!m.facts.county.is_none()).then(|| m.facts.county.text()),
        home_visit,
        visits_per_month: if home_visit {
            u16::try_from(inputs.plan.caseload.visits_per_month).unwrap_or(0)
        } else {
            0
        },
        current: case.map(|c| c.manager.to_string()).or_else(|| episode_manager(inputs, m.id(), kind)),
        pinned: case.is_some_and(|c| c.pinned),
        tier: Some(tier),
        may_graduate: false,
        source_row: u64::from(index) + 1,
    }
}

fn manager_rows(plan: &RunPlan, extracts: &Extracts) -> Result<Vec<CareManager>, CaseloadError> {
    extracts.managers.iter().map(|m| manager_row(m, plan, extracts)).collect()
}

/// Judges the roster alone, so that a fault in it is told before anybody is measured.
///
/// # Errors
/// As [`build_caseload`].
pub fn check_roster(plan: &RunPlan, extracts: &Extracts) -> Result<(), CaseloadError> {
    let managers = manager_rows(plan, extracts)?;
    if managers.is_empty() {
        return Ok(());
    }
    Problem::with_files(Vec::new(), managers, Weights::default(), "caseload", "care_manager").map(|_| ())
}

fn manager_row(m: &Manager, plan: &RunPlan, extracts: &Extracts) -> Result<CareManager, CaseloadError> {
    let cell = |column: &str, message: String| CaseloadError::cell("care_manager", m.row, column, message);
    let list = |text: &str| -> Vec<String> {
        text.split('|').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect()
    };
    let discipline = Discipline::parse(&m.discipline)
        .ok_or_else(|| cell("discipline", format!("`{}` is none of RN, LCSW, LPC, CHW, PharmD", m.discipline)))?;
    let mut languages = Languages::default();
    for l in list(&m.languages) {
        languages = languages.with(
            Language::parse(&l.to_lowercase())
                .ok_or_else(|| cell("languages", format!("`{l}` is not an ISO 639-1 code")))?,
        );
    }
    let mut licensed = States::default();
    for s in list(&m.licensed_states) {
        licensed = licensed
            .with(State::parse(&s).ok_or_else(|| cell("licensed_states", format!("`{s}` is not a USPS code")))?);
    }
    let mut skills = FocusSet::default();
    for f in list(&m.focus) {
        skills = skills.with(Focus::parse(&f).ok_or_else(|| {
            cell("focus", format!("`{f}` is none of general, geriatric, pediatric, behavioral, complex"))
        })?);
    }
    let status = Status::parse(&m.status)
        .ok_or_else(|| cell("status", format!("`{}` is none of active, pto, leave", m.status)))?;
    let fte = m.fte.unwrap_or(1.0);
    if !(fte > 0.0 && fte <= 10.0) {
        return Err(cell("fte", "must be a number above 0, at most 10".to_owned()));
    }
    for (column, value) in [("new_contacts_per_day", m.new_contacts_per_day), ("hours_per_week", m.hours_per_week)] {
        if value.is_some_and(|v| !(0.0..=1000.0).contains(&v)) {
            return Err(cell(column, "must be a number of 0 or more, at most 1000".to_owned()));
        }
    }
    if m.new_cases_per_week.is_some_and(|v| v < 0) {
        return Err(cell("new_cases_per_week", "must be a whole number of 0 or more".to_owned()));
    }
    let back = m.back_on.is_some_and(|d| d <= plan.as_of);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "whole numbers of cases")]
    let scaled = |full: i64| (full as f64 * fte).floor() as i64;
    let whole = |column: &str, value: i64| {
        u32::try_from(value).map_err(|_| cell(column, "must be a whole number of 0 or more".to_owned()))
    };
    // New cases begun in the last seven days already used this week's share.
    let begun = extracts
        .rows::<Case>()
        .all()
        .filter(|(_, c)| c.manager == m.id && c.since.is_some_and(|d| plan.as_of.since(d) < 7 && d <= plan.as_of))
        .count();
    let weekly = m.new_cases_per_week.unwrap_or_else(|| scaled(plan.caseload.new_cases_per_week).max(1));
    Ok(CareManager {
        id: m.id.to_string(),
        name: m.name.as_deref().map(str::to_owned),
        discipline,
        languages,
        licensed,
        focus: skills,
        status: if back { Status::Active } else { status },
        fte,
        max_cases: whole("max_cases", m.max_cases.unwrap_or_else(|| scaled(plan.caseload.max_cases)))?,
        max_points: whole("max_points", m.max_points.unwrap_or_else(|| scaled(plan.caseload.max_points)))?,
        base_cases: whole("base_cases", m.base_cases)?,
        base_points: whole("base_points", m.base_points)?,
        home_visits: m.home_visits,
        max_travel_km: m.max_travel_km.unwrap_or(plan.caseload.max_travel_km),
        state: State::parse(&m.state),
        zip3: m.zip3.to_string(),
        position: m.lat.zip(m.lon).map(|(lat, lon)| Position { lat, lon }),
        county_fips: Some(m.county.to_string()).filter(|c| !c.is_empty()),
        weekly_new_cap: Some(u32::try_from(weekly - i64::try_from(begun).unwrap_or(0)).unwrap_or(0)),
        weekly_episode_cap: Some(u32::try_from(scaled(plan.caseload.episodes_per_week).max(1)).unwrap_or(0)),
        back_on: m.back_on.map(|d| d.to_string()),
        cover_for: m.cover_for.as_deref().map(str::to_owned),
        source_row: m.row,
    })
}

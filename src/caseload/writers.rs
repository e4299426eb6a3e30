//! Owns the bytes of the caseload files: `assignments.csv`, `waitlist.csv`, the summary, and the
//! two input files as `run` and the synthesiser write them. Refuses to open files or to decide
//! anything; rows come out in id order whatever order they came in.

use super::cost::travel_km_visits;
use super::error::CaseloadError;
use super::explain::Explanation;
use super::options::{Continuity, Options};
use super::problem::{CareManager, Member, Position, Problem};
use super::search::Solution;
use super::summary::{AssignmentSummary, status_of};
use super::vocabulary::{Language, State};

/// Spreadsheets run cells that begin like a formula; an apostrophe makes them text again.
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, CaseloadError> {
    let failed = |message: String| CaseloadError::Output { message };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|error| failed(error.to_string()))?;
    for row in rows {
        writer.write_record(&row).map_err(|error| failed(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| failed(error.to_string()))
}

fn flag(value: bool) -> String {
    String::from(if value { "1" } else { "0" })
}

fn text(value: Option<&String>) -> String {
    value.map_or_else(String::new, |value| safe(value))
}

fn coordinates(position: Option<Position>) -> [String; 2] {
    // Numbers, not text: a minus sign here is no formula.
    position.map_or_else(Default::default, |p| [p.lat.to_string(), p.lon.to_string()])
}

/// `assignments.csv`: `member_id`, `care_manager_id`, status (kept, moved, new) and the cost parts
/// continuity, travel, focus, interpreter in cost units; one row per assigned member, by id.
///
/// # Errors
/// Only when the CSV library cannot encode a row.
pub fn write_assignments(problem: &Problem, options: &Options, solution: &Solution) -> Result<Vec<u8>, CaseloadError> {
    let header = ["member_id", "care_manager_id", "status", "continuity", "travel", "focus", "interpreter"];
    let w = problem.weights();
    let rows = problem.members().iter().enumerate().filter_map(|(ix, member)| {
        let manager = &problem.managers()[solution.assigned[ix]?];
        let status = status_of(problem, solution, ix)?;
        let breaks = status == "moved" && options.continuity != Continuity::Ignore;
        let speaks = member.language.is_some_and(|language| manager.languages.contains(language));
        let price = |applies: bool, weight: u32| {
            if applies { weight.to_string() } else { "0".to_owned() }
        };
        let travel = travel_km_visits(member, manager) * u64::from(w.travel_km_visit);
        Some(vec![
            safe(&member.id),
            safe(&manager.id),
            status.to_owned(),
            price(breaks, w.continuity_break),
            travel.to_string(),
            price(!manager.focus.contains(member.focus), w.focus_mismatch),
            price(!speaks, w.interpreter),
        ])
    });
    table(&header, rows)
}

/// `waitlist.csv`: `member_id`, reason, `nearest_miss`; one row per waiting member, by id.
///
/// # Errors
/// Only when the CSV library cannot encode a row.
pub fn write_waitlist(problem: &Problem, explanation: &Explanation) -> Result<Vec<u8>, CaseloadError> {
    let rows = explanation.waiting.iter().map(|one| {
        let id = safe(&problem.members()[one.member].id);
        vec![id, one.reason.code().to_owned(), safe(&one.nearest_text(problem))]
    });
    table(&["member_id", "reason", "nearest_miss"], rows)
}

/// `assignment_summary.json`, pretty-printed with a final newline.
///
/// # Errors
/// Only when the JSON library cannot encode the summary.
pub fn write_summary(summary: &AssignmentSummary) -> Result<Vec<u8>, CaseloadError> {
    let mut bytes =
        serde_json::to_vec_pretty(summary).map_err(|error| CaseloadError::Output { message: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// `members.csv` in the columns of the contract, plus `county_fips` and tier when any row has one.
///
/// # Errors
/// Only when the CSV library cannot encode a row.
pub fn write_members(members: &[Member]) -> Result<Vec<u8>, CaseloadError> {
    let mut header = vec![
        "member_id",
        "priority_score",
        "tcm",
        "acuity_points",
        "focus",
        "required_discipline",
        "language",
        "language_required",
        "state",
        "zip3",
        "lat",
        "lon",
        "home_visit",
        "visits_per_month",
        "current_care_manager_id",
        "pinned",
    ];
    let county = members.iter().any(|m| m.county_fips.is_some());
    let tier = members.iter().any(|m| m.tier.is_some());
    header.extend(county.then_some("county_fips"));
    header.extend(tier.then_some("tier"));
    let mut sorted: Vec<&Member> = members.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let rows = sorted.into_iter().map(|m| {
        let [lat, lon] = coordinates(m.position);
        let mut row = vec![
            safe(&m.id),
            m.priority.to_string(),
            flag(m.tcm),
            m.acuity.to_string(),
            m.focus.as_str().to_owned(),
            m.required.to_text(),
            m.language.map_or("", Language::as_str).to_owned(),
            flag(m.language_required),
            m.state.map_or("", State::as_str).to_owned(),
            safe(&m.zip3),
            lat,
            lon,
            flag(m.home_visit),
            m.visits_per_month.to_string(),
            text(m.current.as_ref()),
            flag(m.pinned),
        ];
        row.extend(county.then(|| text(m.county_fips.as_ref())));
        row.extend(tier.then(|| m.tier.map_or_else(String::new, |tier| tier.to_string())));
        row
    });
    table(&header, rows)
}

/// How an optional column is read from a manager.
type Extra = fn(&CareManager) -> Option<String>;

/// `care_managers.csv` in the columns of the contract, plus name, `county_fips`,
/// `new_cases_per_week`, `back_on` and `cover_for`, each when any row has one.
///
/// # Errors
/// Only when the CSV library cannot encode a row.
pub fn write_care_managers(managers: &[CareManager]) -> Result<Vec<u8>, CaseloadError> {
    let mut header = vec![
        "care_manager_id",
        "discipline",
        "languages",
        "licensed_states",
        "focus",
        "status",
        "fte",
        "max_cases",
        "max_points",
        "base_cases",
        "base_points",
        "home_visits",
        "max_travel_km",
        "state",
        "zip3",
        "lat",
        "lon",
    ];
    let extras: [(&str, Extra); 5] = [
        ("name", |m| m.name.clone()),
        ("county_fips", |m| m.county_fips.clone()),
        ("new_cases_per_week", |m| m.weekly_new_cap.map(|cap| cap.to_string())),
        ("back_on", |m| m.back_on.clone()),
        ("cover_for", |m| m.cover_for.clone()),
    ];
    let extras: Vec<_> = extras.into_iter().filter(|(_, of)| managers.iter().any(|m| of(m).is_some())).collect();
    header.extend(extras.iter().map(|(name, _)| *name));
    let mut sorted: Vec<&CareManager> = managers.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    let rows = sorted.into_iter().map(|m| {
        let [lat, lon] = coordinates(m.position);
        let mut row = vec![
            safe(&m.id),
            m.discipline.as_str().to_owned(),
            m.languages.to_text(),
            m.licensed.to_text(),
            m.focus.to_text(),
            m.status.as_str().to_owned(),
            m.fte.to_string(),
            m.max_cases.to_string(),
            m.max_points.to_string(),
            m.base_cases.to_string(),
            m.base_points.to_string(),
            flag(m.home_visits),
            m.max_travel_km.to_string(),
            m.state.map_or("", State::as_str).to_owned(),
            safe(&m.zip3),
            lat,
            lon,
        ];
        row.extend(extras.iter().map(|(_, of)| text(of(m).as_ref())));
        row
    });
    table(&header, rows)
}

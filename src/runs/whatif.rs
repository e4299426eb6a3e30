//! What another staff would change, from a published run's files alone: the same queue, cut by the same rule. Owns
//! the changed staff and both outcomes; refuses a run that does not verify, and reads no extract.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::RunError;
use super::verification::verify_run;
use crate::domain::{Discipline, Disciplines};
use crate::outreach::{
    Band, CONTACTS_PER_FTE, ContactRequirement, HOURS_PER_FTE, HoldoutAssignment, Missing, OnDuty, QueueDecision,
    Queued, Staff, apply_capacity,
};
use crate::publish::{Manifest, PublishError, Rows, is_flag_set, read_rows};

/// What `whatif` was asked.
#[derive(Clone, Debug)]
pub struct WhatIfRequest {
    /// Published run.
    pub run: PathBuf,
    /// Full-time equivalents more (or, negative, fewer).
    pub add_fte: f64,
    /// Of which discipline.
    pub discipline: String,
    /// Languages of the new hire, joined by `|`.
    pub languages: String,
    /// States of the new hire's licence, joined by `|`; empty for those of tonight's queue.
    pub states: String,
}

/// What one staff does with the queue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StaffingOutcome {
    /// Completed contacts a night.
    pub contacts: f64,
    /// Hours a week.
    pub hours: f64,
    /// Length of the list, in calls.
    pub length: f64,
    /// People on the list.
    pub listed: usize,
    /// Expected avoidable stays in 90 days of people on the list.
    pub expected: f64,
    /// Of those whom a call is expected to reach.
    pub reached: f64,
    /// Contacts and visits that cannot wait, on the list.
    pub urgent: usize,
    /// Of those beyond their caller's calls of a day, or without a caller: they will be late.
    pub late: usize,
    /// Expected avoidable stays of people whose contact will be late.
    pub late_expected: f64,
    /// People not reached.
    pub overflow: usize,
    /// Expected avoidable stays of people not reached.
    pub missed: f64,
    /// People nobody on duty can take, and their expected stays, by what is missing.
    pub unable: BTreeMap<String, (usize, f64)>,
}

/// The hire that is assumed.
#[derive(Clone, Debug)]
pub struct Hire {
    /// Languages, joined by `|`.
    pub languages: String,
    /// States of the licence, joined by `|`; empty for any.
    pub licensed_states: String,
    /// The states were given, not taken from tonight's queue.
    pub states_given: bool,
    /// Completed contacts a night of one FTE.
    pub contacts_per_fte: f64,
    /// Hours a week of one FTE.
    pub hours_per_fte: f64,
    /// Both as the discipline's own people on duty, not the default.
    pub as_on_duty: bool,
}

/// Tonight's staff beside the changed one.
#[derive(Clone, Debug)]
pub struct StaffingAnswer {
    /// What every page of the run says first.
    pub banner: Option<String>,
    /// The night.
    pub as_of: String,
    /// The run.
    pub run_id: String,
    /// Full-time equivalents more, or fewer.
    pub add_fte: f64,
    /// Of which discipline.
    pub discipline: Discipline,
    /// Share of calls that reach somebody, 0..1.
    pub reach: f64,
    /// The published list.
    pub now: StaffingOutcome,
    /// The list of the changed staff.
    pub then: StaffingOutcome,
    /// The hire that is assumed; none when staff are fewer.
    pub hire: Option<Hire>,
    /// The same FTE in every discipline; empty when staff are fewer.
    pub others: Vec<(Discipline, StaffingOutcome)>,
}

/// The id of an assumed hire; sorts after every real one, so that ties go to the present staff.
const NEW_HIRE: &str = "~new hire";

/// What the list would be with more or fewer staff.
///
/// # Errors
/// Exit 8 when the run does not verify, 2 when the question cannot be asked of it.
pub fn answer_whatif(request: &WhatIfRequest) -> Result<StaffingAnswer, RunError> {
    let discipline = Discipline::parse(&request.discipline).ok_or_else(|| {
        RunError::Usage(format!("--discipline {}: must be RN, LCSW, LPC, CHW or PharmD", request.discipline))
    })?;
    if !request.add_fte.is_finite() || request.add_fte.abs() > 10_000.0 {
        return Err(RunError::Usage("--add-fte must be a number between -10000 and 10000".to_owned()));
    }
    let (manifest, problems) = verify_run(&request.run)?;
    if !problems.is_empty() {
        return Err(RunError::Verify(problems));
    }
    let staff = read_staff(&request.run)?;
    if staff.open_length.is_some() {
        return Err(RunError::Usage(
            "that run had no care_manager extract: its list has a fixed length that no staff changes\nhint: run with a roster first"
                .to_owned(),
        ));
    }
    let people = read_queue(&request.run)?;
    let now = staffing_outcome(&staff, &people);
    check_reproduces_list(&now, &manifest)?;
    let changed = adjusted_staff(&staff, request, discipline, &people)?;
    Ok(StaffingAnswer {
        banner: manifest.banner,
        as_of: manifest.as_of,
        run_id: manifest.run_id,
        add_fte: request.add_fte,
        discipline,
        reach: staff.reach,
        then: staffing_outcome(&changed, &people),
        hire: assumed_hire(&staff, &changed, request, discipline),
        others: other_disciplines(&staff, &people, request)?,
        now,
    })
}

fn assumed_hire(staff: &Staff, changed: &Staff, request: &WhatIfRequest, discipline: Discipline) -> Option<Hire> {
    let hire = changed.managers.iter().find(|m| m.care_manager_id == NEW_HIRE)?;
    let (contacts_per_fte, hours_per_fte) = per_fte(staff, discipline);
    Some(Hire {
        languages: hire.languages.clone(),
        licensed_states: hire.licensed_states.clone(),
        states_given: !request.states.is_empty(),
        contacts_per_fte,
        hours_per_fte,
        as_on_duty: staff.managers.iter().any(|m| m.discipline == discipline.as_str()),
    })
}

/// The same FTE in every discipline, so that the question itself can be questioned.
fn other_disciplines(
    staff: &Staff,
    people: &[Person],
    request: &WhatIfRequest,
) -> Result<Vec<(Discipline, StaffingOutcome)>, RunError> {
    if request.add_fte <= 0.0 {
        return Ok(Vec::new());
    }
    let outcome = |d: &Discipline| Ok((*d, staffing_outcome(&adjusted_staff(staff, request, *d, people)?, people)));
    Discipline::ALL.iter().map(outcome).collect()
}

fn damaged_file(what: &str, why: &str) -> RunError {
    RunError::Publish(PublishError::Encode { what: what.to_owned(), why: why.to_owned() })
}

/// The staff that a published night counted with (`capacity.json`).
///
/// # Errors
/// When the run holds none, or a damaged one.
pub fn read_staff(run: &Path) -> Result<Staff, RunError> {
    let older = || {
        RunError::Usage(
            "that run holds no capacity.json: it was made by an earlier version\nhint: run the night again".to_owned(),
        )
    };
    let bytes = std::fs::read(run.join("capacity.json")).map_err(|_| older())?;
    serde_json::from_slice(&bytes).map_err(|e| damaged_file("capacity.json", &e.to_string()))
}

/// One person of the queue with what reaching them is worth.
struct Person {
    queued: Queued,
    /// Has an open case: never not reached.
    engaged: bool,
    reach: f64,
    expected: f64,
}

fn read_queue(run: &Path) -> Result<Vec<Person>, RunError> {
    let rows = read_rows(&run.join("contact_queue.parquet"), None)?;
    rows.rows.iter().map(|r| read_person(&rows, r)).collect()
}

fn read_person(rows: &Rows, row: &[String]) -> Result<Person, RunError> {
    let get = |name: &str| rows.get(row, name);
    let number = |name: &str| -> f64 { get(name).parse().unwrap_or(0.0) };
    let required = get("required_discipline")
        .split('|')
        .filter_map(Discipline::parse)
        .fold(Disciplines::default(), Disciplines::with);
    let draw = HoldoutAssignment::parse(get("draw"))
        .ok_or_else(|| damaged_file("contact_queue.parquet", "an unknown draw"))?;
    Ok(Person {
        queued: Queued {
            requirement: ContactRequirement {
                required,
                language: get("language").to_owned(),
                state: get("state").to_owned(),
                caller: Some(get("caller_id")).filter(|m| !m.is_empty()).map(str::to_owned),
                own_case: is_flag_set(get("own_case")),
                band: Band::parse(get("band"))
                    .ok_or_else(|| damaged_file("contact_queue.parquet", "an unknown band"))?,
                by_hand: is_flag_set(get("by_hand")),
            },
            household: get("household").parse().ok(),
            was_listed: is_flag_set(get("was_listed")),
            days_beyond: get("days_beyond").parse().unwrap_or(0),
            draw,
        },
        engaged: is_flag_set(get("engaged")),
        reach: number("reach"),
        expected: number("expected_events"),
    })
}

fn staffing_outcome(staff: &Staff, people: &[Person]) -> StaffingOutcome {
    let queue: Vec<Queued> = people.iter().map(|p| p.queued.clone()).collect();
    let mut out = StaffingOutcome {
        contacts: staff.managers.iter().map(|m| m.contacts_per_night).sum(),
        hours: staff.managers.iter().map(|m| m.hours_per_week).sum(),
        length: staff.length(),
        ..StaffingOutcome::default()
    };
    let mut told = Missing::default();
    for (person, place) in people.iter().zip(apply_capacity(&queue, staff)) {
        match place {
            QueueDecision::Listed { beyond, .. } => {
                let urgent = person.queued.requirement.band <= Band::Visit;
                out.urgent += usize::from(urgent);
                if urgent && beyond {
                    out.late += 1;
                    out.late_expected += person.expected;
                }
                out.listed += 1;
                out.expected += person.expected;
                out.reached += person.expected * person.reach;
            }
            QueueDecision::Full | QueueDecision::Nobody if person.engaged => {}
            QueueDecision::Full | QueueDecision::Nobody => {
                out.overflow += 1;
                out.missed += person.expected;
                if place == QueueDecision::Nobody {
                    let slot = out.unable.entry(staff.missing(&person.queued.requirement, &mut told)).or_default();
                    slot.0 += 1;
                    slot.1 += person.expected;
                }
            }
            QueueDecision::HeldOut | QueueDecision::Household => {}
        }
    }
    out
}

/// The unchanged staff must give the published list; anything else would be our own fault.
fn check_reproduces_list(now: &StaffingOutcome, manifest: &Manifest) -> Result<(), RunError> {
    let told = |key: &str| manifest.counts.get(key).copied().unwrap_or(0);
    if (now.listed as u64, now.overflow as u64) == (told("listed"), told("overflow")) {
        Ok(())
    } else {
        Err(RunError::Internal("the queue of the run does not give its list again".to_owned()))
    }
}

/// The staff with `fte` more of a discipline: one new hire, or a share less of everyone of that discipline.
fn adjusted_staff(
    staff: &Staff,
    request: &WhatIfRequest,
    discipline: Discipline,
    people: &[Person],
) -> Result<Staff, RunError> {
    let fte = request.add_fte;
    let mut out = staff.clone();
    let of = |m: &OnDuty| m.discipline == discipline.as_str();
    let present: f64 = staff.managers.iter().filter(|m| of(m)).map(|m| m.fte).sum();
    if fte < 0.0 {
        if present + fte < -1e-9 {
            return Err(RunError::Usage(format!(
                "--add-fte {fte}: only {present} FTE {} are on duty tonight",
                discipline.as_str()
            )));
        }
        let kept = ((present + fte) / present).max(0.0);
        for m in out.managers.iter_mut().filter(|m| of(m)) {
            m.fte *= kept;
            m.contacts_per_night *= kept;
            m.hours_per_week *= kept;
        }
        // Nobody left of a discipline can take nobody.
        out.managers.retain(|m| !of(m) || m.fte > 1e-9);
    } else if fte > 0.0 {
        let (contacts, hours) = per_fte(staff, discipline);
        out.managers.push(OnDuty {
            care_manager_id: NEW_HIRE.to_owned(),
            discipline: discipline.as_str().to_owned(),
            languages: request.languages.clone(),
            licensed_states: if request.states.is_empty() { states_of(people) } else { request.states.clone() },
            fte,
            contacts_per_night: contacts * fte,
            hours_per_week: hours * fte,
        });
    }
    Ok(out)
}

/// Contacts a night and hours a week of one FTE: those of the discipline on duty, else the defaults.
fn per_fte(staff: &Staff, discipline: Discipline) -> (f64, f64) {
    let own: Vec<&OnDuty> = staff.managers.iter().filter(|m| m.discipline == discipline.as_str()).collect();
    let fte: f64 = own.iter().map(|m| m.fte).sum();
    if fte <= 0.0 {
        return (CONTACTS_PER_FTE, HOURS_PER_FTE);
    }
    let sum = |of: fn(&OnDuty) -> f64| own.iter().map(|m| of(m)).sum::<f64>() / fte;
    (sum(|m| m.contacts_per_night), sum(|m| m.hours_per_week))
}

fn states_of(people: &[Person]) -> String {
    let mut states: Vec<&str> =
        people.iter().map(|p| p.queued.requirement.state.as_str()).filter(|s| !s.is_empty()).collect();
    states.sort_unstable();
    states.dedup();
    states.join("|")
}

//! What another staff would change, from a published run's files alone: the same queue, cut by the same rule. Owns
//! the changed staff and what is told of it; refuses a run that does not verify, and reads no extract.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::error::PipelineError;
use super::published_run::verify_run;
use crate::domain::{Discipline, Disciplines};
use crate::outreach::{
    CONTACTS_PER_FTE, ContactRequirement, HOURS_PER_FTE, HoldoutAssignment, Missing, OnDuty, QueueDecision, Queued,
    Staff, apply_capacity,
};
use crate::publish::{Manifest, PublishError, Rows, read_rows};

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

/// One staff's evening.
#[derive(Clone, Debug, Default, PartialEq)]
struct Evening {
    contacts: f64,
    hours: f64,
    length: f64,
    listed: usize,
    expected: f64,
    /// Expected avoidable stays of people a call is expected to reach.
    reached: f64,
    overflow: usize,
    missed: f64,
    unable: BTreeMap<String, (usize, f64)>,
}

/// The id of an assumed hire; sorts after every real one, so that ties go to the present staff.
const NEW_HIRE: &str = "~new hire";

/// Tells what the list would be with more or fewer staff.
///
/// # Errors
/// Exit 8 when the run does not verify, 2 when the question cannot be asked of it.
pub fn whatif(request: &WhatIfRequest) -> Result<String, PipelineError> {
    let discipline = Discipline::parse(&request.discipline).ok_or_else(|| {
        PipelineError::Usage(format!("--discipline {}: must be RN, LCSW, LPC, CHW or PharmD", request.discipline))
    })?;
    if !request.add_fte.is_finite() || request.add_fte.abs() > 10_000.0 {
        return Err(PipelineError::Usage("--add-fte must be a number between -10000 and 10000".to_owned()));
    }
    let (manifest, problems) = verify_run(&request.run)?;
    if !problems.is_empty() {
        return Err(PipelineError::Verify(problems));
    }
    let staff = read_staff(&request.run)?;
    if staff.open_length.is_some() {
        return Err(PipelineError::Usage(
            "that run had no care_manager extract: its list has a fixed length that no staff changes\nhint: run with a roster first"
                .to_owned(),
        ));
    }
    let people = read_queue(&request.run)?;
    let now = evening(&staff, &people);
    agrees(&now, &manifest)?;
    let changed = with(&staff, request, discipline, request.add_fte, &people)?;
    let then = evening(&changed, &people);
    let mut out = String::new();
    if let Some(banner) = &manifest.banner {
        let _ = writeln!(out, "{banner}");
    }
    let _ = writeln!(
        out,
        "Night of {}, run {}: {:+} FTE {}\n",
        manifest.as_of,
        manifest.run_id,
        request.add_fte,
        discipline.as_str()
    );
    table(&mut out, &now, &then);
    cannot(&mut out, &now, &then);
    assumptions(&mut out, &staff, &changed, request, discipline);
    others(&mut out, &staff, &people, request, &now)?;
    Ok(out)
}

fn damaged(what: &str, why: &str) -> PipelineError {
    PipelineError::Publish(PublishError::Encode { what: what.to_owned(), why: why.to_owned() })
}

fn read_staff(run: &Path) -> Result<Staff, PipelineError> {
    let older = || {
        PipelineError::Usage(
            "that run holds no capacity.json: it was made by an earlier version\nhint: run the night again".to_owned(),
        )
    };
    let bytes = std::fs::read(run.join("capacity.json")).map_err(|_| older())?;
    serde_json::from_slice(&bytes).map_err(|e| damaged("capacity.json", &e.to_string()))
}

/// One person of the queue with what reaching them is worth.
struct Person {
    queued: Queued,
    reach: f64,
    expected: f64,
}

fn read_queue(run: &Path) -> Result<Vec<Person>, PipelineError> {
    let rows = read_rows(&run.join("contact_queue.parquet"), None)?;
    rows.rows.iter().map(|r| person(&rows, r)).collect()
}

fn person(rows: &Rows, row: &[String]) -> Result<Person, PipelineError> {
    let get = |name: &str| rows.get(row, name);
    let number = |name: &str| -> f64 { get(name).parse().unwrap_or(0.0) };
    let required = get("required_discipline")
        .split('|')
        .filter_map(Discipline::parse)
        .fold(Disciplines::default(), Disciplines::with);
    let draw =
        HoldoutAssignment::parse(get("draw")).ok_or_else(|| damaged("contact_queue.parquet", "an unknown draw"))?;
    Ok(Person {
        queued: Queued {
            asked: ContactRequirement {
                required,
                language: get("language").to_owned(),
                state: get("state").to_owned(),
                current: Some(get("working_manager_id")).filter(|m| !m.is_empty()).map(str::to_owned),
                must: get("clock") == "1",
            },
            household: get("household").parse().ok(),
            was_listed: get("was_listed") == "1",
            nights_beyond: get("nights_beyond").parse().unwrap_or(0),
            draw,
        },
        reach: number("reach"),
        expected: number("expected_events"),
    })
}

fn evening(staff: &Staff, people: &[Person]) -> Evening {
    let queue: Vec<Queued> = people.iter().map(|p| p.queued.clone()).collect();
    let mut out = Evening {
        contacts: staff.managers.iter().map(|m| m.contacts_per_night).sum(),
        hours: staff.managers.iter().map(|m| m.hours_per_week).sum(),
        length: staff.length(),
        ..Evening::default()
    };
    let mut told = Missing::default();
    for (person, place) in people.iter().zip(apply_capacity(&queue, staff)) {
        match place {
            QueueDecision::Listed { .. } => {
                out.listed += 1;
                out.expected += person.expected;
                out.reached += person.expected * person.reach;
            }
            QueueDecision::Full | QueueDecision::Nobody => {
                out.overflow += 1;
                out.missed += person.expected;
                if place == QueueDecision::Nobody {
                    let slot = out.unable.entry(staff.missing(&person.queued.asked, &mut told)).or_default();
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
fn agrees(now: &Evening, manifest: &Manifest) -> Result<(), PipelineError> {
    let told = |key: &str| manifest.counts.get(key).copied().unwrap_or(0);
    if (now.listed as u64, now.overflow as u64) == (told("listed"), told("overflow")) {
        Ok(())
    } else {
        Err(PipelineError::Internal("the queue of the run does not give its list again".to_owned()))
    }
}

/// The staff with `fte` more of a discipline: one new hire, or a share less of everyone of that discipline.
fn with(
    staff: &Staff,
    request: &WhatIfRequest,
    discipline: Discipline,
    fte: f64,
    people: &[Person],
) -> Result<Staff, PipelineError> {
    let mut out = staff.clone();
    let of = |m: &OnDuty| m.discipline == discipline.as_str();
    let present: f64 = staff.managers.iter().filter(|m| of(m)).map(|m| m.fte).sum();
    if fte < 0.0 {
        if present + fte < -1e-9 {
            return Err(PipelineError::Usage(format!(
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
        people.iter().map(|p| p.queued.asked.state.as_str()).filter(|s| !s.is_empty()).collect();
    states.sort_unstable();
    states.dedup();
    states.join("|")
}

fn table(out: &mut String, now: &Evening, then: &Evening) {
    let _ = writeln!(out, "{:<52} {:>10} {:>10} {:>10}", "", "tonight", "changed", "difference");
    let mut line = |label: &str, a: f64, b: f64, digits: usize| {
        let _ = writeln!(out, "{label:<52} {a:>10.digits$} {b:>10.digits$} {:>+10.digits$}", b - a);
    };
    line("completed contacts a night", now.contacts, then.contacts, 1);
    line("hours a week", now.hours, then.hours, 1);
    line("length of the list (calls)", now.length, then.length, 0);
    line("people on the list", now.listed as f64, then.listed as f64, 0);
    line("expected avoidable stays in 90 days on the list", now.expected, then.expected, 2);
    line("  of people whom a call is expected to reach", now.reached, then.reached, 2);
    line("people not reached", now.overflow as f64, then.overflow as f64, 0);
    line("expected avoidable stays not reached", now.missed, then.missed, 2);
}

fn cannot(out: &mut String, now: &Evening, then: &Evening) {
    let _ = writeln!(out, "\nPeople nobody on duty can take, by what is missing");
    if now.unable.is_empty() && then.unable.is_empty() {
        let _ = writeln!(out, "  none");
    }
    let keys: std::collections::BTreeSet<&String> = now.unable.keys().chain(then.unable.keys()).collect();
    for key in keys {
        let get = |e: &Evening| e.unable.get(key).copied().unwrap_or_default();
        let (a, b) = (get(now), get(then));
        let _ = writeln!(out, "  {key}: {} tonight, {} changed ({:.2} expected stays)", a.0, b.0, b.1);
    }
}

fn assumptions(out: &mut String, staff: &Staff, changed: &Staff, request: &WhatIfRequest, discipline: Discipline) {
    let _ = writeln!(out, "\nAssumed");
    if let Some(hire) = changed.managers.iter().find(|m| m.care_manager_id == NEW_HIRE) {
        let (contacts, hours) = per_fte(staff, discipline);
        let own = staff.managers.iter().any(|m| m.discipline == discipline.as_str());
        let _ = writeln!(
            out,
            "  new hire: {}, on duty, speaks {} (--languages), licensed in {} ({})",
            hire.discipline,
            hire.languages,
            if hire.licensed_states.is_empty() { "any state" } else { &hire.licensed_states },
            if request.states.is_empty() { "every state of tonight's queue; --states" } else { "--states" },
        );
        let _ = writeln!(
            out,
            "  {contacts:.1} completed contacts a night and {hours:.1} hours a week for each FTE ({})",
            if own { "as this discipline on duty tonight" } else { "default: nobody of this discipline is on duty" }
        );
    } else if request.add_fte < 0.0 {
        let _ = writeln!(
            out,
            "  fewer staff: contacts and hours of every {} on duty shrink by the same share",
            discipline.as_str()
        );
    }
    let _ = writeln!(
        out,
        "  {:.3} of the calls reach somebody; queue, order, hysteresis and hold-out as published; caseload limits enrolment, not contact",
        staff.reach
    );
    let _ = writeln!(
        out,
        "  expected stays are the published probabilities summed: events at stake, not events a call prevents"
    );
}

/// The same FTE in every discipline, so that the question itself can be questioned.
fn others(
    out: &mut String,
    staff: &Staff,
    people: &[Person],
    request: &WhatIfRequest,
    now: &Evening,
) -> Result<(), PipelineError> {
    if request.add_fte <= 0.0 {
        return Ok(());
    }
    let _ = writeln!(out, "\nThe same {} FTE as", request.add_fte);
    for discipline in Discipline::ALL {
        let then = evening(&with(staff, request, *discipline, request.add_fte, people)?, people);
        let _ = writeln!(
            out,
            "  {:<7} {:>+5} people, {:>+7.2} expected stays on the list",
            discipline.as_str(),
            then.listed as i64 - now.listed as i64,
            then.expected - now.expected
        );
    }
    Ok(())
}

//! Why a member ranks where they do by the published indices, in plain words with evidence. Owns that wording;
//! refuses to give age or sex as a reason.

use super::reason::{Driver, Reason, condition_driver, condition_sensitivity};
use super::wording::{SheetReason, Wording};
use crate::domain::Day;
use crate::features::{Condition, Snapshot};
use crate::measures::{Dated, LateClass, Need, PQI, Setting};
use crate::reference::Sensitive;

/// The PQIs of a stay in words, as `PQI` orders their bits.
pub(super) fn pqi_words(counted: u16) -> String {
    const WORDS: [&str; 10] = [
        "diabetes, short-term complication",
        "diabetes, long-term complication",
        "COPD or asthma",
        "hypertension",
        "heart failure",
        "pneumonia",
        "urinary tract infection",
        "uncontrolled diabetes",
        "asthma",
        "amputation with diabetes",
    ];
    (0..PQI.len()).filter(|i| counted >> i & 1 == 1).map(|i| WORDS[i]).collect::<Vec<_>>().join(", ")
}

fn plain_reason(text: String, driver: Driver, points: Option<f64>, dated: Option<&Dated>) -> Reason {
    Reason {
        text,
        driver,
        points,
        day: dated.map(|d| d.day),
        evidence: dated.map_or_else(Box::default, |d| d.id.clone()),
        sensitive: Sensitive::No,
        sheet: None,
    }
}

/// Up to five reasons of one member, strongest first: the parts of the ordering key, then open needs and
/// late fills as context. People in a transition begin with the discharge and its LACE parts.
#[must_use]
pub fn reasons_from_indices(s: &Snapshot, wording: &Wording) -> Vec<Reason> {
    let mut out = find_causes(s, wording);
    if !out.is_empty() && out.len() < 3 {
        add_context(s, &mut out, wording);
        out.truncate(TOLD);
    }
    out
}

/// The same reason with the words of a sheet; an id of a stay is our own and nobody can look it up.
fn on_sheet(reason: Reason, text: String) -> Reason {
    Reason { sheet: Some(text), ..reason }
}

/// Reasons of one member that are told at most.
const TOLD: usize = 5;

/// The reasons that rank a member or ask for help, without context.
fn find_causes(s: &Snapshot, wording: &Wording) -> Vec<Reason> {
    let mut out: Vec<Reason> = Vec::new();
    out.extend(recent_discharge(s, wording).or_else(|| open_transition(s, wording)));
    out.extend(avoidable_stays(s, wording));
    out.extend(repeated_stays(s, wording));
    let asking = usize::from(!s.supply.late_classes.is_empty()) + usize::from(s.open_needs().next().is_some());
    let room = TOLD.saturating_sub(out.len() + asking).max(1);
    out.extend(s.conditions.iter().take(room).map(|c| weighing_condition(c, wording)));
    out.extend(s.supply.late_classes.first().map(|late| late_supply(*late, wording)));
    out.extend(s.open_needs().map(|need| open_need(need, wording)));
    out.truncate(TOLD);
    out
}

/// The newest index discharge with its LACE.
fn recent_discharge(s: &Snapshot, wording: &Wording) -> Option<Reason> {
    let recent = s.recent.last()?;
    let l = recent.lace;
    let dated = Dated { day: recent.discharge, id: recent.stay_id.clone() };
    let text = format!(
        "left hospital {}; LACE {} of 19 (stay {}, acute {}, conditions {}, ED {})",
        recent.discharge,
        l.total(),
        l.length,
        l.acute,
        l.comorbidity,
        l.emergency
    );
    let analyst = plain_reason(text, Driver::Transition, Some(f64::from(l.total())), Some(&dated));
    let values = [("date", recent.discharge.to_string()), ("lace", l.total().to_string())];
    Some(on_sheet(analyst, sheet_words(wording, SheetReason::DischargeLace, 1, &values)))
}

/// The newest discharge of any other kind whose clocks run.
fn open_transition(s: &Snapshot, wording: &Wording) -> Option<Reason> {
    let t = s.transitions.iter().rev().find(|t| t.closed.is_none())?;
    let dated = Dated { day: t.discharge, id: t.id.clone() };
    let place = place_left(t.setting);
    let analyst = plain_reason(format!("left {place} {}", t.discharge), Driver::Transition, None, Some(&dated));
    let values = [("place", place.to_owned()), ("date", t.discharge.to_string())];
    Some(on_sheet(analyst, sheet_words(wording, SheetReason::Transition, 1, &values)))
}

fn avoidable_stays(s: &Snapshot, wording: &Wording) -> Option<Reason> {
    let (dated, counted) = s.facts.pqi_year.first()?;
    let n = u32::try_from(s.facts.pqi_year.len()).unwrap_or(0);
    let diagnosis = pqi_words(*counted);
    let text = format!("{n} avoidable hospital stay{} in 12 months ({diagnosis})", if n == 1 { "" } else { "s" });
    let analyst = plain_reason(text, Driver::Clinical, Some(f64::from(n)), Some(dated));
    let values = [("diagnosis", diagnosis)];
    Some(on_sheet(analyst, sheet_words(wording, SheetReason::AvoidableStays, i64::from(n), &values)))
}

/// Two stays or more in a year.
fn repeated_stays(s: &Snapshot, wording: &Wording) -> Option<Reason> {
    let last = s.facts.last_stay.as_ref().filter(|_| s.key.two_stays)?;
    let n = s.facts.stays_year;
    let analyst = plain_reason(format!("{n} hospital stays in a year"), Driver::Clinical, Some(1.0), Some(last));
    let values = [("date", last.day.to_string())];
    Some(on_sheet(analyst, sheet_words(wording, SheetReason::Stays, i64::from(n), &values)))
}

fn weighing_condition(c: &Condition, wording: &Wording) -> Reason {
    let (name, sensitive) = (c.measure.words(), condition_sensitivity(c.measure));
    Reason {
        text: name.to_owned(),
        driver: condition_driver(sensitive),
        points: Some(f64::from(c.weight)),
        day: Some(Day(c.evidence.last)),
        evidence: c.evidence.last_id.clone(),
        sensitive,
        sheet: Some(sheet_words(wording, SheetReason::Condition, 1, &[("condition", name.to_owned())])),
    }
}

fn late_supply(late: LateClass, wording: &Wording) -> Reason {
    Reason {
        text: format!("{} supply ran out", late.class.name().replace('_', " ")),
        driver: Driver::Medication,
        points: None,
        day: Some(late.ran_out),
        evidence: Box::default(),
        sensitive: Sensitive::No,
        sheet: wording.supply(late.class.name()).map(|words| {
            let values = [("purpose", words.purpose.clone()), ("date", late.ran_out.to_string())];
            sheet_words(wording, SheetReason::SupplyClass, 1, &values)
        }),
    }
}

fn open_need(need: &Need, wording: &Wording) -> Reason {
    let domain = need.domain.replace('_', " ");
    let (sensitive, sheet) = if need.is_of_safety() {
        (Sensitive::Abuse, sheet_words(wording, SheetReason::Safety, 1, &[]))
    } else {
        let values = [("needs", domain.clone()), ("date", need.day.to_string())];
        (Sensitive::No, sheet_words(wording, SheetReason::Needs, 1, &values))
    };
    Reason {
        text: format!("{domain} need ({})", need.source.name().replace('_', " ")),
        driver: Driver::Social,
        points: None,
        day: Some(need.day),
        evidence: need.evidence.clone(),
        sensitive,
        sheet: Some(sheet),
    }
}

fn sheet_words(wording: &Wording, reason: SheetReason, n: i64, values: &[(&str, String)]) -> String {
    let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
    wording.say(reason, n, &values)
}

/// What was left, in words; of a psychiatric stay no more than that it was a hospital.
fn place_left(setting: Setting) -> &'static str {
    match setting {
        Setting::Inpatient | Setting::Psychiatric => "hospital",
        Setting::Rehab => "inpatient rehabilitation",
        Setting::LongTermHospital => "a long-term hospital",
        Setting::Snf => "a skilled nursing facility",
        Setting::Observation => "an observation stay",
    }
}

/// Context for someone with few reasons: emergency department, last stay, last visit.
fn add_context(s: &Snapshot, out: &mut Vec<Reason>, wording: &Wording) {
    if let Some(ed) = &s.facts.last_ed {
        let n = s.facts.ed_year;
        let text = format!("{n} ED visit{} in a year", if n == 1 { "" } else { "s" });
        let analyst = plain_reason(text, Driver::Clinical, None, Some(ed));
        out.push(if n > 1 {
            on_sheet(
                analyst,
                sheet_words(wording, SheetReason::Emergency, i64::from(n), &[("date", ed.day.to_string())]),
            )
        } else {
            analyst
        });
    }
    if let Some(stay) = s.facts.last_stay.as_ref().filter(|_| !s.key.two_stays && s.key.pqi_stays == 0) {
        out.push(plain_reason("a hospital stay in the last year".to_owned(), Driver::Clinical, None, Some(stay)));
    }
    match &s.facts.last_visit {
        Some(visit) => out.push(plain_reason("last ambulatory visit".to_owned(), Driver::Clinical, None, Some(visit))),
        None => out.push(plain_reason("no ambulatory visit in a year".to_owned(), Driver::Clinical, None, None)),
    }
}

/// Drivers of a member from all they carry, strongest first, each once.
#[must_use]
pub fn drivers(s: &Snapshot) -> Vec<Driver> {
    let mut out: Vec<Driver> = Vec::new();
    for r in find_causes(s, Wording::shipped()) {
        if !out.contains(&r.driver) {
            out.push(r.driver);
        }
    }
    out
}

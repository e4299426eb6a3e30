//! Why a member ranks where they do by the published indices, in plain words with evidence. Owns that wording;
//! refuses to give age or sex as a reason.

use super::reason::{Driver, Reason, condition_driver, condition_sensitivity};
use super::wording::Wording;
use crate::domain::Day;
use crate::features::Snapshot;
use crate::measures::{Dated, PQI, Setting};
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

fn reason(text: String, driver: Driver, points: Option<f64>, dated: Option<&Dated>) -> Reason {
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
    let mut out = causes(s, wording);
    if !out.is_empty() && out.len() < 3 {
        context(s, &mut out, wording);
        out.truncate(5);
    }
    out
}

/// The same reason with the words of a sheet; an id of a stay is our own and nobody can look it up.
fn on_sheet(reason: Reason, text: String) -> Reason {
    Reason { sheet: Some(text), ..reason }
}

/// The reasons that rank a member or ask for help, without context.
fn causes(s: &Snapshot, wording: &Wording) -> Vec<Reason> {
    let mut out = Vec::new();
    if let Some(recent) = s.recent.last() {
        let l = recent.lace;
        let dated = Dated { day: recent.discharge, id: recent.stay_id.clone() };
        let analyst = reason(
            format!(
                "left hospital {}; LACE {} of 19 (stay {}, acute {}, conditions {}, ED {})",
                recent.discharge,
                l.total(),
                l.length,
                l.acute,
                l.comorbidity,
                l.emergency
            ),
            Driver::Transition,
            Some(f64::from(l.total())),
            Some(&dated),
        );
        let values = [("date", recent.discharge.to_string()), ("lace", l.total().to_string())];
        out.push(on_sheet(analyst, say(wording, "discharge_lace", 1, &values)));
    }
    if out.is_empty()
        && let Some(t) = s.transitions.iter().rev().find(|t| t.closed.is_none())
    {
        let dated = Dated { day: t.discharge, id: t.id.clone() };
        let place = place_left(t.setting);
        let analyst = reason(format!("left {place} {}", t.discharge), Driver::Transition, None, Some(&dated));
        let values = [("place", place.to_owned()), ("date", t.discharge.to_string())];
        out.push(on_sheet(analyst, say(wording, "transition", 1, &values)));
    }
    if let Some((dated, counted)) = s.facts.pqi_year.first() {
        let n = s.facts.pqi_year.len();
        let diagnosis = pqi_words(*counted);
        let analyst = reason(
            format!("{n} avoidable hospital stay{} in 12 months ({diagnosis})", if n == 1 { "" } else { "s" }),
            Driver::Clinical,
            f64::from(u32::try_from(n).unwrap_or(0)).into(),
            Some(dated),
        );
        let text = say(wording, "avoidable_stays", i64::try_from(n).unwrap_or(0), &[("diagnosis", diagnosis)]);
        out.push(on_sheet(analyst, text));
    }
    if let Some(last) = s.facts.last_stay.as_ref().filter(|_| s.key.two_stays) {
        let n = s.facts.stays_year;
        let analyst = reason(format!("{n} hospital stays in a year"), Driver::Clinical, Some(1.0), Some(last));
        out.push(on_sheet(analyst, say(wording, "stays", i64::from(n), &[("date", last.day.to_string())])));
    }
    let urgent_context = usize::from(!s.supply.late_classes.is_empty()) + usize::from(s.open_needs().next().is_some());
    for c in s.conditions.iter().take(5_usize.saturating_sub(out.len() + urgent_context).max(1)) {
        let (name, sensitive) = (c.measure.words(), condition_sensitivity(c.measure));
        let driver = condition_driver(sensitive);
        out.push(Reason {
            text: name.to_owned(),
            driver,
            points: Some(f64::from(c.weight)),
            day: Some(Day(c.evidence.last)),
            evidence: c.evidence.last_id.clone(),
            sensitive,
            sheet: Some(say(wording, "condition", 1, &[("condition", name.to_owned())])),
        });
    }
    if let Some(late) = s.supply.late_classes.first() {
        out.push(Reason {
            text: format!("{} supply ran out", late.class.name().replace('_', " ")),
            driver: Driver::Medication,
            points: None,
            day: Some(late.ran_out),
            evidence: Box::default(),
            sensitive: Sensitive::No,
            sheet: wording.supply(late.class.name()).map(|words| {
                let values = [("purpose", words.purpose.clone()), ("date", late.ran_out.to_string())];
                say(wording, "supply_class", 1, &values)
            }),
        });
    }
    for need in s.open_needs() {
        let sensitive = if &*need.domain == "safety_trauma" || &*need.domain == "safety" {
            Sensitive::Abuse
        } else {
            Sensitive::No
        };
        out.push(Reason {
            text: format!("{} need ({})", need.domain.replace('_', " "), need.source.name().replace('_', " ")),
            driver: Driver::Social,
            points: None,
            day: Some(need.day),
            evidence: need.evidence.clone(),
            sensitive,
            sheet: Some(match sensitive {
                Sensitive::No => say(
                    wording,
                    "needs",
                    1,
                    &[("needs", need.domain.replace('_', " ")), ("date", need.day.to_string())],
                ),
                _ => say(wording, "safety", 1, &[]),
            }),
        });
    }
    out.truncate(5);
    out
}

fn say(wording: &Wording, reason: &str, n: i64, values: &[(&str, String)]) -> String {
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
fn context(s: &Snapshot, out: &mut Vec<Reason>, wording: &Wording) {
    if let Some(ed) = &s.facts.last_ed {
        let n = s.facts.ed_year;
        let text = format!("{n} ED visit{} in a year", if n == 1 { "" } else { "s" });
        let analyst = reason(text, Driver::Clinical, None, Some(ed));
        out.push(if n > 1 {
            on_sheet(analyst, say(wording, "emergency", i64::from(n), &[("date", ed.day.to_string())]))
        } else {
            analyst
        });
    }
    if let Some(stay) = s.facts.last_stay.as_ref().filter(|_| !s.key.two_stays && s.key.pqi_stays == 0) {
        out.push(reason("a hospital stay in the last year".to_owned(), Driver::Clinical, None, Some(stay)));
    }
    match &s.facts.last_visit {
        Some(visit) => out.push(reason("last ambulatory visit".to_owned(), Driver::Clinical, None, Some(visit))),
        None => out.push(reason("no ambulatory visit in a year".to_owned(), Driver::Clinical, None, None)),
    }
}

/// Drivers of a member from all they carry, strongest first, each once.
#[must_use]
pub fn drivers(s: &Snapshot) -> Vec<Driver> {
    let mut out: Vec<Driver> = Vec::new();
    for r in causes(s, Wording::shipped()) {
        if !out.contains(&r.driver) {
            out.push(r.driver);
        }
    }
    out
}

//! Why a member ranks where they do by the published indices, in plain words with evidence. Owns that wording;
//! refuses to give age or sex as a reason.

use super::reason::{Driver, Reason, plain_condition};
use crate::domain::Day;
use crate::features::Snapshot;
use crate::measures::{Dated, PQI};
use crate::reference::Sensitive;

fn pqi_words(counted: u16) -> String {
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
    }
}

/// Up to five reasons of one member, strongest first: the parts of the ordering key, then open needs and
/// late fills as context. People in a transition begin with the discharge and its LACE parts.
#[must_use]
pub fn reasons_from_indices(s: &Snapshot) -> Vec<Reason> {
    let mut out = causes(s);
    if !out.is_empty() && out.len() < 3 {
        context(s, &mut out);
        out.truncate(5);
    }
    out
}

/// The reasons that rank a member or ask for help, without context.
fn causes(s: &Snapshot) -> Vec<Reason> {
    let mut out = Vec::new();
    if let Some(recent) = s.recent.last() {
        let l = recent.lace;
        let dated = Dated { day: recent.discharge, id: recent.stay_id.clone() };
        out.push(reason(
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
        ));
    }
    if out.is_empty()
        && let Some(t) = s.transitions.iter().rev().find(|t| t.closed.is_none())
    {
        let dated = Dated { day: t.discharge, id: t.id.clone() };
        let place = SETTING_WORDS.iter().find(|(k, _)| *k == t.setting).map_or("care", |(_, w)| w);
        out.push(reason(format!("left {place} {}", t.discharge), Driver::Transition, None, Some(&dated)));
    }
    if let Some((dated, counted)) = s.facts.pqi_year.first() {
        let n = s.facts.pqi_year.len();
        out.push(reason(
            format!(
                "{n} avoidable hospital stay{} in 12 months ({})",
                if n == 1 { "" } else { "s" },
                pqi_words(*counted)
            ),
            Driver::Clinical,
            f64::from(u32::try_from(n).unwrap_or(0)).into(),
            Some(dated),
        ));
    }
    if s.key.two_stays {
        out.push(reason(
            format!("{} hospital stays in a year", s.facts.stays_year),
            Driver::Clinical,
            Some(1.0),
            s.facts.last_stay.as_ref(),
        ));
    }
    let urgent_context = usize::from(!s.supply.late_classes.is_empty()) + usize::from(s.open_needs().next().is_some());
    for c in s.conditions.iter().take(5_usize.saturating_sub(out.len() + urgent_context).max(1)) {
        let (name, sensitive) = plain_condition(usize::from(c.bit));
        let driver = match sensitive {
            Sensitive::SubstanceUse | Sensitive::Psychiatric => Driver::Behavioral,
            _ => Driver::Clinical,
        };
        out.push(Reason {
            text: name.to_owned(),
            driver,
            points: Some(f64::from(c.weight)),
            day: Some(Day(c.evidence.last)),
            evidence: c.evidence.last_id.clone(),
            sensitive,
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
        });
    }
    out.truncate(5);
    out
}

/// Settings of a transition in words.
const SETTING_WORDS: [(&str, &str); 3] =
    [("inpatient", "hospital"), ("observation", "an observation stay"), ("snf", "a skilled nursing facility")];

/// Context for someone with few reasons: emergency department, last stay, last visit.
fn context(s: &Snapshot, out: &mut Vec<Reason>) {
    if let Some(ed) = &s.facts.last_ed {
        let n = s.facts.ed_year;
        let text = format!("{n} ED visit{} in a year", if n == 1 { "" } else { "s" });
        out.push(reason(text, Driver::Clinical, None, Some(ed)));
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
    for r in causes(s) {
        if !out.contains(&r.driver) {
            out.push(r.driver);
        }
    }
    out
}

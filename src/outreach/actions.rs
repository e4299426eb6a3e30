//! The first thing to do for a person and who should do it. Owns the sentence of each step; refuses to change the order
//! of the list.

use super::candidate::Candidate;
use super::clocks::Clock;
use super::inputs::Inputs;
use super::words::ClockStep;
use crate::domain::{Day, Discipline, SEE_RECORD, capitalised};
use crate::features::Snapshot;
use crate::measures::{Setting, Transition, WorkItem, WorkKind};
use crate::models::Driver;
use crate::reference::Sensitive;

/// A first action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What to do, in whole sentences.
    pub text: String,
    /// Who should.
    pub discipline: Discipline,
    /// Which of a care manager's responsibilities it serves.
    pub responsibility: &'static str,
    /// What it rests on is masked as.
    pub sensitive: Sensitive,
    /// What is left of the text when it is masked.
    pub masked_text: String,
}

impl Action {
    fn is_hidden(&self, sensitive_role: bool) -> bool {
        self.sensitive != Sensitive::No && !sensitive_role
    }

    /// The text that a reader may see.
    #[must_use]
    pub fn shown_text(&self, sensitive_role: bool) -> &str {
        if self.is_hidden(sensitive_role) { &self.masked_text } else { &self.text }
    }

    /// The discipline that a reader may see.
    #[must_use]
    pub fn shown_discipline(&self, sensitive_role: bool) -> &'static str {
        if self.is_hidden(sensitive_role) { SEE_RECORD } else { self.discipline.as_str() }
    }

    /// The responsibility that a reader may see.
    #[must_use]
    pub fn shown_responsibility(&self, sensitive_role: bool) -> &'static str {
        if self.is_hidden(sensitive_role) { SEE_RECORD } else { self.responsibility }
    }
}

fn action(text: impl Into<String>, discipline: Discipline, responsibility: &'static str) -> Action {
    Action { text: text.into(), discipline, responsibility, sensitive: Sensitive::No, masked_text: String::new() }
}

const TRANSITIONS: &str = "transitions from hospital to home";
const BEHAVIORAL: &str = "work with behavioral health";
const AUTHORIZATIONS: &str = "insurance authorizations";

/// The first action: the words of whoever asked for the person by hand, then the step of the running clock, else the
/// most pressing due item, else the leading driver.
#[must_use]
pub fn first_action(inputs: &Inputs<'_>, candidate: &Candidate) -> Action {
    let s = &inputs.snapshots[candidate.member as usize];
    let own = match &candidate.clock {
        Some(clock) => step_action(inputs, clock, s),
        None => due_action(inputs, candidate, s),
    };
    match &candidate.by_hand {
        Some(hand) => {
            let asked =
                format!("{} (asked by {}, until {}).", hand.reason.trim_end_matches('.'), hand.author, hand.expires);
            let with =
                |own: &str| if candidate.clock.is_some() { format!("{asked} Also: {own}") } else { asked.clone() };
            let (text, masked_text) = (with(&own.text), with(&own.masked_text));
            Action { text, masked_text, ..own }
        }
        None => own,
    }
}

/// The hospital's name, else what kind of place it was.
fn place(inputs: &Inputs<'_>, t: &Transition) -> String {
    // The name of a psychiatric hospital tells the diagnosis.
    let named = inputs.facility_name(&t.facility).filter(|_| !t.is_sensitive());
    named.map_or_else(
        || match t.setting {
            Setting::Snf => "a skilled nursing facility".to_owned(),
            Setting::Observation => "an observation stay".to_owned(),
            Setting::Rehab => "inpatient rehabilitation".to_owned(),
            Setting::LongTermHospital => "a long-term hospital".to_owned(),
            Setting::Inpatient | Setting::Psychiatric => "hospital".to_owned(),
        },
        str::to_owned,
    )
}

/// Where from, when, for what: "home from General Hospital since Jun 24 (Heart failure)".
fn home_from(inputs: &Inputs<'_>, t: &Transition) -> String {
    let why = t.diagnosis.as_deref().filter(|_| !t.is_sensitive()).map_or(String::new(), |d| format!(" ({d})"));
    let advice = if t.ama { ", left against medical advice" } else { "" };
    format!("home from {} since {}{why}{advice}", place(inputs, t), t.discharge)
}

fn step_action(inputs: &Inputs<'_>, clock: &Clock, s: &Snapshot) -> Action {
    let transition = clock.transition.and_then(|i| s.transitions.get(i));
    match (clock.step, transition) {
        (ClockStep::Contact, Some(t)) => contact_action(inputs, clock, t),
        (ClockStep::Visit, Some(t)) => visit_action(inputs, clock, t),
        (ClockStep::Reconcile, Some(t)) => action(
            format!("Reconcile the medicines by {}: {}.", due_text(clock), home_from(inputs, t)),
            Discipline::Rn,
            TRANSITIONS,
        ),
        (ClockStep::FollowUp, Some(t)) => action(
            format!(
                "Reach the person by {}: nobody has spoken to or seen them, {}.",
                due_text(clock),
                home_from(inputs, t)
            ),
            Discipline::Rn,
            TRANSITIONS,
        ),
        (ClockStep::Authorization, _) => authorization_action(clock, s),
        (ClockStep::DischargeUnseen, _) => action(
            format!(
                "Ask the hospital whether and when the stay begun {} ended; no discharge has arrived.",
                clock.started
            ),
            Discipline::Rn,
            TRANSITIONS,
        ),
        _ => follow_up_action(clock),
    }
}

fn due_text(clock: &Clock) -> String {
    clock.due.map_or_else(|| "now".to_owned(), |d| d.to_string())
}

fn contact_action(inputs: &Inputs<'_>, clock: &Clock, t: &Transition) -> Action {
    let late = if t.contact_due < inputs.visits.work_day {
        format!("The contact was due {} and is still to be made: call today", t.contact_due)
    } else {
        format!("Call by {}", due_text(clock))
    };
    let advice = if t.ama { " Ask why, and when to come back." } else { "" };
    let text =
        format!("{late}; {}. Ask about symptoms, medicines and the follow-up visit.{advice}", home_from(inputs, t));
    action(text, Discipline::Rn, TRANSITIONS)
}

fn visit_action(inputs: &Inputs<'_>, clock: &Clock, t: &Transition) -> Action {
    let home = home_from(inputs, t);
    let text = match clock.booked_on {
        Some(day) => format!("Confirm the visit booked for {day}; {home}."),
        None => format!(
            "Check the chart or the scheduler for a visit since {}; book one by {} only if there is none. {}.",
            t.discharge,
            due_text(clock),
            capitalised(&home)
        ),
    };
    action(text, Discipline::Chw, TRANSITIONS)
}

fn follow_up_action(clock: &Clock) -> Action {
    let event = match clock.step {
        ClockStep::MentalStay => "discharge",
        _ => "emergency visit",
    };
    let text = match clock.booked_on {
        Some(day) => format!("Confirm the follow-up visit booked for {day}, after the {event} of {}.", clock.started),
        None => format!(
            "See that a follow-up visit takes place by {}, after the {event} of {}; check first whether it has.",
            due_text(clock),
            clock.started
        ),
    };
    match clock.step {
        ClockStep::ChronicEd => action(text, Discipline::Rn, TRANSITIONS),
        _ => Action {
            sensitive: clock.sensitive,
            masked_text: format!("See record; due {}.", due_text(clock)),
            ..action(text, Discipline::Lcsw, BEHAVIORAL)
        },
    }
}

fn service_words(item: &WorkItem) -> String {
    item.detail.replace('_', " ")
}

fn authorization_action(clock: &Clock, s: &Snapshot) -> Action {
    let item = s.worklist.iter().find(|w| w.kind == WorkKind::AuthorizationDecision && w.id == clock.id);
    let what = item.map_or_else(|| "Authorization".to_owned(), |w| format!("Authorization of {}", service_words(w)));
    let text = format!(
        "{what} {}, asked {}, decision due {}: ask utilization management.",
        clock.id,
        clock.started,
        due_text(clock)
    );
    action(text, Discipline::Rn, AUTHORIZATIONS)
}

/// Days ahead in which a due item comes first.
const SOON_DAYS: i32 = 7;

fn due_action(inputs: &Inputs<'_>, candidate: &Candidate, s: &Snapshot) -> Action {
    let day = inputs.visits.work_day;
    let due = |kind: WorkKind| s.worklist.iter().find(|w| w.kind == kind && !w.stale && w.due <= day.plus(SOON_DAYS));
    let authorizations = [
        WorkKind::BlockedDischarge,
        WorkKind::Appeal,
        WorkKind::AuthorizationExpiring,
        WorkKind::AuthorizationDecision,
    ];
    if let Some(item) = authorizations.into_iter().find_map(due) {
        return authorization_item(item);
    }
    if let Some(item) = due(WorkKind::PlanReview) {
        return action(format!("Review the care plan, due {}.", item.due), Discipline::Rn, "care plans");
    }
    if let Some(item) = due(WorkKind::Fill) {
        return action(
            format!(
                "Ask about {}: the supply ran out. Cost, side effects or no need? Arrange the refill.",
                service_words(item)
            ),
            Discipline::PharmD,
            "education and medication adherence",
        );
    }
    social_or_driver(candidate, s, day, due(WorkKind::Assessment))
}

fn authorization_item(item: &WorkItem) -> Action {
    let what = service_words(item);
    let text = match item.kind {
        WorkKind::Appeal => {
            format!("Authorization {} of {what} was denied: decide on an appeal by {}.", item.id, item.due)
        }
        WorkKind::BlockedDischarge => {
            format!("The discharge waits for authorization {} of {what}: get it decided.", item.id)
        }
        WorkKind::AuthorizationExpiring => {
            format!("Renew authorization {} of {what} before it ends on {}.", item.id, item.due)
        }
        _ => format!("Chase authorization {} of {what}, decision due {}.", item.id, item.due),
    };
    action(text, Discipline::Rn, AUTHORIZATIONS)
}

fn social_or_driver(candidate: &Candidate, s: &Snapshot, day: Day, assessment: Option<&WorkItem>) -> Action {
    if let Some(need) = s.open_needs().find(|n| !matches!(&*n.domain, "safety_trauma" | "safety")) {
        let domain = need.domain.replace('_', " ");
        let text = match &need.open_referral {
            Some(id) => format!("Follow up referral {id} for {domain}."),
            None => format!("Ask about {domain} (said {}); with consent, offer a referral.", need.day),
        };
        return action(text, Discipline::Chw, "community resources");
    }
    if let Some(item) = assessment {
        let text = format!("Complete the assessment due {}.", item.due);
        return action(text, Discipline::Rn, "assessment across body, mind and social needs");
    }
    if candidate.drivers.first() == Some(&Driver::Behavioral) || s.facts.behavioral_year.is_some() {
        return Action {
            sensitive: Sensitive::Psychiatric,
            masked_text: "See record.".to_owned(),
            ..action("Check in, and connect with the treating practice.", Discipline::Lcsw, BEHAVIORAL)
        };
    }
    if s.facts.last_visit.as_ref().is_none_or(|v| day.since(v.day) > 180) {
        let text = "No visit in six months: arrange one with the primary care provider.";
        return action(text, Discipline::Rn, "coordination across providers");
    }
    let text = if s.facts.stays_year > 0 {
        "Introduce care management and review the recent hospital use."
    } else {
        "Introduce care management and ask what would help most."
    };
    action(text, Discipline::Rn, "finding high-risk people and ordering outreach")
}

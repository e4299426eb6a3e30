//! The first thing to do for a person and who should do it: the words of whoever asked, the step of an urgent clock, then
//! the playbook's. Owns the sentence of each step and how they stand together; refuses to change the order of the list.

use super::candidate::{AddedByHand, Candidate};
use super::clocks::Clock;
use super::inputs::Inputs;
use super::person_plan::PersonPlan;
use super::words::{Band, ClockStep};
use crate::domain::{Day, Discipline, SEE_RECORD, add_business_days, capitalised};
use crate::features::Snapshot;
use crate::measures::{Setting, Transition, WorkItem, WorkKind};
use crate::playbook::{Placeholder, Segment, Sensitivity};
use crate::reference::{Sensitive, plain_day};

/// What stands for a sentence that a reader may not see.
const HIDDEN: &str = "See record.";

/// One sentence of a first action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionPart {
    /// What to do, in whole sentences.
    pub text: String,
    /// Who should.
    pub discipline: Discipline,
    /// What it rests on is masked as.
    pub sensitive: Sensitive,
    /// What is left of the text when it is masked.
    pub masked_text: String,
}

impl ActionPart {
    /// Whether a reader sees what is left alone; abuse is on no shared sheet, whoever reads it.
    fn is_hidden(&self, sensitive_role: bool) -> bool {
        match self.sensitive {
            Sensitive::No => false,
            Sensitive::Abuse => true,
            Sensitive::SubstanceUse | Sensitive::Hiv | Sensitive::Psychiatric => !sensitive_role,
        }
    }

    fn shown_text(&self, sensitive_role: bool) -> &str {
        if self.is_hidden(sensitive_role) { &self.masked_text } else { &self.text }
    }

    fn shown_discipline(&self, sensitive_role: bool) -> &'static str {
        if self.is_hidden(sensitive_role) { SEE_RECORD } else { self.discipline.as_str() }
    }
}

/// A first action: what was asked for by hand, what an urgent clock asks, what the playbook says, those that there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// Its sentences, in order.
    pub parts: Vec<ActionPart>,
    /// Id of the segment.
    pub segment: String,
    /// The segment, or what it rests on here, is masked as.
    pub segment_sensitive: Sensitive,
}

impl Action {
    /// The text that a reader may see.
    #[must_use]
    pub fn shown_text(&self, sensitive_role: bool) -> String {
        let shown: Vec<&str> = self.parts.iter().map(|p| p.shown_text(sensitive_role)).collect();
        let says = |text: &&&str| !text.is_empty() && **text != HIDDEN;
        let said: Vec<&str> = shown.iter().filter(says).copied().collect();
        if said.is_empty() { HIDDEN.to_owned() } else { said.join(" ") }
    }

    /// The discipline that a reader may see: that of the first sentence.
    #[must_use]
    pub fn shown_discipline(&self, sensitive_role: bool) -> &'static str {
        self.parts.first().map_or("", |p| p.shown_discipline(sensitive_role))
    }

    /// Whom a caller of a discipline should ask: the first sentence's discipline that is another.
    #[must_use]
    pub fn consult_of(&self, own: Discipline) -> Option<Discipline> {
        self.parts.iter().map(|p| p.discipline).find(|d| *d != own)
    }

    /// Whom to ask, as a reader may see it.
    #[must_use]
    pub fn shown_consult(&self, consult: Discipline, sensitive_role: bool) -> &'static str {
        let open = |p: &&ActionPart| p.discipline == consult && !p.is_hidden(sensitive_role);
        if self.parts.iter().any(|p| open(&p)) { consult.as_str() } else { SEE_RECORD }
    }

    /// The segment that a reader may see.
    #[must_use]
    pub fn shown_segment(&self, sensitive_role: bool) -> &str {
        match self.segment_sensitive {
            Sensitive::No => &self.segment,
            Sensitive::Abuse => SEE_RECORD,
            _ if sensitive_role => &self.segment,
            _ => SEE_RECORD,
        }
    }
}

fn say_step(text: impl Into<String>, discipline: Discipline) -> ActionPart {
    ActionPart { text: text.into(), discipline, sensitive: Sensitive::No, masked_text: String::new() }
}

/// The first action.
#[must_use]
pub fn first_action(inputs: &Inputs<'_>, candidate: &Candidate) -> Action {
    let s = &inputs.snapshots[candidate.member as usize];
    let clock = candidate.clock.as_ref();
    let own = clock.filter(|c| c.band < Band::Risk || c.step == ClockStep::DischargeUnseen);
    let mut parts: Vec<ActionPart> = own.map(|clock| step_part(inputs, clock, s)).into_iter().collect();
    let plan = inputs.plans.get(candidate.member as usize);
    let told = tell_plan(inputs, candidate.member, clock);
    let sensitive = plan.map_or(Sensitive::No, |p| p.sensitivity(inputs.playbook));
    let says_the_request = plan.is_some_and(|p| is_of_a_request(p, inputs));
    if let Some(told) = told.as_ref().filter(|_| candidate.by_hand.is_none() || !says_the_request) {
        parts.push(ActionPart {
            text: format!("{}.", capitalised(told.text.trim_end_matches('.'))),
            discipline: told.discipline,
            sensitive,
            masked_text: HIDDEN.to_owned(),
        });
    }
    if let Some(hand) = &candidate.by_hand {
        let discipline = parts.first().map(|p| p.discipline).or(told.as_ref().map(|t| t.discipline));
        if let Some(next) = parts.first_mut() {
            next.text.insert_str(0, "Also: ");
            if next.masked_text != HIDDEN {
                next.masked_text.insert_str(0, "Also: ");
            }
        }
        parts.insert(0, say_step(words_of_request(hand), discipline.unwrap_or(Discipline::Rn)));
    }
    Action { parts, segment: told.map_or_else(String::new, |t| t.segment.id.clone()), segment_sensitive: sensitive }
}

fn words_of_request(hand: &AddedByHand) -> String {
    format!("{} (asked by {}, until {}).", hand.reason.trim_end_matches('.'), hand.author, hand.expires)
}

/// The segment's own action is the text of the override.
fn is_of_a_request(plan: &PersonPlan, inputs: &Inputs<'_>) -> bool {
    plan.action(inputs.playbook).is_some_and(|a| a.text.contains("{override_text}"))
}

/// What the playbook says of a person, every placeholder filled.
#[derive(Clone, Debug)]
pub struct ToldPlan<'a> {
    /// The segment.
    pub segment: &'a Segment,
    /// Ids of the next segments that hold.
    pub also: Vec<&'a str>,
    /// What to do first.
    pub text: String,
    /// Who.
    pub discipline: Discipline,
    /// Until when: the clock's day, else the business days that the action allows.
    pub due: Day,
    /// The step after it.
    pub then: Option<String>,
    /// When it is done.
    pub closed_when: Option<String>,
    /// What it rests on, in the word of the files.
    pub sensitive: &'static str,
}

/// What the playbook says of a member beside a clock; none for somebody who was not asked.
#[must_use]
pub fn tell_plan<'a>(inputs: &Inputs<'a>, member: u32, clock: Option<&Clock>) -> Option<ToldPlan<'a>> {
    let plan: &'a PersonPlan = inputs.plans.get(member as usize)?;
    let segment = plan.segment(inputs.playbook)?;
    let action = plan.action(inputs.playbook);
    let day = inputs.visits.work_day;
    let allowed = add_business_days(day, action.map_or(0, |a| a.within_business_days));
    let due = clock.and_then(|c| c.due).map_or(allowed, |due| due.min(allowed).max(day));
    let deadline = clock.and_then(|c| c.due).unwrap_or(allowed);
    let said = |d: Day| plain_day(d, inputs.plan.as_of);
    let late = |p: Placeholder| match p {
        Placeholder::Deadline => Some(said(deadline)),
        Placeholder::KnownTo => Some(said(inputs.visits.known_through)),
        _ => None,
    };
    let fill = |template: &str| plan.fill(template, &late);
    // Nothing in the record fills any of the segment's actions: the questions of the segment are what is left.
    let by_name = || format!("Call about: {}", segment.name.to_lowercase());
    Some(ToldPlan {
        segment,
        also: plan.also.iter().filter_map(|s| inputs.playbook.segment.get(usize::from(*s))).map(|s| &*s.id).collect(),
        text: action.and_then(|a| fill(&a.text)).unwrap_or_else(by_name),
        discipline: action.map_or(segment.discipline, |a| a.discipline),
        due,
        then: action.and_then(|a| fill(&a.then)),
        closed_when: action.and_then(|a| fill(&a.closed_when)),
        sensitive: match (plan.sensitivity(inputs.playbook), segment.sensitive) {
            (Sensitive::No, Sensitivity::Reproductive) => Sensitivity::Reproductive.as_str(),
            (Sensitive::No, _) => Sensitivity::No.as_str(),
            (Sensitive::SubstanceUse, _) => Sensitivity::SubstanceUse.as_str(),
            (Sensitive::Abuse, _) => Sensitivity::Abuse.as_str(),
            (Sensitive::Psychiatric | Sensitive::Hiv, _) => Sensitivity::Psychiatric.as_str(),
        },
    })
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

fn step_part(inputs: &Inputs<'_>, clock: &Clock, s: &Snapshot) -> ActionPart {
    let transition = clock.transition.and_then(|i| s.transitions.get(i));
    match (clock.step, transition) {
        (ClockStep::Contact, Some(t)) => contact_action(inputs, clock, t),
        (ClockStep::Visit, Some(t)) => visit_action(inputs, clock, t),
        (ClockStep::Reconcile, Some(t)) => say_step(
            format!("Reconcile the medicines by {}: {}.", due_text(clock), home_from(inputs, t)),
            Discipline::Rn,
        ),
        (ClockStep::FollowUp, Some(t)) => say_step(
            format!(
                "Reach the person by {}: nobody has spoken to or seen them, {}.",
                due_text(clock),
                home_from(inputs, t)
            ),
            Discipline::Rn,
        ),
        (ClockStep::Authorization, _) => authorization_action(clock, s),
        (ClockStep::DischargeUnseen, _) => say_step(
            format!(
                "Ask the hospital whether and when the stay begun {} ended; no discharge has arrived.",
                clock.started
            ),
            Discipline::Rn,
        ),
        _ => follow_up_action(clock),
    }
}

fn due_text(clock: &Clock) -> String {
    clock.due.map_or_else(|| "now".to_owned(), |d| d.to_string())
}

fn contact_action(inputs: &Inputs<'_>, clock: &Clock, t: &Transition) -> ActionPart {
    let late = if t.contact_due < inputs.visits.work_day {
        format!("The contact was due {} and is still to be made: call today", t.contact_due)
    } else {
        format!("Call by {}", due_text(clock))
    };
    say_step(format!("{late}; {}.", home_from(inputs, t)), Discipline::Rn)
}

fn visit_action(inputs: &Inputs<'_>, clock: &Clock, t: &Transition) -> ActionPart {
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
    say_step(text, Discipline::Chw)
}

fn follow_up_action(clock: &Clock) -> ActionPart {
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
        ClockStep::ChronicEd => say_step(text, Discipline::Rn),
        _ => ActionPart {
            sensitive: clock.sensitive,
            masked_text: format!("See record; due {}.", due_text(clock)),
            ..say_step(text, Discipline::Lcsw)
        },
    }
}

fn service_words(item: &WorkItem) -> String {
    item.detail.replace('_', " ")
}

fn authorization_action(clock: &Clock, s: &Snapshot) -> ActionPart {
    let item = s.worklist.iter().find(|w| w.kind == WorkKind::AuthorizationDecision && w.id == clock.id);
    let what = item.map_or_else(|| "Authorization".to_owned(), |w| format!("Authorization of {}", service_words(w)));
    let text = format!(
        "{what} {}, asked {}, decision due {}: ask utilization management.",
        clock.id,
        clock.started,
        due_text(clock)
    );
    say_step(text, Discipline::Rn)
}

//! `transitions`: every discharge alive in its thirty days. Owns its columns; refuses to judge a clock.

use rustc_hash::FxHashMap;

use super::clock_rows::{Keepers, masked};
use crate::config::Role;
use crate::domain::business_days_between;
use crate::measures::{DueStep, NextStep, Transition, VisitKnowledge};
use crate::outreach::{Inputs, OutreachList};
use crate::publish::cell::TextCell;
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, date, flag, integer, number, text};
use crate::publish::table_data::Unit;

/// One discharge.
pub struct TransitionsRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The discharge and its dates.
    pub transition: &'a Transition,
    /// The work day, and what claims can know.
    pub visits: &'a VisitKnowledge,
    /// The visit is due on day 7.
    pub complex: bool,
    /// Why; empty when it is not.
    pub complex_by: &'static str,
    /// The next deadline that can still be met.
    pub next: DueStep,
    /// Name of the facility, as this table may show it.
    pub facility_name: Option<&'a str>,
    /// A sensitive diagnosis, and a reader who may not see it.
    pub masked: bool,
    /// Who holds the case, and who calls.
    pub keepers: Keepers,
}

/// Rows of `transitions`.
pub enum Transitions {}

impl RowFamily for Transitions {
    type Row<'a> = TransitionsRow<'a>;
}

/// `transitions`.
pub static TABLE: Table<Transitions> = Table {
    name: "transitions",
    grain: "discharge alive in its thirty days",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("stay_id", "stay, or source id of an observation or SNF discharge", |r| TextCell::from(&*r.transition.id)),
        text("setting", "inpatient, psychiatric, rehab, ltch, snf, observation; sensitive ones masked", |r| {
            masked(r.masked, r.transition.setting.as_str()).into()
        }),
        date("discharge_date", "discharge", |r| r.transition.discharge.into()),
        text("discharge_disposition_code", "disposition", |r| r.transition.disposition.into()),
        text("facility_npi", "who discharged; masked with a sensitive diagnosis", |r| {
            masked(r.masked, &r.transition.facility).into()
        }),
        text("facility_name", "its name, where the facility extract has it", |r| r.facility_name.into()),
        text("principal_diagnosis", "principal diagnosis in words (CCSR category); sensitive ones masked", |r| {
            masked(r.masked, r.transition.diagnosis.as_deref().unwrap_or("")).into()
        }),
        flag("ama", "left against medical advice", |r| r.transition.ama.into()),
        flag("is_index", "counts as an index discharge", |r| r.transition.is_index.into()),
        flag("complex", "risk tier 1, or four Elixhauser conditions", |r| r.complex.into()),
        text("complex_by", "which of the two; empty when neither", |r| {
            Some(r.complex_by).filter(|t| !t.is_empty()).into()
        }),
        text(
            "status",
            "died, readmitted, in_facility, destination_ineligible, period_over, live: the first that holds",
            |r| r.transition.status(r.visits.work_day).as_str().into(),
        ),
        date("contact_due", "two business days", |r| r.transition.contact_due.into()),
        date("reached_on", "first contact that reached the person, or visit", |r| r.transition.reached_on.into()),
        text("contact_state", "open, reached, attempted, missed: by the due day", |r| {
            r.transition.contact_state(r.visits.work_day).as_str().into()
        }),
        date("visit_due", "7 days when complex, else 14", |r| r.transition.visit_due(r.complex).into()),
        date("visited_on", "first visit", |r| r.transition.visit.map(|v| v.day).into()),
        text("visited_by", "claim or appointment", |r| r.transition.visit.map(|v| v.by.as_str()).into()),
        date("booked_on", "first appointment booked in the thirty days", |r| r.transition.booked_on.into()),
        text("visit_state", "open, done, unconfirmed (claims cannot know yet), missed", |r| {
            r.transition.visit_state(r.visits, r.complex).as_str().into()
        }),
        date("reconciled_on", "medicines reconciled", |r| r.transition.reconciled_on.into()),
        text("reconciliation_state", "open, done, unconfirmed", |r| {
            r.transition.reconciliation_state(r.visits.work_day).as_str().into()
        }),
        date("period_end", "discharge + 30", |r| r.transition.period_end.into()),
        text("next_step", "contact, visit, reconcile, follow_up, facility, none", |r| r.next.step.as_str().into()),
        date("next_due", "its deadline", |r| r.next.due.into()),
        integer("slack_business_days", Unit::BusinessDays, "from the work day to it; negative when late", |r| {
            r.next.due.map(|due| business_days_between(r.visits.work_day, due)).into()
        }),
        number(
            "p_open",
            Unit::Share,
            "chance that what the next step asks for is still to be done; 0 once seen, empty where nothing can be said",
            |r| r.chance_open().into(),
        ),
        text("owner_id", "who holds the open case", |r| r.keepers.owner.as_deref().into()),
        text("caller_id", "who works the clock", |r| r.keepers.caller.as_deref().into()),
    ],
};

impl TransitionsRow<'_> {
    fn chance_open(&self) -> Option<f64> {
        let seen = self.transition.visit.is_some() && self.next.step != NextStep::Contact;
        if seen { Some(0.0) } else { self.transition.chance_open(self.visits, self.complex) }
    }
}

/// The discharges of everyone, in member order.
pub fn transition_rows<'a>(inputs: &'a Inputs<'_>, list: &'a OutreachList) -> impl Iterator<Item = TransitionsRow<'a>> {
    let keepers = Keepers::by_member(list);
    let tiers: FxHashMap<u32, u8> = list.candidates.iter().map(|c| (c.member, c.risk_tier)).collect();
    let role = inputs.plan.output.unmasked(Role::Director);
    inputs.snapshots.iter().flat_map(move |s| {
        let tier_one = tiers.get(&s.member) == Some(&1);
        let keepers = keepers.get(&s.member).cloned().unwrap_or_default();
        s.transitions.iter().map(move |transition| {
            let complex = tier_one || transition.many_conditions;
            let masked = !role && transition.is_sensitive();
            TransitionsRow {
                member_id: inputs.extracts.population.member(s.member).id(),
                transition,
                visits: inputs.visits,
                complex,
                complex_by: transition.complex_by(tier_one),
                next: transition.next_step(inputs.visits.work_day, complex),
                facility_name: inputs.facility_name(&transition.facility).filter(|_| !masked),
                masked,
                keepers: keepers.clone(),
            }
        })
    })
}

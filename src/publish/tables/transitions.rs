//! `transitions`: every discharge in its transition period. Owns its columns; refuses to judge a clock.

use rustc_hash::FxHashMap;

use crate::domain::Day;
use crate::measures::Transition;
use crate::outreach::{Inputs, OutreachList, clock_worker, working_manager};
use crate::publish::cell::TextCell;
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, date, flag, integer, text};
use crate::publish::table_data::Unit;

/// One discharge.
pub struct TransitionsRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The discharge and its dates.
    pub transition: &'a Transition,
    /// Night.
    pub as_of: Day,
    /// The visit is due on day 7.
    pub complex: bool,
    /// Who works the clock.
    pub manager: Option<Box<str>>,
}

/// Rows of `transitions`.
pub enum Transitions {}

impl RowFamily for Transitions {
    type Row<'a> = TransitionsRow<'a>;
}

/// `transitions`.
pub static TABLE: Table<Transitions> = Table {
    name: "transitions",
    grain: "live discharge in its transition period",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("stay_id", "stay, or source id of an observation or SNF discharge", |r| TextCell::from(&*r.transition.id)),
        text("setting", "inpatient, observation, snf", |r| r.transition.setting.into()),
        date("discharge_date", "discharge", |r| r.transition.discharge.into()),
        text("discharge_disposition_code", "disposition", |r| r.transition.disposition.into()),
        flag("ama", "left against medical advice", |r| r.transition.ama.into()),
        flag("is_index", "counts as an index discharge", |r| r.transition.is_index.into()),
        flag("complex", "tier 1 by risk, or four Elixhauser conditions", |r| r.complex.into()),
        date("contact_due", "two business days", |r| r.transition.contact_due.into()),
        date("contacted_on", "first success, or second attempt, by the due day", |r| r.transition.contacted_on.into()),
        date("visit_due", "7 days when complex, else 14", |r| r.transition.visit_due(r.complex).into()),
        date("visited_on", "first visit", |r| r.transition.visited_on.into()),
        date("period_end", "discharge + 29", |r| r.transition.period_end.into()),
        flag("pending_claims", "claims may still be on their way", |r| r.transition.pending_claims.into()),
        text(
            "state",
            "died, readmitted, destination_ineligible, period_over, visit_done, missed_visit, contacted, missed_contact, open",
            |r| r.transition.state(r.as_of, r.complex).name().into(),
        ),
        integer("slack_business_days", Unit::BusinessDays, "of the clock that runs; empty when none runs", |r| {
            r.transition.running(r.as_of, r.complex).map(|running| running.2).into()
        }),
        text("care_manager_id", "who works the clock", |r| r.manager.as_deref().into()),
    ],
};

/// The discharges of everyone, in member order.
pub fn transition_rows<'a>(
    inputs: &'a Inputs<'_>,
    list: &'a OutreachList,
    assigned: &'a FxHashMap<u32, Box<str>>,
) -> impl Iterator<Item = TransitionsRow<'a>> {
    let as_of = inputs.plan.as_of;
    let callers: FxHashMap<u32, &str> = list.listed.iter().map(|l| (l.candidate.member, &*l.contact_by)).collect();
    inputs.snapshots.iter().flat_map(move |s| {
        let caller = callers.get(&s.member).copied().filter(|m| !m.is_empty());
        s.transitions.iter().map(move |transition| {
            // A clock makes tier 1 itself; a discharge is complex by risk, by hand or by conditions.
            let complex = list.complex.contains(&s.member) || transition.complex;
            let until = transition.running(as_of, complex).map_or(transition.period_end, |r| r.1);
            let held = assigned.get(&s.member);
            TransitionsRow {
                member_id: inputs.extracts.population.member(s.member).id(),
                transition,
                as_of,
                complex,
                manager: held
                    .and_then(|m| clock_worker(inputs, m, until))
                    .or_else(|| held.cloned())
                    .or_else(|| working_manager(inputs, s.member))
                    .or_else(|| caller.map(Box::from)),
            }
        })
    })
}

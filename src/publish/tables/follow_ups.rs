//! `follow_ups`: events after which somebody should be seen within 7 and 30 days. Owns its columns; refuses to judge an
//! event, and to be called a HEDIS result.

use super::clock_rows::{Keepers, masked};
use crate::config::Role;
use crate::measures::{FollowUp, VisitKnowledge};
use crate::outreach::{Inputs, OutreachList};
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, date, integer, number, text};
use crate::publish::table_data::Unit;
use crate::reference::Sensitive;

/// One event.
pub struct FollowUpsRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The event and what closed it.
    pub event: &'a FollowUp,
    /// The work day, and what claims can know.
    pub visits: &'a VisitKnowledge,
    /// A sensitive event, and a reader who may not see it.
    pub masked: bool,
    /// Who holds the case, and who calls.
    pub keepers: Keepers,
}

/// Rows of `follow_ups`.
pub enum FollowUps {}

impl RowFamily for FollowUps {
    type Row<'a> = FollowUpsRow<'a>;
}

/// `follow_ups`.
pub static TABLE: Table<FollowUps> = Table {
    name: "follow_ups",
    grain: "emergency or psychiatric event of the last 30 days; modelled on public descriptions, not HEDIS results",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("kind", "mental_stay, mental_ed, substance_ed, chronic_ed; sensitive ones masked", |r| {
            masked(r.masked, r.event.kind.as_str()).into()
        }),
        date("event_date", "ED day or discharge", |r| r.event.event.into()),
        text("facility_npi", "where; masked with a sensitive event", |r| masked(r.masked, &r.event.facility).into()),
        text("known_by", "claim or admission", |r| r.event.known_by.as_str().into()),
        date("next_due", "the next deadline that can still be met", |r| {
            r.event.next_due(r.visits.work_day).map(|d| d.0).into()
        }),
        text("state", "open, done, unconfirmed (claims cannot know yet), missed", |r| {
            r.event.state(r.visits).as_str().into()
        }),
        number("p_open", Unit::Share, "chance that the visit is still to be made by then", |r| {
            r.event.chance_open(r.visits).into()
        }),
        text("closed_by", "claim, appointment or contact", |r| r.event.seen.map(|s| s.by.as_str()).into()),
        date("closed_on", "when", |r| r.event.seen.map(|s| s.day).into()),
        date("booked_on", "first appointment booked in the window", |r| r.event.booked_on.into()),
        integer("slack_business_days", Unit::BusinessDays, "from the work day to next_due", |r| {
            r.event.slack(r.visits.work_day).into()
        }),
        text("owner_id", "who holds the open case", |r| r.keepers.owner.as_deref().into()),
        text("caller_id", "who works the clock", |r| r.keepers.caller.as_deref().into()),
    ],
};

/// The events of everyone, in member order.
pub fn follow_up_rows<'a>(inputs: &'a Inputs<'_>, list: &'a OutreachList) -> impl Iterator<Item = FollowUpsRow<'a>> {
    let keepers = Keepers::by_member(list);
    let role = inputs.plan.output.unmasked(Role::Director);
    inputs.snapshots.iter().flat_map(move |s| {
        let keepers = keepers.get(&s.member).cloned().unwrap_or_default();
        s.follow_ups.iter().map(move |event| FollowUpsRow {
            member_id: inputs.extracts.population.member(s.member).id(),
            event,
            visits: inputs.visits,
            masked: !role && event.sensitive != Sensitive::No,
            keepers: keepers.clone(),
        })
    })
}

//! `contact_queue`: everybody the staff was asked to take, in order, as `whatif` cuts it again. Owns its columns;
//! refuses to cut.

use crate::domain::Probability;
use crate::models::ScoreId;
use crate::outreach::{Inputs, OutreachList, QueueRow};
use crate::publish::cell::filled;
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, flag, integer, number, text};
use crate::publish::table_data::Unit;

/// One person of the queue.
pub struct ContactQueueRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// Place, from 1.
    pub place: usize,
    /// What was asked for, and what came of it.
    pub row: &'a QueueRow,
    /// Probability of an avoidable stay in 90 days.
    pub expected_events: Option<Probability>,
}

/// Rows of `contact_queue`.
pub enum ContactQueue {}

impl RowFamily for ContactQueue {
    type Row<'a> = ContactQueueRow<'a>;
}

/// `contact_queue`.
pub static TABLE: Table<ContactQueue> = Table {
    name: "contact_queue",
    grain: "person the staff was asked to take, in order",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        integer("place", Unit::Rank, "place in the full order, from 1", |r| r.place.into()),
        text("outcome", "listed, HOLDOUT, HOUSEHOLD, CAPACITY, NO_ELIGIBLE_CM", |r| r.row.decision.name().into()),
        text("band", "contact, visit, authorization, risk", |r| r.row.queued.requirement.band.as_str().into()),
        flag("by_hand", "asked for by hand: never cut", |r| r.row.queued.requirement.by_hand.into()),
        flag("own_case", "the caller holds the open case: takes no place", |r| {
            r.row.queued.requirement.own_case.into()
        }),
        flag("engaged", "has an open case: when not listed it is on its owner's sheet, and no overflow", |r| {
            r.row.engaged.into()
        }),
        text("required_discipline", "disciplines of which one is needed, joined by |", |r| {
            r.row.queued.requirement.required.to_text().into()
        }),
        text("language", "language that must be spoken; empty when none must", |r| {
            filled(&r.row.queued.requirement.language)
        }),
        text("state", "state that must be licensed; empty when unknown", |r| filled(&r.row.queued.requirement.state)),
        text("caller_id", "who works an open case, or covers; empty when anybody eligible may call", |r| {
            r.row.queued.requirement.caller.as_deref().into()
        }),
        integer(
            "household",
            Unit::Number,
            "number shared by people of one phone; empty when nobody in the queue shares it",
            |r| r.row.queued.household.into(),
        ),
        flag("was_listed", "on the previous list", |r| r.row.queued.was_listed.into()),
        integer("days_beyond", Unit::Nights, "work days in a row beyond the exit length before tonight's", |r| {
            r.row.queued.days_beyond.into()
        }),
        text("draw", "contact, hold_out or held; empty outside the comparison", |r| filled(r.row.queued.draw.as_str())),
        number("reach", Unit::Share, "chance that a contact succeeds, 0..1", |r| r.row.reach.into()),
        number("expected_events", Unit::Events, "expected avoidable stays in 90 days; empty when not scored", |r| {
            r.expected_events.into()
        }),
    ],
};

/// The queue of a list, in its order.
pub fn queue_rows<'a>(inputs: &'a Inputs<'_>, list: &'a OutreachList) -> impl Iterator<Item = ContactQueueRow<'a>> {
    list.queue.iter().enumerate().map(move |(i, row)| ContactQueueRow {
        member_id: inputs.extracts.population.member(row.member).id(),
        place: i + 1,
        row,
        expected_events: inputs.scores.probability(row.member, ScoreId::RISK),
    })
}

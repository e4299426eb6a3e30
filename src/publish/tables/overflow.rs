//! `overflow`: people whom the staff cannot reach tonight. Owns its columns; refuses to cut the list.

use crate::domain::Probability;
use crate::models::ScoreId;
use crate::outreach::{Inputs, OutreachList, Overflow as Beyond};
use crate::publish::cell::filled;
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, integer, number, text};
use crate::publish::table_data::Unit;

/// One person beyond tonight's staff.
pub struct OverflowRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// Place and what nobody has.
    pub overflow: &'a Beyond,
    /// Probability of an avoidable stay in 90 days.
    pub expected_events: Option<Probability>,
}

/// Rows of `overflow`.
pub enum Overflow {}

impl RowFamily for Overflow {
    type Row<'a> = OverflowRow<'a>;
}

/// `overflow`.
pub static TABLE: Table<Overflow> = Table {
    name: "overflow",
    grain: "person the staff cannot reach tonight",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        integer("rank", Unit::Rank, "place in the full order", |r| r.overflow.rank.into()),
        text("reason", "CAPACITY or NO_ELIGIBLE_CM", |r| r.overflow.reason.into()),
        number("expected_events", Unit::Events, "expected avoidable stays in 90 days that nobody works on", |r| {
            r.expected_events.into()
        }),
        text("stream", "transition, follow_up, authorization, high_risk, rising", |r| {
            r.overflow.candidate.stream.as_str().into()
        }),
        text("band", "authorization or risk", |r| r.overflow.candidate.band.map(|b| b.as_str()).into()),
        integer("risk_tier", Unit::Level, "1 highest … 4", |r| r.overflow.candidate.risk_tier.into()),
        text("owner_id", "who holds an open case; empty without one", |r| {
            r.overflow.candidate.ownership.as_ref().map(|o| &*o.owner).into()
        }),
        number("priority", Unit::Factor, "product of the parts", |r| r.overflow.candidate.factors.priority().into()),
        text("required_discipline", "disciplines of which one is needed, joined by |", |r| {
            r.overflow.requirement.required.to_text().into()
        }),
        text("language", "language that must be spoken; empty when none must", |r| {
            filled(&r.overflow.requirement.language)
        }),
        text("state", "state that must be licensed; empty when unknown", |r| filled(&r.overflow.requirement.state)),
        text("missing", "what nobody on duty has; empty with reason CAPACITY", |r| filled(&r.overflow.missing)),
    ],
};

/// The overflow of a list, in its order.
pub fn overflow_rows<'a>(inputs: &'a Inputs<'_>, list: &'a OutreachList) -> impl Iterator<Item = OverflowRow<'a>> {
    list.overflow.iter().map(move |overflow| OverflowRow {
        member_id: inputs.extracts.population.member(overflow.candidate.member).id(),
        overflow,
        expected_events: inputs.scores.probability(overflow.candidate.member, ScoreId::RISK),
    })
}

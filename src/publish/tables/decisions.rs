//! `decisions`: what became of every member tonight. Owns its columns; refuses to decide.

use crate::outreach::{DecisionRow, Inputs, OutreachList};
use crate::publish::sinks::{CSV, PARQUET};
use crate::publish::table::{Forms, RowFamily, Table, date, flag, integer, number, text};
use crate::publish::table_data::Unit;

/// One member.
pub struct DecisionsRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// What became of them.
    pub row: &'a DecisionRow,
    /// Stream, as this table may show it.
    pub stream: Option<&'static str>,
}

/// Rows of `decisions`.
pub enum Decisions {}

impl RowFamily for Decisions {
    type Row<'a> = DecisionsRow<'a>;
}

/// `decisions`.
pub static TABLE: Table<Decisions> = Table {
    name: "decisions",
    grain: "member of eligibility: nobody is missing, nobody twice",
    forms: Forms { always: &[&CSV, &PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text(
            "decision",
            "the first that holds of suppressed, listed, own_sheet (open case), overflow, not_scored, below_bar",
            |r| r.row.decision.as_str().into(),
        ),
        flag("on_sheet", "stands on a sheet of worklists.xlsx", |r| r.row.on_sheet.into()),
        text("code", "suppression code; CAPACITY or NO_ELIGIBLE_CM of the overflow", |r| {
            Some(r.row.code).filter(|c| !c.is_empty()).into()
        }),
        date("until", "when a suppression ends, if it has a date", |r| r.row.until.into()),
        text("band", "contact, visit, authorization, risk; empty below the bar", |r| {
            r.row.band.map(|b| b.as_str()).into()
        }),
        text("stream", "transition, follow_up, authorization, high_risk, rising, override", |r| r.stream.into()),
        integer("rank", Unit::Rank, "place on the list, or of the overflow in the whole queue", |r| r.row.rank.into()),
        number("percentile", Unit::Percentile, "of the probability of an avoidable stay in 90 days", |r| {
            r.row.percentile.into()
        }),
        number("order_percentile", Unit::Percentile, "of what orders people", |r| r.row.order_percentile.into()),
        text("owner_id", "who holds the open case", |r| r.row.owner_id.as_deref().into()),
        text("caller_id", "who calls tonight", |r| r.row.caller_id.as_deref().into()),
        text("covered_by", "who stands in for an owner who is away", |r| r.row.covered_by.as_deref().into()),
    ],
};

/// Everybody, in member order.
pub fn decision_rows<'a>(inputs: &'a Inputs<'_>, list: &'a OutreachList) -> impl Iterator<Item = DecisionsRow<'a>> {
    list.decisions.iter().map(|row| DecisionsRow {
        member_id: inputs.extracts.population.member(row.member).id(),
        row,
        stream: row.stream.map(|s| s.as_str()),
    })
}

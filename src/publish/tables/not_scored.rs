//! `not_scored`: scores that could not be given. Owns its columns; refuses to give one.

use super::scores::ScoresRow;
use crate::outreach::Inputs;
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, integer, text};
use crate::publish::table_data::Unit;

/// Rows of `not_scored`.
pub enum NotScored {}

impl RowFamily for NotScored {
    type Row<'a> = ScoresRow<'a>;
}

/// `not_scored`.
pub static TABLE: Table<NotScored> = Table {
    name: "not_scored",
    grain: "enrolled member and score that could not be given",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("score_id", "score", |r| r.score.id.name().into()),
        integer("horizon_days", Unit::Days, "days ahead", |r| r.score.horizon_days.into()),
        text("status", "not_scored:<reason>", |r| r.score.status.to_string().into()),
    ],
};

/// The scores without a probability, in member order.
pub fn not_scored_rows<'a>(inputs: &'a Inputs<'_>) -> impl Iterator<Item = ScoresRow<'a>> {
    super::scores::score_rows(inputs).filter(|r| r.score.probability.is_none())
}

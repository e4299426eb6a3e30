//! `measures/needs`: social needs by domain with their source. Owns its columns; refuses an area index as a need.

use crate::measures::Need;
use crate::publish::cell::{TextCell, filled};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, text};

/// One domain of one member.
pub struct NeedsRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The need.
    pub need: &'a Need,
}

/// Rows of `measures/needs`.
pub enum Needs {}

impl RowFamily for Needs {
    type Row<'a> = NeedsRow<'a>;
}

/// `measures/needs`.
pub static TABLE: Table<Needs> = Table {
    name: "measures/needs",
    grain: "member and social domain",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("domain", "Z55-Z65 family", |r| TextCell::from(&r.need.domain)),
        text("need", "yes, no, unknown, declined", |r| r.need.need.as_str().into()),
        text("source", "screening or z_code; an area index is never a need", |r| r.need.source.name().into()),
        date("evidence_date", "when", |r| r.need.day.into()),
        text("evidence", "instrument, or claim id of the code", |r| filled(&r.need.evidence)),
        text("age", "current (12 months), ask_again (24 months), old (no longer counted as open)", |r| {
            r.need.age.as_str().into()
        }),
        text("open_referral_id", "referral of that domain", |r| r.need.open_referral.as_deref().into()),
    ],
};

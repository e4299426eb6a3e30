//! `waitlist`: who waits for a care manager, and for what. Owns its columns; refuses to look for a place.

use crate::publish::cell::filled;
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, text};

/// Rows of `waitlist`.
pub enum Waitlist {}

impl RowFamily for Waitlist {
    type Row<'a> = crate::caseload::WaitlistRow<'a>;
}

/// `waitlist`.
pub static TABLE: Table<Waitlist> = Table {
    name: "waitlist",
    grain: "member without a care manager",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("reason", "NO_ELIGIBLE_CM or CAPACITY", |r| r.reason.code().into()),
        text(
            "nearest_miss",
            "the manager who misses least and the rules that fail, as id:RULE+RULE; empty without managers",
            |r| filled(&r.nearest_miss),
        ),
        text("kind", "case, or episode: the month after a discharge", |r| r.kind.as_str().into()),
        text("was_with", "the manager whom the member had; empty for somebody new", |r| r.was_with.into()),
    ],
};

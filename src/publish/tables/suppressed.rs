//! `suppressed`: who is not contacted, and the code why. Owns its columns; refuses to suppress anybody.

use crate::outreach::{Inputs, OutreachList, Suppressed as Suppression};
use crate::publish::cell::filled;
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, date, flag, text};

/// One person not contacted.
pub struct SuppressedRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The code and what it rests on.
    pub suppressed: &'a Suppression,
    /// A clock runs all the same.
    pub clock_running: bool,
}

/// Rows of `suppressed`.
pub enum Suppressed {}

impl RowFamily for Suppressed {
    type Row<'a> = SuppressedRow<'a>;
}

/// `suppressed`.
pub static TABLE: Table<Suppressed> = Table {
    name: "suppressed",
    grain: "person not contacted",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("code", "first suppression that holds", |r| r.suppressed.code.as_str().into()),
        date("until_date", "when it ends, if it has a date", |r| r.suppressed.until_date.into()),
        text("until", "when it ends, in words", |r| filled(&r.suppressed.until)),
        text("detail", "what it rests on", |r| r.suppressed.detail.as_str().into()),
        flag("palliative_review", "end-of-life route, to be reviewed", |r| r.suppressed.palliative_review.into()),
        flag("clock_running", "a clock runs all the same", |r| r.clock_running.into()),
    ],
};

/// The suppressed of a list, in its order.
pub fn suppressed_rows<'a>(inputs: &'a Inputs<'_>, list: &'a OutreachList) -> impl Iterator<Item = SuppressedRow<'a>> {
    let with_clock = list.with_clock();
    list.suppressed.iter().map(move |suppressed| SuppressedRow {
        member_id: inputs.extracts.population.member(suppressed.member).id(),
        suppressed,
        clock_running: with_clock.contains(&suppressed.member),
    })
}

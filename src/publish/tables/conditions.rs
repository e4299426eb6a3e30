//! `measures/conditions`: every condition by scheme with first and last evidence. Owns its columns; refuses to find one.

use crate::domain::Day;
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, flag, text};

/// One condition of one scheme.
pub struct ConditionsRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// Scheme.
    pub scheme: &'a str,
    /// Name in the scheme.
    pub condition: &'a str,
    /// Still counted after the hierarchy.
    pub after_hierarchy: bool,
    /// First mention: day and the lowest id of that day.
    pub first: (Day, &'a str),
    /// Last mention, likewise.
    pub last: (Day, &'a str),
}

/// Rows of `measures/conditions`.
pub enum Conditions {}

impl RowFamily for Conditions {
    type Row<'a> = ConditionsRow<'a>;
}

/// `measures/conditions`.
pub static TABLE: Table<Conditions> = Table {
    name: "measures/conditions",
    grain: "member, scheme and condition",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("scheme", "charlson, elixhauser, hfrs, hcc_v24, hcc_v28, ccsr, ccw", |r| r.scheme.into()),
        text("condition", "name in the scheme", |r| r.condition.into()),
        flag("after_hierarchy", "still counted after the hierarchy; for ccw, enough claims", |r| {
            r.after_hierarchy.into()
        }),
        date("first_date", "first mention in the scheme's window", |r| r.first.0.into()),
        text("first_claim_id", "lowest id of that day", |r| r.first.1.into()),
        date("last_date", "last mention", |r| r.last.0.into()),
        text("last_claim_id", "lowest id of that day", |r| r.last.1.into()),
    ],
};

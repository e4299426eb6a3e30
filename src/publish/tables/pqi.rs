//! `measures/pqi`: every avoidable stay, a row a measure counted. Owns its columns; refuses to count.

use crate::publish::cell::TextCell;
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, text};
use crate::timeline::Stay;

/// One stay under one measure.
pub struct PqiRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The stay.
    pub stay: &'a Stay<'a>,
    /// Single measure or composite.
    pub pqi: &'a str,
    /// Lowest source id of the stay.
    pub evidence_id: Option<&'a str>,
}

/// Rows of `measures/pqi`.
pub enum Pqi {}

impl RowFamily for Pqi {
    type Row<'a> = PqiRow<'a>;
}

/// `measures/pqi`.
pub static TABLE: Table<Pqi> = Table {
    name: "measures/pqi",
    grain: "member, stay and PQI counted",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("stay_id", "stay", |r| TextCell::from(&r.stay.id)),
        text("pqi", "single measure or composite", |r| r.pqi.into()),
        date("admit_date", "admission", |r| r.stay.admit.into()),
        text("evidence_id", "lowest source id of the stay", |r| r.evidence_id.into()),
    ],
};

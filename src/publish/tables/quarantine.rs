//! `quarantine`: rejected rows by place and reason. Owns its columns; refuses a value where it may not be told.

use crate::extracts::QuarantineRow as Rejected;
use crate::publish::cell::{TextCell, filled};
use crate::publish::sinks::{CSV, PARQUET};
use crate::publish::table::{Forms, RowFamily, Table, integer, text};
use crate::publish::table_data::Unit;

/// One rejected row.
pub struct QuarantineRow<'a> {
    /// The row.
    pub row: &'a Rejected,
    /// The value may be told.
    pub with_value: bool,
}

/// Rows of `quarantine`.
pub enum Quarantine {}

impl RowFamily for Quarantine {
    type Row<'a> = QuarantineRow<'a>;
}

/// `quarantine`.
pub static TABLE: Table<Quarantine> = Table {
    name: "quarantine",
    grain: "rejected row",
    forms: Forms { always: &[&CSV, &PARQUET], on_request: &[] },
    columns: &[
        text("extract", "extract", |r| r.row.extract.into()),
        text("file", "input file", |r| TextCell::from(&r.row.file)),
        integer("row", Unit::Line, "line of a CSV, row of a Parquet file", |r| r.row.row.into()),
        text("column", "column at fault", |r| TextCell::from(&r.row.column)),
        text("reason_code", "why", |r| r.row.reason.code().into()),
        text("value", "what stood there; Parquet only", |r| filled(if r.with_value { &r.row.value } else { "" })),
    ],
};

/// Rejected rows, with what stood there when `with_value`.
pub fn quarantine_rows(rows: &[Rejected], with_value: bool) -> impl Iterator<Item = QuarantineRow<'_>> {
    rows.iter().map(move |row| QuarantineRow { row, with_value })
}

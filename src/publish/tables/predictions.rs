//! `predictions`: what `evaluate` judged, a row a snapshot, as `evaluate --predictions` reads it. Owns its columns;
//! refuses to judge.

use crate::domain::Day;
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, date, flag, integer, number, text};
use crate::publish::table_data::Unit;

/// One judged row.
pub struct PredictionsRow<'a> {
    /// Number of the row, from 0.
    pub id: usize,
    /// Member: rows of one person are one group.
    pub group: &'a str,
    /// The event came.
    pub event: bool,
    /// Its probability.
    pub probability: f64,
    /// Day it was foreseen on.
    pub day: Day,
    /// Days of the horizon that had passed by then.
    pub days_passed: i32,
}

/// Rows of `predictions`.
pub enum Predictions {}

impl RowFamily for Predictions {
    type Row<'a> = PredictionsRow<'a>;
}

/// `predictions`, written by `evaluate` beside its page.
pub static TABLE: Table<Predictions> = Table {
    name: "predictions",
    grain: "row judged by evaluate",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        integer("id", Unit::Number, "number of the row, from 0", |r| r.id.into()),
        text("group", "member: rows of one person are never split", |r| r.group.into()),
        flag("y", "the event came", |r| r.event.into()),
        number("probability", Unit::Share, "foreseen, 0..1", |r| r.probability.into()),
        date("day", "day it was foreseen on", |r| r.day.into()),
        integer("days_passed", Unit::Days, "days of the horizon that had passed by then", |r| r.days_passed.into()),
    ],
};

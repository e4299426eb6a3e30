//! `measures/medicines`: what a member was given, and how long it lasts. Owns its columns; refuses to know what was
//! prescribed.

use crate::domain::Day;
use crate::measures::Medicine;
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, flag, integer, text};
use crate::publish::table_data::Unit;

/// One ingredient of one member.
pub struct MedicinesRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// Fills and supply.
    pub medicine: &'a Medicine,
    /// Night.
    pub as_of: Day,
    /// Treats substance use, a psychiatric disorder or HIV.
    pub sensitive: bool,
}

/// Rows of `measures/medicines`.
pub enum Medicines {}

impl RowFamily for Medicines {
    type Row<'a> = MedicinesRow<'a>;
}

/// `measures/medicines`.
pub static TABLE: Table<Medicines> = Table {
    name: "measures/medicines",
    grain: "member and ingredient filled in the last year",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("ingredient", "ingredient, or combination, as its source names it", |r| (&*r.medicine.name).into()),
        date("first_fill_date", "first fill in the year", |r| r.medicine.first_fill.into()),
        date("last_fill_date", "last fill", |r| r.medicine.last_fill.day.into()),
        integer("fills_12m", Unit::Count, "fills in the year", |r| r.medicine.fills.into()),
        date("runs_out_date", "first day without supply, early refills carried over; empty without days_supply", |r| {
            r.medicine.ran_out.into()
        }),
        integer("days_left", Unit::Days, "supply left on the night, negative when it ran out; empty likewise", |r| {
            r.medicine.ran_out.map(|d| d.since(r.as_of)).into()
        }),
        flag(
            "sensitive",
            "treats substance use, a psychiatric disorder or HIV: masked where a role may not read that",
            |r| r.sensitive.into(),
        ),
    ],
};

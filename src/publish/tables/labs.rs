//! `measures/labs`: the newest laboratory value of each kind with the one before. Owns its columns; refuses to say what is
//! normal.

use std::collections::BTreeMap;

use crate::domain::Day;
use crate::extracts::{Extracts, Lab};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, number, text};
use crate::publish::table_data::Unit;

/// Older values say nothing of today.
const LOOK_BACK_DAYS: i32 = 730;

/// One kind of value of one member.
pub struct LabsRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The newest.
    pub newest: &'a Lab,
    /// The one before it.
    pub before: Option<&'a Lab>,
}

/// Rows of `measures/labs`.
pub enum Labs {}

impl RowFamily for Labs {
    type Row<'a> = LabsRow<'a>;
}

/// `measures/labs`.
pub static TABLE: Table<Labs> = Table {
    name: "measures/labs",
    grain: "member and kind of laboratory value of the last two years",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("loinc", "kind of value", |r| (&*r.newest.loinc).into()),
        number("value", Unit::Rate, "the newest value, in its unit", |r| r.newest.value.0.into()),
        text("unit", "unit as the laboratory writes it", |r| (&*r.newest.unit).into()),
        date("result_date", "day of the newest value", |r| r.newest.day.into()),
        number("previous_value", Unit::Rate, "the value before it in the same unit; empty without one", |r| {
            r.before.map(|b| b.value.0).into()
        }),
        date("previous_date", "day of the value before it", |r| r.before.map(|b| b.day).into()),
    ],
};

/// The newest values of everybody, in the order of members and kinds.
pub fn lab_rows(extracts: &Extracts, as_of: Day) -> impl Iterator<Item = LabsRow<'_>> {
    (0_u32..).zip(&extracts.population.members).flat_map(move |(index, member)| {
        let mut newest: BTreeMap<&str, LabsRow<'_>> = BTreeMap::new();
        for lab in extracts.rows::<Lab>().of(index).filter(|l| as_of.since(l.day) < LOOK_BACK_DAYS) {
            let before = newest.get(&*lab.loinc).map(|row| row.newest).filter(|b| b.unit == lab.unit);
            newest.insert(&lab.loinc, LabsRow { member_id: member.id(), newest: lab, before });
        }
        newest.into_values()
    })
}

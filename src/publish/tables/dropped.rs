//! `dropped`: who was on the previous list and is not on tonight's. Owns its columns; refuses to drop anybody.

use crate::outreach::Dropped as Left;
use crate::publish::cell::TextCell;
use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, text};

/// One person who left.
pub type DroppedRow<'a> = &'a Left;

/// Rows of `dropped`.
pub enum Dropped {}

impl RowFamily for Dropped {
    type Row<'a> = DroppedRow<'a>;
}

/// `dropped`.
pub static TABLE: Table<Dropped> = Table {
    name: "dropped",
    grain: "person on the previous list and not on tonight's",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| TextCell::from(&r.member_id)),
        text("reason", "suppression code, CAPACITY, NO_ELIGIBLE_CM or NO_CAUSE", |r| TextCell::from(&r.reason)),
    ],
};

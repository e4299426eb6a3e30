//! `assignments`: who works with whom, and what that costs. Owns its columns; refuses to assign.

use crate::publish::sinks::CSV;
use crate::publish::table::{Forms, RowFamily, Table, integer, text};
use crate::publish::table_data::Unit;

/// Rows of `assignments`.
pub enum Assignments {}

impl RowFamily for Assignments {
    type Row<'a> = crate::caseload::AssignmentRow<'a>;
}

/// `assignments`.
pub static TABLE: Table<Assignments> = Table {
    name: "assignments",
    grain: "member with a care manager",
    forms: Forms { always: &[&CSV], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("care_manager_id", "who holds the case", |r| r.care_manager_id.into()),
        text("status", "kept, moved or new", |r| r.status.into()),
        integer("continuity", Unit::CostUnits, "price of leaving the present manager", |r| r.continuity.into()),
        integer("travel", Unit::CostUnits, "price of travel: kilometres times visits a month", |r| r.travel.into()),
        integer("focus", Unit::CostUnits, "price of a focus the manager lacks", |r| r.focus.into()),
        integer("interpreter", Unit::CostUnits, "price of a language not shared", |r| r.interpreter.into()),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caseload::AssignmentRow;
    use crate::publish::sinks::csv_bytes;

    #[test]
    fn ids_that_are_formulas_are_guarded() {
        let row = AssignmentRow {
            member_id: "=b",
            care_manager_id: "+x",
            status: "new",
            continuity: 0,
            travel: 12,
            focus: 100,
            interpreter: 200,
        };
        let bytes = csv_bytes(&TABLE.fill([row]).expect("a table")).expect("a file");
        assert_eq!(
            String::from_utf8(bytes).expect("text"),
            "member_id,care_manager_id,status,continuity,travel,focus,interpreter\n'=b,'+x,new,0,12,100,200\n"
        );
    }
}

//! `assignments`: who works with whom, and what that costs. Owns its columns; refuses to assign.

use crate::domain::Disciplines;
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
        text("status", "kept, moved or new", |r| r.status.as_str().into()),
        integer("continuity", Unit::CostUnits, "price of leaving the present manager", |r| r.continuity.into()),
        integer("travel", Unit::CostUnits, "price of travel: kilometres times visits a month", |r| r.travel.into()),
        integer("focus", Unit::CostUnits, "price of a focus the manager lacks", |r| r.focus.into()),
        integer("interpreter", Unit::CostUnits, "price of a language not shared", |r| r.interpreter.into()),
        text("kind", "case, or episode: the month after a discharge", |r| r.kind.as_str().into()),
        text("covered_by", "who stands in for a manager who is away; else empty", |r| r.covered_by.into()),
        text(
            "consult_discipline",
            "disciplines, joined by |, one of which to consult when the next step asks for another than the manager's",
            |r| r.consult.map(Disciplines::to_text).into(),
        ),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caseload::{AssignmentRow, AssignmentStatus, CaseKind};
    use crate::domain::Discipline;
    use crate::publish::sinks::csv_bytes;

    #[test]
    fn ids_that_are_formulas_are_guarded() {
        let row = AssignmentRow {
            member_id: "=b",
            care_manager_id: "+x",
            status: AssignmentStatus::New,
            continuity: 0,
            travel: 12,
            focus: 100,
            interpreter: 200,
            kind: CaseKind::Episode,
            covered_by: Some("-y"),
            consult: Some(Disciplines::default().with(Discipline::Rn)),
        };
        let bytes = csv_bytes(&TABLE.fill([row]).expect("a table")).expect("a file");
        assert_eq!(
            String::from_utf8(bytes).expect("text"),
            "member_id,care_manager_id,status,continuity,travel,focus,interpreter,kind,covered_by,consult_discipline\n\
             '=b,'+x,new,0,12,100,200,episode,'-y,RN\n"
        );
    }
}

//! Owns the tests of reading and writing: columns, faults by row and column, round trips.

use super::{manager, member, problem, quick};
use crate::caseload::flat_files::{read_members, read_problem, read_weights_json};
use crate::caseload::options::Weights;
use crate::caseload::rows::{CaseKind, Member};
use crate::caseload::{
    AssignmentRow, AssignmentStatus, assignment_rows, explain_solution, solve_problem, waitlist_rows,
};

const MEMBERS: &str = "member_id,priority_score,tcm,acuity_points,focus,required_discipline,language,language_required,state,zip3,lat,lon,home_visit,visits_per_month,current_care_manager_id,pinned
a,319,0,2,general,CHW|RN,en,0,FL,331,25.6,-80.3,1,2,x,0
";
const STAFF: &str = "care_manager_id,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points,base_cases,base_points,home_visits,max_travel_km,state,zip3,lat,lon
x,RN,en|es,FL|GA,general,active,1.0,10,20,1,2,1,45,FL,331,25.7,-80.1
";

fn member_fault(from: &str, to: &str) -> String {
    let text = MEMBERS.replacen(from, to, 1);
    assert_ne!(text, MEMBERS, "the fixture changes");
    read_problem((text.as_bytes(), "m.csv"), (STAFF.as_bytes(), "c.csv"), Weights::default()).unwrap_err().to_string()
}

fn staff_fault(from: &str, to: &str) -> String {
    let text = STAFF.replacen(from, to, 1);
    assert_ne!(text, STAFF, "the fixture changes");
    read_problem((MEMBERS.as_bytes(), "m.csv"), (text.as_bytes(), "c.csv"), Weights::default()).unwrap_err().to_string()
}

#[test]
fn faults_name_file_row_and_column() {
    let starts = |text: String, start: &str| assert!(text.starts_with(start), "{text}");
    starts(member_fault(",319,", ",0,"), "m.csv, row 2, column priority_score:");
    starts(member_fault(",319,", ",1001,"), "m.csv, row 2, column priority_score:");
    starts(member_fault(",0,2,general", ",0,4,general"), "m.csv, row 2, column acuity_points:");
    starts(member_fault(",0,2,general", ",maybe,2,general"), "m.csv, row 2, column tcm:");
    starts(member_fault("general,", "oncology,"), "m.csv, row 2, column focus:");
    starts(member_fault("CHW|RN", "CHW|MD"), "m.csv, row 2, column required_discipline:");
    starts(member_fault("CHW|RN", ""), "m.csv, row 2, column required_discipline:");
    starts(member_fault(",en,", ",english,"), "m.csv, row 2, column language:");
    starts(member_fault(",en,", ",xx,"), "m.csv, row 2, column language:");
    starts(member_fault(",FL,", ",ZZ,"), "m.csv, row 2, column state:");
    starts(member_fault("25.6", "NaN"), "m.csv, row 2, column lat:");
    starts(member_fault("25.6", ""), "m.csv, row 2, column lat:");
    starts(member_fault("25.6", "125.6"), "m.csv, row 2, column lat:");
    starts(member_fault("focus,", "topic,"), "m.csv: column focus is missing");
    starts(member_fault("zip3", "state"), "m.csv: column state occurs twice");
}

#[test]
fn faults_of_the_roster_name_file_row_and_column() {
    let starts = |text: String, start: &str| assert!(text.starts_with(start), "{text}");
    starts(staff_fault(",10,20,", ",0,20,"), "c.csv, row 2, column max_cases:");
    starts(staff_fault(",10,20,", ",10,-5,"), "c.csv, row 2, column max_points:");
    starts(staff_fault(",10,20,", ",10,NaN,"), "c.csv, row 2, column max_points:");
    starts(staff_fault(",1.0,", ",0,"), "c.csv, row 2, column fte:");
    starts(staff_fault(",1.0,", ",NaN,"), "c.csv, row 2, column fte:");
    starts(staff_fault("en|es", "en|klingon"), "c.csv, row 2, column languages:");
    starts(staff_fault("active", "sick"), "c.csv, row 2, column status:");
    starts(staff_fault("x,RN", "x,MD"), "c.csv, row 2, column discipline:");
    starts(staff_fault(",45,", ",inf,"), "c.csv, row 2, column max_travel_km:");
    starts(staff_fault(",45,FL", ",45"), "c.csv: not readable as CSV: a row with more or fewer cells");
}

#[test]
fn duplicates_name_both_rows() {
    let twice = |text: &str| {
        let row = text.lines().nth(1).unwrap_or("").to_owned();
        format!("{text}{row}\n")
    };
    let staff = twice(STAFF);
    let error =
        read_problem((MEMBERS.as_bytes(), "m.csv"), (staff.as_bytes(), "c.csv"), Weights::default()).unwrap_err();
    assert_eq!(error.to_string(), "c.csv, row 3, column care_manager_id: x is listed twice (also in row 2)");
    let members = twice(MEMBERS);
    let error =
        read_problem((members.as_bytes(), "m.csv"), (STAFF.as_bytes(), "c.csv"), Weights::default()).unwrap_err();
    assert_eq!(error.to_string(), "m.csv, row 3, column member_id: the member is listed twice (also in row 2)");
}

#[test]
fn any_column_order_extra_columns_and_spreadsheet_numbers() {
    let text = "extra,language_required,state,Focus,member_id,priority_score,tcm,acuity_points,required_discipline,language,home_visit\n\
                1,no,fl,General,b,12.0,yes,8,rn,EN,false\n";
    let rows = read_members(text.as_bytes(), "m.csv").unwrap();
    assert_eq!((rows[0].id.as_str(), rows[0].priority, rows[0].tcm, rows[0].acuity), ("b", 12, true, 8));
    assert_eq!((rows[0].position, rows[0].current.as_ref(), rows[0].source_row), (None, None, 2));
    let marked = format!("\u{feff}{MEMBERS}");
    assert_eq!(read_members(marked.as_bytes(), "m.csv").unwrap()[0].id, "a");
}

#[test]
fn weights_are_read_or_refused() {
    let read = |text: &str| read_weights_json(text.as_bytes());
    assert_eq!(read("{\"balance\": 10}").unwrap(), Weights { balance: 10, ..Weights::default() });
    assert_eq!(
        read("{\"weights\": {\"interpreter\": 7.0}}").unwrap(),
        Weights { interpreter: 7, ..Weights::default() }
    );
    let text = read("{\"travel_km_vist\": 10}").unwrap_err().to_string();
    assert_eq!(text, "unknown weight travel_km_vist; did you mean travel_km_visit?");
    assert!(read("{\"balance\": -1}").is_err());
    assert!(read("{\"balance\": 1.5}").is_err());
    assert!(read("{\"balance\": \"ten\"}").is_err());
    assert!(read("[1]").is_err());
    assert!(read("{").is_err());
}

#[test]
fn guarded_cells_are_read_without_the_guard() {
    let text = MEMBERS.replacen("a,319", "'-7,319", 1);
    assert_eq!(read_members(text.as_bytes(), "m").unwrap()[0].id, "-7");
}

#[test]
fn answers_are_rows_in_order() {
    let people = vec![member("=b"), member("@a"), Member { state: None, ..member("c") }];
    let instance = problem(people, vec![manager("+x")]);
    let solution = solve_problem(&instance, &quick());
    let row = |member_id| AssignmentRow {
        member_id,
        care_manager_id: "+x",
        status: AssignmentStatus::New,
        continuity: 0,
        travel: 0,
        focus: 0,
        interpreter: 0,
        kind: CaseKind::Case,
        covered_by: None,
        consult: None,
    };
    assert_eq!(assignment_rows(&instance, &quick(), &solution), [row("=b"), row("@a")]);
    let explanation = explain_solution(&instance, &quick(), &solution);
    let waiting = waitlist_rows(&instance, &explanation);
    assert_eq!(
        waiting.iter().map(|w| (w.member_id, w.reason.code(), &*w.nearest_miss, w.was_with)).collect::<Vec<_>>(),
        [("c", "NO_ELIGIBLE_CM", "+x:LICENCE", None)]
    );
}

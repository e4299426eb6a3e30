//! Faults in the small tables that people keep by hand: a clear error naming row and column for the roster, a
//! counted warning for the rest, and never a list that silently means something else.

mod support;

use support::{Folder, code, manifest, text};

const CLAIM: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,discharge_disposition_code,admit_type_code,diagnosis_code_1,facility_npi";
const ROSTER: &str = "care_manager_id,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points,base_cases,base_points,home_visits,max_travel_km,state,new_contacts_per_day";
const GOOD: &str = "N1,RN,en,NC,general,active,1,40,120,0,0,0,40,NC,8";

fn folder(roster: &str) -> Folder {
    let mut f = Folder::new("2026-06-30");
    f.members(&[("M1", "1950-02-03", "female"), ("M2", "1960-02-03", "male")]);
    let mut claims = format!("{CLAIM}\n");
    for m in ["M1", "M2"] {
        for (n, from, to) in [(1, "2025-10-01", "2025-10-05"), (2, "2026-02-01", "2026-02-04")] {
            claims.push_str(&format!("{m}-{n},1,institutional,{m},{from},{to},{from},{to},111,01,1,I50.22,H1\n"));
        }
    }
    f.extract("medical_claim", &claims);
    f.extract("care_manager", &format!("{ROSTER}\n{GOOD}\n{roster}"));
    f
}

#[test]
fn a_fault_in_the_roster_names_its_row_and_column() {
    for (row, column) in [
        ("N1,RN,en,NC,general,active,1,40,120,0,0,0,40,NC,8", "care_manager_id"),
        ("N2,RN,en,NC,general,active,1,0,120,0,0,0,40,NC,8", "max_cases"),
        ("N2,RN,en,NC,general,active,1,40,-5,0,0,0,40,NC,8", "max_points"),
        ("N2,RN,en,NC,general,active,-1,40,120,0,0,0,40,NC,8", "fte"),
        ("N2,RN,en,NC,general,active,0,,,0,0,0,40,NC,8", "fte"),
        ("N2,RN,klingon,NC,general,active,1,40,120,0,0,0,40,NC,8", "languages"),
        ("N2,MD,en,NC,general,active,1,40,120,0,0,0,40,NC,8", "discipline"),
        ("N2,RN,en,XX,general,active,1,40,120,0,0,0,40,NC,8", "licensed_states"),
        ("N2,RN,en,NC,general,active,1,40,120,0,0,0,40,NC,-8", "new_contacts_per_day"),
        ("N2,RN,en,NC,general,on leave,1,40,120,0,0,0,40,NC,8", "status"),
        ("N2,RN,en,NC,general,active,NaN,40,120,0,0,0,40,NC,8", "fte"),
        ("N2,RN,en,NC,general,active,abc,40,120,0,0,0,40,NC,8", "fte"),
        ("N2,RN,en,NC,general,active,1,forty,120,0,0,0,40,NC,8", "max_cases"),
    ] {
        let f = folder(row);
        let output = f.run(&[]);
        assert_eq!(code(&output), 3, "{row}: {}", text(&output));
        assert!(text(&output).contains(&format!("care_manager, row 3, column {column}")), "{row}: {}", text(&output));
        // And before anybody is measured.
        assert!(!text(&output).contains("measure members"), "{row}: {}", text(&output));
        let checked = support::lamplight(&["check", "--config", f.write_config().to_str().expect("utf-8")]);
        assert_eq!(code(&checked), 3, "{row}: {}", text(&checked));
    }
}

fn warnings(f: &Folder) -> Vec<String> {
    let run = f.publish();
    serde_json::from_value(manifest(&run)["warnings"].clone()).expect("sentences")
}

#[test]
fn a_manager_who_left_gives_the_member_back_and_says_so() {
    let mut f = folder("");
    f.extract("caseload", "member_id,care_manager_id,since_date,pinned\nM1,GONE,2026-01-05,1\nM2,GONE,2026-01-05,0");
    let told = warnings(&f);
    assert!(
        told.iter().any(|w| w.starts_with("2 open cases name a care manager who is not in the roster")),
        "{told:?}"
    );
    assert!(told.iter().any(|w| w.starts_with("1 pins could not hold")), "{told:?}");
    for member in ["M1", "M2"] {
        assert_eq!(f.cells("assignments.csv", member, "care_manager_id"), ["N1"], "{member}");
        assert_eq!(f.cells("outreach.csv", member, "caller_id"), ["N1"], "{member}");
        // Nobody works with somebody whose manager has left.
        assert_eq!(f.cells("decisions.parquet", member, "decision"), ["listed"], "{member}");
        assert_eq!(f.cells("decisions.parquet", member, "owner_id"), ["GONE"], "{member}");
    }
}

#[test]
fn rows_that_can_do_nothing_are_counted() {
    let mut f = folder("");
    f.extract(
        "override",
        "member_id,action,value,reason,author,expires\nM1,remove,,over,Dr X,2026-01-31\nM2,tier,7,typo,Dr X,2026-12-31\nNOBODY,add,,typo,Dr X,2026-12-31",
    );
    f.extract(
        "outreach_log",
        "member_id,contact_date,outcome,channel\nM1,2026-07-05,completed,phone\nM2,2026-01-05,refused,phone",
    );
    let told = warnings(&f);
    for wanted in [
        "override: 1 rows have expired",
        "override: 1 rows set a tier",
        "override: 1 rows were rejected; quarantine.csv",
        "outreach_log: 1 rows lie after",
    ] {
        assert!(told.iter().any(|w| w.starts_with(wanted)), "{wanted}: {told:?}");
    }
    let rejected = f.table("quarantine.csv");
    assert!(rejected.rows.iter().any(|r| rejected.get(r, "extract") == "override"
        && rejected.get(r, "row") == "4"
        && rejected.get(r, "column") == "member_id"));
    // The future contact suppresses nobody.
    assert_eq!(f.cells("outreach.csv", "M1", "rank").len(), 1);
}

#[test]
fn an_override_that_names_nobody_stops_the_night_that_asks_for_it() {
    let mut f = folder("");
    let rows = "member_id,action,value,reason,author,expires\nNOBODY,add,,typo,Dr X,2026-12-31\n";
    f.raw("override", "override.csv", rows.as_bytes(), "min_bad_rows = 0");
    let output = f.run(&[]);
    assert_eq!(code(&output), 4, "{}", text(&output));
    assert!(text(&output).contains("override"), "{}", text(&output));
    let failed = f.path("out/failed");
    let place = std::fs::read_dir(failed).expect("left").find_map(Result::ok).expect("one").path();
    let rejected = std::fs::read_to_string(place.join("quarantine.csv")).expect("rows");
    assert!(rejected.contains("override.csv,2,member_id,no_eligibility"), "{rejected}");
}

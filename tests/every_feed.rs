//! What one feed alone says of a person's life, place and wishes: a death in the emergency department, a nursing
//! facility's interim bill, hospice by any bill, one person under several ids, a number that changed, a manager away.
//! Owns those rules on small populations.

mod support;

use support::Folder;

const CLAIM: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,discharge_disposition_code,diagnosis_code_1";
const ADT: &str = "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi,discharge_disposition_code,admit_type_code,diagnosis_code_1";
const PEOPLE: &str = "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,death_date,phone,first_name,last_name,contact_consent,language,interpreter_required,state,payer_type,dual_status_code";

fn people(rows: &[String]) -> String {
    format!("{PEOPLE}\n{}", rows.join("\n"))
}

fn person(id: &str) -> String {
    span(id, "2020-01-01", "9999-12-31", &format!("919-555-{id}"), "")
}

/// One span of a person with its number and dual status.
fn span(id: &str, from: &str, to: &str, phone: &str, dual: &str) -> String {
    format!("{id},1950-02-03,female,{from},{to},,{phone},F{id},L{id},yes,en,0,NC,medicare,{dual}")
}

/// Everyone was discharged home on Friday, so that a clock runs for whoever is not left out.
fn discharged(ids: &[&str]) -> String {
    let rows: Vec<String> =
        ids.iter().map(|i| format!("{i}-A,{i},2026-06-22,2026-06-26,inpatient,H1,01,1,I50.22\n")).collect();
    format!("{ADT}\n{}", rows.concat())
}

fn code_of(f: &Folder, member: &str) -> Vec<String> {
    f.cells("suppressed.csv", member, "code")
}

#[test]
fn death_hospice_and_facility_are_seen_in_every_feed() {
    let ids =
        ["ED", "OBSDEAD", "SNF30", "SNFOPEN", "SNFHOME", "SNF50", "OP50", "HHA50", "OBS50", "BILL", "LEFT", "BACK"];
    let mut f = Folder::new("2026-06-30");
    f.extract("eligibility", &people(&ids.map(person)));
    let mut adt = discharged(&ids);
    adt.push_str("ED-E,ED,2026-06-28,2026-06-28,emergency,H1,20,,I46.9\n");
    adt.push_str("OBSDEAD-O,OBSDEAD,2026-06-28,2026-06-29,observation,H1,41,,I46.9\n");
    adt.push_str("OBS50-O,OBS50,2026-06-28,2026-06-29,observation,H1,50,,I50.22\n");
    // Sent to hospice years ago, admitted since and sent home: hospice had ended.
    adt.push_str("BACK-O,BACK,2021-03-01,2021-03-05,inpatient,H1,50,1,I50.22\n");
    f.extract("admission", &adt);
    f.extract(
        "medical_claim",
        &format!(
            "{CLAIM}
             S1,1,institutional,SNF30,2026-06-26,2026-06-28,2026-06-26,2026-06-28,212,30,I50.22
             S2,1,institutional,SNFOPEN,2026-06-26,2026-06-28,2026-06-26,,211,,I50.22
             S3,1,institutional,SNFHOME,2026-06-01,2026-06-10,2026-06-01,,212,30,I50.22
             S4,1,institutional,SNFHOME,2026-06-11,2026-06-20,2026-06-01,2026-06-20,214,01,I50.22
             S5,1,institutional,SNF50,2026-06-26,2026-06-28,2026-06-26,2026-06-28,211,50,I50.22
             S6,1,institutional,OP50,2026-06-27,2026-06-27,,,131,50,I50.22
             S7,1,institutional,HHA50,2026-06-27,2026-06-28,,,329,51,I50.22
             S8,1,institutional,BILL,2026-04-16,2026-05-16,,,813,30,C34.90
             S9,1,institutional,LEFT,2026-04-16,2026-05-16,,,814,01,C34.90"
        ),
    );
    f.publish();
    for (member, code) in [
        ("ED", "DECEASED"),
        ("OBSDEAD", "DECEASED"),
        ("SNF30", "IN_FACILITY"),
        ("SNFOPEN", "IN_FACILITY"),
        ("SNF50", "HOSPICE"),
        ("OP50", "HOSPICE"),
        ("HHA50", "HOSPICE"),
        ("OBS50", "HOSPICE"),
        ("BILL", "HOSPICE"),
    ] {
        assert_eq!(code_of(&f, member), [code], "{member}");
    }
    for member in ["SNFHOME", "LEFT", "BACK"] {
        assert_eq!(code_of(&f, member), Vec::<String>::new(), "{member}");
        assert_eq!(f.cells("outreach.csv", member, "next_step"), ["contact"], "{member}");
    }
    assert_eq!(f.cells("transitions.csv", "ED", "status"), ["died"]);
    assert_eq!(f.cells("transitions.csv", "OBSDEAD", "status").first().map(String::as_str), Some("died"));
}

#[test]
fn one_person_under_several_ids_is_called_once_and_refuses_once() {
    let row = |id: &str, end: &str, death: &str, phone: &str, last: &str, consent: &str| {
        format!("{id},1951-04-05,male,2020-01-01,{end},{death},{phone},Jo,{last},{consent},en,0,NC,medicare,")
    };
    let mut f = Folder::new("2026-06-30");
    f.extract(
        "eligibility",
        &people(&[
            row("A1", "2026-01-31", "", "919-555-0101", "Gone", "yes"),
            row("A2", "9999-12-31", "", "919-555-0101", "Gone", "yes"),
            row("B1", "9999-12-31", "", "919-555-0102", "Refuses", "yes"),
            row("B2", "9999-12-31", "", "919-555-0102", "Refuses", "no"),
            row("C1", "9999-12-31", "", "919-555-0103", "Died", "yes"),
            row("C2", "9999-12-31", "2026-06-27", "919-555-0103", "Died", "yes"),
            // Two people of one household: their numbers are spelled apart.
            "D1,1950-01-01,male,2020-01-01,9999-12-31,,(919) 555-0104,Al,One,yes,en,0,NC,medicare,".to_owned(),
            "D2,1952-01-01,female,2020-01-01,9999-12-31,,+1 919.555.0104,Bo,One,yes,en,0,NC,medicare,".to_owned(),
        ]),
    );
    let mut adt = discharged(&["A2", "B1", "C1"]);
    for id in ["D1", "D2"] {
        for (k, day) in ["2025-10-01", "2026-02-01"].iter().enumerate() {
            adt.push_str(&format!("{id}-{k},{id},{day},{}4,inpatient,H1,01,1,I50.22\n", &day[..9]));
        }
    }
    f.extract("admission", &adt);
    f.extract("caseload", "member_id,care_manager_id,since_date\nA1,N1,2026-01-01\nB2,N1,2026-02-01\n");
    f.publish();
    assert_eq!(code_of(&f, "A1"), ["DISENROLLED"]);
    assert_eq!(f.cells("stranded_cases.csv", "A1", "reason"), ["DISENROLLED"]);
    assert_eq!(f.cells("stranded_cases.csv", "B2", "since_date"), ["2026-02-01"]);
    assert_eq!(f.table("stranded_cases.csv").rows.len(), 2);
    assert_eq!(f.cells("outreach.csv", "A2", "next_step"), ["contact"]);
    assert_eq!((code_of(&f, "B1"), code_of(&f, "B2")), (vec!["OPT_OUT".into()], vec!["DUPLICATE".into()]));
    assert_eq!((code_of(&f, "C1"), code_of(&f, "C2")), (vec!["DECEASED".into()], vec!["DECEASED".into()]));
    let listed = f.table("outreach.parquet").rows.len();
    assert_eq!(listed, 2, "A2 and one of the household");
    let household = [code_of(&f, "D1"), code_of(&f, "D2")].concat();
    assert_eq!(household, ["HOUSEHOLD"]);
}

#[test]
fn a_number_that_changed_is_called_again() {
    let mut f = Folder::new("2026-06-30");
    f.extract(
        "eligibility",
        &people(&[
            span("NEW", "2020-01-01", "2026-05-31", "919-555-0001", ""),
            span("NEW", "2026-06-01", "9999-12-31", "919-555-0002", ""),
            span("SAME", "2020-01-01", "2026-05-31", "919-555-0003", ""),
            span("SAME", "2026-06-01", "9999-12-31", "(919) 555-0003", ""),
        ]),
    );
    f.extract("admission", &discharged(&["NEW", "SAME"]));
    f.extract(
        "outreach_log",
        "member_id,contact_date,outcome\nNEW,2026-05-05,wrong_number\nSAME,2026-05-05,wrong_number\n",
    );
    f.publish();
    assert_eq!(code_of(&f, "NEW"), Vec::<String>::new());
    assert_eq!(code_of(&f, "SAME"), ["BAD_CONTACT"]);
}

/// A manager on leave until after the due day: the cover works the clock, the case stays.
#[test]
fn the_cover_works_a_clock_that_cannot_wait() {
    let mut f = Folder::new("2026-06-30");
    f.extract("eligibility", &people(&["AWAY", "SOON"].map(person)));
    f.extract("admission", &discharged(&["AWAY", "SOON"]));
    f.extract(
        "care_manager",
        "care_manager_id,name,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points,back_on,cover_for
         N1,Ann,RN,en,NC,general,pto,1,50,150,2026-07-20,
         N2,Ben,RN,en,NC,general,active,1,50,150,,N0|N1
         N3,Cyd,RN,en,NC,general,pto,1,50,150,2026-06-30,",
    );
    f.extract("caseload", "member_id,care_manager_id,since_date\nAWAY,N1,2026-01-01\nSOON,N3,2026-01-01\n");
    f.publish();
    assert_eq!(f.cells("outreach.csv", "AWAY", "caller_id"), ["N2"]);
    assert_eq!(f.cells("transitions.csv", "AWAY", "caller_id"), ["N2"]);
    assert_eq!(f.cells("assignments.csv", "AWAY", "care_manager_id"), ["N1"]);
    assert_eq!(f.cells("decisions.csv", "AWAY", "covered_by"), ["N2"]);
    assert_eq!(f.cells("decisions.csv", "AWAY", "owner_id"), ["N1"]);
    assert_eq!(f.cells("outreach.csv", "SOON", "caller_id"), ["N3"]);
}

/// Dual status is that of the span that covers the night: neither an older span's nor one's that has ended.
#[test]
fn the_risk_score_takes_the_covering_span() {
    let span = |id: &str, from: &str, to: &str, dual: &str| span(id, from, to, &format!("919-555-{id}"), dual);
    let mut f = Folder::new("2026-06-30");
    f.extract(
        "eligibility",
        &people(&[
            span("PLAIN", "2020-01-01", "9999-12-31", ""),
            span("OLDER", "2020-01-01", "2025-12-31", "02"),
            span("OLDER", "2026-01-01", "9999-12-31", ""),
            span("ENDED", "2020-01-01", "9999-12-31", ""),
            span("ENDED", "2026-02-01", "2026-03-31", "02"),
        ]),
    );
    f.extract(
        "medical_claim",
        &format!(
            "{CLAIM}\n{}",
            ["PLAIN", "OLDER", "ENDED"]
                .map(|i| format!("C{i},1,professional,{i},2026-03-01,2026-03-01,,,,,E11.9\n"))
                .concat()
        ),
    );
    f.publish();
    let raf = |id: &str| f.cells("measures/indices.parquet", id, "raf_v28");
    assert!(!raf("PLAIN")[0].is_empty());
    assert_eq!((raf("OLDER"), raf("ENDED")), (raf("PLAIN"), raf("PLAIN")));
}

#[test]
fn a_language_by_its_name_is_its_code() {
    let mut f = Folder::new("2026-06-30");
    f.extract(
        "eligibility",
        &people(&[
            "ES,1950-02-03,female,2020-01-01,9999-12-31,,919-555-0001,A,A,yes,Spanish,1,NC,medicare,".to_owned(),
            "XX,1950-02-03,female,2020-01-01,9999-12-31,,919-555-0002,B,B,yes,Klingon,1,NC,medicare,".to_owned(),
        ]),
    );
    f.extract("admission", &discharged(&["ES", "XX"]));
    f.extract(
        "care_manager",
        "care_manager_id,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points
         N1,RN,English|Spanish,NC,general,active,1,50,150",
    );
    f.publish();
    assert_eq!(f.cells("outreach.csv", "ES", "caller_id"), ["N1"]);
    assert_eq!(f.cells("assignments.csv", "XX", "care_manager_id"), Vec::<String>::new());
    let quality: serde_json::Value =
        serde_json::from_slice(&std::fs::read(f.path("out/current/data_quality.json")).expect("there")).expect("JSON");
    assert!(quality.to_string().contains("unknown_value"), "the odd language is counted");
}

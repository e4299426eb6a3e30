//! Ids that became other ids, denied lines, cancelled visits, states of one thing, problems and appointments. Owns what
//! these extracts and columns do to a night; small populations.

mod support;

use support::{Folder, code, text};

const PEOPLE: [(&str, &str, &str); 3] =
    [("NEW", "1950-02-03", "female"), ("OTHER", "1951-03-04", "male"), ("THIRD", "1952-04-05", "female")];
const ADT: &str = "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi,discharge_disposition_code,admit_type_code,diagnosis_code_1,received_date,visit_status";
const CLAIM: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,bill_type_code,diagnosis_code_1,paid_amount,claim_status";

fn quality(f: &Folder) -> serde_json::Value {
    let bytes = std::fs::read(f.path("out/current/data_quality.json")).expect("an account");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[test]
fn a_crosswalk_makes_one_person_of_every_id() {
    let mut f = Folder::new("2026-06-30");
    f.extract(
        "eligibility",
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,phone,state,language
         OLDEST,1950-02-03,female,2020-01-01,2024-12-31,919-555-0101,NC,en
         OLD,1950-02-03,female,2025-01-01,2025-12-31,919-555-0101,NC,en
         NEW,1950-02-03,female,2026-01-01,9999-12-31,919-555-0101,NC,en",
    );
    f.extract("member_crosswalk", "from_id,to_id\nOLD,NEW\nOLDEST,OLD\nOLD,NEW\nNEW,NEW\n");
    f.extract(
        "admission",
        &format!(
            "{ADT}
             A1,OLDEST,2026-02-01,2026-02-05,inpatient,H1,01,1,I50.22,2026-02-05,
             A2, OLD ,2026-06-22,2026-06-26,inpatient,H1,01,1,I50.22,2026-06-26,"
        ),
    );
    f.extract("outreach_log", "member_id,contact_date,outcome,channel\nOLD,2026-06-27,completed,portal\n");
    f.publish();
    let stays = f.table("measures/stays.parquet");
    let members: Vec<&str> = stays.rows.iter().map(|r| stays.get(r, "member_id")).collect();
    assert_eq!(members, ["NEW", "NEW"]);
    assert_eq!(f.table("measures/indices.parquet").rows.len(), 1, "one row of one person");
    assert_eq!(quality(&f)["extracts"]["admission"]["rows_used"], 2);
}

#[test]
fn a_crosswalk_that_cannot_be_followed_stops_the_night_without_an_id() {
    for (rows, told) in [
        ("from_id,to_id\nSECRET1,SECRET2\nSECRET2,SECRET1\n", "rows 2, 3 lead round in a circle"),
        ("from_id,to_id\nSECRET1,NEW\nSECRET1,OTHER\n", "rows 2, 3 give one from_id two targets"),
    ] {
        let mut f = Folder::new("2026-06-30");
        f.members(&PEOPLE);
        f.extract("admission", &format!("{ADT}\nA1,NEW,2026-02-01,2026-02-05,inpatient,H1,01,1,I50.22,,"));
        f.extract("member_crosswalk", rows);
        let output = f.run(&[]);
        assert_eq!(code(&output), 3, "{}", text(&output));
        assert!(text(&output).contains(told), "{}", text(&output));
        assert!(!text(&output).contains("SECRET"), "{}", text(&output));
    }
}

#[test]
fn a_denied_line_gives_no_diagnosis() {
    let mut f = Folder::new("2026-06-30");
    f.members(&PEOPLE);
    f.extract(
        "medical_claim",
        &format!(
            "{CLAIM}
             C1,1,professional,NEW,2026-03-01,2026-03-01,,I50.22,100.00,paid
             C2,1,professional,OTHER,2026-03-01,2026-03-01,,I50.22,100.00,denied
             C3,1,professional,THIRD,2026-03-01,2026-03-01,,I50.22,100.00,"
        ),
    );
    f.publish();
    let conditions = |member: &str| f.cells("measures/conditions.parquet", member, "condition").len();
    assert!(conditions("NEW") > 0 && conditions("THIRD") == conditions("NEW"));
    assert_eq!(conditions("OTHER"), 0);
    let account = &quality(&f)["extracts"]["medical_claim"];
    assert_eq!(account["rows_used"], 3);
    assert!(account.to_string().contains("denied_line"), "{account}");
}

#[test]
fn a_visit_cancelled_in_the_end_never_was() {
    let mut f = Folder::new("2026-06-30");
    f.members(&PEOPLE);
    f.extract(
        "admission",
        &format!(
            "{ADT}
             A1,NEW,2026-06-22,2026-06-26,inpatient,H1,01,1,I50.22,2026-06-26,active
             A1,NEW,2026-06-22,2026-06-26,inpatient,H1,01,1,I50.22,2026-06-27,cancelled
             A2,OTHER,2026-06-22,2026-06-26,inpatient,H1,01,1,I50.22,2026-06-26,cancelled
             A2,OTHER,2026-06-22,2026-06-26,inpatient,H1,01,1,I50.22,2026-06-27,active
             A3,THIRD,2026-06-22,2026-06-26,inpatient,H1,01,1,I50.22,2026-06-26,active
             A3,THIRD,2026-06-22,2026-06-26,inpatient,H1,01,1,I50.22,2026-07-02,cancelled"
        ),
    );
    f.publish();
    let stays = |member: &str| f.cells("measures/stays.parquet", member, "stay_id").len();
    // The cancellation of A3 had not arrived by the night.
    assert_eq!([stays("NEW"), stays("OTHER"), stays("THIRD")], [0, 1, 1]);
    let account = &quality(&f)["extracts"]["admission"];
    assert_eq!(account["rows_in"], 6);
    assert_eq!(account["rows_used"], 2);
    assert_eq!(account["dropped"]["cancelled_visit"], 3);
    assert_eq!(account["dropped"]["not_yet_arrived"], 1);
}

#[test]
fn of_several_states_of_one_thing_one_stands() {
    let mut f = Folder::new("2026-06-30");
    f.members(&PEOPLE);
    f.extract("admission", &format!("{ADT}\nA1,NEW,2026-02-01,2026-02-05,inpatient,H1,01,1,I50.22,,"));
    f.extract(
        "care_task",
        "task_id,member_id,kind,due_date,done_date,goal_status
         T1,NEW,assessment,2026-06-20,,
         T1,NEW,assessment,2026-06-20,2026-06-19,
         T2,NEW,goal,2026-06-25,,open
         T3,NEW,goal,2026-06-26,2026-07-03,met
         T4,NEW,reconciliation,2026-06-26,,",
    );
    f.extract(
        "authorization",
        "authorization_id,member_id,service,status,request_date,received_date
         Z1,NEW,dme,approved,2026-06-20,2026-06-21
         Z1,NEW,dme,pending,2026-06-20,2026-06-25",
    );
    f.publish();
    let items = f.table("measures/worklist.parquet");
    let mut ids: Vec<&str> = items.rows.iter().map(|r| items.get(r, "item_id")).collect();
    ids.sort_unstable();
    ids.dedup();
    // T1 is done; T3 is done after the night only; the newest word of Z1 is that it is pending again.
    assert_eq!(ids, ["T2", "T3", "Z1"]);
    let account = quality(&f)["extracts"].clone();
    assert_eq!(account["care_task"]["dropped"]["superseded_state"], 1);
    assert_eq!(account["authorization"]["dropped"]["superseded_state"], 1);
}

#[test]
fn problems_appointments_consents_and_directories_are_read_and_accounted() {
    let mut f = Folder::new("2026-06-30");
    f.members(&PEOPLE);
    f.extract("admission", &format!("{ADT}\nA1,NEW,2026-02-01,2026-02-05,inpatient,H1,01,1,I50.22,,"));
    f.extract(
        "problem_list",
        "member_id,code,code_type,onset_date,resolved_date,problem_status,received_date
         NEW,e11.9,icd-10-cm,2019-05-01,,active,
         NEW,38341003,snomed,2019-05-01,,active,
         NEW,I10,,2026-07-01,,,
         NOBODY,I10,,2019-05-01,,,",
    );
    f.extract(
        "appointment",
        "member_id,appointment_date,kind,appointment_status,provider_npi,received_date
         NEW,2026-07-09,pcp,kept,1000011118,
         NEW,2026-07-10,specialist,booked,,2026-07-02",
    );
    f.extract(
        "consent",
        "member_id,program,consent_status,consent_date\nNEW,CCM,given,2026-01-01\nNEW,CCM,maybe,2026-01-01\n",
    );
    f.extract("provider", "npi,name,phone\n1000011118,Ada Able,919-555-0188\n1000011118,Ada B. Able,919-555-0188\n");
    f.extract("facility", "npi,name\nH1,General\nH1,General\n");
    f.publish();
    let all = quality(&f)["extracts"].clone();
    let account = |extract: &str, key: &str| all[extract][key].clone();
    assert_eq!((account("problem_list", "rows_in"), account("problem_list", "rows_used")), (4.into(), 1.into()));
    assert_eq!(all["problem_list"]["dropped"]["not_icd10cm"], 1);
    assert_eq!(all["problem_list"]["dropped"]["after_as_of"], 1);
    assert_eq!(account("appointment", "rows_used"), 1);
    assert_eq!(all["appointment"]["dropped"]["not_yet_arrived"], 1);
    assert_eq!(account("consent", "rows_used"), 1);
    assert_eq!(all["provider"]["dropped"]["repeated_key"], 1);
    assert_eq!(all["facility"]["dropped"]["exact_duplicate"], 1);
}

//! The list's rules on small populations: bands, clocks, every suppression, memory, length, who calls, and a decision for
//! everybody.

mod support;

use support::{Folder, manifest};

const CLAIM: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,discharge_disposition_code,admit_type_code,diagnosis_code_1,facility_npi";
const ADT: &str = "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi,discharge_disposition_code,admit_type_code,diagnosis_code_1";
const LOG: &str = "member_id,contact_date,outcome,channel,program,opt_out,cooldown_until";
const ROSTER: &str = "care_manager_id,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points,base_cases,base_points,home_visits,max_travel_km,state,new_contacts_per_day,new_cases_per_week";

/// Two heart-failure stays in a year: high risk by the indices.
fn high_risk(id: &str) -> String {
    format!(
        "{id}-1,1,institutional,{id},2025-10-01,2025-10-05,2025-10-01,2025-10-05,111,01,1,I50.22,H1\n{id}-2,1,institutional,{id},2026-02-01,2026-02-04,2026-02-01,2026-02-04,111,01,1,I50.22,H1\n"
    )
}

fn claims(ids: &[&str]) -> String {
    format!("{CLAIM}\n{}", ids.iter().map(|i| high_risk(i)).collect::<String>())
}

fn eligibility(rows: &[&str]) -> String {
    format!(
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,death_date,hospice_flag,phone,first_name,last_name,address,guardian_phone,interpreter_required,language,state,contact_consent\n{}",
        rows.join("\n")
    )
}

fn person(id: &str) -> String {
    format!("{id},1950-02-03,female,2020-01-01,9999-12-31,,0,{},F{id},L{id},1 Street,,0,en,NC,yes", phone(id))
}

/// A number of one's own that the North American plan can hold.
fn phone(id: &str) -> String {
    let sum = id.bytes().fold(7_u32, |sum, b| (sum * 31 + u32::from(b)) % 10_000);
    format!("919-555-{sum:04}")
}

fn code_of(f: &Folder, member: &str) -> Vec<String> {
    f.cells("suppressed.csv", member, "code")
}

#[test]
fn each_suppression_has_its_row_and_its_order() {
    let ids = [
        "A00", "DEAD", "GONE", "DUP1", "DUP2", "OPT", "CONS", "REM", "HOSP", "SNF", "BAD", "WRNG", "ELSE", "RECENT",
        "TRIED", "COOL", "REFUSE", "HH1", "HH2",
    ];
    let mut rows: Vec<String> = ids.iter().map(|i| person(i)).collect();
    let set = |rows: &mut Vec<String>, id: &str, text: &str| {
        let at = rows.iter().position(|r| r.starts_with(&format!("{id},"))).expect("there");
        rows[at] = text.to_owned();
    };
    set(&mut rows, "DEAD", "DEAD,1950-02-03,female,2020-01-01,9999-12-31,2026-03-01,0,1,F,L,S,,0,en,NC,yes");
    set(&mut rows, "GONE", "GONE,1950-02-03,female,2020-01-01,2026-05-31,,0,2,F,L2,S,,0,en,NC,yes");
    set(
        &mut rows,
        "DUP1",
        "DUP1,1951-04-05,male,2020-01-01,9999-12-31,,0,919-555-0001,José,O’Neil-Same,S,,0,en,NC,yes",
    );
    set(&mut rows, "DUP2", "DUP2,1951-04-05,male,2020-01-01,9999-12-31,,0,919-555-0002,JOSE,oneil same,S,,0,en,NC,yes");
    set(&mut rows, "CONS", "CONS,1950-02-03,female,2020-01-01,9999-12-31,,0,919-555-0003,Fc,Lc,S,,0,en,NC,no");
    set(&mut rows, "HOSP", "HOSP,1950-02-03,female,2020-01-01,9999-12-31,,1,919-555-0004,Fh,Lh,S,,0,en,NC,yes");
    set(&mut rows, "BAD", "BAD,1950-02-03,female,2020-01-01,9999-12-31,,0,,Fb,Lb,,,0,en,NC,yes");
    set(&mut rows, "HH1", "HH1,1950-02-03,female,2020-01-01,9999-12-31,,0,919-555-9999,Fx,Lx,S,,0,en,NC,yes");
    set(&mut rows, "HH2", "HH2,1950-02-03,female,2020-01-01,9999-12-31,,0,919-555-9999,Fy,Ly,S,,0,en,NC,yes");
    let mut f = Folder::new("2026-06-30");
    f.extract("eligibility", &eligibility(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    let mut text = claims(&ids);
    text.push_str("SNFX,1,institutional,SNF,2026-06-20,2026-07-15,,,211,30,,I10,H9\n");
    f.extract("medical_claim", &text);
    f.extract("override", "member_id,action,value,reason,author,expires\nREM,remove,,asked by family,Dr X,2026-12-31\nA00,remove,,expired,Dr X,2026-01-31");
    f.extract(
        "outreach_log",
        &format!("{LOG}\nOPT,2026-01-05,refused,phone,,yes,\nWRNG,2026-05-05,wrong_number,phone,,,\nELSE,2026-05-05,enrolled,phone,other_program,,\nRECENT,2026-06-25,completed,phone,,,\nTRIED,2026-06-05,attempts_complete,phone,,,\nCOOL,2026-01-05,refused,phone,,,2026-08-01\nREFUSE,2026-05-01,refused,phone,,,\n"),
    );
    f.publish();
    for (member, code, until) in [
        ("DEAD", "DECEASED", ""),
        ("GONE", "DISENROLLED", ""),
        ("DUP2", "DUPLICATE", ""),
        ("OPT", "OPT_OUT", ""),
        ("CONS", "OPT_OUT", ""),
        ("REM", "OVERRIDE_REMOVE", "2026-12-31"),
        ("HOSP", "HOSPICE", ""),
        ("SNF", "IN_FACILITY", ""),
        ("BAD", "BAD_CONTACT", ""),
        ("REFUSE", "REFUSED", "2026-07-30"),
        ("ELSE", "ACTIVE_ELSEWHERE", ""),
        ("RECENT", "RECENT_CONTACT", "2026-07-02"),
        ("TRIED", "RECENT_CONTACT", "2026-07-05"),
        ("COOL", "RECENT_CONTACT", "2026-08-01"),
    ] {
        assert_eq!(code_of(&f, member), [code], "{member}");
        assert_eq!(f.cells("suppressed.csv", member, "until_date"), [until], "{member}");
        assert!(f.cells("outreach.csv", member, "rank").is_empty(), "{member} is on the list");
    }
    // An expired override holds nobody back; the lowest id of one person stays; one of a household is called; a number
    // that is wrong leaves the letter.
    for listed in ["A00", "DUP1", "WRNG"] {
        assert_eq!(f.cells("outreach.csv", listed, "rank").len(), 1, "{listed}");
    }
    assert_eq!(f.cells("outreach.csv", "WRNG", "contact_way"), ["letter"]);
    assert_eq!(f.cells("outreach.csv", "A00", "contact_way"), ["phone"]);
    assert_eq!(f.cells("decisions.csv", "RECENT", "decision"), ["suppressed"]);
    assert_eq!(f.cells("decisions.csv", "RECENT", "code"), ["RECENT_CONTACT"]);
    let household: Vec<usize> = ["HH1", "HH2"].iter().map(|m| f.cells("outreach.csv", m, "rank").len()).collect();
    assert_eq!(household.iter().sum::<usize>(), 1);
    assert_eq!(f.cells("suppressed.csv", "HOSP", "palliative_review"), ["1"]);
}

#[test]
fn somebody_just_home_comes_first_whatever_the_codes_of_the_band_of_risk_say() {
    let mut f = Folder::new("2026-06-30");
    f.members(&[("RISK", "1950-02-03", "female"), ("HOME", "1990-02-03", "male"), ("MEND", "1991-02-03", "male")]);
    f.extract("medical_claim", &claims(&["RISK"]));
    f.extract("admission", &format!("{ADT}\nA1,HOME,2026-06-24,2026-06-26,inpatient,H1,01,1,K35.80\nA2,MEND,2026-06-20,2026-06-22,inpatient,H1,01,1,K35.80\n"));
    f.extract(
        "outreach_log",
        &format!("{LOG}\nHOME,2026-06-25,completed,phone,,,\nMEND,2026-06-24,completed,phone,,,\n"),
    );
    let run = f.publish();
    assert_eq!(f.cells("outreach.csv", "HOME", "rank"), ["1"]);
    assert_eq!(f.cells("outreach.csv", "HOME", "band"), ["contact"]);
    assert_eq!(f.cells("outreach.csv", "HOME", "next_step"), ["contact"]);
    // Friday's discharge was due on Tuesday, the night itself: the list is worked on Wednesday, late and still today.
    assert_eq!(f.cells("transitions.csv", "HOME", "contact_due"), ["2026-06-30"]);
    assert_eq!(f.cells("transitions.csv", "HOME", "contact_state"), ["missed"]);
    assert_eq!(f.cells("outreach.csv", "HOME", "next_due"), ["2026-07-01"]);
    assert_eq!(f.cells("outreach.csv", "HOME", "slack_business_days"), ["0"]);
    // Days since the discharge on the work day: 5 of 30.
    let time_value: f64 = f.cells("outreach.csv", "HOME", "time_value")[0].parse().expect("a number");
    assert!((time_value - (2.0 - 5.0 / 30.0)).abs() < 1e-12);
    assert_eq!(f.cells("outreach.csv", "RISK", "band"), ["risk"]);
    assert_eq!(f.cells("outreach.csv", "RISK", "rank"), ["3"]);
    // Reached after the discharge: the visit is the next step, due within three business days, and no recent contact
    // holds against it.
    assert_eq!(f.cells("transitions.csv", "MEND", "contact_state"), ["reached"]);
    assert_eq!(f.cells("transitions.csv", "MEND", "next_step"), ["visit"]);
    assert_eq!(f.cells("transitions.csv", "MEND", "next_due"), ["2026-07-06"]);
    // Wednesday to Monday with Friday, July 3, off for Independence Day.
    assert_eq!(f.cells("transitions.csv", "MEND", "slack_business_days"), ["2"]);
    assert_eq!(f.cells("outreach.csv", "MEND", "band"), ["visit"]);
    assert_eq!(code_of(&f, "MEND"), Vec::<String>::new());
    let program: serde_json::Value =
        serde_json::from_slice(&std::fs::read(run.join("program.json")).expect("there")).expect("JSON");
    assert_eq!(program["work_day"], "2026-07-01");
    // Too few lines to learn a lag from: 45 days.
    assert_eq!(program["visits_known_through"], "2026-05-16");
}

#[test]
fn transition_states_in_their_order() {
    let mut f = Folder::new("2026-06-30");
    let ids =
        ["DIED", "BACK", "SNF", "HOSPICE", "SEEN", "LATE", "CALL", "MISS", "OPEN", "AMA", "OBS", "OLD", "TEXT", "BOOK"];
    let rows: Vec<String> = ids
        .iter()
        .map(|i| {
            if *i == "DIED" {
                "DIED,1950-02-03,female,2020-01-01,9999-12-31,2026-06-20,0,1,F,L,S,,0,en,NC,yes".to_owned()
            } else {
                person(i)
            }
        })
        .collect();
    f.extract("eligibility", &eligibility(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    let mut adt = format!("{ADT}\n");
    for (id, admit, out, disposition) in [
        ("DIED", "2026-06-08", "2026-06-10", "01"),
        ("BACK", "2026-06-08", "2026-06-10", "01"),
        ("BACK", "2026-06-20", "2026-06-22", "01"),
        ("SNF", "2026-06-08", "2026-06-10", "03"),
        ("HOSPICE", "2026-06-08", "2026-06-10", "50"),
        ("SEEN", "2026-06-08", "2026-06-10", "01"),
        ("LATE", "2026-06-08", "2026-06-10", "01"),
        ("CALL", "2026-06-18", "2026-06-22", "01"),
        ("MISS", "2026-06-18", "2026-06-22", "06"),
        ("OPEN", "2026-06-27", "2026-06-29", "01"),
        ("AMA", "2026-06-27", "2026-06-29", "07"),
        ("OLD", "2026-05-20", "2026-05-30", "01"),
        ("TEXT", "2026-06-18", "2026-06-22", "01"),
        ("BOOK", "2026-06-18", "2026-06-22", "01"),
    ] {
        adt.push_str(&format!("{id}-{out},{id},{admit},{out},inpatient,H1,{disposition},1,K35.80\n"));
    }
    adt.push_str("OB1,OBS,2026-06-28,2026-06-29,observation,H1,01,,R07.9\n");
    f.extract("admission", &adt);
    f.extract("outreach_log", &format!("{LOG}\nCALL,2026-06-23,attempts_incomplete,phone,,,\nCALL,2026-06-24,attempts_incomplete,phone,,,\nLATE,2026-06-11,completed,phone,,,\nMISS,2026-06-23,attempts_incomplete,phone,,,\nMISS,2026-06-23,wrong_number,home,,,\nTEXT,2026-06-23,completed,text,,,\nBOOK,2026-06-23,refused,,,,\n"));
    f.extract(
        "appointment",
        "member_id,appointment_date,kind,appointment_status\nSEEN,2026-06-19,pcp,kept\nSEEN,2026-06-10,pcp,kept\nBOOK,2026-07-02,specialist,booked\nBOOK,2026-06-25,pcp,booked\nCALL,2026-07-01,behavioral,booked",
    );
    f.extract("care_task", "task_id,member_id,kind,due_date,done_date\nT1,OPEN,visit,2026-07-20,2026-06-30");
    f.publish();
    let column = |name: &str, member: &str| f.cells("transitions.csv", member, name);
    for (member, status) in [
        ("DIED", vec!["died"]),
        ("BACK", vec!["readmitted", "live"]),
        ("SNF", vec!["in_facility"]),
        ("HOSPICE", vec!["destination_ineligible"]),
        ("SEEN", vec!["live"]),
        ("OLD", vec![]),
    ] {
        assert_eq!(column("status", member), status, "{member}");
    }
    for (member, contact, visit, next, due) in [
        ("SEEN", "missed", "done", "reconcile", "2026-07-10"),
        // The lag is taken to be 45 days: nothing of June is known to be missing.
        ("LATE", "reached", "unconfirmed", "reconcile", "2026-07-10"),
        // Two attempts are enough for billing and end nothing: day 9, so the visit is what can be saved.
        ("CALL", "attempted", "open", "visit", "2026-07-06"),
        ("MISS", "missed", "open", "visit", "2026-07-06"),
        // A text is no contact.
        ("TEXT", "missed", "open", "visit", "2026-07-06"),
        ("AMA", "open", "open", "contact", "2026-07-01"),
        ("OBS", "open", "open", "contact", "2026-07-01"),
        // The care manager's own visit is a contact and not the visit.
        ("OPEN", "reached", "open", "visit", "2026-07-13"),
        ("BOOK", "reached", "open", "visit", "2026-07-06"),
    ] {
        assert_eq!(column("contact_state", member), [contact], "{member}");
        assert_eq!(column("visit_state", member), [visit], "{member}");
        assert_eq!(column("next_step", member), [next], "{member}");
        assert_eq!(column("next_due", member), [due], "{member}");
    }
    // Booked inside the window, and named; one booked for a day that has passed says nothing; a behavioral one is no visit
    // after a discharge.
    assert_eq!(
        (column("booked_on", "BOOK"), column("p_open", "BOOK")),
        (vec!["2026-07-02".into()], vec!["0.2".into()])
    );
    assert_eq!((column("booked_on", "CALL"), column("p_open", "CALL")), (vec![String::new()], vec!["0.5".into()]));
    assert_eq!(
        (column("visited_on", "SEEN"), column("visited_by", "SEEN")),
        (vec!["2026-06-19".into()], vec!["appointment".into()])
    );
    assert_eq!(column("ama", "AMA"), ["1"]);
    assert_eq!(column("is_index", "AMA"), ["0"]);
    assert_eq!(column("setting", "OBS"), ["observation"]);
    assert_eq!(column("principal_diagnosis", "OPEN"), ["Appendicitis and other appendiceal conditions"]);
    // Booked: not in the band of visits, though due in two business days.
    assert_eq!(f.cells("decisions.csv", "BOOK", "band"), ["risk"]);
    assert_eq!(f.cells("outreach.csv", "CALL", "band"), ["visit"]);
    // In a facility: on no outreach list.
    assert_eq!(code_of(&f, "SNF"), ["IN_FACILITY"]);
}

#[test]
fn a_visit_that_claims_would_know_is_missed_and_a_clinic_counts() {
    let mut f = Folder::new("2026-06-30");
    f.config = "[models]\nclaims_lag_days = 0\n".to_owned();
    f.members(&[
        ("GAP", "1950-02-03", "female"),
        ("SEEN", "1950-02-03", "female"),
        ("FQHC", "1950-02-03", "female"),
        ("DRAW", "1950-02-03", "female"),
    ]);
    let ids = ["GAP", "SEEN", "FQHC", "DRAW"];
    let rows = ids.map(|i| format!("{i}-A,{i},2026-06-05,2026-06-10,inpatient,H1,01,1,K35.80\n")).concat();
    f.extract("admission", &format!("{ADT}\n{rows}"));
    f.extract(
        "medical_claim",
        "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,place_of_service_code,bill_type_code,revenue_center_code,hcpcs_code,diagnosis_code_1
         C1,1,professional,SEEN,2026-06-12,2026-06-12,11,,,99213,K35.80
         C2,1,institutional,FQHC,2026-06-13,2026-06-13,,771,0521,G0467,K35.80
         C3,1,professional,DRAW,2026-06-12,2026-06-12,11,,,36415,K35.80
         C4,1,professional,DRAW,2026-06-10,2026-06-10,11,,,99213,K35.80",
    );
    f.publish();
    let of = |member: &str, column: &str| f.cells("transitions.csv", member, column);
    assert_eq!((of("SEEN", "visit_state"), of("SEEN", "visited_on")), (vec!["done".into()], vec!["2026-06-12".into()]));
    assert_eq!((of("FQHC", "visit_state"), of("FQHC", "visited_on")), (vec!["done".into()], vec!["2026-06-13".into()]));
    // Blood drawn is no visit, and a visit on the discharge day is before it.
    for member in ["GAP", "DRAW"] {
        assert_eq!(of(member, "visit_state"), ["missed"], "{member}");
        assert_eq!(of(member, "next_step"), ["reconcile"], "{member}");
    }
}

#[test]
fn follow_up_is_opened_booked_and_closed() {
    let ids = ["PSYCH", "DRUGS", "HEART", "YOUNG"];
    let night = |as_of: &'static str, appointment: &str| {
        let mut f = Folder::new(as_of);
        f.config = "[models]\nclaims_lag_days = 0\n".to_owned();
        f.members(&[
            ("PSYCH", "1970-02-03", "female"),
            ("DRUGS", "1980-02-03", "male"),
            ("HEART", "1950-02-03", "female"),
            ("YOUNG", "2022-02-03", "male"),
        ]);
        let emergency = ids.iter().zip(["F32.2", "F10.20", "R07.9", "F32.2"]);
        let rows: Vec<String> =
            emergency.map(|(i, dx)| format!("{i}-E,{i},2026-06-29,2026-06-29,emergency,H1,01,1,{dx}\n")).collect();
        let rows = rows.concat();
        f.extract("admission", &format!("{ADT}\n{rows}"));
        let mut text = format!("{CLAIM}\n");
        for (k, (day, dx)) in
            [("2026-01-05", "I50.22"), ("2026-02-05", "I50.22"), ("2026-01-05", "N18.4"), ("2026-03-05", "N18.4")]
                .iter()
                .enumerate()
        {
            text.push_str(&format!("H{k},1,professional,HEART,{day},{day},,,,,,{dx},\n"));
        }
        f.extract("medical_claim", &text);
        f.extract("appointment", &format!("member_id,appointment_date,kind,appointment_status\n{appointment}"));
        f.config.push_str("[output]\nsensitive_roles = [\"director\"]\n");
        f.publish();
        f
    };
    let of = |f: &Folder, member: &str, column: &str| f.cells("follow_ups.csv", member, column);
    // Opened.
    let f = night("2026-06-29", "HEART,2026-01-05,other,kept");
    for (member, kind, due) in [
        ("PSYCH", "mental_ed", "2026-07-06"),
        ("DRUGS", "substance_ed", "2026-07-06"),
        ("HEART", "chronic_ed", "2026-07-06"),
    ] {
        assert_eq!(of(&f, member, "kind"), [kind], "{member}");
        assert_eq!(of(&f, member, "state"), ["open"], "{member}");
        assert_eq!(of(&f, member, "next_due"), [due], "{member}");
        assert_eq!(of(&f, member, "known_by"), ["admission"], "{member}");
        assert_eq!(of(&f, member, "p_open"), ["0.5"], "{member}");
    }
    assert_eq!(of(&f, "YOUNG", "kind"), Vec::<String>::new(), "under six");
    assert_eq!(f.cells("outreach.csv", "PSYCH", "stream"), ["follow_up"]);
    assert_eq!(f.cells("outreach.csv", "PSYCH", "band"), ["visit"]);
    // Booked: named, and no longer in the band of visits.
    let f = night("2026-06-30", "PSYCH,2026-07-02,behavioral,booked\nDRUGS,2026-07-02,pcp,booked");
    assert_eq!(of(&f, "PSYCH", "booked_on"), ["2026-07-02"]);
    assert_eq!(of(&f, "PSYCH", "p_open"), ["0.2"]);
    assert_eq!(f.cells("decisions.csv", "PSYCH", "band"), ["risk"]);
    assert_eq!(of(&f, "DRUGS", "booked_on"), [""], "a primary care visit alone does not close it");
    // Closed.
    let f = night("2026-07-02", "PSYCH,2026-07-02,behavioral,kept\nHEART,2026-07-01,pcp,kept");
    assert_eq!(of(&f, "PSYCH", "state"), ["done"]);
    assert_eq!(
        (of(&f, "PSYCH", "closed_by"), of(&f, "PSYCH", "closed_on")),
        (vec!["appointment".into()], vec!["2026-07-02".into()])
    );
    assert_eq!(of(&f, "PSYCH", "p_open"), ["0"]);
    assert_eq!(of(&f, "HEART", "state"), ["done"]);
    assert_eq!(of(&f, "DRUGS", "state"), ["open"]);
    assert_ne!(f.cells("decisions.csv", "PSYCH", "stream"), ["follow_up"]);
}

#[test]
fn an_event_of_follow_up_ends_with_an_admission_and_counts_once_a_month() {
    let mut f = Folder::new("2026-06-30");
    f.members(&[("TWICE", "1970-02-03", "female"), ("ADMIT", "1970-02-03", "male"), ("STAY", "1970-02-03", "male")]);
    f.extract(
        "admission",
        &format!(
            "{ADT}
             E1,TWICE,2026-06-08,2026-06-08,emergency,H1,01,1,F32.2
             E2,TWICE,2026-06-20,2026-06-20,emergency,H1,01,1,F32.2
             E3,ADMIT,2026-06-08,2026-06-08,emergency,H1,01,1,F32.2
             S1,ADMIT,2026-06-12,2026-06-14,inpatient,H2,01,1,K35.80
             S2,STAY,2026-06-12,2026-06-16,inpatient,H2,01,1,F32.2"
        ),
    );
    f.publish();
    assert_eq!(f.cells("follow_ups.csv", "TWICE", "event_date"), ["2026-06-08"]);
    assert_eq!(f.cells("follow_ups.csv", "TWICE", "next_due"), ["2026-07-08"], "day 7 has passed, day 30 has not");
    assert_eq!(f.cells("follow_ups.csv", "ADMIT", "kind"), Vec::<String>::new());
    assert_eq!(f.cells("follow_ups.csv", "STAY", "event_date"), ["2026-06-16"]);
    // A reader without a sensitive role is not told which kind it was, nor the diagnosis of the stay.
    assert_eq!(f.cells("follow_ups.csv", "STAY", "kind"), ["see record"]);
    assert_eq!(f.cells("transitions.csv", "STAY", "principal_diagnosis"), ["see record"]);
    let list = std::fs::read_to_string(f.path("out/current/outreach.csv")).expect("a list");
    assert!(!list.contains("mental") && !list.contains("depress") && !list.contains("LCSW"), "{list}");
}

#[test]
fn an_open_stay_that_nobody_closed_asks_the_hospital() {
    let mut f = Folder::new("2026-06-30");
    f.members(&[("IN", "1950-02-03", "female"), ("LONG", "1950-02-03", "male"), ("HOME", "1950-02-03", "male")]);
    f.extract(
        "admission",
        &format!(
            "{ADT}\nA1,IN,2026-06-20,,inpatient,H1,,1,K35.80\nA2,LONG,2026-05-10,,inpatient,H1,,1,K35.80\nA3,HOME,2026-06-10,,inpatient,H1,,1,K35.80\nA4,HOME,2026-06-25,2026-06-25,emergency,H2,01,1,R07.9\n"
        ),
    );
    f.extract(
        "authorization",
        "authorization_id,member_id,service,status,request_date,urgent\nU1,IN,home_care,pending,2026-06-25,0",
    );
    f.publish();
    assert_eq!(code_of(&f, "IN"), ["IN_FACILITY"]);
    assert_eq!(f.cells("measures/worklist.parquet", "IN", "item"), ["blocked_discharge", "authorization"]);
    for member in ["LONG", "HOME"] {
        assert_eq!(code_of(&f, member), Vec::<String>::new(), "{member}");
        assert_eq!(f.cells("outreach.csv", member, "next_step"), ["discharge_unseen"], "{member}");
        assert_eq!(f.cells("outreach.csv", member, "band"), ["risk"], "{member}");
    }
}

#[test]
fn a_request_by_hand_keeps_its_words_and_never_lowers_a_band() {
    let mut f = Folder::new("2026-06-30");
    f.extract(
        "eligibility",
        &eligibility(&["HOME", "WELL", "GONE"].map(person).iter().map(String::as_str).collect::<Vec<_>>()),
    );
    f.extract("admission", &format!("{ADT}\nA1,HOME,2026-06-26,2026-06-29,inpatient,H1,01,1,K35.80\n"));
    f.extract(
        "outreach_log",
        &format!("{LOG}\nWELL,2026-06-28,completed,phone,,,\nGONE,2026-01-05,refused,phone,,yes,\n"),
    );
    f.extract("override", "member_id,action,value,reason,author,expires\nHOME,add,,daughter called,Dr X,2026-12-31\nWELL,add,,fell in March,Dr Y,2026-12-31\nGONE,add,,asked,Dr Z,2026-12-31");
    let run = f.publish();
    assert_eq!(f.cells("outreach.csv", "HOME", "band"), ["contact"]);
    let action = &f.cells("outreach.csv", "HOME", "suggested_action")[0];
    assert!(
        action.starts_with("daughter called (asked by Dr X, until 2026-12-31). Also: Call by 2026-07-01"),
        "{action}"
    );
    // Judged before the codes of the band of risk.
    assert_eq!(f.cells("outreach.csv", "WELL", "stream"), ["override"]);
    assert_eq!(
        f.cells("outreach.csv", "WELL", "suggested_action"),
        ["fell in March (asked by Dr Y, until 2026-12-31)."]
    );
    assert_eq!(f.cells("outreach.csv", "WELL", "override_author"), ["Dr Y"]);
    assert_eq!(f.cells("outreach.csv", "WELL", "override_reason"), ["fell in March"]);
    assert_eq!(f.cells("outreach.csv", "WELL", "override_expires"), ["2026-12-31"]);
    assert_eq!(code_of(&f, "GONE"), ["OPT_OUT"]);
    let warnings = manifest(&run)["warnings"].to_string();
    assert!(warnings.contains("override not possible: 1 of Dr Z (OPT_OUT)"), "{warnings}");
}

#[test]
fn people_with_a_manager_are_on_their_own_sheet() {
    let ids = ["OWN", "HOME", "SPOKE", "AWAY", "FREE"];
    let mut f = Folder::new("2026-06-30");
    f.extract("eligibility", &eligibility(&ids.map(person).iter().map(String::as_str).collect::<Vec<_>>()));
    f.extract("medical_claim", &claims(&["OWN", "SPOKE", "AWAY", "FREE"]));
    f.extract("admission", &format!("{ADT}\nA1,HOME,2026-06-26,2026-06-29,inpatient,H1,01,1,K35.80\n"));
    f.extract("outreach_log", &format!("{LOG}\nSPOKE,2026-06-28,completed,phone,,,\n"));
    f.extract("care_manager", &format!("{ROSTER},away_from,back_on\nN1,RN,en,NC,general,active,1,40,120,0,0,0,40,NC,8,5,,\nN2,RN,en,NC,general,pto,1,40,120,0,0,0,40,NC,8,5,2026-06-01,2026-08-01"));
    f.extract("caseload", "member_id,care_manager_id,since_date\nOWN,N1,2026-01-01\nHOME,N1,2026-01-01\nSPOKE,N1,2026-01-01\nAWAY,N2,2026-01-01");
    f.publish();
    let of = |member: &str, column: &str| f.cells("decisions.csv", member, column)[0].clone();
    assert_eq!(
        (of("OWN", "decision"), of("OWN", "owner_id"), of("OWN", "on_sheet")),
        ("own_sheet".into(), "N1".into(), "1".into())
    );
    // Just home: on the list too, called by the owner.
    assert_eq!((of("HOME", "decision"), of("HOME", "caller_id")), ("listed".into(), "N1".into()));
    // Spoken to two days ago: the code stands beside the name on the owner's sheet.
    assert_eq!(
        (of("SPOKE", "decision"), of("SPOKE", "code"), of("SPOKE", "on_sheet")),
        ("suppressed".into(), "RECENT_CONTACT".into(), "1".into())
    );
    // The owner has been away for a month and nobody covers: somebody else calls, the owner stays.
    assert_eq!(
        (of("AWAY", "decision"), of("AWAY", "owner_id"), of("AWAY", "caller_id")),
        ("listed".into(), "N2".into(), "N1".into())
    );
    assert_eq!(
        (of("FREE", "decision"), of("FREE", "owner_id"), of("FREE", "caller_id")),
        ("listed".into(), String::new(), "N1".into())
    );
    // Explained without a word of waiting for a manager.
    let run = f.path("out/current");
    let told =
        support::text(&support::lamplight(&["explain", "--run", run.to_str().expect("utf-8"), "--member", "OWN"]));
    assert!(told.contains("Has a care manager: N1 holds the case.") && !told.contains("No care manager"), "{told}");
}

#[test]
fn needs_age_and_the_gone_are_counted_nowhere() {
    let mut f = Folder::new("2026-06-30");
    let mut rows: Vec<String> = ["NOW", "ASK", "OLD", "AGAIN"].map(person).to_vec();
    rows.push("DEAD,1950-02-03,female,2020-01-01,9999-12-31,2026-03-01,0,1,F,L,S,,0,en,NC,yes".to_owned());
    rows.push("LEFT,1950-02-03,female,2020-01-01,2026-05-31,,0,1,F,L,S,,0,en,NC,yes".to_owned());
    f.extract("eligibility", &eligibility(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    f.extract("medical_claim", &claims(&["NOW"]));
    f.extract("sdoh_screening", "member_id,screening_date,domain,need,instrument\nNOW,2025-07-01,food,yes,P\nASK,2025-06-30,food,yes,P\nOLD,2024-06-30,food,yes,P\nAGAIN,2026-01-01,food,yes,P\nAGAIN,2026-02-01,food,declined,P\nDEAD,2026-01-01,food,yes,P\nLEFT,2026-01-01,food,yes,P");
    f.extract("care_task", "task_id,member_id,kind,due_date\nT1,NOW,assessment,2026-06-20\nT2,DEAD,assessment,2026-06-20\nT3,LEFT,assessment,2026-06-20");
    f.publish();
    let age = |member: &str| f.cells("measures/needs.parquet", member, "age");
    assert_eq!(
        (age("NOW"), age("ASK"), age("OLD")),
        (vec!["current".into()], vec!["ask_again".into()], vec!["old".into()])
    );
    assert_eq!(
        f.cells("measures/needs.parquet", "AGAIN", "need"),
        ["yes"],
        "declined only shows where nothing else does"
    );
    for member in ["DEAD", "LEFT"] {
        assert_eq!(age(member), Vec::<String>::new(), "{member}");
        assert_eq!(f.cells("measures/worklist.parquet", member, "item"), Vec::<String>::new(), "{member}");
    }
    assert_eq!(f.cells("measures/worklist.parquet", "NOW", "item").len(), 1);
}

#[test]
fn the_order_follows_the_indices_and_not_age() {
    let mut f = Folder::new("2026-06-30");
    f.members(&[
        ("OLD90", "1936-01-01", "male"),
        ("PQI40", "1986-01-01", "female"),
        ("TWO50", "1976-01-01", "female"),
        ("ELIX", "1980-01-01", "male"),
    ]);
    let mut text = format!("{CLAIM}\n");
    text.push_str("O1,1,professional,OLD90,2026-01-01,2026-01-01,,,,,,I10,\n");
    text.push_str("P1,1,institutional,PQI40,2026-02-01,2026-02-04,2026-02-01,2026-02-04,111,01,1,I50.22,H1\n");
    text.push_str("T1,1,institutional,TWO50,2025-09-01,2025-09-04,2025-09-01,2025-09-04,111,01,1,K35.80,H1\nT2,1,institutional,TWO50,2026-01-01,2026-01-04,2026-01-01,2026-01-04,111,01,1,K35.80,H1\n");
    text.push_str("E1,1,professional,ELIX,2026-01-01,2026-01-01,,,,,,C78.00,\n");
    f.extract("medical_claim", &text);
    f.publish();
    let order: Vec<String> = {
        let t = f.table("outreach.csv");
        t.rows.iter().map(|r| t.get(r, "member_id").to_owned()).collect()
    };
    assert_eq!(order, ["PQI40", "TWO50", "ELIX"]);
    let p = |m: &str| f.cells("outreach.csv", m, "avoid_hosp_90")[0].parse::<f64>().expect("a rate");
    assert!(p("TWO50") > 0.0 && p("PQI40") > 0.0);
    // The oldest has the highest area rate and no place on the list.
    let scores = f.table("scores.parquet");
    let rate = |m: &str| {
        scores
            .rows
            .iter()
            .find(|r| {
                scores.get(r, "member_id") == m
                    && scores.get(r, "score_id") == "avoid_hosp"
                    && scores.get(r, "horizon_days") == "90"
            })
            .map(|r| scores.get(r, "probability").parse::<f64>().expect("a rate"))
            .expect("scored")
    };
    assert!(rate("OLD90") > rate("PQI40"));
}

#[test]
fn length_follows_the_staff_and_the_rest_is_overflow() {
    let ids: Vec<String> = (0..30).map(|i| format!("M{i:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let people: Vec<String> = ids.iter().map(|i| person(i)).collect();
    let mut f = Folder::new("2026-06-30");
    f.extract("eligibility", &eligibility(&people.iter().map(String::as_str).collect::<Vec<_>>()));
    f.extract("medical_claim", &claims(&ids));
    // 3 contacts at the default reach of .35 are 8 calls; the manager without a licence here makes none.
    f.extract("care_manager", &format!("{ROSTER}\nN1,RN,en,NC,general,active,1,40,120,0,0,0,40,NC,3,5\nN2,RN,en,FL,general,active,1,40,120,0,0,0,40,FL,9,5\nN3,RN,en,NC,general,leave,1,40,120,0,0,0,40,NC,9,5"));
    let run = f.publish();
    let list = f.table("outreach.csv");
    assert_eq!(list.rows.len(), 8);
    assert!(list.rows.iter().all(|r| list.get(r, "caller_id") == "N1"));
    let overflow = f.table("overflow.csv");
    assert_eq!(overflow.rows.len(), 22);
    assert!(overflow.rows.iter().all(|r| overflow.get(r, "reason") == "CAPACITY"
        && overflow.get(r, "expected_events").parse::<f64>().is_ok_and(|e| e > 0.0)));
    // The weekly cap of five new cases holds for enrolment, not for contact.
    assert_eq!(f.table("assignments.csv").rows.len(), 5);
    assert_eq!(manifest(&run)["counts"]["waiting"], 3);
}

#[test]
fn the_list_remembers() {
    let ids = ["M1", "M2"];
    let build = |night: &'static str, with: &[&str], f: &mut Folder| {
        f.as_of = night;
        f.config.clear();
        f.extract("eligibility", &eligibility(&ids.map(person).iter().map(String::as_str).collect::<Vec<_>>()));
        f.extract("medical_claim", &claims(&["M1"]));
        let mut overrides = String::from("member_id,action,value,reason,author,expires\nNOBODY,add,,x,y,2026-12-31\n");
        for m in with {
            overrides.push_str(&format!("{m},add,,director,Dr X,2026-12-31\n"));
        }
        f.extract("override", &overrides);
        f.publish();
    };
    let mut f = Folder::new("2026-06-28");
    build("2026-06-28", &["M2"], &mut f);
    assert_eq!(f.cells("outreach.csv", "M2", "list_status"), ["new"]);
    assert_eq!(f.cells("outreach.csv", "M2", "stream"), ["override"]);
    build("2026-06-29", &[], &mut f);
    assert_eq!(f.cells("outreach.csv", "M1", "list_status"), ["continuing"]);
    assert_eq!(f.cells("outreach.csv", "M1", "days_on_list"), ["2"]);
    assert_eq!(f.cells("dropped.csv", "M2", "reason"), ["NO_CAUSE"]);
    build("2026-06-30", &["M2"], &mut f);
    assert_eq!(f.cells("outreach.csv", "M2", "list_status"), ["returned"]);
    assert_eq!(f.cells("outreach.csv", "M1", "days_on_list"), ["3"]);
    // The nights before a free Friday, a Saturday and a Sunday are all for Monday: one work day.
    for night in ["2026-07-02", "2026-07-03", "2026-07-04", "2026-07-05"] {
        build(night, &["M2"], &mut f);
        assert_eq!(f.cells("outreach.csv", "M1", "days_on_list"), ["4"], "{night}");
        assert_eq!(f.cells("outreach.csv", "M2", "list_status"), ["continuing"], "{night}");
    }
    build("2026-07-06", &["M2"], &mut f);
    assert_eq!(f.cells("outreach.csv", "M1", "days_on_list"), ["5"]);
}

#[test]
fn children_are_not_scored_and_need_a_guardian() {
    let mut f = Folder::new("2026-06-30");
    f.extract(
        "eligibility",
        &eligibility(&[
            "KID1,2015-01-01,male,2020-01-01,9999-12-31,,0,,A,B,S,,0,en,NC,yes",
            "KID2,2015-01-01,male,2020-01-01,9999-12-31,,0,,C,D,S,919-555-0009,0,en,NC,yes",
        ]),
    );
    f.extract("admission", &format!("{ADT}\nA1,KID1,2026-06-24,2026-06-29,inpatient,H1,01,1,J45.901\nA2,KID2,2026-06-24,2026-06-29,inpatient,H1,01,1,J45.901\n"));
    f.publish();
    assert_eq!(code_of(&f, "KID1"), ["MINOR_NO_GUARDIAN"]);
    assert_eq!(f.cells("outreach.csv", "KID2", "next_step"), ["contact"]);
    assert_eq!(f.cells("outreach.csv", "KID2", "contact_way"), ["guardian"]);
    assert_eq!(
        f.cells("not_scored.csv", "KID2", "status").first().map(String::as_str),
        Some("not_scored:age_under_18")
    );
}

#[test]
fn a_percentile_counts_the_scored_and_nobody_else() {
    // Nineteen living people below one with avoidable stays; the dead and those of unknown sex must not lift her.
    let mut rows = vec![person("P00")];
    rows.extend((1..20).map(|i| person(&format!("P{i:02}"))));
    rows.extend((0..180).map(|i| {
        format!(
            "D{i:03},1950-02-03,female,2020-01-01,9999-12-31,2026-03-01,0,919-556-{i:04},Fd{i},Ld{i},S,,0,en,NC,yes"
        )
    }));
    rows.extend((0..40).map(|i| {
        format!("U{i:03},1950-02-03,unknown,2020-01-01,9999-12-31,,0,919-557-{i:04},Fu{i},Lu{i},S,,0,en,NC,yes")
    }));
    let mut f = Folder::new("2026-06-30");
    f.extract("eligibility", &eligibility(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    f.extract("medical_claim", &(claims(&["P00"]) + &high_risk("U000")));
    f.publish();
    assert_eq!(f.cells("outreach.parquet", "P00", "percentile"), ["50"]);
    assert_eq!(f.cells("outreach.parquet", "P00", "order_percentile"), ["97.5"]);
    assert_eq!(f.cells("outreach.parquet", "P00", "risk_tier"), ["2"]);
    let scores = f.table("scores.parquet");
    let of = |member: &str| {
        let ranked = scores.rows.iter().filter(|r| {
            scores.get(r, "member_id") == member
                && scores.get(r, "score_id") == "avoid_hosp"
                && scores.get(r, "horizon_days") == "90"
        });
        ranked.map(|r| scores.get(r, "percentile").to_owned()).collect::<Vec<_>>()
    };
    // In the scores a percentile ranks the probability beside it (contract, section 5): all have one age, sex and county.
    assert_eq!(of("P00"), ["50"]);
    // Nobody knows her rate, and AHRQ counts no stay of unknown sex; she is listed by where the rest of her history stands
    // among those who are scored: above nineteen, below one.
    assert_eq!(of("U000"), [""]);
    assert_eq!(f.cells("outreach.parquet", "U000", "order_percentile"), ["95"]);
}

#[test]
fn sensitive_conditions_are_masked_on_every_sheet() {
    let mut f = Folder::new("2026-06-30");
    f.members(&[("M1", "1970-02-03", "female")]);
    f.extract("medical_claim", &format!("{CLAIM}\nSECRET1,1,professional,M1,2026-01-01,2026-01-01,,,,,,F11.20,\n"));
    f.extract(
        "sdoh_screening",
        "member_id,screening_date,domain,need,instrument\nM1,2026-02-02,safety_trauma,yes,PRAPARE",
    );
    let run = f.publish();
    let list = std::fs::read_to_string(run.join("outreach.csv")).expect("a list");
    assert!(list.contains("sensitive condition, see record"), "{list}");
    let explained =
        support::text(&support::lamplight(&["explain", "--run", run.to_str().expect("utf-8"), "--member", "M1"]));
    assert!(explained.contains("Withheld (sensitive)"), "{explained}");
    for text in [&list, &explained] {
        assert!(!text.contains("drug use") && !text.contains("SECRET1") && !text.contains("safety"), "{text}");
    }
    // Each role opens its own files and no other's.
    f.config.push_str("[output]\nsensitive_roles = [\"director\"]\n");
    let run = f.publish();
    let list = std::fs::read_to_string(run.join("outreach.csv")).expect("a list");
    assert!(list.contains("drug use disorder") && !list.contains("safety"), "{list}");
    let told = f.cells("reasons.parquet", "M1", "reason").join("; ");
    assert!(told.contains("sensitive condition, see record") && !told.contains("drug use"), "{told}");
    f.config = f.config.replace("[\"director\"]", "[\"analyst\"]");
    let run = f.publish();
    let list = std::fs::read_to_string(run.join("outreach.csv")).expect("a list");
    assert!(!list.contains("drug use disorder"), "{list}");
    let told = f.cells("reasons.parquet", "M1", "reason").join("; ");
    assert!(told.contains("drug use disorder") && !told.contains("safety"), "{told}");
    f.config = f.config.replace("[\"analyst\"]", "[\"analist\"]");
    let refused = f.run(&[]);
    assert_eq!(support::code(&refused), 2);
    assert!(support::text(&refused).contains("did you mean `analyst`"), "{}", support::text(&refused));
}

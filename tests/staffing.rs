//! The list asked again with another staff, and people held out from contact: both cut the same queue.

mod support;

use support::{Folder, code, lamplight, manifest, text};

const CLAIM: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,discharge_disposition_code,admit_type_code,diagnosis_code_1,facility_npi";
const ROSTER: &str = "care_manager_id,discipline,languages,licensed_states,focus,status,fte,max_cases,max_points,base_cases,base_points,home_visits,max_travel_km,state,new_contacts_per_day,hours_per_week";

/// `n` people at high risk by two heart-failure stays; every third needs an interpreter for Spanish.
fn population(f: &mut Folder, n: usize) {
    let mut people = String::from(
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,phone,state,language,interpreter_required\n",
    );
    let mut claims = format!("{CLAIM}\n");
    for i in 0..n {
        let (language, interpreter) = if i % 3 == 0 { ("es", 1) } else { ("en", 0) };
        people.push_str(&format!(
            "M{i:03},1950-02-03,female,2020-01-01,9999-12-31,919-555-{i:04},NC,{language},{interpreter}\n"
        ));
        for (stay, admit, out) in [(1, "2025-10-01", "2025-10-05"), (2, "2026-02-01", "2026-02-04")] {
            claims.push_str(&format!(
                "M{i:03}-{stay},1,institutional,M{i:03},{admit},{out},{admit},{out},111,01,1,I50.22,H1\n"
            ));
        }
    }
    f.extract("eligibility", &people);
    f.extract("medical_claim", &claims);
}

fn whatif(f: &Folder, more: &[&str]) -> std::process::Output {
    let run = f.path("out/current");
    let mut arguments = vec!["whatif", "--run", run.to_str().expect("utf-8")];
    arguments.extend_from_slice(more);
    lamplight(&arguments)
}

/// The numbers of a line: tonight, changed, difference.
fn figures(output: &std::process::Output, label: &str) -> Vec<f64> {
    let all = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = all.lines().find(|l| l.trim_start().starts_with(label)).unwrap_or_else(|| panic!("no {label} in {all}"));
    let numbers: Vec<f64> = line.split_whitespace().rev().take(3).filter_map(|w| w.parse().ok()).collect();
    numbers.into_iter().rev().collect()
}

fn staffed(n: usize) -> Folder {
    let mut f = Folder::new("2026-06-30");
    population(&mut f, n);
    // 7 contacts at the default reach of .35 are 20 calls.
    f.extract("care_manager", &format!("{ROSTER}\nN1,RN,en,NC,general,active,1,40,120,0,0,0,40,NC,7,32\nN2,LCSW,es,NC,general,active,0.5,20,60,0,0,0,40,NC,3.5,16"));
    f.publish();
    f
}

#[test]
fn more_staff_take_more_of_the_same_queue() {
    let f = staffed(60);
    // Clinical drivers need an RN; the only one speaks no Spanish, so 20 of 60 people have nobody.
    let none = whatif(&f, &["--add-fte", "0"]);
    assert_eq!(code(&none), 0, "{}", text(&none));
    assert_eq!(figures(&none, "people on the list"), [20.0, 20.0, 0.0]);
    assert_eq!(figures(&none, "people not reached"), [40.0, 40.0, 0.0]);
    assert_eq!(figures(&none, "length of the list"), [30.0, 30.0, 0.0]);
    let overflow = f.table("overflow.csv");
    let missing = |what: &str| overflow.rows.iter().filter(|r| overflow.get(r, "missing") == what).count();
    assert_eq!((missing("RN who speaks es"), missing("")), (20, 20));

    let english = whatif(&f, &["--add-fte", "1"]);
    assert_eq!(figures(&english, "people on the list"), [20.0, 40.0, 20.0]);
    assert_eq!(figures(&english, "hours a week"), [48.0, 80.0, 32.0]);
    assert_eq!(figures(&english, "completed contacts a night"), [10.5, 17.5, 7.0]);
    assert!(text(&english).contains("RN who speaks es: 20 tonight, 20 changed"), "{}", text(&english));
    assert!(text(&english).contains("new hire: RN, on duty, speaks en"), "{}", text(&english));

    let spanish = whatif(&f, &["--add-fte", "0.5", "--languages", "en|es"]);
    assert_eq!(figures(&spanish, "length of the list"), [30.0, 40.0, 10.0]);
    assert_eq!(figures(&spanish, "people on the list"), [20.0, 30.0, 10.0]);
    let expected = figures(&spanish, "expected avoidable stays in 90 days on the list");
    let missed = figures(&spanish, "expected avoidable stays not reached");
    assert!((expected[2] + missed[2]).abs() < 0.011 && expected[2] > 0.0, "{expected:?} {missed:?}");

    let fewer = whatif(&f, &["--add-fte", "-0.5"]);
    assert_eq!(figures(&fewer, "people on the list"), [20.0, 10.0, -10.0]);
    let gone = whatif(&f, &["--add-fte", "-1"]);
    assert_eq!(figures(&gone, "people on the list"), [20.0, 0.0, -20.0]);
    assert!(text(&gone).contains("discipline RN: 0 tonight, 60 changed"), "{}", text(&gone));
    let stdout = String::from_utf8_lossy(&english.stdout).into_owned();
    assert!(!stdout.contains("M0"), "no member is named: {stdout}");
}

#[test]
fn questions_that_cannot_be_asked_are_refused() {
    let f = staffed(5);
    for (arguments, wanted, says) in [
        (vec!["--add-fte", "-3"], 2, "only 1 FTE RN are on duty"),
        (vec!["--add-fte", "1", "--discipline", "MD"], 2, "must be RN, LCSW, LPC, CHW or PharmD"),
        (vec!["--add-fte", "nan"], 2, "must be a number"),
    ] {
        let output = whatif(&f, &arguments);
        assert_eq!(code(&output), wanted, "{}", text(&output));
        assert!(text(&output).contains(says), "{}", text(&output));
    }
    std::fs::write(f.path("out/current/overflow.csv"), "changed\n").expect("written");
    let output = whatif(&f, &["--add-fte", "1"]);
    assert_eq!(code(&output), 8, "{}", text(&output));
}

#[test]
fn a_run_without_a_roster_has_no_staff_to_change() {
    let mut f = Folder::new("2026-06-30");
    population(&mut f, 3);
    f.publish();
    let output = whatif(&f, &["--add-fte", "1"]);
    assert_eq!(code(&output), 2, "{}", text(&output));
    assert!(text(&output).contains("no care_manager extract"), "{}", text(&output));
}

/// A night with a hold-out; the extracts are written anew with what `more` adds.
fn night(f: &mut Folder, as_of: &'static str, overrides: &str, cases: &str) {
    f.as_of = as_of;
    f.config.clear();
    population(f, 40);
    f.extract(
        "override",
        &format!("member_id,action,value,reason,author,expires\nM000,remove,,over,Dr X,2026-01-31\n{overrides}"),
    );
    if !cases.is_empty() {
        f.extract("caseload", &format!("member_id,care_manager_id,since_date\n{cases}"));
    }
    f.extract("care_manager", &format!("{ROSTER}\nN1,RN,en|es,NC,general,active,1,40,120,0,0,0,40,NC,20,32"));
    f.config.push_str("[followup]\nholdout_share = 0.4\napprover = \"medical director\"\nhorizon_days = 2\n");
    f.publish();
}

fn held(f: &Folder) -> Vec<(String, String)> {
    let rows = f.table("suppressed.csv");
    rows.rows
        .iter()
        .filter(|r| rows.get(r, "code") == "HOLDOUT")
        .map(|r| (rows.get(r, "member_id").to_owned(), rows.get(r, "until_date").to_owned()))
        .collect()
}

#[test]
fn a_holdout_lasts_to_its_horizon_and_keeps_its_arm() {
    let mut f = Folder::new("2026-06-10");
    night(&mut f, "2026-06-10", "", "");
    let first = held(&f);
    assert!((5..30).contains(&first.len()), "{first:?}");
    assert!(first.iter().all(|(_, until)| until == "2026-06-12"), "{first:?}");
    let names: Vec<&str> = first.iter().map(|(m, _)| m.as_str()).collect();
    let list = f.table("outreach.csv");
    assert!(list.rows.iter().all(|r| !names.contains(&list.get(r, "member_id"))));
    assert_eq!(list.rows.len() + first.len(), 40);
    for row in &list.rows {
        let member = list.get(row, "member_id");
        assert_eq!(f.cells("memory.parquet", member, "arm"), ["contact"]);
        assert_eq!(f.cells("memory.parquet", member, "drawn"), ["2026-06-10"]);
    }
    // An override and a case end the holding out, not the arm.
    let (by_hand, a_case) = (names[0], names[1]);
    night(
        &mut f,
        "2026-06-11",
        &format!("{by_hand},add,,director,Dr X,2026-12-31\n"),
        &format!("{a_case},N1,2026-06-11\n"),
    );
    let second = held(&f);
    assert_eq!(second.len(), first.len() - 2);
    // Somebody with an open case and no clock is worked from the owner's sheet.
    assert_eq!(f.cells("outreach.csv", by_hand, "list_status"), ["new"]);
    assert_eq!(f.cells("outreach.csv", a_case, "list_status"), [""; 0]);
    assert_eq!(f.cells("decisions.csv", a_case, "decision"), ["own_sheet"]);
    for member in [by_hand, a_case] {
        assert_eq!(f.cells("memory.parquet", member, "arm"), ["hold_out"]);
        assert_eq!(f.cells("memory.parquet", member, "drawn"), ["2026-06-10"]);
    }
    // Past the horizon everyone may be called, once: nobody is drawn twice.
    night(&mut f, "2026-06-13", "", "");
    assert_eq!(held(&f), []);
    assert_eq!(f.table("outreach.csv").rows.len(), 40);
    assert_eq!(f.cells("memory.parquet", names[2], "arm"), ["hold_out"]);
    assert_eq!(f.cells("outreach.csv", names[2], "list_status"), ["new"]);
    let stability = &manifest(&f.path("out/current"))["list_stability"];
    // Those held out, and the one whose case ended.
    assert_eq!(stability["entered"].as_u64(), Some(second.len() as u64 + 1), "{stability}");
    assert_eq!(stability["left"].as_u64(), Some(0), "{stability}");
}

#[test]
fn a_holdout_needs_a_name() {
    let mut f = Folder::new("2026-06-30");
    population(&mut f, 3);
    f.config.push_str("[followup]\nholdout_share = 0.05\n");
    let output = f.run(&[]);
    assert_eq!(code(&output), 2, "{}", text(&output));
    assert!(text(&output).contains("followup.approver") && text(&output).contains("hint:"), "{}", text(&output));
}

#[test]
fn a_clock_is_never_held_out() {
    let mut f = Folder::new("2026-06-30");
    population(&mut f, 20);
    let mut adt = String::from(
        "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi,discharge_disposition_code,admit_type_code,diagnosis_code_1\n",
    );
    for i in 0..20 {
        adt.push_str(&format!("A{i},M{i:03},2026-06-26,2026-06-29,inpatient,H1,01,1,K35.80\n"));
    }
    f.extract("admission", &adt);
    f.config.push_str("[followup]\nholdout_share = 0.5\napprover = \"medical director\"\n");
    f.publish();
    assert_eq!(held(&f), []);
    assert_eq!(f.table("outreach.csv").rows.len(), 20);
}

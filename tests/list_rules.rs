//! The list's rules on small populations: order, clocks, every suppression, memory, length and who calls.

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
    format!("{id},1950-02-03,female,2020-01-01,9999-12-31,,0,555-{id},F{id},L{id},1 Street,,0,en,NC,yes")
}

fn code_of(f: &Folder, member: &str) -> Vec<String> {
    f.cells("suppressed.csv", member, "code")
}

#[test]
fn each_suppression_has_its_row_and_its_order() {
    let ids = [
        "A00", "DEAD", "GONE", "DUP1", "DUP2", "OPT", "CONS", "REM", "HOSP", "SNF", "BAD", "WRNG", "ELSE", "RECENT",
        "TRIED", "COOL", "HH1", "HH2",
    ];
    let mut rows: Vec<String> = ids.iter().map(|i| person(i)).collect();
    let set = |rows: &mut Vec<String>, id: &str, text: &str| {
        let at = rows.iter().position(|r| r.starts_with(&format!("{id},"))).expect("there");
        rows[at] = text.to_owned();
    };
    set(&mut rows, "DEAD", "DEAD,1950-02-03,female,2020-01-01,9999-12-31,2026-03-01,0,1,F,L,S,,0,en,NC,yes");
    set(&mut rows, "GONE", "GONE,1950-02-03,female,2020-01-01,2026-05-31,,0,2,F,L2,S,,0,en,NC,yes");
    set(&mut rows, "DUP1", "DUP1,1951-04-05,male,2020-01-01,9999-12-31,,0,555-1,Jo,Same,S,,0,en,NC,yes");
    set(&mut rows, "DUP2", "DUP2,1951-04-05,male,2020-01-01,9999-12-31,,0,555-2,JO,same,S,,0,en,NC,yes");
    set(&mut rows, "CONS", "CONS,1950-02-03,female,2020-01-01,9999-12-31,,0,555-c,Fc,Lc,S,,0,en,NC,no");
    set(&mut rows, "HOSP", "HOSP,1950-02-03,female,2020-01-01,9999-12-31,,1,555-h,Fh,Lh,S,,0,en,NC,yes");
    set(&mut rows, "BAD", "BAD,1950-02-03,female,2020-01-01,9999-12-31,,0,,Fb,Lb,,,0,en,NC,yes");
    set(&mut rows, "HH1", "HH1,1950-02-03,female,2020-01-01,9999-12-31,,0,555-home,Fx,Lx,S,,0,en,NC,yes");
    set(&mut rows, "HH2", "HH2,1950-02-03,female,2020-01-01,9999-12-31,,0,555-home,Fy,Ly,S,,0,en,NC,yes");
    let mut f = Folder::new("2026-06-30");
    f.extract("eligibility", &eligibility(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    let mut text = claims(&ids);
    text.push_str("SNFX,1,institutional,SNF,2026-06-20,2026-07-15,,,211,30,,I10,H9\n");
    f.extract("medical_claim", &text);
    f.extract("override", "member_id,action,value,reason,author,expires\nREM,remove,,asked by family,Dr X,2026-12-31\nA00,remove,,expired,Dr X,2026-01-31");
    f.extract(
        "outreach_log",
        &format!("{LOG}\nOPT,2026-01-05,refused,phone,,yes,\nWRNG,2026-05-05,wrong_number,phone,,,\nELSE,2026-05-05,enrolled,phone,other_program,,\nRECENT,2026-06-25,completed,phone,,,\nTRIED,2026-06-05,attempts_complete,phone,,,\nCOOL,2026-01-05,refused,phone,,,2026-08-01\n"),
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
        ("WRNG", "BAD_CONTACT", ""),
        ("ELSE", "ACTIVE_ELSEWHERE", ""),
        ("RECENT", "RECENT_CONTACT", "2026-07-02"),
        ("TRIED", "RECENT_CONTACT", "2026-07-05"),
        ("COOL", "RECENT_CONTACT", "2026-08-01"),
    ] {
        assert_eq!(code_of(&f, member), [code], "{member}");
        assert_eq!(f.cells("suppressed.csv", member, "until_date"), [until], "{member}");
        assert!(f.cells("outreach.csv", member, "rank").is_empty(), "{member} is on the list");
    }
    // An expired override holds nobody back; the lowest id of one person stays; one of a household is called.
    for listed in ["A00", "DUP1"] {
        assert_eq!(f.cells("outreach.csv", listed, "rank").len(), 1, "{listed}");
    }
    let household: Vec<usize> = ["HH1", "HH2"].iter().map(|m| f.cells("outreach.csv", m, "rank").len()).collect();
    assert_eq!(household.iter().sum::<usize>(), 1);
    assert_eq!(f.cells("suppressed.csv", "HOSP", "palliative_review"), ["1"]);
}

#[test]
fn a_clock_comes_first_and_releases_a_recent_contact() {
    let mut f = Folder::new("2026-06-30");
    f.members(&[("RISK", "1950-02-03", "female"), ("HOME", "1990-02-03", "male"), ("MEND", "1991-02-03", "male")]);
    f.extract("medical_claim", &claims(&["RISK"]));
    f.extract("admission", &format!("{ADT}\nA1,HOME,2026-06-24,2026-06-26,inpatient,H1,01,1,K35.80\nA2,MEND,2026-06-20,2026-06-22,inpatient,H1,01,1,K35.80\n"));
    // Reached before the discharge, so the clock's event releases; reached after it, so it does not.
    f.extract(
        "outreach_log",
        &format!("{LOG}\nHOME,2026-06-25,completed,phone,,,\nMEND,2026-06-24,completed,phone,,,\n"),
    );
    f.publish();
    assert_eq!(f.cells("outreach.csv", "HOME", "rank"), ["1"]);
    assert_eq!(f.cells("outreach.csv", "HOME", "clock"), ["tcm_contact"]);
    // Friday's discharge: two business days are Monday and Tuesday, the night itself.
    assert_eq!(f.cells("outreach.csv", "HOME", "due"), ["2026-06-30"]);
    assert_eq!(f.cells("outreach.csv", "HOME", "slack_hours"), ["0"]);
    assert_eq!(f.cells("outreach.csv", "HOME", "tier"), ["1"]);
    assert_eq!(f.cells("transitions.csv", "HOME", "state"), ["open"]);
    assert_eq!(f.cells("outreach.csv", "RISK", "rank"), ["2"]);
    assert_eq!(f.cells("transitions.csv", "MEND", "state"), ["contacted"]);
    assert_eq!(code_of(&f, "MEND"), ["RECENT_CONTACT"]);
}

#[test]
fn transition_states_in_their_order() {
    let mut f = Folder::new("2026-06-30");
    let ids = ["DIED", "BACK", "SNF", "SEEN", "LATE", "CALL", "MISS", "OPEN", "AMA", "OBS", "OLD"];
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
    let stay = |id: &str, admit: &str, out: &str, disposition: &str| {
        format!("{id}-{out},{id},{admit},{out},inpatient,H1,{disposition},1,K35.80\n")
    };
    let mut adt = format!("{ADT}\n");
    for (id, admit, out, disposition) in [
        ("DIED", "2026-06-08", "2026-06-10", "01"),
        ("BACK", "2026-06-08", "2026-06-10", "01"),
        ("BACK", "2026-06-20", "2026-06-22", "01"),
        ("SNF", "2026-06-08", "2026-06-10", "03"),
        ("SEEN", "2026-06-08", "2026-06-10", "01"),
        ("LATE", "2026-06-08", "2026-06-10", "01"),
        ("CALL", "2026-06-18", "2026-06-22", "01"),
        ("MISS", "2026-06-18", "2026-06-22", "06"),
        ("OPEN", "2026-06-27", "2026-06-29", "01"),
        ("AMA", "2026-06-27", "2026-06-29", "07"),
        ("OLD", "2026-05-20", "2026-05-31", "01"),
    ] {
        adt.push_str(&stay(id, admit, out, disposition));
    }
    adt.push_str("OB1,OBS,2026-06-28,2026-06-29,observation,H1,01,,R07.9\n");
    f.extract("admission", &adt);
    f.extract("outreach_log", &format!("{LOG}\nCALL,2026-06-23,attempts_incomplete,phone,,,\nCALL,2026-06-24,attempts_incomplete,phone,,,\nLATE,2026-06-11,completed,phone,,,\nMISS,2026-06-23,attempts_incomplete,phone,,,\n"));
    f.extract("care_task", "task_id,member_id,kind,due_date,done_date\nT1,SEEN,visit,2026-06-20,2026-06-19");
    f.publish();
    for (member, states) in [
        ("DIED", vec!["died"]),
        ("BACK", vec!["readmitted", "missed_contact"]),
        ("SNF", vec!["destination_ineligible"]),
        ("SEEN", vec!["visit_done"]),
        ("LATE", vec!["missed_visit"]),
        ("CALL", vec!["contacted"]),
        ("MISS", vec!["missed_contact"]),
        ("OPEN", vec!["open"]),
        ("AMA", vec!["open"]),
        ("OBS", vec!["open"]),
        ("OLD", vec![]),
    ] {
        assert_eq!(f.cells("transitions.csv", member, "state"), states, "{member}");
    }
    assert_eq!(f.cells("transitions.csv", "AMA", "ama"), ["1"]);
    assert_eq!(f.cells("transitions.csv", "AMA", "is_index"), ["0"]);
    assert_eq!(f.cells("transitions.csv", "OBS", "setting"), ["observation"]);
    assert_eq!(f.cells("transitions.csv", "CALL", "visit_due"), ["2026-07-06"]);
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
    assert!(list.rows.iter().all(|r| list.get(r, "care_manager_id") == "N1"));
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
}

#[test]
fn children_are_not_scored_and_need_a_guardian() {
    let mut f = Folder::new("2026-06-30");
    f.extract(
        "eligibility",
        &eligibility(&[
            "KID1,2015-01-01,male,2020-01-01,9999-12-31,,0,,A,B,S,,0,en,NC,yes",
            "KID2,2015-01-01,male,2020-01-01,9999-12-31,,0,,C,D,S,555-9,0,en,NC,yes",
        ]),
    );
    f.extract("admission", &format!("{ADT}\nA1,KID1,2026-06-24,2026-06-29,inpatient,H1,01,1,J45.901\nA2,KID2,2026-06-24,2026-06-29,inpatient,H1,01,1,J45.901\n"));
    f.publish();
    assert_eq!(code_of(&f, "KID1"), ["MINOR_NO_GUARDIAN"]);
    assert_eq!(f.cells("outreach.csv", "KID2", "clock"), ["tcm_contact"]);
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
        format!("D{i:03},1950-02-03,female,2020-01-01,9999-12-31,2026-03-01,0,555-d{i},Fd{i},Ld{i},S,,0,en,NC,yes")
    }));
    rows.extend(
        (0..40).map(|i| {
            format!("U{i:03},1950-02-03,unknown,2020-01-01,9999-12-31,,0,555-u{i},Fu{i},Lu{i},S,,0,en,NC,yes")
        }),
    );
    let mut f = Folder::new("2026-06-30");
    f.extract("eligibility", &eligibility(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    f.extract("medical_claim", &(claims(&["P00"]) + &high_risk("U000")));
    f.publish();
    assert_eq!(f.cells("outreach.parquet", "P00", "percentile"), ["97.5"]);
    assert_eq!(f.cells("outreach.parquet", "P00", "tier"), ["2"]);
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
    assert_eq!(f.cells("outreach.parquet", "U000", "percentile"), ["95"]);
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
    assert!(explained.contains("withheld (sensitive)"), "{explained}");
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

//! From a call to what became of it: the funnel, the comparison with people held out, and what is refused.

mod support;

use support::{Folder, code, lamplight, text};

const CLAIM: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,discharge_disposition_code,admit_type_code,diagnosis_code_1,facility_npi";

fn stay(id: &str, n: usize, admit: &str, discharge: &str) -> String {
    format!("{id}-{n},1,institutional,{id},{admit},{discharge},{admit},{discharge},111,01,1,I50.22,H1\n")
}

/// Eighty people with an avoidable stay in the 90 days before the first night; `later` have one after it.
fn extracts(f: &mut Folder, later: &[String]) {
    f.config.clear();
    let ids: Vec<String> = (0..80).map(|i| format!("M{i:03}")).collect();
    let mut people =
        String::from("member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,phone,state,practice_id\n");
    let mut claims = format!("{CLAIM}\n");
    for id in &ids {
        people.push_str(&format!("{id},1950-02-03,female,2020-01-01,9999-12-31,{},NC,P1\n", support::phone(id)));
        claims.push_str(&stay(id, 1, "2025-08-01", "2025-08-04"));
        claims.push_str(&stay(id, 2, "2025-11-10", "2025-11-13"));
    }
    for id in later {
        claims.push_str(&stay(id, 3, "2026-02-01", "2026-02-04"));
    }
    f.extract("eligibility", &people);
    f.extract("medical_claim", &claims);
}

fn followup(f: &Folder, more: &[&str]) -> std::process::Output {
    let config = f.write_config();
    let mut arguments = vec!["followup", "--config", config.to_str().expect("utf-8")];
    arguments.extend_from_slice(more);
    lamplight(&arguments)
}

fn in_arm(f: &Folder, arm: &str) -> Vec<String> {
    let rows = f.table("memory.parquet");
    rows.rows.iter().filter(|r| rows.get(r, "arm") == arm).map(|r| rows.get(r, "member_id").to_owned()).collect()
}

const HOLD_OUT: &str = "[followup]\nholdout_share = 0.5\napprover = \"medical director\"\nhorizon_days = 90\n";

#[test]
fn arms_are_compared_as_drawn_and_only_when_mature() {
    let mut f = Folder::new("2026-01-01");
    extracts(&mut f, &[]);
    f.config.push_str(HOLD_OUT);
    f.publish();
    let (contact, held) = (in_arm(&f, "contact"), in_arm(&f, "hold_out"));
    assert_eq!(contact.len() + held.len(), 80);
    assert!(contact.len() > 25 && held.len() > 25);
    // Twelve of the contacted and all but twelve of the held out have an avoidable stay in the window.
    let later: Vec<String> = contact[..12].iter().chain(&held[12..]).cloned().collect();
    extracts(&mut f, &later);
    f.config.push_str(HOLD_OUT);

    f.as_of = "2026-06-29";
    let early = followup(&f, &[]);
    assert_eq!(code(&early), 0, "{}", text(&early));
    assert!(text(&early).contains("80 drawn people have no complete window yet"), "{}", text(&early));

    f.as_of = "2026-06-30";
    let out = f.path("told");
    let output = followup(&f, &["--out", out.to_str().expect("utf-8")]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    let told: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("followup.json")).expect("written")).expect("JSON");
    let first = &told["outcomes"]["outcomes"][0];
    assert_eq!(first["outcome"], "avoidable_stay");
    assert_eq!((&first["contact"]["events"], &first["contact"]["people"]), (&12.into(), &contact.len().into()));
    assert_eq!(first["hold_out"]["events"], held.len() - 12);
    let share = |part: &str| first[part]["share"].as_f64().expect("a share");
    let difference = first["difference"]["contact_less_hold_out"].as_f64().expect("a difference");
    assert!((difference - (share("contact") - share("hold_out"))).abs() < 1e-12 && difference < 0.0);
    let limits: Vec<f64> = serde_json::from_value(first["difference"]["interval"].clone()).expect("two limits");
    assert!(limits[0] < difference && difference < limits[1] && limits[1] < 0.0, "{limits:?}");
    // Everyone held out had a stay before: the natural decline is theirs alone.
    assert_eq!(first["natural_decline"]["before"]["share"], 1.0);
    assert_eq!(first["natural_decline"]["after"]["events"], held.len() - 12);
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(page.contains(&format!("contact: 12 of {}", contact.len())), "{page}");
    assert!(!page.contains("M0"), "no member is named: {page}");
}

#[test]
fn small_counts_hide_the_share_and_the_difference() {
    let mut f = Folder::new("2026-01-01");
    extracts(&mut f, &[]);
    f.config.push_str(HOLD_OUT);
    f.publish();
    let (contact, held) = (in_arm(&f, "contact"), in_arm(&f, "hold_out"));
    let later: Vec<String> = contact[..10].iter().chain(&held[12..]).cloned().collect();
    extracts(&mut f, &later);
    f.config.push_str(HOLD_OUT);
    f.as_of = "2026-07-30";
    let out = f.path("told");
    let output = followup(&f, &["--out", out.to_str().expect("utf-8")]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    let told: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("followup.json")).expect("written")).expect("JSON");
    let first = &told["outcomes"]["outcomes"][0];
    for hidden in [&first["contact"]["events"], &first["contact"]["share"], &first["difference"]] {
        assert!(hidden.is_null(), "{first}");
    }
    assert_eq!(first["hold_out"]["events"], held.len() - 12);
}

#[test]
fn without_a_holdout_the_funnel_is_told_and_nothing_is_judged() {
    let mut f = Folder::new("2026-06-30");
    extracts(&mut f, &[]);
    let mut log = String::from("member_id,contact_date,outcome,channel,care_manager_id\n");
    let mut cases = String::from("member_id,care_manager_id,since_date,end_date,end_reason\n");
    for i in 0..40 {
        let outcome = match i {
            0..12 => "attempts_incomplete",
            12..25 => "completed",
            _ => "enrolled",
        };
        log.push_str(&format!("M{i:03},2026-03-01,{outcome},phone,N1\n"));
        if i >= 29 {
            cases.push_str(&format!("M{i:03},N1,2026-03-02,2026-05-01,graduated\n"));
        }
    }
    // Before the window: no attempt of it.
    log.push_str("M050,2025-01-01,completed,phone,N1\n");
    f.extract("outreach_log", &log);
    f.extract("caseload", &cases);
    let output = followup(&f, &[]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    for row in [
        "| everyone | 40 | 28 | 15 | 11 | 0 |",
        "| care manager N1 | 40 | 28 | 15 | 11 | 0 |",
        "| practice P1 | 40 | 28 | 15 | 11 | 0 |",
        "| stream not on a kept list | 40 | 28 | 15 | 11 | 0 |",
    ] {
        assert!(page.contains(row), "{row}\n{page}");
    }
    assert!(page.contains("no hold-out: not judged"), "{page}");

    let refused = followup(&f, &["--before-after"]);
    assert_eq!(code(&refused), 2, "{}", text(&refused));
    assert!(text(&refused).contains("regression to the mean"), "{}", text(&refused));
}

//! The commands as a scheduler and an analyst meet them: exit codes, hints, what stays when a night fails.

mod support;

use support::{Folder, code, command, lamplight, manifest, text};

const CLAIMS: &str = "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,discharge_disposition_code,diagnosis_code_1,facility_npi,paid_amount";

fn small() -> Folder {
    let mut f = Folder::new("2026-06-30");
    f.members(&[("A1", "1950-02-03", "female"), ("B2", "1960-07-08", "male")]);
    f.extract("medical_claim", &format!("{CLAIMS}\nC1,1,institutional,A1,2026-01-01,2026-01-05,2026-01-01,2026-01-05,111,01,I50.22,H1,100.00\nC2,1,institutional,A1,2026-01-20,2026-01-25,2026-01-20,2026-01-25,111,01,I50.22,H1,100.00"));
    f
}

#[test]
fn a_night_is_published_whole_and_verifies() {
    let f = small();
    let run = f.publish();
    let m = manifest(&run);
    for file in [
        "outreach.csv",
        "outreach.parquet",
        "outreach.xlsx",
        "worklists.xlsx",
        "assignments.csv",
        "waitlist.csv",
        "assignment_summary.json",
        "transitions.csv",
        "suppressed.csv",
        "not_scored.csv",
        "overflow.csv",
        "scores.parquet",
        "reasons.parquet",
        "measures/stays.parquet",
        "measures/pqi.parquet",
        "measures/ed_visits.parquet",
        "measures/conditions.parquet",
        "measures/indices.parquet",
        "measures/rates.parquet",
        "measures/needs.parquet",
        "measures/worklist.parquet",
        "quarantine.csv",
        "quarantine.parquet",
        "report.html",
        "model_card.json",
        "model_card.md",
        "data_quality.json",
    ] {
        assert!(run.join(file).exists(), "{file}");
    }
    assert_eq!(m["run_id"].as_str().map(|r| &r[..11]), Some("2026-06-30-"));
    assert_eq!(f.cells("measures/stays.parquet", "A1", "readmit30"), ["1", "0"]);
    assert_eq!(f.cells("measures/stays.parquet", "A1", "days_to_readmission"), ["15", ""]);
    assert_eq!(code(&lamplight(&["verify", run.to_str().expect("utf-8")])), 0);
    std::fs::write(run.join("outreach.csv"), "changed").expect("written");
    assert_eq!(code(&lamplight(&["verify", run.to_str().expect("utf-8")])), 8);
}

#[test]
fn files_are_private_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let f = small();
    f.publish();
    let run = std::fs::canonicalize(f.path("out/current")).expect("a run");
    let mode = |p: &std::path::Path| std::fs::metadata(p).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&run), 0o700);
    assert_eq!(mode(&run.join("measures")), 0o700);
    assert_eq!(mode(&run.join("outreach.csv")), 0o600);
    assert_eq!(mode(&f.path("out/last_attempt.json")), 0o600);
}

#[test]
fn without_a_night_nothing_runs() {
    let mut f = small();
    f.config = f.config.clone();
    let config = f.path("lamplight.toml");
    std::fs::write(&config, format!("[run]\nout = \"{}\"\n{}", f.path("out").display(), f.config)).expect("written");
    let output = lamplight(&["run", "--config", config.to_str().expect("utf-8")]);
    assert_eq!(code(&output), 2);
    assert!(text(&output).contains("hint: pass --as-of YYYY-MM-DD"), "{}", text(&output));
    let output = command(&["run", "--config", config.to_str().expect("utf-8")])
        .env("LAMPLIGHT_AS_OF", "2026-06-30")
        .output()
        .expect("runs");
    assert_eq!(code(&output), 0, "{}", text(&output));
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_name() {
    for (line, hint) in [
        ("[lists]\ntiers = [99, 95, 80]", "did you mean `list`"),
        ("[list]\nteirs = [99, 95, 80]", "did you mean `tiers`"),
        ("[extracts.medical_claims]\npath = \"x\"", "did you mean `medical_claim`"),
        ("[extracts.survey]\npaht = \"x\"", "did you mean `path`"),
    ] {
        let mut f = small();
        f.config.push_str(line);
        let output = f.run(&[]);
        assert_eq!(code(&output), 2, "{}", text(&output));
        assert!(text(&output).contains(hint), "{line}: {}", text(&output));
    }
}

#[test]
fn missing_columns_are_all_named_with_the_nearest() {
    let mut f = Folder::new("2026-06-30");
    f.members(&[("A1", "1950-02-03", "female")]);
    f.extract("medical_claim", "claim_id,claim_line_number,claim_type,MemberID,Claim Start Date,claim_end_date\nC1,1,institutional,A1,2026-01-01,2026-01-05");
    let output = f.run(&[]);
    assert_eq!(code(&output), 3);
    let said = text(&output);
    assert!(
        said.contains("`member_id` is missing")
            && said.contains("`claim_start_date` is missing; nearest: `Claim Start Date`"),
        "{said}"
    );
}

#[test]
fn a_bad_row_is_quarantined_and_too_many_stop_the_night() {
    let mut f = small();
    f.config.clear();
    f.members(&[("A1", "1950-02-03", "female"), ("B2", "1960-07-08", "male")]);
    let rows = format!(
        "{CLAIMS}\nC1,1,institutional,A1,2026-01-01,2026-01-05,2026-01-01,2026-01-05,111,01,I50.22,H1,100.00\nC2,1,institutional,A1,2026-02-31,2026-01-25,,,111,01,I50.22,H1,1\nC3,1,professional,A1,2026-03-01\n"
    );
    f.extract("medical_claim", &rows);
    f.publish();
    let q = f.table("quarantine.csv");
    let seen: Vec<[&str; 4]> = q
        .rows
        .iter()
        .map(|r| [q.get(r, "row"), q.get(r, "column"), q.get(r, "reason_code"), q.get(r, "value")])
        .collect();
    assert_eq!(seen, [["3", "claim_start_date", "bad_date", ""], ["4", "", "ragged_row", ""]]);
    // The same rows under the default limits are too many of three.
    f.config = f.config.replace("max_bad_share = 1.0", "min_bad_rows = 0");
    let before = std::fs::read_link(f.path("out/current")).expect("a run");
    let output = f.run(&[]);
    assert_eq!(code(&output), 4, "{}", text(&output));
    assert_eq!(std::fs::read_link(f.path("out/current")).expect("a run"), before);
    let attempt: serde_json::Value =
        serde_json::from_slice(&std::fs::read(f.path("out/last_attempt.json")).expect("there")).expect("JSON");
    assert_eq!(attempt["exit_code"], 4);
    let left = std::fs::read_dir(f.path("out/failed")).expect("there").next().expect("one").expect("one").path();
    assert!(left.join("quarantine.csv").exists() && left.join("data_quality.json").exists());
}

#[test]
fn a_quarantined_line_is_named_the_same_under_both_line_ends() {
    for end in ["\n", "\r\n"] {
        let mut f = Folder::new("2026-06-30");
        f.members(&[("A1", "1950-02-03", "female")]);
        let rows = format!(
            "{CLAIMS}\nC1,1,professional,A1,2026-01-01,2026-01-01,,,,,I10,,\nC2,1,professional,A1,2026-02-31,2026-01-25,,,,,I10,,\n"
        );
        f.raw("medical_claim", "medical_claim.csv", rows.replace('\n', end).as_bytes(), "max_bad_share = 1.0");
        f.publish();
        let q = f.table("quarantine.csv");
        assert_eq!(q.rows.iter().map(|r| q.get(r, "row")).collect::<Vec<_>>(), ["3"]);
    }
}

#[test]
fn rows_in_are_used_quarantined_or_dropped() {
    let mut f = Folder::new("2026-06-30");
    f.members(&[("A1", "1950-02-03", "female")]);
    let rows = [
        "C1,1,institutional,A1,2026-01-01,2026-01-05,2026-01-01,2026-01-05,111,01,I50.22,H1,100",
        "C1,1,institutional,A1,2026-01-01,2026-01-05,2026-01-01,2026-01-05,111,01,I50.22,H1,100",
        "C2,1,institutional,NOBODY,2026-01-01,2026-01-05,,,111,01,I50.22,H1,100",
        "C3,1,professional,A1,2026-07-01,2026-07-01,,,,,I10,,10",
        "C4,1,institutional,A1,2026-02-01,2026-02-03,,,118,01,I10,,10",
        "C5,1,professional,A1,1940-02-01,1940-02-01,,,,,I10,,10",
        "C6,1,institutional,A1,2026-03-05,2026-03-06,2026-03-05,2026-03-01,111,01,I10,,10",
    ];
    f.extract("medical_claim", &format!("{CLAIMS}\n{}", rows.join("\n")));
    let run = f.publish();
    let m = &manifest(&run)["rows"]["medical_claim"];
    assert_eq!(
        (m["rows_in"].as_u64(), m["rows_used"].as_u64(), m["rows_quarantined"].as_u64(), m["rows_dropped"].as_u64()),
        (Some(7), Some(1), Some(3), Some(3))
    );
    let q: serde_json::Value =
        serde_json::from_slice(&std::fs::read(run.join("data_quality.json")).expect("there")).expect("JSON");
    let e = &q["extracts"]["medical_claim"];
    assert_eq!(e["dropped"], serde_json::json!({ "after_as_of": 1, "exact_duplicate": 1, "void_without_link": 1 }));
    let codes: Vec<&String> = e["quarantined"].as_object().expect("an object").keys().collect();
    assert_eq!(codes, ["discharge_before_admit", "no_eligibility", "service_before_birth"]);
}

#[test]
fn an_unwritable_output_fails_before_any_claim_is_read() {
    let f = small();
    let config = f.write_config();
    let output = lamplight(&["run", "--config", config.to_str().expect("utf-8"), "--out", "/proc/nowhere"]);
    assert_eq!(code(&output), 6, "{}", text(&output));
    assert!(!text(&output).contains("read medical_claim"));
}

#[test]
fn a_second_run_leaves_at_once() {
    let f = small();
    f.publish();
    let lock = std::fs::File::options().write(true).open(f.path("out/.lock")).expect("a lock");
    lock.lock().expect("free");
    assert_eq!(code(&f.run(&[])), 7);
    drop(lock);
    assert_eq!(code(&f.run(&[])), 0);
}

#[test]
fn an_empty_extract_and_a_fall_in_volume_stop_the_night() {
    let mut f = small();
    f.publish();
    f.as_of = "2026-07-01";
    f.config.clear();
    f.members(&[("A1", "1950-02-03", "female"), ("B2", "1960-07-08", "male")]);
    f.extract(
        "medical_claim",
        &format!("{CLAIMS}\nC1,1,institutional,A1,2026-01-01,2026-01-05,2026-01-01,2026-01-05,111,01,I50.22,H1,100.00"),
    );
    let output = f.run(&[]);
    assert_eq!(code(&output), 3);
    assert!(text(&output).contains("50 % fewer"), "{}", text(&output));
    assert_eq!(code(&f.run(&["--accept-volume-change"])), 0);
    f.extract("survey", "member_id,survey_date,instrument,score");
    let output = f.run(&["--accept-volume-change"]);
    assert_eq!(code(&output), 3);
    assert!(text(&output).contains("--allow-empty survey"));
    assert_eq!(code(&f.run(&["--accept-volume-change", "--allow-empty", "survey"])), 0);
}

#[test]
fn explain_tells_both_sides_and_reads_the_id_from_stdin() {
    let f = small();
    let run = f.publish();
    let run = run.to_str().expect("utf-8");
    let person = lamplight(&["explain", "--run", run, "--member", "A1"]);
    assert!(text(&person).contains("On tonight's list, number 1: risk is high."), "{}", text(&person));
    assert!(!text(&person).contains("Waiting") && !text(&person).contains("priority"), "{}", text(&person));
    let listed = lamplight(&["explain", "--run", run, "--member", "A1", "--analyst"]);
    assert!(
        text(&listed).contains("ON THE LIST at rank 1") && text(&listed).contains("avoidable hospital stays"),
        "{}",
        text(&listed)
    );
    let mut child = command(&["explain", "--run", run, "--member", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("stdin"), b"B2\n").expect("written");
    let output = child.wait_with_output().expect("ends");
    assert!(
        String::from_utf8_lossy(&output.stdout)
            .contains("Not on the list: no clock runs, and risk is below the list's bar")
    );
    assert_eq!(code(&lamplight(&["explain", "--run", run, "--member", "nobody"])), 2);
}

#[test]
fn check_prints_the_account_and_publishes_nothing() {
    let f = small();
    let config = f.write_config();
    let output = lamplight(&["check", "--config", config.to_str().expect("utf-8")]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    assert!(
        text(&output).contains("medical_claim             2          2           0         0"),
        "{}",
        text(&output)
    );
    assert!(!f.path("out/current").exists());
}

#[test]
fn the_report_is_rebuilt_from_the_run_alone() {
    let f = small();
    let run = f.publish();
    let out = f.path("again.html");
    assert_eq!(
        code(&lamplight(&["report", "--run", run.to_str().expect("utf-8"), "--out", out.to_str().expect("utf-8")])),
        0
    );
    assert_eq!(std::fs::read(out).expect("a page"), std::fs::read(run.join("report.html")).expect("a page"));
}

#[test]
fn schema_and_models_answer() {
    let schema = text(&lamplight(&["schema", "inputs"]));
    assert!(
        schema.contains("| diagnosis_code_1..25 | icd code |") && schema.contains("| member_id | id | yes |"),
        "{schema}"
    );
    assert!(text(&lamplight(&["schema", "config", "--format", "json"])).contains("\"run.keep_runs\""));
    assert_eq!(code(&lamplight(&["schema", "inptus"])), 2);
    assert!(text(&lamplight(&["models", "list"])).contains("lace_2010"));
    assert!(text(&lamplight(&["models", "show", "lace_2010"])).contains("death or unplanned readmission"));
    assert!(text(&lamplight(&["models", "show", "lace_2011"])).contains("did you mean `lace_2010`"));
}

#[test]
fn a_termination_is_obeyed_and_the_last_good_run_stands() {
    let f = small();
    f.publish();
    let before = std::fs::read_link(f.path("out/current")).expect("a run");
    let big = f.path("big");
    assert_eq!(
        code(&lamplight(&[
            "synth",
            "--members",
            "4000",
            "--seed",
            "5",
            "--out",
            big.to_str().expect("utf-8"),
            "--years",
            "2"
        ])),
        0
    );
    let config = f.path("big.toml");
    std::fs::write(&config, format!("[run]\nas_of = \"2026-06-30\"\nout = \"{}\"\n[extracts.eligibility]\npath = \"big/eligibility.parquet\"\n[extracts.medical_claim]\npath = \"big/medical_claim.parquet\"\n", f.path("out").display())).expect("written");
    let mut child =
        command(&["run", "--config", config.to_str().expect("utf-8"), "--threads", "1", "--accept-volume-change"])
            .stderr(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("starts");
    std::thread::sleep(std::time::Duration::from_millis(300));
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill");
    let status = child.wait().expect("ends");
    // A machine fast enough to finish first is no failure of the promise.
    assert!(matches!(status.code(), Some(143 | 0)), "{status:?}");
    if status.code() == Some(143) {
        assert_eq!(std::fs::read_link(f.path("out/current")).expect("a run"), before);
    }
    let leftovers: Vec<_> = std::fs::read_dir(f.path("out"))
        .expect("there")
        .filter_map(Result::ok)
        .filter(|e| e.file_name().to_string_lossy().starts_with(".staging"))
        .collect();
    assert!(leftovers.is_empty());
}

#[test]
fn old_runs_are_removed_beyond_the_kept_ones() {
    let mut f = small();
    f.config = format!("keep_runs = 2\n{}", f.config);
    for night in ["2026-06-28", "2026-06-29", "2026-06-30"] {
        f.as_of = night;
        f.publish();
    }
    let mut kept: Vec<String> = std::fs::read_dir(f.path("out/runs"))
        .expect("there")
        .filter_map(Result::ok)
        .map(|e| e.file_name().to_string_lossy()[..10].to_owned())
        .collect();
    kept.sort();
    assert_eq!(kept, ["2026-06-29", "2026-06-30"]);
}

#[test]
fn the_report_tells_the_programme_and_hides_small_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let output = command(&["run", "--out", out.to_str().expect("utf-8")])
        .current_dir(support::project())
        .output()
        .expect("runs");
    assert_eq!(code(&output), 0, "{}", text(&output));
    let page = std::fs::read_to_string(out.join("current/report.html")).expect("a page");
    for title in [
        "Data through",
        "Tonight&#x27;s list",
        "What changed since last night",
        "Transitions",
        "Left out, and why",
        "What expires today, and who has it",
        "Who is out, and who has room",
        "Who waits for a manager, and what would help",
        "From an attempt to an enrolment",
        "By care manager",
        "By payer",
        "By hospital",
        "Rates and cost by month",
        "Needs and due items",
        "Risk",
        "Work done on time, and what people say",
        "Data",
        "Equity",
    ] {
        assert!(page.contains(&format!("<h2>{title}</h2>")), "{title}");
    }
    // Every plot says in words what it draws, and nothing is fetched from elsewhere.
    assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\" aria-label=\"").count());
    assert_eq!(page.matches("<figure class=").count(), page.matches("<p hidden>").count());
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("src="));
    // Ten figures at the head, and a link to each section that leads there.
    assert_eq!(page.matches("<div class=\"tile\">").count(), 10);
    let anchors: Vec<&str> = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(anchors.len(), page.matches("<section id=").count());
    assert!(anchors.iter().all(|a| page.contains(&format!("<section id=\"{a}\">"))), "{anchors:?}");
    assert!(page.len() < 400_000, "{} bytes", page.len());
    // Sample members are M and seven digits.
    let named = page
        .match_indices('M')
        .any(|(i, _)| page[i + 1..].len() >= 7 && page[i + 1..].bytes().take(7).all(|b| b.is_ascii_digit()));
    assert!(!named, "a member is named");
    // Inside the team every count is shown; a copy that travels hides the small ones.
    let sample = std::fs::read_to_string(support::project().join("config/sample.toml")).expect("a configuration");
    let config = folder.path().join("travels.toml");
    let data = format!("\"{}", support::project().join("sample-data").display());
    let changed = sample
        .replace("small_cells = 0", "small_cells = 11")
        .replace("allow_demo_model = false", "allow_demo_model = true")
        .replace("\"../sample-data", &data);
    std::fs::write(&config, changed).expect("written");
    let travels = folder.path().join("travels");
    let run = command(&["run", "--config"])
        .arg(&config)
        .args(["--out", travels.to_str().expect("utf-8")])
        .current_dir(support::project())
        .output()
        .expect("runs");
    assert_eq!(code(&run), 0, "{}", text(&run));
    let masked = std::fs::read_to_string(travels.join("current/report.html")).expect("a page");
    let program: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("current/program.json")).expect("written")).expect("JSON");
    let mut small = 0;
    for (group, told) in program["equity"]["language"].as_object().expect("languages") {
        let enrolled = told["enrolled"].as_u64().expect("a number");
        let row = format!("<td>language</td><td>{group}</td><td>under 11</td><td>not shown</td><td>not shown</td>");
        assert_eq!(masked.contains(&row), enrolled < 11, "{group}");
        assert!(page.contains(&format!("<td>language</td><td>{group}</td><td>{enrolled}</td>")), "{group}");
        small += u64::from(enrolled < 11);
    }
    assert!(small > 0 && page.contains("Every count is shown") && masked.contains("Small counts are hidden"));
}

/// A flat table with a signal in `x`, its spec, and the folder of the test.
fn flat() -> (tempfile::TempDir, String, String) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut rows = String::from("id,who,y,x,day\n");
    for i in 0..1_200_u32 {
        let x = i * 7 % 97;
        let event = u8::from((i * 31 + 11) % 100 < x / 2);
        rows.push_str(&format!("{i},{},{event},{x},{}\n", i / 2, 20_240_101 + i % 28));
    }
    let (table, spec) = (dir.path().join("t.csv"), dir.path().join("s.toml"));
    std::fs::write(&table, rows).expect("written");
    let keys = "id = \"id\"\ngroup = \"who\"\nlearner = \"logistic\"\n[label]\ncolumn = \"y\"\npositive = [1]\n[features]\nnumeric = [\"x\", \"day\"]\n";
    std::fs::write(&spec, keys).expect("written");
    let (table, spec) = (table.display().to_string(), spec.display().to_string());
    (dir, table, spec)
}

#[test]
fn a_flat_model_replaces_a_model_whole_and_nothing_else() {
    let (dir, table, spec) = flat();
    let out = dir.path().join("m");
    std::fs::create_dir(&out).expect("made");
    for name in ["model.json", "model_card.md", "evaluation.html"] {
        std::fs::write(out.join(name), "of an older model").expect("written");
    }
    let train = |out: &str| lamplight(&["train", "--table", &table, "--spec", &spec, "--out", out]);
    let done = train(&out.display().to_string());
    assert_eq!(code(&done), 0, "{}", text(&done));
    assert!(text(&done).contains("seven digits are kept"), "{}", text(&done));
    assert!(out.join("report.json").exists() && !out.join("model_card.md").exists());
    let mine = dir.path().join("mine");
    std::fs::create_dir(&mine).expect("made");
    std::fs::write(mine.join("notes.txt"), "mine").expect("written");
    assert_eq!(code(&train(&mine.display().to_string())), 6);
    assert_eq!(std::fs::read_dir(&mine).expect("there").count(), 1);
}

#[test]
fn a_flat_recalibration_refuses_another_label_and_tells_what_it_stands_on() {
    let (dir, table, spec) = flat();
    let (model, again) = (dir.path().join("m").display().to_string(), dir.path().join("n"));
    let train = |spec: &str, out: &str, more: &[&str]| {
        lamplight(&[&["train", "--table", &table, "--spec", spec, "--out", out], more].concat())
    };
    assert_eq!(code(&train(&spec, &model, &[])), 0);
    let done = train(&spec, &again.display().to_string(), &["--recalibrate", &model]);
    assert_eq!(code(&done), 0, "{}", text(&done));
    let told = std::fs::read_to_string(again.join("training.json")).expect("there");
    assert!(told.contains("the calibration alone was fitted anew, on 1200 rows"), "{told}");
    let other = std::fs::read_to_string(&spec).expect("there").replace("positive = [1]", "positive = [0]");
    let reversed = dir.path().join("r.toml").display().to_string();
    std::fs::write(&reversed, other).expect("written");
    let done = train(&reversed, &dir.path().join("x").display().to_string(), &["--recalibrate", &model]);
    assert_eq!(code(&done), 2, "{}", text(&done));
    assert!(!dir.path().join("x").exists());
}

/// Starts a command, sends it a signal after a while, and tells its exit code and how long it took to obey.
fn signalled(arguments: &[&str], signal: &str, after_ms: u64) -> (Option<i32>, std::time::Duration) {
    let mut child = command(arguments)
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("starts");
    std::thread::sleep(std::time::Duration::from_millis(after_ms));
    let sent = std::time::Instant::now();
    std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
    let status = child.wait().expect("ends");
    (status.code(), sent.elapsed())
}

#[test]
fn commands_in_the_middle_of_long_work_obey_a_signal_within_two_seconds() {
    let f = small();
    let path = |name: &str| f.path(name).display().to_string();
    let (population, caseload, answer) = (path("population"), path("caseload"), path("answer"));
    assert_eq!(code(&lamplight(&["synth", "--caseload", "20000x250", "--seed", "3", "--out", &caseload])), 0);
    let (members, managers) = (format!("{caseload}/members.csv"), format!("{caseload}/care_managers.csv"));
    let synth = ["synth", "--members", "3000000", "--out", &population];
    let assign =
        ["assign", "--members", &members, "--care-managers", &managers, "--out", &answer, "--steps", "900000000000"];
    for (arguments, signal, wanted) in
        [(&synth[..], "-TERM", 143), (&synth[..], "-INT", 130), (&assign[..], "-INT", 130)]
    {
        let (ended, took) = signalled(arguments, signal, 700);
        assert_eq!(ended, Some(wanted), "{arguments:?}");
        assert!(took < std::time::Duration::from_secs(2), "{arguments:?} took {took:?}");
    }
}

#[test]
fn completions_and_man_pages_name_every_command() {
    let said = |arguments: &[&str]| String::from_utf8_lossy(&lamplight(arguments).stdout).into_owned();
    let help = said(&["--help"]);
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|l| !l.starts_with("Commands:"))
        .skip(1)
        .take_while(|l| l.starts_with("  "))
        .filter_map(|l| l.strip_prefix("  ").filter(|r| !r.starts_with(' '))?.split_whitespace().next())
        .filter(|c| *c != "help")
        .collect();
    assert!(commands.contains(&"run") && commands.len() > 12, "{commands:?}");
    for shell in ["bash", "zsh", "fish"] {
        let script = said(&["completions", shell]);
        assert!(commands.iter().all(|c| script.contains(c)), "{shell}");
    }
    let f = small();
    let folder = f.path("man");
    assert_eq!(code(&lamplight(&["man", &folder.display().to_string()])), 0);
    for c in commands {
        let page = std::fs::read_to_string(folder.join(format!("lamplight-{c}.1"))).expect("a page");
        assert!(page.contains(".SH SYNOPSIS"), "{c}");
    }
}

//! One digest whatever the threads, the order of rows and files, the time zone and the place; and no patient's
//! value where none belongs.

mod support;

use std::path::Path;

use support::{Folder, code, command, lamplight, manifest, text};

/// The sample's extracts as CSV, in a folder.
fn population(folder: &Path) {
    let out = folder.to_str().expect("utf-8");
    let output =
        lamplight(&["synth", "--members", "300", "--seed", "11", "--years", "2", "--format", "csv", "--out", out]);
    assert_eq!(code(&output), 0, "{}", text(&output));
}

const EXTRACTS: [&str; 18] = [
    "eligibility",
    "medical_claim",
    "pharmacy_claim",
    "admission",
    "sdoh_screening",
    "area_index",
    "care_manager",
    "caseload",
    "outreach_log",
    "care_task",
    "authorization",
    "referral",
    "lab_result",
    "override",
    "assessment",
    "survey",
    "ndc_ingredient",
    "feature_table",
];

fn config(folder: &Path, out: &Path, data: &str) -> std::path::PathBuf {
    let mut text = format!("[run]\nas_of = \"2026-06-30\"\nout = \"{}\"\n", out.display());
    for e in EXTRACTS {
        let path = folder.join(data).join(e);
        let path = if path.exists() { path } else { folder.join(data).join(format!("{e}.csv")) };
        text.push_str(&format!("[extracts.{e}]\npath = \"{}\"\n", path.display()));
    }
    let path = folder.join(format!("{}.toml", out.file_name().expect("a name").to_string_lossy()));
    std::fs::write(&path, text).expect("written");
    path
}

fn digest(folder: &Path, data: &str, name: &str, more: &[&str], zone: &str) -> String {
    let out = folder.join(name);
    let config = config(folder, &out, data);
    let mut arguments = vec!["run", "--config", config.to_str().expect("utf-8")];
    arguments.extend_from_slice(more);
    let output = command(&arguments).env("TZ", zone).env("LC_ALL", "tr_TR.UTF-8").output().expect("runs");
    assert_eq!(code(&output), 0, "{}", text(&output));
    manifest(&out.join("current"))["digest"].as_str().expect("a digest").to_owned()
}

/// Every line after the header in another order, cut into three files.
fn shuffle(from: &Path, to: &Path) {
    for e in EXTRACTS {
        let text = std::fs::read_to_string(from.join(format!("{e}.csv"))).expect("a CSV");
        let (header, rest) = text.split_once('\n').expect("a header");
        let mut lines: Vec<&str> = rest.lines().collect();
        lines.sort_by_key(|l| lamplight::domain::stable_hash(99, l.as_bytes()));
        std::fs::create_dir_all(to.join(e)).expect("made");
        for (n, part) in lines.chunks(lines.len().div_ceil(3).max(1)).enumerate() {
            std::fs::write(to.join(e).join(format!("part-{}.csv", 9 - n)), format!("{header}\n{}\n", part.join("\n")))
                .expect("written");
        }
    }
}

#[test]
fn one_digest_for_threads_order_and_zone() {
    let folder = tempfile::tempdir().expect("a folder");
    population(&folder.path().join("data"));
    shuffle(&folder.path().join("data"), &folder.path().join("shuffled"));
    let first = digest(folder.path(), "data", "one", &["--threads", "1"], "UTC");
    assert_eq!(first, digest(folder.path(), "data", "two", &["--threads", "2"], "America/New_York"));
    assert_eq!(first, digest(folder.path(), "data", "four", &["--threads", "4"], "Pacific/Kiritimati"));
    assert_eq!(first, digest(folder.path(), "shuffled", "shuffled-out", &["--threads", "2"], "Asia/Kathmandu"));
}

#[test]
fn the_same_night_twice_is_one_run() {
    let folder = tempfile::tempdir().expect("a folder");
    population(&folder.path().join("data"));
    digest(folder.path(), "data", "out", &[], "UTC");
    digest(folder.path(), "data", "out", &[], "UTC");
    assert_eq!(std::fs::read_dir(folder.path().join("out/runs")).expect("there").count(), 1);
}

#[test]
fn planted_values_reach_no_log_and_no_manifest() {
    let mut f = Folder::new("2026-06-30");
    f.extract(
        "eligibility",
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date,phone,first_name,last_name,address
        ZQMEMBER1,1951-03-07,female,2020-01-01,9999-12-31,ZQPHONE,ZQFIRST,ZQLAST,ZQSTREET
        ZQMEMBER2,2051-03-07,ZQSEX,2020-01-01,9999-12-31,ZQPHONE2,ZQFIRST2,ZQLAST2,ZQSTREET2",
    );
    f.extract(
        "medical_claim",
        "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,diagnosis_code_1,ZQEXTRA
        ZQCLAIM1,1,professional,ZQMEMBER1,2026-01-01,2026-01-02,ZQDIAG,ZQVALUE
        ZQCLAIM2,ZQLINE,professional,ZQMEMBER1,ZQDATE,2026-01-02,I10,ZQVALUE
        ZQCLAIM3,1,professional,ZQMEMBER9,2026-01-01,2026-01-02,I10,ZQVALUE",
    );
    let output = f.run(&["--log", "json"]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    let run = f.path("out/current");
    let mut said = text(&output);
    for file in [
        "manifest.json",
        "data_quality.json",
        "timings.json",
        "assignment_summary.json",
        "quarantine.csv",
        "report.html",
    ] {
        said.push_str(&std::fs::read_to_string(run.join(file)).expect(file));
    }
    said.push_str(&std::fs::read_to_string(f.path("out/last_attempt.json")).expect("there"));
    assert!(!said.contains("ZQ"), "{}", said.split("ZQ").nth(1).unwrap_or(""));
    // Whole dates in each way of writing them; a bare year could be a number of milliseconds or bytes.
    for born in ["1951-03-07", "19510307", "03/07/1951", "2051-03-07", "20510307"] {
        assert!(!said.contains(born), "a birth date");
    }
    // The value itself is kept for the analyst, in the Parquet file only.
    let q = f.table("quarantine.parquet");
    assert!(q.rows.iter().any(|r| q.get(r, "value") == "ZQDATE" || q.get(r, "value") == "ZQLINE"));
}

//! Layouts that others made: CMS's DE-SynPUF, the Tuva demo, the caseload instances. Every test here needs the
//! shared data and says so when it is absent.

mod support;

use std::collections::BTreeMap;

use support::{code, command, project, shared, text};

fn run_example(name: &str, edit: impl Fn(String) -> String, out: &std::path::Path) {
    let source = std::fs::read_to_string(project().join("config/examples").join(name)).expect("an example");
    // Paths of the example are relative to its folder; the copy lies elsewhere.
    let root = project().join("../shared");
    let source = edit(source).replace("../../../shared", root.to_str().expect("utf-8"));
    let config = out.join("config.toml");
    std::fs::write(&config, source).expect("written");
    let output = command(&[
        "run",
        "--config",
        config.to_str().expect("utf-8"),
        "--out",
        out.join("out").to_str().expect("utf-8"),
    ])
    .output()
    .expect("runs");
    assert_eq!(code(&output), 0, "{}", text(&output));
}

/// Admission and discharge days of every inpatient claim of a sample, by member, read on its own.
fn raw_claims(path: &std::path::Path) -> Vec<(String, String, String, String)> {
    let mut reader = csv::Reader::from_path(path).expect("a CSV");
    let headers = reader.headers().expect("a header").clone();
    let at = |name: &str| headers.iter().position(|h| h == name).expect("a column");
    let (member, claim, admit, discharge) =
        (at("DESYNPUF_ID"), at("CLM_ID"), at("CLM_ADMSN_DT"), at("NCH_BENE_DSCHRG_DT"));
    reader
        .records()
        .map(|r| r.expect("a record"))
        .map(|r| (r[member].to_owned(), r[claim].to_owned(), r[admit].to_owned(), r[discharge].to_owned()))
        .collect()
}

fn day(text: &str) -> i32 {
    let text = if text.len() == 8 { format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]) } else { text.to_owned() };
    lamplight::domain::Day::parse_iso(&text).expect("a day").0
}

/// The simpler rule of the expected counts: merge when the next admission is not after the last discharge;
/// a return within 1 to 30 days is a readmission.
fn simple(spans: &mut BTreeMap<String, Vec<(i32, i32)>>) -> (usize, usize) {
    let (mut stays, mut returns) = (0, 0);
    for member in spans.values_mut() {
        member.sort_unstable();
        let mut merged: Vec<(i32, i32)> = Vec::new();
        for (admit, discharge) in member.iter().copied() {
            match merged.last_mut() {
                Some(last) if admit <= last.1 => last.1 = last.1.max(discharge),
                _ => merged.push((admit, discharge)),
            }
        }
        stays += merged.len();
        returns += merged.windows(2).filter(|w| (1..=30).contains(&(w[1].0 - w[0].1))).count();
    }
    (stays, returns)
}

#[test]
fn desynpuf_runs_and_every_difference_to_the_simple_rule_is_explained() {
    let Some(shared) = shared() else { return };
    let expected = std::fs::read_to_string(shared.join("data/desynpuf/expected_counts.csv")).expect("counts");
    for sample in 1..=4 {
        let folder = tempfile::tempdir().expect("a folder");
        run_example(
            "cms-desynpuf.toml",
            |t| t.replace("1-sample-10000", &format!("{sample}-sample-10000")),
            folder.path(),
        );
        let table = |name: &str| {
            lamplight::publish::read_rows(&folder.path().join("out/current").join(name), None).expect("a table")
        };
        let files = std::fs::read_dir(shared.join(format!("data/desynpuf/{sample}-sample-10000"))).expect("a sample");
        let claims = files
            .filter_map(Result::ok)
            .map(|e| e.path())
            .find(|p| p.to_string_lossy().contains("Inpatient"))
            .expect("claims");
        let raw = raw_claims(&claims);
        // 1. The simple rule over the raw file gives the published independent counts.
        let mut spans: BTreeMap<String, Vec<(i32, i32)>> = BTreeMap::new();
        for (member, _, admit, discharge) in &raw {
            spans.entry(member.clone()).or_default().push((day(admit), day(discharge)));
        }
        let counts = simple(&mut spans);
        let row: Vec<usize> = expected
            .lines()
            .nth(sample)
            .expect("a row")
            .split(',')
            .take(4)
            .map(|c| c.parse().expect("a count"))
            .collect();
        assert_eq!(counts, (row[1], row[3]), "sample {sample}: the simple rule");
        // 2. The same rule over the claims that were not quarantined equals our stays once those that only touch
        // (a same-day return for another diagnosis stays a separate stay with us) are merged.
        let quarantine = table("quarantine.csv");
        let lines: std::collections::BTreeSet<usize> = quarantine
            .rows
            .iter()
            .filter(|r| quarantine.get(r, "extract") == "medical_claim")
            .map(|r| quarantine.get(r, "row").parse().expect("a line"))
            .collect();
        let mut kept: BTreeMap<String, Vec<(i32, i32)>> = BTreeMap::new();
        // A claim stays while any of its segments stood: the second segment of a few lacks its dates.
        let alive: std::collections::BTreeSet<&str> =
            raw.iter().enumerate().filter(|(i, _)| !lines.contains(&(i + 2))).map(|(_, r)| r.1.as_str()).collect();
        for (member, claim, admit, discharge) in &raw {
            if alive.contains(claim.as_str()) {
                kept.entry(member.clone()).or_default().push((day(admit), day(discharge)));
            }
        }
        let stays = table("measures/stays.parquet");
        let mut ours: BTreeMap<String, Vec<(i32, i32)>> = BTreeMap::new();
        for r in &stays.rows {
            ours.entry(stays.get(r, "member_id").to_owned())
                .or_default()
                .push((day(stays.get(r, "admit_date")), day(stays.get(r, "discharge_date"))));
        }
        let touching: usize = ours
            .values()
            .map(|v| {
                let mut v = v.clone();
                v.sort_unstable();
                v.windows(2).filter(|w| w[1].0 == w[0].1).count()
            })
            .sum();
        let total = stays.rows.len();
        let merged = simple(&mut ours);
        assert_eq!(merged, simple(&mut kept), "sample {sample}: quarantine and same-day returns explain the rest");
        assert_eq!(total, merged.0 + touching, "sample {sample}: separate same-day stays");
        // 3. Codes are ICD-9 only: nothing is planned, no PQI is judged, no index is 0.
        for r in &stays.rows {
            assert!(matches!(stays.get(r, "code_basis"), "icd9" | ""));
            if stays.get(r, "code_basis") == "icd9" {
                assert_eq!((stays.get(r, "is_planned"), stays.get(r, "pqi")), ("", ""));
            }
        }
        let indices = table("measures/indices.parquet");
        assert!(
            indices
                .rows
                .iter()
                .all(|r| indices.get(r, "code_basis") != "icd9" || indices.get(r, "charlson").is_empty())
        );
        assert!(!table("outreach.csv").rows.is_empty());
    }
}

#[test]
fn tuva_runs_as_it_is_and_the_one_readmission_is_found() {
    let Some(_) = shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    run_example("tuva.toml", |t| t, folder.path());
    let run = folder.path().join("out/current");
    let stays = lamplight::publish::read_rows(&run.join("measures/stays.parquet"), None).expect("stays");
    let readmitted: Vec<(&str, &str, &str)> = stays
        .rows
        .iter()
        .filter(|r| stays.get(r, "readmit30") == "1")
        .map(|r| (stays.get(r, "member_id"), stays.get(r, "discharge_date"), stays.get(r, "days_to_readmission")))
        .collect();
    assert_eq!(readmitted, [("10046", "2018-04-10", "7")]);
    // The return's first line lacks both dates; a header field is its first value over the lines.
    let second: Vec<&str> = stays
        .rows
        .iter()
        .filter(|r| stays.get(r, "admit_date") == "2018-04-17")
        .map(|r| stays.get(r, "discharge_date"))
        .collect();
    assert_eq!(second, ["2018-04-24"]);
    // What could not be judged is said: stays without a principal diagnosis pass and are counted.
    let quality: serde_json::Value =
        serde_json::from_slice(&std::fs::read(run.join("data_quality.json")).expect("there")).expect("JSON");
    assert!(quality["codes"]["principal_without_ccs"].as_u64().is_some_and(|n| n >= 2), "{quality}");
    assert!(
        std::fs::read_to_string(run.join("report.html"))
            .expect("a page")
            .contains("index stays whose principal diagnosis is missing or in no CCS category")
    );
}

#[test]
fn caseload_instances_go_through_assign_without_a_violation() {
    let Some(shared) = shared() else { return };
    for (name, z1) in [("S", 173_564), ("M", 4_524_500), ("MS", 2_881_808)] {
        let folder = tempfile::tempdir().expect("a folder");
        let instance = shared.join("data/caseload").join(name);
        let path = |p: &std::path::Path| p.to_str().expect("utf-8").to_owned();
        let output = command(&[
            "assign",
            "--members",
            &path(&instance.join("members.csv")),
            "--care-managers",
            &path(&instance.join("care_managers.csv")),
            "--weights",
            &path(&instance.join("params.json")),
            "--out",
            &path(folder.path()),
        ])
        .output()
        .expect("runs");
        assert_eq!(code(&output), 0, "{}", text(&output));
        let summary: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.path().join("assignment_summary.json")).expect("there"))
                .expect("JSON");
        assert!(summary["z1"].as_i64().is_some_and(|z| z >= z1), "{name}: Z1 {}", summary["z1"]);
        // The independent scorer needs Python; without it the product's own check has already passed.
        let scored = std::process::Command::new("python3")
            .args([
                path(&shared.join("data/caseload/score.py")),
                path(&instance),
                path(&folder.path().join("assignments.csv")),
                "--waitlist".to_owned(),
                path(&folder.path().join("waitlist.csv")),
                "--json".to_owned(),
            ])
            .output();
        let Ok(scored) = scored else {
            println!("skipped: no python3 for the independent scorer");
            continue;
        };
        let said: serde_json::Value = serde_json::from_slice(&scored.stdout).expect("JSON");
        for key in ["violations", "waitlist_avoidable_free_slot", "waitlist_improving_swap"] {
            assert_eq!(said[key], 0, "{name}: {key}");
        }
    }
}

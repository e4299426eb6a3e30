//! The shipped sample: the same bytes when made again, every extract there, small enough to ship, and the list
//! it gives.

mod support;

use support::{code, lamplight, project, text};

#[test]
fn regenerating_the_sample_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = lamplight(&[
        "synth",
        "--members",
        "2000",
        "--seed",
        "1",
        "--format",
        "mixed",
        "--out",
        folder.path().to_str().expect("utf-8"),
    ]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    let names = |path: &std::path::Path| {
        let mut out: Vec<String> = std::fs::read_dir(path)
            .expect("there")
            .filter_map(Result::ok)
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        out.sort();
        out
    };
    let shipped = project().join("sample-data");
    assert_eq!(names(&shipped), names(folder.path()));
    let mut total = 0;
    for name in names(&shipped) {
        let (a, b) = (
            std::fs::read(shipped.join(&name)).expect("there"),
            std::fs::read(folder.path().join(&name)).expect("there"),
        );
        total += a.len();
        assert!(a == b, "{name} differs");
    }
    assert!(total < 8 << 20, "{total} bytes");
}

#[test]
fn the_sample_runs_with_its_banner() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let output = support::command(&["run", "--out", out.to_str().expect("utf-8")])
        .current_dir(project())
        .output()
        .expect("runs");
    assert_eq!(code(&output), 0, "{}", text(&output));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("SAMPLE DATA"), "{}", text(&output));
    let manifest = support::manifest(&out.join("current"));
    assert_eq!(manifest["banner"], "SAMPLE DATA");
    for (name, rows) in manifest["rows"].as_object().expect("accounts") {
        let n = |k: &str| rows[k].as_u64().expect("a count");
        assert_eq!(n("rows_in"), n("rows_used") + n("rows_quarantined") + n("rows_dropped"), "{name}");
    }
    assert!(std::fs::read_to_string(out.join("current/report.html")).expect("a page").contains("SAMPLE DATA"));
    // The demonstration models score it, and the list is one that a care manager could work.
    let read = |name: &str| lamplight::publish::read_rows(&out.join("current").join(name), None).expect("a table");
    let scores = read("scores.parquet");
    let trained = |id: &str, horizon: &str| {
        let of = |r: &&Vec<String>| {
            scores.get(r, "score_id") == id
                && scores.get(r, "horizon_days") == horizon
                && scores.get(r, "basis") == "trained"
        };
        scores.rows.iter().filter(of).count()
    };
    assert!(trained("avoid_hosp", "90") > 1000, "{}", trained("avoid_hosp", "90"));
    assert!(trained("readmit30", "30") >= 5, "{}", trained("readmit30", "30"));
    assert!(trained("unplanned_admit", "365") > 1000, "{}", trained("unplanned_admit", "365"));
    assert!(trained("avoid_ed", "90") > 1000, "{}", trained("avoid_ed", "90"));
    assert!(manifest["model_hashes"].as_object().is_some_and(|m| m.len() == 4), "{}", manifest["model_hashes"]);
    let list = read("outreach.parquet");
    assert!(list.rows.len() >= 10, "{} on the list", list.rows.len());
    for row in &list.rows {
        assert!(!list.get(row, "reason_1").is_empty() && !list.get(row, "suggested_action").is_empty());
    }
}

#[test]
fn the_sample_configuration_holds_every_key_with_its_default() {
    let text = std::fs::read_to_string(project().join("config/sample.toml")).expect("there");
    for key in lamplight::config::declared_keys() {
        let name = key.path.rsplit('.').find(|p| *p != "*").expect("a name");
        assert!(text.contains(name), "{} is missing", key.path);
        if !key.default.is_empty() {
            assert!(
                text.contains(&format!("{name} = {}", key.default)),
                "{} is not shown with its default {}",
                key.path,
                key.default
            );
        }
    }
}

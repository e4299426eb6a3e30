//! Figures are carried from night to night, `current` names the newest night whatever is run after it, and the memory of
//! figures is put together again from the kept runs.

mod support;

use std::path::Path;

use lamplight::publish::tables::metrics::MetricHistory;
use support::{Folder, code, lamplight, text};

fn folder() -> Folder {
    let mut folder = Folder::new("2026-03-02");
    folder.members(&[("A", "1950-01-01", "female"), ("B", "1960-01-01", "male")]);
    folder.extract(
        "admission",
        "admission_id,member_id,admission_date,discharge_date,patient_class,diagnosis_code_1
         a1,A,2026-02-20,2026-02-24,inpatient,I50.9
         a2,B,2026-01-10,2026-01-12,inpatient,J44.1",
    );
    folder
}

fn night(folder: &Folder, as_of: &str, more: &[&str]) -> String {
    let mut arguments = vec!["--as-of", as_of];
    arguments.extend(more);
    let output = folder.run(&arguments);
    assert_eq!(code(&output), 0, "{}", text(&output));
    text(&output)
}

fn current(folder: &Folder) -> String {
    let target = std::fs::read_link(folder.path("out/current")).expect("a link");
    target.file_name().expect("a name").to_string_lossy()[..10].to_owned()
}

/// Nights of a file with their number of members, which is one figure a night.
fn nights(run: &Path) -> Vec<(String, f64)> {
    let history = MetricHistory::read(run).expect("figures");
    let members = history.rows().filter(|r| r.metric == "members" && r.dimension == "all");
    members.map(|r| (r.as_of.to_string(), r.value)).collect()
}

#[test]
fn an_earlier_night_moves_current_only_when_asked() {
    let folder = folder();
    night(&folder, "2026-03-02", &[]);
    night(&folder, "2026-03-03", &[]);
    assert_eq!(current(&folder), "2026-03-03");
    let told = night(&folder, "2026-03-01", &[]);
    assert_eq!(current(&folder), "2026-03-03");
    assert!(told.contains("current still names 2026-03-03"), "{told}");
    night(&folder, "2026-03-01", &["--set-current"]);
    assert_eq!(current(&folder), "2026-03-01");
    night(&folder, "2026-03-03", &[]);
    assert_eq!(current(&folder), "2026-03-03");
}

#[test]
fn figures_are_carried_and_rebuilt_and_no_night_counts_twice() {
    let mut folder = folder();
    night(&folder, "2026-03-02", &[]);
    night(&folder, "2026-03-03", &[]);
    let two = [("2026-03-02".to_owned(), 2.0), ("2026-03-03".to_owned(), 2.0)];
    assert_eq!(nights(&folder.path("out/current")), two);
    // The first night again, with a third member: the second night's run does not know it, the rebuilt memory does.
    let eligibility = std::fs::read_to_string(folder.path("eligibility.csv")).expect("there");
    std::fs::write(
        folder.path("eligibility.csv"),
        eligibility.clone() + "C,1970-01-01,female,2020-01-01,9999-12-31,,NC,en\n",
    )
    .expect("written");
    night(&folder, "2026-03-02", &["--accept-volume-change"]);
    assert_eq!(nights(&folder.path("out/current")), two);
    let out = folder.path("out");
    let rebuilt = lamplight(&["metrics", "--rebuild", "--out", out.to_str().expect("utf-8")]);
    assert_eq!(code(&rebuilt), 0, "{}", text(&rebuilt));
    assert!(text(&rebuilt).contains("2 nights"), "{}", text(&rebuilt));
    assert_eq!(nights(&out), [("2026-03-02".to_owned(), 3.0), ("2026-03-03".to_owned(), 2.0)]);
    // The next night carries what the night before it carried.
    folder.as_of = "2026-03-04";
    std::fs::write(folder.path("eligibility.csv"), eligibility).expect("written");
    night(&folder, "2026-03-04", &[]);
    assert_eq!(nights(&folder.path("out/current")).len(), 3);
}

#[test]
fn a_damaged_run_gives_no_figures_and_is_named() {
    let folder = folder();
    night(&folder, "2026-03-02", &[]);
    let run = std::fs::canonicalize(folder.path("out/current")).expect("a run");
    std::fs::write(run.join("metrics.parquet"), "cut").expect("written");
    let told = night(&folder, "2026-03-03", &[]);
    assert!(told.contains("does not verify"), "{told}");
    assert_eq!(nights(&folder.path("out/current")), [("2026-03-03".to_owned(), 2.0)]);
    let out = folder.path("out");
    let rebuilt = lamplight(&["metrics", "--rebuild", "--out", out.to_str().expect("utf-8")]);
    assert!(text(&rebuilt).contains("left out, it does not verify: 2026-03-02"), "{}", text(&rebuilt));
}

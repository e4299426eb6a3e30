//! A year and more of nights in one output folder: disk, memory of earlier lists, figures and the account stay bounded and
//! whole, through a folder of version 0.1.0, a night skipped, a night repeated and a clock set back. Twelve nights by
//! default; `LAMPLIGHT_NIGHTS=400 LAMPLIGHT_PROGRAM=target/release/lamplight cargo test --test long_life -- --nocapture`
//! for the long count on a built program. Owns the calendar of what goes wrong; refuses to judge a list.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{RecordBatch, RecordBatchReader};
use lamplight::domain::Day;
use lamplight::publish::{Manifest, hash_outputs, output_digest};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use support::{code, command, lamplight, manifest, text};

const KEEP: usize = 14;
const FIRST: &str = "2025-05-01";
const MEMBERS: usize = 300;

/// The program under test: the one of this build, or one named.
fn program(arguments: &[&str]) -> Output {
    match std::env::var_os("LAMPLIGHT_PROGRAM") {
        None => lamplight(arguments),
        Some(path) => {
            let mut named = std::process::Command::new(path);
            for (key, value) in command(arguments).get_envs() {
                match value {
                    Some(value) => named.env(key, value),
                    None => named.env_remove(key),
                };
            }
            named.args(arguments).output().expect("the program starts")
        }
    }
}

fn nights_asked() -> i32 {
    std::env::var("LAMPLIGHT_NIGHTS").ok().and_then(|n| n.parse().ok()).unwrap_or(12)
}

/// One population with a history to the last night; each night sees what had arrived by then.
fn population(folder: &Path, last: Day) -> PathBuf {
    let data = folder.join("extracts");
    let made = program(&[
        "synth",
        "--members",
        &MEMBERS.to_string(),
        "--seed",
        "11",
        "--years",
        "4",
        "--as-of",
        &last.to_string(),
        "--format",
        "csv",
        "--out",
        data.to_str().expect("utf-8"),
    ]);
    assert_eq!(code(&made), 0, "{}", text(&made));
    let mut config = format!("[run]\nout = \"{}\"\nkeep_runs = {KEEP}\n", folder.join("out").display());
    let mut names: Vec<String> = std::fs::read_dir(&data)
        .expect("there")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".csv"))
        .collect();
    names.sort();
    for name in names {
        let extract = name.trim_end_matches(".csv");
        config.push_str(&format!("[extracts.{extract}]\npath = \"{}\"\n", data.join(&name).display()));
    }
    let path = folder.join("lamplight.toml");
    std::fs::write(&path, config).expect("written");
    path
}

/// Bytes of every file below a folder.
fn bytes_below(folder: &Path) -> u64 {
    std::fs::read_dir(folder)
        .expect("a folder")
        .map(|e| e.expect("an entry").path())
        .filter(|p| !p.is_symlink())
        .map(|p| if p.is_dir() { bytes_below(&p) } else { std::fs::metadata(&p).expect("there").len() })
        .sum()
}

fn run_names(out: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(out.join("runs"))
        .expect("runs")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Keeps some columns of a Parquet file, each under the name it had in version 0.1.0.
fn keep_columns(path: &Path, keep: &[(&str, &str)]) {
    let file = std::fs::File::open(path).expect("a table");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader");
    let schema = reader.schema();
    let fields: Vec<_> = keep
        .iter()
        .map(|(now, then)| schema.field_with_name(now).expect("a column").clone().with_name(*then))
        .collect();
    let narrow = Arc::new(arrow_schema::Schema::new(fields));
    let batches: Vec<RecordBatch> = reader.map(|b| b.expect("a batch")).collect();
    let mut writer =
        ArrowWriter::try_new(std::fs::File::create(path).expect("a file"), narrow.clone(), None).expect("a writer");
    for batch in batches {
        let columns = keep.iter().map(|(now, _)| batch.column_by_name(now).expect("a column").clone()).collect();
        writer.write(&RecordBatch::try_new(narrow.clone(), columns).expect("a batch")).expect("written");
    }
    writer.close().expect("closed");
}

/// Makes a published run into what version 0.1.0 would have left: its columns of the list and of the memory, none of the
/// tables that came later, and a manifest that vouches for the rest.
fn turn_into_first_version(run: &Path) {
    keep_columns(
        &run.join("memory.parquet"),
        &["member_id", "since", "last", "listed", "nights_beyond", "days_on_list", "tier", "clock", "priority"]
            .into_iter()
            .chain(["reasons", "arm", "drawn"])
            .map(|n| (n, n))
            .collect::<Vec<_>>(),
    );
    keep_columns(
        &run.join("outreach.parquet"),
        &[
            ("rank", "rank"),
            ("member_id", "member_id"),
            ("list_status", "list_status"),
            ("stream", "stream"),
            ("risk_tier", "tier"),
            ("priority", "priority"),
        ],
    );
    let later = ["metrics.parquet", "decisions.csv", "decisions.parquet", "follow_ups.csv", "care_tasks.parquet"]
        .into_iter()
        .chain(["measures/programs.parquet", "program.json"])
        .collect::<Vec<_>>();
    for name in &later {
        std::fs::remove_file(run.join(name)).expect("a file of later versions");
    }
    let mut told: Manifest = serde_json::from_value(manifest(run)).expect("a manifest");
    told.lamplight_version = "0.1.0".into();
    let kept: Vec<String> = told.outputs.drain(..).map(|o| o.file).filter(|f| !later.contains(&f.as_str())).collect();
    told.outputs = hash_outputs(run, &kept).expect("files");
    told.digest = output_digest(&told.outputs);
    let bytes = serde_json::to_vec_pretty(&told).expect("JSON");
    std::fs::write(run.join("manifest.sha256"), lamplight::reference::sha256_hex(&bytes) + "\n").expect("written");
    std::fs::write(run.join("manifest.json"), bytes).expect("written");
}

/// What the nights are told by.
struct Life {
    folder: tempfile::TempDir,
    config: PathBuf,
    /// Nights published since the folder knows figures.
    told: BTreeSet<String>,
    attempts: usize,
    largest_run: u64,
    worst: (f64, String),
}

impl Life {
    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn night(&mut self, as_of: Day) -> Output {
        let begun = Instant::now();
        let night = as_of.to_string();
        let output = program(&["run", "--config", self.config.to_str().expect("utf-8"), "--as-of", &night]);
        let seconds = begun.elapsed().as_secs_f64();
        assert_eq!(code(&output), 0, "{night}: {}", text(&output));
        if seconds > self.worst.0 {
            self.worst = (seconds, night.clone());
        }
        self.told.insert(night);
        self.attempts += 1;
        output
    }

    fn verified(&self) {
        let current = self.out().join("current");
        let output = program(&["verify", current.to_str().expect("utf-8")]);
        assert_eq!(code(&output), 0, "{}", text(&output));
    }

    /// The bounds that hold after every night.
    fn bounded(&mut self) {
        let out = self.out();
        let runs = run_names(&out);
        assert!(runs.len() <= KEEP, "{} runs are kept", runs.len());
        let newest = std::fs::canonicalize(out.join("current")).expect("a run");
        self.largest_run = self.largest_run.max(bytes_below(&newest));
        let beside: u64 = bytes_below(&out) - bytes_below(&out.join("runs"));
        assert!(beside < 8_192 * (self.attempts as u64 + 1), "{beside} bytes beside the runs");
    }
}

/// Nights of a year and more: a figure for each night once, whatever happened in between.
#[test]
fn nights_go_on_and_nothing_grows_without_bound() {
    let nights = nights_asked();
    let first = Day::parse_iso(FIRST).expect("a day");
    let folder = tempfile::tempdir().expect("a folder");
    let config = population(folder.path(), first.plus(nights));
    let mut life =
        Life { folder, config, told: BTreeSet::new(), attempts: 0, largest_run: 0, worst: (0.0, String::new()) };
    let begun = Instant::now();
    life.night(first);
    let current = std::fs::canonicalize(life.out().join("current")).expect("a run");
    turn_into_first_version(&current);
    let (of_first_version, listed) = (manifest(&current), listed_in(&current));
    life.told.clear();
    for n in 1..nights {
        let as_of = first.plus(n);
        match n % 40 {
            // The scheduler slept.
            3 => continue,
            // The same night again: one run of it, not two.
            5 => {
                life.night(as_of);
                let before = run_names(&life.out());
                let again = life.night(as_of);
                assert_eq!(run_names(&life.out()), before, "{}", text(&again));
            }
            // The clock was set back to the night that was skipped: it is published, and nobody is sent to it.
            8 => {
                life.night(as_of);
                let current = std::fs::read_link(life.out().join("current")).expect("a link");
                let back = life.night(as_of.plus(-5));
                assert_eq!(std::fs::read_link(life.out().join("current")).expect("a link"), current);
                assert!(text(&back).contains("current still names"), "{}", text(&back));
                // It is a night of its own, and the nights after it never saw it.
                life.told.remove(&as_of.plus(-5).to_string());
            }
            _ => drop(life.night(as_of)),
        }
        if n == 1 {
            // The list of version 0.1.0 is remembered by its digest.
            let told = manifest(&life.out().join("current"));
            assert_eq!(told["previous_digest"], of_first_version["digest"]);
            assert_eq!(told["list_stability"]["previous"], listed);
        }
        life.bounded();
        if n % 50 == 0 {
            life.verified();
        }
    }
    life.verified();
    let out = life.out();
    let figures = lamplight::publish::read_rows(&out.join("current/metrics.parquet"), None).expect("figures");
    let memory = lamplight::publish::read_rows(&out.join("current/memory.parquet"), None).expect("a memory");
    let account = std::fs::read_to_string(out.join("audit.jsonl")).expect("an account");
    println!(
        "{nights} nights of {MEMBERS} members in {:.0} s, {} attempts, worst night {:.1} s ({}); {} of {} kept runs, {} KiB in all, largest run {} KiB, account {} KiB, figures {} rows in {} KiB, memory {} rows",
        begun.elapsed().as_secs_f64(),
        life.attempts,
        life.worst.0,
        life.worst.1,
        run_names(&out).len(),
        KEEP,
        bytes_below(&out) / 1024,
        life.largest_run / 1024,
        account.len() / 1024,
        figures.rows.len(),
        std::fs::metadata(out.join("current/metrics.parquet")).expect("there").len() / 1024,
        memory.rows.len()
    );
    let mut by_night = std::collections::BTreeMap::<String, usize>::new();
    let mut seen = BTreeSet::new();
    for row in &figures.rows {
        *by_night.entry(figures.get(row, "as_of").to_owned()).or_default() += 1;
        let key: Vec<&str> =
            ["as_of", "metric", "dimension", "level"].into_iter().map(|c| figures.get(row, c)).collect();
        assert!(seen.insert(key.join("\u{1f}")), "told twice: {key:?}");
    }
    assert_eq!(by_night.keys().cloned().collect::<BTreeSet<_>>(), life.told);
    assert!(memory.rows.len() <= MEMBERS, "{} rows remembered", memory.rows.len());
    assert_eq!(account.lines().count(), life.attempts);
}

fn listed_in(run: &Path) -> usize {
    lamplight::publish::read_rows(&run.join("outreach.parquet"), None).expect("a list").rows.len()
}

/// An earlier run that cannot be believed is told, and the night goes on without it.
#[test]
fn a_changed_earlier_run_is_told_and_not_remembered() {
    let first = Day::parse_iso(FIRST).expect("a day");
    let folder = tempfile::tempdir().expect("a folder");
    let config = population(folder.path(), first.plus(2));
    let (config, out) = (config.to_str().expect("utf-8"), folder.path().join("out"));
    assert_eq!(code(&program(&["run", "--config", config, "--as-of", FIRST])), 0);
    let run = std::fs::canonicalize(out.join("current")).expect("a run");
    std::fs::write(run.join("suppressed.csv"), "changed").expect("written");
    let next = program(&["run", "--config", config, "--as-of", &first.plus(1).to_string()]);
    assert_eq!(code(&next), 0, "{}", text(&next));
    assert!(text(&next).contains("the newest earlier run does not verify"), "{}", text(&next));
    assert_eq!(manifest(&out.join("current"))["previous_digest"], serde_json::Value::Null);
}

/// Refused nights leave their quarantine, and no more of them than runs are kept; the one just refused is always there.
#[test]
fn refused_nights_leave_a_bounded_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(
        path("eligibility.csv"),
        "member_id,birth_date,gender,enrollment_start_date,enrollment_end_date\nM1,1950-01-01,female,2020-01-01,9999-12-31\n",
    )
    .expect("written");
    let rows = (0..30).map(|n| format!("A{n},M1,no date,inpatient")).collect::<Vec<_>>().join("\n");
    std::fs::write(path("admission.csv"), format!("admission_id,member_id,admission_date,patient_class\n{rows}\n"))
        .expect("written");
    std::fs::write(
        path("lamplight.toml"),
        "[run]\nout = \"out\"\nkeep_runs = 3\n[extracts.eligibility]\npath = \"eligibility.csv\"\n[extracts.admission]\npath = \"admission.csv\"\n",
    )
    .expect("written");
    let refused = |night: &str| {
        let config = path("lamplight.toml");
        let out = path("out");
        let arguments = ["run", "--config", config.to_str().expect("utf-8"), "--out", out.to_str().expect("utf-8")];
        let output = lamplight(&[&arguments[..], &["--as-of", night]].concat());
        assert_eq!(code(&output), 4, "{}", text(&output));
    };
    let left = || {
        let mut nights: Vec<String> = std::fs::read_dir(path("out/failed"))
            .expect("accounts")
            .map(|e| e.expect("an entry").file_name().to_string_lossy()[..10].to_owned())
            .collect();
        nights.sort();
        nights
    };
    for night in ["2026-06-01", "2026-06-02", "2026-06-03", "2026-06-04", "2026-06-05"] {
        refused(night);
    }
    assert_eq!(left(), ["2026-06-03", "2026-06-04", "2026-06-05"]);
    refused("2026-05-01");
    assert_eq!(left(), ["2026-05-01", "2026-06-04", "2026-06-05"]);
}

//! The clinical rules against hand-reasoned cases and against a slow second reading on random members.
//!
//! `tests/cases/<what_it_shows>/` holds one member each: a story, the member's rows, and the rows
//! expected of the engine. `tests/oracle/random/` holds 600 members drawn by a fixed seed whose
//! expected rows were computed by `tests/oracle/oracle.py` from the rules alone. A cell written
//! `*` is not judged. Every difference is shown, not only the first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lamplight::publish::read_rows;

const AS_OF: &str = "2026-06-30";
const EXTRACTS: [&str; 3] = ["eligibility", "medical_claim", "admission"];
const NOT_JUDGED: &str = "*";

/// Columns of a stay that are compared cell by cell; `readmit_claim_ids` stands for `readmit30_stay_id`.
const STAY_COLUMNS: [&str; 22] = [
    "admit_date",
    "discharge_date",
    "length_of_stay",
    "facility_npi",
    "discharge_disposition_code",
    "principal_diagnosis_code",
    "final_principal_diagnosis",
    "drg_code",
    "stay_type",
    "age_at_admit",
    "source",
    "code_basis",
    "is_planned",
    "planned_rule",
    "is_index",
    "index_exclusion",
    "readmit30",
    "days_to_readmission",
    "readmit_claim_ids",
    "died",
    "pqi",
    "pqi_exclusion",
];
const VISIT_COLUMNS: [&str; 2] = ["diagnosis_code", "unclassified"];
const INDEX_COLUMNS: [&str; 9] = [
    "charlson",
    "charlson_quan2011",
    "elixhauser_readmission",
    "elixhauser_mortality",
    "hfrs",
    "lace",
    "flag_2ip",
    "elixhauser_poa",
    "code_basis",
];

/// One row, by column name; a column that a file lacks reads as empty.
type Record = BTreeMap<String, String>;
/// Differences by member.
type Differences = BTreeMap<String, Vec<String>>;

#[test]
fn every_hand_reasoned_case_holds() {
    let folders = case_folders();
    assert!(!folders.is_empty(), "no case folders under tests/cases");
    let stories = stories_by_member(&folders);
    let found = run_and_compare(&folders);
    report(&found, &stories, folders.len());
}

#[test]
fn random_members_agree_with_the_slow_reading() {
    let folder = tests_folder().join("oracle").join("random");
    let members = read_csv(&folder.join("expected_indices.csv")).len();
    let found = run_and_compare(&[folder]);
    report(&found, &BTreeMap::new(), members);
}

fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn case_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(tests_folder().join("cases"))
        .expect("tests/cases can be listed")
        .map(|entry| entry.expect("a folder entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// The member of each case folder, with the folder's name and its story.
fn stories_by_member(folders: &[PathBuf]) -> BTreeMap<String, String> {
    let mut stories = BTreeMap::new();
    for folder in folders {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let story = fs::read_to_string(folder.join("story.md")).unwrap_or_default();
        for row in read_csv(&folder.join("eligibility.csv")) {
            stories.insert(cell(&row, "member_id").to_owned(), format!("{name}: {}", story.trim()));
        }
    }
    stories
}

/// Runs the engine once over the rows of all folders and compares what it publishes.
fn run_and_compare(folders: &[PathBuf]) -> Differences {
    let work = tempfile::tempdir().expect("a temporary folder");
    let config = write_inputs(folders, work.path());
    let output = Command::new(env!("CARGO_BIN_EXE_lamplight"))
        .arg("run")
        .arg("--config")
        .arg(&config)
        .current_dir(work.path())
        .output()
        .expect("the engine starts");
    assert!(
        output.status.success(),
        "lamplight run ended with {:?}\n{}\n{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let measures = work.path().join("out").join("current").join("measures");
    let mut found = Differences::new();
    compare_stays(&expected(folders, "expected_stays.csv"), &published_stays(&measures), &mut found);
    compare(
        "ED visit",
        &["visit_date", "facility_npi"],
        &VISIT_COLUMNS,
        &expected(folders, "expected_ed_visits.csv"),
        &published(&measures.join("ed_visits.parquet"), &["visit_date", "facility_npi"], &VISIT_COLUMNS),
        &mut found,
    );
    compare(
        "indices",
        &[],
        &INDEX_COLUMNS,
        &expected(folders, "expected_indices.csv"),
        &published(&measures.join("indices.parquet"), &[], &INDEX_COLUMNS),
        &mut found,
    );
    found
}

/// Puts the rows of all folders into one file per extract (union of columns) and returns the config.
fn write_inputs(folders: &[PathBuf], work: &Path) -> PathBuf {
    let mut config = format!("[run]\nas_of = \"{AS_OF}\"\nout = '{}'\n", work.join("out").display());
    for extract in EXTRACTS {
        let mut columns: Vec<String> = Vec::new();
        let mut rows: Vec<Record> = Vec::new();
        for folder in folders {
            let path = folder.join(format!("{extract}.csv"));
            for name in headers(&path) {
                if !columns.contains(&name) {
                    columns.push(name);
                }
            }
            rows.extend(read_csv(&path));
        }
        let path = work.join(format!("{extract}.csv"));
        let mut writer = csv::Writer::from_path(&path).expect("an input can be written");
        writer.write_record(&columns).expect("a header row");
        for row in &rows {
            writer.write_record(columns.iter().map(|name| cell(row, name))).expect("an input row");
        }
        writer.flush().expect("an input is complete");
        write!(config, "\n[extracts.{extract}]\npath = '{}'\nmax_bad_share = 1.0\n", path.display())
            .expect("config text");
    }
    let path = work.join("config.toml");
    fs::write(&path, config).expect("the config can be written");
    path
}

fn headers(path: &Path) -> Vec<String> {
    if !path.exists() {
        return Vec::new();
    }
    let mut reader = csv::Reader::from_path(path).expect("a case file can be read");
    reader.headers().expect("a header row").iter().map(str::to_owned).collect()
}

fn read_csv(path: &Path) -> Vec<Record> {
    let names = headers(path);
    if names.is_empty() {
        return Vec::new();
    }
    let mut reader = csv::Reader::from_path(path).expect("a case file can be read");
    reader
        .records()
        .map(|record| names.iter().cloned().zip(record.expect("a whole row").iter().map(str::to_owned)).collect())
        .collect()
}

fn cell<'a>(row: &'a Record, column: &str) -> &'a str {
    row.get(column).map_or("", String::as_str)
}

fn expected(folders: &[PathBuf], file: &str) -> Vec<Record> {
    folders.iter().flat_map(|folder| read_csv(&folder.join(file))).collect()
}

fn published(path: &Path, key: &[&str], columns: &[&str]) -> Vec<Record> {
    let Ok(rows) = read_rows(path, None) else {
        panic!("{} cannot be read", path.display());
    };
    let names: Vec<&str> = ["member_id"].iter().chain(key).chain(columns).copied().collect();
    rows.rows
        .iter()
        .map(|row| names.iter().map(|name| ((*name).to_owned(), rows.get(row, name).to_string())).collect())
        .collect()
}

/// The published stays, with `readmit30_stay_id` turned into that stay's own source ids.
fn published_stays(measures: &Path) -> Vec<Record> {
    let columns: Vec<&str> = STAY_COLUMNS
        .iter()
        .copied()
        .filter(|name| *name != "readmit_claim_ids")
        .chain(["stay_id", "claim_ids", "admission_ids", "readmit30_stay_id"])
        .collect();
    let mut stays = published(&measures.join("stays.parquet"), &[], &columns);
    let ids_of: BTreeMap<String, String> =
        stays.iter().map(|stay| (cell(stay, "stay_id").to_owned(), source_ids(stay))).collect();
    for stay in &mut stays {
        let id = cell(stay, "readmit30_stay_id").to_owned();
        let ids = match ids_of.get(&id) {
            Some(ids) => ids.clone(),
            None if id.is_empty() => String::new(),
            None => "a stay that is not published".to_owned(),
        };
        stay.insert("readmit_claim_ids".to_owned(), ids);
    }
    stays
}

fn source_ids(stay: &Record) -> String {
    format!("{}/{}", cell(stay, "claim_ids"), cell(stay, "admission_ids"))
}

fn compare_stays(expected: &[Record], published: &[Record], found: &mut Differences) {
    compare("stay", &["claim_ids", "admission_ids"], &STAY_COLUMNS, expected, published, found);
}

/// Matches rows by member and key, then compares the columns.
fn compare(
    what: &str,
    key: &[&str],
    columns: &[&str],
    expected: &[Record],
    published: &[Record],
    found: &mut Differences,
) {
    let wanted = by_key(key, expected);
    let got = by_key(key, published);
    let every: BTreeSet<&Vec<String>> = wanted.keys().chain(got.keys()).collect();
    for id in every {
        let member = &id[0];
        let place = format!("{what} [{}]", id[1..].join(" / "));
        let differences = found.entry(member.clone()).or_default();
        match (wanted.get(id), got.get(id)) {
            (Some(want), Some(have)) if want.len() == have.len() => {
                for (left, right) in want.iter().zip(have) {
                    for column in columns {
                        let (left, right) = (cell(left, column), cell(right, column));
                        if !same(left, right) {
                            differences.push(format!("{place} {column}: expected '{left}', published '{right}'"));
                        }
                    }
                }
            }
            (Some(want), Some(have)) => {
                differences.push(format!("{place}: expected {} row(s), published {}", want.len(), have.len()));
            }
            (Some(want), None) => {
                differences.push(format!("{place} is missing; expected {}", in_words(columns, want[0])));
            }
            (None, Some(have)) => {
                differences.push(format!("{place} is not expected; published {}", in_words(columns, have[0])));
            }
            (None, None) => {}
        }
    }
    found.retain(|_, differences| !differences.is_empty());
}

fn by_key<'a>(key: &[&str], rows: &'a [Record]) -> BTreeMap<Vec<String>, Vec<&'a Record>> {
    let mut groups: BTreeMap<Vec<String>, Vec<&'a Record>> = BTreeMap::new();
    for row in rows {
        let id = ["member_id"].iter().chain(key).map(|name| cell(row, name).to_owned()).collect();
        groups.entry(id).or_default().push(row);
    }
    groups
}

/// Text is compared as text; numbers may be written in more than one way.
fn same(expected: &str, published: &str) -> bool {
    if expected == NOT_JUDGED || expected == published {
        return true;
    }
    match (as_decimal(expected), as_decimal(published)) {
        (Some(left), Some(right)) => (left - right).abs() < 1e-6,
        _ => false,
    }
}

/// A number with a decimal point on either side, or a plain short one; codes such as `01` stay text.
fn as_decimal(text: &str) -> Option<f64> {
    let leading_zero = text.len() > 1 && text.starts_with('0') && !text.starts_with("0.");
    let numeric = text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-');
    if leading_zero || !numeric || text.len() > 12 { None } else { text.parse().ok() }
}

fn in_words(columns: &[&str], row: &Record) -> String {
    let parts: Vec<String> = columns
        .iter()
        .filter(|name| !cell(row, name).is_empty())
        .map(|name| format!("{name}={}", cell(row, name)))
        .collect();
    parts.join(" ")
}

fn report(found: &Differences, stories: &BTreeMap<String, String>, judged: usize) {
    if found.is_empty() {
        return;
    }
    let mut message = format!("{} of {judged} members differ\n", found.len());
    for (member, differences) in found {
        let story = stories.get(member).unwrap_or(member);
        write!(message, "\n{story}\n").expect("text");
        for difference in differences {
            writeln!(message, "  - {difference}").expect("text");
        }
    }
    panic!("{message}");
}

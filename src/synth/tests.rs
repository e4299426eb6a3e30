//! What the room promises: same bytes, a past that stays, rates in bands, files that parse, a truth
//! that is true. Refuses to know anything outside the room.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::claims::Night;
use super::codes::{AVOIDABLE, Cause};
use super::extract_tables::{Case, MemberTables, STREAMED, extract_columns};
use super::followup::avoidable_probability;
use super::life::live_until_night;
use super::person::Person;
use super::places::Npi;
use super::state::Life;
use super::table::{Table, schema};
use super::{Format, Options, generate_population, history_start, write_caseload_instance};
use crate::domain::Day;

fn day(text: &str) -> Day {
    Day::parse_iso(text).expect("a date")
}

fn options(members: u64, as_of: &str, format: Format, out: &Path) -> Options {
    Options { members, seed: 7, years: 2, as_of: day(as_of), format, out: out.to_owned() }
}

fn bytes(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |e: std::io::Result<std::fs::DirEntry>| {
        let e = e.expect("an entry");
        (e.file_name().to_string_lossy().into_owned(), std::fs::read(e.path()).expect("a file"))
    };
    std::fs::read_dir(dir).expect("a folder").map(read).collect()
}

#[test]
fn the_same_bytes_at_one_thread_and_at_two() {
    let made: Vec<BTreeMap<String, Vec<u8>>> = [1, 2]
        .into_iter()
        .map(|threads| {
            let dir = tempfile::tempdir().expect("a folder");
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| generate_population(&options(1_700, "2026-06-30", Format::Mixed, dir.path()), &|_| ()))
                .expect("a population");
            bytes(dir.path())
        })
        .collect();
    assert!(made[0].len() == 20, "{:?}", made[0].keys());
    for (name, first) in &made[0] {
        assert!(Some(first) == made[1].get(name), "{name} differs");
    }
}

#[test]
fn tomorrow_still_holds_what_was_seen_tonight() {
    let nights = ["2026-06-30", "2026-07-01", "2026-08-15"];
    let dirs: Vec<_> = nights.iter().map(|_| tempfile::tempdir().expect("a folder")).collect();
    for (night, dir) in nights.iter().zip(&dirs) {
        generate_population(&options(900, night, Format::Csv, dir.path()), &|_| ()).expect("a population");
    }
    let lines = |dir: &Path, name: &str| -> BTreeSet<String> {
        let text = std::fs::read_to_string(dir.join(format!("{name}.csv"))).expect("a file");
        // An ADT row without a discharge may get one.
        let open = |l: &&str| name == "admission" && l.split(',').nth(3) == Some("");
        text.lines().filter(|l| !open(l)).map(str::to_owned).collect()
    };
    for pair in dirs.windows(2) {
        for name in [
            "medical_claim",
            "pharmacy_claim",
            "admission",
            "sdoh_screening",
            "lab_result",
            "assessment",
            "survey",
            "feature_table",
        ] {
            let (before, after) = (lines(pair[0].path(), name), lines(pair[1].path(), name));
            let lost: Vec<_> = before.difference(&after).take(3).collect();
            assert!(lost.is_empty(), "{name} lost {lost:?}");
            assert!(after.len() >= before.len());
        }
    }
}

#[test]
fn every_file_parses_and_has_its_columns() {
    let dir = tempfile::tempdir().expect("a folder");
    let summary =
        generate_population(&options(2_000, "2026-06-30", Format::Mixed, dir.path()), &|_| ()).expect("a population");
    assert_eq!(summary.files.len(), STREAMED.len() + 5);
    for (file, rows) in &summary.files {
        let path = dir.path().join(file);
        let name = file.split('.').next().unwrap_or_default();
        let names: Vec<String> = extract_columns(name).into_iter().map(|c| c.0).collect();
        let raw = std::fs::read(&path).expect("a file");
        let counted = if file.ends_with(".parquet") {
            let reader =
                ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(&path).expect("a file")).expect("parquet");
            let found: Vec<String> = reader.schema().fields().iter().map(|f| f.name().clone()).collect();
            assert_eq!(found, names, "{file}");
            let batches: Vec<RecordBatch> = reader.build().expect("a reader").map(|b| b.expect("a batch")).collect();
            batches.iter().map(RecordBatch::num_rows).sum::<usize>()
        } else {
            let text: Box<dyn std::io::Read> = if file == "lab_result.csv.gz" {
                Box::new(flate2::read::GzDecoder::new(&raw[..]))
            } else {
                Box::new(&raw[..])
            };
            let mut reader = csv::Reader::from_reader(text);
            assert_eq!(
                reader.headers().expect("a header").iter().map(str::to_owned).collect::<Vec<_>>(),
                names,
                "{file}"
            );
            reader.records().collect::<Result<Vec<_>, _>>().expect("rows").len()
        };
        assert_eq!(counted as u64, *rows, "{file}");
        assert!(*rows > 0, "{file} is empty");
    }
}

/// Runs lives without files: what begins, discharge windows, claim lines, cover.
struct Watched {
    begun: Vec<(Day, Cause)>,
    windows: Vec<(Day, Day, f64)>,
    death: Option<Day>,
    tonight: Option<f64>,
    medical: Table,
    cases: Vec<Case>,
    mismatches: usize,
}

fn watch(night: Night, person: &Person) -> Watched {
    let table = |name: &str| Table::new(schema(&extract_columns(name)));
    let (mut medical, mut adt) = (table("medical_claim"), table("admission"));
    let mut small = MemberTables::new();
    let mut life = Life::new(night, person, &mut medical, &mut adt, &mut small);
    live_until_night(&mut life);
    let tonight = avoidable_probability(&life);
    let (begun, windows, death) = (life.begun.clone(), life.programme.windows.clone(), life.death);
    let mismatches = adt.mismatches() + medical.mismatches();
    Watched { begun, windows, death, tonight, medical, cases: small.cases, mismatches }
}

fn years_covered(p: &Person, w: &Watched, from: Day, to: Day) -> f64 {
    let to = w.death.map_or(to, |d| d.min(to));
    p.spans.iter().map(|&(a, b)| f64::from((b.min(to).since(a.max(from)) + 1).max(0)) / 365.25).sum()
}

#[test]
fn rates_are_in_their_bands() {
    let night = Night { seed: 7, as_of: day("2026-06-30"), start: day("2022-07-01") };
    let (mut index, mut returns, mut planted, mut open_cases, mut covered) = (0.0, 0.0, 0.0, 0, 0);
    let (mut lines, mut years, mut avoidable) = ([0.0; 2], [0.0; 2], 0.0);
    for i in 1..=20_000 {
        let person = Person::draw(night.seed, i);
        let w = watch(night, &person);
        assert_eq!(w.mismatches, 0);
        let elder = usize::from(person.birth.age_on(night.as_of.plus(-730)) >= 65);
        lines[elder] += f64::from(u32::try_from(w.medical.rows()).expect("few"));
        years[elder] += years_covered(&person, &w, night.start, night.as_of);
        covered += u32::from(person.covered(night.as_of) && w.death.is_none_or(|d| d > night.as_of));
        open_cases += u32::from(w.cases.iter().any(|c| c.end > night.as_of));
        avoidable += w
            .begun
            .iter()
            .filter(|b| b.0 >= night.start && b.0 <= night.as_of && (b.1 as usize) < AVOIDABLE)
            .fold(0.0, |n, _| n + f64::from(u8::try_from(elder).unwrap_or(0)));
        for &(admit, discharge, p) in &w.windows {
            let cause = w.begun.iter().find(|b| b.0 == admit).map(|b| b.1);
            let excluded = matches!(cause, Some(Cause::Psychiatric | Cause::Chemotherapy));
            if admit < night.start || discharge.plus(31) > night.as_of || person.birth.age_on(admit) < 65 || excluded {
                continue;
            }
            index += 1.0;
            planted += p;
            let next = w.begun.iter().find(|b| b.0 >= discharge && b.0.since(discharge) <= 30);
            returns += f64::from(u8::from(next.is_some_and(|b| (b.1 as usize) < super::codes::UNPLANNED)));
        }
    }
    let rate = returns / index;
    assert!((0.11..0.17).contains(&rate), "return rate {rate}");
    assert!((rate / (planted / index) - 1.0).abs() < 0.12, "planted {} seen {rate}", planted / index);
    let (young, old) = (lines[0] / years[0], lines[1] / years[1]);
    assert!((9.0..15.0).contains(&young) && (42.0..58.0).contains(&old), "lines a member-year: {young} and {old}");
    let cases = f64::from(open_cases) / f64::from(covered);
    assert!((0.03..0.05).contains(&cases), "in caseload {cases}");
    assert!((0.025..0.055).contains(&(avoidable / years[1])), "avoidable 65+ {}", avoidable / years[1]);
}

#[test]
fn the_planted_probability_of_an_avoidable_stay_comes_true() {
    let as_of = day("2025-09-30");
    // Claims are not looked at: the history begins tonight.
    let tonight = Night { seed: 11, as_of, start: as_of };
    let later = Night { as_of: as_of.plus(90), ..tonight };
    let (mut planted, mut seen, mut high, mut high_seen) = (0.0, 0.0, 0.0, 0.0);
    for i in 1..=60_000 {
        let person = Person::draw(tonight.seed, i);
        let Some(p) = watch(tonight, &person).tonight else { continue };
        let came =
            watch(later, &person).begun.iter().any(|b| b.0 > as_of && b.0 <= later.as_of && (b.1 as usize) < AVOIDABLE);
        let came = f64::from(u8::from(came));
        planted += p;
        seen += came;
        if p > 0.03 {
            high += p;
            high_seen += came;
        }
    }
    assert!((seen / planted - 1.0).abs() < 0.22, "planted {planted} seen {seen}");
    assert!((high_seen / high - 1.0).abs() < 0.35, "high risk: planted {high} seen {high_seen}");
}

#[test]
fn history_opens_on_a_first_of_july_and_holds_the_years_asked() {
    assert_eq!(history_start(day("2026-06-30"), 4), day("2022-07-01"));
    assert_eq!(history_start(day("2026-07-01"), 4), day("2022-07-01"));
    assert_eq!(history_start(day("2026-03-10"), 4), day("2021-07-01"));
    assert_eq!(history_start(day("2026-06-30"), 40), super::person::EPOCH);
}

#[test]
fn provider_numbers_have_their_check_digit_and_belong_to_nobody() {
    for n in [0, 7, 999, 12_345, 299_998] {
        let digits = Npi(n).digits();
        assert!(digits.iter().all(u8::is_ascii_digit) && &digits < b"1003000126");
        let sum: u32 = digits
            .iter()
            .rev()
            .enumerate()
            .map(|(i, d)| {
                let d = u32::from(d - b'0') * if i % 2 == 1 { 2 } else { 1 };
                d / 10 + d % 10
            })
            .sum();
        assert_eq!((sum + 24) % 10, 0);
    }
}

#[test]
fn a_caseload_instance_has_its_size_and_no_infeasible_pin() {
    let dir = tempfile::tempdir().expect("a folder");
    write_caseload_instance(300, 12, 5, dir.path()).expect("an instance");
    let mut members = csv::Reader::from_path(dir.path().join("members.csv")).expect("a file");
    assert_eq!(members.records().collect::<Result<Vec<_>, _>>().expect("rows").len(), 300);
    let mut managers = csv::Reader::from_path(dir.path().join("care_managers.csv")).expect("a file");
    assert_eq!(managers.records().collect::<Result<Vec<_>, _>>().expect("rows").len(), 12);
}

#[test]
fn bad_options_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    assert!(generate_population(&options(0, "2026-06-30", Format::Csv, dir.path()), &|_| ()).is_err());
    assert!(generate_population(&options(5, "2019-06-30", Format::Csv, dir.path()), &|_| ()).is_err());
}

/// Pearson's correlation of pairs.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = f64::from(u32::try_from(pairs.len()).expect("few"));
    let (mx, my) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xx += (x - mx) * (x - mx);
        yy += (y - my) * (y - my);
        xy += (x - mx) * (y - my);
    }
    xy / libm::sqrt(xx * yy)
}

#[test]
fn claims_tell_frailty_about_as_well_as_published_indices_do() {
    let night = Night { seed: 3, as_of: day("2026-06-30"), start: day("2024-07-01") };
    let signs: BTreeSet<&str> = super::codes::FRAIL_SIGNS.into_iter().collect();
    let aids = ["E0143", "K0001", "E0260"];
    let mut pairs = Vec::new();
    for i in 1..=6_000 {
        let person = Person::draw(night.seed, i);
        if person.birth.age_on(night.as_of) < 65 || !person.covered(night.as_of) || !person.covered(night.start) {
            continue;
        }
        let w = watch(night, &person);
        if w.death.is_some() {
            continue;
        }
        let batch = w.medical.finish().expect("a table");
        let text = |name: &str| {
            let column = batch.column_by_name(name).expect("a column");
            arrow_cast::cast(column, &arrow_schema::DataType::Utf8).expect("text")
        };
        let (mut named, mut aided) = (0.0, 0.0);
        let columns: Vec<_> = (1..=5).map(|k| text(&format!("diagnosis_code_{k}"))).collect();
        let hcpcs = text("hcpcs_code");
        let cell = |c: &arrow_array::ArrayRef, row: usize| {
            c.as_any().downcast_ref::<arrow_array::StringArray>().expect("text").value(row).to_owned()
        };
        for row in 0..batch.num_rows() {
            named += f64::from(u8::from(columns.iter().any(|c| signs.contains(&*cell(c, row)))));
            aided += f64::from(u8::from(aids.contains(&&*cell(&hcpcs, row))));
        }
        pairs.push((person.frailty, libm::log(1.0 + named) + libm::log(1.0 + aided)));
    }
    let r = correlation(&pairs);
    // The claims-based frailty index of Kim et al. (2018) correlates .60 with the one of a survey.
    assert!((0.45..0.65).contains(&r), "correlation {r} over {}", pairs.len());
}

//! What the room promises: same bytes, a past that stays, rates in bands, files that parse, a truth
//! that is true. Refuses to know anything outside the room.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::claims::Night;
use super::codes::{AVOIDABLE, Cause};
use super::extract_tables::{Case, MemberTables, STREAMED, extract_columns};
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
    assert!(made[0].len() == 26, "{:?}", made[0].keys());
    for (name, first) in &made[0] {
        assert!(Some(first) == made[1].get(name), "{name} differs");
    }
}

#[test]
fn tomorrow_still_holds_what_was_seen_tonight() {
    let nights = ["2026-06-29", "2026-06-30", "2026-07-01", "2026-08-15"];
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
            "problem_list",
            "consent",
            "member_crosswalk",
            "outreach_log",
        ] {
            let (before, after) = (lines(pair[0].path(), name), lines(pair[1].path(), name));
            let lost: Vec<_> = before.difference(&after).take(3).collect();
            assert!(lost.is_empty(), "{name} lost {lost:?}");
            assert!(after.len() >= before.len());
        }
    }
}

#[test]
fn nothing_happens_to_the_dead_and_nothing_ends_before_it_begins() {
    // The second is the shipped sample.
    for (members, seed, years) in [(3_000, 7, 2), (2_000, 1, 4)] {
        let dir = tempfile::tempdir().expect("a folder");
        let options = Options { seed, years, ..options(members, "2026-06-30", Format::Csv, dir.path()) };
        generate_population(&options, &|_| ()).expect("a population");
        assert_possible(dir.path());
    }
}

/// Nothing after a death, nothing that ends before it begins.
fn assert_possible(dir: &Path) {
    let table = |name: &str| -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(dir.join(format!("{name}.csv"))).expect("a file");
        reader.deserialize().collect::<Result<_, _>>().expect("rows")
    };
    // ISO dates order as text.
    let mut death: BTreeMap<String, String> = BTreeMap::new();
    for row in table("eligibility") {
        assert!(row["enrollment_end_date"] >= row["enrollment_start_date"], "a span is reversed");
        if !row["death_date"].is_empty() {
            death.insert(row["member_id"].clone(), row["death_date"].clone());
        }
    }
    assert!(death.len() > 50, "{} died", death.len());
    // A claim may still carry the id of before.
    let dies = |row: &BTreeMap<String, String>| death.get(&format!("M{}", &row["member_id"][1..])).cloned();
    let mut seen = 0;
    for (name, from, to) in [
        ("medical_claim", "claim_start_date", "claim_end_date"),
        ("medical_claim", "admission_date", "discharge_date"),
        ("admission", "admission_date", "discharge_date"),
        ("pharmacy_claim", "dispensing_date", "dispensing_date"),
        ("outreach_log", "contact_date", "contact_date"),
        ("care_task", "done_date", "done_date"),
        ("lab_result", "result_date", "result_date"),
        ("survey", "survey_date", "survey_date"),
        ("sdoh_screening", "screening_date", "screening_date"),
    ] {
        for row in table(name) {
            let (begins, ends) = (&row[from], &row[to]);
            assert!(ends.is_empty() || begins.is_empty() || ends >= begins, "{name}: {to} before {from}");
            if let Some(died) = dies(&row) {
                seen += 1;
                assert!(*begins <= died && *ends <= died, "{name}: something after a death");
            }
        }
    }
    assert!(seen > 1_000, "{seen} rows of the dead were looked at");
    for row in table("appointment") {
        let kept = row["appointment_status"] == "kept";
        assert!(!kept || dies(&row).is_none_or(|d| row["appointment_date"] <= d), "a visit after a death");
    }
}

#[test]
fn the_new_extracts_tell_one_story() {
    let dir = tempfile::tempdir().expect("a folder");
    generate_population(&options(4_000, "2026-06-30", Format::Csv, dir.path()), &|_| ()).expect("a population");
    let table = |name: &str| -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(dir.path().join(format!("{name}.csv"))).expect("a file");
        reader.deserialize().collect::<Result<_, _>>().expect("rows")
    };
    let count =
        |rows: &[BTreeMap<String, String>], column: &str, word: &str| rows.iter().filter(|r| r[column] == word).count();
    let appointments = table("appointment");
    for status in ["booked", "kept", "no_show", "cancelled"] {
        assert!(count(&appointments, "appointment_status", status) > 20, "few are {status}");
    }
    let ahead = appointments.iter().filter(|r| r["appointment_date"].as_str() > "2026-06-30");
    assert!(
        ahead.clone().count() > 20
            && ahead.clone().all(|r| matches!(&*r["appointment_status"], "booked" | "cancelled"))
    );
    let providers: BTreeSet<String> = table("provider").into_iter().map(|r| r["npi"].clone()).collect();
    assert!(appointments.iter().all(|r| providers.contains(&r["provider_npi"])), "a visit with nobody");
    let facilities: BTreeSet<String> = table("facility").into_iter().map(|r| r["npi"].clone()).collect();
    assert!(table("admission").iter().all(|r| facilities.contains(&r["facility_npi"])));
    // Every number can be dialled in North America.
    for row in table("eligibility").iter().filter(|r| !r["phone"].is_empty()) {
        let digits: String = row["phone"].chars().filter(char::is_ascii_digit).collect();
        assert!(digits.len() == 10 && !matches!(digits.as_bytes()[3], b'0' | b'1'), "{digits}");
        assert!(digits.bytes().any(|d| d != digits.as_bytes()[0]));
    }
    let fills = table("pharmacy_claim");
    let ids: BTreeSet<&str> = fills.iter().map(|r| r["claim_id"].as_str()).collect();
    let back: Vec<_> = fills.iter().filter(|r| !r["reversal_of_claim_id"].is_empty()).collect();
    assert!(
        back.len() > 100
            && back.iter().all(|r| ids.contains(&*r["reversal_of_claim_id"]) && r["quantity"].starts_with('-'))
    );
    let claims = table("medical_claim");
    let denied = claims.iter().filter(|r| r["claim_status"] == "denied");
    assert!(denied.clone().count() > 500 && denied.clone().all(|r| r["paid_amount"] == "0.00"));
    assert!(count(&table("admission"), "visit_status", "cancelled") > 5);
    let old: BTreeSet<String> = table("member_crosswalk").into_iter().map(|r| r["from_id"].clone()).collect();
    let carried: BTreeSet<&str> =
        claims.iter().map(|r| r["member_id"].as_str()).filter(|m| m.starts_with('X')).collect();
    assert!(carried.len() > 3 && carried.iter().all(|m| old.contains(*m)));
    let tasks = table("care_task");
    for status in ["open", "met", "cancelled"] {
        assert!(count(&tasks, "goal_status", status) > 10, "few goals are {status}");
    }
    assert!(tasks.iter().all(|r| (r["kind"] == "goal") != r["goal_text"].is_empty()));
    let outreach = table("outreach_log");
    assert!(outreach.iter().any(|r| r["outcome"] == "wrong_number" && !r["contact_value"].is_empty()));
    assert!(outreach.iter().all(|r| r["channel"] != "letter" || r["contact_value"].is_empty()));
    let consents = table("consent");
    assert!(count(&consents, "consent_status", "withdrawn") > 0 && count(&consents, "program", "CCM") > 5);
}

#[test]
fn every_file_parses_and_has_its_columns() {
    let dir = tempfile::tempdir().expect("a folder");
    let summary =
        generate_population(&options(2_000, "2026-06-30", Format::Mixed, dir.path()), &|_| ()).expect("a population");
    assert_eq!(summary.files.len(), STREAMED.len() + 8);
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
    let tonight = life.tonight;
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
    assert_eq!(history_start(4), day("2022-07-01"));
    assert_eq!(history_start(1), day("2025-07-01"));
    assert_eq!(history_start(40), super::person::EPOCH);
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

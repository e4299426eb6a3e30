//! Cut and mutated input files: each is read, rejected row by row or refused, never a panic. Owns the mutations; few
//! by default, `LAMPLIGHT_MUTATIONS=10000 cargo test --test hostile` for the full count.

mod support;

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use lamplight::config::{Overrides, RunPlan};
use lamplight::domain::mix64;
use lamplight::extracts::extract_names;
use lamplight::pipeline::{NightlyOptions, Progress, check};
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

const HEADER: &str =
    "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,diagnosis_code_1,paid_amount";

fn rows() -> Vec<[String; 8]> {
    (0..120)
        .map(|i| {
            let day = format!("2026-05-{:02}", i % 28 + 1);
            [
                format!("C{i}"),
                "1".into(),
                "professional".into(),
                format!("M{}", i % 9),
                day.clone(),
                day,
                "E11.9".into(),
                format!("{i}.50"),
            ]
        })
        .collect()
}

fn csv() -> Vec<u8> {
    let mut out = HEADER.to_owned() + "\n";
    for r in rows() {
        out.push_str(&r.join(","));
        out.push('\n');
    }
    out.into_bytes()
}

fn parquet(compression: Compression) -> Vec<u8> {
    let rows = rows();
    let text = |i: usize| -> ArrayRef { Arc::new(rows.iter().map(|r| Some(r[i].as_str())).collect::<StringArray>()) };
    let columns: Vec<(&str, ArrayRef)> = HEADER
        .split(',')
        .enumerate()
        .map(|(i, name)| match name {
            "claim_line_number" => (name, Arc::new(Int64Array::from(vec![1; rows.len()])) as ArrayRef),
            "paid_amount" => (name, Arc::new(Float64Array::from(vec![1.5; rows.len()])) as ArrayRef),
            _ => (name, text(i)),
        })
        .collect();
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let settings =
        WriterProperties::builder().set_compression(compression).set_max_row_group_row_count(Some(50)).build();
    let mut out = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut out, batch.schema(), Some(settings)).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).expect("memory");
    out.finish().expect("memory")
}

/// One mutation of a file, by number: flipped bits, a run of bytes overwritten, a cut, a repeat, a length made huge.
fn mutate(whole: &[u8], n: u64) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let mut state = mix64(n ^ 0xFA17);
    let mut next = |below: usize| {
        state = mix64(state);
        usize::try_from(state % below.max(1) as u64).expect("small")
    };
    for _ in 0..=next(3) {
        if bytes.len() < 16 {
            break;
        }
        let at = next(bytes.len() - 8);
        match next(7) {
            0 => bytes[at] ^= 1 << next(8),
            1 => bytes[at..at + 8].fill(0xFF),
            2 => bytes[at..at + 4].fill(0),
            3 => bytes.truncate(at + 8),
            4 => {
                let run = bytes[at..(at + 1 + next(64)).min(bytes.len())].to_vec();
                bytes.splice(at..at, run);
            }
            5 => drop(bytes.drain(at..(at + 1 + next(64)).min(bytes.len()))),
            // The tail of a Parquet file holds its lengths.
            _ => {
                let tail = bytes.len() - 1 - next(bytes.len().min(400));
                bytes[tail] = bytes[tail].wrapping_add(1 + u8::try_from(next(255)).expect("a byte"));
            }
        }
    }
    bytes
}

#[test]
fn no_mutation_of_a_file_makes_the_reader_panic() {
    let count: u64 = std::env::var("LAMPLIGHT_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name);
    let mut members = String::from("member_id,birth_date,gender,enrollment_start_date,enrollment_end_date\n");
    for i in 0..9 {
        members.push_str(&format!("M{i},1950-01-0{},female,2020-01-01,9999-12-31\n", i + 1));
    }
    std::fs::write(path("eligibility.csv"), members).expect("written");
    let zstd = zstd::encode_all(&csv()[..], 3).expect("memory");
    let files = [
        csv(),
        gzip(&csv()),
        zstd,
        parquet(Compression::UNCOMPRESSED),
        parquet(Compression::SNAPPY),
        parquet(Compression::ZSTD(parquet::basic::ZstdLevel::default())),
    ];
    std::fs::write(
        path("hostile.toml"),
        format!(
            "[run]\nas_of = \"2026-06-30\"\nthreads = 1\nout = \"{}\"\n[extracts.eligibility]\npath = \"eligibility.csv\"\n[extracts.medical_claim]\npath = \"claims\"\n",
            path("out").display()
        ),
    )
    .expect("written");
    let plan =
        RunPlan::load(&path("hostile.toml"), &Overrides::default(), &|_| None, &extract_names()).expect("a plan");
    let mut codes = std::collections::BTreeMap::new();
    // What a panic would say is not the test's business; that there is one is.
    std::panic::set_hook(Box::new(|_| {}));
    for n in 0..count {
        let whole = &files[usize::try_from(n).expect("small") % files.len()];
        std::fs::write(path("claims"), mutate(whole, n)).expect("written");
        let outcome = catch_unwind(AssertUnwindSafe(|| check(&plan, &NightlyOptions::default(), &Progress::new())));
        let code = match outcome {
            Ok(Ok(_)) => 0,
            Ok(Err(e)) => e.exit_code(),
            Err(panic) => panic!("mutation {n} made the reader panic ({:?})", panic.type_id()),
        };
        assert!(matches!(code, 0 | 3 | 4), "mutation {n}: exit {code}");
        *codes.entry(code).or_insert(0_u64) += 1;
    }
    let _ = std::panic::take_hook();
    // The mutations are neither all harmless nor all refused at the door.
    assert!(codes.get(&3).is_some_and(|n| *n > 0) && codes.len() > 1, "{codes:?}");
}

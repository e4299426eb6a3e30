//! The nightly run against a plain arrow-rs decode of the same Parquet columns, in one process: CPU seconds of
//! both, their ratio, and peak memory; and the ratio of reading, timelines and measures alone (member tables written),
//! by the run's own `timings.json`. `cargo bench --bench nightly -- 10k 100k`. The population is made with a
//! fixed seed before anything is timed. Report ratios: machines are noisy.

use std::path::{Path, PathBuf};
use std::time::Instant;

use lamplight::config::{Overrides, RunPlan};
use lamplight::domain::Day;
use lamplight::extracts::{EXTRACTS, extract_names};
use lamplight::pipeline::{NightlyOptions, Progress, nightly};
use lamplight::synth;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// User and system seconds of this process, all threads (Linux; hundredths).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or("").split(' ').collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Highest resident memory so far, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// An extract of a folder: one file, or a folder of parts.
fn place(data: &Path, extract: &str) -> PathBuf {
    let file = data.join(format!("{extract}.parquet"));
    if file.exists() { file } else { data.join(extract) }
}

/// Decodes the contract's columns of an extract and counts rows.
fn decode(path: &Path, extract: &str) -> usize {
    if path.is_dir() {
        let parts = std::fs::read_dir(path).expect("a folder").flatten();
        return parts.map(|e| decode(&e.path(), extract)).sum();
    }
    let spec = lamplight::extracts::extract(extract).expect("an extract");
    let wanted: Vec<String> = spec.flat().map(|(n, _)| n).collect();
    let file = std::fs::File::open(path).expect("a file");
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let fields: Vec<usize> = builder
        .schema()
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, f)| wanted.contains(f.name()))
        .map(|(i, _)| i)
        .collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), fields);
    builder.with_projection(mask).build().expect("a reader").map(|b| b.expect("a batch").num_rows()).sum()
}

/// A population of fixed seed, and then the night over it.
fn made(name: &str, members: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let as_of = Day::parse_iso("2026-06-30").expect("a day");
    let out = folder.path().join("data");
    let options = synth::Options { members, seed: 7, years: 3, as_of, format: synth::Format::Parquet, out };
    synth::generate_population(&options, &|_| {}).expect("a population");
    bench(name, &folder.path().join("data"));
}

fn bench(name: &str, data: &Path) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = format!("[run]\nas_of = \"2026-06-30\"\nout = \"{}\"\n", folder.path().join("out").display());
    let made: Vec<&str> = EXTRACTS.iter().map(|e| e.name).filter(|n| place(data, n).exists()).collect();
    for name in &made {
        text.push_str(&format!("[extracts.{}]\npath = \"{}\"\n", name, place(data, name).display()));
    }
    let config = folder.path().join("bench.toml");
    std::fs::write(&config, text).expect("written");
    let plan = RunPlan::load(&config, &Overrides::default(), &|_| None, &extract_names()).expect("a plan");

    let before = cpu_seconds();
    let rows: usize = made.iter().map(|name| decode(&place(data, name), name)).sum();
    let plain = cpu_seconds() - before;
    let (before, begun) = (cpu_seconds(), Instant::now());
    nightly(&plan, &NightlyOptions::default(), &Progress::new()).expect("a night");
    let (ours, wall) = (cpu_seconds() - before, begun.elapsed().as_secs_f64());
    let chain = chain_seconds(&folder.path().join("out/current/timings.json"));
    println!(
        "nightly/{name}: {rows} rows; plain decode {plain:.2} CPU s; read, timeline, measures {chain:.2} CPU s, ratio {:.1}; \
         whole night {ours:.2} CPU s, {wall:.1} s wall, ratio {:.1}; peak {} MiB",
        chain / plain,
        ours / plain,
        peak_mib()
    );
}

/// CPU seconds of the stages before the scores.
fn chain_seconds(timings: &Path) -> f64 {
    let bytes = std::fs::read(timings).expect("timings");
    let timings: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    let stages = timings["stages"].as_array().expect("stages");
    let before = stages.iter().take_while(|s| s["stage"] != "score");
    before.filter_map(|s| s["cpu_milliseconds"].as_f64()).sum::<f64>() / 1000.0
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    for (name, members) in [("10k", 10_000), ("100k", 100_000), ("1M", 1_000_000)] {
        if asked.iter().any(|a| a == name) || (asked.is_empty() && name == "10k") {
            made(name, members);
        }
    }
    // A folder made earlier by `synth --format parquet --years 3 --as-of 2026-06-30`.
    for folder in asked.iter().map(Path::new).filter(|p| p.is_dir()) {
        bench("folder", folder);
    }
}

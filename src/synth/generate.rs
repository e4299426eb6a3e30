//! The order of generation: chunks of members, then what needs them all, then the marker. Owns the choice of
//! files and formats; refuses to know what happens to anybody.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::claims::Night;
use super::directory::{write_facilities, write_providers};
use super::error::SynthError;
use super::extract_tables::{Case, Contact, STREAMED, Task, extract_columns};
use super::extracts::{Chunk, live_chunk};
use super::layout::TRUTH;
use super::sink::{self, Encode, Sink};
use super::table::{Table, schema};
use super::{person, team};
use crate::domain::Day;

/// Members of one chunk; fixed, so that tables do not depend on threads.
const CHUNK: u64 = 512;
/// Above this many members the big extracts are folders of parts.
const PARTS_ABOVE: u64 = 100_000;

/// File formats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Every extract as CSV.
    Csv,
    /// Every extract as Parquet.
    Parquet,
    /// Big extracts Parquet, small ones CSV, laboratory values gzipped: what `sample-data/` shows.
    Mixed,
}

/// What to generate.
#[derive(Clone, Debug)]
pub struct Options {
    /// People.
    pub members: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Years of history before 2026-07-01, whatever the night: a later night only adds.
    pub years: u32,
    /// Night by which a row must have arrived.
    pub as_of: Day,
    /// File formats.
    pub format: Format,
    /// Output folder.
    pub out: PathBuf,
}

/// The files written, with their rows, in the order of the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// File names relative to the output folder, with their rows.
    pub files: Vec<(String, u64)>,
}

/// The first of July from which years of history are counted back, whatever the night: a later night only adds.
const HISTORY_ENDS: Day = Day(20_635); // 2026-07-01

/// The first service day written: the first of July so many years before 2026-07-01, the population's first day at the
/// earliest. It does not depend on the night.
#[must_use]
pub fn history_start(years: u32) -> Day {
    let months = i32::try_from(years.min(100)).unwrap_or(4) * 12;
    HISTORY_ENDS.plus_months(-months).max(person::EPOCH)
}

fn file_format(format: Format, name: &str, members: u64) -> Encode {
    let big = matches!(name, "medical_claim" | "pharmacy_claim" | "admission");
    let many = members > PARTS_ABOVE;
    match format {
        _ if name == TRUTH => Encode::Parquet,
        Format::Csv => Encode::Csv,
        Format::Parquet | Format::Mixed if big && many => Encode::Parts,
        Format::Mixed if matches!(name, "lab_result") => Encode::CsvGz,
        Format::Mixed if !big && !matches!(name, "sdoh_screening" | "appointment") => Encode::Csv,
        Format::Parquet | Format::Mixed => Encode::Parquet,
    }
}

/// Generates a population and writes every extract and `truth.parquet` into `options.out`.
///
/// # Errors
/// When the options make no sense or a file cannot be written.
pub fn generate_population(options: &Options, progress: &(dyn Fn(u64) + Sync)) -> Result<Summary, SynthError> {
    if options.members == 0 || options.members > 9_999_999 {
        return Err(SynthError::Options("members must be between 1 and 9999999".to_owned()));
    }
    if options.years == 0 || options.as_of < person::EPOCH.plus(30) {
        return Err(SynthError::Options(format!("the population begins on {}: choose a later night", person::EPOCH)));
    }
    let start = history_start(options.years);
    if options.as_of < start.plus(30) {
        return Err(SynthError::Options(format!(
            "{} years of history begin on {start}: choose more years or a later night",
            options.years
        )));
    }
    let night = Night { seed: options.seed, as_of: options.as_of, start };
    sink::private_dir(&options.out)?;
    let mut sinks = STREAMED
        .iter()
        .map(|&name| {
            let kind = file_format(options.format, name, options.members);
            Sink::create(&options.out, name, kind, schema(&extract_columns(name)))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut waiting = AcrossMembers::default();
    let done = AtomicU64::new(0);
    let wave = CHUNK * 2 * u64::try_from(rayon::current_num_threads()).unwrap_or(1).max(1);
    let mut from = 0;
    while from < options.members {
        let to = (from + wave).min(options.members);
        let bounds: Vec<(u64, u64)> =
            (from / CHUNK..to.div_ceil(CHUNK)).map(|c| (c * CHUNK, ((c + 1) * CHUNK).min(options.members))).collect();
        let chunks: Vec<Chunk> = bounds
            .into_par_iter()
            .map(|(a, b)| {
                let made = live_chunk(night, a, b);
                progress(done.fetch_add(b - a, Ordering::Relaxed) + (b - a));
                made
            })
            .collect::<Result<_, _>>()?;
        // Extracts are independent files: each takes its batches in the order of the members.
        sinks.par_iter_mut().enumerate().try_for_each(|(i, sink)| {
            chunks.iter().try_for_each(|c| c.batches.get(i).map_or(Ok(()), |b| sink.write(b)))
        })?;
        for c in chunks {
            waiting.cases.extend(c.cases);
            waiting.contacts.extend(c.contacts);
            waiting.tasks.extend(c.tasks);
        }
        from = to;
    }
    let mut files = sinks.into_iter().map(Sink::finish).collect::<Result<Vec<_>, _>>()?;
    files.extend(write_across_members(options, night, &mut waiting)?);
    write_marker(options)?;
    Ok(Summary { files })
}

/// The file that says an extract folder is synthetic: whatever is trained beside it is a demonstration.
pub const MARKER: &str = "synthetic.json";

fn write_marker(options: &Options) -> Result<(), SynthError> {
    use std::io::Write as _;
    let path = options.out.join(MARKER);
    let text = format!(
        "{{\"generator\":\"lamplight synth\",\"members\":{},\"seed\":{},\"years\":{},\"as_of\":\"{}\"}}\n",
        options.members, options.seed, options.years, options.as_of
    );
    let mut file = sink::private_file(&path)?;
    file.write_all(text.as_bytes()).map_err(|e| SynthError::io(&path, e))
}

/// Extracts written when all members are known.
const ACROSS: [&str; 8] =
    ["area_index", "care_manager", "caseload", "outreach_log", "care_task", "ndc_ingredient", "provider", "facility"];

/// What waits for the whole population: who worked which case is decided across members.
#[derive(Default)]
struct AcrossMembers {
    cases: Vec<Case>,
    contacts: Vec<Contact>,
    tasks: Vec<Task>,
}

/// The extracts that need all members, or none.
fn write_across_members(
    options: &Options,
    night: Night,
    waiting: &mut AcrossMembers,
) -> Result<Vec<(String, u64)>, SynthError> {
    let staff = team::draw_team(night, options.members);
    let assigned = team::assign_cases(&staff, &mut waiting.cases);
    let AcrossMembers { cases, contacts, tasks } = &*waiting;
    let mut files = Vec::new();
    for name in ACROSS {
        let shape = schema(&extract_columns(name));
        let mut table = Table::new(shape.clone());
        match name {
            "area_index" => team::write_area_index(&mut table),
            "care_manager" => team::write_managers(&mut table, &staff),
            "caseload" => team::write_caseload(&mut table, night, &staff, cases, &assigned),
            "care_task" => team::write_tasks(&mut table, &staff, cases, &assigned, tasks),
            "provider" => write_providers(&mut table),
            "facility" => write_facilities(&mut table),
            "outreach_log" => team::write_contacts(&mut table, &staff, cases, &assigned, contacts),
            _ => team::write_ingredients(&mut table),
        }
        let batch = table.finish().map_err(|e| SynthError::Arrow(e.to_string()))?;
        let mut sink = Sink::create(&options.out, name, file_format(options.format, name, options.members), shape)?;
        sink.write(&batch)?;
        files.push(sink.finish()?);
    }
    Ok(files)
}

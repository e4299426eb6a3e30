//! The order of generation: chunks of members, then what needs them all, then the marker. Owns the choice of
//! files and formats; refuses to know what happens to anybody.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::claims::Night;
use super::error::SynthError;
use super::extract_tables::{Case, Contact, STREAMED, extract_columns};
use super::extracts::{Chunk, live_chunk};
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
    /// Years of history, at least; it opens on a first of July, so that two neighbouring nights share it.
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

/// The first service day written: the last first of July that leaves at least `years` years.
#[must_use]
pub fn history_start(as_of: Day, years: u32) -> Day {
    let months = i32::try_from(years.min(100)).unwrap_or(4) * 12;
    let earliest = as_of.plus(1).plus_months(-months);
    let (year, month, _) = earliest.ymd();
    let july = Day::from_ymd(if month >= 7 { year } else { year - 1 }, 7, 1).unwrap_or(earliest);
    july.max(person::EPOCH)
}

fn file_format(format: Format, name: &str, members: u64) -> Encode {
    let big = matches!(name, "medical_claim" | "pharmacy_claim" | "admission");
    let many = members > PARTS_ABOVE;
    match format {
        _ if name == "truth" => Encode::Parquet,
        Format::Csv => Encode::Csv,
        Format::Parquet | Format::Mixed if big && many => Encode::Parts,
        Format::Mixed if name == "lab_result" => Encode::CsvGz,
        Format::Mixed if !big && name != "sdoh_screening" => Encode::Csv,
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
    let night = Night { seed: options.seed, as_of: options.as_of, start: history_start(options.as_of, options.years) };
    sink::private_dir(&options.out)?;
    let mut sinks = STREAMED
        .iter()
        .map(|&name| {
            let kind = file_format(options.format, name, options.members);
            Sink::create(&options.out, name, kind, schema(&extract_columns(name)))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let (mut cases, mut contacts) = (Vec::new(), Vec::new());
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
            cases.extend(c.cases);
            contacts.extend(c.contacts);
        }
        from = to;
    }
    let mut files = sinks.into_iter().map(Sink::finish).collect::<Result<Vec<_>, _>>()?;
    files.extend(write_across_members(options, night, &mut cases, &contacts)?);
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

/// The extracts that need all members, or none.
fn write_across_members(
    options: &Options,
    night: Night,
    cases: &mut [Case],
    contacts: &[Contact],
) -> Result<Vec<(String, u64)>, SynthError> {
    let staff = team::draw_team(night, options.members);
    let assigned = team::assign_cases(&staff, cases);
    let mut files = Vec::new();
    for name in ["area_index", "care_manager", "caseload", "outreach_log", "ndc_ingredient"] {
        let shape = schema(&extract_columns(name));
        let mut table = Table::new(shape.clone());
        match name {
            "area_index" => team::write_area_index(&mut table),
            "care_manager" => team::write_managers(&mut table, &staff),
            "caseload" => team::write_caseload(&mut table, night, &staff, cases, &assigned),
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

//! A file as it is, before anybody knows which extract it is. Owns an even sample of its rows as text; refuses to judge one.

use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use arrow_array::Array;

use super::dates::{DateReader, DateRules, DateText};
use super::discovery::describe;
use super::findings;
use super::source::{BatchSink, ReadRequest, Stretch};
use super::xlsx_format::sheets_of;
use crate::config::{ExtractConfig, FormatName};
use crate::domain::Day;

/// What a file holds.
pub struct Peek {
    /// Its format.
    pub format: FormatName,
    /// Its columns.
    pub names: Vec<String>,
    /// Rows that could be cut into fields.
    pub rows: u64,
    /// Rows that could not.
    pub unreadable: u64,
    /// Some thousand rows from all over the file.
    pub sample: Vec<Vec<String>>,
}

/// Rows of a sample at most.
const SAMPLE: usize = 4000;

/// Reads a file as it is configured.
///
/// # Errors
/// A sentence without a value of the file.
pub fn peek_file(path: &Path, config: &ExtractConfig) -> Result<Peek, String> {
    let file = describe((path, None), path, (config, None))?;
    let opened = file.format.open(&file, config)?;
    let names = opened.names().to_vec();
    let needed: Vec<usize> = (0..names.len()).collect();
    let as_dictionary = vec![false; needed.len()];
    let request = ReadRequest { file: 0, needed: &needed, as_dictionary: &as_dictionary, in_order: true };
    let sampler = Mutex::new(Sampler { every: 1, ..Sampler::default() });
    let read = opened.read(&request, &Sampling { inner: &sampler });
    let sampler = sampler.into_inner().unwrap_or_else(PoisonError::into_inner);
    match read {
        Err(super::error::ReadFailure::File(why)) => Err(why),
        _ => Ok(Peek {
            format: file.format.name(),
            names,
            rows: sampler.rows,
            unreadable: sampler.unreadable,
            sample: sampler.kept,
        }),
    }
}

/// The format of a file by its content, and the beginning of its text when it is text of no declared shape.
///
/// # Errors
/// A sentence naming what the file is instead.
pub fn text_head(path: &Path, bytes: u64) -> Result<(FormatName, Vec<u8>), String> {
    let file = describe((path, None), path, (&ExtractConfig::default(), None))?;
    let mut head = Vec::new();
    if file.format.name() == FormatName::Csv {
        let text = file.open_text().map_err(|e| e.to_string())?;
        text.take(bytes).read_to_end(&mut head).map_err(|e| e.to_string())?;
    }
    Ok((file.format.name(), head))
}

/// Sheets of a workbook that hold anything.
///
/// # Errors
/// A sentence.
pub fn filled_sheets(path: &Path) -> Result<Vec<String>, String> {
    sheets_of(path)
}

/// The day that a text spells in one declared spelling; a moment with a zone counts as its own date.
#[must_use]
pub fn spelled_day(text: &str, format: &str) -> Option<Day> {
    let formats = [format.to_owned()];
    let rules = DateRules { formats: &formats, timezone: Some("UTC"), pivot: Some(49), as_of: Day(40_000) };
    match DateReader::new(&rules).ok()?.parse(text.trim()) {
        DateText::Day(day) | DateText::ShortYear(day) => Some(day),
        DateText::Zoned | DateText::Unreadable => None,
    }
}

#[derive(Default)]
struct Sampler {
    rows: u64,
    unreadable: u64,
    every: u64,
    kept: Vec<Vec<String>>,
}

struct Sampling<'s> {
    inner: &'s Mutex<Sampler>,
}

impl BatchSink for Sampling<'_> {
    fn stretch(&self) -> Stretch<'_> {
        Box::new(|raw| {
            let mut sampler = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            let texts: Vec<_> = raw.columns.iter().map(|c| findings::texts(c).ok()).collect();
            sampler.unreadable += raw.unreadable.len() as u64;
            for row in 0..raw.len {
                if sampler.rows.is_multiple_of(sampler.every) {
                    let cell = |t: &Option<arrow_array::StringArray>| {
                        t.as_ref().filter(|a| a.is_valid(row)).map_or("", |a| a.value(row)).to_owned()
                    };
                    sampler.kept.push(texts.iter().map(cell).collect());
                }
                sampler.rows += 1;
                if sampler.kept.len() > SAMPLE {
                    // Every second one goes, so that the rest still stands for the whole.
                    let mut at = 0;
                    sampler.kept.retain(|_| {
                        at += 1;
                        at % 2 == 1
                    });
                    sampler.every *= 2;
                }
            }
            Ok(())
        })
    }
}

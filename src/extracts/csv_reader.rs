//! CSV with exact line numbers. Owns the cutting of records, encodings and unclosed quotes;
//! refuses to judge a value.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;

use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;

use super::reader::{BATCH_ROWS, RawBatch, RowNumbers, Unreadable};
use super::reason::Reason;
use super::source::SourceFile;
use crate::config::ExtractConfig;

/// A field longer than this is never data.
const MAX_FIELD_BYTES: usize = 64 * 1024;
/// More columns than this are never an extract.
const MAX_COLUMNS: usize = 10_000;

/// An opened CSV file, past its header.
pub struct CsvRows {
    reader: csv::Reader<Watched>,
    quotes: Arc<AtomicU64>,
    columns: usize,
    latin1: bool,
    /// The file begins with a byte-order mark.
    pub marked: bool,
    /// Set once a line ends in CR LF.
    pub carriage_returns: Arc<AtomicBool>,
}

/// Opens a file and reads its header.
///
/// # Errors
/// A sentence: no header, header only, too many columns, not the declared encoding.
pub fn open(file: &SourceFile, config: &ExtractConfig) -> Result<(Vec<String>, CsvRows), String> {
    let mut input = file.open_text().map_err(|e| e.to_string())?;
    // A byte-order mark is part of no header name.
    let mut head = [0_u8; 3];
    let mut got = 0;
    while got < 3 {
        match input.read(&mut head[got..]).map_err(|e| read_failure(&e))? {
            0 => break,
            n => got += n,
        }
    }
    if head[..got].starts_with(&[0xFF, 0xFE]) || head[..got].starts_with(&[0xFE, 0xFF]) {
        return Err("the file is UTF-16\nhint: export it as UTF-8".to_owned());
    }
    let marked = head[..got] == [0xEF, 0xBB, 0xBF];
    let kept = if head[..got] == [0xEF, 0xBB, 0xBF] { Vec::new() } else { head[..got].to_vec() };
    let quotes = Arc::new(AtomicU64::new(0));
    let carriage_returns = Arc::new(AtomicBool::new(false));
    let watched = Watched {
        inner: Box::new(io::Cursor::new(kept).chain(input)),
        quotes: Arc::clone(&quotes),
        carriage_returns: Arc::clone(&carriage_returns),
        held: false,
        next: None,
    };
    let delimiter = config.delimiter.as_ref().and_then(|d| d.bytes().next()).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).buffer_capacity(1 << 18).from_reader(watched);
    let header = reader.byte_headers().map_err(|e| e.to_string())?.clone();
    if header.len() > MAX_COLUMNS {
        return Err(format!("{} columns; an extract has at most {MAX_COLUMNS}", header.len()));
    }
    let names: Vec<String> = header.iter().map(|n| String::from_utf8_lossy(n).trim().to_owned()).collect();
    if names.iter().all(String::is_empty) {
        return Err("the file has no header".to_owned());
    }
    let latin1 = config.encoding.as_deref() == Some("latin1");
    Ok((names, CsvRows { reader, quotes, columns: header.len(), latin1, marked, carriage_returns }))
}

fn read_failure(e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::UnexpectedEof => "the compressed file is cut short".to_owned(),
        _ => e.to_string(),
    }
}

impl CsvRows {
    /// Cuts all records and sends them in batches; only the `needed` columns are kept.
    ///
    /// # Errors
    /// A sentence when the file cannot be read to its end.
    pub fn run(mut self, file: usize, needed: &[usize], send: &SyncSender<RawBatch>) -> Result<(), String> {
        let mut record = csv::ByteRecord::new();
        let mut block = Block::new(needed.len());
        loop {
            match self.reader.read_byte_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {}
                Err(e) => {
                    let line = e.position().map_or(0, csv::Position::line);
                    let why = match e.into_kind() {
                        csv::ErrorKind::Io(io) => read_failure(&io),
                        _ => "the record cannot be cut into fields".to_owned(),
                    };
                    return Err(format!("line {line}: {why}"));
                }
            }
            let line = record.position().map_or(0, csv::Position::line);
            block.push(line, &record, self.columns, needed, self.latin1);
            // A closed channel means the judges have already failed; their error is the one told.
            if block.lines.len() >= BATCH_ROWS && send.send(block.take(file)).is_err() {
                return Ok(());
            }
        }
        if self.quotes.load(Ordering::Relaxed) % 2 == 1 {
            let line = record.position().map_or(0, csv::Position::line);
            return Err(format!(
                "line {line}: a quote is opened and never closed, so the rest of the file is one field"
            ));
        }
        if !block.is_empty() {
            let _ = send.send(block.take(file));
        }
        Ok(())
    }
}

/// Columns under construction.
struct Block {
    builders: Vec<StringBuilder>,
    lines: Vec<u64>,
    unreadable: Vec<Unreadable>,
    scratch: String,
}

impl Block {
    fn new(columns: usize) -> Self {
        Self {
            builders: (0..columns).map(|_| StringBuilder::new()).collect(),
            lines: Vec::new(),
            unreadable: Vec::new(),
            scratch: String::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.unreadable.is_empty()
    }

    fn push(&mut self, line: u64, record: &csv::ByteRecord, columns: usize, needed: &[usize], latin1: bool) {
        if let Some(reason) = refuse(record, columns, latin1) {
            self.unreadable.push(Unreadable { row: line, reason });
            return;
        }
        self.lines.push(line);
        for (builder, at) in self.builders.iter_mut().zip(needed) {
            let field = record.get(*at).unwrap_or_default();
            if field.is_empty() {
                builder.append_null();
            } else if latin1 {
                self.scratch.clear();
                self.scratch.extend(field.iter().map(|b| char::from(*b)));
                builder.append_value(&self.scratch);
            } else {
                builder.append_value(std::str::from_utf8(field).unwrap_or_default());
            }
        }
    }

    fn take(&mut self, file: usize) -> RawBatch {
        let lines = std::mem::take(&mut self.lines);
        RawBatch {
            file,
            len: lines.len(),
            rows: RowNumbers::Each(lines),
            columns: self.builders.iter_mut().map(|b| Arc::new(b.finish()) as ArrayRef).collect(),
            unreadable: std::mem::take(&mut self.unreadable),
        }
    }
}

fn refuse(record: &csv::ByteRecord, columns: usize, latin1: bool) -> Option<Reason> {
    if record.len() != columns {
        return Some(Reason::RaggedRow);
    }
    let bytes = record.as_slice();
    if bytes.contains(&0) {
        return Some(Reason::NulByte);
    }
    if bytes.len() > MAX_FIELD_BYTES && record.iter().any(|f| f.len() > MAX_FIELD_BYTES) {
        return Some(Reason::FieldTooLong);
    }
    if latin1 || bytes.is_ascii() {
        return None;
    }
    record.iter().any(|f| std::str::from_utf8(f).is_err()).then_some(Reason::InvalidEncoding)
}

/// Counts quote characters as they pass (in a well-formed file they come in pairs) and gives CR LF on as LF, so
/// that a record's line is counted the same under both.
struct Watched {
    inner: Box<dyn Read + Send>,
    quotes: Arc<AtomicU64>,
    carriage_returns: Arc<AtomicBool>,
    /// A CR ended the last block; whether it belongs to a line end is not known yet.
    held: bool,
    /// A byte read to find that out.
    next: Option<u8>,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(byte) = self.next.take() {
                if byte != b'\r' {
                    buffer[0] = byte;
                    self.count(&buffer[..1]);
                    return Ok(1);
                }
                self.held = true;
            }
            if self.held && buffer.len() == 1 {
                return self.settle_held(buffer);
            }
            let start = usize::from(self.held);
            if start == 1 {
                buffer[0] = b'\r';
                self.held = false;
            }
            let n = self.inner.read(&mut buffer[start..])?;
            if n == 0 {
                return Ok(start);
            }
            let kept = self.join_line_ends(&mut buffer[..start + n]);
            self.count(&buffer[..kept]);
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

impl Watched {
    fn count(&self, block: &[u8]) {
        let found = block.iter().filter(|b| **b == b'"').count();
        if found > 0 {
            self.quotes.fetch_add(found as u64, Ordering::Relaxed);
        }
    }

    /// With room for one byte only, the byte after a held CR decides what is given.
    fn settle_held(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut after = [0_u8];
        let n = self.inner.read(&mut after)?;
        self.held = false;
        buffer[0] = b'\r';
        if n == 1 && after[0] == b'\n' {
            buffer[0] = b'\n';
            self.carriage_returns.store(true, Ordering::Relaxed);
        } else if n == 1 {
            self.next = Some(after[0]);
        }
        Ok(1)
    }

    /// Drops each CR before an LF; returns the bytes kept.
    fn join_line_ends(&mut self, block: &mut [u8]) -> usize {
        if !block.contains(&b'\r') {
            return block.len();
        }
        if block.windows(2).any(|w| w == b"\r\n") {
            self.carriage_returns.store(true, Ordering::Relaxed);
        }
        let mut kept = 0;
        for at in 0..block.len() {
            if block[at] == b'\r' {
                match block.get(at + 1) {
                    Some(b'\n') => continue,
                    Some(_) => {}
                    None => {
                        self.held = true;
                        continue;
                    }
                }
            }
            block[kept] = block[at];
            kept += 1;
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every line end is cut in two.
    struct Drops(io::Cursor<Vec<u8>>);

    impl Read for Drops {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = buffer.len().min(1);
            self.0.read(&mut buffer[..n])
        }
    }

    #[test]
    fn both_line_ends_are_one_wherever_a_block_is_cut() {
        let text = "a\r\nb\nc\rd\r\n\"e\"\r";
        let whole: Box<dyn Read + Send> = Box::new(io::Cursor::new(text.as_bytes().to_vec()));
        let drops: Box<dyn Read + Send> = Box::new(Drops(io::Cursor::new(text.as_bytes().to_vec())));
        for inner in [whole, drops] {
            let quotes = Arc::new(AtomicU64::new(0));
            let mut out = String::new();
            let carriage_returns = Arc::new(AtomicBool::new(false));
            let seen = Arc::clone(&carriage_returns);
            Watched { inner, quotes: Arc::clone(&quotes), carriage_returns, held: false, next: None }
                .read_to_string(&mut out)
                .expect("text");
            assert_eq!(out, "a\nb\nc\rd\n\"e\"\r");
            assert_eq!(quotes.load(Ordering::Relaxed), 2);
            assert!(seen.load(Ordering::Relaxed));
        }
    }
}

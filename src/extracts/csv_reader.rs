//! CSV with exact line numbers. Owns the reading of the stream, encodings, quoted records and unclosed quotes;
//! refuses to judge a value.
//!
//! Most extracts quote nothing: as long as no quote has been seen, blocks of whole lines are cut by `csv_lines`; from
//! the first block with one on, the `csv` crate cuts the rest.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::batch::{BATCH_ROWS, RawBatch, RowNumbers, Unreadable};
use super::csv_lines::{Line, Marks, Texts};
use super::decoding::{DecodedText, decoded_text};
use super::plain_lines::{SkippedLines, read_failure};
use super::reason::Reason;
use super::row_block::{MAX_COLUMNS, MAX_FIELD_BYTES};
use super::source::SourceFile;
use crate::config::ExtractConfig;

/// Bytes read at a time: few enough to stay in a core's cache while they are cut.
const BLOCK: usize = 1 << 17;
/// A line longer than this is left to the reader of quoted files, whose limits are those of a record.
const LONGEST_LINE: usize = 64 << 20;

/// An opened CSV file, past its header.
pub struct CsvRows {
    input: Watched,
    /// Read and not cut yet.
    pending: Vec<u8>,
    /// The input has ended.
    ended: bool,
    /// Lines before `pending`.
    lines: u64,
    delimiter: u8,
    quotes: Arc<AtomicU64>,
    columns: usize,
    /// The text was of another encoding: what it could not say is U+FFFD.
    converted: bool,
    skipped: Arc<Mutex<SkippedLines>>,
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
    begin(file.open_text().map_err(|e| e.to_string())?, config)
}

fn begin(input: Box<dyn Read + Send>, config: &ExtractConfig) -> Result<(Vec<String>, CsvRows), String> {
    let DecodedText { input, marked, converted } =
        decoded_text(input, config.encoding).map_err(|e| read_failure(&e))?;
    let quotes = Arc::new(AtomicU64::new(0));
    let carriage_returns = Arc::new(AtomicBool::new(false));
    let input = Watched {
        inner: input,
        quotes: Arc::clone(&quotes),
        carriage_returns: Arc::clone(&carriage_returns),
        held: false,
        next: None,
    };
    let mut rows = CsvRows {
        input,
        pending: Vec::new(),
        ended: false,
        lines: 0,
        delimiter: config.delimiter.as_ref().and_then(|d| d.bytes().next()).unwrap_or(b','),
        quotes,
        columns: 0,
        converted,
        skipped: Arc::new(Mutex::new(SkippedLines::new(config))),
        marked,
        carriage_returns,
    };
    rows.fill_pending()?;
    rows.pass_preamble(config.skip_rows)?;
    let names = if config.header { rows.read_header()? } else { config.names.clone() };
    if names.len() > MAX_COLUMNS {
        return Err(format!("{} columns; an extract has at most {MAX_COLUMNS}", names.len()));
    }
    if names.iter().all(String::is_empty) {
        return Err("the file has no header".to_owned());
    }
    rows.columns = names.len();
    Ok((names, rows))
}

/// Adds a block to what is pending; true at the end of the input.
fn fill(input: &mut Watched, pending: &mut Vec<u8>) -> io::Result<bool> {
    let (mut at, wanted) = (pending.len(), pending.len() + BLOCK);
    pending.resize(wanted, 0);
    while at < wanted {
        match input.read(&mut pending[at..]) {
            Ok(0) => {
                pending.truncate(at);
                return Ok(true);
            }
            Ok(n) => at += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => {
                pending.truncate(at);
                return Err(e);
            }
        }
    }
    Ok(false)
}

impl CsvRows {
    fn fill_pending(&mut self) -> Result<(), String> {
        self.ended = fill(&mut self.input, &mut self.pending).map_err(|e| read_failure(&e))?;
        Ok(())
    }

    /// Passes the lines that stand before the header, or before the first row.
    fn pass_preamble(&mut self, rows: usize) -> Result<(), String> {
        let mut left = rows;
        loop {
            let Some(end) = memchr::memchr(b'\n', &self.pending).map(|at| at + 1) else {
                if self.ended || self.pending.len() > LONGEST_LINE {
                    return Ok(());
                }
                self.fill_pending()?;
                continue;
            };
            let passed = left > 0 || lock(&self.skipped).takes(&self.pending[..end]);
            if !passed {
                return Ok(());
            }
            left = left.saturating_sub(1);
            self.pending.drain(..end);
            self.lines += 1;
        }
    }

    fn read_header(&mut self) -> Result<Vec<String>, String> {
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).delimiter(self.delimiter).from_reader(self.pending.as_slice());
        let header = reader.byte_headers().map_err(|_| "the header line cannot be read".to_owned())?.clone();
        if header.as_slice().contains(&0) {
            return Err(
                "the first line holds NUL bytes, as UTF-16 does\nhint: declare it, [extracts.NAME] encoding = \"utf-16\"".to_owned(),
            );
        }
        let names = header.iter().map(|n| String::from_utf8_lossy(n).trim().to_owned()).collect();
        let cut = usize::try_from(reader.position().byte()).unwrap_or(0);
        self.lines += reader.position().line() - 1;
        self.pending.drain(..cut.min(self.pending.len()));
        Ok(names)
    }

    /// What the lines that are no rows said, once the file is read.
    pub fn skipped(&self) -> Arc<Mutex<SkippedLines>> {
        Arc::clone(&self.skipped)
    }

    /// Cuts all records and sends them in batches; only the `needed` columns are kept.
    ///
    /// # Errors
    /// A sentence when the file cannot be read to its end.
    pub fn run(mut self, file: usize, needed: &[usize], send: &SyncSender<RawBatch>) -> Result<(), String> {
        let mut block = Block::new(needed.len());
        if !self.plain(file, needed, &mut block, send)? {
            self.quoted(file, needed, &mut block, send)?;
        }
        if !block.is_empty() {
            let _ = send.send(block.take(file));
        }
        Ok(())
    }

    /// Cuts blocks of whole lines as long as none holds a quote; true when that was the whole file (or nobody listens
    /// any more).
    fn plain(
        &mut self,
        file: usize,
        needed: &[usize],
        block: &mut Block,
        send: &SyncSender<RawBatch>,
    ) -> Result<bool, String> {
        let mut marks = Marks::default();
        let mut good = Vec::new();
        let mut skipped = lock(&self.skipped).clone();
        let declared = skipped.are_declared();
        loop {
            // The last line of a file may have no end.
            let whole = if self.ended { Some(self.pending.len()) } else { None };
            let end = whole.or_else(|| memchr::memrchr(b'\n', &self.pending).map(|at| at + 1)).unwrap_or(0);
            let ready = &self.pending[..end];
            // A bare CR ends a record too: left to the reader that knows.
            if memchr::memchr2(b'"', b'\r', ready).is_some() || self.pending.len() > LONGEST_LINE {
                return Ok(false);
            }
            marks.find(ready, self.delimiter);
            good.clear();
            for line in marks.lines(ready) {
                self.lines += 1;
                if line.is_empty() || (declared && skipped.takes(line.bytes())) {
                    continue;
                }
                skipped.rows += 1;
                if block.accepts(self.lines, &line, (self.columns, self.converted)) {
                    good.push(line);
                }
            }
            block.fill(&good, needed);
            good = emptied(good);
            // A closed channel means the judges have already failed; their error is the one told.
            if block.lines.len() >= BATCH_ROWS && send.send(block.take(file)).is_err() {
                return Ok(true);
            }
            self.pending.drain(..end);
            lock(&self.skipped).clone_from(&skipped);
            if self.ended {
                return Ok(true);
            }
            self.ended = fill(&mut self.input, &mut self.pending)
                .map_err(|e| format!("line {}: {}", self.lines, read_failure(&e)))?;
        }
    }

    /// Cuts what is left with the `csv` crate.
    fn quoted(
        self,
        file: usize,
        needed: &[usize],
        block: &mut Block,
        send: &SyncSender<RawBatch>,
    ) -> Result<(), String> {
        let mut record = csv::ByteRecord::new();
        // Line of the newest record, when it holds rows that a quote has swallowed.
        let mut across = None;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .buffer_capacity(1 << 18)
            .from_reader(io::Cursor::new(self.pending).chain(self.input));
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {}
                Err(e) => {
                    let line = e.position().map_or(0, csv::Position::line) + self.lines;
                    let why = match e.into_kind() {
                        csv::ErrorKind::Io(io) => read_failure(&io),
                        _ => "the record cannot be cut into fields".to_owned(),
                    };
                    return Err(format!("line {line}: {why}"));
                }
            }
            let line = record.position().map_or(0, csv::Position::line) + self.lines;
            if lock(&self.skipped).takes(record.as_slice()) {
                continue;
            }
            lock(&self.skipped).rows += 1;
            let inside = memchr::memchr_iter(b'\n', record.as_slice()).count() as u64;
            across = (inside > 0 && swallows(&record, self.columns, self.delimiter)).then_some(line);
            if across.is_some() {
                block.refuse_lines(line..=line + inside);
            } else {
                block.push(line, &record, (self.columns, self.converted), needed);
            }
            if block.lines.len() >= BATCH_ROWS && send.send(block.take(file)).is_err() {
                return Ok(());
            }
        }
        // An odd quote inside an unquoted field is text; one that opened the last record took the rest of the file.
        if let Some(line) = across.filter(|_| self.quotes.load(Ordering::Relaxed) % 2 == 1) {
            return Err(format!(
                "line {line}: a quote is opened and never closed, so the rest of the file is one field"
            ));
        }
        Ok(())
    }
}

fn lock(skipped: &Mutex<SkippedLines>) -> MutexGuard<'_, SkippedLines> {
    skipped.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An empty vector with the room of another, for lines of another block.
fn emptied<'b>(mut lines: Vec<Line<'_>>) -> Vec<Line<'b>> {
    lines.clear();
    lines.into_iter().map(|_| Line::default()).collect()
}

/// Columns under construction.
struct Block {
    columns: Vec<Texts>,
    lines: Vec<u64>,
    unreadable: Vec<Unreadable>,
}

impl Block {
    fn new(columns: usize) -> Self {
        Self { columns: (0..columns).map(|_| Texts::default()).collect(), lines: Vec::new(), unreadable: Vec::new() }
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.unreadable.is_empty()
    }

    /// Whether a line without quotes can be used; its number is noted either way.
    fn accepts(&mut self, number: u64, line: &Line<'_>, (columns, converted): (usize, bool)) -> bool {
        let refused = refuse(line.fields(), columns, line.bytes(), converted, |k| line.field(k));
        match refused {
            Some(reason) => self.unreadable.push(Unreadable { row: number, reason }),
            None => self.lines.push(number),
        }
        refused.is_none()
    }

    /// Adds the fields of accepted lines, column by column.
    fn fill(&mut self, lines: &[Line<'_>], needed: &[usize]) {
        for (texts, at) in self.columns.iter_mut().zip(needed) {
            for line in lines {
                texts.push(line.field(*at));
            }
        }
    }

    /// Refuses every line of a record that holds rows a quote has swallowed, so that each is counted.
    fn refuse_lines(&mut self, lines: std::ops::RangeInclusive<u64>) {
        self.unreadable.extend(lines.map(|row| Unreadable { row, reason: Reason::QuoteAcrossRows }));
    }

    fn push(&mut self, line: u64, record: &csv::ByteRecord, (columns, converted): (usize, bool), needed: &[usize]) {
        let field = |k: usize| record.get(k).unwrap_or_default();
        if let Some(reason) = refuse(record.len(), columns, record.as_slice(), converted, field) {
            self.unreadable.push(Unreadable { row: line, reason });
            return;
        }
        self.lines.push(line);
        for (texts, at) in self.columns.iter_mut().zip(needed) {
            texts.push(field(*at));
        }
    }

    fn take(&mut self, file: usize) -> RawBatch {
        let lines = std::mem::take(&mut self.lines);
        RawBatch {
            file,
            len: lines.len(),
            rows: RowNumbers::Each(lines),
            columns: self.columns.iter_mut().map(Texts::take).collect(),
            unreadable: std::mem::take(&mut self.unreadable),
        }
    }
}

/// Whether a record that runs over several lines holds rows of their own: a quote was opened in one row and closed in
/// another. An address of two lines has all its fields and fewer separators inside than a row has.
fn swallows(record: &csv::ByteRecord, columns: usize, delimiter: u8) -> bool {
    record.len() != columns
        || record.iter().any(|field| {
            memchr::memchr(b'\n', field).is_some()
                && memchr::memchr_iter(delimiter, field).count() >= columns.saturating_sub(1)
        })
}

/// Why a record cannot be used: its number of fields, its bytes, and each of its fields.
fn refuse<'r>(
    fields: usize,
    columns: usize,
    bytes: &[u8],
    converted: bool,
    field: impl Fn(usize) -> &'r [u8],
) -> Option<Reason> {
    if fields != columns {
        return Some(Reason::RaggedRow);
    }
    if memchr::memchr(0, bytes).is_some() {
        return Some(Reason::NulByte);
    }
    if bytes.len() > MAX_FIELD_BYTES && (0..columns).any(|k| field(k).len() > MAX_FIELD_BYTES) {
        return Some(Reason::FieldTooLong);
    }
    if bytes.is_ascii() {
        return None;
    }
    if converted {
        return memchr::memmem::find(bytes, "\u{fffd}".as_bytes()).map(|_| Reason::InvalidEncoding);
    }
    (0..columns).any(|k| std::str::from_utf8(field(k)).is_err()).then_some(Reason::InvalidEncoding)
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
        let found = memchr::memchr_iter(b'"', block).count();
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
        if memchr::memchr(b'\r', block).is_none() {
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

    type Seen = (Vec<u64>, Vec<Vec<Option<String>>>, Vec<(u64, Reason)>);

    /// Line numbers, texts by column and refused lines of a text.
    fn rows(text: &str, needed: &[usize]) -> Seen {
        let input = Box::new(io::Cursor::new(text.as_bytes().to_vec()));
        let (_, rows) = begin(input, &ExtractConfig::default()).expect("a header");
        let (send, receive) = std::sync::mpsc::sync_channel(1000);
        rows.run(0, needed, &send).expect("read to its end");
        drop(send);
        let (mut lines, mut texts, mut refused) = (Vec::new(), vec![Vec::new(); needed.len()], Vec::new());
        for batch in receive {
            lines.extend((0..batch.len).map(|i| batch.rows.at(i)));
            for (all, column) in texts.iter_mut().zip(&batch.columns) {
                let column = column.as_any().downcast_ref::<arrow_array::StringArray>().expect("texts");
                all.extend(column.iter().map(|t| t.map(str::to_owned)));
            }
            refused.extend(batch.unreadable.iter().map(|u| (u.row, u.reason)));
        }
        (lines, texts, refused)
    }

    #[test]
    fn plain_lines_are_read_as_the_csv_crate_reads_them() {
        let mut long = String::from("a,b,c\n");
        for i in 0..60_000 {
            // Ragged, with a NUL, with nothing, not ASCII, now and then.
            match i % 997 {
                3 => long.push_str("1,2\n"),
                5 => long.push_str("1,\0,3\n"),
                7 => long.push_str(",,\n"),
                9 => long.push_str("gr\u{fc}n,\u{20ac},z\n"),
                _ => long.push_str(&format!("{i},,value {}\n", i % 13)),
            }
        }
        let short =
            ["a,b,c\n1,2,3\n4,5,6\n", "a,b,c\n1,2,3\n4,5,6", "a,b,c\n1,2,3", "a,b,c\r\n1,2,3\r\n4,,\r\n", "a,b,c\n,,"];
        for text in short.into_iter().chain([long.as_str(), long.trim_end()]) {
            for needed in [&[0, 1, 2][..], &[2, 0]] {
                let plain = rows(text, needed);
                // A quote in the first line after the header leaves everything to the crate.
                let quoted = text.replacen('\n', "\n\"q\",q,q\n", 1);
                let (lines, texts, refused) = rows(&quoted, needed);
                assert_eq!(plain.0, lines[1..].iter().map(|l| l - 1).collect::<Vec<_>>());
                for (plain, whole) in plain.1.iter().zip(&texts) {
                    assert!(plain[..] == whole[1..]);
                }
                assert_eq!(plain.2, refused.iter().map(|(l, r)| (l - 1, *r)).collect::<Vec<_>>());
                // One in the last line leaves the blocks before it to us.
                let late = rows(&format!("{}\n\"q\",q,q", text.trim_end_matches(['\r', '\n'])), needed);
                assert!(late.0[..plain.0.len()] == plain.0[..] && late.0.len() == plain.0.len() + 1);
                assert_eq!(late.0.last(), Some(&(text.lines().count() as u64 + 1)));
            }
        }
    }

    #[test]
    fn lines_of_no_byte_are_no_rows_and_count_as_lines() {
        assert_eq!(rows("a,b\n\n1,2\n\n\n3,4", &[0]).0, [3, 6]);
    }
}

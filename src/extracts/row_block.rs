//! Rows of text under construction, column by column, and the threads between cutting and judging them. Owns what makes a
//! row unreadable whatever its format; refuses to know any one format.

use std::sync::mpsc::SyncSender;

use super::batch::{BATCH_ROWS, RawBatch, RowNumbers, Unreadable};
use super::csv_lines::Texts;
use super::error::ReadFailure;
use super::reason::Reason;
use super::source::{BatchSink, ReadRequest};

/// A field longer than this is never data.
pub const MAX_FIELD_BYTES: usize = 64 * 1024;
/// More columns than this are never an extract.
pub const MAX_COLUMNS: usize = 10_000;

/// Rows cut by a reader and not sent yet.
pub struct RowBlock<'s> {
    file: usize,
    send: &'s SyncSender<RawBatch>,
    columns: Vec<Texts>,
    lines: Vec<u64>,
    unreadable: Vec<Unreadable>,
}

impl<'s> RowBlock<'s> {
    /// Nothing yet.
    pub fn new(file: usize, columns: usize, send: &'s SyncSender<RawBatch>) -> Self {
        let columns = (0..columns).map(|_| Texts::default()).collect();
        Self { file, send, columns, lines: Vec::new(), unreadable: Vec::new() }
    }

    /// Adds a row by the texts of its needed columns; false when nobody listens any more.
    pub fn push<'t>(&mut self, line: u64, fields: impl Iterator<Item = &'t str> + Clone) -> bool {
        if let Some(reason) = fields.clone().find_map(refused_text) {
            return self.refuse(line, reason);
        }
        self.lines.push(line);
        for (texts, field) in self.columns.iter_mut().zip(fields) {
            texts.push(field.as_bytes());
        }
        self.send_when_full()
    }

    /// Counts a row that cannot be read; false when nobody listens any more.
    pub fn refuse(&mut self, line: u64, reason: Reason) -> bool {
        self.unreadable.push(Unreadable { row: line, reason });
        self.send_when_full()
    }

    /// Sends what is left.
    pub fn finish(mut self) {
        if !self.lines.is_empty() || !self.unreadable.is_empty() {
            self.send();
        }
    }

    fn send_when_full(&mut self) -> bool {
        self.lines.len() + self.unreadable.len() < BATCH_ROWS || self.send()
    }

    /// A closed channel means the judges have already failed; their error is the one told.
    fn send(&mut self) -> bool {
        let lines = std::mem::take(&mut self.lines);
        let batch = RawBatch {
            file: self.file,
            len: lines.len(),
            rows: RowNumbers::Each(lines),
            columns: self.columns.iter_mut().map(Texts::take).collect(),
            unreadable: std::mem::take(&mut self.unreadable),
        };
        self.send.send(batch).is_ok()
    }
}

fn refused_text(field: &str) -> Option<Reason> {
    if field.len() > MAX_FIELD_BYTES {
        return Some(Reason::FieldTooLong);
    }
    if field.as_bytes().contains(&0) {
        return Some(Reason::NulByte);
    }
    field.contains('\u{fffd}').then_some(Reason::InvalidEncoding)
}

/// Cuts a file on one thread and judges its batches in the pool; the channel bounds what waits between.
///
/// # Errors
/// [`ReadFailure`] of the judge, else of the file.
pub fn cut_and_judge(
    request: &ReadRequest<'_>,
    sink: &dyn BatchSink,
    cut: impl FnOnce(&SyncSender<RawBatch>) -> Result<(), String> + Send,
) -> Result<(), ReadFailure> {
    let (send, receive) = std::sync::mpsc::sync_channel(8);
    std::thread::scope(|scope| {
        let producer = scope.spawn(move || cut(&send));
        // Each batch has dictionaries of its own, if any.
        let consumed = if request.in_order {
            receive.into_iter().try_for_each(|raw| sink.stretch()(raw))
        } else {
            use rayon::iter::{ParallelBridge, ParallelIterator};
            receive.into_iter().par_bridge().try_for_each(|raw| sink.stretch()(raw))
        };
        let produced = producer.join().unwrap_or_else(|_| Err("the reader stopped unexpectedly".to_owned()));
        consumed.map_err(ReadFailure::Judge).and(produced.map_err(ReadFailure::File))
    })
}

//! CSV as one of the file formats: what is CSV, and what a file of no format is called. Owns the notes of a
//! whole file; refuses to cut a line itself.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::csv_reader::{self, CsvRows};
use super::error::ReadFailure;
use super::foreign_files::foreign_kind;
use super::reason::Reason;
use super::row_block::cut_and_judge;
use super::source::{BatchSink, FileFormat, Look, OpenFile, ReadRequest, SourceFile};
use crate::config::{ExtractConfig, FormatName};

/// Text with one separator; what no other format claims.
pub(super) struct Csv;

impl FileFormat for Csv {
    fn name(&self) -> FormatName {
        FormatName::Csv
    }

    fn recognises(&self, look: &Look<'_>) -> Result<bool, String> {
        match foreign_kind(look.text_start()) {
            Some((kind, hint)) => Err(format!("{}: the file is {kind}\nhint: {hint}", look.name)),
            None => Ok(true),
        }
    }

    fn open(&self, file: &SourceFile, config: &ExtractConfig) -> Result<Box<dyn OpenFile>, String> {
        let (names, rows) = csv_reader::open(file, config)?;
        Ok(Box::new(OpenCsv { names, rows }))
    }

    fn estimate_rows(&self, file: &SourceFile) -> u64 {
        /// Bytes of a short row.
        const ROW: u64 = 100;
        file.estimated_text_bytes() / ROW
    }
}

struct OpenCsv {
    names: Vec<String>,
    rows: CsvRows,
}

impl OpenFile for OpenCsv {
    fn names(&self) -> &[String] {
        &self.names
    }

    /// One thread cuts records, the pool judges them; the channel bounds what waits between.
    fn read(
        self: Box<Self>,
        request: &ReadRequest<'_>,
        sink: &dyn BatchSink,
    ) -> Result<Vec<(Reason, u64)>, ReadFailure> {
        let rows = self.rows;
        let marked = rows.marked;
        let carriage_returns = Arc::clone(&rows.carriage_returns);
        let (file, needed, skipped) = (request.file, request.needed, rows.skipped());
        cut_and_judge(request, sink, move |send| rows.run(file, needed, send))?;
        let mut notes = skipped.lock().unwrap_or_else(PoisonError::into_inner).notes();
        notes.extend([
            (Reason::ByteOrderMark, u64::from(marked)),
            (Reason::CrLfLines, u64::from(carriage_returns.load(Ordering::Relaxed))),
        ]);
        Ok(notes)
    }
}

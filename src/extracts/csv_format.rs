//! CSV as one of the file formats: what is CSV, and who cuts and who judges. Owns the threads between cutting and
//! judging; refuses to cut a line itself.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::csv_reader::{self, CsvRows};
use super::error::ReadFailure;
use super::reason::Reason;
use super::source::{BatchSink, FileFormat, Look, OpenFile, Packing, ReadRequest, SourceFile};
use crate::config::ExtractConfig;

/// Text with one separator; what no other format claims.
pub(super) struct Csv;

impl FileFormat for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn recognises(&self, look: &Look<'_>) -> Result<bool, String> {
        match look.head {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
                Err(format!("{}: the file is UTF-16\nhint: export it as UTF-8", look.name))
            }
            _ => Ok(true),
        }
    }

    fn open(&self, file: &SourceFile, config: &ExtractConfig) -> Result<Box<dyn OpenFile>, String> {
        let (names, rows) = csv_reader::open(file, config)?;
        Ok(Box::new(OpenCsv { names, rows }))
    }

    fn estimate_rows(&self, file: &SourceFile) -> u64 {
        /// Bytes of a short row, and how much gzip or zstd makes of text.
        const ROW: u64 = 100;
        const COMPRESSED: u64 = 8;
        match file.packing {
            Packing::Plain => file.bytes / ROW,
            Packing::Gzip | Packing::Zstd => file.bytes.saturating_mul(COMPRESSED) / ROW,
        }
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
        let (file, needed) = (request.file, request.needed);
        let (send, receive) = std::sync::mpsc::sync_channel(8);
        std::thread::scope(|scope| {
            let producer = scope.spawn(move || rows.run(file, needed, &send));
            // Each batch has dictionaries of its own, if any.
            let consumed = if request.in_order {
                receive.into_iter().try_for_each(|raw| sink.stretch()(raw))
            } else {
                use rayon::iter::{ParallelBridge, ParallelIterator};
                receive.into_iter().par_bridge().try_for_each(|raw| sink.stretch()(raw))
            };
            let produced = producer.join().unwrap_or_else(|_| Err("the reader stopped unexpectedly".to_owned()));
            consumed.map_err(ReadFailure::Judge).and(produced.map_err(ReadFailure::File))
        })?;
        Ok(vec![
            (Reason::ByteOrderMark, u64::from(marked)),
            (Reason::CrLfLines, u64::from(carriage_returns.load(Ordering::Relaxed))),
        ])
    }
}

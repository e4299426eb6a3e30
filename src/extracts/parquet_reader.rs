//! Parquet as one of the file formats, by column and row group. Owns the schema hints that make code columns arrive as
//! dictionaries; refuses to judge a value.

use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::batch::{BATCH_ROWS, RawBatch, RowNumbers};
use super::error::ReadFailure;
use super::packing::Packing;
use super::reason::Reason;
use super::source::{BatchSink, FileFormat, Look, OpenFile, ReadRequest, SourceFile};
use crate::config::{ExtractConfig, FormatName};

/// Columns in row groups, as Apache Parquet lays them out.
pub(super) struct Parquet;

impl FileFormat for Parquet {
    fn name(&self) -> FormatName {
        FormatName::Parquet
    }

    fn recognises(&self, look: &Look<'_>) -> Result<bool, String> {
        match look.head {
            [b'P', b'A', b'R', b'1', ..] => Ok(true),
            _ if look.packing == Packing::Plain && look.name.ends_with(".parquet") => {
                Err(format!("{}: not a Parquet file (its first bytes are not PAR1)", look.name))
            }
            _ => Ok(false),
        }
    }

    fn open(&self, file: &SourceFile, _: &ExtractConfig) -> Result<Box<dyn OpenFile>, String> {
        Ok(Box::new(open(file)?))
    }

    fn estimate_rows(&self, file: &SourceFile) -> u64 {
        open(file).map_or(0, |p| p.rows())
    }
}

/// An opened Parquet file.
struct ParquetSource {
    /// Top-level column names.
    names: Vec<String>,
    file: SourceFile,
    /// The footer, read once: that of a wide file is not small.
    metadata: ArrowReaderMetadata,
    first_rows: Vec<u64>,
}

/// What a decoder's error says of the file, without its words, which may quote what was read.
fn failure_kind(e: &ParquetError) -> &'static str {
    match e {
        ParquetError::EOF(_) | ParquetError::NeedMoreData(_) | ParquetError::NeedMoreDataRange(_) => "it is cut short",
        ParquetError::NYI(_) => "it uses an encoding that is not supported",
        _ => "its footer or pages cannot be decoded",
    }
}

/// A damaged file can make the decoder panic; that is the file's fault, not ours.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    std::panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("the file is damaged: it cannot be decoded".to_owned()))
}

/// Opens a file and reads its footer.
///
/// # Errors
/// A sentence naming what is wrong with the file.
fn open(file: &SourceFile) -> Result<ParquetSource, String> {
    guarded(|| {
        let handle = File::open(&file.path).map_err(|e| e.to_string())?;
        let metadata = ArrowReaderMetadata::load(&handle, ArrowReaderOptions::new())
            .map_err(|e| format!("not a readable Parquet file: {}", failure_kind(&e)))?;
        let names = metadata.schema().fields().iter().map(|f| f.name().clone()).collect();
        let mut next = 1_u64;
        let mut first_rows = Vec::new();
        for group in metadata.metadata().row_groups() {
            first_rows.push(next);
            next +=
                u64::try_from(group.num_rows()).map_err(|_| "a row group says it has fewer than 0 rows".to_owned())?;
        }
        Ok(ParquetSource { names, file: file.clone(), metadata, first_rows })
    })
}

impl ParquetSource {
    /// Rows as the footer counts them.
    fn rows(&self) -> u64 {
        u64::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// Reads one row group in batches.
    fn read_group(&self, group: usize, request: &ReadRequest<'_>, sink: &dyn BatchSink) -> Result<(), ReadFailure> {
        let needed = request.needed;
        let mut reader = guarded(|| self.reader(group, needed, request.as_dictionary)).map_err(ReadFailure::File)?;
        // The reader yields columns in file order; slots are in binding order.
        let mut order: Vec<usize> = (0..needed.len()).collect();
        order.sort_by_key(|slot| needed[*slot]);
        let mut place = vec![0; needed.len()];
        for (position, slot) in order.iter().enumerate() {
            place[*slot] = position;
        }
        let mut row = self.first_rows[group];
        // The batches of a row group share their dictionaries.
        let mut each = sink.stretch();
        loop {
            let batch = guarded(|| {
                reader.next().transpose().map_err(|_| "the file is damaged: a page cannot be decoded".to_owned())
            })
            .map_err(ReadFailure::File)?;
            let Some(batch) = batch else { return Ok(()) };
            let columns: Vec<ArrayRef> = place.iter().map(|p| Arc::clone(batch.column(*p))).collect();
            let len = batch.num_rows();
            each(RawBatch { file: request.file, rows: RowNumbers::From(row), columns, len, unreadable: Vec::new() })
                .map_err(ReadFailure::Judge)?;
            row += len as u64;
        }
    }

    fn reader(
        &self,
        group: usize,
        needed: &[usize],
        as_dictionary: &[bool],
    ) -> Result<parquet::arrow::arrow_reader::ParquetRecordBatchReader, String> {
        let handle = File::open(&self.file.path).map_err(|e| e.to_string())?;
        let group_facts = self.metadata.metadata().row_group(group);
        let hinted = hint(self.metadata.schema(), needed, as_dictionary, &|name| is_dense(group_facts, name));
        let metadata = ArrowReaderMetadata::try_new(
            Arc::clone(self.metadata.metadata()),
            ArrowReaderOptions::new().with_schema(Arc::new(hinted)),
        )
        .unwrap_or_else(|_| self.metadata.clone());
        let mask = ProjectionMask::roots(metadata.parquet_schema(), needed.iter().copied());
        ParquetRecordBatchReaderBuilder::new_with_metadata(handle, metadata)
            .with_projection(mask)
            .with_row_groups(vec![group])
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|e| format!("the file is damaged: {}", failure_kind(&e)))
    }
}

impl OpenFile for ParquetSource {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(
        self: Box<Self>,
        request: &ReadRequest<'_>,
        sink: &dyn BatchSink,
    ) -> Result<Vec<(Reason, u64)>, ReadFailure> {
        let groups = 0..self.first_rows.len();
        if request.in_order {
            groups.into_iter().try_for_each(|group| self.read_group(group, request, sink))?;
        } else {
            groups.into_par_iter().try_for_each(|group| self.read_group(group, request, sink))?;
        }
        Ok(Vec::new())
    }
}

/// Whether a column of a row group has a dictionary and mostly holds values. A batch without any value has no dictionary,
/// and the decoder would then build one row by row, at a cost above all the rest; most of 25 positions are like that.
/// Statistics decide about speed here, never about a value.
fn is_dense(group: &RowGroupMetaData, name: &str) -> bool {
    let rows = u64::try_from(group.num_rows()).unwrap_or(0);
    group.columns().iter().any(|c| {
        let empty = c.statistics().and_then(|s| s.null_count_opt()).unwrap_or(0);
        c.column_path().parts().first().is_some_and(|n| n == name)
            && c.dictionary_page_offset().is_some()
            && empty.saturating_mul(8) <= rows.saturating_mul(7)
    })
}

fn hint(schema: &Schema, needed: &[usize], as_dictionary: &[bool], is_dense: &dyn Fn(&str) -> bool) -> Schema {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(at, field)| {
            let wanted = needed.iter().position(|n| *n == at).is_some_and(|slot| as_dictionary[slot]);
            let text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
            if wanted && text && is_dense(field.name()) {
                Field::new(
                    field.name(),
                    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
                    field.is_nullable(),
                )
            } else {
                field.as_ref().clone()
            }
        })
        .collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

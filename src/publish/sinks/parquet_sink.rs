//! Tables as Parquet, whole or batch by batch. Owns compression, row groups and dictionaries; refuses to decide which
//! table goes where.

use std::io::Write;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::sink::{Heading, Sink};
use crate::config::OutputFormat;
use crate::publish::error::PublishError;
use crate::publish::table_data::{ColumnSpec, Kind, TableData};

/// Zstandard Parquet, dictionaries for words alone.
pub struct ParquetSink;

/// The one of them.
pub static PARQUET: ParquetSink = ParquetSink;

impl Sink for ParquetSink {
    fn format(&self) -> OutputFormat {
        OutputFormat::Parquet
    }
    fn extension(&self) -> &'static str {
        "parquet"
    }
    fn write(&self, table: &TableData, _: &Heading<'_>) -> Result<Vec<u8>, PublishError> {
        let mut stream = ParquetStream::new(table.name, &table.columns, Vec::new())?;
        stream.write(table)?;
        stream.finish()
    }
}

/// Rows handed to the encoder at a time. Pages and row groups are cut at multiples of it whatever the batches were, so
/// that the same rows are the same bytes.
const STRETCH_ROWS: usize = 65_536;

/// A Parquet file written batch by batch.
pub struct ParquetStream<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: SchemaRef,
    held: Vec<RecordBatch>,
    held_rows: usize,
    what: String,
}

impl<W: Write + Send> ParquetStream<W> {
    /// Starts the file of a table.
    ///
    /// # Errors
    /// When the writer cannot start.
    pub fn new(name: &str, columns: &[ColumnSpec], out: W) -> Result<Self, PublishError> {
        let what = format!("{name}.parquet");
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
            .set_max_row_group_row_count(Some(262_144))
            .set_created_by(format!("lamplight {}", env!("CARGO_PKG_VERSION")));
        // A dictionary pays for words; ids, days and numbers hardly repeat, and compression finds what does.
        for column in columns.iter().filter(|c| c.kind != Kind::Text || c.name.contains("_id")) {
            properties = properties.set_column_dictionary_enabled(column.name.into(), false);
        }
        let schema = Arc::new(TableData::schema_of(columns));
        let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties.build()))
            .map_err(|e| PublishError::encode(what.clone(), &e))?;
        Ok(Self { writer, schema, held: Vec::new(), held_rows: 0, what })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&mut self, rows: &TableData) -> Result<(), PublishError> {
        self.write_batch(rows.batch.clone())
    }

    /// As [`ParquetStream::write`], of rows in Arrow; their columns must be those of the table.
    ///
    /// # Errors
    /// When they cannot be written, or have other columns.
    pub fn write_batch(&mut self, rows: RecordBatch) -> Result<(), PublishError> {
        if rows.schema_ref().fields() != self.schema.fields() {
            return Err(PublishError::encode(self.what.clone(), &"the rows have other columns"));
        }
        self.held_rows += rows.num_rows();
        self.held.push(rows);
        if self.held_rows < STRETCH_ROWS {
            return Ok(());
        }
        let all = self.take_held()?;
        let whole = all.num_rows() / STRETCH_ROWS * STRETCH_ROWS;
        for from in (0..whole).step_by(STRETCH_ROWS) {
            self.encode(&all.slice(from, STRETCH_ROWS))?;
        }
        self.held_rows = all.num_rows() - whole;
        self.held.push(all.slice(whole, self.held_rows));
        Ok(())
    }

    fn take_held(&mut self) -> Result<RecordBatch, PublishError> {
        let held = std::mem::take(&mut self.held);
        concat_batches(&self.schema, &held).map_err(|e| PublishError::encode(self.what.clone(), &e))
    }

    fn encode(&mut self, rows: &RecordBatch) -> Result<(), PublishError> {
        self.writer.write(rows).map_err(|e| PublishError::encode(self.what.clone(), &e))
    }

    /// Writes the footer and gives the output back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<W, PublishError> {
        let rest = self.take_held()?;
        if rest.num_rows() > 0 {
            self.encode(&rest)?;
        }
        let what = self.what;
        self.writer.into_inner().map_err(|e| PublishError::encode(what, &e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Day;
    use crate::publish::table::Described;
    use crate::publish::tables::predictions::{PredictionsRow, TABLE};

    #[test]
    fn bytes_do_not_follow_the_batches() {
        let row = |id: usize| PredictionsRow {
            id,
            group: if id.is_multiple_of(3) { "a" } else { "b" },
            event: id.is_multiple_of(7),
            probability: id as f64 / 1e6,
            day: Day(20_000 + i32::try_from(id % 400).expect("small")),
            days_passed: 0,
        };
        let rows = 2 * STRETCH_ROWS + 1_000;
        let written = |step: usize| {
            let mut stream = ParquetStream::new(TABLE.name, &TABLE.columns(), Vec::new()).expect("a stream");
            for from in (0..rows).step_by(step) {
                stream.write(&TABLE.fill((from..rows.min(from + step)).map(row)).expect("rows")).expect("room");
            }
            stream.finish().expect("a file")
        };
        let whole = written(rows);
        assert!(whole == written(513) && whole == written(STRETCH_ROWS) && whole == written(100_000));
    }
}

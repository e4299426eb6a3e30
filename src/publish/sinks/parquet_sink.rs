//! Tables as Parquet, whole or batch by batch. Owns compression, row groups and dictionaries; refuses to decide which
//! table goes where.

use std::io::Write;
use std::sync::Arc;

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

/// A Parquet file written batch by batch.
pub struct ParquetStream<W: Write + Send> {
    writer: ArrowWriter<W>,
    what: String,
}

impl<W: Write + Send> ParquetStream<W> {
    /// Starts the file of a table. Row groups hold a fixed number of rows, so that the same rows are the same bytes.
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
        let writer = ArrowWriter::try_new(out, schema, Some(properties.build()))
            .map_err(|e| PublishError::encode(what.clone(), &e))?;
        Ok(Self { writer, what })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&mut self, rows: &TableData) -> Result<(), PublishError> {
        self.writer.write(&rows.batch).map_err(|e| PublishError::encode(self.what.clone(), &e))
    }

    /// Writes the footer and gives the output back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<W, PublishError> {
        let what = self.what;
        self.writer.into_inner().map_err(|e| PublishError::encode(what, &e))
    }
}

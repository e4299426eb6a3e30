//! File formats of tables. Owns CSV and Parquet encoding and spreadsheet safety; refuses to decide which
//! table goes where.

use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::PublishError;
use super::table::{Kind, TableSpec};
use crate::domain::Day;

/// Text that a spreadsheet would run as a formula gets a leading apostrophe.
#[must_use]
pub fn spreadsheet_safe(text: &str) -> std::borrow::Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

/// One cell of a batch as text; empty for null. Numbers are written shortest and exact.
#[must_use]
pub fn cell_text(batch: &RecordBatch, column: usize, row: usize) -> String {
    let array = batch.column(column);
    if array.is_null(row) {
        return String::new();
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => format!("{}", array.as_primitive::<Float64Type>().value(row)),
        DataType::Date32 => Day(array.as_primitive::<Date32Type>().value(row)).to_string(),
        DataType::Boolean => u8::from(array.as_boolean().value(row)).to_string(),
        _ => String::new(),
    }
}

/// A batch as CSV with its header.
///
/// # Errors
/// When the CSV library refuses a row.
pub fn csv_bytes(spec: &TableSpec, batch: &RecordBatch) -> Result<Vec<u8>, PublishError> {
    let fail = |why: String| PublishError::Encode { what: format!("{}.csv", spec.name), why };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(spec.columns.iter().map(|c| c.name)).map_err(|e| fail(e.to_string()))?;
    for row in 0..batch.num_rows() {
        for column in 0..batch.num_columns() {
            let text = cell_text(batch, column, row);
            let is_text = batch.column(column).data_type() == &DataType::Utf8;
            let shown = if is_text { spreadsheet_safe(&text) } else { text.as_str().into() };
            writer.write_field(&*shown).map_err(|e| fail(e.to_string()))?;
        }
        writer.write_record(None::<&[u8]>).map_err(|e| fail(e.to_string()))?;
    }
    writer.into_inner().map_err(|e| fail(e.to_string()))
}

/// A Parquet file written batch by batch.
pub struct ParquetStream<W: Write + Send> {
    writer: ArrowWriter<W>,
    what: String,
}

impl<W: Write + Send> ParquetStream<W> {
    /// Starts a file. Row groups hold a fixed number of rows, so that the same rows are the same bytes.
    ///
    /// # Errors
    /// When the writer cannot start.
    pub fn new(spec: &TableSpec, out: W) -> Result<Self, PublishError> {
        let what = format!("{}.parquet", spec.name);
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
            .set_max_row_group_row_count(Some(262_144))
            .set_created_by(format!("lamplight {}", env!("CARGO_PKG_VERSION")));
        // A dictionary pays for words; ids, days and numbers hardly repeat, and compression finds what does.
        for column in spec.columns.iter().filter(|c| c.kind != Kind::Text || c.name.contains("_id")) {
            properties = properties.set_column_dictionary_enabled(column.name.into(), false);
        }
        let writer = ArrowWriter::try_new(out, spec.schema(), Some(properties.build()))
            .map_err(|e| PublishError::Encode { what: what.clone(), why: e.to_string() })?;
        Ok(Self { writer, what })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), PublishError> {
        self.writer.write(batch).map_err(|e| PublishError::Encode { what: self.what.clone(), why: e.to_string() })
    }

    /// Writes the footer and gives the output back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<W, PublishError> {
        let what = self.what;
        self.writer.into_inner().map_err(|e| PublishError::Encode { what, why: e.to_string() })
    }
}

/// A batch as Parquet bytes.
///
/// # Errors
/// When it cannot be encoded.
pub fn parquet_bytes(spec: &TableSpec, batch: &RecordBatch) -> Result<Vec<u8>, PublishError> {
    let mut stream = ParquetStream::new(spec, Vec::new())?;
    stream.write(batch)?;
    stream.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for text in ["=1+1", "+1", "-1", "@x", "\tx", "\rx"] {
            assert_eq!(spreadsheet_safe(text), format!("'{text}"));
        }
        assert_eq!(spreadsheet_safe("M001"), "M001");
    }
}

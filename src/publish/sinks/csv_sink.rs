//! Tables as CSV. Owns the one CSV writer of the house and what stands in a cell; refuses to decide which table goes
//! where.

use std::fmt::Write as _;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use super::sink::{Heading, Sink};
use crate::config::OutputFormat;
use crate::domain::{Day, guard_text};
use crate::publish::error::PublishError;
use crate::publish::table_data::{Kind, TableData};

/// Comma-separated, quoted where needed, a header line, guarded against spreadsheets.
pub struct CsvSink;

/// The one of them.
pub static CSV: CsvSink = CsvSink;

impl Sink for CsvSink {
    fn format(&self) -> OutputFormat {
        OutputFormat::Csv
    }
    fn extension(&self) -> &'static str {
        "csv"
    }
    fn write(&self, table: &TableData, _: &Heading<'_>) -> Result<Vec<u8>, PublishError> {
        csv_bytes(table)
    }
}

/// A table as CSV with its header.
///
/// # Errors
/// When the CSV library refuses a row.
pub fn csv_bytes(table: &TableData) -> Result<Vec<u8>, PublishError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = writer.write_record(table.columns.iter().map(|c| c.name));
    header.map_err(|e| PublishError::encode(format!("{}.csv", table.name), &e))?;
    write_rows(writer, table)
}

/// The rows of a table as CSV lines, to stand below a header.
///
/// # Errors
/// When the CSV library refuses a row.
pub fn csv_lines(table: &TableData) -> Result<Vec<u8>, PublishError> {
    write_rows(csv::Writer::from_writer(Vec::new()), table)
}

fn write_rows(mut writer: csv::Writer<Vec<u8>>, table: &TableData) -> Result<Vec<u8>, PublishError> {
    let fail = |e: csv::Error| PublishError::encode(format!("{}.csv", table.name), &e);
    let mut text = String::new();
    for row in 0..table.batch.num_rows() {
        for (column, spec) in table.columns.iter().enumerate() {
            text.clear();
            write_cell(&mut text, &table.batch, column, row);
            let shown = if spec.kind == Kind::Text { guard_text(&text) } else { text.as_str().into() };
            writer.write_field(&*shown).map_err(fail)?;
        }
        writer.write_record(None::<&[u8]>).map_err(fail)?;
    }
    writer.into_inner().map_err(|e| PublishError::encode(format!("{}.csv", table.name), &e))
}

/// One cell as text; nothing for null. Numbers are written shortest and exact.
fn write_cell(out: &mut String, batch: &RecordBatch, column: usize, row: usize) {
    let array = batch.column(column);
    if array.is_null(row) {
        return;
    }
    // Writing into a String cannot fail.
    let _ = match array.data_type() {
        DataType::Utf8 => out.write_str(array.as_string::<i32>().value(row)),
        DataType::Int64 => write!(out, "{}", array.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => write!(out, "{}", array.as_primitive::<Float64Type>().value(row)),
        DataType::Date32 => write!(out, "{}", Day(array.as_primitive::<Date32Type>().value(row))),
        DataType::Boolean => out.write_str(if array.as_boolean().value(row) { "1" } else { "0" }),
        _ => Ok(()),
    };
}

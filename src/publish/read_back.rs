//! Published tables read back as text rows, for `explain`, `report` and the next night's memory. Owns the
//! reading; refuses any file the product did not write.

use std::collections::BTreeMap;
use std::path::Path;

use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::error::PublishError;
use super::sinks::cell_text;
use crate::domain::unguard_text;

/// Rows by column name.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Column names.
    pub names: Vec<String>,
    /// Cells; empty text for null.
    pub rows: Vec<Vec<String>>,
}

impl Rows {
    /// The cell of a row by column name; empty when there is no such column.
    #[must_use]
    pub fn get<'r>(&self, row: &'r [String], name: &str) -> &'r str {
        self.names.iter().position(|n| n == name).and_then(|i| row.get(i)).map_or("", |t| t)
    }
}

/// Reads a published CSV or Parquet file, keeping rows whose `column` equals `value` when one is asked for.
///
/// # Errors
/// When the file is missing or damaged.
pub fn read_rows(path: &Path, only: Option<(&str, &str)>) -> Result<Rows, PublishError> {
    if path.extension().is_some_and(|e| e == "parquet") { parquet(path, only) } else { csv(path, only) }
}

/// Counts the rows of a published file by the texts of some columns, in their order; holds no row.
///
/// # Errors
/// When the file is missing or damaged, or has no such column.
pub fn count_rows(path: &Path, columns: &[&str]) -> Result<BTreeMap<Vec<String>, usize>, PublishError> {
    let mut out = BTreeMap::new();
    let find = |names: &[String]| {
        let place = |c: &&str| names.iter().position(|n| n == c).ok_or_else(|| fail(path, format!("no column {c}")));
        columns.iter().map(place).collect::<Result<Vec<_>, _>>()
    };
    if path.extension().is_some_and(|e| e == "parquet") {
        let (names, reader) = open_parquet(path)?;
        let at = find(&names)?;
        for batch in reader {
            let batch = batch.map_err(|e| fail(path, e.to_string()))?;
            for row in 0..batch.num_rows() {
                *out.entry(at.iter().map(|c| cell_text(&batch, *c, row)).collect()).or_default() += 1;
            }
        }
        return Ok(out);
    }
    let (names, mut reader) = open_csv(path)?;
    let at = find(&names)?;
    for record in reader.records() {
        let record = record.map_err(|e| fail(path, e.to_string()))?;
        *out.entry(at.iter().map(|c| record.get(*c).unwrap_or("").to_owned()).collect()).or_default() += 1;
    }
    Ok(out)
}

fn open_csv(path: &Path) -> Result<(Vec<String>, csv::Reader<std::fs::File>), PublishError> {
    let mut reader = csv::Reader::from_path(path).map_err(|e| fail(path, e.to_string()))?;
    let names = reader.headers().map_err(|e| fail(path, e.to_string()))?.iter().map(str::to_owned).collect();
    Ok((names, reader))
}

fn open_parquet(path: &Path) -> Result<(Vec<String>, ParquetRecordBatchReader), PublishError> {
    let file = std::fs::File::open(path).map_err(|why| PublishError::Io {
        what: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        why,
    })?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|e| fail(path, e.to_string()))?;
    let schema = arrow_array::RecordBatchReader::schema(&reader);
    Ok((schema.fields().iter().map(|f| f.name().clone()).collect(), reader))
}

fn fail(path: &Path, why: String) -> PublishError {
    PublishError::Encode { what: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(), why }
}

fn csv(path: &Path, only: Option<(&str, &str)>) -> Result<Rows, PublishError> {
    let (names, mut reader) = open_csv(path)?;
    let at = only.and_then(|(column, _)| names.iter().position(|n| n == column));
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| fail(path, e.to_string()))?;
        let row: Vec<String> = record.iter().map(|f| unguard_text(f).to_owned()).collect();
        if only.is_none_or(|(_, value)| at.is_some_and(|a| row[a] == value)) {
            rows.push(row);
        }
    }
    Ok(Rows { names, rows })
}

fn parquet(path: &Path, only: Option<(&str, &str)>) -> Result<Rows, PublishError> {
    let (names, reader) = open_parquet(path)?;
    let mut out = Rows { names, rows: Vec::new() };
    let at = only.and_then(|(column, _)| out.names.iter().position(|n| n == column));
    for batch in reader {
        let batch = batch.map_err(|e| fail(path, e.to_string()))?;
        for row in 0..batch.num_rows() {
            if only.is_none_or(|(_, value)| at.is_some_and(|a| cell_text(&batch, a, row) == value)) {
                out.rows.push((0..batch.num_columns()).map(|c| cell_text(&batch, c, row)).collect());
            }
        }
    }
    Ok(out)
}

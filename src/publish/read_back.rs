//! Published tables read back as text rows, for whoever prints them. Owns that form alone; what is computed from a
//! table reads it typed (`scan`).

use std::path::Path;

use super::error::PublishError;
use super::scan::TableScan;

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
    let scan = TableScan::open(path)?;
    rows_of_scan(if let Some((column, value)) = only { scan.only(column, value) } else { scan })
}

/// The rows of a scan as texts.
///
/// # Errors
/// When the file is damaged.
pub(super) fn rows_of_scan(scan: TableScan) -> Result<Rows, PublishError> {
    let frame = scan.read()?;
    let names = frame.names();
    let mut columns = names.iter().map(|n| frame.cells(n).map(Vec::into_iter)).collect::<Result<Vec<_>, _>>()?;
    let rows = (0..frame.len()).map(|_| columns.iter_mut().filter_map(Iterator::next).collect()).collect();
    Ok(Rows { names, rows })
}

//! A published table read back, lazily: only the columns asked for, only the rows that are wanted. Owns the typed
//! reading of this product's own files; refuses any other file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use polars::prelude as pl;
use polars::prelude::IntoLazy as _;

use super::cell::is_flag_set;
use super::error::PublishError;
use super::scan_source::{Request, Wanted, read_csv, read_parquet};
use crate::domain::{Day, unguard_text};

/// A published table about to be read: nothing is, until [`read`](TableScan::read).
pub struct TableScan {
    path: PathBuf,
    what: String,
    wanted: Vec<Wanted>,
    columns: Option<Vec<String>>,
    counted: bool,
}

/// The rows that were read.
pub struct TableFrame {
    frame: pl::DataFrame,
    what: String,
}

/// Days from 1970-01-01, as Parquet holds a date.
const DATE: pl::DataType = pl::DataType::Int32;

impl TableScan {
    /// A file of a run by its path. A CSV is read as text, its guards undone.
    ///
    /// # Errors
    /// When the file is missing.
    pub fn open(path: &Path) -> Result<Self, PublishError> {
        let what = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        // What is missing or closed is told by the system's own words.
        std::fs::File::open(path).map_err(|e| PublishError::Read { what: what.clone(), why: e.to_string() })?;
        Ok(Self { path: path.to_owned(), what, wanted: Vec::new(), columns: None, counted: false })
    }

    /// A table of a run by its name, as Parquet where it has that form.
    ///
    /// # Errors
    /// When the run has no such table.
    pub fn of_run(run: &Path, table: &str) -> Result<Self, PublishError> {
        let parquet: PathBuf = run.join(format!("{table}.parquet"));
        if parquet.exists() { Self::open(&parquet) } else { Self::open(&run.join(format!("{table}.csv"))) }
    }

    /// Only rows whose text column holds this text: row groups that cannot hold it are passed over.
    #[must_use]
    pub fn only(self, column: &str, text: &str) -> Self {
        self.only_any(column, &BTreeSet::from([text.to_owned()]))
    }

    /// Only rows whose text column holds one of these texts.
    #[must_use]
    pub fn only_any(mut self, column: &str, texts: &BTreeSet<String>) -> Self {
        self.wanted.push(Wanted { column: column.to_owned(), texts: texts.clone() });
        self
    }

    /// Only these columns; the others are not read.
    #[must_use]
    pub fn columns(mut self, names: &[&str]) -> Self {
        self.columns = Some(names.iter().map(|n| (*n).to_owned()).collect());
        self
    }

    /// Rows by the texts of some columns, with their number in the column `rows`, in the order of the texts.
    #[must_use]
    pub fn count_by(mut self, names: &[&str]) -> Self {
        self.counted = true;
        self.columns(names)
    }

    /// Reads.
    ///
    /// # Errors
    /// When the file is damaged or lacks a column.
    pub fn read(self) -> Result<TableFrame, PublishError> {
        let request = Request { what: &self.what, wanted: &self.wanted, columns: self.columns.as_deref() };
        let is_csv = self.path.extension().is_some_and(|e| e == "csv");
        let frame = if is_csv { read_csv(&self.path, &request) } else { read_parquet(&self.path, &request) }?;
        let frame = if self.counted { counts_of(frame).map_err(|e| damaged_table(&self.what, &e))? } else { frame };
        Ok(TableFrame { frame, what: self.what })
    }
}

/// The rows of a frame by all its columns, with their number.
fn counts_of(frame: pl::DataFrame) -> pl::PolarsResult<pl::DataFrame> {
    let keys: Vec<pl::Expr> = frame.get_column_names().into_iter().map(|n| pl::col(n.clone())).collect();
    let rows = pl::len().cast(pl::DataType::Int64).alias("rows");
    let counts = frame.lazy().group_by(keys.clone()).agg([rows]);
    counts.sort_by_exprs(keys, pl::SortMultipleOptions::new()).collect()
}

/// The library's words may hold a value, so only the kind of fault is told.
fn damaged_table(what: &str, error: &pl::PolarsError) -> PublishError {
    let why = match error {
        pl::PolarsError::ColumnNotFound(_) => "a column is missing".to_owned(),
        pl::PolarsError::IO { .. } => "cannot be read".to_owned(),
        _ => "damaged".to_owned(),
    };
    PublishError::Read { what: what.to_owned(), why }
}

/// Text cells of one column.
pub struct Texts<'f>(&'f pl::StringChunked);

impl<'f> Texts<'f> {
    /// The cell of a row; empty for nothing.
    #[must_use]
    pub fn at(&self, row: usize) -> &'f str {
        self.0.get(row).map_or("", unguard_text)
    }
}

impl TableFrame {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frame.height()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frame.height() == 0
    }

    /// Whether there is a column.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.frame.column(name).is_ok()
    }

    /// Names of the columns.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.frame.get_column_names().into_iter().map(ToString::to_string).collect()
    }

    fn column(&self, name: &str) -> Result<&pl::Column, PublishError> {
        self.frame.column(name).map_err(|e| damaged_table(&self.what, &e))
    }

    /// A text column.
    ///
    /// # Errors
    /// When there is no such column of texts.
    pub fn texts(&self, name: &str) -> Result<Texts<'_>, PublishError> {
        self.column(name)?.str().map(Texts).map_err(|e| damaged_table(&self.what, &e))
    }

    /// A column of whole numbers.
    ///
    /// # Errors
    /// When there is no such column of numbers.
    pub fn integers(&self, name: &str) -> Result<Vec<Option<i64>>, PublishError> {
        let cast = self.column(name)?.cast(&pl::DataType::Int64).map_err(|e| damaged_table(&self.what, &e))?;
        cast.i64().map(|c| c.iter().collect()).map_err(|e| damaged_table(&self.what, &e))
    }

    /// A column of numbers.
    ///
    /// # Errors
    /// When there is no such column of numbers.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, PublishError> {
        let cast = self.column(name)?.cast(&pl::DataType::Float64).map_err(|e| damaged_table(&self.what, &e))?;
        cast.f64().map(|c| c.iter().collect()).map_err(|e| damaged_table(&self.what, &e))
    }

    /// A column of dates.
    ///
    /// # Errors
    /// When there is no such column of dates.
    pub fn dates(&self, name: &str) -> Result<Vec<Option<Day>>, PublishError> {
        let column = self.column(name)?;
        if let Ok(texts) = column.str() {
            return Ok(texts.iter().map(|t| t.and_then(Day::parse_iso)).collect());
        }
        let cast = column.cast(&DATE).map_err(|e| damaged_table(&self.what, &e))?;
        cast.i32().map(|c| c.iter().map(|d| d.map(Day)).collect()).map_err(|e| damaged_table(&self.what, &e))
    }

    /// A column of flags.
    ///
    /// # Errors
    /// When there is no such column of flags.
    pub fn flags(&self, name: &str) -> Result<Vec<Option<bool>>, PublishError> {
        let column = self.column(name)?;
        if let Ok(texts) = column.str() {
            return Ok(texts.iter().map(|t| t.map(is_flag_set)).collect());
        }
        column.bool().map(|c| c.iter().collect()).map_err(|e| damaged_table(&self.what, &e))
    }

    /// Every cell of a column as a CSV file holds it, whatever its type.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn cells(&self, name: &str) -> Result<Vec<String>, PublishError> {
        let shown = |cells: Vec<Option<String>>| cells.into_iter().map(Option::unwrap_or_default).collect();
        Ok(match self.column(name)?.dtype() {
            pl::DataType::String => {
                let texts = self.texts(name)?;
                (0..self.len()).map(|row| texts.at(row).to_owned()).collect()
            }
            pl::DataType::Float64 => shown(self.numbers(name)?.into_iter().map(|n| n.map(|n| n.to_string())).collect()),
            pl::DataType::Date => shown(self.dates(name)?.into_iter().map(|d| d.map(|d| d.to_string())).collect()),
            pl::DataType::Boolean => {
                shown(self.flags(name)?.into_iter().map(|f| f.map(|f| u8::from(f).to_string())).collect())
            }
            _ => shown(self.integers(name)?.into_iter().map(|n| n.map(|n| n.to_string())).collect()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::sinks::{CSV, Heading, PARQUET, Sink};
    use crate::publish::tables::predictions::{PredictionsRow, TABLE};

    fn written(folder: &Path, sink: &dyn Sink) -> PathBuf {
        let day = Day::parse_iso("2026-06-30").expect("a day");
        let row =
            |id, group, probability| PredictionsRow { id, group, event: id == 1, probability, day, days_passed: 3 };
        let rows = [row(0, "=a", 0.25), row(1, "b, \"c\"", 1.0), row(2, "=a", f64::NAN)];
        let heading = Heading { as_of: day, banner: None };
        let bytes = sink.write(&TABLE.fill(rows).expect("a table"), &heading).expect("bytes");
        let path = folder.join(format!("predictions.{}", sink.extension()));
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    #[test]
    fn both_forms_read_back_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        for sink in [&CSV as &dyn Sink, &PARQUET] {
            let path = written(folder.path(), sink);
            let all = TableScan::open(&path).and_then(TableScan::read).expect("rows");
            assert_eq!(all.cells("group").expect("texts"), ["=a", "b, \"c\"", "=a"]);
            assert_eq!(all.cells("y").expect("flags"), ["0", "1", "0"]);
            assert_eq!(all.cells("probability").expect("numbers"), ["0.25", "1", ""]);
            assert_eq!(all.cells("day").expect("dates"), ["2026-06-30"; 3]);
            assert_eq!(all.integers("days_passed").expect("integers"), [Some(3); 3]);
            let own = TableScan::open(&path).expect("a table").only("group", "=a").columns(&["group", "id"]);
            let own = own.read().expect("rows");
            assert_eq!(
                (own.names(), own.cells("id").expect("ids")),
                (vec!["group".to_owned(), "id".to_owned()], vec!["0".to_owned(), "2".to_owned()])
            );
            let any = BTreeSet::from(["=a".to_owned(), "z".to_owned()]);
            let own = TableScan::open(&path).expect("a table").only_any("group", &any).read().expect("rows");
            assert_eq!(own.cells("id").expect("ids"), ["0", "2"]);
            let counts = TableScan::open(&path).expect("a table").count_by(&["group"]).read().expect("counts");
            assert_eq!(counts.cells("group").expect("texts"), ["=a", "b, \"c\""]);
            assert_eq!(counts.integers("rows").expect("counts"), [Some(2), Some(1)]);
        }
    }

    #[test]
    fn a_fault_names_the_file_and_no_value() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = |path: &Path| TableScan::open(path).and_then(TableScan::read).err().map(|e| e.to_string());
        assert!(told(&folder.path().join("gone.parquet")).is_some_and(|t| t.starts_with("cannot read gone.parquet: ")));
        let path = folder.path().join("broken.parquet");
        std::fs::write(&path, "M0000001,2026-01-01").expect("a file");
        let told = told(&path).expect("a fault");
        assert!(told.contains("broken.parquet") && !told.contains("M0000001"), "{told}");
        let path = written(folder.path(), &PARQUET);
        let frame = TableScan::open(&path).and_then(TableScan::read).expect("rows");
        assert_eq!(
            frame.texts("groups").err().map(|e| e.to_string()).as_deref(),
            Some("cannot read predictions.parquet: a column is missing")
        );
    }
}

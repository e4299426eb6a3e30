//! A view over raw files for layouts that renaming cannot reach: polars SQL over text. Owns how it is run, row by row where
//! no row knows of another, else over the columns that it needs; refuses to know any one layout.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use arrow_array::{Array, ArrayRef, StringArray};
use polars::prelude as pl;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::batch::{RawBatch, RowNumbers, Unreadable};
use super::error::ExtractError;
use super::ledger::{Ledger, Tally};
use super::source::{BatchSink, ReadRequest, SourceFile, Stretch};
use super::sql_words::{failure_words, has_order, reads_files};
use super::view_plan::{Tables, ViewPlan, lazy_view, plan_view, view_columns};
use super::view_rows::ViewRows;
use super::view_tables::{FILE_NAME, Filling, Gather, ROW_NUMBER, RawTable, batch_frame, column_texts};
use crate::config::ExtractConfig;

/// The rule by which a view leaves rows out.
pub const LEFT_BY_VIEW: &str = "left_by_view";
/// The table of the files under `path`.
const RAW: &str = "raw";

/// A view whose tables are known.
pub struct SqlView<'v> {
    /// Columns that it gives.
    pub names: Vec<String>,
    extract: &'v str,
    sql: &'v str,
    files: &'v [SourceFile],
    config: &'v ExtractConfig,
    /// Columns of each file.
    headers: Vec<Vec<String>>,
    tables: Tables,
}

impl<'v> SqlView<'v> {
    /// Looks at the columns of an extract's files, which are the tables `raw` and those that the configuration names, and
    /// at the columns that the view gives.
    ///
    /// # Errors
    /// When a file cannot be opened or the SQL is refused.
    pub fn open(
        extract: &'v str,
        sql: &'v str,
        files: &'v [SourceFile],
        config: &'v ExtractConfig,
    ) -> Result<Self, ExtractError> {
        let mut view =
            Self { names: Vec::new(), extract, sql, files, config, headers: Vec::new(), tables: Tables::new() };
        if reads_files(sql) {
            return Err(view.refuse(format!(
                "[extracts.{extract}] sql: a view reads its tables alone\nhint: name its files under path or tables"
            )));
        }
        for file in files {
            let opened = file.format.open(file, config).map_err(|why| view.unreadable(file, why))?;
            view.headers.push(opened.names().to_vec());
        }
        for (file, header) in files.iter().zip(&view.headers) {
            let own = [FILE_NAME, ROW_NUMBER].map(str::to_owned);
            let columns = view.tables.entry(table_of(file).to_owned()).or_default();
            for name in header.iter().chain(&own).filter(|n| !n.is_empty()) {
                if !columns.contains(name) {
                    columns.push(name.clone());
                }
            }
        }
        view.names = view_columns(sql, &view.tables).map_err(|e| view.told(&e))?;
        Ok(view)
    }

    /// Hands every row that the view gives to `sink`, with the columns at the places `needed`; rows that it leaves out and
    /// rows that no table can hold are counted in the `ledger`.
    ///
    /// # Errors
    /// When a file cannot be read, the SQL fails, or the judge refuses.
    pub fn read(
        &self,
        needed: &[usize],
        sink: &dyn BatchSink,
        account: Option<&Account<'_>>,
    ) -> Result<(), ExtractError> {
        let mut wanted: Vec<&str> = needed.iter().map(|at| self.names[*at].as_str()).collect();
        for own in [FILE_NAME, ROW_NUMBER] {
            if self.names.iter().any(|n| n == own) && !wanted.contains(&own) {
                wanted.push(own);
            }
        }
        let plan = plan_view(self.sql, &self.tables, &wanted).map_err(|e| self.told(&e))?;
        let run =
            Run { view: self, plan: &plan, wanted: &wanted, needed: needed.len(), account, given: AtomicU64::new(0) };
        if plan.row_by_row { run.row_by_row(sink) } else { run.whole(sink) }
    }

    /// Files of a table with their places.
    fn files_of(&self, table: &str) -> impl Iterator<Item = (usize, &SourceFile)> {
        self.files.iter().enumerate().filter(move |(_, f)| table_of(f) == table)
    }

    /// The used columns of a file: what fills them, and which of its columns are read for that.
    fn fillings(&self, file: usize, used: &BTreeSet<String>) -> (Vec<Filling>, Vec<usize>) {
        let mut needed = Vec::new();
        let fillings = used
            .iter()
            .map(|name| {
                let slot = self.headers[file].iter().position(|n| n == name).map(|at| {
                    needed.push(at);
                    needed.len() - 1
                });
                (name.clone(), slot)
            })
            .collect();
        (fillings, needed)
    }

    fn read_file(
        &self,
        (index, file): (usize, &SourceFile),
        (needed, in_order): (&[usize], bool),
        sink: &dyn BatchSink,
        account: Option<&Account<'_>>,
    ) -> Result<(), ExtractError> {
        let told = |why: String| self.unreadable(file, why);
        let opened = file.format.open(file, self.config).map_err(told)?;
        let as_dictionary = vec![false; needed.len()];
        let request = ReadRequest { file: index, needed, as_dictionary: &as_dictionary, in_order };
        let notes = opened.read(&request, sink).map_err(|e| e.into_extract(told))?;
        for (reason, times) in notes {
            if let Some(account) = account {
                account.ledger.note(reason, times);
            }
        }
        Ok(())
    }

    fn refuse(&self, why: String) -> ExtractError {
        ExtractError::Contract { extract: self.extract.to_owned(), problems: vec![why] }
    }

    fn unreadable(&self, file: &SourceFile, why: String) -> ExtractError {
        ExtractError::Unreadable { extract: self.extract.to_owned(), file: file.name.clone(), why }
    }

    fn told(&self, e: &pl::PolarsError) -> ExtractError {
        self.refuse(format!("[extracts.{}] sql: {}", self.extract, failure_words(e, self.sql)))
    }
}

/// Where a view's rows are counted.
pub struct Account<'a> {
    /// Counts.
    pub ledger: &'a Ledger,
    /// Takes the rows that could not be cut into fields, with the place of their file.
    pub unreadable: &'a (dyn Fn(Vec<(usize, Unreadable)>) + Sync),
}

impl Account<'_> {
    fn leave_out(&self, rows: u64) {
        if rows > 0 {
            let dropped = BTreeMap::from([(LEFT_BY_VIEW, rows)]);
            self.ledger.merge(&Tally { rows_in: rows, dropped, ..Tally::default() }, Vec::new());
        }
    }
}

fn table_of(file: &SourceFile) -> &str {
    file.table.as_deref().unwrap_or(RAW)
}

/// One reading of a view.
struct Run<'r> {
    view: &'r SqlView<'r>,
    plan: &'r ViewPlan,
    /// Columns of the result: those needed, then file and row where the view passes them on.
    wanted: &'r [&'r str],
    needed: usize,
    account: Option<&'r Account<'r>>,
    /// Rows handed on so far.
    given: AtomicU64,
}

impl Run<'_> {
    /// Batch by batch: nothing is held but the batch.
    fn row_by_row(&self, sink: &dyn BatchSink) -> Result<(), ExtractError> {
        for (table, used) in &self.plan.used {
            for (index, file) in self.view.files_of(table) {
                let (fillings, needed) = self.view.fillings(index, used);
                let through = Through { run: self, table, file: &file.name, fillings: &fillings, next: sink };
                self.view.read_file((index, file), (&needed, !self.knows_rows()), &through, self.account)?;
            }
        }
        Ok(())
    }

    /// The row of the file is known for each row of the result.
    fn knows_rows(&self) -> bool {
        !self.plan.passed_on.is_empty() || self.wanted.contains(&ROW_NUMBER)
    }

    /// All at once: the used columns of all tables, then the result.
    fn whole(&self, sink: &dyn BatchSink) -> Result<(), ExtractError> {
        let view = self.view;
        let refuse = |why: String| view.refuse(format!("[extracts.{}] sql: {why}", view.extract));
        let mut frames = BTreeMap::new();
        let mut raw_rows = 0;
        for (name, columns) in &view.tables {
            let used = self.plan.used.get(name);
            let mut table = RawTable::default();
            for (index, file) in view.files_of(name).filter(|_| used.is_some()) {
                let (fillings, needed) = view.fillings(index, used.unwrap_or(&BTreeSet::new()));
                let gather =
                    Gather { table: Mutex::new(&mut table), fillings: &fillings, file: &file.name, refuse: &refuse };
                view.read_file((index, file), (&needed, true), &gather, self.account)?;
            }
            raw_rows += table.rows;
            if let (Some(account), false) = (self.account, table.unreadable.is_empty()) {
                (account.unreadable)(std::mem::take(&mut table.unreadable));
            }
            let empty = || {
                let read = columns.iter().filter(|c| used.is_none_or(|u| u.contains(*c)));
                let columns = read.map(|c| pl::Column::new_empty(c.as_str().into(), &pl::DataType::String)).collect();
                pl::DataFrame::new(0, columns).map_err(|e| view.told(&e))
            };
            frames.insert(name.as_str(), table.take_frame().map_or_else(empty, Ok)?);
        }
        let result = lazy_view(view.sql, frames, Some(self.wanted)).and_then(pl::LazyFrame::collect);
        let names: Vec<&str> = view.files.iter().map(|f| f.name.as_str()).collect();
        let rows =
            result.and_then(|result| ViewRows::new(&result, &names, has_order(view.sql))).map_err(|e| view.told(&e))?;
        if let Some(account) = self.account {
            account.leave_out(raw_rows - rows.raw_rows(raw_rows));
        }
        rows.cuts().into_par_iter().try_for_each(|cut| sink.stretch()(rows.batch(cut, self.needed)))
    }
}

/// Takes the batches of a file through a view that treats each row for itself.
struct Through<'t> {
    run: &'t Run<'t>,
    table: &'t str,
    file: &'t str,
    fillings: &'t [Filling],
    next: &'t dyn BatchSink,
}

impl BatchSink for Through<'_> {
    fn stretch(&self) -> Stretch<'_> {
        let mut next = self.next.stretch();
        Box::new(move |raw| next(self.pass(raw)?))
    }
}

impl Through<'_> {
    fn pass(&self, raw: RawBatch) -> Result<RawBatch, ExtractError> {
        let (run, view) = (self.run, self.run.view);
        let refuse = |why: String| view.refuse(format!("[extracts.{}] sql: {why}", view.extract));
        let passed = |name: &str| {
            let theirs = run.plan.passed_on.get(name)?;
            self.fillings.iter().find(|(n, _)| n == theirs)
        };
        let asked: Vec<&str> = run.wanted.iter().copied().filter(|n| passed(n).is_none()).collect();
        let computed = if asked.is_empty() { Vec::new() } else { self.compute(&raw, &asked)? };
        let len = computed.first().map_or(raw.len, Array::len);
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(run.needed);
        for name in &run.wanted[..run.needed] {
            columns.push(match (passed(name), asked.iter().position(|n| n == name)) {
                (Some((_, Some(slot))), _) => Arc::clone(&raw.columns[*slot]),
                (Some(filling), _) => Arc::new(column_texts(&raw, filling, self.file).map_err(refuse)?),
                (None, at) => Arc::new(computed[at.unwrap_or(0)].clone()),
            });
        }
        if let Some(account) = run.account {
            account.leave_out((raw.len - len) as u64);
        }
        let before = run.given.fetch_add(len as u64, Ordering::Relaxed);
        let (file, rows) = match asked.iter().position(|n| *n == ROW_NUMBER) {
            Some(at) => {
                let number = |i: usize| Some(&computed[at]).filter(|a| a.is_valid(i))?.value(i).parse().ok();
                (raw.file, RowNumbers::Each((0..len).map(|i| number(i).unwrap_or(0)).collect()))
            }
            None if run.knows_rows() => (raw.file, raw.rows),
            None => (usize::MAX, RowNumbers::From(before + 1)),
        };
        // Rows that could not be cut stand in their file, whatever becomes of the others.
        if file != raw.file && !raw.unreadable.is_empty() {
            if let Some(account) = run.account {
                (account.unreadable)(raw.unreadable.into_iter().map(|u| (raw.file, u)).collect());
            }
            return Ok(RawBatch { file, rows, columns, len, unreadable: Vec::new() });
        }
        Ok(RawBatch { file, rows, columns, len, unreadable: raw.unreadable })
    }

    /// The columns that the engine has to make.
    fn compute(&self, raw: &RawBatch, asked: &[&str]) -> Result<Vec<StringArray>, ExtractError> {
        let view = self.run.view;
        let frame = batch_frame(raw, self.fillings, self.file)
            .map_err(|why| view.refuse(format!("[extracts.{}] sql: {why}", view.extract)))?;
        let texts = lazy_view(view.sql, BTreeMap::from([(self.table, frame)]), Some(asked))
            .and_then(pl::LazyFrame::collect)
            .and_then(|result| {
                result
                    .columns()
                    .iter()
                    .map(|c| Ok(c.cast(&pl::DataType::String)?.str()?.iter().collect::<StringArray>()))
                    .collect::<pl::PolarsResult<Vec<_>>>()
            });
        texts.map_err(|e| view.told(&e))
    }
}

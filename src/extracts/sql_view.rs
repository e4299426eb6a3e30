//! A view over raw files for layouts that renaming cannot reach. Owns the loading of raw files as text
//! and the polars SQL call; refuses to know any one layout.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::DataType;
use polars::prelude as pl;
use polars::prelude::IntoLazy;

use super::batch::{BATCH_ROWS, RawBatch, RowNumbers, Unreadable};
use super::error::ExtractError;
use super::source::{BatchSink, ReadRequest, SourceFile, Stretch};
use super::sql_words::{failure_words, reads_files};
use crate::config::ExtractConfig;

/// The result of a view: text columns.
pub struct View {
    /// Column names.
    pub names: Vec<String>,
    /// Raw rows that could not be cut into fields, with their file.
    pub unreadable: Vec<(usize, Unreadable)>,
    columns: Vec<StringArray>,
}

/// Runs `sql` over an extract's files as table `raw`, every column text, with `file_name` and `row_number` added.
///
/// # Errors
/// When a file cannot be read or the SQL is refused.
pub fn run_view(extract: &str, sql: &str, files: &[SourceFile], config: &ExtractConfig) -> Result<View, ExtractError> {
    let refuse = |why: String| ExtractError::Contract { extract: extract.to_owned(), problems: vec![why] };
    if reads_files(sql) {
        return Err(refuse(format!(
            "[extracts.{extract}] sql: a view reads the table raw alone\nhint: name its files under path"
        )));
    }
    let mut raw = Raw::default();
    for (index, file) in files.iter().enumerate() {
        let unreadable =
            |why: String| ExtractError::Unreadable { extract: extract.to_owned(), file: file.name.clone(), why };
        let opened = file.format.open(file, config).map_err(unreadable)?;
        let names = opened.names().to_vec();
        let needed: Vec<usize> = (0..names.len()).collect();
        let as_dictionary = vec![false; needed.len()];
        let request = ReadRequest { file: index, needed: &needed, as_dictionary: &as_dictionary, in_order: true };
        let gather = Gather { raw: Mutex::new(&mut raw), names: &names, file: &file.name, refuse: &refuse };
        opened.read(&request, &gather).map_err(|e| e.into_extract(unreadable))?;
    }
    let unreadable = std::mem::take(&mut raw.unreadable);
    let told = |e: &pl::PolarsError| refuse(format!("[extracts.{extract}] sql: {}", failure_words(e, sql)));
    let frame = raw.frame().map_err(|e| told(&e))?;
    let mut context = polars::sql::SQLContext::new();
    context.register("raw", frame.lazy());
    let result = context.execute(sql).and_then(pl::LazyFrame::collect).map_err(|e| told(&e))?;
    let mut names = Vec::new();
    let mut columns = Vec::new();
    for column in result.columns() {
        names.push(column.name().to_string());
        let text = column.cast(&pl::DataType::String).map_err(|e| told(&e))?;
        let text = text.str().map_err(|e| told(&e))?;
        columns.push(text.iter().collect::<StringArray>());
    }
    Ok(View { names, unreadable, columns })
}

impl View {
    /// The rows in batches, restricted to the `needed` columns; rows carry `row_number` when the view
    /// passes it on, else their place in the view.
    pub fn batches(&self, needed: &[usize]) -> Vec<RawBatch> {
        let len = self.columns.first().map_or(0, Array::len);
        let place = |name: &str| self.names.iter().position(|n| n == name).map(|at| &self.columns[at]);
        let numbers = place("row_number");
        (0..len)
            .step_by(BATCH_ROWS)
            .map(|start| {
                let n = BATCH_ROWS.min(len - start);
                let rows = numbers.map_or(RowNumbers::From(start as u64 + 1), |a| {
                    RowNumbers::Each(
                        (start..start + n)
                            .map(|i| if a.is_valid(i) { a.value(i).parse().unwrap_or(0) } else { 0 })
                            .collect(),
                    )
                });
                RawBatch {
                    file: usize::MAX,
                    rows,
                    columns: needed.iter().map(|at| Arc::new(self.columns[*at].slice(start, n)) as ArrayRef).collect(),
                    len: n,
                    unreadable: Vec::new(),
                }
            })
            .collect()
    }
}

/// Adds the batches of one file to the raw columns.
struct Gather<'g> {
    raw: Mutex<&'g mut Raw>,
    names: &'g [String],
    file: &'g str,
    refuse: &'g (dyn Fn(String) -> ExtractError + Sync),
}

impl BatchSink for Gather<'_> {
    fn stretch(&self) -> Stretch<'_> {
        Box::new(|batch| {
            let mut raw = self.raw.lock().unwrap_or_else(PoisonError::into_inner);
            raw.add(self.names, self.file, batch).map_err(self.refuse)
        })
    }
}

/// Raw text columns of all files, united by name.
#[derive(Default)]
struct Raw {
    rows: usize,
    columns: BTreeMap<String, Vec<Option<String>>>,
    order: Vec<String>,
    unreadable: Vec<(usize, Unreadable)>,
}

impl Raw {
    fn add(&mut self, names: &[String], file: &str, batch: RawBatch) -> Result<(), String> {
        let RawBatch { file: index, rows, columns, len, unreadable } = batch;
        self.unreadable.extend(unreadable.into_iter().map(|u| (index, u)));
        for (name, array) in names.iter().zip(&columns) {
            let text = arrow_cast::cast(array, &DataType::Utf8)
                .map_err(|_| format!("column {name} cannot be read as text"))?;
            let text = text.as_string::<i32>();
            self.column(name).extend((0..len).map(|i| text.is_valid(i).then(|| text.value(i).to_owned())));
        }
        self.column("file_name").extend((0..len).map(|_| Some(file.to_owned())));
        self.column("row_number").extend((0..len).map(|i| Some(rows.at(i).to_string())));
        self.rows += len;
        // A column that this file lacks is null for its rows.
        for values in self.columns.values_mut() {
            values.resize(self.rows, None);
        }
        Ok(())
    }

    fn column(&mut self, name: &str) -> &mut Vec<Option<String>> {
        if !self.columns.contains_key(name) {
            self.order.push(name.to_owned());
            self.columns.insert(name.to_owned(), vec![None; self.rows]);
        }
        self.columns.entry(name.to_owned()).or_default()
    }

    fn frame(mut self) -> pl::PolarsResult<pl::DataFrame> {
        let columns = self
            .order
            .iter()
            .map(|name| {
                let values = self.columns.remove(name).unwrap_or_default();
                pl::Column::new(name.as_str().into(), values)
            })
            .collect();
        pl::DataFrame::new(self.rows, columns)
    }
}

//! The raw tables of a view. Owns how rows of files become text columns of the engine, with `file_name` and `row_number`;
//! refuses to run SQL.

use std::sync::{Mutex, PoisonError};

use arrow_array::{Array, StringArray};
use polars::prelude as pl;

use super::batch::{RawBatch, Unreadable};
use super::error::ExtractError;
use super::findings;
use super::source::{BatchSink, Stretch};

/// Column with the name of a row's file.
pub const FILE_NAME: &str = "file_name";
/// Column with the place of a row in its file.
pub const ROW_NUMBER: &str = "row_number";

/// A file's column of a table: its name, and the slot of a batch that fills it, unless the file lacks it.
pub type Filling = (String, Option<usize>);

/// A column of texts; one that the file lacks is null for its rows.
///
/// # Errors
/// A sentence naming the column.
pub fn column_texts(raw: &RawBatch, (name, slot): &Filling, file: &str) -> Result<StringArray, String> {
    match (slot, name.as_str()) {
        (Some(slot), _) => {
            findings::texts(&raw.columns[*slot]).map_err(|_| format!("column {name} cannot be read as text"))
        }
        (None, FILE_NAME) => Ok((0..raw.len).map(|_| Some(file)).collect()),
        (None, ROW_NUMBER) => Ok((0..raw.len).map(|i| Some(raw.rows.at(i).to_string())).collect()),
        (None, _) => Ok(StringArray::new_null(raw.len)),
    }
}

/// The same for the engine.
pub fn engine_column(name: &str, texts: &StringArray) -> pl::StringChunked {
    let mut out: pl::StringChunked = (0..texts.len()).map(|i| texts.is_valid(i).then(|| texts.value(i))).collect();
    out.rename(name.into());
    out
}

/// A batch as a frame of the engine.
///
/// # Errors
/// A sentence naming the column.
pub fn batch_frame(raw: &RawBatch, fillings: &[Filling], file: &str) -> Result<pl::DataFrame, String> {
    let columns = fillings
        .iter()
        .map(|f| Ok(pl::Column::from(pl::IntoSeries::into_series(engine_column(&f.0, &column_texts(raw, f, file)?)))))
        .collect::<Result<Vec<_>, String>>()?;
    pl::DataFrame::new(raw.len, columns).map_err(|_| "a column name stands twice".to_owned())
}

/// Some columns of the files of a table, as far as they are read.
#[derive(Default)]
pub struct RawTable {
    /// Rows that could be cut into fields.
    pub rows: u64,
    /// Rows that could not, with the place of their file.
    pub unreadable: Vec<(usize, Unreadable)>,
    frame: Option<pl::DataFrame>,
}

impl RawTable {
    fn add(&mut self, raw: RawBatch, fillings: &[Filling], file: &str) -> Result<(), String> {
        let batch = batch_frame(&raw, fillings, file)?;
        self.rows += raw.len as u64;
        self.unreadable.extend(raw.unreadable.into_iter().map(|u| (raw.file, u)));
        match &mut self.frame {
            Some(frame) => {
                frame.vstack_mut_owned(batch).map(|_| ()).map_err(|_| "columns do not fit together".to_owned())
            }
            None => {
                self.frame = Some(batch);
                Ok(())
            }
        }
    }

    /// Everything read; `None` when that was nothing.
    pub fn take_frame(&mut self) -> Option<pl::DataFrame> {
        self.frame.take()
    }
}

/// Adds the batches of one file to a table.
pub struct Gather<'g> {
    /// The table.
    pub table: Mutex<&'g mut RawTable>,
    /// Its columns in this file.
    pub fillings: &'g [Filling],
    /// Name of the file.
    pub file: &'g str,
    /// Makes an error of a sentence.
    pub refuse: &'g (dyn Fn(String) -> ExtractError + Sync),
}

impl BatchSink for Gather<'_> {
    fn stretch(&self) -> Stretch<'_> {
        Box::new(|batch| {
            let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
            table.add(batch, self.fillings, self.file).map_err(self.refuse)
        })
    }
}

//! The rows of a view that knows all its rows. Owns their fixed order, where each came from and how they are cut into
//! batches; refuses to run SQL.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use polars::prelude as pl;
use rustc_hash::FxHashMap;

use super::batch::{BATCH_ROWS, RawBatch, RowNumbers};
use super::view_tables::{FILE_NAME, ROW_NUMBER};

/// Everything that a view gave, in its order.
pub struct ViewRows {
    columns: Vec<pl::StringChunked>,
    /// File and row of each, where the view passes both on.
    places: Option<Vec<(usize, u64)>>,
    /// Rows of the result in the order in which they are handed on.
    order: Vec<u32>,
}

impl ViewRows {
    /// Takes a result whose columns are all text. Files are known by their `names`. Rows stand in the order of their files
    /// and rows, else of all their texts, unless the view says an order itself.
    ///
    /// # Errors
    /// Those of the engine.
    pub fn new(result: &pl::DataFrame, names: &[&str], ordered: bool) -> pl::PolarsResult<Self> {
        let mut columns = Vec::with_capacity(result.width());
        for column in result.columns() {
            columns.push(column.cast(&pl::DataType::String)?.str()?.rechunk().into_owned());
        }
        let rows = u32::try_from(result.height()).unwrap_or(u32::MAX);
        let places = places_of(&columns, names);
        let mut order: Vec<u32> = (0..rows).collect();
        let by_texts = |a: u32, b: u32| {
            columns
                .iter()
                .map(|c| c.get(a as usize).cmp(&c.get(b as usize)))
                .find(|o| *o != Ordering::Equal)
                .unwrap_or(Ordering::Equal)
        };
        match &places {
            Some(places) => {
                order.sort_by(|a, b| places[*a as usize].cmp(&places[*b as usize]).then_with(|| by_texts(*a, *b)))
            }
            None if ordered => {}
            None => order.sort_by(|a, b| by_texts(*a, *b)),
        }
        Ok(Self { columns, places, order })
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.order.len() as u64
    }

    /// Raw rows that the view passes on at least once: told exactly where it says which, else as many as it has rows.
    #[must_use]
    pub fn raw_rows(&self, raw: u64) -> u64 {
        let Some(places) = &self.places else { return self.len().min(raw) };
        let mut last = None;
        let mut distinct = 0;
        for row in &self.order {
            let place = Some(places[*row as usize]);
            distinct += u64::from(place != last);
            last = place;
        }
        distinct
    }

    /// Where the batches begin and end: none holds rows of two files.
    #[must_use]
    pub fn cuts(&self) -> Vec<(usize, usize)> {
        let file = |at: usize| self.places.as_ref().map(|p| p[self.order[at] as usize].0);
        let mut out = Vec::new();
        let mut start = 0;
        for at in 1..=self.order.len() {
            if at == self.order.len() || at - start == BATCH_ROWS || file(at) != file(start) {
                out.push((start, at));
                start = at;
            }
        }
        out
    }

    /// The rows between two cuts, with the first `wanted` columns.
    #[must_use]
    pub fn batch(&self, (start, end): (usize, usize), wanted: usize) -> RawBatch {
        let rows = &self.order[start..end];
        let numbers = match &self.places {
            Some(places) => RowNumbers::Each(rows.iter().map(|r| places[*r as usize].1).collect()),
            None => RowNumbers::From(start as u64 + 1),
        };
        let column = |c: &pl::StringChunked| {
            let texts: StringArray = rows.iter().map(|r| c.get(*r as usize)).collect();
            Arc::new(texts) as ArrayRef
        };
        RawBatch {
            file: self.places.as_ref().map_or(usize::MAX, |p| p[rows[0] as usize].0),
            rows: numbers,
            columns: self.columns.iter().take(wanted).map(column).collect(),
            len: rows.len(),
            unreadable: Vec::new(),
        }
    }
}

/// File and row of every row, where the view passes both on and each can be read.
fn places_of(columns: &[pl::StringChunked], names: &[&str]) -> Option<Vec<(usize, u64)>> {
    let named = |wanted: &str| columns.iter().find(|c| c.name().as_str() == wanted);
    let (files, numbers) = (named(FILE_NAME)?, named(ROW_NUMBER)?);
    let known: FxHashMap<&str, usize> = names.iter().enumerate().rev().map(|(at, name)| (*name, at)).collect();
    (0..files.len()).map(|i| Some((*known.get(files.get(i)?)?, numbers.get(i)?.parse().ok()?))).collect()
}

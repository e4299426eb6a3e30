//! The condition that picks rows of a file. Owns its evaluation over raw columns, all of them text; refuses to know what a
//! column means.

use arrow_array::Array;
use polars::prelude as pl;
use polars::prelude::IntoLazy;

use super::batch::RawBatch;
use super::findings;
use super::sql_words::{failure_words, reads_files};

/// A condition bound to the columns of a file.
pub struct RowFilter<'c> {
    condition: &'c str,
    /// Name and slot of each column that the condition names.
    columns: Vec<(String, usize)>,
}

impl<'c> RowFilter<'c> {
    /// Binds a condition; `slot` gives the slot of a column that it names.
    ///
    /// # Errors
    /// A sentence when the condition reads anything but the row.
    pub fn new(condition: &'c str, names: &[String], mut slot: impl FnMut(usize) -> usize) -> Result<Self, String> {
        if reads_files(condition) {
            return Err("where: the condition may name columns alone, no files".to_owned());
        }
        let named = |name: &str| {
            !name.is_empty()
                && condition.match_indices(name).any(|(at, _)| {
                    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
                    edge(condition[..at].chars().next_back()) && edge(condition[at + name.len()..].chars().next())
                })
        };
        let columns = names.iter().enumerate().filter(|(_, n)| named(n)).map(|(at, n)| (n.clone(), slot(at))).collect();
        Ok(Self { condition, columns })
    }

    /// For each row of a batch whether the condition holds; where it is neither true nor false it does not.
    ///
    /// # Errors
    /// A sentence without any value of a row.
    pub fn keep(&self, raw: &RawBatch) -> Result<Vec<bool>, String> {
        let told = |e: &pl::PolarsError| format!("where: {}", failure_words(e, self.condition));
        let rows = u32::try_from(raw.len).unwrap_or(u32::MAX);
        let mut frame = vec![pl::Column::new("lamplight_row".into(), (0..rows).collect::<Vec<u32>>())];
        for (name, slot) in &self.columns {
            let texts = findings::texts(&raw.columns[*slot]).map_err(|e| format!("where: {}", e.0))?;
            let values: Vec<Option<&str>> = (0..raw.len).map(|i| texts.is_valid(i).then(|| texts.value(i))).collect();
            frame.push(pl::Column::new(name.as_str().into(), values));
        }
        let frame = pl::DataFrame::new(raw.len, frame).map_err(|e| told(&e))?;
        let mut context = polars::sql::SQLContext::new();
        context.register("raw", frame.lazy());
        let kept = context
            .execute(&format!("SELECT lamplight_row FROM raw WHERE ({})", self.condition))
            .and_then(pl::LazyFrame::collect)
            .map_err(|e| told(&e))?;
        let mut out = vec![false; raw.len];
        let column = kept.column("lamplight_row").and_then(|c| c.u32().cloned()).map_err(|e| told(&e))?;
        for row in column.iter().flatten() {
            out[row as usize] = true;
        }
        Ok(out)
    }
}

//! The cells of one row of a small extract by column name. Owns their reading and the arrival rule of such rows; refuses
//! to know which row is made of them.

use std::sync::{Mutex, PoisonError};

use super::batch::{Batch, Verdicts};
use super::cells::Cells;
use super::column::{NO_DAY, NO_INTEGER};
use super::context::Context;
use super::contract::ExtractSpec;

/// Reads the rows of one small extract into `out`; `day_column` is when a row happened.
pub(super) fn collect<T>(
    spec: &'static ExtractSpec,
    context: &Context<'_>,
    day_column: Option<&str>,
    batch: &Batch,
    verdicts: &mut Verdicts,
    out: &Mutex<Vec<(u32, T)>>,
    make: impl Fn(&Fields<'_, '_>) -> T,
) {
    let cells = Cells::new(spec, batch);
    let mut rows = Vec::new();
    for row in batch.good() {
        let Some(member) = context.member(&cells, row, verdicts) else { continue };
        let fields = Fields { cells: &cells, context, row };
        if let Some(column) = day_column {
            let day = cells.column(column).day(row);
            let received = if spec.columns.iter().any(|c| c.name == "received_date") {
                cells.column("received_date").day(row)
            } else {
                NO_DAY
            };
            if day > context.as_of.0 {
                verdicts.drop_row("after_as_of");
                continue;
            }
            if received != NO_DAY && received > context.as_of.0 {
                verdicts.drop_row("not_yet_arrived");
                continue;
            }
            if day != NO_DAY {
                verdicts.saw(day);
            }
        }
        rows.push((member, make(&fields)));
    }
    out.lock().unwrap_or_else(PoisonError::into_inner).extend(rows);
}

/// The cells of one row by column name.
pub(super) struct Fields<'c, 'b> {
    pub cells: &'c Cells<'b>,
    pub context: &'c Context<'c>,
    pub row: usize,
}

impl Fields<'_, '_> {
    /// Free text or an interned word; empty for none.
    pub fn text(&self, name: &str) -> Box<str> {
        let column = self.cells.column(name);
        match column.word(self.row) {
            0 => column.text(self.row).unwrap_or("").into(),
            word => self.context.pools.word.text_of(word).into(),
        }
    }
    /// As [`Fields::text`]; `None` when empty.
    pub fn some_text(&self, name: &str) -> Option<Box<str>> {
        Some(self.text(name)).filter(|t| !t.is_empty())
    }
    pub fn day(&self, name: &str) -> i32 {
        self.cells.column(name).day(self.row)
    }
    pub fn some_day(&self, name: &str) -> Option<i32> {
        Some(self.day(name)).filter(|d| *d != NO_DAY)
    }
    /// A day that had come by the night's date; a later one is not known yet.
    pub fn past_day(&self, name: &str) -> Option<i32> {
        self.some_day(name).filter(|d| *d <= self.context.as_of.0)
    }
    /// The day lies after the night: what it dates has not happened yet.
    pub fn comes_later(&self, name: &str) -> bool {
        self.some_day(name).is_some_and(|d| d > self.context.as_of.0)
    }
    pub fn integer(&self, name: &str) -> Option<i64> {
        Some(self.cells.column(name).integer(self.row)).filter(|v| *v != NO_INTEGER)
    }
    pub fn number(&self, name: &str) -> Option<f64> {
        Some(self.cells.column(name).number(self.row)).filter(|v| v.is_finite())
    }
    pub fn flag(&self, name: &str) -> bool {
        self.cells.column(name).flag(self.row).unwrap_or(false)
    }
    /// Yes, no or not said.
    pub fn some_flag(&self, name: &str) -> Option<bool> {
        self.cells.column(name).flag(self.row)
    }
    /// A short code's text; empty for none.
    pub fn code(&self, name: &str) -> Box<str> {
        self.cells.column(name).short(self.row).text().into()
    }
}

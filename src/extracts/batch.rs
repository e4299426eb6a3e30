//! Rows on their way, some thousands at a time: as a reader cut them, as the checks judged them, and what their consumer
//! decides. Owns these shapes and the row numbers; refuses to know a file format or a rule.

use std::collections::BTreeMap;

use arrow_array::ArrayRef;

use super::column::Column;
use super::reason::{Reason, Severity};

/// Rows handled at a time.
pub const BATCH_ROWS: usize = 8192;

/// Where the rows of a batch stood in their file.
pub enum RowNumbers {
    /// One number a row (CSV lines).
    Each(Vec<u64>),
    /// Consecutive from here (Parquet).
    From(u64),
}

impl RowNumbers {
    /// The number of a row of the batch.
    #[must_use]
    pub fn at(&self, row: usize) -> u64 {
        match self {
            Self::Each(v) => v.get(row).copied().unwrap_or(0),
            Self::From(first) => first + row as u64,
        }
    }
}

/// A row a reader could not even cut into fields.
pub struct Unreadable {
    /// Line.
    pub row: u64,
    /// Why.
    pub reason: Reason,
}

/// What a reader hands on: their columns by source index, not yet judged.
pub struct RawBatch {
    /// Index of the file.
    pub file: usize,
    /// Where the rows stood.
    pub rows: RowNumbers,
    /// Arrays by binding slot.
    pub columns: Vec<ArrayRef>,
    /// Rows in the arrays.
    pub len: usize,
    /// Rows that are not in the arrays.
    pub unreadable: Vec<Unreadable>,
}

/// A judged batch.
pub struct Batch {
    /// Index of the file.
    pub file: usize,
    /// Where the rows stood.
    pub rows: RowNumbers,
    /// Columns in the contract's flat order.
    pub columns: Vec<Column>,
    /// Rows.
    pub len: usize,
    /// Of each column, whether the file has it, though this batch of it may be empty.
    pub bound: Vec<bool>,
    /// Rows that a check has rejected already.
    pub(super) rejected: Vec<bool>,
}

impl Batch {
    /// Rows that no check has rejected yet.
    pub fn good(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len).filter(|r| !self.rejected[*r])
    }
}

/// What a consumer decides about the rows of a batch; a row it does not name is used.
#[derive(Default)]
pub struct Verdicts {
    /// Row, flat column, why, what stood there.
    pub(super) quarantined: Vec<(usize, usize, Reason, String)>,
    pub(super) dropped: BTreeMap<&'static str, u64>,
    pub(super) notes: BTreeMap<Reason, u64>,
    /// Of those, the ones of one column, by flat index.
    pub(super) column_notes: BTreeMap<(usize, Reason), u64>,
    /// Newest service date seen.
    pub newest: Option<i32>,
    /// First own date among the rows that had arrived, of a known member or not.
    pub oldest: Option<i32>,
    /// Rows by block of 32 days.
    pub(super) blocks: rustc_hash::FxHashMap<i32, u64>,
}

impl Verdicts {
    /// Rejects a row. `column` is the flat index at fault.
    pub fn quarantine(&mut self, row: usize, column: usize, reason: Reason, value: &str) {
        debug_assert_eq!(reason.severity(), Severity::Quarantine);
        self.quarantined.push((row, column, reason, value.chars().take(200).collect()));
    }
    /// Leaves a row out by a rule.
    pub fn drop_row(&mut self, rule: &'static str) {
        *self.dropped.entry(rule).or_default() += 1;
    }
    /// Counts something that is no reason to reject.
    pub fn note(&mut self, reason: Reason) {
        *self.notes.entry(reason).or_default() += 1;
    }
    /// As [`Verdicts::note`], of one column by its flat index.
    pub fn note_at(&mut self, column: usize, reason: Reason) {
        self.note(reason);
        *self.column_notes.entry((column, reason)).or_default() += 1;
    }
    /// Keeps the first date: how far back the extract tells of anyone, whoever it is.
    pub fn reaches_back_to(&mut self, day: i32) {
        self.oldest = Some(self.oldest.map_or(day, |d| d.min(day)));
    }
    /// Keeps the newest date and counts its block of days.
    pub fn saw(&mut self, day: i32) {
        self.newest = self.newest.max(Some(day));
        *self.blocks.entry(day.div_euclid(32)).or_default() += 1;
    }
}

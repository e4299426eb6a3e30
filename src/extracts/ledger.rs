//! Where every row went. Owns the counts and the quarantine of one extract; refuses to lose a row:
//! `rows_in = used + quarantined + dropped` holds by construction.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::reason::Reason;

/// One rejected row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct QuarantineRow {
    /// Canonical extract name.
    pub extract: &'static str,
    /// Input file as the manifest names it.
    pub file: String,
    /// Line of a CSV file (header = 1), row of a Parquet file (first = 1), row of a view.
    pub row: u64,
    /// The column at fault; empty when the whole row is.
    pub column: String,
    /// Why.
    pub reason: Reason,
    /// What stood there; only the Parquet file shows it.
    pub value: String,
}

/// Counts of one extract.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Rows read.
    pub rows_in: u64,
    /// Rows that reached the timeline or a table.
    pub rows_used: u64,
    /// Rows rejected, by reason.
    pub quarantined: BTreeMap<Reason, u64>,
    /// Rows left out by a rule, by its name.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Values mended or noted, by reason.
    pub notes: BTreeMap<Reason, u64>,
    /// Of the rejected rows, mended and noted values those of one column: by column and reason.
    pub by_column: BTreeMap<(String, Reason), u64>,
    /// Codes read of each column whose coding system is judged.
    pub codes: BTreeMap<String, u64>,
    /// Columns of the files that the contract does not know.
    pub extra_columns: BTreeMap<String, u64>,
    /// Newest service date among the rows used.
    pub newest: Option<i32>,
    /// First own date among the rows that had arrived, of a known member or not; small extracts only.
    pub oldest: Option<i32>,
    /// Rows by block of 32 days since 1970-01-01: where a history begins.
    pub blocks: BTreeMap<i32, u64>,
}

impl Tally {
    /// All rejected rows.
    #[must_use]
    pub fn rows_quarantined(&self) -> u64 {
        self.quarantined.values().sum()
    }
    /// All rows left out by rule.
    #[must_use]
    pub fn rows_dropped(&self) -> u64 {
        self.dropped.values().sum()
    }
    /// Adds another count.
    pub fn add(&mut self, other: &Self) {
        self.rows_in += other.rows_in;
        self.rows_used += other.rows_used;
        for (k, v) in &other.quarantined {
            *self.quarantined.entry(*k).or_default() += v;
        }
        for (k, v) in &other.dropped {
            *self.dropped.entry(k).or_default() += v;
        }
        for (k, v) in &other.notes {
            *self.notes.entry(*k).or_default() += v;
        }
        for (k, v) in &other.by_column {
            *self.by_column.entry(k.clone()).or_default() += v;
        }
        for (k, v) in &other.codes {
            *self.codes.entry(k.clone()).or_default() += v;
        }
        for (k, v) in &other.extra_columns {
            *self.extra_columns.entry(k.clone()).or_default() += v;
        }
        self.newest = self.newest.max(other.newest);
        self.oldest = self.oldest.into_iter().chain(other.oldest).min();
        for (k, v) in &other.blocks {
            *self.blocks.entry(*k).or_default() += v;
        }
    }
    /// The first day of a history in full flow: the first block with at least half the rows of the middle one.
    #[must_use]
    pub fn history_start(&self) -> Option<i32> {
        let mut sizes: Vec<u64> = self.blocks.values().copied().collect();
        sizes.sort_unstable();
        let middle = *sizes.get(sizes.len() / 2)?;
        self.blocks.iter().find(|(_, n)| **n * 2 >= middle).map(|(block, _)| block * 32)
    }
    /// A row counted as used turns out to be rejected once the whole member is known.
    pub fn reject_used(&mut self, row: &QuarantineRow) {
        self.rows_used -= 1;
        *self.quarantined.entry(row.reason).or_default() += 1;
        *self.by_column.entry((row.column.clone(), row.reason)).or_default() += 1;
    }
    /// A row counted as used turns out to be left out by a rule that needs the whole member.
    pub fn drop_used(&mut self, rule: &'static str, rows: u64) {
        if rows > 0 {
            self.rows_used -= rows;
            *self.dropped.entry(rule).or_default() += rows;
        }
    }
}

/// Counts and quarantine of one extract, filled by many threads.
#[derive(Default)]
pub struct Ledger {
    inner: Mutex<(Tally, Vec<QuarantineRow>)>,
}

impl Ledger {
    /// Adds what one batch found.
    pub fn merge(&self, tally: &Tally, rows: Vec<QuarantineRow>) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0.add(tally);
        inner.1.extend(rows);
    }
    /// Counts something that was mended or noted of a whole file.
    pub fn note(&self, reason: Reason, times: u64) {
        if times > 0 {
            let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            *inner.0.notes.entry(reason).or_default() += times;
        }
    }
    /// Notes a column the contract does not know.
    pub fn extra_column(&self, name: &str) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        *inner.0.extra_columns.entry(name.to_owned()).or_default() += 1;
    }
    /// The finished counts and the quarantine, sorted.
    #[must_use]
    pub fn finish(self) -> (Tally, Vec<QuarantineRow>) {
        let (tally, mut rows) = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        rows.sort();
        (tally, rows)
    }
}

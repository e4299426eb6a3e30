//! Owns the encoded table as linfa's algorithms see it: records without a dense copy. Refuses to change a cell.

use super::encode::{Encoded, EncodedColumn};
use linfa::dataset::Records;

impl Records for Encoded<'_> {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.rows
    }

    fn nfeatures(&self) -> usize {
        self.columns.len()
    }
}

/// Consecutive rows of an encoded table.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The table.
    pub table: &'a Encoded<'a>,
    /// First row.
    pub from: usize,
    /// How many; never beyond the end of the table.
    pub count: usize,
}

impl<'a> Rows<'a> {
    /// All rows of a table.
    #[must_use]
    pub fn all(table: &'a Encoded<'a>) -> Self {
        Self { table, from: 0, count: table.rows }
    }

    /// Rows `from..from + count`, clipped to the table.
    #[must_use]
    pub fn part(table: &'a Encoded<'a>, from: usize, count: usize) -> Self {
        let from = from.min(table.rows);
        Self { table, from, count: count.min(table.rows - from) }
    }

    /// Columns of the table, all rows of them.
    #[must_use]
    pub fn columns(&self) -> &'a [EncodedColumn<'a>] {
        &self.table.columns
    }
}

impl Records for Rows<'_> {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.count
    }

    fn nfeatures(&self) -> usize {
        self.table.columns.len()
    }
}

//! Rows with an id of their own, by that id. Owns the look-up and which of two rows of one id stands; refuses to know what
//! a row is.

use super::feeds::KeyedRow;

/// Rows by their id.
#[derive(Clone, Debug)]
pub struct Directory<T> {
    /// In order of their ids, each once.
    rows: Vec<T>,
}

impl<T> Default for Directory<T> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

impl<T: KeyedRow> Directory<T> {
    /// The rows in any order; of two of one id the first in their own order stands.
    #[must_use]
    pub fn new(mut rows: Vec<T>) -> Self {
        rows.sort();
        rows.sort_by(|a, b| a.key().cmp(b.key()));
        rows.dedup_by(|later, first| later.key() == first.key());
        Self { rows }
    }

    /// The row of an id.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&T> {
        let at = self.rows.binary_search_by(|r| r.key().cmp(key)).ok()?;
        self.rows.get(at)
    }

    /// Every row, by id.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.iter()
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

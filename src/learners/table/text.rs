//! Owns many short texts in one buffer, and the order of ids. Refuses to know what a text says.

use std::cmp::Ordering;

/// Many short texts in one buffer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextColumn {
    buffer: String,
    ends: Vec<usize>,
}

impl TextColumn {
    /// Appends a text.
    pub fn push(&mut self, text: &str) {
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
    }

    /// Appends another column's texts.
    pub fn extend(&mut self, other: &Self) {
        let start = self.buffer.len();
        self.buffer.push_str(&other.buffer);
        self.ends.extend(other.ends.iter().map(|e| start + e));
    }

    /// The text of a row (empty beyond the end).
    #[must_use]
    pub fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).and_then(|r| self.ends.get(r)).copied().unwrap_or(0);
        self.ends.get(row).and_then(|&end| self.buffer.get(start..end)).unwrap_or("")
    }

    /// Number of texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i))
    }

    /// Orders rows `a` and `b`: as integers where both are, else as text.
    #[must_use]
    pub fn compare(&self, a: usize, b: usize) -> Ordering {
        compare_ids(self.get(a), self.get(b))
    }
}

impl<'a> FromIterator<&'a str> for TextColumn {
    fn from_iter<T: IntoIterator<Item = &'a str>>(texts: T) -> Self {
        let mut out = Self::default();
        texts.into_iter().for_each(|t| out.push(t));
        out
    }
}

/// Orders two ids: integers by value and before texts, texts by bytes.
#[must_use]
pub fn compare_ids(a: &str, b: &str) -> Ordering {
    match (a.parse::<u64>(), b.parse::<u64>()) {
        (Ok(x), Ok(y)) => x.cmp(&y).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

//! Rows of one kind grouped by member. Owns their order and the quick look-up; refuses to know what a row is.

/// Rows of one kind, sorted by member and then by their own order.
#[derive(Clone, Debug)]
pub struct ByMember<T> {
    rows: Vec<(u32, T)>,
    /// Where the rows of every [`BLOCK`]th member begin, so that a look-up searches a few rows.
    blocks: Vec<u32>,
}

/// Members between two marks.
const BLOCK: u32 = 64;

impl<T> Default for ByMember<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T> ByMember<T> {
    /// No rows.
    pub const EMPTY: Self = Self { rows: Vec::new(), blocks: Vec::new() };
}

impl<T: Ord> ByMember<T> {
    /// Groups rows given in any order; exact duplicates count once.
    #[must_use]
    pub fn group(mut rows: Vec<(u32, T)>) -> Self {
        rows.sort();
        rows.dedup();
        let mut blocks = Vec::new();
        for (at, (member, _)) in (0_u32..).zip(&rows) {
            while blocks.len() as u64 * u64::from(BLOCK) <= u64::from(*member) {
                blocks.push(at);
            }
        }
        Self { rows, blocks }
    }
}

impl<T> ByMember<T> {
    /// All rows with their member, in order.
    pub(super) fn into_rows(self) -> Vec<(u32, T)> {
        self.rows
    }
    /// The rows of one member.
    pub fn of(&self, member: u32) -> impl DoubleEndedIterator<Item = &T> {
        let block = (member / BLOCK) as usize;
        let mark = |b: usize| self.blocks.get(b).map_or(self.rows.len(), |at| *at as usize);
        let near = &self.rows[mark(block)..mark(block + 1)];
        let start = near.partition_point(|r| r.0 < member);
        let end = start + near[start..].partition_point(|r| r.0 == member);
        near[start..end].iter().map(|r| &r.1)
    }
    /// All rows with their member.
    pub fn all(&self) -> impl Iterator<Item = (u32, &T)> {
        self.rows.iter().map(|(m, t)| (*m, t))
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

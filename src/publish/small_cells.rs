//! From how many people on a count is shown. Owns that limit and its words; refuses to know what is counted.

use crate::domain::SMALL_CELL;

/// A count of a file as the page's own.
pub(super) fn page_count(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// Counts from 1 to below the limit are hidden; a limit of 0 shows all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SmallCells(usize);

impl SmallCells {
    /// What leaves the team: under 11 is hidden.
    pub(super) const TRAVELS: Self = Self(SMALL_CELL);

    /// `[output] small_cells`; a run of an earlier version hid counts under 11.
    pub(super) fn of_setting(limit: Option<u64>) -> Self {
        limit.map_or(Self::TRAVELS, |n| Self(page_count(n)))
    }

    /// Nothing is hidden.
    pub(super) fn shows_all(self) -> bool {
        self.0 <= 1
    }

    /// The count is hidden.
    pub(super) fn hides(self, n: usize) -> bool {
        n > 0 && n < self.0
    }

    /// A count as a reader may see it.
    pub(super) fn count(self, n: usize) -> String {
        if self.hides(n) { format!("under {}", self.0) } else { n.to_string() }
    }

    /// A share of a whole, unless either count or what is left over is hidden.
    pub(super) fn share(self, part: usize, whole: usize) -> String {
        if whole == 0 || self.hides(whole) || self.hides(part) || self.hides(whole.saturating_sub(part)) {
            return if whole == 0 { "–".to_owned() } else { "not shown".to_owned() };
        }
        format!("{:.0} %", part as f64 / whole as f64 * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_eleven_hides_one_to_ten_and_what_would_tell_them() {
        let travels = SmallCells::of_setting(Some(11));
        assert_eq!([0, 1, 10, 11].map(|n| travels.count(n)), ["0", "under 11", "under 11", "11"]);
        assert_eq!(travels.share(20, 40), "50 %");
        assert_eq!((travels.share(4, 40), travels.share(36, 40)), ("not shown".to_owned(), "not shown".to_owned()));
        let inside = SmallCells::of_setting(Some(0));
        assert_eq!((inside.count(3), inside.share(1, 4), inside.share(0, 0)), ("3".into(), "25 %".into(), "–".into()));
        assert!(inside.shows_all() && !travels.shows_all() && !SmallCells::of_setting(None).shows_all());
    }
}

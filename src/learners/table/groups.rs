//! Owns which rows belong to one person, and the fold each person falls into. Refuses to split a group.

use crate::domain::{random, text_key};
use rustc_hash::FxHashMap;

/// Rows by group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    /// Group number of each row.
    pub codes: Vec<u32>,
    /// Stable key of each group, from its text.
    pub keys: Vec<u64>,
}

impl Groups {
    /// Numbers groups by first appearance.
    #[must_use]
    pub fn from_texts<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut known: FxHashMap<&'a str, u32> = FxHashMap::default();
        let mut out = Self::default();
        for text in texts {
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            let code = *known.entry(text).or_insert(next);
            if code == next {
                out.keys.push(text_key(text));
            }
            out.codes.push(code);
        }
        out
    }

    /// Number of groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// Fold of each row, below `folds`: a hash of the group's text and the seed, so that a group is
    /// never split and its fold does not depend on the other rows.
    #[must_use]
    pub fn folds(&self, folds: usize, seed: u64) -> Vec<u8> {
        let of: Vec<u8> =
            self.keys.iter().map(|&k| u8::try_from(random::draw_below(seed, 0xF01D, k, folds)).unwrap_or(0)).collect();
        self.codes.iter().map(|&c| of[c as usize]).collect()
    }
}

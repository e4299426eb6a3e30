//! Which visits of an ADT feed were cancelled in the end. Owns the last word of each visit; refuses to know what a visit
//! is.

use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::events::visit_key;

/// The last word of every visit of a feed that tells visit states.
#[derive(Default)]
pub(super) struct VisitStates {
    inner: Mutex<FxHashMap<(u32, u64), LastWord>>,
}

#[derive(Clone, Copy, Default)]
struct LastWord {
    /// Day the last word was received; rows without one are older than any.
    received: i32,
    cancelled: bool,
    /// Rows used so far.
    used: u64,
}

impl VisitStates {
    /// Notes a row of a visit; of two received on one day the cancellation is the last word.
    pub(super) fn note(&self, member: u32, admission_id: &str, received: i32, cancelled: bool) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = LastWord { received: i32::MIN, ..LastWord::default() };
        let word = inner.entry((member, visit_key(admission_id))).or_insert(fresh);
        if (received, cancelled) >= (word.received, word.cancelled) {
            (word.received, word.cancelled) = (received, cancelled);
        }
        word.used += u64::from(!cancelled);
    }

    /// The visits that were cancelled in the end, and how many used rows they have.
    pub(super) fn finish(self) -> (FxHashSet<(u32, u64)>, u64) {
        let inner = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        let cancelled = inner.iter().filter(|(_, w)| w.cancelled);
        (cancelled.clone().map(|(key, _)| *key).collect(), cancelled.map(|(_, w)| w.used).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_decides() {
        let states = VisitStates::default();
        // Cancelled after it was announced, in whatever order the rows come.
        states.note(1, "A", 20, true);
        states.note(1, "A", 10, false);
        // Cancelled by mistake and taken back.
        states.note(1, "B", 10, true);
        states.note(1, "B", 11, false);
        // Both on one day, both without a day.
        states.note(2, "A", 10, false);
        states.note(2, "A", 10, true);
        states.note(3, "C", i32::MIN, true);
        states.note(3, "C", i32::MIN, false);
        let (cancelled, used) = states.finish();
        let expected = [(1, visit_key("A")), (2, visit_key("A")), (3, visit_key("C"))];
        assert_eq!((cancelled, used), (expected.into_iter().collect(), 3));
    }
}

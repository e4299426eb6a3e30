//! What earlier lists said. Owns one row for each person ever listed lately; refuses to read files.

use std::collections::BTreeMap;

use crate::domain::Day;
use crate::domain::vocabulary::word_list;

word_list! {
    /// Standing against the previous work day.
    ListStatus {
        /// Never listed before.
        New = "new",
        /// On the previous list too.
        Continuing = "continuing",
        /// Listed before, but not on the previous list.
        Returned = "returned",
    }
}

/// One person's standing on earlier nights.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryRow {
    /// First night of the current or last spell on the list.
    pub since: Day,
    /// Last night on the list.
    pub last: Day,
    /// On the list at the previous run.
    pub listed: bool,
    /// Standing then; `None` in runs of earlier versions.
    pub status: Option<ListStatus>,
    /// Work days in a row ranked beyond the exit length.
    pub nights_beyond: i32,
    /// Work days on the list in this spell.
    pub days_on_list: i32,
    /// Risk tier then.
    pub tier: u8,
    /// Step of the clock then; empty for none.
    pub clock: String,
    /// Priority then.
    pub priority: f64,
    /// The reasons told then, masked for every reader, joined by ` | `; empty in runs of earlier versions.
    pub reasons: String,
    /// Who made the contact then; empty for nobody.
    pub caller: String,
    /// Arm of the comparison of contacted and held-out people; `None` outside it.
    pub arm: Option<Arm>,
}

/// Where a person was drawn to, and when: kept whatever happens later, so that arms are compared as drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arm {
    /// Contact; else hold-out.
    pub contact: bool,
    /// First night a contact was free for the person.
    pub drawn: Day,
}

impl Arm {
    /// The word in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        if self.contact { "contact" } else { "hold_out" }
    }
}

/// Rows by member id, and the night they are of.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The previous run's night; `None` on the first.
    pub as_of: Option<Day>,
    /// Rows.
    pub rows: BTreeMap<String, MemoryRow>,
}

/// Nights after which a person off the list is forgotten.
pub const FORGET_AFTER_DAYS: i32 = 180;

/// Days after the draw for which a person's arm is remembered: the horizon (at most a year) and the year in which
/// its outcome can still be judged. Nobody is drawn twice within them.
pub const REMEMBER_ARM_DAYS: i32 = 730;

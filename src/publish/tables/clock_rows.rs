//! What tables of clocks share: who keeps a person, and the word for what may not be shown. Owns those two.

use crate::domain::SEE_RECORD;
use rustc_hash::FxHashMap;

use crate::outreach::OutreachList;

/// Who holds a person's open case, and who calls tonight.
#[derive(Clone, Debug, Default)]
pub struct Keepers {
    /// Holder.
    pub owner: Option<Box<str>>,
    /// Caller.
    pub caller: Option<Box<str>>,
}

impl Keepers {
    /// Of everybody with a decision that names one.
    #[must_use]
    pub fn by_member(list: &OutreachList) -> FxHashMap<u32, Self> {
        let named = list.decisions.iter().filter(|d| d.owner_id.is_some() || d.caller_id.is_some());
        named.map(|d| (d.member, Self { owner: d.owner_id.clone(), caller: d.caller_id.clone() })).collect()
    }
}

/// The text, or the word that stands for what a reader may not see; nothing for nothing.
#[must_use]
pub fn masked(hidden: bool, text: &str) -> Option<&str> {
    match (text.is_empty(), hidden) {
        (true, _) => None,
        (false, true) => Some(SEE_RECORD),
        (false, false) => Some(text),
    }
}

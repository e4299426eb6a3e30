//! How much the list changed since the previous night. Owns churn, Jaccard and flicker; refuses to judge whether
//! a change was right.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::inputs::Inputs;
use super::list::OutreachList;
use super::listed::Listed;
use super::memory::ListStatus;

/// Days within which leaving and coming back is flicker.
const FLICKER_DAYS: i32 = 7;

/// The list against the previous one; all zero on the first night. Shares are whole numbers per mille.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stability {
    /// People on the previous list.
    pub previous: u64,
    /// On both.
    pub kept: u64,
    /// On tonight's list and not on the previous one.
    pub entered: u64,
    /// On the previous list and not on tonight's.
    pub left: u64,
    /// Of the previous list without a clock: left for their rank alone (CAPACITY, NO_ELIGIBLE_CM, NO_CAUSE), not for
    /// a coded event such as a contact made.
    pub left_by_rank: u64,
    /// On tonight's list, off the previous one, and listed within the seven days before.
    pub flicker_7d: u64,
    /// People on both lists over people on either (Jaccard index).
    pub jaccard_per_mille: u64,
    /// `left_by_rank` over the people of the previous list without a clock.
    pub churn_per_mille: u64,
}

fn per_mille(part: u64, whole: u64) -> u64 {
    (part * 1000 + whole / 2).checked_div(whole).unwrap_or(0)
}

/// Compares tonight's list with the previous night's.
#[must_use]
pub fn stability(inputs: &Inputs<'_>, list: &OutreachList) -> Stability {
    let before = &inputs.previous.rows;
    let count = |n: usize| n as u64;
    let previous = count(before.values().filter(|b| b.listed).count());
    let without_clock: BTreeSet<&str> =
        before.iter().filter(|(_, b)| b.listed && b.clock.is_empty()).map(|(id, _)| id.as_str()).collect();
    // Not by standing: on a second night before one work day, somebody new stays new.
    let both =
        |l: &&Listed| before.get(inputs.extracts.population.member(l.candidate.member).id()).is_some_and(|b| b.listed);
    let kept = count(list.listed.iter().filter(both).count());
    let entered = count(list.listed.len()) - kept;
    let left_by_rank = count(
        list.dropped
            .iter()
            .filter(|d| without_clock.contains(d.member_id.as_str()))
            .filter(|d| matches!(d.reason.as_str(), "CAPACITY" | "NO_ELIGIBLE_CM" | "NO_CAUSE"))
            .count(),
    );
    let back_soon = |l: &&Listed| {
        let id = inputs.extracts.population.member(l.candidate.member).id();
        l.status == ListStatus::Returned
            && before.get(id).is_some_and(|b| inputs.plan.as_of.since(b.last) <= FLICKER_DAYS)
    };
    Stability {
        previous,
        kept,
        entered,
        left: previous - kept,
        left_by_rank,
        flicker_7d: count(list.listed.iter().filter(back_soon).count()),
        jaccard_per_mille: per_mille(kept, previous + entered),
        churn_per_mille: per_mille(left_by_rank, count(without_clock.len())),
    }
}

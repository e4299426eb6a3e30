//! Whose a row is, whether it lies in that life, and whether it had arrived by the night. Owns the checks that every
//! extract with a member shares; refuses to know the extract.

use super::batch::{Batch, Verdicts};
use super::column::{Column, NO_DAY, Pools};
use super::population::Population;
use super::reason::Reason;
use crate::domain::Day;

/// What consumers of member rows share.
pub(super) struct Context<'a> {
    pub population: &'a Population,
    pub pools: &'a Pools,
    pub as_of: Day,
}

/// The column that names the member of a row.
#[derive(Clone, Copy)]
pub(super) struct MemberColumn<'b> {
    column: &'b Column,
    /// Flat index, for verdicts.
    index: usize,
}

impl<'b> MemberColumn<'b> {
    /// The column at a flat index.
    pub(super) fn bind(batch: &'b Batch, index: usize) -> Self {
        Self { column: &batch.columns[index], index }
    }
}

impl Context<'_> {
    /// The member of a row, or a verdict that there is none.
    pub(super) fn member(&self, ids: MemberColumn<'_>, row: usize, verdicts: &mut Verdicts) -> Option<u32> {
        let id = ids.column.text(row)?;
        let found = self.population.find(id);
        if found.is_none() {
            if self.population.lost_zeros(id) {
                verdicts.note(Reason::PaddedIdMatches);
            }
            verdicts.quarantine(row, ids.index, Reason::NoEligibility, id);
        }
        found
    }

    /// As [`Context::member`]; lines of one member mostly stand together, so the last answer is kept.
    pub(super) fn member_like_last<'b>(
        &self,
        ids: MemberColumn<'b>,
        row: usize,
        last: &mut Option<(&'b str, u32)>,
        verdicts: &mut Verdicts,
    ) -> Option<u32> {
        let id = ids.column.text(row).unwrap_or("");
        if let Some((same, member)) = *last
            && same == id
        {
            return Some(member);
        }
        let member = self.member(ids, row, verdicts)?;
        *last = Some((id, member));
        Some(member)
    }

    /// Service before birth or more than 30 days after death.
    pub(super) fn outside_life(
        &self,
        member: u32,
        start: i32,
        row: usize,
        column: usize,
        verdicts: &mut Verdicts,
    ) -> bool {
        let m = self.population.member(member);
        if start < m.facts.birth {
            verdicts.quarantine(row, column, Reason::ServiceBeforeBirth, "");
            return true;
        }
        if m.facts.death.is_some_and(|d| start > d.saturating_add(30)) {
            verdicts.quarantine(row, column, Reason::ServiceAfterDeath, "");
            return true;
        }
        false
    }

    /// Whether a row had arrived; a row that had not is dropped by rule.
    pub(super) fn arrived(&self, start: i32, arrival: i32, verdicts: &mut Verdicts) -> bool {
        if start > self.as_of.0 {
            verdicts.drop_row("after_as_of");
            return false;
        }
        if arrival > self.as_of.0 {
            verdicts.drop_row("not_yet_arrived");
            return false;
        }
        verdicts.saw(start);
        true
    }
}

/// The first of some days that is one: when a row arrived.
pub(super) fn first_day(days: [i32; 3]) -> i32 {
    days.into_iter().find(|d| *d != NO_DAY).unwrap_or(NO_DAY)
}

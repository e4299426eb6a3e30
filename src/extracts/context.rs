//! Whose a row is, whether it lies in that life, and whether it had arrived by the night. Owns the checks that every
//! extract with a member shares; refuses to know the extract.

use super::batch::Verdicts;
use super::cells::Cells;
use super::column::{Column, Pools};
use super::population::Population;
use super::reason::Reason;
use crate::domain::Day;

/// What consumers of member rows share.
pub(super) struct Context<'a> {
    pub population: &'a Population,
    pub pools: &'a Pools,
    pub as_of: Day,
}

impl Context<'_> {
    /// The member of a row, or a verdict that there is none.
    pub(super) fn member(&self, cells: &Cells<'_>, row: usize, verdicts: &mut Verdicts) -> Option<u32> {
        let id = cells.column("member_id").text(row)?;
        let found = self.population.find(id);
        if found.is_none() {
            if self.population.lost_zeros(id) {
                verdicts.note(Reason::PaddedIdMatches);
            }
            verdicts.quarantine(row, cells.index("member_id"), Reason::NoEligibility, id);
        }
        found
    }

    /// As [`Context::member`]; lines of one member mostly stand together, so the last answer is kept.
    pub(super) fn member_like_last<'b>(
        &self,
        cells: &Cells<'b>,
        (member_id, row): (&'b Column, usize),
        last: &mut Option<(&'b str, u32)>,
        verdicts: &mut Verdicts,
    ) -> Option<u32> {
        let id = member_id.text(row).unwrap_or("");
        if let Some((same, member)) = *last
            && same == id
        {
            return Some(member);
        }
        let member = self.member(cells, row, verdicts)?;
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

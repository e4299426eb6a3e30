//! Which segments and actions hold for each member. Owns the order in which they are asked; refuses to fill a
//! placeholder.

use super::document::Playbook;
use crate::facts::{FactTable, PreparedConditions, RuleFileError};

/// What the playbook says of a member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberPlan {
    /// Place of the person's segment.
    pub segment: usize,
    /// The next two segments that hold.
    pub also: Vec<usize>,
    /// Places of the segment's actions whose condition holds, in order; the first whose placeholders can be filled is said.
    pub actions: Vec<usize>,
}

/// How many further segments are told.
const ALSO: usize = 2;

/// A playbook whose conditions are read, to be asked of many members.
pub struct Planner<'p> {
    playbook: &'p Playbook,
    segments: PreparedConditions,
    /// Segment and action of each condition in `actions`.
    places: Vec<(usize, usize)>,
    actions: PreparedConditions,
}

impl<'p> Planner<'p> {
    /// Reads the conditions of a playbook.
    ///
    /// # Errors
    /// A condition that is no SQL; a playbook that was checked has none.
    pub fn new(playbook: &'p Playbook) -> Result<Self, RuleFileError> {
        let (places, actions) = playbook.action_conditions().into_iter().map(|(s, a, c)| ((s, a), c)).unzip();
        Ok(Self {
            playbook,
            segments: PreparedConditions::read(playbook.conditions().collect())?,
            places,
            actions: PreparedConditions::read(actions)?,
        })
    }

    /// Asks every member of a table, in its order.
    ///
    /// # Errors
    /// A condition that cannot be asked; a playbook that was checked has none.
    pub fn plan(&self, table: &FactTable) -> Result<Vec<MemberPlan>, RuleFileError> {
        let (holds, acts) = (self.segments.ask(table)?, self.actions.ask(table)?);
        let last = self.playbook.segment.len().saturating_sub(1);
        let plan = |member: usize| {
            let mut all = (0..holds.len()).filter(|s| holds[*s].get(member) == Some(&true));
            let segment = all.next().unwrap_or(last);
            let fits = |action: &usize| {
                let at = self.places.iter().position(|p| *p == (segment, *action));
                at.is_none_or(|i| acts[i].get(member) == Some(&true))
            };
            let count = self.playbook.segment.get(segment).map_or(0, |s| s.action.len());
            // The general segment holds for everybody and says nothing more.
            let also = all.filter(|s| *s != last).take(ALSO).collect();
            MemberPlan { segment, also, actions: (0..count).filter(fits).collect() }
        };
        Ok((0..table.rows()).map(plan).collect())
    }
}

/// Asks every member of the table, in its order.
///
/// # Errors
/// A condition that cannot be asked; a playbook that was checked has none.
pub fn plan_members(playbook: &Playbook, table: &FactTable) -> Result<Vec<MemberPlan>, RuleFileError> {
    Planner::new(playbook)?.plan(table)
}

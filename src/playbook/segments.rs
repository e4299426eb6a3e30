//! Which segments and actions hold for each member. Owns the order in which they are asked; refuses to fill a
//! placeholder.

use super::document::Playbook;
use crate::facts::{Condition, FactTable, RuleFileError, evaluate_conditions};

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

/// Asks every member of the table, in its order.
///
/// # Errors
/// A condition that cannot be asked; a playbook that was checked has none.
pub fn plan_members(playbook: &Playbook, table: &FactTable) -> Result<Vec<MemberPlan>, RuleFileError> {
    let segments: Vec<Condition> = playbook.conditions().collect();
    let holds = evaluate_conditions(table, &segments)?;
    let (places, actions): (Vec<(usize, usize)>, Vec<Condition>) =
        playbook.action_conditions().into_iter().map(|(s, a, c)| ((s, a), c)).unzip();
    let acts = evaluate_conditions(table, &actions)?;
    let last = playbook.segment.len().saturating_sub(1);
    let plan = |member: usize| {
        let mut all = (0..holds.len()).filter(|s| holds[*s].get(member) == Some(&true));
        let segment = all.next().unwrap_or(last);
        let fits = |action: &usize| {
            let at = places.iter().position(|p| *p == (segment, *action));
            at.is_none_or(|i| acts[i].get(member) == Some(&true))
        };
        let actions = (0..playbook.segment.get(segment).map_or(0, |s| s.action.len())).filter(fits).collect();
        // The general segment holds for everybody and says nothing more.
        let also = all.filter(|s| *s != last).take(ALSO).collect();
        MemberPlan { segment, also, actions }
    };
    Ok((0..table.rows()).map(plan).collect())
}

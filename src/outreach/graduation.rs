//! Whose case may be closed because the work is done. Owns the rule of graduation; refuses to close a case.

use super::candidate::Candidate;
use super::inputs::Inputs;
use super::own_cases::OwnCase;
use crate::domain::{GoalStatus, TaskKind};
use crate::extracts::Task;

/// Days without an inpatient or observation stay.
const QUIET_DAYS: i32 = 183;

/// Goals met or none open; tier 4 tonight and 90 days before, scored both times; no inpatient or observation stay in six
/// months; the last completed contact within one cadence.
#[must_use]
pub fn may_graduate(inputs: &Inputs<'_>, candidate: &Candidate, own: &OwnCase) -> bool {
    has_no_open_goal(inputs, candidate.member)
        && is_low_both_times(inputs, candidate)
        && is_quiet(inputs, candidate)
        && own.last_contact.is_some()
        && own.cadence_due >= inputs.visits.work_day
}

fn has_no_open_goal(inputs: &Inputs<'_>, member: u32) -> bool {
    let mut goals = inputs.extracts.rows::<Task>().of(member).filter(|t| t.kind == TaskKind::Goal);
    goals.all(|t| t.done.is_some() || t.goal_status.is_some_and(|s| s != GoalStatus::Open))
}

fn is_low_both_times(inputs: &Inputs<'_>, candidate: &Candidate) -> bool {
    let bar = inputs.plan.list.tiers[2];
    let standing = candidate.standing;
    let was_scored = !inputs.reasons.ranks_by_model || inputs.reasons.before(candidate.member).is_some();
    candidate.risk_tier == 4
        && candidate.is_scored
        && was_scored
        && standing.order_percentile_before.is_some_and(|before| !before.reaches(bar))
}

fn is_quiet(inputs: &Inputs<'_>, candidate: &Candidate) -> bool {
    let Some(s) = inputs.snapshots.get(candidate.member as usize) else { return false };
    let recent = |day| inputs.plan.as_of.since(day) < QUIET_DAYS;
    let stayed = s.facts.last_stay.as_ref().is_some_and(|stay| recent(stay.day));
    let observed = s.facts.last_observation.is_some_and(recent);
    !stayed && !observed && s.facts.in_facility_since.is_none() && s.transitions.is_empty()
}

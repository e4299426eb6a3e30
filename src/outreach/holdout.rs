//! Who is held out so that the effect of contact can be judged. Owns the draw and its memory; refuses to draw
//! without a named approver (the configuration sees to that), or to hold out a clock, an override or a current case.

use super::candidate::Candidate;
use super::cut::{HoldoutAssignment, QueueDecision};
use super::inputs::Inputs;
use super::memory::Arm;
use crate::domain::{stable_hash, unit};

/// Keeps the draw apart from the tie-break of the list, which hashes the same id.
const SALT: u64 = 0x484F_4C44_4F55_5421;

/// Whether the seeded draw of a member id falls below a share.
#[must_use]
pub fn falls_below(seed: u64, id: &str, share: f64) -> bool {
    unit(stable_hash(seed ^ SALT, id.as_bytes())) < share
}

/// A candidate's standing before the cut. A person drawn once keeps the arm; one on the previous list was contacted
/// before any draw and stays outside.
#[must_use]
pub fn holdout_draw(inputs: &Inputs<'_>, candidate: &Candidate) -> HoldoutAssignment {
    let followup = &inputs.plan.followup;
    let id = inputs.extracts.population.member(candidate.member).id();
    let before = inputs.previous.rows.get(id);
    if candidate.clock.is_some() || candidate.by_hand.is_some() || candidate.is_engaged() {
        return HoldoutAssignment::Outside;
    }
    if let Some(arm) = before.and_then(|b| b.arm) {
        let running = inputs.plan.as_of.since(arm.drawn) <= followup.horizon_days;
        return if !arm.contact && running && followup.holdout_share > 0.0 {
            HoldoutAssignment::Held
        } else {
            HoldoutAssignment::Outside
        };
    }
    if followup.holdout_share <= 0.0 || before.is_some_and(|b| b.listed) {
        HoldoutAssignment::Outside
    } else if falls_below(inputs.plan.run.seed, id, followup.holdout_share) {
        HoldoutAssignment::HoldOut
    } else {
        HoldoutAssignment::Contact
    }
}

/// The arm to remember after the cut: the one remembered, else the one drawn tonight.
#[must_use]
pub fn remembered_arm(
    inputs: &Inputs<'_>,
    member: u32,
    draw: HoldoutAssignment,
    decision: &QueueDecision,
) -> Option<Arm> {
    let id = inputs.extracts.population.member(member).id();
    let kept = inputs.previous.rows.get(id).and_then(|b| b.arm);
    kept.or(match (draw, decision) {
        (HoldoutAssignment::Contact, QueueDecision::Listed { .. }) => {
            Some(Arm { contact: true, drawn: inputs.plan.as_of })
        }
        (HoldoutAssignment::HoldOut, QueueDecision::HeldOut) => Some(Arm { contact: false, drawn: inputs.plan.as_of }),
        _ => None,
    })
}
#[cfg(test)]
mod tests {
    use super::falls_below;

    #[test]
    fn the_draw_has_its_share_and_grows_with_it() {
        let ids: Vec<String> = (0..10_000).map(|i| format!("M{i:07}")).collect();
        let held = |share: f64| ids.iter().filter(|i| falls_below(20_260_101, i, share)).count();
        // Five standard deviations of a binomial.
        assert!(held(0.05).abs_diff(500) < 110, "{}", held(0.05));
        assert_eq!(held(0.0), 0);
        assert!(ids.iter().all(|i| !falls_below(1, i, 0.05) || falls_below(1, i, 0.10)));
        let other = ids.iter().filter(|i| falls_below(1, i, 0.05) && falls_below(2, i, 0.05)).count();
        assert!(other < 60, "another seed draws other people: {other}");
    }
}

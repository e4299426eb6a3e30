//! Owns why somebody waits: the reason, the nearest miss, whether only room is lacking. Refuses to know what would help.

use super::eligibility::{FreeCapacity, Rule, RuleSet, rule_codes};
use super::problem::Problem;

/// Why a member waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitReason {
    /// No manager passes the hard rules, load aside.
    NoEligibleManager,
    /// Somebody could, but has no cases, points or weekly new places left.
    Capacity,
}

impl WaitReason {
    /// The code of `waitlist.csv`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoEligibleManager => "NO_ELIGIBLE_CM",
            Self::Capacity => "CAPACITY",
        }
    }
}

/// One waiting member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Member index.
    pub member: usize,
    /// Why.
    pub reason: WaitReason,
    /// Manager with the fewest failing rules (most free points, then lowest id among equals) and those rules; `None`
    /// when there are no managers.
    pub nearest: Option<(usize, RuleSet)>,
    /// Somebody is eligible and everybody eligible lacks cases or points: more staff would help, and nothing else.
    pub short_of_room: bool,
}

impl Waiting {
    /// The nearest miss as printed: `CM00012:LANGUAGE`, rules joined by `+`; empty without managers.
    #[must_use]
    pub fn nearest_text(&self, problem: &Problem) -> String {
        self.nearest
            .map_or_else(String::new, |(j, rules)| format!("{}:{}", problem.managers()[j].id, rule_codes(rules)))
    }
}

/// Among equally few failing rules, what staffing can mend (away, full, the week's quota) is nearer than what a person
/// is not, and a discipline is farthest.
fn distance_of(failing: RuleSet) -> usize {
    let personal = Rule::Licence | Rule::Language | Rule::Pediatric | Rule::HomeVisit;
    usize::from(failing.contains(Rule::Discipline)) * 2 + (failing & personal).len()
}

/// Why this member waits, given what everybody has left.
#[must_use]
pub fn explain_wait(problem: &Problem, rooms: &[FreeCapacity], ix: usize) -> Waiting {
    let mut nearest = None;
    let (mut eligible, mut room_somewhere) = (false, false);
    for (j, room) in rooms.iter().enumerate() {
        let hard = problem.why_not(ix, j);
        let failing = hard | room.refusals(&problem.members()[ix], problem.current(ix) != Some(j));
        if hard.is_empty() {
            eligible = true;
            room_somewhere |= !failing.contains(Rule::Capacity);
        }
        let far = (failing.len(), distance_of(failing), -room.points.max(0));
        if nearest.is_none_or(|(least, _, _)| far < least) {
            nearest = Some((far, j, failing));
        }
    }
    Waiting {
        member: ix,
        reason: if eligible { WaitReason::Capacity } else { WaitReason::NoEligibleManager },
        nearest: nearest.map(|(_, j, failing)| (j, failing)),
        short_of_room: eligible && !room_somewhere,
    }
}

/// Priority times acuity: what serving the member adds to Z1.
#[must_use]
pub fn member_worth(problem: &Problem, ix: usize) -> i64 {
    let member = &problem.members()[ix];
    i64::from(member.priority) * i64::from(member.acuity)
}

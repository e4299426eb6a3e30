//! The people drawn to contact and those held out, and what happened to both before and after the draw. Owns the
//! comparison as drawn; refuses to compare anybody with themselves alone.

use rustc_hash::FxHashMap;

use super::error::RunError;
use super::kept_runs::KeptRuns;
use crate::domain::Day;
use crate::measures::{Measured, Readmissions, StayPqi};
use crate::outreach::Arm;
use crate::population::{MemberHistory, MemberPass, PopulationWalk};
use crate::training::LoadedHistory;

/// The two outcomes, by their place in the counts.
pub const OUTCOMES: [(&str, &str); 2] = [
    ("avoidable_stay", "at least one avoidable stay (AHRQ PQI v2024)"),
    ("unplanned_admission", "at least one acute stay not planned by the CMS algorithm v4.0"),
];

/// People of one arm with a matured window, and how many had each outcome before and after the draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// People of the arm with a matured window.
    pub people: u64,
    /// How many had each outcome in the horizon before the draw.
    pub before: [u64; 2],
    /// And after it.
    pub after: [u64; 2],
}

/// Both arms, and who could not be judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arms {
    /// People drawn to contact.
    pub contact: OutcomeCounts,
    /// People held out.
    pub hold_out: OutcomeCounts,
    /// Drawn, but the window or its claims are not complete.
    pub immature: u64,
    /// Drawn, but no longer in the eligibility extract.
    pub gone: u64,
}

impl Arms {
    /// Everyone drawn.
    #[must_use]
    pub fn drawn(&self) -> u64 {
        self.contact.people + self.hold_out.people + self.immature + self.gone
    }
}

/// Counts the outcomes of everyone drawn, by the arm they were drawn to whatever happened later.
///
/// # Errors
/// When the spilled events cannot be read.
pub fn count_arms(history: &LoadedHistory<'_>, kept: &KeptRuns) -> Result<Arms, RunError> {
    let plan = history.plan;
    let wait = plan.followup.horizon_days + plan.models.label_maturity_days;
    let mut out = Arms::default();
    let mut drawn: FxHashMap<u32, Arm> = FxHashMap::default();
    for (id, row) in &kept.memory.rows {
        let Some(arm) = row.arm else { continue };
        match history.extracts.population.find(id) {
            None => out.gone += 1,
            Some(_) if plan.as_of.since(arm.drawn) < wait => out.immature += 1,
            Some(member) => {
                drawn.insert(member, arm);
            }
        }
    }
    let context = history.context();
    let walk = PopulationWalk { context: &context, control: history.control(&|_, _| ()) };
    walk.run(&DrawnPass { drawn: &drawn, horizon_days: plan.followup.horizon_days }, |[contact, hold_out]| {
        out.contact.add(&contact);
        out.hold_out.add(&hold_out);
        Ok(())
    })?;
    Ok(out)
}

/// Looks at the people who were drawn.
struct DrawnPass<'a> {
    drawn: &'a FxHashMap<u32, Arm>,
    horizon_days: i32,
}

impl MemberPass for DrawnPass<'_> {
    type Out = [OutcomeCounts; 2];
    type Error = RunError;

    fn wants(&self, member: u32) -> bool {
        self.drawn.contains_key(&member)
    }

    fn visit(&self, members: &[MemberHistory<'_>], [contact, hold_out]: &mut Self::Out) -> Result<(), RunError> {
        for history in members {
            let Some(arm) = self.drawn.get(&history.index) else { continue };
            let (before, after) = outcomes_around(&history.measured, arm.drawn, self.horizon_days);
            let one = OutcomeCounts { people: 1, before: before.map(u64::from), after: after.map(u64::from) };
            if arm.contact { contact.add(&one) } else { hold_out.add(&one) }
        }
        Ok(())
    }
}

impl OutcomeCounts {
    fn add(&mut self, other: &Self) {
        self.people += other.people;
        for i in 0..OUTCOMES.len() {
            self.before[i] += other.before[i];
            self.after[i] += other.after[i];
        }
    }
}

/// Whether each outcome happened in the horizon up to the draw, and in the horizon after it.
fn outcomes_around(m: &Measured<'_>, drawn: Day, horizon: i32) -> ([bool; 2], [bool; 2]) {
    let (judged, pqi) = (&m.get::<Readmissions>().0, m.get::<StayPqi>());
    let (mut before, mut after) = ([false; 2], [false; 2]);
    for (i, (stay, facts)) in m.timeline.stays.iter().zip(judged).enumerate() {
        let day = stay.admit.since(drawn);
        let side = if day > -horizon && day <= 0 {
            &mut before
        } else if day > 0 && day <= horizon {
            &mut after
        } else {
            continue;
        };
        side[0] |= pqi.counted(i) != 0;
        side[1] |= facts.planned == Some(false) && !stay.post_acute;
    }
    (before, after)
}

//! The people drawn to contact and those held out, and what happened to both before and after the draw. Owns the
//! comparison as drawn; refuses to compare anybody with themselves alone.

use bumpalo::Bump;

use super::error::RunError;
use super::kept_runs::KeptRuns;
use crate::domain::Day;
use crate::extracts::ExtractError;
use crate::measures::{Inputs, Measured, Readmissions, StayPqi};
use crate::outreach::Arm;
use crate::timeline::{BuildContext, LineAccount, Timeline};
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
    let mut wanted: Vec<(u32, Arm)> = Vec::new();
    for (id, row) in &kept.memory.rows {
        let Some(arm) = row.arm else { continue };
        match history.extracts.population.find(id) {
            None => out.gone += 1,
            Some(_) if plan.as_of.since(arm.drawn) < wait => out.immature += 1,
            Some(member) => wanted.push((member, arm)),
        }
    }
    wanted.sort_by_key(|w| w.0);
    let buckets = &history.extracts.buckets;
    for bucket in 0..buckets.len() {
        let range = buckets.members(bucket);
        let from = wanted.partition_point(|w| w.0 < range.start);
        let to = wanted.partition_point(|w| w.0 < range.end);
        if from == to {
            continue;
        }
        let records = buckets.take(bucket).map_err(ExtractError::Spill)?;
        for (member, arm) in &wanted[from..to] {
            let arena = Bump::new();
            let room = BuildContext { codes: history.codes, arena: &arena };
            let who = history.extracts.population.member(*member);
            let timeline =
                Timeline::build(who, &records.member(*member, &arena), plan.as_of, room, &mut LineAccount::default());
            let slot = if arm.contact { &mut out.contact } else { &mut out.hold_out };
            slot.people += 1;
            let (before, after) = outcomes_around(history, timeline, arm.drawn);
            for i in 0..OUTCOMES.len() {
                slot.before[i] += u64::from(before[i]);
                slot.after[i] += u64::from(after[i]);
            }
        }
    }
    Ok(out)
}

/// Whether each outcome happened in the horizon up to the draw, and in the horizon after it.
fn outcomes_around(history: &LoadedHistory<'_>, timeline: Timeline<'_>, drawn: Day) -> ([bool; 2], [bool; 2]) {
    let m = Measured::new(timeline, Inputs::bare(history.codes, &history.plan.clocks));
    let (judged, pqi) = (&m.get::<Readmissions>().0, m.get::<StayPqi>());
    let horizon = history.plan.followup.horizon_days;
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

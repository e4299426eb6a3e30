//! The closed loop: what became of the calls, and whether contact changed anything against the people held out. Owns the
//! account as data; refuses a bare before/after, which no type here can hold.

use serde_json::{Value, json};

use super::arms::{Arms, OUTCOMES, count_arms};
use super::error::RunError;
use super::funnel::{Funnels, SMALL_COUNT, count_funnels, count_json, is_tellable};
use super::kept_runs::KeptRuns;
use crate::domain::Day;
use crate::domain::{newcombe_difference, wilson};
use crate::training::LoadedHistory;

/// What became of the calls.
pub struct FollowupAnswer {
    /// Day the extracts were read as of.
    pub as_of: Day,
    /// Days of attempts.
    pub window_days: i32,
    /// Days from the draw in which outcomes count.
    pub horizon_days: i32,
    /// Days after the horizon before an outcome is final.
    pub maturity_days: i32,
    /// Kept runs that were read.
    pub kept_runs: usize,
    /// Kept runs left out because they do not verify.
    pub refused_runs: usize,
    /// From attempt to completion.
    pub funnels: Funnels,
    /// Contact against hold-out.
    pub arms: Arms,
}

/// Counts the funnel and the outcomes of a history against its kept runs.
///
/// # Errors
/// When the spilled events cannot be read.
pub fn follow_up(history: &LoadedHistory<'_>, kept: &KeptRuns) -> Result<FollowupAnswer, RunError> {
    let plan = history.plan;
    Ok(FollowupAnswer {
        as_of: plan.as_of,
        window_days: plan.list.reach_days,
        horizon_days: plan.followup.horizon_days,
        maturity_days: plan.models.label_maturity_days,
        kept_runs: kept.nights.len(),
        refused_runs: kept.refused.len(),
        funnels: count_funnels(history, kept, plan.list.reach_days),
        arms: count_arms(history, kept)?,
    })
}

impl FollowupAnswer {
    /// The account as `followup.json` holds it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "as_of": self.as_of.to_string(),
            "window_days": self.window_days,
            "kept_runs": self.kept_runs,
            "kept_runs_refused": self.refused_runs,
            "small_counts": format!("counts of 1 to {} are null", SMALL_COUNT - 1),
            "funnel": self.funnels.json(),
            "outcomes": outcomes_json(self.horizon_days, &self.arms),
        })
    }
}

fn share_json(events: u64, people: u64) -> Value {
    if !is_tellable(events, people) {
        return json!({ "people": count_json(people), "events": null, "share": null, "interval": null });
    }
    let (low, high) = wilson(events, people);
    json!({ "people": people, "events": events, "share": events as f64 / people as f64, "interval": [low, high] })
}

fn outcomes_json(horizon_days: i32, arms: &Arms) -> Value {
    if arms.drawn() == 0 {
        return json!({ "judged": false, "reason": "no hold-out: not judged" });
    }
    let (c, h) = (&arms.contact, &arms.hold_out);
    let rows: Vec<Value> = OUTCOMES
        .iter()
        .enumerate()
        .map(|(i, (id, words))| {
            let told = is_tellable(c.after[i], c.people) && is_tellable(h.after[i], h.people);
            let difference = told.then(|| {
                let (low, high) = newcombe_difference((c.after[i], c.people), (h.after[i], h.people));
                let share = |n: u64, of: u64| n as f64 / of as f64;
                json!({ "contact_less_hold_out": share(c.after[i], c.people) - share(h.after[i], h.people), "interval": [low, high] })
            });
            json!({
                "outcome": id,
                "definition": words,
                "contact": share_json(c.after[i], c.people),
                "hold_out": share_json(h.after[i], h.people),
                "difference": difference,
                "natural_decline": { "before": share_json(h.before[i], h.people), "after": share_json(h.after[i], h.people) },
            })
        })
        .collect();
    json!({
        "judged": c.people >= SMALL_COUNT && h.people >= SMALL_COUNT,
        "horizon_days": horizon_days,
        "not_yet_mature": count_json(arms.immature),
        "left_the_population": count_json(arms.gone),
        "intervals": "95 %: Wilson 1927; differences by Newcombe 1998, method 10",
        "outcomes": rows,
    })
}

//! The closed loop: what became of the calls, and whether contact changed anything against the people held out. Owns
//! the comparison as drawn and its refusals; refuses a bare before/after, whatever it would show.

use std::fmt::Write as _;
use std::path::PathBuf;

use bumpalo::Bump;
use serde_json::{Value, json};

use super::error::PipelineError;
use super::funnel::{self, Funnels, SMALL, shown, value};
use super::kept_runs::{self, KeptRuns};
use super::loaded_history::{LoadedHistory, with_history};
use super::progress::Progress;
use crate::config::RunPlan;
use crate::domain::Day;
use crate::measures::{Inputs, measure_for_order, newcombe_difference, wilson};
use crate::outreach::Arm;
use crate::publish::write_private;
use crate::timeline::{LineAccount, Room, Timeline};

/// What `followup` was asked.
#[derive(Clone, Debug, Default)]
pub struct FollowupRequest {
    /// Folder for `followup.json`; nothing is written without one.
    pub out: Option<PathBuf>,
    /// A comparison before against after was asked for, which is refused.
    pub before_after: bool,
}

/// The two outcomes, by their place in the counts.
const OUTCOMES: [(&str, &str); 2] = [
    ("avoidable_stay", "at least one avoidable stay (AHRQ PQI v2024)"),
    ("unplanned_admission", "at least one acute stay not planned by the CMS algorithm v4.0"),
];

/// People of one arm with a matured window, and how many had each outcome before and after the draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    people: u64,
    before: [u64; 2],
    after: [u64; 2],
}

/// Tells the funnel and the outcomes, and writes `followup.json` when asked.
///
/// # Errors
/// Exit 2 for a bare before/after; those of reading.
pub fn followup(plan: &RunPlan, request: &FollowupRequest, progress: &Progress) -> Result<String, PipelineError> {
    if request.before_after {
        return Err(PipelineError::Usage(
            "a before/after comparison of contacted people is refused: they were listed because their use was high, and high use falls by itself (regression to the mean), so it would show an effect where there is none\nhint: compare with people held out by chance: [followup] holdout_share and approver; the report then shows that natural decline beside the effect"
                .to_owned(),
        ));
    }
    let kept = kept_runs::read(plan)?;
    with_history(plan, progress, |history| {
        progress.stage("follow up");
        let funnels = funnel::count(history, &kept, plan.list.reach_days);
        let arms = arms(history, &kept)?;
        if let Some(out) = &request.out {
            std::fs::create_dir_all(out)?;
            let whole = json!({
                "as_of": plan.as_of.to_string(),
                "window_days": plan.list.reach_days,
                "kept_runs": kept.nights.len(),
                "kept_runs_refused": kept.refused.len(),
                "small_counts": format!("counts of 1 to {} are null", SMALL - 1),
                "funnel": funnels.json(),
                "outcomes": outcomes_json(plan, &arms),
            });
            let mut bytes = serde_json::to_vec_pretty(&whole).map_err(|e| PipelineError::Internal(e.to_string()))?;
            bytes.push(b'\n');
            write_private(&out.join("followup.json"), &bytes)?;
        }
        Ok(told(plan, &kept, &funnels, &arms))
    })
}

/// Both arms, and who could not be judged.
#[derive(Clone, Copy, Debug, Default)]
struct Arms {
    contact: Counts,
    hold_out: Counts,
    /// Drawn, but the window or its claims are not complete.
    immature: u64,
    /// Drawn, but no longer in the eligibility extract.
    gone: u64,
}

impl Arms {
    fn drawn(&self) -> u64 {
        self.contact.people + self.hold_out.people + self.immature + self.gone
    }
}

/// Counts the outcomes of everyone drawn, by the arm they were drawn to whatever happened later.
fn arms(history: &LoadedHistory<'_>, kept: &KeptRuns) -> Result<Arms, PipelineError> {
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
        let records = buckets.take(bucket)?;
        for (member, arm) in &wanted[from..to] {
            let arena = Bump::new();
            let room = Room { codes: history.codes, arena: &arena };
            let who = history.extracts.population.member(*member);
            let timeline =
                Timeline::build(who, &records.member(*member, &arena), plan.as_of, room, &mut LineAccount::default());
            let slot = if arm.contact { &mut out.contact } else { &mut out.hold_out };
            slot.people += 1;
            let (before, after) = events(history, &timeline, arm.drawn);
            for i in 0..OUTCOMES.len() {
                slot.before[i] += u64::from(before[i]);
                slot.after[i] += u64::from(after[i]);
            }
        }
    }
    Ok(out)
}

/// Whether each outcome happened in the horizon up to the draw, and in the horizon after it.
fn events(history: &LoadedHistory<'_>, timeline: &Timeline<'_>, drawn: Day) -> ([bool; 2], [bool; 2]) {
    let bare = Inputs::bare(history.codes, &history.plan.clocks);
    let horizon = history.plan.followup.horizon_days;
    let (mut before, mut after) = ([false; 2], [false; 2]);
    for (stay, facts) in timeline.stays.iter().zip(&measure_for_order(timeline, &bare).stays) {
        let day = stay.admit.since(drawn);
        let side = if day > -horizon && day <= 0 {
            &mut before
        } else if day > 0 && day <= horizon {
            &mut after
        } else {
            continue;
        };
        side[0] |= facts.pqi.as_ref().is_some_and(|p| p.counted != 0);
        side[1] |= facts.planned == Some(false) && !stay.post_acute;
    }
    (before, after)
}

/// Neither the events nor their complement may be a small count.
fn tellable(events: u64, people: u64) -> bool {
    people >= SMALL && !(1..SMALL).contains(&events) && !(1..SMALL).contains(&(people - events))
}

fn share_json(events: u64, people: u64) -> Value {
    if !tellable(events, people) {
        return json!({ "people": value(people), "events": null, "share": null, "interval": null });
    }
    let (low, high) = wilson(events, people);
    json!({ "people": people, "events": events, "share": events as f64 / people as f64, "interval": [low, high] })
}

fn outcomes_json(plan: &RunPlan, arms: &Arms) -> Value {
    if arms.drawn() == 0 {
        return json!({ "judged": false, "reason": "no hold-out: not judged" });
    }
    let (c, h) = (&arms.contact, &arms.hold_out);
    let rows: Vec<Value> = OUTCOMES
        .iter()
        .enumerate()
        .map(|(i, (id, words))| {
            let told = tellable(c.after[i], c.people) && tellable(h.after[i], h.people);
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
        "judged": c.people >= SMALL && h.people >= SMALL,
        "horizon_days": plan.followup.horizon_days,
        "not_yet_mature": value(arms.immature),
        "left_the_population": value(arms.gone),
        "intervals": "95 %: Wilson 1927; differences by Newcombe 1998, method 10",
        "outcomes": rows,
    })
}

fn share_words(events: u64, people: u64) -> String {
    if !tellable(events, people) {
        return format!("of {} people: not shown, a count below {SMALL}", shown(people));
    }
    let (low, high) = wilson(events, people);
    format!(
        "{events} of {people} ({:.1} %, {:.1} to {:.1})",
        events as f64 / people as f64 * 100.0,
        low * 100.0,
        high * 100.0
    )
}

/// The account as Markdown.
fn told(plan: &RunPlan, kept: &KeptRuns, funnels: &Funnels, arms: &Arms) -> String {
    let mut out = format!(
        "# Follow-up as of {}\n\nAttempts of the last {} days (list.reach_days); {} kept runs read{}. Counts of 1 to {} are shown as <{SMALL}.\n\n",
        plan.as_of,
        plan.list.reach_days,
        kept.nights.len(),
        if kept.refused.is_empty() {
            String::new()
        } else {
            format!(", {} left out because they do not verify", kept.refused.len())
        },
        SMALL - 1,
    );
    out.push_str("## Funnel\n\nEach stage counts people of the one before; refused are of the attempted.\n\n");
    out.push_str("| group | attempted | reached | enrolled | completed | refused |\n|---|---|---|---|---|---|\n");
    let _ = writeln!(out, "| everyone | {} |", funnels.all.shown().join(" | "));
    for (kind, rows) in &funnels.by {
        for (name, f) in rows {
            let _ =
                writeln!(out, "| {} {} | {} |", kind.replace('_', " "), name.replace('|', "/"), f.shown().join(" | "));
        }
    }
    out.push_str("\n## Outcomes\n\n");
    if arms.drawn() == 0 {
        out.push_str("no hold-out: not judged. People are listed because their use was high, and high use falls by itself; without people held out by chance nobody can tell that fall from an effect.\n");
        return out;
    }
    let _ = writeln!(
        out,
        "People as drawn, whatever happened later; {} days from the draw; windows complete for {} more days only. {} drawn people have no complete window yet, {} left the population.\n",
        plan.followup.horizon_days,
        plan.models.label_maturity_days,
        shown(arms.immature),
        shown(arms.gone)
    );
    let (c, h) = (&arms.contact, &arms.hold_out);
    for (i, (_, words)) in OUTCOMES.iter().enumerate() {
        let _ = writeln!(out, "### {words}\n");
        let _ = writeln!(out, "- contact: {}", share_words(c.after[i], c.people));
        let _ = writeln!(out, "- hold-out: {}", share_words(h.after[i], h.people));
        if tellable(c.after[i], c.people) && tellable(h.after[i], h.people) {
            let (low, high) = newcombe_difference((c.after[i], c.people), (h.after[i], h.people));
            let d = c.after[i] as f64 / c.people as f64 - h.after[i] as f64 / h.people as f64;
            let _ = writeln!(
                out,
                "- difference, contact less hold-out: {:+.1} points ({:+.1} to {:+.1})",
                d * 100.0,
                low * 100.0,
                high * 100.0
            );
        } else {
            out.push_str("- difference: not shown\n");
        }
        let _ = writeln!(
            out,
            "- expected natural decline, from the hold-out alone: before {}; after {}\n",
            share_words(h.before[i], h.people),
            share_words(h.after[i], h.people)
        );
    }
    out.push_str("Intervals are 95 %: Wilson 1927; differences by Newcombe 1998, method 10.\n");
    out
}

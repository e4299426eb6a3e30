//! How tonight's list stands to the earlier ones: new or continuing, for how long, what changed, who left. Owns the
//! counting by work day; refuses to decide who is listed.

use crate::domain::SEE_RECORD;
use rustc_hash::FxHashMap;

use super::candidate::Candidate;
use super::inputs::Inputs;
use super::memory::{Arm, FORGET_AFTER_DAYS, ListStatus, Memory, MemoryRow, REMEMBER_ARM_DAYS};

/// Standing of somebody listed tonight.
#[derive(Clone, Debug)]
pub struct Spell {
    /// Against the previous work day.
    pub status: ListStatus,
    /// Work days on the list in this spell, this one included.
    pub days_on_list: i32,
    /// What changed, in words.
    pub what_changed: String,
}

/// One person who left the list.
#[derive(Clone, Debug)]
pub struct Dropped {
    /// Member id.
    pub member_id: String,
    /// Why.
    pub reason: String,
}

const REASON_SEPARATOR: &str = " | ";

/// The reasons of a person as any reader may see them.
fn shown_reasons(candidate: &Candidate) -> Vec<String> {
    let mut out: Vec<String> = candidate.reasons.iter().map(|r| r.shown(false).replace('|', "/")).collect();
    out.dedup();
    out
}

/// The step of a person's clock as every reader may see it: what rests on a sensitive code is not named.
fn shown_step(candidate: &Candidate) -> String {
    let step = candidate.clock.as_ref().map_or("", |c| if c.is_masked() { SEE_RECORD } else { c.step.as_str() });
    step.to_owned()
}

/// Work days in a row beyond the exit length before tonight's, and whether the person was on the previous list.
#[must_use]
pub fn days_beyond_before(inputs: &Inputs<'_>, id: &str) -> (bool, i32) {
    let Some(before) = inputs.previous.rows.get(id) else { return (false, 0) };
    // An earlier run of this work day has counted it already.
    let counted = i32::from(inputs.goes_on_with_a_day() && before.nights_beyond > 0);
    (before.listed, before.nights_beyond - counted)
}

/// Remembers somebody listed, and says how they stand.
pub fn remember_listed(
    inputs: &Inputs<'_>,
    candidate: &Candidate,
    caller: &str,
    days_beyond: i32,
    arm: Option<Arm>,
    memory: &mut Memory,
) -> Spell {
    let as_of = inputs.plan.as_of;
    let id = inputs.extracts.population.member(candidate.member).id();
    let before = inputs.previous.rows.get(id);
    let same_day = inputs.goes_on_with_a_day();
    let listed_before = before.filter(|b| b.listed);
    let status = match (listed_before, before) {
        (Some(b), _) if same_day => b.status.unwrap_or(ListStatus::Continuing),
        (Some(_), _) => ListStatus::Continuing,
        (None, Some(b)) if b.days_on_list > 0 && as_of.since(b.last) <= FORGET_AFTER_DAYS => ListStatus::Returned,
        _ => ListStatus::New,
    };
    let days_on_list = listed_before.map_or(1, |b| b.days_on_list + i32::from(!same_day));
    let step = shown_step(candidate);
    let what_changed = describe_changes(before.filter(|_| status != ListStatus::New), candidate, &step, status);
    memory.rows.insert(
        id.to_owned(),
        MemoryRow {
            since: listed_before.map_or(as_of, |b| b.since),
            last: as_of,
            listed: true,
            status: Some(status),
            nights_beyond: days_beyond,
            days_on_list,
            tier: candidate.risk_tier,
            clock: step,
            priority: candidate.factors.priority(),
            reasons: shown_reasons(candidate).join(REASON_SEPARATOR),
            caller: caller.to_owned(),
            arm,
        },
    );
    Spell { status, days_on_list, what_changed }
}

/// A person held out is remembered like one listed, but never counts as having been on the list.
pub fn remember_held_out(inputs: &Inputs<'_>, candidate: &Candidate, arm: Arm, memory: &mut Memory) {
    let as_of = inputs.plan.as_of;
    let id = inputs.extracts.population.member(candidate.member).id();
    let before = inputs.previous.rows.get(id);
    memory.rows.insert(
        id.to_owned(),
        MemoryRow {
            since: before.map_or(as_of, |b| b.since),
            last: before.filter(|b| b.days_on_list > 0).map_or(as_of, |b| b.last),
            listed: false,
            status: None,
            nights_beyond: 0,
            days_on_list: before.map_or(0, |b| b.days_on_list),
            tier: candidate.risk_tier,
            clock: String::new(),
            priority: candidate.factors.priority(),
            reasons: shown_reasons(candidate).join(REASON_SEPARATOR),
            caller: String::new(),
            arm: Some(arm),
        },
    );
}

fn describe_changes(before: Option<&MemoryRow>, now: &Candidate, step: &str, status: ListStatus) -> String {
    let Some(before) = before else { return "first time on the list".to_owned() };
    let mut parts = Vec::new();
    if status == ListStatus::Returned {
        parts.push("back on the list".to_owned());
    }
    if before.tier != now.risk_tier {
        parts.push(format!("risk tier {} to {}", before.tier, now.risk_tier));
    }
    if before.clock != step {
        let words = |text: &str| text.replace('_', " ");
        parts.push(match (before.clock.as_str(), step) {
            ("", new) => format!("new: {}", words(new)),
            (old, "") => format!("no longer due: {}", words(old)),
            (old, new) => format!("from {} to {}", words(old), words(new)),
        });
    }
    if let (Some(now), Some(then)) = (now.standing.order_percentile, now.standing.order_percentile_before)
        && status != ListStatus::Continuing
        && now.gain_since(then) >= 15.0
    {
        parts.push(format!("risk percentile {:.0} to {:.0} in 90 days", then.get(), now.get()));
    }
    if !before.reasons.is_empty() {
        // "3 medicines on hand" and "4 medicines on hand" are one reason: numbers move by the night.
        let bare = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        let then: Vec<String> = before.reasons.split(REASON_SEPARATOR).map(bare).collect();
        let shown = shown_reasons(now);
        let fresh: Vec<&str> = shown.iter().map(String::as_str).filter(|r| !then.contains(&bare(r))).take(2).collect();
        if !fresh.is_empty() {
            parts.push(format!("new reason: {}", fresh.join(", ")));
        }
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
}

/// Names who left, and carries the rest of the memory on. `why` says what became of a member id tonight.
#[must_use]
pub fn carry_memory(inputs: &Inputs<'_>, why: &FxHashMap<&str, &'static str>, memory: &mut Memory) -> Vec<Dropped> {
    let as_of = inputs.plan.as_of;
    let (mut carried, mut dropped) = (Vec::new(), Vec::new());
    for (id, before) in &inputs.previous.rows {
        if memory.rows.contains_key(id) {
            continue;
        }
        if before.listed {
            let reason = why.get(id.as_str()).copied().unwrap_or("NO_CAUSE");
            dropped.push(Dropped { member_id: id.clone(), reason: reason.to_owned() });
        }
        let in_comparison = before.arm.is_some_and(|a| as_of.since(a.drawn) <= REMEMBER_ARM_DAYS);
        if in_comparison || as_of.since(before.last) <= FORGET_AFTER_DAYS {
            carried.push((id.clone(), MemoryRow { listed: false, nights_beyond: 0, status: None, ..before.clone() }));
        }
    }
    memory.as_of = Some(as_of);
    memory.rows.extend(carried);
    dropped
}

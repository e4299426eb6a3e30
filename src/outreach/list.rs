//! The list itself: suppression, length, hysteresis and memory applied to ordered candidates. Owns the
//! order of those steps; refuses to print.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::actions::{Action, first_action};
use super::candidate::{Candidate, Stream, build_candidates};
use super::capacity::{ContactRequirement, Missing, Staff};
use super::cut::{QueueDecision, Queued, apply_capacity};
use super::disciplines::required_disciplines;
use super::holdout;
use super::inputs::Inputs;
use super::memory::{Arm, FORGET_AFTER_DAYS, Memory, MemoryRow, REMEMBER_ARM_DAYS};
use super::suppression::{self, Suppressed};
use crate::domain::{Day, phone_key};

/// Standing against the previous night.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ListStatus {
    /// Never listed before.
    New,
    /// On the previous list too.
    Continuing,
    /// Listed before, but not on the previous list.
    Returned,
}

impl ListStatus {
    /// The contract's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Continuing => "continuing",
            Self::Returned => "returned",
        }
    }
}

/// One person to contact.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The person and what orders them.
    pub candidate: Candidate,
    /// Standing.
    pub status: ListStatus,
    /// Nights on the list in this spell, tonight included.
    pub days_on_list: i32,
    /// What changed since the last run, in words.
    pub what_changed: String,
    /// First action.
    pub action: Action,
    /// Who makes tonight's contact; empty without a roster or when nobody is eligible.
    pub contact_by: Box<str>,
}

/// One person the staff cannot reach tonight.
#[derive(Clone, Debug)]
pub struct Overflow {
    /// The person.
    pub candidate: Candidate,
    /// Rank in the full order.
    pub rank: usize,
    /// `CAPACITY` or `NO_ELIGIBLE_CM`.
    pub reason: &'static str,
    /// What they need.
    pub asked: ContactRequirement,
    /// What nobody on duty has; empty with reason `CAPACITY`.
    pub missing: String,
}

/// One person of the queue that the staff cut, for asking again with another staff.
#[derive(Clone, Debug)]
pub struct QueueRow {
    /// Index in the population.
    pub member: u32,
    /// What the cut looked at.
    pub queued: Queued,
    /// What it decided.
    pub place: QueueDecision,
    /// Chance that a contact succeeds, 0..1.
    pub reach: f64,
}

/// One person who left the list.
#[derive(Clone, Debug)]
pub struct Dropped {
    /// Member id.
    pub member_id: String,
    /// Why.
    pub reason: String,
}

/// Everything the list room hands on.
#[derive(Debug)]
pub struct OutreachList {
    /// In order.
    pub listed: Vec<Listed>,
    /// By member.
    pub suppressed: Vec<Suppressed>,
    /// In order.
    pub overflow: Vec<Overflow>,
    /// By member id.
    pub dropped: Vec<Dropped>,
    /// For the next night.
    pub memory: Memory,
    /// Length the staff allow.
    pub capacity: f64,
    /// Tonight's staff.
    pub staff: Staff,
    /// Everyone the cut looked at, in order.
    pub queue: Vec<QueueRow>,
    /// All candidates with their tier, by member, for the caseload and the report.
    pub tiers: BTreeMap<u32, u8>,
    /// Members whose discharge is complex by tier.
    pub complex: FxHashSet<u32>,
    /// Somebody has a phone or an address.
    pub contacts_known: bool,
    /// Members with a running clock, suppressed or not.
    pub running: FxHashSet<u32>,
    /// Every candidate with a cause, in list order, for the caseload.
    pub ordered: Vec<Candidate>,
}

/// Builds tonight's list.
#[must_use]
pub fn build_list(inputs: &Inputs<'_>) -> OutreachList {
    let as_of = inputs.plan.as_of;
    let mut all = build_candidates(inputs);
    let known = suppression::Population::new(inputs);
    unite_duplicates(&mut all, &known.duplicates);
    let started: FxHashMap<u32, Day> =
        all.iter().filter_map(|c| c.clock.as_ref().map(|k| (c.member, k.started))).collect();
    let staff = Staff::tonight(inputs);
    let mut out = OutreachList {
        listed: Vec::new(),
        suppressed: Vec::new(),
        overflow: Vec::new(),
        dropped: Vec::new(),
        memory: Memory::default(),
        capacity: staff.length(),
        staff,
        queue: Vec::new(),
        tiers: all.iter().map(|c| (c.member, c.tier)).collect(),
        complex: all.iter().filter(|c| c.risk_tier == 1).map(|c| c.member).collect(),
        contacts_known: known.contacts_known,
        running: started.keys().copied().collect(),
        ordered: Vec::new(),
    };
    out.ordered.clone_from(&all);
    out.ordered.sort_by(Candidate::order);
    for s in inputs.snapshots {
        out.suppressed.extend(suppression::first_suppression(inputs, s, started.get(&s.member).copied(), &known));
    }
    let suppressed: FxHashSet<u32> = out.suppressed.iter().map(|s| s.member).collect();
    let mut open: Vec<Candidate> =
        all.into_iter().filter(|c| c.has_cause() && !suppressed.contains(&c.member)).collect();
    open.sort_by(Candidate::order);
    let queue = queue_candidates(inputs, &open);
    let places = apply_capacity(&queue, &out.staff);
    let mut told = Missing::default();
    for (rank, ((candidate, queued), place)) in open.into_iter().zip(queue).zip(places).enumerate() {
        out.queue.push(QueueRow {
            member: candidate.member,
            queued: queued.clone(),
            place: place.clone(),
            reach: candidate.parts.reach,
        });
        let drawn = holdout::remembered_arm(inputs, candidate.member, queued.draw, &place);
        match place {
            QueueDecision::Listed { by, nights_beyond } => {
                let row = list_candidate(inputs, candidate, by.into(), nights_beyond, drawn, &mut out.memory);
                out.listed.push(row);
            }
            QueueDecision::HeldOut => {
                let arm = drawn.unwrap_or(Arm { contact: false, drawn: as_of });
                out.suppressed.push(suppression::holdout_row(&candidate, arm.drawn, inputs.plan.followup.horizon_days));
                remember_held_out(inputs, &candidate, arm, &mut out.memory);
            }
            QueueDecision::Household => out.suppressed.push(suppression::household_row(&candidate, as_of)),
            QueueDecision::Full | QueueDecision::Nobody => {
                let missing = if place == QueueDecision::Nobody {
                    out.staff.missing(&queued.asked, &mut told)
                } else {
                    String::new()
                };
                out.overflow.push(Overflow {
                    candidate,
                    rank: rank + 1,
                    reason: place.name(),
                    asked: queued.asked,
                    missing,
                });
            }
        }
    }
    carry_memory(inputs, &mut out);
    out
}

/// What the cut needs to know of each candidate, in order.
fn queue_candidates(inputs: &Inputs<'_>, open: &[Candidate]) -> Vec<Queued> {
    let phone = |c: &Candidate| inputs.extracts.population.member(c.member).facts.phone.as_deref().map(phone_key);
    let mut shared: FxHashMap<String, usize> = FxHashMap::default();
    for number in open.iter().filter_map(phone) {
        *shared.entry(number).or_default() += 1;
    }
    let mut households: FxHashMap<String, u32> = FxHashMap::default();
    open.iter()
        .map(|candidate| {
            let id = inputs.extracts.population.member(candidate.member).id();
            let behavioral =
                inputs.snapshots.get(candidate.member as usize).is_some_and(|s| s.facts.behavioral_year.is_some())
                    && candidate.clock.is_none();
            let household = phone(candidate).filter(|p| shared.get(p).is_some_and(|n| *n > 1)).map(|p| {
                let next = u32::try_from(households.len()).unwrap_or(u32::MAX);
                *households.entry(p).or_insert(next)
            });
            let before = inputs.previous.rows.get(id);
            Queued {
                asked: ContactRequirement::of(inputs, candidate, required_disciplines(&candidate.drivers, behavioral)),
                household,
                was_listed: before.is_some_and(|b| b.listed),
                nights_beyond: before.map_or(0, |b| b.nights_beyond),
                draw: holdout::holdout_draw(inputs, candidate),
            }
        })
        .collect()
}

/// The lowest id of a person under two ids takes the other's cause: the stronger key and tighter clock.
fn unite_duplicates(all: &mut [Candidate], duplicates: &FxHashMap<u32, u32>) {
    let place: FxHashMap<u32, usize> = all.iter().enumerate().map(|(i, c)| (c.member, i)).collect();
    let mut pairs: Vec<(u32, u32)> = duplicates.iter().map(|(a, b)| (*a, *b)).collect();
    pairs.sort_unstable();
    for (other, lowest) in pairs {
        let (Some(from), Some(to)) = (place.get(&other), place.get(&lowest)) else { continue };
        let theirs = all[*from].clone();
        let mine = &mut all[*to];
        mine.key = mine.key.max(theirs.key);
        mine.tier = mine.tier.min(theirs.tier);
        mine.high |= theirs.high;
        if mine.by_model {
            mine.parts.probability = mine.parts.probability.max(theirs.parts.probability);
        }
        if theirs.clock.is_some() && (mine.clock.is_none() || theirs.clock < mine.clock) {
            mine.clock = theirs.clock;
            mine.stream = Stream::Transition;
        }
        for reason in theirs.reasons {
            if mine.reasons.len() < 5 && !mine.reasons.contains(&reason) {
                mine.reasons.push(reason);
            }
        }
    }
}

fn list_candidate(
    inputs: &Inputs<'_>,
    candidate: Candidate,
    contact_by: Box<str>,
    nights_beyond: i32,
    arm: Option<Arm>,
    memory: &mut Memory,
) -> Listed {
    let as_of = inputs.plan.as_of;
    let id = inputs.extracts.population.member(candidate.member).id();
    let before = inputs.previous.rows.get(id);
    let status = match before {
        Some(b) if b.listed => ListStatus::Continuing,
        Some(b) if b.days_on_list > 0 && as_of.since(b.last) <= FORGET_AFTER_DAYS => ListStatus::Returned,
        _ => ListStatus::New,
    };
    let days_on_list = if status == ListStatus::Continuing { before.map_or(0, |b| b.days_on_list) + 1 } else { 1 };
    let clock = candidate.clock.as_ref().map_or("", |c| c.kind).to_owned();
    let what_changed = describe_changes(before.filter(|_| status != ListStatus::New), &candidate, &clock, status);
    memory.rows.insert(
        id.to_owned(),
        MemoryRow {
            since: before.filter(|b| b.listed).map_or(as_of, |b| b.since),
            last: as_of,
            listed: true,
            nights_beyond,
            days_on_list,
            tier: candidate.tier,
            clock,
            priority: candidate.parts.priority(),
            reasons: reasons_told(&candidate).join(REASON_SEPARATOR),
            arm,
        },
    );
    let snapshot = &inputs.snapshots[candidate.member as usize];
    Listed {
        action: first_action(&candidate, snapshot, as_of),
        candidate,
        status,
        days_on_list,
        what_changed,
        contact_by,
    }
}

/// A person held out is remembered like one listed, but never counts as having been on the list.
fn remember_held_out(inputs: &Inputs<'_>, candidate: &Candidate, arm: Arm, memory: &mut Memory) {
    let as_of = inputs.plan.as_of;
    let id = inputs.extracts.population.member(candidate.member).id();
    let before = inputs.previous.rows.get(id);
    memory.rows.insert(
        id.to_owned(),
        MemoryRow {
            since: before.map_or(as_of, |b| b.since),
            last: before.filter(|b| b.days_on_list > 0).map_or(as_of, |b| b.last),
            listed: false,
            nights_beyond: 0,
            days_on_list: before.map_or(0, |b| b.days_on_list),
            tier: candidate.tier,
            clock: String::new(),
            priority: candidate.parts.priority(),
            reasons: reasons_told(candidate).join(REASON_SEPARATOR),
            arm: Some(arm),
        },
    );
}

fn describe_changes(before: Option<&MemoryRow>, now: &Candidate, clock: &str, status: ListStatus) -> String {
    let Some(before) = before else { return "first time on the list".to_owned() };
    let mut parts = Vec::new();
    if status == ListStatus::Returned {
        parts.push("back on the list".to_owned());
    }
    if before.tier != now.tier {
        parts.push(format!("tier {} to {}", before.tier, now.tier));
    }
    if before.clock != clock {
        parts.push(match (before.clock.as_str(), clock) {
            ("", new) => format!("clock started: {new}"),
            (old, "") => format!("clock ended: {old}"),
            (old, new) => format!("clock {old} to {new}"),
        });
    }
    if !before.reasons.is_empty() {
        // "3 medicines on hand" and "4 medicines on hand" are one reason: numbers move by the night.
        let bare = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        let then: Vec<String> = before.reasons.split(REASON_SEPARATOR).map(bare).collect();
        let told = reasons_told(now);
        let fresh: Vec<&str> = told.iter().map(String::as_str).filter(|r| !then.contains(&bare(r))).take(2).collect();
        if !fresh.is_empty() {
            parts.push(format!("new reason: {}", fresh.join(", ")));
        }
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
}

const REASON_SEPARATOR: &str = " | ";

/// The reasons of a person as any reader may see them.
fn reasons_told(candidate: &Candidate) -> Vec<String> {
    let mut out: Vec<String> = candidate.reasons.iter().map(|r| r.shown(false).replace('|', "/")).collect();
    out.dedup();
    out
}

/// Names who left and carries the memory on.
fn carry_memory(inputs: &Inputs<'_>, out: &mut OutreachList) {
    let as_of = inputs.plan.as_of;
    out.suppressed.sort_by_key(|s| s.member);
    let codes: FxHashMap<&str, &'static str> =
        out.suppressed.iter().map(|s| (inputs.extracts.population.member(s.member).id(), s.code.name())).collect();
    let overflow: FxHashMap<&str, &'static str> =
        out.overflow.iter().map(|o| (inputs.extracts.population.member(o.candidate.member).id(), o.reason)).collect();
    let mut carried = Vec::new();
    for (id, before) in &inputs.previous.rows {
        if out.memory.rows.contains_key(id) {
            continue;
        }
        if before.listed {
            let reason =
                codes.get(id.as_str()).copied().or_else(|| overflow.get(id.as_str()).copied()).unwrap_or("NO_CAUSE");
            out.dropped.push(Dropped { member_id: id.clone(), reason: reason.to_owned() });
        }
        let in_comparison = before.arm.is_some_and(|a| as_of.since(a.drawn) <= REMEMBER_ARM_DAYS);
        if in_comparison || as_of.since(before.last) <= FORGET_AFTER_DAYS {
            carried.push((id.clone(), MemoryRow { listed: false, nights_beyond: 0, ..before.clone() }));
        }
    }
    out.memory.as_of = Some(as_of);
    out.memory.rows.extend(carried);
}

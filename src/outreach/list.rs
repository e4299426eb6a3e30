//! The list itself: suppression, length, hysteresis and memory applied to ordered candidates. Owns the
//! order of those steps; refuses to print.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::candidate::{Candidate, candidates};
use super::capacity::{ContactCapacity, Taken, required_disciplines};
use super::memory::{FORGET_AFTER_DAYS, Memory, MemoryRow};
use super::suppression::{self, Suppressed};
use super::{Action, Inputs, Stream, first_action};
use crate::domain::Day;

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
#[derive(Debug, Default)]
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
pub fn build(inputs: &Inputs<'_>) -> OutreachList {
    let as_of = inputs.plan.as_of;
    let mut all = candidates(inputs);
    let known = suppression::Population::new(inputs.extracts);
    unite_duplicates(&mut all, &known.duplicates);
    let started: FxHashMap<u32, Day> =
        all.iter().filter_map(|c| c.clock.as_ref().map(|k| (c.member, k.started))).collect();
    let mut out = OutreachList {
        tiers: all.iter().map(|c| (c.member, c.tier)).collect(),
        complex: all.iter().filter(|c| c.risk_tier == 1).map(|c| c.member).collect(),
        running: started.keys().copied().collect(),
        ..OutreachList::default()
    };
    out.ordered.clone_from(&all);
    out.ordered.sort_by(Candidate::order);
    for s in inputs.snapshots {
        out.suppressed.extend(suppression::judge(inputs, s, started.get(&s.member).copied(), &known));
    }
    let suppressed: FxHashSet<u32> = out.suppressed.iter().map(|s| s.member).collect();
    let mut open: Vec<Candidate> =
        all.into_iter().filter(|c| c.has_cause() && !suppressed.contains(&c.member)).collect();
    open.sort_by(Candidate::order);
    let mut plain = ContactCapacity::new(inputs, 1.0);
    let mut wide = ContactCapacity::new(inputs, inputs.plan.list.exit_factor);
    out.capacity = plain.total();
    out.contacts_known = known.contacts_known;
    let mut phones: FxHashSet<&str> = FxHashSet::default();
    for (rank, candidate) in open.into_iter().enumerate() {
        let member = inputs.extracts.population.member(candidate.member);
        let behavioral =
            inputs.snapshots.get(candidate.member as usize).is_some_and(|s| s.facts.behavioral_year.is_some())
                && candidate.clock.is_none();
        let required = required_disciplines(&candidate.drivers, behavioral);
        // A clock is worked whatever the household's other member was called for.
        if candidate.clock.is_none()
            && let Some(phone) = member.facts.phone.as_deref()
            && phones.contains(phone)
        {
            out.suppressed.push(suppression::household(&candidate, as_of));
            continue;
        }
        let must = candidate.clock.is_some();
        let within = wide.take(inputs, &candidate, required, must);
        let taken = plain.take(inputs, &candidate, required, must);
        let before = inputs.previous.rows.get(member.id());
        let was_listed = before.is_some_and(|b| b.listed);
        let beyond = !matches!(within, Taken::By(_) | Taken::Anyone);
        let nights_beyond = if beyond { before.map_or(0, |b| b.nights_beyond) + 1 } else { 0 };
        let fits = must || matches!(taken, Taken::By(_) | Taken::Anyone);
        // Enter at rank <= K; leave beyond the exit length on two nights.
        let stays = was_listed && nights_beyond < 2 && taken != Taken::Nobody;
        if !(fits || stays) {
            let reason = if taken == Taken::Nobody { "NO_ELIGIBLE_CM" } else { "CAPACITY" };
            out.overflow.push(Overflow { candidate, rank: rank + 1, reason });
            continue;
        }
        if let Some(phone) = member.facts.phone.as_deref() {
            phones.insert(phone);
        }
        let contact_by: Box<str> = match (taken, within) {
            (Taken::By(id), _) | (_, Taken::By(id)) => id.into(),
            _ => Box::default(),
        };
        out.listed.push(listed(inputs, candidate, contact_by, nights_beyond, &mut out.memory));
    }
    finish(inputs, &mut out);
    out
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

fn listed(
    inputs: &Inputs<'_>,
    candidate: Candidate,
    contact_by: Box<str>,
    nights_beyond: i32,
    memory: &mut Memory,
) -> Listed {
    let as_of = inputs.plan.as_of;
    let id = inputs.extracts.population.member(candidate.member).id();
    let before = inputs.previous.rows.get(id);
    let status = match before {
        Some(b) if b.listed => ListStatus::Continuing,
        Some(_) => ListStatus::Returned,
        None => ListStatus::New,
    };
    let days_on_list = if status == ListStatus::Continuing { before.map_or(0, |b| b.days_on_list) + 1 } else { 1 };
    let clock = candidate.clock.as_ref().map_or("", |c| c.kind).to_owned();
    let what_changed = changes(before, &candidate, &clock, status);
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

fn changes(before: Option<&MemoryRow>, now: &Candidate, clock: &str, status: ListStatus) -> String {
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
    if parts.is_empty() { "nothing".to_owned() } else { parts.join("; ") }
}

/// Names who left and carries the memory on.
fn finish(inputs: &Inputs<'_>, out: &mut OutreachList) {
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
        if as_of.since(before.last) <= FORGET_AFTER_DAYS {
            carried.push((id.clone(), MemoryRow { listed: false, nights_beyond: 0, ..before.clone() }));
        }
    }
    out.memory.as_of = Some(as_of);
    out.memory.rows.extend(carried);
}

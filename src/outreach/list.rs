//! The list itself: suppression, length, hysteresis and memory applied to ordered candidates. Owns the
//! order of those steps; refuses to print.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::actions::first_action;
use super::build::build_candidates;
use super::candidate::Candidate;
use super::capacity::{ContactRequirement, Missing, Staff};
use super::cut::{QueueDecision, Queued, apply_capacity};
use super::decisions::{DecisionRow, Outcome, decide_members};
use super::disciplines::required_disciplines;
use super::holdout::{holdout_draw, remembered_arm};
use super::inputs::Inputs;
use super::listed::{Listed, Overflow};
use super::memory::{Arm, Memory};
use super::overrides::{HandAudit, audit_overrides};
use super::own_cases::{FacilityPerson, OwnCase, own_cases, people_in_facility};
use super::remembering::{Dropped, carry_memory, days_beyond_before, remember_held_out, remember_listed};
use super::suppression::{PopulationFacts, Suppressed, first_suppression, holdout_row, household_row};
use crate::domain::{Discipline, phone_key};

/// One person of the queue that the staff cut, for asking again with another staff.
#[derive(Clone, Debug)]
pub struct QueueRow {
    /// Index in the population.
    pub member: u32,
    /// What the cut looked at.
    pub queued: Queued,
    /// What it decided.
    pub decision: QueueDecision,
    /// Chance that a contact succeeds, 0..1.
    pub reach: f64,
    /// Has an open case: not taken, it is on its owner's sheet and no overflow.
    pub engaged: bool,
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
    /// Everyone enrolled, in member order.
    pub candidates: Vec<Arc<Candidate>>,
    /// Everyone with a band, in list order, for the caseload; the same people.
    pub ordered: Vec<Arc<Candidate>>,
    /// Tier of each candidate for acuity points: an open transition counts as tier 1.
    pub tiers: BTreeMap<u32, u8>,
    /// Open cases by owner.
    pub own_cases: Vec<OwnCase>,
    /// People in a facility.
    pub in_facility: Vec<FacilityPerson>,
    /// One row a member of eligibility.
    pub decisions: Vec<DecisionRow>,
    /// Somebody has a phone or an address.
    pub contacts_known: bool,
    /// Ids that share name, birth date and sex with another and nothing more.
    pub possible_duplicates: u64,
    /// People asked for by hand: who could not be listed, and who asks for many.
    pub by_hand: HandAudit,
}

impl OutreachList {
    /// Contacts beyond the day's calls.
    #[must_use]
    pub fn beyond(&self) -> usize {
        self.listed.iter().filter(|l| l.beyond).count()
    }

    /// Members with a running clock, suppressed or not.
    #[must_use]
    pub fn with_clock(&self) -> FxHashSet<u32> {
        self.candidates.iter().filter(|c| c.clock.is_some()).map(|c| c.member).collect()
    }
}

/// Builds tonight's list.
#[must_use]
pub fn build_list(inputs: &Inputs<'_>) -> OutreachList {
    let known = PopulationFacts::of(inputs);
    let mut all = build_candidates(inputs);
    known.duplicates.unite(&mut all);
    let suppressed = judge_members(inputs, &all, &known);
    let gone: FxHashSet<u32> = suppressed.iter().map(|s| s.member).collect();
    let mut order: Vec<usize> = (0..all.len()).filter(|at| all[*at].band.is_some()).collect();
    order.sort_by(|a, b| all[*a].order(&all[*b]));
    let called = |c: &Candidate| !gone.contains(&c.member) && is_called(c);
    let open: Vec<usize> = order.iter().copied().filter(|at| called(&all[*at])).collect();
    let staff = Staff::tonight(inputs);
    let queue = queue_candidates(inputs, &open.iter().map(|at| &all[*at]).collect::<Vec<_>>());
    let decided = apply_capacity(&queue, &staff);
    let all = share_candidates(all, &open, &decided);
    let mut cut = CutList::default();
    let mut missing = Missing::default();
    for (rank, ((at, queued), decision)) in (1..).zip(open.into_iter().zip(queue).zip(decided)) {
        cut.settle(inputs, &staff, &mut missing, rank, &all[at], queued, decision);
    }
    let CutList { listed, overflow, queue, held, mut memory } = cut;
    let mut suppressed: Vec<Suppressed> = suppressed.into_iter().chain(held).collect();
    suppressed.sort_by_key(|s| s.member);
    let dropped = carry_memory(inputs, &reasons_of_leaving(inputs, &suppressed, &overflow), &mut memory);
    let outcome = Outcome { candidates: &all, listed: &listed, suppressed: &suppressed, overflow: &overflow };
    let decisions = decide_members(inputs, &outcome);
    OutreachList {
        own_cases: own_cases(inputs, &all, &suppressed),
        in_facility: people_in_facility(inputs, &suppressed),
        by_hand: audit_overrides(inputs, &all, &listed, &suppressed),
        listed,
        suppressed,
        overflow,
        dropped,
        memory,
        capacity: staff.length(),
        staff,
        queue,
        tiers: all.iter().map(|c| (c.member, if c.in_transition { 1 } else { c.risk_tier })).collect(),
        ordered: order.into_iter().map(|at| Arc::clone(&all[at])).collect(),
        candidates: all,
        decisions,
        contacts_known: known.contacts_known,
        possible_duplicates: known.duplicates.possible,
    }
}

/// The candidates as everyone from here on holds them. Reasons are told of whom the list tells alone: of millions they would
/// be most of what is held.
fn share_candidates(all: Vec<Candidate>, open: &[usize], decided: &[QueueDecision]) -> Vec<Arc<Candidate>> {
    let is_told = |d: &QueueDecision| matches!(d, QueueDecision::Listed { .. } | QueueDecision::HeldOut);
    let told: FxHashSet<usize> = open.iter().zip(decided).filter(|(_, d)| is_told(d)).map(|(at, _)| *at).collect();
    let share = |(at, mut candidate): (usize, Candidate)| {
        if !told.contains(&at) {
            candidate.reasons = Vec::new();
        }
        Arc::new(candidate)
    };
    all.into_iter().enumerate().map(share).collect()
}

/// People who have a manager are on that manager's own sheet, and on the list in the bands that cannot wait alone; when
/// nobody works the case, others call: at once in those bands, in the band of risk after a long absence.
fn is_called(c: &Candidate) -> bool {
    match c.ownership.as_ref().filter(|o| o.is_held()) {
        Some(o) => c.is_urgent() || (o.caller().is_none() && o.long_away),
        None => true,
    }
}

fn judge_members(inputs: &Inputs<'_>, all: &[Candidate], known: &PopulationFacts) -> Vec<Suppressed> {
    let by_member: FxHashMap<u32, &Candidate> = all.iter().map(|c| (c.member, c)).collect();
    let judged = inputs.snapshots.iter();
    judged.filter_map(|s| first_suppression(inputs, s, by_member.get(&s.member).copied(), known)).collect()
}

/// What the cut needs to know of each candidate, in order.
fn queue_candidates(inputs: &Inputs<'_>, open: &[&Candidate]) -> Vec<Queued> {
    let phone = |c: &Candidate| inputs.extracts.population.member(c.member).facts.phone.as_deref().map(phone_key);
    let mut shared: FxHashMap<String, usize> = FxHashMap::default();
    for number in open.iter().filter_map(|c| phone(c)) {
        *shared.entry(number).or_default() += 1;
    }
    let mut households: FxHashMap<String, u32> = FxHashMap::default();
    open.iter()
        .map(|candidate| {
            let id = inputs.extracts.population.member(candidate.member).id();
            let snapshot = inputs.snapshots.get(candidate.member as usize);
            let behavioral = snapshot.is_some_and(|s| s.facts.behavioral_year.is_some()) && !candidate.in_transition;
            let household = phone(candidate).filter(|p| shared.get(p).is_some_and(|n| *n > 1)).map(|p| {
                let next = u32::try_from(households.len()).unwrap_or(u32::MAX);
                *households.entry(p).or_insert(next)
            });
            let (was_listed, days_beyond) = days_beyond_before(inputs, id);
            let required = required_disciplines(&candidate.drivers, behavioral);
            Queued {
                requirement: ContactRequirement::of(inputs, candidate, required),
                household,
                was_listed,
                days_beyond,
                draw: holdout_draw(inputs, candidate),
            }
        })
        .collect()
}

/// The queue as it is settled, person by person.
#[derive(Default)]
struct CutList {
    listed: Vec<Listed>,
    overflow: Vec<Overflow>,
    queue: Vec<QueueRow>,
    held: Vec<Suppressed>,
    memory: Memory,
}

impl CutList {
    #[expect(clippy::too_many_arguments, reason = "one step of one loop")]
    fn settle(
        &mut self,
        inputs: &Inputs<'_>,
        staff: &Staff,
        missing: &mut Missing,
        rank: usize,
        candidate: &Arc<Candidate>,
        queued: Queued,
        decision: QueueDecision,
    ) {
        let arm = remembered_arm(inputs, candidate.member, queued.draw, &decision);
        self.queue.push(QueueRow {
            member: candidate.member,
            queued: queued.clone(),
            decision: decision.clone(),
            reach: candidate.factors.reach,
            engaged: candidate.is_engaged(),
        });
        match decision {
            QueueDecision::Listed { by, days_beyond, beyond } => {
                self.list(inputs, candidate, by, days_beyond, beyond, arm);
            }
            QueueDecision::HeldOut => {
                let arm = arm.unwrap_or(Arm { contact: false, drawn: inputs.plan.as_of });
                self.held.push(holdout_row(candidate, arm.drawn, inputs.plan.followup.horizon_days));
                remember_held_out(inputs, candidate, arm, &mut self.memory);
            }
            QueueDecision::Household => self.held.push(household_row(candidate, inputs.visits.work_day)),
            // People who have a manager are never "not reached": they stand on the owner's sheet.
            QueueDecision::Full | QueueDecision::Nobody if candidate.is_engaged() => {}
            QueueDecision::Full | QueueDecision::Nobody => {
                let nobody = decision == QueueDecision::Nobody;
                self.overflow.push(Overflow {
                    candidate: Arc::clone(candidate),
                    rank,
                    reason: decision.name(),
                    missing: if nobody { staff.missing(&queued.requirement, missing) } else { String::new() },
                    requirement: queued.requirement,
                });
            }
        }
    }

    fn list(
        &mut self,
        inputs: &Inputs<'_>,
        candidate: &Arc<Candidate>,
        caller: String,
        days_beyond: i32,
        beyond: bool,
        arm: Option<Arm>,
    ) {
        let spell = remember_listed(inputs, candidate, &caller, days_beyond, arm, &mut self.memory);
        let action = first_action(inputs, candidate);
        let own = inputs.manager(&caller).and_then(|m| Discipline::parse(&m.discipline));
        self.listed.push(Listed {
            consult: own.and_then(|own| action.consult_of(own)),
            action,
            candidate: Arc::clone(candidate),
            status: spell.status,
            days_on_list: spell.days_on_list,
            what_changed: spell.what_changed,
            caller: caller.into(),
            beyond,
        });
    }
}

/// Why each member who is not on the list is not, by member id.
fn reasons_of_leaving<'a>(
    inputs: &Inputs<'a>,
    suppressed: &[Suppressed],
    overflow: &[Overflow],
) -> FxHashMap<&'a str, &'static str> {
    let id = |member: u32| inputs.extracts.population.member(member).id();
    let mut out: FxHashMap<&'a str, &'static str> = FxHashMap::default();
    out.extend(overflow.iter().map(|o| (id(o.candidate.member), o.reason)));
    out.extend(suppressed.iter().map(|s| (id(s.member), s.code.as_str())));
    out
}

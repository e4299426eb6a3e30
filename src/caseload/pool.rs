//! Owns the compact form the solver walks: eligibility lists per class, costs per pair, capacities.
//! Refuses to know the order in which the solver tries anything.
//!
//! Members who are served at a desk and agree in (state, disciplines, required language, pediatric,
//! current manager when on paid time off) share one list of managers; so do those whom `protect` keeps with one; a member visited at home has
//! a list of their own with the travel cost beside it. That is what keeps 200,000 × 2,500 small.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::cost::LoadCost;
use super::eligibility;
use super::options::{Continuity, Options};
use super::problem::Problem;
use super::rows::{KINDS, Member};
use crate::domain::vocabulary::{Disciplines, Focus, FocusSet, Language, Languages, State, Status};

/// "No manager".
pub const NOBODY: u32 = u32::MAX;

/// A current manager outside a restricted pool.
const ELSEWHERE: u32 = u32::MAX - 1;

/// What the solver needs of a member, in 32 bytes.
#[derive(Debug, Clone, Copy)]
pub struct Seeker {
    /// priority × acuity: what serving the member adds to Z1.
    pub value: i32,
    /// Acuity points.
    pub points: i32,
    /// Current manager, or [`NOBODY`].
    pub current: u32,
    /// Which weekly quota a new place counts in: place of the [`CaseKind`](super::rows::CaseKind).
    kind: u8,
    /// First entry of the member's list.
    start: u32,
    /// Entries in the list.
    len: u32,
    /// First word of the member's row in the bit matrix, in rows.
    row: u32,
    /// Focus of the member.
    focus: Focus,
    /// Language of the member.
    language: Option<Language>,
    /// Whether list entries carry a travel cost.
    visited: bool,
    /// Open clock that counts on level 0.
    pub clock: bool,
}

impl Seeker {
    /// Which weekly quota a new place counts in.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> usize {
        usize::from(self.kind)
    }
}

/// What the solver needs of a manager.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Points free for this population before anyone is assigned; may be negative.
    pub free_points: i32,
    /// Cases free before anyone is assigned; may be negative.
    pub free_cases: i32,
    /// New places free this week, by kind.
    pub free_new: [i32; KINDS],
    /// Convex load cost, already times b.
    pub load: LoadCost,
    /// Points of the base load.
    pub base_points: u32,
    languages: Languages,
    focus: FocusSet,
}

/// The whole instance in solver form.
#[derive(Debug)]
pub struct Pool {
    /// Members in problem order.
    pub seekers: Vec<Seeker>,
    /// Managers in problem order.
    pub holders: Vec<Holder>,
    lists: Vec<u32>,
    travel: Vec<u32>,
    bits: Vec<u64>,
    words: usize,
    continuity_cost: i64,
    focus_cost: i64,
    interpreter_cost: i64,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum DeskKey {
    /// Kept by `protect`: the current manager is the whole list.
    Kept(usize),
    /// Looked for.
    Sought {
        state: Option<State>,
        required: Disciplines,
        must_speak: (bool, Option<Language>),
        pediatric: bool,
        pto: Option<usize>,
    },
}

fn desk_key(problem: &Problem, options: &Options, ix: usize, member: &Member) -> DeskKey {
    if let Some(kept) = problem.kept_by(ix, options.continuity) {
        return DeskKey::Kept(kept);
    }
    let pto = problem.current(ix).filter(|j| problem.managers()[*j].status == Status::Pto);
    DeskKey::Sought {
        state: member.state,
        required: member.required,
        must_speak: (member.language_required, member.language.filter(|_| member.language_required)),
        pediatric: member.focus == Focus::Pediatric,
        pto,
    }
}

fn as_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn clamp_to_i32(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX })
}

impl Pool {
    /// Builds lists, bits and costs. Work grows with classes × managers plus home visits × class list.
    #[must_use]
    pub fn new(problem: &Problem, options: &Options) -> Self {
        let (members, managers) = (problem.members(), problem.managers());
        let mut classes: BTreeMap<DeskKey, (usize, usize)> = BTreeMap::new();
        let class_of: Vec<usize> = members
            .iter()
            .enumerate()
            .map(|(ix, member)| {
                let next = classes.len();
                classes.entry(desk_key(problem, options, ix, member)).or_insert((next, ix)).0
            })
            .collect();
        let mut example = vec![0; classes.len()];
        for (class, first) in classes.values() {
            example[*class] = *first;
        }
        let desk: Vec<Vec<u32>> = example.par_iter().map(|first| desk_list(problem, options, *first)).collect();
        let visited: Vec<usize> = (0..members.len()).filter(|ix| members[*ix].home_visit).collect();
        let home: Vec<Vec<(u32, u32)>> =
            visited.par_iter().map(|ix| home_list(problem, options, *ix, &desk[class_of[*ix]])).collect();
        let w = problem.weights();
        let mut pool = Self {
            seekers: Vec::with_capacity(members.len()),
            holders: problem.managers().iter().map(|m| holder_of(m, w.balance, options)).collect(),
            lists: Vec::new(),
            travel: Vec::new(),
            bits: Vec::new(),
            words: managers.len().div_ceil(64).max(1),
            continuity_cost: if options.continuity == Continuity::Ignore { 0 } else { i64::from(w.continuity_break) },
            focus_cost: i64::from(w.focus_mismatch),
            interpreter_cost: i64::from(w.interpreter),
        };
        // Home lists come first so that `travel` lines up with `lists` and stops where they stop.
        let own: Vec<(u32, u32, u32)> = home.iter().map(|list| pool.push(list)).collect();
        pool.travel.extend(home.iter().flatten().map(|(_, cost)| *cost));
        let shared: Vec<(u32, u32, u32)> =
            desk.iter().map(|list| pool.push(&list.iter().map(|j| (*j, 0)).collect::<Vec<_>>())).collect();
        let mut own = own.into_iter();
        for (ix, member) in members.iter().enumerate() {
            let place = if member.home_visit { own.next() } else { None };
            let (start, len, row) = place.unwrap_or(shared[class_of[ix]]);
            pool.seekers.push(Seeker {
                value: i32::from(member.priority) * i32::from(member.acuity),
                points: i32::from(member.acuity),
                current: problem.current(ix).map_or(NOBODY, as_u32),
                kind: member.kind as u8,
                start,
                len,
                row,
                focus: member.focus,
                language: member.language,
                visited: member.home_visit,
                clock: options.clocks_first && member.has_open_clock(),
            });
        }
        pool
    }

    fn push(&mut self, list: &[(u32, u32)]) -> (u32, u32, u32) {
        let start = as_u32(self.lists.len());
        let row = as_u32(self.bits.len() / self.words);
        self.bits.resize(self.bits.len() + self.words, 0);
        let base = self.bits.len() - self.words;
        for (j, _) in list {
            self.lists.push(*j);
            self.bits[base + (*j as usize >> 6)] |= 1 << (*j & 63);
        }
        (start, as_u32(list.len()), row)
    }

    /// Managers who may serve the member, ascending.
    #[inline]
    #[must_use]
    pub fn list(&self, member: usize) -> &[u32] {
        let seeker = &self.seekers[member];
        &self.lists[seeker.start as usize..(seeker.start + seeker.len) as usize]
    }

    /// Whether the manager may serve the member, load aside.
    #[inline]
    #[must_use]
    pub fn may(&self, member: usize, manager: u32) -> bool {
        let word = self.seekers[member].row as usize * self.words + (manager as usize >> 6);
        self.bits[word] >> (manager & 63) & 1 == 1
    }

    /// Whether the member's current manager may go on serving them.
    #[inline]
    #[must_use]
    pub fn may_keep(&self, member: usize) -> bool {
        let current = self.seekers[member].current;
        current < ELSEWHERE && self.may(member, current)
    }

    /// Number of the eligibility list: members with the same number have the same list.
    #[inline]
    #[must_use]
    pub fn list_id(&self, member: usize) -> usize {
        self.seekers[member].row as usize
    }

    /// The pool of some managers (ascending) and some members, numbered by their place in the two
    /// slices; lists keep only those managers.
    #[must_use]
    pub fn restricted(&self, managers: &[u32], members: &[u32]) -> Self {
        let mut local = vec![NOBODY; self.holders.len()];
        for (at, j) in managers.iter().enumerate() {
            local[*j as usize] = as_u32(at);
        }
        let mut pool = Self {
            seekers: Vec::with_capacity(members.len()),
            holders: managers.iter().map(|j| self.holders[*j as usize].clone()).collect(),
            lists: Vec::new(),
            travel: Vec::new(),
            bits: Vec::new(),
            words: managers.len().div_ceil(64).max(1),
            continuity_cost: self.continuity_cost,
            focus_cost: self.focus_cost,
            interpreter_cost: self.interpreter_cost,
        };
        let mut shared: BTreeMap<u32, (u32, u32, u32)> = BTreeMap::new();
        // Home lists first, as in `new`: `travel` lines up with `lists`.
        let mut places = vec![(0, 0, 0); members.len()];
        for pass in [true, false] {
            for (at, ix) in members.iter().enumerate() {
                let seeker = &self.seekers[*ix as usize];
                if seeker.visited != pass {
                    continue;
                }
                if let Some(place) = shared.get(&seeker.row).filter(|_| !pass) {
                    places[at] = *place;
                    continue;
                }
                let cost = |at: usize| {
                    if pass { self.travel[seeker.start as usize + at] } else { 0 }
                };
                let list: Vec<(u32, u32)> = self
                    .list(*ix as usize)
                    .iter()
                    .enumerate()
                    .filter(|(_, j)| local[**j as usize] != NOBODY)
                    .map(|(entry, j)| (local[*j as usize], cost(entry)))
                    .collect();
                places[at] = pool.push(&list);
                if pass {
                    pool.travel.extend(list.iter().map(|(_, cost)| *cost));
                } else {
                    shared.insert(seeker.row, places[at]);
                }
            }
        }
        for (ix, (start, len, row)) in members.iter().zip(places) {
            let seeker = self.seekers[*ix as usize];
            let current = local.get(seeker.current as usize).copied().unwrap_or(NOBODY);
            // Someone whose current manager is in another block still breaks continuity here.
            let current = if current == NOBODY && seeker.current != NOBODY { ELSEWHERE } else { current };
            pool.seekers.push(Seeker { current, start, len, row, ..seeker });
        }
        pool
    }

    /// Whether any weekly quota stands.
    #[must_use]
    pub fn has_quotas(&self) -> bool {
        self.holders.iter().any(|h| h.free_new.iter().any(|left| *left != i32::MAX))
    }

    /// Entries of all lists together: what one look at every choice costs.
    #[must_use]
    pub fn work(&self) -> usize {
        self.lists.len()
    }

    /// Cost of the pair without the load: continuity, travel, focus, interpreter. The manager must
    /// be on the member's list.
    #[inline]
    #[must_use]
    pub fn pair_cost(&self, member: usize, manager: u32) -> i64 {
        let seeker = &self.seekers[member];
        let holder = &self.holders[manager as usize];
        let mut cost = 0;
        if seeker.current != NOBODY && seeker.current != manager {
            cost += self.continuity_cost;
        }
        if !holder.focus.contains(seeker.focus) {
            cost += self.focus_cost;
        }
        if !seeker.language.is_some_and(|language| holder.languages.contains(language)) {
            cost += self.interpreter_cost;
        }
        if seeker.visited
            && let Ok(at) = self.list(member).binary_search(&manager)
        {
            cost += i64::from(self.travel[seeker.start as usize + at]);
        }
        cost
    }
}

fn holder_of(m: &super::rows::CareManager, balance: u32, options: &Options) -> Holder {
    let quota =
        |cap: Option<u32>| cap.filter(|_| options.weekly_new).map_or(i32::MAX, |cap| clamp_to_i32(i64::from(cap)));
    Holder {
        free_points: clamp_to_i32(i64::from(m.max_points) - i64::from(m.base_points)),
        free_cases: clamp_to_i32(i64::from(m.max_cases) - i64::from(m.base_cases)),
        free_new: [quota(m.weekly_new_cap), quota(m.weekly_episode_cap)],
        load: LoadCost::new(m.max_points, balance),
        base_points: m.base_points,
        languages: m.languages,
        focus: m.focus,
    }
}

/// The list shared by everyone who differs from `first` only in soft ways; home visits aside.
fn desk_list(problem: &Problem, options: &Options, first: usize) -> Vec<u32> {
    if let Some(kept) = problem.kept_by(first, options.continuity) {
        return vec![as_u32(kept)];
    }
    let member = &problem.members()[first];
    let current = problem.current(first);
    let fits = |(j, manager): &(usize, &super::rows::CareManager)| {
        eligibility::desk_rules(member, manager, current == Some(*j)).is_empty()
    };
    problem.managers().iter().enumerate().filter(fits).map(|(j, _)| as_u32(j)).collect()
}

/// The part of a desk list that may visit this member at home, with the travel cost.
fn home_list(problem: &Problem, options: &Options, ix: usize, desk: &[u32]) -> Vec<(u32, u32)> {
    let member = &problem.members()[ix];
    let price = u64::from(problem.weights().travel_km_visit);
    let kept = problem.kept_by(ix, options.continuity).is_some();
    desk.iter()
        .filter_map(|j| {
            let manager = &problem.managers()[*j as usize];
            (kept || eligibility::can_visit(member, manager)).then(|| {
                let cost = price * super::cost::travel_km_visits(member, manager);
                (*j, u32::try_from(cost).unwrap_or(u32::MAX))
            })
        })
        .collect()
}

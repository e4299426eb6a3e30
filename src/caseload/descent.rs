//! Owns the last, exact pass: it ends only when no free place, no single swap that raises the
//! upper levels, and (within its budget) no relocation or exchange that lowers W is left. Refuses
//! randomness.

use super::pool::{NOBODY, Pool};
use super::rows::KINDS;
use super::start::cheapest_place;
use super::state::State;

/// Acuity points that exist, ascending.
const SIZES: [i32; 5] = [1, 2, 3, 5, 8];

/// Worth on levels 0 and 1 together: clocks outrank any value.
fn member_rank(pool: &Pool, member: usize) -> (bool, i32) {
    let seeker = &pool.seekers[member];
    (seeker.clock, seeker.value)
}

/// Makes the assignment locally optimal. `budget` bounds the pairs looked at for W (0 skips that
/// part); the conditions on free places and Z1 swaps are always met.
pub fn polish(pool: &Pool, state: &mut State, mut budget: u64) {
    let mut chain_budget = budget / 8;
    raise(pool, state);
    loop {
        let moved = relocate_members(pool, state, &mut budget);
        let exchanged = exchange_pairs(pool, state, &mut budget);
        let replaced = replace_equals(pool, state, &mut budget);
        let chained = raise_by_chain(pool, state, &mut chain_budget);
        if !moved && !exchanged && !replaced && !chained {
            return;
        }
        // Each change lowered W at equal worth and may have opened a place: the loop ends because
        // (clocks, Z1, −W) only ever rises.
        raise(pool, state);
    }
}

/// Inserts and swaps until neither is possible; each raises (clocks, Z1).
pub fn raise(pool: &Pool, state: &mut State) {
    let mut low = Lowest::new(pool, state);
    let capped = pool.has_quotas();
    loop {
        let mut changed = false;
        let mut queue = state.waiting.clone();
        // Members of one group have the same choices, so once the best of them fails, all fail.
        let group = |ix: u32| {
            let seeker = &pool.seekers[ix as usize];
            (
                pool.list_id(ix as usize),
                seeker.points,
                if capped { (seeker.current, seeker.kind()) } else { (NOBODY, 0) },
            )
        };
        queue.sort_by_key(|ix| (group(*ix), std::cmp::Reverse(member_rank(pool, *ix as usize)), *ix));
        let mut failed = None;
        for ix in queue {
            if failed == Some(group(ix)) {
                continue;
            }
            if raise_one(pool, state, &mut low, ix as usize) {
                changed = true;
            } else {
                failed = Some(group(ix));
            }
        }
        if !changed {
            return;
        }
    }
}

fn raise_one(pool: &Pool, state: &mut State, low: &mut Lowest, member: usize) -> bool {
    if let Some((manager, _)) = cheapest_place(pool, state, member) {
        state.put(pool, member, manager);
        low.refresh(pool, state, manager);
        return true;
    }
    let mine = member_rank(pool, member);
    let mut best: Option<((bool, i32), u32, u32)> = None;
    for j in pool.list(member) {
        for leaver in low.of(*j) {
            let theirs = member_rank(pool, leaver as usize);
            if theirs < mine
                && best.is_none_or(|found| (theirs, *j, leaver) < found)
                && state.fits_without(pool, member, *j, leaver as usize)
            {
                best = Some((theirs, *j, leaver));
            }
        }
    }
    let Some((_, manager, leaver)) = best else {
        return false;
    };
    // The one who leaves takes any free place before falling to the waiting list.
    state.put(pool, leaver as usize, NOBODY);
    state.put(pool, member, manager);
    low.refresh(pool, state, manager);
    if let Some((refuge, _)) = cheapest_place(pool, state, leaver as usize) {
        state.put(pool, leaver as usize, refuge);
        low.refresh(pool, state, refuge);
    }
    true
}

/// Places of [`Lowest`]: five sizes, new or current, by kind.
const CELLS: usize = 10 * KINDS;

/// Per manager, the movable member of lowest worth for each acuity, newness and kind.
struct Lowest {
    cells: Vec<[u32; CELLS]>,
}

impl Lowest {
    fn new(pool: &Pool, state: &State) -> Self {
        let mut low = Self { cells: vec![[NOBODY; CELLS]; state.held.len()] };
        for j in 0..state.held.len() {
            low.refresh(pool, state, u32::try_from(j).unwrap_or(NOBODY));
        }
        low
    }

    fn refresh(&mut self, pool: &Pool, state: &State, manager: u32) {
        let mut cells = [NOBODY; CELLS];
        for ix in &state.held[manager as usize] {
            let seeker = &pool.seekers[*ix as usize];
            let size = SIZES.iter().position(|size| *size == seeker.points).unwrap_or(0);
            // Someone new frees a place under the weekly cap, someone current does not.
            let cell = &mut cells[10 * seeker.kind() + 2 * size + usize::from(seeker.current == manager)];
            if *cell == NOBODY || (member_rank(pool, *ix as usize), *ix) < (member_rank(pool, *cell as usize), *cell) {
                *cell = *ix;
            }
        }
        self.cells[manager as usize] = cells;
    }

    fn of(&self, manager: u32) -> impl Iterator<Item = u32> {
        self.cells[manager as usize].into_iter().filter(|ix| *ix != NOBODY)
    }
}

/// Pays for looking at `cost` pairs; `false` when the budget no longer holds them.
fn pay_budget(budget: &mut u64, cost: u64) -> bool {
    let enough = cost <= *budget;
    *budget = budget.saturating_sub(cost);
    enough
}

/// Moves single members while W falls.
fn relocate_members(pool: &Pool, state: &mut State, budget: &mut u64) -> bool {
    let mut any = false;
    for ix in 0..state.at.len() {
        let from = state.at[ix];
        if from == NOBODY || state.fixed[ix] {
            continue;
        }
        if !pay_budget(budget, pool.list(ix).len() as u64) {
            return any;
        }
        let points = pool.seekers[ix].points;
        let leave = -pool.pair_cost(ix, from) + state.load_change(pool, from, -points);
        let best = cheapest_place_but(pool, state, ix, from);
        if let Some((to, cost)) = best
            && leave + cost < 0
        {
            state.put(pool, ix, to);
            any = true;
        }
    }
    any
}

fn cheapest_place_but(pool: &Pool, state: &State, member: usize, not: u32) -> Option<(u32, i64)> {
    let points = pool.seekers[member].points;
    let free = pool.list(member).iter().copied().filter(|j| *j != not && state.fits(pool, member, *j));
    free.map(|j| (j, pool.pair_cost(member, j) + state.load_change(pool, j, points)))
        .min_by_key(|(j, cost)| (*cost, *j))
}

/// Exchanges pairs while W falls, each member looked at once per call.
fn exchange_pairs(pool: &Pool, state: &mut State, budget: &mut u64) -> bool {
    let mut any = false;
    for ix in 0..state.at.len() {
        let from = state.at[ix];
        if from == NOBODY || state.fixed[ix] {
            continue;
        }
        let looked: u64 = pool.list(ix).iter().map(|j| state.held[*j as usize].len() as u64).sum();
        if !pay_budget(budget, looked) {
            return any;
        }
        let mut best: Option<(i64, u32)> = None;
        for to in pool.list(ix).iter().filter(|to| **to != from) {
            for other in &state.held[*to as usize] {
                let change = exchange_change(pool, state, ix, *other as usize);
                if let Some(change) = change
                    && change < 0
                    && best.is_none_or(|found| (change, *other) < found)
                {
                    best = Some((change, *other));
                }
            }
        }
        if let Some((_, other)) = best {
            let to = state.at[other as usize];
            state.put(pool, ix, NOBODY);
            state.put(pool, other as usize, from);
            state.put(pool, ix, to);
            any = true;
        }
    }
    any
}

/// Change of W when two served members exchange managers; `None` when a rule forbids it.
fn exchange_change(pool: &Pool, state: &State, one: usize, other: usize) -> Option<i64> {
    let (from, to) = (state.at[one], state.at[other]);
    if !pool.may(other, from)
        || !state.fits_without(pool, one, to, other)
        || !state.fits_without(pool, other, from, one)
    {
        return None;
    }
    let grow = pool.seekers[one].points - pool.seekers[other].points;
    Some(
        pool.pair_cost(one, to) + pool.pair_cost(other, from) - pool.pair_cost(one, from) - pool.pair_cost(other, to)
            + state.load_change(pool, to, grow)
            + state.load_change(pool, from, -grow),
    )
}

/// Places someone who waits where a served member can be pushed on: to a free place, or into that of a third person of
/// lower worth, who waits instead; each raises (clocks, Z1).
fn raise_by_chain(pool: &Pool, state: &mut State, budget: &mut u64) -> bool {
    let mut low = Lowest::new(pool, state);
    let mut queue = state.waiting.clone();
    queue.sort_by_key(|ix| (std::cmp::Reverse(member_rank(pool, *ix as usize)), *ix));
    let mut any = false;
    for ix in queue {
        if let Some(chain) = find_chain(pool, state, &low, ix as usize, budget) {
            if let Some(leaver) = chain.leaver {
                state.put(pool, leaver as usize, NOBODY);
            }
            state.put(pool, chain.pushed as usize, NOBODY);
            state.put(pool, chain.pushed as usize, chain.onto);
            state.put(pool, ix as usize, chain.place);
            low.refresh(pool, state, chain.onto);
            low.refresh(pool, state, chain.place);
            any = true;
        }
        if *budget == 0 {
            return any;
        }
    }
    any
}

/// Somebody takes `place`, whose `pushed` goes on to `onto`, where `leaver` gives way.
struct Chain {
    place: u32,
    pushed: u32,
    onto: u32,
    /// Nobody when there is room.
    leaver: Option<u32>,
}

/// The first chain that serves the member, as far as the budget goes.
fn find_chain(pool: &Pool, state: &State, low: &Lowest, member: usize, budget: &mut u64) -> Option<Chain> {
    let mine = member_rank(pool, member);
    for place in pool.list(member).iter().copied() {
        for pushed in state.held[place as usize].iter().copied() {
            if !state.fits_without(pool, member, place, pushed as usize) {
                continue;
            }
            if !pay_budget(budget, pool.list(pushed as usize).len() as u64) {
                return None;
            }
            for onto in pool.list(pushed as usize).iter().copied().filter(|j| *j != place) {
                let gives_way = |leaver: &u32| {
                    member_rank(pool, *leaver as usize) < mine
                        && state.fits_without(pool, pushed as usize, onto, *leaver as usize)
                };
                let leaver = low.of(onto).find(gives_way);
                if leaver.is_some() || state.fits(pool, pushed as usize, onto) {
                    let leaver = leaver.filter(|_| !state.fits(pool, pushed as usize, onto));
                    return Some(Chain { place, pushed, onto, leaver });
                }
            }
        }
    }
    None
}

/// Replaces someone served by someone of equal worth who waits, when W falls.
fn replace_equals(pool: &Pool, state: &mut State, budget: &mut u64) -> bool {
    let mut any = false;
    let mut queue = state.waiting.clone();
    queue.sort_unstable();
    for ix in queue {
        let member = ix as usize;
        let looked: u64 = pool.list(member).iter().map(|j| state.held[*j as usize].len() as u64).sum();
        if !pay_budget(budget, looked) {
            return any;
        }
        let mut best: Option<(i64, u32, u32)> = None;
        for j in pool.list(member) {
            for leaver in state.held[*j as usize].iter().copied() {
                let other = leaver as usize;
                if member_rank(pool, other) != member_rank(pool, member) || !state.fits_without(pool, member, *j, other)
                {
                    continue;
                }
                let grow = pool.seekers[member].points - pool.seekers[other].points;
                let change = pool.pair_cost(member, *j) - pool.pair_cost(other, *j) + state.load_change(pool, *j, grow);
                if change < 0 && best.is_none_or(|found| (change, *j, leaver) < found) {
                    best = Some((change, *j, leaver));
                }
            }
        }
        if let Some((_, manager, leaver)) = best {
            state.put(pool, leaver as usize, NOBODY);
            state.put(pool, member, manager);
            any = true;
        }
    }
    any
}

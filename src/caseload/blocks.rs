//! Owns the search of large instances in blocks of managers, side by side. Refuses to decide moves;
//! each block is an ordinary small search.
//!
//! A block holds about a hundred managers who can serve the same people, everyone with them, and a
//! share of those who wait. Blocks fit in cache and share nothing, so the result does not depend on
//! threads. After each round managers are dealt anew, so that people cross between blocks; the
//! temperature falls through the rounds as it would through one search.

use rayon::prelude::*;

use super::anneal::{Schedule, anneal, root_of};
use super::bound::Price;
use super::descent::raise;
use super::pool::{NOBODY, Pool};
use super::state::State;
use crate::domain::random::Xoshiro256 as Random;

/// Up to this many managers are searched as one block.
const ONE_BLOCK: usize = 128;
/// Managers in a block of a larger instance.
const BLOCK: usize = 96;
/// Rounds of dealing.
const ROUNDS: u32 = 40;

/// Searches of an instance of one block.
const RUNS: u64 = 2;
/// Members up to which an instance gets more, shorter searches.
const SMALL: usize = 1000;
/// Their number.
const RUNS_WHEN_SMALL: u64 = 4;

/// Share of the prices each run charges.
const TRUST: [f64; 4] = [1.0, 0.5, 0.0, 0.8];

/// Runs the whole schedule on the state.
pub fn search(pool: &Pool, state: &mut State, prices: &[Price], plan: Schedule, seed: u64) {
    if pool.holders.len() <= ONE_BLOCK {
        best_of_runs(pool, state, prices, plan, seed);
        return;
    }
    let movable = state.movable(pool);
    if movable.is_empty() || plan.steps == 0 {
        return;
    }
    let cooling = root_of(plan.cold / plan.hot, u64::from(ROUNDS));
    let mut hot = plan.hot;
    let share = |round: u32| plan.toll.0 + (plan.toll.1 - plan.toll.0) * f64::from(round) / f64::from(ROUNDS);
    for round in 0..ROUNDS {
        let part = Schedule { hot, cold: hot * cooling, toll: (share(round), share(round + 1)), ..plan };
        let mut random = Random::new(seed, u64::from(round) << 32);
        let blocks = deal_blocks(pool, state, &movable, &mut random);
        let results: Vec<Vec<(u32, u32)>> = blocks
            .par_iter()
            .enumerate()
            .map(|(b, block)| {
                let people = block.members.len() as u128;
                let steps = u128::from(plan.steps) * people / (movable.len() as u128 * u128::from(ROUNDS));
                let part = Schedule { steps: u64::try_from(steps).unwrap_or(u64::MAX), ..part };
                let stream = (u64::from(round) << 32) + b as u64 + 1;
                run_block(pool, state, prices, block, part, Random::new(seed, stream))
            })
            .collect();
        apply_results(pool, state, &results);
        hot *= cooling;
    }
}

/// Shares the budget among independent searches and keeps the best, the earliest among equals: a
/// small instance can freeze in a wrong corner, rarely in the same one twice.
fn best_of_runs(pool: &Pool, state: &mut State, prices: &[Price], plan: Schedule, seed: u64) {
    if plan.steps == 0 {
        return;
    }
    let runs = if pool.seekers.len() <= SMALL { RUNS_WHEN_SMALL } else { RUNS };
    let plan = Schedule { steps: plan.steps.div_ceil(runs), ..plan };
    let ended: Vec<State> = (0..runs)
        .into_par_iter()
        .map(|run| {
            let mut own = state.clone();
            // Prices mislead where a handful of people decide, so the runs trust them ever less.
            let trust = TRUST[usize::try_from(run).unwrap_or(0) % TRUST.len()];
            let plan = Schedule { toll: (plan.toll.0 * trust, plan.toll.1 * trust), ..plan };
            anneal(pool, &mut own, prices, plan, Random::new(seed, run));
            raise(pool, &mut own);
            own
        })
        .collect();
    let mut best = None;
    for own in ended {
        let score = own.score(pool);
        if best.is_none_or(|found| score.beats(found)) {
            best = Some(score);
            *state = own;
        }
    }
}

struct Block {
    managers: Vec<u32>,
    members: Vec<u32>,
}

/// Deals managers into blocks around randomly chosen members' lists, then people to their manager's
/// block; those who wait go to the block of one manager on their list.
fn deal_blocks(pool: &Pool, state: &State, movable: &[u32], random: &mut Random) -> Vec<Block> {
    const NONE: u32 = u32::MAX;
    let mut block_of = vec![NONE; pool.holders.len()];
    let mut blocks: Vec<Vec<u32>> = vec![Vec::new()];
    // Eight draws per manager reach nearly all; the rest are dealt in order below.
    let mut chosen: Vec<u32> = Vec::new();
    for _ in 0..pool.holders.len() * 8 / BLOCK + 64 {
        chosen.clear();
        let list = pool.list(movable[random.below(movable.len())] as usize);
        chosen.extend(list.iter().copied().filter(|j| block_of[*j as usize] == NONE));
        for place in (1..chosen.len()).rev() {
            chosen.swap(place, random.below(place + 1));
        }
        for j in &chosen {
            add_manager(&mut blocks, &mut block_of, *j);
            if blocks.last().is_some_and(Vec::is_empty) {
                break;
            }
        }
    }
    let rest: Vec<u32> = (0_u32..).zip(&block_of).filter(|(_, b)| **b == NONE).map(|(j, _)| j).collect();
    for j in rest {
        add_manager(&mut blocks, &mut block_of, j);
    }
    let mut blocks: Vec<Block> = blocks
        .into_iter()
        .map(|mut managers| {
            managers.sort_unstable();
            Block { managers, members: Vec::new() }
        })
        .collect();
    for ix in movable {
        let at = state.at[*ix as usize];
        let list = pool.list(*ix as usize);
        let manager = if at == NOBODY { list[random.below(list.len())] } else { at };
        blocks[block_of[manager as usize] as usize].members.push(*ix);
    }
    blocks
}

/// Adds a manager to the last block and opens a new one when it is full.
fn add_manager(blocks: &mut Vec<Vec<u32>>, block_of: &mut [u32], manager: u32) {
    let last = blocks.len() - 1;
    block_of[manager as usize] = u32::try_from(last).unwrap_or(NOBODY);
    blocks[last].push(manager);
    if blocks[last].len() == BLOCK {
        blocks.push(Vec::new());
    }
}

/// Searches one block and returns where each of its people ended.
fn run_block(
    pool: &Pool,
    state: &State,
    prices: &[Price],
    block: &Block,
    plan: Schedule,
    random: Random,
) -> Vec<(u32, u32)> {
    let mut small = pool.restricted(&block.managers, &block.members);
    for (holder, j) in small.holders.iter_mut().zip(&block.managers) {
        // What the people of this block occupy is theirs to give away.
        let load = state.load[*j as usize];
        let mut room = load;
        for ix in &state.held[*j as usize] {
            let seeker = &pool.seekers[*ix as usize];
            room.points += seeker.points;
            room.carried -= seeker.points;
            room.cases += 1;
            room.new_left[seeker.kind()] += i32::from(seeker.current != *j);
        }
        holder.free_points = room.points;
        holder.free_cases = room.cases;
        holder.free_new = room.new_left;
        holder.base_points = u32::try_from(room.carried).unwrap_or(0);
    }
    let local = |j: u32| block.managers.binary_search(&j).ok().and_then(|at| u32::try_from(at).ok());
    let mut inner = State::new(&small);
    for (ix, member) in block.members.iter().enumerate() {
        if let Some(at) = local(state.at[*member as usize]) {
            inner.put(&small, ix, at);
        }
    }
    let prices: Vec<Price> = block.managers.iter().map(|j| prices[*j as usize]).collect();
    anneal(&small, &mut inner, &prices, plan, random);
    let place = |at: &u32| block.managers.get(*at as usize).copied().unwrap_or(NOBODY);
    block.members.iter().copied().zip(inner.at.iter().map(place)).collect()
}

/// Carries the results over: everyone who changed leaves first, then arrives.
fn apply_results(pool: &Pool, state: &mut State, results: &[Vec<(u32, u32)>]) {
    let changed: Vec<(u32, u32)> =
        results.iter().flatten().copied().filter(|(ix, to)| state.at[*ix as usize] != *to).collect();
    for (ix, _) in &changed {
        if state.at[*ix as usize] != NOBODY {
            state.put(pool, *ix as usize, NOBODY);
        }
    }
    for (ix, to) in changed {
        if to != NOBODY {
            state.put(pool, ix as usize, to);
        }
    }
}

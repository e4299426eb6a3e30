//! Owns the first assignment: pins, protected members, then everyone by worth to the cheapest free
//! place. Refuses to undo anything; improving is the search's work.

use super::options::Options;
use super::pool::{NOBODY, Pool};
use super::problem::Problem;
use super::state::State;

/// Builds a feasible first assignment and says which members are fixed by `protect`.
#[must_use]
pub fn first_assignment(problem: &Problem, options: &Options, pool: &Pool) -> (State, Vec<bool>) {
    let mut state = State::new(pool);
    for (ix, member) in problem.members().iter().enumerate().filter(|(_, m)| m.pinned) {
        if let Some(manager) = problem.current(ix) {
            debug_assert!(pool.may(ix, as_id(manager)), "{}", member.source_row);
            state.fix(pool, ix, as_id(manager));
        }
    }
    let kept = keep_engaged(problem, options, pool, &mut state);
    fill_places(pool, &mut state);
    (state, kept)
}

fn as_id(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NOBODY)
}

/// Keeps every member whom the policy leaves with the current manager, above the limits too: such a manager takes
/// nobody else.
fn keep_engaged(problem: &Problem, options: &Options, pool: &Pool, state: &mut State) -> Vec<bool> {
    let members = problem.members();
    let mut kept = vec![false; members.len()];
    for ix in (0..members.len()).filter(|ix| !members[*ix].pinned) {
        if let Some(manager) = problem.kept_by(ix, options.continuity) {
            state.fix(pool, ix, as_id(manager));
            kept[ix] = true;
        }
    }
    kept
}

/// Gives every waiting member, the most worth first, the cheapest free place.
pub fn fill_places(pool: &Pool, state: &mut State) {
    let mut queue = state.waiting.clone();
    queue.sort_by_key(|ix| {
        let seeker = &pool.seekers[*ix as usize];
        // Density before total: per point, a place is best spent on high priority.
        (!seeker.clock, std::cmp::Reverse(seeker.value / seeker.points), std::cmp::Reverse(seeker.value), *ix)
    });
    for ix in queue {
        if let Some((manager, _)) = cheapest_place(pool, state, ix as usize) {
            state.put(pool, ix as usize, manager);
        }
    }
}

/// The free place that costs least, ties to the lowest manager.
#[must_use]
pub fn cheapest_place(pool: &Pool, state: &State, member: usize) -> Option<(u32, i64)> {
    let points = pool.seekers[member].points;
    let free = pool.list(member).iter().copied().filter(|j| state.fits(pool, member, *j));
    free.map(|j| (j, pool.pair_cost(member, j) + state.load_change(pool, j, points)))
        .min_by_key(|(j, cost)| (*cost, *j))
}

//! Owns a growing assignment: who is where, what each manager has left, and moves in constant
//! time. Refuses to decide which move is good.

use super::pool::{NOBODY, Pool};
use super::rows::KINDS;

/// What one manager carries and has left.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Points left.
    pub points: i32,
    /// Cases left.
    pub cases: i32,
    /// New cases and new episodes left this week, by [`Seeker::kind`](super::pool::Seeker::kind).
    pub new_left: [i32; KINDS],
    /// Points carried, base included.
    pub carried: i32,
}

/// An assignment that never breaks a hard rule.
#[derive(Debug, Clone)]
pub struct State {
    /// Manager per member, or [`NOBODY`].
    pub at: Vec<u32>,
    /// Load per manager.
    pub load: Vec<Load>,
    /// Movable members per manager, in no particular but reproducible order.
    pub held: Vec<Vec<u32>>,
    /// Movable members with at least one possible manager and nobody now.
    pub waiting: Vec<u32>,
    /// Members who stay where they are.
    pub fixed: Vec<bool>,
    /// Place in `held[at]` or in `waiting`.
    place: Vec<u32>,
}

impl State {
    /// Nobody is assigned yet.
    #[must_use]
    pub fn new(pool: &Pool) -> Self {
        let n = pool.seekers.len();
        let load = pool
            .holders
            .iter()
            .map(|h| Load {
                points: h.free_points,
                cases: h.free_cases,
                new_left: h.free_new,
                carried: i32::try_from(h.base_points).unwrap_or(i32::MAX),
            })
            .collect();
        let mut state = Self {
            at: vec![NOBODY; n],
            load,
            held: vec![Vec::new(); pool.holders.len()],
            waiting: Vec::new(),
            fixed: vec![false; n],
            place: vec![0; n],
        };
        for ix in 0..n {
            if !pool.list(ix).is_empty() {
                state.place[ix] = as_index(state.waiting.len());
                state.waiting.push(as_index(ix));
            }
        }
        state
    }

    /// Members the search may move.
    #[must_use]
    pub fn movable(&self, pool: &Pool) -> Vec<u32> {
        let free = |ix: &usize| !self.fixed[*ix] && !pool.list(*ix).is_empty();
        (0..self.at.len()).filter(free).map(as_index).collect()
    }

    /// 1 when the manager would be a new one for the member, else 0.
    #[inline]
    fn newness(pool: &Pool, member: usize, manager: u32) -> i32 {
        i32::from(pool.seekers[member].current != manager)
    }

    /// Whether the member fits beside everyone else.
    #[inline]
    #[must_use]
    pub fn fits(&self, pool: &Pool, member: usize, manager: u32) -> bool {
        let load = &self.load[manager as usize];
        load.points >= pool.seekers[member].points
            && load.cases >= 1
            && load.new_left[pool.seekers[member].kind()] >= Self::newness(pool, member, manager)
    }

    /// Whether `member` fits once `leaver`, who is with that manager, has gone.
    #[inline]
    #[must_use]
    pub fn fits_without(&self, pool: &Pool, member: usize, manager: u32, leaver: usize) -> bool {
        let load = &self.load[manager as usize];
        let (coming, going) = (&pool.seekers[member], &pool.seekers[leaver]);
        let given_back = if coming.kind() == going.kind() { Self::newness(pool, leaver, manager) } else { 0 };
        load.points + going.points >= coming.points
            && load.cases >= 0
            && load.new_left[coming.kind()] + given_back >= Self::newness(pool, member, manager)
    }

    /// Cost change of the manager's load when it grows by `points` (negative: shrinks).
    #[inline]
    #[must_use]
    pub fn load_change(&self, pool: &Pool, manager: u32, points: i32) -> i64 {
        let carried = self.load[manager as usize].carried;
        let cost = &pool.holders[manager as usize].load;
        cost.at(carried + points) - cost.at(carried)
    }

    /// Takes the member off the manager or the waiting list and puts them with `to` (or [`NOBODY`]).
    /// The caller has checked the fit.
    pub fn put(&mut self, pool: &Pool, member: usize, to: u32) {
        let from = self.at[member];
        let list = if from == NOBODY { &mut self.waiting } else { &mut self.held[from as usize] };
        let place = self.place[member] as usize;
        list.swap_remove(place);
        if let Some(moved) = list.get(place) {
            self.place[*moved as usize] = as_index(place);
        }
        self.weigh(pool, member, from, 1);
        self.weigh(pool, member, to, -1);
        let list = if to == NOBODY { &mut self.waiting } else { &mut self.held[to as usize] };
        self.place[member] = as_index(list.len());
        list.push(as_index(member));
        self.at[member] = to;
    }

    /// Puts the member with `to` for good: the search never moves them again.
    pub fn fix(&mut self, pool: &Pool, member: usize, to: u32) {
        self.put(pool, member, to);
        self.held[to as usize].pop();
        self.fixed[member] = true;
    }

    #[inline]
    fn weigh(&mut self, pool: &Pool, member: usize, manager: u32, sign: i32) {
        if manager == NOBODY {
            return;
        }
        let points = pool.seekers[member].points;
        let newness = Self::newness(pool, member, manager);
        let load = &mut self.load[manager as usize];
        load.points += sign * points;
        load.carried -= sign * points;
        load.cases += sign;
        load.new_left[pool.seekers[member].kind()] += sign * newness;
    }

    /// (open clocks placed, Z1, W) of everyone assigned.
    #[must_use]
    pub fn score(&self, pool: &Pool) -> Score {
        let mut score = Score { clocks: 0, z1: 0, w: 0 };
        for (ix, manager) in self.at.iter().enumerate().filter(|(_, manager)| **manager != NOBODY) {
            score.clocks += i64::from(pool.seekers[ix].clock);
            score.z1 += i64::from(pool.seekers[ix].value);
            score.w += pool.pair_cost(ix, *manager);
        }
        for (holder, load) in pool.holders.iter().zip(&self.load) {
            score.w += holder.load.at(load.carried);
        }
        score
    }
}

/// The three levels of the objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// Level 0, higher is better; 0 when clocks do not come first.
    pub clocks: i64,
    /// Level 1, higher is better.
    pub z1: i64,
    /// Level 2, lower is better.
    pub w: i64,
}

impl Score {
    /// Lexicographic comparison.
    #[must_use]
    pub fn beats(self, other: Self) -> bool {
        (self.clocks, self.z1, -self.w) > (other.clocks, other.z1, -other.w)
    }
}

/// A member or list index; the problem has refused anything beyond 32 bits.
#[inline]
fn as_index(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

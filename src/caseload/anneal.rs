//! Owns the neighbourhood search: cooled random moves within a budget of steps. Refuses to read a
//! clock, to break a hard rule, or to touch a fixed member.

use super::bound::Price;
use super::pool::{NOBODY, Pool};
use super::state::State;
use crate::domain::random::Xoshiro256 as Random;

/// How one search runs.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// Steps to try.
    pub steps: u64,
    /// First temperature, in units of W.
    pub hot: f64,
    /// Last temperature, in units of W.
    pub cold: f64,
    /// What one unit of Z1 weighs against one unit of W.
    pub z1_price: i64,
    /// What one open clock weighs, in units of Z1.
    pub clock_price: i64,
    /// Share of the prices charged at the first and at the last step.
    pub toll: (f64, f64),
}

/// Steps between two temperatures.
const BATCH: u64 = 512;

/// Most members one arrival may push out: eight single points for one of eight.
const MOST_LEAVERS: usize = 8;

struct Search<'a> {
    pool: &'a Pool,
    state: &'a mut State,
    random: Random,
    temperature: f64,
    plan: Schedule,
    prices: &'a [Price],
    /// Present price of a point and of a case per manager, in units of W.
    toll: Vec<(i64, i64)>,
}

/// Walks `plan.steps` moves from the given state, which keeps the last (cold) assignment.
pub fn anneal(pool: &Pool, state: &mut State, prices: &[Price], plan: Schedule, random: Random) {
    let movable = state.movable(pool);
    if movable.is_empty() || plan.steps == 0 {
        return;
    }
    let batches = plan.steps.div_ceil(BATCH);
    let cooling = root_of(plan.cold / plan.hot, batches);
    let mut search =
        Search { pool, state, random, temperature: plan.hot, plan, prices, toll: vec![(0, 0); prices.len()] };
    let lull = (prices.len() as u64 / 16).max(1);
    for batch in 0..batches {
        if batch % lull == 0 {
            #[allow(clippy::cast_precision_loss)] // budgets are far below 2^52
            let progress = batch as f64 / batches as f64;
            search.set_toll(plan.toll.0 + (plan.toll.1 - plan.toll.0) * progress);
        }
        for _ in 0..BATCH {
            search.step(&movable);
        }
        search.temperature *= cooling;
    }
}

/// `ratio^(1/n)` by halving, for a ratio in 0..1: plain arithmetic, so that every machine cools alike.
#[must_use]
pub fn root_of(ratio: f64, n: u64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if raise_power(middle, n) < ratio {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

fn raise_power(mut base: f64, mut n: u64) -> f64 {
    let mut result = 1.0;
    while n > 0 {
        if n & 1 == 1 {
            result *= base;
        }
        base *= base;
        n >>= 1;
    }
    result
}

impl Search<'_> {
    #[inline]
    fn worth(&self, member: usize) -> i64 {
        let seeker = &self.pool.seekers[member];
        let value = i64::from(seeker.value) + if seeker.clock { self.plan.clock_price } else { 0 };
        value * self.plan.z1_price
    }

    /// Charges the prices of scarce room in full at first and not at all in the end. While the toll
    /// stands, giving up a place costs only what the place is not worth to others, so the search
    /// walks through assignments with gaps; when it has gone, the objective is the plain one.
    fn set_toll(&mut self, left: f64) {
        #[allow(clippy::cast_precision_loss)] // a handful of bits
        let scale = left * self.plan.z1_price as f64;
        #[allow(clippy::cast_possible_truncation)] // prices are clamped far below 2^53
        let units = |price: f64| (scale * price.min(1e6)) as i64;
        for (toll, price) in self.toll.iter_mut().zip(self.prices) {
            *toll = (units(price.point), units(price.case));
        }
    }

    /// Cost of the pair with the toll on the room it takes.
    #[inline]
    fn pair(&self, member: usize, manager: u32) -> i64 {
        let (point, case) = self.toll[manager as usize];
        self.pool.pair_cost(member, manager) + point * i64::from(self.pool.seekers[member].points) + case
    }

    /// Whether a change of this gain is taken at the present temperature.
    #[inline]
    fn takes(&mut self, gain: i64) -> bool {
        if gain >= 0 {
            return true;
        }
        #[allow(clippy::cast_precision_loss)] // a gain is far below 2^52
        let loss = -gain as f64;
        loss < self.temperature * self.random.exponential()
    }

    #[inline]
    fn step(&mut self, movable: &[u32]) {
        let waiting = self.state.waiting.len();
        let bits = self.random.bits();
        // A quarter of the steps look at someone who waits, as long as anyone does.
        let member = if waiting > 0 && bits.trailing_zeros() >= 2 {
            self.state.waiting[self.random.below(waiting)] as usize
        } else {
            movable[self.random.below(movable.len())] as usize
        };
        let list = self.pool.list(member);
        let to = list[self.random.below(list.len())];
        let from = self.state.at[member];
        if from == to {
            return;
        }
        if from == NOBODY {
            self.admit(member, to);
        } else {
            self.shift(member, from, to);
        }
    }

    /// Someone who waits asks for a place: a free one, one left by a shift, or one taken.
    #[inline]
    fn admit(&mut self, member: usize, to: u32) {
        let pool = self.pool;
        let points = pool.seekers[member].points;
        let base = self.worth(member) - self.pair(member, to);
        if self.state.fits(pool, member, to) {
            let gain = base - self.state.load_change(pool, to, points);
            if self.takes(gain) {
                self.state.put(pool, member, to);
            }
            return;
        }
        let Some(leaver) = self.someone(to) else {
            return;
        };
        if !self.state.fits_without(pool, member, to, leaver) {
            self.clear_way(member, to);
            return;
        }
        let away = pool.seekers[leaver].points;
        let base = base + self.pair(leaver, to) - self.state.load_change(pool, to, points - away);
        let list = pool.list(leaver);
        let refuge = list[self.random.below(list.len())];
        if refuge != to && self.state.fits(pool, leaver, refuge) {
            let gain = base - self.pair(leaver, refuge) - self.state.load_change(pool, refuge, away);
            if self.takes(gain) {
                self.state.put(pool, leaver, refuge);
                self.state.put(pool, member, to);
            }
            return;
        }
        let gain = base - self.worth(leaver);
        if self.takes(gain) {
            self.state.put(pool, leaver, NOBODY);
            self.state.put(pool, member, to);
        }
    }

    /// Someone served moves, alone, in exchange, or by pushing a third person on.
    #[inline]
    fn shift(&mut self, member: usize, from: u32, to: u32) {
        let pool = self.pool;
        let points = pool.seekers[member].points;
        let base = self.pair(member, from) - self.pair(member, to);
        if self.state.fits(pool, member, to) {
            let gain = base - self.state.load_change(pool, to, points) - self.state.load_change(pool, from, -points);
            if self.takes(gain) {
                self.state.put(pool, member, to);
                return;
            }
        }
        let Some(other) = self.someone(to) else {
            return;
        };
        if !self.state.fits_without(pool, member, to, other) {
            self.clear_way(member, to);
            return;
        }
        let away = pool.seekers[other].points;
        let base = base + self.pair(other, to) - self.state.load_change(pool, to, points - away);
        if pool.may(other, from) && self.state.fits_without(pool, other, from, member) {
            let gain = base - self.pair(other, from) - self.state.load_change(pool, from, away - points);
            if self.takes(gain) {
                self.state.put(pool, member, NOBODY);
                self.state.put(pool, other, from);
                self.state.put(pool, member, to);
            }
            return;
        }
        let list = pool.list(other);
        let refuge = list[self.random.below(list.len())];
        if refuge != to && refuge != from && self.state.fits(pool, other, refuge) {
            let gain = base
                - self.pair(other, refuge)
                - self.state.load_change(pool, refuge, away)
                - self.state.load_change(pool, from, -points);
            if self.takes(gain) {
                self.state.put(pool, other, refuge);
                self.state.put(pool, member, to);
            }
        }
    }

    /// Several make room for one: each takes the place that was left, another free place, or waits.
    /// Tried on the state itself and taken back when the temperature refuses it.
    fn clear_way(&mut self, member: usize, to: u32) {
        let pool = self.pool;
        let from = self.state.at[member];
        let allowed = self.temperature * self.random.exponential();
        #[allow(clippy::cast_possible_truncation)] // temperatures stay far below 2^62
        let floor = -(allowed as i64);
        let mut gain = -self.pair(member, to);
        if from == NOBODY {
            gain += self.worth(member);
        } else {
            gain += self.pair(member, from) - self.state.load_change(pool, from, -pool.seekers[member].points);
            self.state.put(pool, member, NOBODY);
        }
        let mut journal = [0; MOST_LEAVERS];
        let mut left = 0;
        while left < MOST_LEAVERS && !self.state.fits(pool, member, to) {
            let Some(leaver) = self.someone(to) else {
                break;
            };
            journal[left] = leaver;
            left += 1;
            let points = pool.seekers[leaver].points;
            gain += self.pair(leaver, to) - self.state.load_change(pool, to, -points);
            let list = pool.list(leaver);
            let any = list[self.random.below(list.len())];
            let refuge = [from, any]
                .into_iter()
                .find(|j| *j != NOBODY && *j != to && pool.may(leaver, *j) && self.state.fits(pool, leaver, *j));
            if let Some(j) = refuge {
                gain -= self.pair(leaver, j) + self.state.load_change(pool, j, points);
                self.state.put(pool, leaver, j);
            } else {
                gain -= self.worth(leaver);
                self.state.put(pool, leaver, NOBODY);
            }
        }
        if self.state.fits(pool, member, to) {
            gain -= self.state.load_change(pool, to, pool.seekers[member].points);
            if gain >= floor {
                self.state.put(pool, member, to);
                return;
            }
        }
        for leaver in journal[..left].iter().rev() {
            self.state.put(pool, *leaver, to);
        }
        if from != NOBODY {
            self.state.put(pool, member, from);
        }
    }

    #[inline]
    fn someone(&mut self, manager: u32) -> Option<usize> {
        let held = &self.state.held[manager as usize];
        if held.is_empty() { None } else { Some(held[self.random.below(held.len())] as usize) }
    }
}

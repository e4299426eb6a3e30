//! Owns prices of scarce room and the upper bound they prove. Refuses to assign anyone.
//!
//! For any prices λ (per point), μ (per case), ν (per new case and per new episode), all at least 0, weak duality gives
//! `Z1 ≤ fixed + Σ_j (λ_j·points_j + μ_j·cases_j + ν_jk·new_jk) + Σ_i max(0, value_i − cheapest_i)`.
//! The search for good prices is floating point; the bound itself is recomputed in exact integers
//! from prices rounded to 1/1024, so it holds whatever the search did.

use rayon::prelude::*;

use super::pool::Pool;
use super::rows::KINDS;
use super::state::State;

/// Prices of one manager's room, in Z1 per point, per case and per new case.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Price {
    /// Per acuity point.
    pub point: f64,
    /// Per case.
    pub case: f64,
    /// Per new case and per new episode under the weekly quotas.
    pub new_case: [f64; KINDS],
}

impl Price {
    /// The price of a place; `new_kind` is the kind of somebody new, `None` for somebody who stays.
    fn of(&self, points: f64, new_kind: Option<usize>) -> f64 {
        self.point * points + self.case + new_kind.map_or(0.0, |kind| self.new_case[kind])
    }
}

/// Prices and what they prove.
#[derive(Debug, Clone)]
pub struct Bound {
    /// Upper limit of Z1 for any assignment that leaves the fixed members in place.
    pub z1: i64,
    /// The prices behind it, per manager.
    pub prices: Vec<Price>,
}

/// Members who differ only in value: same list, same acuity and, where quotas stand, same kind.
struct Group {
    list: u32,
    kind: usize,
    example: u32,
    points: i32,
    members: Vec<u32>,
    /// Their values, beside the ids so that a round reads them in order.
    values: Vec<f64>,
}

/// Points, cases and new places by kind that a manager has left.
type Left = (i64, i64, [i64; KINDS]);

/// Parts of the demand computed side by side.
const PARTS: usize = 16;

struct Market<'a> {
    pool: &'a Pool,
    groups: Vec<Group>,
    /// Room left by the fixed members.
    points: Vec<f64>,
    cases: Vec<f64>,
    new_cases: [Vec<f64>; KINDS],
    capped: bool,
    fixed_value: i64,
}

#[derive(Clone, Copy, Default)]
struct Use {
    points: f64,
    cases: f64,
    new_cases: [f64; KINDS],
}

/// Finds prices in `rounds` rounds of raising what is overbooked and lowering what is not, and
/// returns the lowest bound met. `start` holds the fixed members and a first guess of the others.
#[must_use]
pub fn price_room(pool: &Pool, start: &State, rounds: u32) -> Bound {
    let market = Market::new(pool, start);
    let mut prices = first_prices(pool, start);
    let mut best = Bound { z1: market.bound(&prices), prices: prices.clone() };
    for round in 0..rounds {
        let progress = f64::from(round) / f64::from(rounds.max(1));
        let left = (1.0 - progress) * (1.0 - progress);
        // Width of the blur, in Z1, and length of the step: both shrink so that the prices settle.
        let (blur, step) = (300.0 * left + 2.0, 60.0 * left + 0.2);
        let demand = market.demand(&prices, blur);
        market.adjust(&mut prices, &demand, step);
        // Early prices prove nothing worth the exact sum.
        if (round % 8 == 7 && 2 * round > rounds) || round + 1 == rounds {
            let z1 = market.bound(&prices);
            if z1 < best.z1 {
                best = Bound { z1, prices: prices.clone() };
            }
        }
    }
    best
}

/// A manager who is full in the first assignment asks, per point, what the least served member
/// there is worth; one with room asks nothing.
fn first_prices(pool: &Pool, start: &State) -> Vec<Price> {
    let ask = |(held, load): (&Vec<u32>, &super::state::Load)| {
        let worth = |ix: &u32| {
            let seeker = &pool.seekers[*ix as usize];
            f64::from(seeker.value) / f64::from(seeker.points)
        };
        let least = held.iter().map(worth).fold(f64::INFINITY, f64::min);
        let full = load.points < 2 || load.cases < 1;
        Price { point: if full && least.is_finite() { least } else { 0.0 }, ..Price::default() }
    };
    start.held.iter().zip(&start.load).map(ask).collect()
}

impl<'a> Market<'a> {
    fn new(pool: &'a Pool, start: &State) -> Self {
        let mut room: Vec<Left> = pool
            .holders
            .iter()
            .map(|h| (i64::from(h.free_points), i64::from(h.free_cases), h.free_new.map(i64::from)))
            .collect();
        let capped = pool.has_quotas();
        let mut fixed_value = 0;
        let mut keyed: Vec<(usize, i32, usize, u32)> = Vec::new();
        for (ix, seeker) in (0_u32..).zip(&pool.seekers) {
            let member = ix as usize;
            if start.fixed[member] {
                fixed_value += i64::from(seeker.value);
                let held = &mut room[start.at[member] as usize];
                held.0 -= i64::from(seeker.points);
                held.1 -= 1;
                held.2[seeker.kind()] -= i64::from(seeker.current != start.at[member]);
            } else if !pool.list(member).is_empty() {
                keyed.push((pool.list_id(member), seeker.points, if capped { seeker.kind() } else { 0 }, ix));
            }
        }
        keyed.sort_unstable();
        let mut groups: Vec<Group> = Vec::new();
        for (list, points, kind, ix) in keyed {
            let list = u32::try_from(list).unwrap_or(u32::MAX);
            let value = f64::from(pool.seekers[ix as usize].value);
            match groups.last_mut() {
                Some(group) if (group.list, group.points, group.kind) == (list, points, kind) => {
                    group.members.push(ix);
                    group.values.push(value);
                }
                _ => groups.push(Group { list, kind, example: ix, points, members: vec![ix], values: vec![value] }),
            }
        }
        #[allow(clippy::cast_precision_loss)] // capacities are below 2^32
        let take = |pick: &dyn Fn(&Left) -> i64| room.iter().map(|r| pick(r).max(0) as f64).collect();
        Self {
            pool,
            groups,
            points: take(&|r| r.0),
            cases: take(&|r| r.1),
            new_cases: std::array::from_fn(|kind| take(&|r| r.2[kind])),
            capped,
            fixed_value,
        }
    }

    /// Blurred demand at these prices: a group spreads over its cheapest places, and members near
    /// the margin count in part. Without the blur all of a group would jump together.
    fn demand(&self, prices: &[Price], blur: f64) -> Vec<Use> {
        // The split into parts depends on the instance only and parts are added in order, so the
        // sums are the same on any number of threads.
        let part = self.groups.len().div_ceil(PARTS).max(256);
        // Place costs per acuity, so that the scan of a list reads one number per manager.
        let of_kind = |kind: usize| -> Vec<Vec<f64>> {
            (0..=8).map(|points| prices.iter().map(|price| price.of(f64::from(points), Some(kind))).collect()).collect()
        };
        let cost: [Vec<Vec<f64>>; KINDS] = std::array::from_fn(of_kind);
        let parts: Vec<Vec<Use>> =
            self.groups.par_chunks(part).map(|groups| self.demand_of(groups, prices, &cost, blur)).collect();
        let mut demand = vec![Use::default(); prices.len()];
        for part in &parts {
            for (sum, one) in demand.iter_mut().zip(part) {
                sum.points += one.points;
                sum.cases += one.cases;
                for (all, part) in sum.new_cases.iter_mut().zip(one.new_cases) {
                    *all += part;
                }
            }
        }
        demand
    }

    fn demand_of(&self, groups: &[Group], prices: &[Price], costs: &[Vec<Vec<f64>>; KINDS], blur: f64) -> Vec<Use> {
        let mut demand = vec![Use::default(); prices.len()];
        let mut shares: Vec<(u32, f64)> = Vec::new();
        for group in groups {
            let list = self.pool.list(group.example as usize);
            let points = f64::from(group.points);
            let cost = &costs[group.kind][usize::try_from(group.points).unwrap_or(0).min(8)];
            let lowest = list.iter().map(|j| cost[*j as usize]).fold(f64::INFINITY, f64::min);
            shares.clear();
            let mut total = 0.0;
            for j in list {
                let above = cost[*j as usize] - lowest;
                if above < blur {
                    let near = 1.0 - above / blur;
                    // Room weights the share: a big panel takes more of a group than a small one.
                    let share = near * near * (self.points[*j as usize] + 0.01);
                    total += share;
                    shares.push((*j, share));
                }
            }
            let mut people = 0.0;
            for (ix, value) in group.members.iter().zip(&group.values) {
                let part = (0.5 + (value - lowest) / (2.0 * blur)).clamp(0.0, 1.0);
                match self.keeper(*ix, prices, points, lowest) {
                    Some(current) => {
                        demand[current].points += part * points;
                        demand[current].cases += part;
                    }
                    None => people += part,
                }
            }
            for (j, share) in &shares {
                let count = people * share / total;
                let held = &mut demand[*j as usize];
                held.points += count * points;
                held.cases += count;
                held.new_cases[group.kind] += count;
            }
        }
        demand
    }

    /// The current manager, when a weekly cap makes staying the cheapest place.
    #[inline]
    fn keeper(&self, member: u32, prices: &[Price], points: f64, lowest: f64) -> Option<usize> {
        if !self.capped || !self.pool.may_keep(member as usize) {
            return None;
        }
        let current = self.pool.seekers[member as usize].current as usize;
        (prices[current].of(points, None) <= lowest).then_some(current)
    }

    fn adjust(&self, prices: &mut [Price], demand: &[Use], step: f64) {
        for (j, price) in prices.iter_mut().enumerate() {
            let push = |used: f64, room: f64| ((used - room) / (room + 1.0)).clamp(-1.0, 1.0);
            price.point = (price.point + step * push(demand[j].points, self.points[j])).max(0.0);
            price.case = (price.case + step * push(demand[j].cases, self.cases[j])).max(0.0);
            if self.capped {
                for (kind, asked) in price.new_case.iter_mut().enumerate() {
                    *asked = (*asked + step * push(demand[j].new_cases[kind], self.new_cases[kind][j])).max(0.0);
                }
            }
        }
    }

    /// The exact bound at prices rounded to 1/1024.
    fn bound(&self, prices: &[Price]) -> i64 {
        let rounded: Vec<(i64, i64, [i64; KINDS])> = prices
            .iter()
            .map(|price| (fixed_point(price.point), fixed_point(price.case), price.new_case.map(fixed_point)))
            .collect();
        #[allow(clippy::cast_possible_truncation)] // whole numbers below 2^32
        let whole = |value: f64| i128::from(value as i64);
        let mut total: i128 = 0;
        for (j, price) in rounded.iter().enumerate() {
            total += i128::from(price.0) * whole(self.points[j]) + i128::from(price.1) * whole(self.cases[j]);
            for (asked, left) in price.2.iter().zip(&self.new_cases) {
                total += i128::from(*asked) * whole(left[j]);
            }
        }
        for group in &self.groups {
            let points = i64::from(group.points);
            let place = |j: u32| rounded[j as usize].0 * points + rounded[j as usize].1;
            let list = self.pool.list(group.example as usize);
            let lowest = list.iter().map(|j| place(*j) + rounded[*j as usize].2[group.kind]).min().unwrap_or(0);
            for ix in &group.members {
                let seeker = &self.pool.seekers[*ix as usize];
                let keep = self.capped && self.pool.may_keep(*ix as usize);
                let cheapest = if keep { lowest.min(place(seeker.current)) } else { lowest };
                total += i128::from((i64::from(seeker.value) * 1024 - cheapest).max(0));
            }
        }
        // Z1 is whole, so the bound may be rounded down.
        i64::try_from(total.div_euclid(1024)).unwrap_or(i64::MAX - self.fixed_value) + self.fixed_value
    }
}

fn fixed_point(price: f64) -> i64 {
    #[allow(clippy::cast_possible_truncation)] // prices never leave 0..10^9
    let whole = (price.clamp(0.0, 1e9) * 1024.0) as i64;
    whole
}

//! Owns the arithmetic of W: the convex load cost and the rounded travel. Refuses to know who is
//! assigned to whom.

use super::eligibility::distance_km;
use super::rows::{CareManager, Member};

/// Marginal cost of a point above the cap.
const OVER_CAP: i64 = 41;

/// Convex load cost of one manager: a point in decile band k of `max_points` (breakpoints
/// ⌊k·max/10⌋, k = 0..9) costs 2k + 1, a point above the cap 41. Base points count.
#[must_use]
pub fn load_cost(points: u32, max_points: u32) -> i64 {
    let (points, max) = (i64::from(points), i64::from(max_points));
    let mut cost = OVER_CAP * (points - max).max(0);
    for band in 0..10 {
        let (low, high) = (band * max / 10, (band + 1) * max / 10);
        cost += (2 * band + 1) * (points.min(high) - low).max(0);
    }
    cost
}

/// Travel of one pair in km·visits: ⌊km + ½⌋ · visits per month for a home visit, 0 when
/// coordinates are missing or nobody travels.
#[must_use]
pub fn travel_km_visits(member: &Member, manager: &CareManager) -> u64 {
    if !member.home_visit {
        return 0;
    }
    let km = distance_km(member, manager).map_or(0.0, |km| (km + 0.5).floor());
    // A distance on Earth is at most 20,016 km, so the cast is exact.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let km = km as u64;
    km * u64::from(member.visits_per_month)
}

/// Managers with more points than this keep no table.
const TABLE_LIMIT: u32 = 4096;

/// Load cost of one manager times b, looked up in a table for everyday capacities.
#[derive(Debug, Clone)]
pub struct LoadCost {
    table: Vec<i64>,
    max_points: u32,
    balance: i64,
}

impl LoadCost {
    /// Of every manager, those on leave among them: Z2 is the sum over managers.
    #[must_use]
    pub fn new(max_points: u32, balance: u32) -> Self {
        let balance = i64::from(balance);
        let table = if max_points <= TABLE_LIMIT {
            (0..=max_points).map(|points| balance * load_cost(points, max_points)).collect()
        } else {
            Vec::new()
        };
        Self { table, max_points, balance }
    }

    /// b · load cost at this many points.
    #[inline]
    #[must_use]
    pub fn at(&self, points: i32) -> i64 {
        let points = u32::try_from(points).unwrap_or(0);
        match self.table.get(points as usize) {
            Some(cost) => *cost,
            None => self.balance * load_cost(points, self.max_points),
        }
    }
}

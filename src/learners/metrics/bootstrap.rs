//! Owns resampling of groups: percentile intervals and paired differences. A replicate depends on
//! the seed and its own number alone, so the thread count never shows.
//! Refuses to resample rows: rows of one person are not independent.

use super::ranking::{Sorted, auroc};
use crate::domain::random;
use crate::learners::LearnError;
use crate::learners::watch::{Watch, go_on};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A percentile interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// 2.5th percentile.
    pub low: f64,
    /// 97.5th percentile.
    pub high: f64,
}

impl Interval {
    /// Whether a value lies inside.
    #[must_use]
    pub fn contains(&self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }
}

/// The 2.5th and 97.5th percentiles (linear interpolation); none without a finite value.
pub(super) fn percentiles(values: impl IntoIterator<Item = f64>) -> Option<Interval> {
    let mut v: Vec<f64> = values.into_iter().filter(|x| x.is_finite()).collect();
    v.sort_unstable_by(f64::total_cmp);
    let last = v.len().checked_sub(1)?;
    let at = |q: f64| {
        let place = q * last as f64;
        let i = place.floor() as usize;
        let next = v[(i + 1).min(last)];
        v[i] + (next - v[i]) * (place - i as f64)
    };
    Some(Interval { low: at(0.025), high: at(0.975) })
}

/// How often each row counts in one replicate: groups drawn with replacement.
pub(super) fn copies(groups: &[u32], count: usize, seed: u64, replicate: u64) -> Vec<u32> {
    let mut of_group = vec![0_u32; count];
    for k in 0..count {
        of_group[random::draw_below(seed, 0xB007 ^ (replicate << 16), k as u64, count)] += 1;
    }
    groups.iter().map(|&g| of_group[g as usize]).collect()
}

/// AUROC of one prediction minus that of another on the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// First minus second.
    pub point: f64,
    /// 95 % percentile interval over resampled groups.
    pub interval: Option<Interval>,
    /// Replicates.
    pub replicates: usize,
}

/// Paired group bootstrap of the AUROC difference `first - second`. Slices are aligned by row;
/// groups are numbered `0..count`. None unless all lengths agree and both classes appear.
///
/// # Errors
/// [`LearnError::Stopped`].
pub fn paired_auroc_difference(
    groups: &[u32],
    y: &[bool],
    first: &[f64],
    second: &[f64],
    replicates: usize,
    seed: u64,
    watch: &dyn Watch,
) -> Result<Option<Difference>, LearnError> {
    let n = y.len();
    if [groups.len(), first.len(), second.len()] != [n; 3] || y.iter().all(|v| *v == y[0]) {
        return Ok(None);
    }
    let count = groups.iter().max().map_or(0, |g| *g as usize + 1);
    let rank: Vec<u32> = (0..u32::try_from(n).unwrap_or(u32::MAX)).collect();
    let (a, b) = (Sorted::new(first, &rank), Sorted::new(second, &rank));
    let of = |c: &[f64]| auroc(&a, first, y, c) - auroc(&b, second, y, c);
    let point = of(&vec![1.0; n]);
    let values: Vec<f64> = (0..replicates as u64)
        .into_par_iter()
        .map(|r| {
            go_on(watch)?;
            Ok(of(&copies(groups, count, seed, r).into_iter().map(f64::from).collect::<Vec<_>>()))
        })
        .collect::<Result<_, LearnError>>()?;
    Ok(Some(Difference { point, interval: percentiles(values), replicates }))
}

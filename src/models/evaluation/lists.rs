//! Whom a ranking lists at a given length, and what that list holds. Owns the cut and its ties; refuses to know a model.

use serde::{Deserialize, Serialize};

use crate::domain::Day;

/// A list of a given length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListFigures {
    /// Rows listed.
    pub listed: usize,
    /// Events listed.
    pub events: usize,
    /// Events listed / rows listed.
    pub ppv: Option<f64>,
    /// Events listed / all events.
    pub sensitivity: Option<f64>,
    /// Rows listed for each event listed.
    pub number_needed_to_contact: Option<f64>,
}

/// The rows a ranking lists: the top `k` of each day, or the top tenth of all; ties by row.
#[must_use]
pub fn listed(days: &[Day], values: &[f64], capacity: Option<usize>) -> Vec<bool> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |i: usize| if values[i].is_nan() { f64::NEG_INFINITY } else { values[i] };
    let mut out = vec![false; values.len()];
    if let Some(k) = capacity {
        order.sort_by(|a, b| days[*a].cmp(&days[*b]).then(value(*b).total_cmp(&value(*a))).then(a.cmp(b)));
        for day in order.chunk_by(|a, b| days[*a] == days[*b]) {
            day.iter().take(k).for_each(|i| out[*i] = true);
        }
    } else {
        order.sort_by(|a, b| value(*b).total_cmp(&value(*a)).then(a.cmp(b)));
        order.iter().take(values.len().div_ceil(10)).for_each(|i| out[*i] = true);
    }
    out
}

/// Figures of a list.
#[must_use]
pub fn list_figures(y: &[bool], list: &[bool]) -> ListFigures {
    let n = list.iter().filter(|l| **l).count();
    let hits = list.iter().zip(y).filter(|(l, y)| **l && **y).count();
    let all = y.iter().filter(|y| **y).count();
    let share = |a: usize, b: usize| (b > 0).then(|| a as f64 / b as f64);
    ListFigures {
        listed: n,
        events: hits,
        ppv: share(hits, n),
        sensitivity: share(hits, all),
        number_needed_to_contact: share(n, hits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_cut_by_day_or_at_a_tenth() {
        let days: Vec<Day> = (0..20).map(|i| Day(i / 10)).collect();
        let values: Vec<f64> = (0..20).map(|i| f64::from(i % 10)).collect();
        let by_day = listed(&days, &values, Some(2));
        assert_eq!((0..20).filter(|i| by_day[*i]).collect::<Vec<_>>(), [8, 9, 18, 19]);
        let tenth = listed(&days, &values, None);
        assert_eq!((0..20).filter(|i| tenth[*i]).collect::<Vec<_>>(), [9, 19]);
        let y: Vec<bool> = (0..20).map(|i| i == 9 || i == 3).collect();
        let f = list_figures(&y, &by_day);
        assert_eq!(
            (f.listed, f.events, f.ppv, f.sensitivity, f.number_needed_to_contact),
            (4, 1, Some(0.25), Some(0.5), Some(4.0))
        );
        // A missing value ranks below every number.
        assert_eq!(listed(&days[..2], &[f64::NAN, -5.0], Some(1)), [false, true]);
    }
}

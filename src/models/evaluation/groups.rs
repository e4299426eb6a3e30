//! The same figures by group of people: who is told well, who is selected. Owns the suppression of small
//! cells; refuses to call a difference unfair or fair.

use crate::domain::{SMALL_CELL, exact_poisson};
use serde::{Deserialize, Serialize};

use crate::learners::metrics::{Interval, ranking_auroc};

/// An attribute of the audit.
pub struct Attribute {
    /// Name.
    pub name: String,
    /// Level texts.
    pub levels: Vec<String>,
    /// Level of each row.
    pub of_row: Vec<u16>,
}

impl Attribute {
    /// The attribute that texts, one a row, make.
    #[must_use]
    pub fn of(name: &str, texts: &[String]) -> Self {
        let mut levels: Vec<String> = texts.to_vec();
        levels.sort_unstable();
        levels.dedup();
        let of_row = texts
            .iter()
            .map(|t| levels.binary_search(t).ok().and_then(|i| u16::try_from(i).ok()).unwrap_or(u16::MAX))
            .collect();
        Self { name: name.to_owned(), levels, of_row }
    }
}

/// Figures of one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupFigures {
    /// Attribute.
    pub attribute: String,
    /// Level.
    pub level: String,
    /// Rows; none when under 11.
    pub rows: Option<usize>,
    /// Events; none when under 11.
    pub events: Option<usize>,
    /// AUROC; none when events are suppressed.
    pub auroc: Option<f64>,
    /// Observed / expected; none when events are suppressed.
    pub observed_over_expected: Option<f64>,
    /// Exact Poisson interval (95 %, Garwood 1936) of it, expected events taken as known.
    #[serde(default)]
    pub interval: Option<Interval>,
    /// Share of the group on the list at capacity; none when under 11 are.
    pub selected: Option<f64>,
    /// Share of its events on the list; none when events or listed events are suppressed.
    pub sensitivity: Option<f64>,
}

/// Figures of every level of every attribute; `y`, `p` and `list` (who is on the list) have a value a row.
#[must_use]
pub fn group_figures(y: &[bool], p: &[f64], list: &[bool], attributes: &[Attribute]) -> Vec<GroupFigures> {
    let mut out = Vec::new();
    for a in attributes {
        for (k, level) in a.levels.iter().enumerate() {
            let pick: Vec<usize> =
                (0..y.len()).filter(|i| a.of_row.get(*i).is_some_and(|l| usize::from(*l) == k)).collect();
            if !pick.is_empty() {
                out.push(one((y, p, list), &a.name, level, &pick));
            }
        }
    }
    out
}

type Rows<'r> = (&'r [bool], &'r [f64], &'r [bool]);

fn one((all_y, all_p, list): Rows<'_>, attribute: &str, level: &str, pick: &[usize]) -> GroupFigures {
    let y: Vec<bool> = pick.iter().map(|i| all_y[*i]).collect();
    let p: Vec<f64> = pick.iter().map(|i| all_p[*i]).collect();
    let n = pick.len();
    let events = y.iter().filter(|y| **y).count();
    let listed = pick.iter().filter(|i| list[**i]).count();
    let hits = pick.iter().filter(|i| list[**i] && all_y[**i]).count();
    let expected: f64 = p.iter().sum();
    let enough = events >= SMALL_CELL && n >= SMALL_CELL;
    let (low, high) = exact_poisson(events as u64);
    let told = enough && expected > 0.0;
    GroupFigures {
        attribute: attribute.to_owned(),
        level: level.to_owned(),
        rows: (n >= SMALL_CELL).then_some(n),
        events: enough.then_some(events),
        auroc: if enough { ranking_auroc(&p, &y) } else { None },
        observed_over_expected: told.then(|| events as f64 / expected),
        interval: told.then(|| Interval { low: low / expected, high: high / expected }),
        selected: (listed >= SMALL_CELL).then(|| listed as f64 / n as f64),
        // A share of a small count would tell the count.
        sensitivity: (enough && hits >= SMALL_CELL).then(|| hits as f64 / events as f64),
    }
}

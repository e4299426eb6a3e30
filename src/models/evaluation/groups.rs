//! The same figures by group of people: who is told well, who is selected. Owns the suppression of small
//! cells; refuses to call a difference unfair or fair.

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::learners::metrics::ranking_auroc;

/// Counts under this are not shown.
pub const SMALL: usize = 11;

/// An attribute of the audit.
pub struct Attribute {
    /// Name.
    pub name: &'static str,
    /// Level texts.
    pub levels: Vec<String>,
    /// Level of each row.
    pub of_row: Vec<u16>,
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
    /// Share of the group on the list at capacity; none when under 11 are.
    pub selected: Option<f64>,
    /// Share of its events on the list; none when events or listed events are suppressed.
    pub sensitivity: Option<f64>,
}

pub(super) fn figures(rows: &Judged<'_>, list: &[bool]) -> Vec<GroupFigures> {
    let mut out = Vec::new();
    for a in &rows.attributes {
        for (k, level) in a.levels.iter().enumerate() {
            let pick: Vec<usize> =
                (0..rows.y.len()).filter(|i| a.of_row.get(*i).is_some_and(|l| usize::from(*l) == k)).collect();
            if !pick.is_empty() {
                out.push(one(rows, list, a.name, level, &pick));
            }
        }
    }
    out
}

fn one(rows: &Judged<'_>, list: &[bool], attribute: &str, level: &str, pick: &[usize]) -> GroupFigures {
    let y: Vec<bool> = pick.iter().map(|i| rows.y[*i]).collect();
    let p: Vec<f64> = pick.iter().map(|i| rows.p[*i]).collect();
    let n = pick.len();
    let events = y.iter().filter(|y| **y).count();
    let listed = pick.iter().filter(|i| list[**i]).count();
    let hits = pick.iter().filter(|i| list[**i] && rows.y[**i]).count();
    let expected: f64 = p.iter().sum();
    let enough = events >= SMALL && n >= SMALL;
    GroupFigures {
        attribute: attribute.to_owned(),
        level: level.to_owned(),
        rows: (n >= SMALL).then_some(n),
        events: enough.then_some(events),
        auroc: if enough { ranking_auroc(&p, &y) } else { None },
        observed_over_expected: (enough && expected > 0.0).then(|| events as f64 / expected),
        selected: (listed >= SMALL).then(|| listed as f64 / n as f64),
        // A share of a small count would tell the count.
        sensitivity: (enough && hits >= SMALL).then(|| hits as f64 / events as f64),
    }
}

//! The same figures by group of people: who is told well, who is selected. Owns the suppression of small
//! cells; refuses to call a difference unfair or fair.

use serde::{Deserialize, Serialize};

use crate::learners::metrics::ranking_auroc;

/// Counts under this are not shown.
pub const SMALL: usize = 11;

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
    /// Rows; none when under 11, or the smallest beside the only such level.
    pub rows: Option<usize>,
    /// Events; none when under 11, or the smallest beside the only such level.
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

/// Figures of every level of every attribute; `y`, `p` and `list` (who is on the list) have a value a row.
#[must_use]
pub fn group_figures(y: &[bool], p: &[f64], list: &[bool], attributes: &[Attribute]) -> Vec<GroupFigures> {
    let mut out = Vec::new();
    for a in attributes {
        let first = out.len();
        for (k, level) in a.levels.iter().enumerate() {
            let pick: Vec<usize> =
                (0..y.len()).filter(|i| a.of_row.get(*i).is_some_and(|l| usize::from(*l) == k)).collect();
            if !pick.is_empty() {
                out.push(one((y, p, list), &a.name, level, &pick));
            }
        }
        cover(&mut out[first..]);
    }
    out
}

/// One hidden count among the levels of an attribute could be had by subtraction from all rows: the smallest told one is
/// hidden with it.
fn cover(levels: &mut [GroupFigures]) {
    let counts: [fn(&mut GroupFigures) -> &mut Option<usize>; 2] = [|f| &mut f.rows, |f| &mut f.events];
    for count in counts {
        let told: Vec<(usize, usize)> =
            levels.iter_mut().enumerate().filter_map(|(i, f)| count(f).map(|n| (n, i))).collect();
        if told.len() + 1 == levels.len()
            && let Some((_, i)) = told.into_iter().min()
        {
            *count(&mut levels[i]) = None;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_small_count_is_had_by_subtraction() {
        let level = |n: usize, name: &str| vec![name.to_owned(); n];
        let texts = [level(40, "a"), level(25, "b"), level(5, "c")].concat();
        let y: Vec<bool> = (0..70).map(|i| i % 2 == 0).collect();
        let p = vec![0.5; 70];
        let told = group_figures(&y, &p, &y, &[Attribute::of("kind", &texts)]);
        let of = |name: &str| told.iter().find(|f| f.level == name).map(|f| (f.rows, f.events));
        // c has under 11; b goes with it, for 70 - 40 - 25 would tell.
        assert_eq!(of("a"), Some((Some(40), Some(20))));
        assert_eq!(of("b"), Some((None, None)));
        assert_eq!(of("c"), Some((None, None)));
    }
}

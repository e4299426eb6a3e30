//! One model judged on rows it did not learn from: the figures of the learners beside published indices, at the
//! staff's own capacity, by month and by group. Owns the comparison; refuses to know where rows came from.

mod audit;
mod drift;
mod groups;

pub use audit::{BurdenAudit, GroupBurden};
pub use drift::{Drift, drift, spread_of};
pub use groups::{Attribute, GroupFigures, SMALL, group_figures};

use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::domain::Day;
use crate::learners::metrics::{BootstrapPlan, Difference, evaluate_with, paired_auroc_difference, ranking_auroc};
use crate::learners::{Evaluation, LearnError};

/// A published index on the same rows.
pub struct Comparator {
    /// Name.
    pub name: &'static str,
    /// What it is.
    pub words: &'static str,
    /// One value a row, NaN where the index has none (it then ranks lowest).
    pub values: Vec<f64>,
}

/// Rows to be judged, aligned, in member and day order.
pub struct Judged<'a> {
    /// Outcome.
    pub outcome: Outcome,
    /// Model id.
    pub model_id: String,
    /// The history is synthetic.
    pub synthetic: bool,
    /// Person of each row, numbered from 0.
    pub groups: Vec<u32>,
    /// Snapshot day.
    pub days: Vec<Day>,
    /// Event.
    pub y: Vec<bool>,
    /// Died before any event.
    pub died_first: Vec<bool>,
    /// Probability.
    pub p: Vec<f64>,
    /// Published indices.
    pub comparators: Vec<Comparator>,
    /// Indices that could not be computed, and why.
    pub absent: Vec<String>,
    /// Audit attributes.
    pub attributes: Vec<Attribute>,
    /// Dollars paid within the horizon.
    pub paid_after: Vec<f64>,
    /// Elixhauser measures on the day.
    pub burden: Vec<f64>,
    /// People listed a snapshot; none: a tenth of all rows.
    pub capacity: Option<usize>,
    /// Where the capacity comes from.
    pub capacity_words: String,
    /// Spread in training against these rows.
    pub drift: Vec<Drift>,
    /// Bootstrap.
    pub plan: BootstrapPlan,
    /// Left out and why, from the panel.
    pub left_out: &'a serde_json::Value,
}

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

/// A comparator's figures beside the model's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparatorFigures {
    /// Name.
    pub name: String,
    /// What it is.
    pub words: String,
    /// AUROC.
    pub auroc: Option<f64>,
    /// Model's AUROC less this one's, with a member-bootstrap interval.
    pub difference: Option<Difference>,
    /// Share of events in the top tenth.
    pub top_decile_capture: Option<f64>,
    /// At the staff's capacity.
    pub at_capacity: ListFigures,
}

/// Observed and expected of one month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonthFigures {
    /// First day of the month.
    pub month: String,
    /// Rows.
    pub rows: usize,
    /// Events.
    pub observed: usize,
    /// Sum of probabilities.
    pub expected: f64,
    /// Observed / expected.
    pub observed_over_expected: Option<f64>,
}

/// The same rows under one handling of death.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeathHandling {
    /// How death before an event is taken.
    pub handling: String,
    /// Rows.
    pub rows: usize,
    /// Events.
    pub events: usize,
    /// AUROC.
    pub auroc: Option<f64>,
    /// Observed / expected.
    pub observed_over_expected: Option<f64>,
}

/// A flag that lists whom it lists, and the model at the same length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EqualLength {
    /// The flag.
    pub name: String,
    /// The flag's own list.
    pub flag: ListFigures,
    /// The model's list of that length.
    pub model: ListFigures,
}

/// `evaluation.json` of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelEvaluation {
    /// Set for synthetic data: nothing here says anything of real patients.
    pub synthetic: bool,
    /// Model.
    pub model_id: String,
    /// Outcome id.
    pub outcome: String,
    /// Days ahead.
    pub horizon_days: i32,
    /// First and last snapshot day judged.
    pub window: (String, String),
    /// Figures of the learners' metrics.
    pub overall: Evaluation,
    /// Share of events in the top tenth.
    pub top_decile_capture: Option<f64>,
    /// Where the capacity comes from.
    pub capacity: String,
    /// At that capacity.
    pub at_capacity: ListFigures,
    /// Published indices on the same rows.
    pub comparators: Vec<ComparatorFigures>,
    /// Indices that are not here, and why.
    pub absent: Vec<String>,
    /// Flags at their own length.
    pub equal_length: Vec<EqualLength>,
    /// By month of the snapshot.
    pub months: Vec<MonthFigures>,
    /// Death taken three ways.
    pub deaths: Vec<DeathHandling>,
    /// Shift since training, strongest first.
    pub drift: Vec<Drift>,
    /// By group.
    pub groups: Vec<GroupFigures>,
    /// Who is on top under which label.
    pub burden_audit: Vec<BurdenAudit>,
    /// Rows left out.
    pub left_out: serde_json::Value,
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

/// Judges a model.
///
/// # Errors
/// [`LearnError::Refused`] when all labels agree.
pub fn judge(rows: &Judged<'_>) -> Result<ModelEvaluation, LearnError> {
    let overall = evaluate_with(&rows.groups, &rows.y, &rows.p, None, rows.plan)?;
    let list = listed(&rows.days, &rows.p, rows.capacity);
    let tenth = |values: &[f64]| list_figures(&rows.y, &listed(&rows.days, values, None)).sensitivity;
    let comparators = rows.comparators.iter().map(|c| ComparatorFigures {
        name: c.name.to_owned(),
        words: c.words.to_owned(),
        auroc: ranking_auroc(&c.values, &rows.y),
        difference: {
            let known: Vec<f64> = c.values.iter().map(|v| if v.is_nan() { -1e9 } else { *v }).collect();
            paired_auroc_difference(&rows.groups, &rows.y, &rows.p, &known, rows.plan.replicates, rows.plan.seed)
        },
        top_decile_capture: tenth(&c.values),
        at_capacity: list_figures(&rows.y, &listed(&rows.days, &c.values, rows.capacity)),
    });
    let (first, last) = (rows.days.iter().min(), rows.days.iter().max());
    let text = |d: Option<&Day>| d.map_or_else(String::new, ToString::to_string);
    Ok(ModelEvaluation {
        synthetic: rows.synthetic,
        model_id: rows.model_id.clone(),
        outcome: rows.outcome.id().to_owned(),
        horizon_days: rows.outcome.horizon_days(),
        window: (text(first), text(last)),
        top_decile_capture: tenth(&rows.p),
        capacity: rows.capacity_words.clone(),
        at_capacity: list_figures(&rows.y, &list),
        comparators: comparators.collect(),
        absent: rows.absent.clone(),
        equal_length: equal_length(rows),
        months: months(rows),
        deaths: deaths(rows),
        drift: rows.drift.clone(),
        groups: group_figures(&rows.y, &rows.p, &list, &rows.attributes),
        burden_audit: audit::audit(rows),
        left_out: rows.left_out.clone(),
        overall,
    })
}

fn equal_length(rows: &Judged<'_>) -> Vec<EqualLength> {
    let mut out = Vec::new();
    for c in rows.comparators.iter().filter(|c| c.values.iter().all(|v| *v == 0.0 || *v == 1.0)) {
        let flagged: Vec<bool> = c.values.iter().map(|v| *v == 1.0).collect();
        let n = flagged.iter().filter(|f| **f).count();
        let mut order: Vec<usize> = (0..rows.p.len()).collect();
        order.sort_by(|a, b| rows.p[*b].total_cmp(&rows.p[*a]).then(a.cmp(b)));
        let mut model = vec![false; rows.p.len()];
        order.iter().take(n).for_each(|i| model[*i] = true);
        out.push(EqualLength {
            name: c.name.to_owned(),
            flag: list_figures(&rows.y, &flagged),
            model: list_figures(&rows.y, &model),
        });
    }
    out
}

fn months(rows: &Judged<'_>) -> Vec<MonthFigures> {
    let mut by: std::collections::BTreeMap<Day, (usize, usize, f64)> = std::collections::BTreeMap::new();
    for (i, day) in rows.days.iter().enumerate() {
        let m = by.entry(day.month_start()).or_default();
        m.0 += 1;
        m.1 += usize::from(rows.y[i]);
        m.2 += rows.p[i];
    }
    by.into_iter()
        .map(|(month, (n, observed, expected))| MonthFigures {
            month: month.to_string(),
            rows: n,
            observed,
            expected,
            observed_over_expected: (expected > 0.0).then(|| observed as f64 / expected),
        })
        .collect()
}

/// Death is a competing risk: told as no event, left out, and as an event.
fn deaths(rows: &Judged<'_>) -> Vec<DeathHandling> {
    let ways: [(&str, bool, bool); 3] = [
        ("death before an event is no event (as trained)", true, false),
        ("death before an event is left out", false, false),
        ("death before an event counts as an event", true, true),
    ];
    ways.into_iter()
        .map(|(handling, kept, counts)| {
            let pick: Vec<usize> = (0..rows.y.len()).filter(|i| kept || !rows.died_first[*i]).collect();
            let y: Vec<bool> = pick.iter().map(|i| rows.y[*i] || (counts && rows.died_first[*i])).collect();
            let p: Vec<f64> = pick.iter().map(|i| rows.p[*i]).collect();
            let events = y.iter().filter(|y| **y).count();
            let expected: f64 = p.iter().sum();
            DeathHandling {
                handling: handling.to_owned(),
                rows: y.len(),
                events,
                auroc: ranking_auroc(&p, &y),
                observed_over_expected: (expected > 0.0).then(|| events as f64 / expected),
            }
        })
        .collect()
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

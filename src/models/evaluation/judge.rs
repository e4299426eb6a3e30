//! One model judged on rows it did not learn from: the figures of the learners beside published indices, at the
//! staff's own capacity, by month and by group. Owns the comparison; refuses to know where rows came from.

use super::audit;
use super::figures::{ComparatorFigures, Concentration, DeathHandling, EqualLength, ModelEvaluation, MonthFigures};
use super::groups::group_figures;
use super::lists::{list_figures, listed};
use super::rows::Judged;
use crate::domain::Day;
use crate::learners::metrics::{
    BootstrapPlan, concentration_curve, evaluate_with, paired_auroc_difference, ranking_auroc,
};
use crate::learners::{LearnError, Watch};

/// Judges a model.
///
/// # Errors
/// [`LearnError::Refused`] when all labels agree, [`LearnError::Stopped`].
pub fn judge(rows: &Judged<'_>, watch: &dyn Watch) -> Result<ModelEvaluation, LearnError> {
    let overall = evaluate_with(&rows.groups, &rows.y, &rows.p, None, rows.plan, watch)?;
    let list = listed(&rows.days, &rows.p, rows.capacity);
    let tenth = |values: &[f64]| list_figures(&rows.y, &listed(&rows.days, values, None)).sensitivity;
    let comparators = rows
        .comparators
        .iter()
        .map(|c| {
            let known: Vec<f64> = c.values.iter().map(|v| if v.is_nan() { -1e9 } else { *v }).collect();
            let BootstrapPlan { replicates, seed } = rows.plan;
            Ok(ComparatorFigures {
                name: c.name.to_owned(),
                words: c.words.to_owned(),
                auroc: ranking_auroc(&c.values, &rows.y),
                difference: paired_auroc_difference(&rows.groups, &rows.y, &rows.p, &known, replicates, seed, watch)?,
                top_decile_capture: tenth(&c.values),
                at_capacity: list_figures(&rows.y, &listed(&rows.days, &c.values, rows.capacity)),
            })
        })
        .collect::<Result<Vec<_>, LearnError>>()?;
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
        concentration: judge_concentrations(rows),
        comparators,
        absent: rows.absent.clone(),
        equal_length: equal_length(rows),
        months: judge_months(rows),
        deaths: judge_deaths(rows),
        drift: rows.drift.clone(),
        groups: group_figures(&rows.y, &rows.p, &list, &rows.attributes),
        burden_audit: audit::audit(rows),
        left_out: rows.left_out.clone(),
        overall,
    })
}

fn judge_concentrations(rows: &Judged<'_>) -> Vec<Concentration> {
    let curve = |ranking: &str, values: &[f64]| Concentration {
        ranking: ranking.to_owned(),
        points: concentration_curve(values, &rows.y),
    };
    let mut out = vec![curve("this model", &rows.p)];
    out.extend(rows.comparators.iter().map(|c| curve(c.name, &c.values)));
    out
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

fn judge_months(rows: &Judged<'_>) -> Vec<MonthFigures> {
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
fn judge_deaths(rows: &Judged<'_>) -> Vec<DeathHandling> {
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

//! The audit after Obermeyer et al. 2019 (doi 10.1126/science.aax2342): who is on top when people are ranked by
//! the model, by cost, by avoidable events and by burden of illness. Owns the tops; refuses a verdict.

use crate::domain::SMALL_CELL;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::lists::listed;
use super::rows::Judged;

/// One group under one ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupBurden {
    /// Attribute and level.
    pub group: String,
    /// Share of the top tenth that is of this group; none under 11.
    pub share_of_top: Option<f64>,
    /// Mean Elixhauser count of the group's people in the top tenth; none under 11.
    pub burden_in_top: Option<f64>,
}

/// One ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BurdenAudit {
    /// What people are ranked by.
    pub ranked_by: String,
    /// Share of the model's top tenth that is also on top here.
    pub overlap_with_model: f64,
    /// Share of all dollars of the horizon in this top tenth.
    pub dollars_in_top: Option<f64>,
    /// Share of all events in this top tenth.
    pub events_in_top: Option<f64>,
    /// By race and ethnicity, where known.
    pub groups: Vec<GroupBurden>,
}

pub(super) fn audit(rows: &Judged<'_>) -> Vec<BurdenAudit> {
    let label: Vec<f64> = rows.y.iter().map(|y| f64::from(u8::from(*y))).collect();
    let rankings: [(&str, &[f64]); 4] = [
        ("the model", &rows.p),
        ("dollars paid within the horizon", &rows.paid_after),
        ("the event itself", &label),
        ("burden of illness (Elixhauser measures)", &rows.burden),
    ];
    let top = |values: &[f64]| -> BTreeSet<usize> {
        listed(&rows.days, values, None).iter().enumerate().filter(|(_, l)| **l).map(|(i, _)| i).collect()
    };
    let model = top(&rows.p);
    let share = |part: f64, all: f64| (all > 0.0).then(|| part / all);
    rankings
        .iter()
        .map(|(name, values)| {
            let here = top(values);
            let sum = |v: &[f64]| here.iter().map(|i| v[*i]).sum::<f64>();
            BurdenAudit {
                ranked_by: (*name).to_owned(),
                overlap_with_model: here.intersection(&model).count() as f64 / model.len().max(1) as f64,
                dollars_in_top: share(sum(&rows.paid_after), rows.paid_after.iter().sum()),
                events_in_top: share(sum(&label), label.iter().sum()),
                groups: group_burdens(rows, &here),
            }
        })
        .collect()
}

/// Attributes of the audit by which the burden of the top is compared.
const COMPARED: [&str; 2] = ["race", "ethnicity"];

fn group_burdens(rows: &Judged<'_>, top: &BTreeSet<usize>) -> Vec<GroupBurden> {
    let mut out = Vec::new();
    for a in rows.attributes.iter().filter(|a| COMPARED.contains(&a.name.as_str())) {
        for (k, level) in a.levels.iter().enumerate() {
            let pick: Vec<usize> =
                top.iter().copied().filter(|i| a.of_row.get(*i).is_some_and(|l| usize::from(*l) == k)).collect();
            let enough = pick.len() >= SMALL_CELL;
            out.push(GroupBurden {
                group: format!("{}: {level}", a.name),
                share_of_top: enough.then(|| pick.len() as f64 / top.len().max(1) as f64),
                burden_in_top: enough.then(|| pick.iter().map(|i| rows.burden[*i]).sum::<f64>() / pick.len() as f64),
            });
        }
    }
    out
}

//! The figures of a night for the memory of figures, from the tables it has staged. Owns which they are; refuses to
//! count anything a published table does not hold.

use std::collections::BTreeMap;
use std::path::Path;

use super::plan_metrics::plan_metrics;
use crate::domain::Day;
use crate::publish::tables::metrics::MetricRow;
use crate::publish::tables::rates::PER_THOUSAND;
use crate::publish::{Manifest, PublishError, TableScan};

/// Rows of a table counted by one of its columns: metric, table, column, dimension.
const COUNTED: [(&str, &str, &str, &str); 13] = [
    ("listed", "outreach", "stream", "stream"),
    ("listed", "outreach", "caller_id", "care_manager"),
    ("suppressed", "suppressed", "code", "code"),
    ("overflow", "overflow", "reason", "reason"),
    ("listed", "outreach", "band", "band"),
    ("decisions", "decisions", "decision", "decision"),
    ("transitions", "transitions", "status", "status"),
    ("transition_visits", "transitions", "visit_state", "visit_state"),
    ("transition_contacts", "transitions", "contact_state", "contact_state"),
    ("follow_ups", "follow_ups", "state", "state"),
    ("assigned", "assignments", "care_manager_id", "care_manager"),
    ("waiting", "waitlist", "reason", "reason"),
    ("due_items", "measures/worklist", "item", "item"),
];

/// Months of a rolling rate.
const ROLLING_MONTHS: usize = 12;

/// Every figure of the night.
///
/// # Errors
/// When a staged table cannot be read.
pub fn night_metrics(staged: &Path, manifest: &Manifest, as_of: Day) -> Result<Vec<MetricRow>, PublishError> {
    let count = |metric: &str, dimension: &str, level: &str, value: f64| MetricRow {
        as_of,
        metric: metric.to_owned(),
        dimension: dimension.to_owned(),
        level: level.to_owned(),
        value,
        numerator: None,
        denominator: None,
        unit: "count".to_owned(),
    };
    let rates = rolling_rates(staged, as_of)?;
    let mut out: Vec<MetricRow> = Vec::new();
    for (name, n) in &manifest.counts {
        // A count that bears the name of a rate gives way: one name says one thing.
        let taken = rates.iter().any(|r| r.metric == *name);
        let name = if taken { format!("{name}_counted") } else { name.clone() };
        out.push(count(&name, "all", "all", *n as f64));
    }
    for (metric, table, column, dimension) in COUNTED {
        let counts = TableScan::of_run(staged, table)?.count_by(&[column]).read()?;
        let (levels, rows) = (counts.cells(column)?, counts.integers("rows")?);
        for (level, n) in levels.iter().zip(rows) {
            let level = if level.is_empty() { "none" } else { level };
            out.push(count(metric, dimension, level, n.unwrap_or(0) as f64));
        }
    }
    out.extend(rates);
    out.extend(plan_metrics(staged, as_of)?);
    Ok(out)
}

/// Numerator and denominator of one month.
type MonthFigures = BTreeMap<String, (f64, f64)>;

/// Rates over the last twelve mature months, by payer and of all.
fn rolling_rates(staged: &Path, as_of: Day) -> Result<Vec<MetricRow>, PublishError> {
    let columns = ["month", "dimension", "group", "measure", "numerator", "denominator", "unit"];
    let frame = TableScan::of_run(staged, "measures/rates")?.columns(&columns).read()?;
    let (months, dimensions, groups) = (frame.cells("month")?, frame.cells("dimension")?, frame.cells("group")?);
    let (measures, units) = (frame.cells("measure")?, frame.cells("unit")?);
    let (numerators, denominators) = (frame.numbers("numerator")?, frame.numbers("denominator")?);
    let mut figures: BTreeMap<(String, String, String, String), MonthFigures> = BTreeMap::new();
    for i in 0..frame.len() {
        let (Some(numerator), Some(denominator)) = (numerators[i], denominators[i]) else { continue };
        let Some((_, dimension)) = ROLLED.iter().find(|(published, _)| *published == dimensions[i]) else { continue };
        let key = (measures[i].clone(), (*dimension).to_owned(), groups[i].clone(), units[i].clone());
        let slot = figures.entry(key).or_default().entry(months[i].clone()).or_default();
        slot.0 += numerator;
        slot.1 += denominator;
    }
    let rolling = |((metric, dimension, level, unit), by_month): (_, MonthFigures)| {
        let newest = by_month.values().rev().take(ROLLING_MONTHS);
        let (numerator, denominator) = newest.fold((0.0, 0.0), |sum, m| (sum.0 + m.0, sum.1 + m.1));
        let scale = if unit == PER_THOUSAND { 1000.0 } else { 1.0 };
        (denominator > 0.0).then(|| MetricRow {
            as_of,
            value: numerator / denominator * scale,
            numerator: Some(numerator),
            denominator: Some(denominator),
            unit,
            metric,
            dimension,
            level,
        })
    };
    Ok(figures.into_iter().filter_map(rolling).collect())
}

/// Dimensions of the rates that are remembered, with the name they have among the figures of a night. The others can be
/// had of any kept run.
const ROLLED: [(&str, &str); 2] = [("all", "all"), ("payer", "payer_type")];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::tables::TABLES;

    #[test]
    fn every_counted_column_is_published() {
        for (metric, table, column, _) in COUNTED {
            let found = TABLES.iter().find(|t| t.name() == table).map(|t| t.columns());
            assert!(found.is_some_and(|c| c.iter().any(|c| c.name == column)), "{metric}: {table}.{column}");
        }
    }
}

//! The figures of a night for the memory of figures, from the tables it has staged. Owns which they are; refuses to
//! count anything a published table does not hold.

use std::collections::BTreeMap;
use std::path::Path;

use crate::domain::Day;
use crate::publish::tables::metrics::MetricRow;
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
    let mut out: Vec<MetricRow> =
        manifest.counts.iter().map(|(name, n)| count(name, "all", "all", *n as f64)).collect();
    for (metric, table, column, dimension) in COUNTED {
        let counts = TableScan::of_run(staged, table)?.count_by(&[column]).read()?;
        let (levels, rows) = (counts.cells(column)?, counts.integers("rows")?);
        for (level, n) in levels.iter().zip(rows) {
            let level = if level.is_empty() { "none" } else { level };
            out.push(count(metric, dimension, level, n.unwrap_or(0) as f64));
        }
    }
    out.extend(rolling_rates(staged, as_of)?);
    Ok(out)
}

/// Events or dollars, and exposure, of one month.
type MonthFigures = BTreeMap<String, (f64, f64)>;

/// Rates over the last twelve mature months, by payer and of all.
fn rolling_rates(staged: &Path, as_of: Day) -> Result<Vec<MetricRow>, PublishError> {
    let columns = ["month", "dimension", "group", "measure", "observed", "member_years", "rate"];
    let frame = TableScan::of_run(staged, "measures/rates")?.columns(&columns).read()?;
    let (months, dimensions, payers) = (frame.cells("month")?, frame.cells("dimension")?, frame.cells("group")?);
    let measures = frame.cells("measure")?;
    let (observed, exposure) = (frame.numbers("observed")?, frame.numbers("member_years")?);
    let rates = frame.numbers("rate")?;
    let mut figures: BTreeMap<(String, String, String), MonthFigures> = BTreeMap::new();
    for i in 0..frame.len() {
        // The rows of the payers sum to everyone; the other dimensions divide the same people again.
        let Some(exposure) = exposure[i].filter(|_| dimensions[i] == "payer") else { continue };
        let events = observed[i].or_else(|| rates[i].map(|dollars| dollars * exposure * 12.0)).unwrap_or(0.0);
        for (dimension, level) in [("all", "all"), ("payer_type", payers[i].as_str())] {
            let key = (measures[i].clone(), dimension.to_owned(), level.to_owned());
            let slot = figures.entry(key).or_default().entry(months[i].clone()).or_default();
            slot.0 += events;
            slot.1 += exposure;
        }
    }
    let rolling = |((metric, dimension, level), by_month): ((String, String, String), MonthFigures)| {
        let newest = by_month.values().rev().take(ROLLING_MONTHS);
        let (numerator, exposure) = newest.fold((0.0, 0.0), |sum, m| (sum.0 + m.0, sum.1 + m.1));
        let (denominator, scale, unit) = match metric.as_str() {
            "readmission_30d" => (exposure, 1.0, "share of index discharges"),
            m if m.ends_with("_pmpm") => (exposure * 12.0, 1.0, "dollars a member-month"),
            _ => (exposure, 1000.0, "per 1,000 member-years"),
        };
        (denominator > 0.0).then(|| MetricRow {
            as_of,
            value: numerator / denominator * scale,
            numerator: Some(numerator),
            denominator: Some(denominator),
            unit: unit.to_owned(),
            metric,
            dimension,
            level,
        })
    };
    Ok(figures.into_iter().filter_map(rolling).collect())
}

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

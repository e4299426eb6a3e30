//! Whether care plans are kept, as figures of a night: reviews, assessments and goals on time, goals met, by manager and
//! month. Owns these quotients; refuses to count what `care_tasks` does not hold.

use std::collections::BTreeMap;
use std::path::Path;

use crate::domain::{Day, TaskKind};
use crate::publish::tables::metrics::MetricRow;
use crate::publish::{PublishError, TableScan};

/// Days back over which the figures of all and of a manager go; months are told one by one over the same time.
const WINDOW_DAYS: i32 = 365;

/// The metric of a kind that is done on time.
fn on_time_metric(kind: TaskKind) -> Option<&'static str> {
    match kind {
        TaskKind::Assessment => Some("assessments_on_time"),
        TaskKind::PlanReview => Some("plan_reviews_on_time"),
        TaskKind::Goal => Some("goals_on_time"),
        TaskKind::Visit | TaskKind::Reconciliation => None,
    }
}

/// Shares of the tasks due in the year to the night, cancelled goals left out.
///
/// # Errors
/// When the staged table cannot be read.
pub fn plan_metrics(staged: &Path, as_of: Day) -> Result<Vec<MetricRow>, PublishError> {
    let columns = ["kind", "due_date", "month", "state", "care_manager_id", "goal_status"];
    let frame = TableScan::of_run(staged, "care_tasks")?.columns(&columns).read()?;
    let (kinds, months, states) = (frame.texts("kind")?, frame.texts("month")?, frame.texts("state")?);
    let (managers, goals, due) =
        (frame.texts("care_manager_id")?, frame.texts("goal_status")?, frame.dates("due_date")?);
    let mut shares: BTreeMap<(&str, &str, String), (u64, u64)> = BTreeMap::new();
    for (i, due) in due.into_iter().enumerate() {
        let in_window = due.is_some_and(|d| d <= as_of && as_of.since(d) < WINDOW_DAYS);
        let Some(kind) = TaskKind::parse(kinds.at(i)).filter(|_| in_window && states.at(i) != "cancelled") else {
            continue;
        };
        let manager = if managers.at(i).is_empty() { "none" } else { managers.at(i) };
        let mut note = |metric: &'static str, holds: bool| {
            for (dimension, level) in [("all", "all"), ("care_manager", manager), ("month", months.at(i))] {
                let slot = shares.entry((metric, dimension, level.to_owned())).or_default();
                slot.0 += u64::from(holds);
                slot.1 += 1;
            }
        };
        if let Some(metric) = on_time_metric(kind) {
            note(metric, states.at(i) == "on_time");
        }
        if kind == TaskKind::Goal {
            note("goals_met", goals.at(i) == "met");
        }
    }
    Ok(shares.into_iter().map(|(key, counts)| share_row(as_of, key, counts)).collect())
}

fn share_row(as_of: Day, (metric, dimension, level): (&str, &str, String), (part, whole): (u64, u64)) -> MetricRow {
    MetricRow {
        as_of,
        metric: metric.to_owned(),
        dimension: dimension.to_owned(),
        level,
        value: part as f64 / whole as f64,
        numerator: Some(part as f64),
        denominator: Some(whole as f64),
        unit: "share of those due in a year".to_owned(),
    }
}

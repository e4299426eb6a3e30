//! The same rates by manager, practice, payer and hospital: a table to sort and small multiples. Owns which rates and how
//! many groups are shown; refuses to rank anybody.

use std::collections::BTreeMap;

use super::charts::multiple;
use super::report_rates::{RateBook, Series};
use super::report_section::{Section, section};
use super::small_cells::SmallCells;

/// Groups a table shows; the others are in `measures/rates.parquet`.
const GROUPS_SHOWN: usize = 25;

/// Groups that are drawn.
const GROUPS_DRAWN: usize = 6;

/// Fewer events in the year than this make no months to look at.
const EVENTS_DRAWN: f64 = 12.0;

/// Columns of a table: heading and measure.
const COLUMNS: [(&str, &str); 7] = [
    ("contact, 2 days", "contact_2_business_days"),
    ("visit, 7 days", "visit_7d"),
    ("visit, 14 days", "visit_14d"),
    ("reconciled, 30 days", "reconciliation_30d"),
    ("readmitted, 30 days", "readmission_30d"),
    ("avoidable stays per 1,000", "pqi_90"),
    ("ED visits per 1,000", "ed_visits"),
];

/// One dimension of the rates.
struct Panel {
    dimension: &'static str,
    title: &'static str,
    /// The measure by whose denominator groups are ordered, and which is drawn.
    sized_by: &'static str,
}

const PANELS: [Panel; 4] = [
    Panel { dimension: "care_manager", title: "By care manager", sized_by: "contact_2_business_days" },
    Panel { dimension: "practice", title: "By practice", sized_by: "pqi_90" },
    Panel { dimension: "payer", title: "By payer", sized_by: "pqi_90" },
    Panel { dimension: "facility", title: "By hospital", sized_by: "readmission_30d" },
];

/// A section a dimension that has any group.
pub(super) fn build_panels(rates: &RateBook, names: &BTreeMap<String, String>, hide: SmallCells) -> Vec<Section> {
    PANELS.iter().filter_map(|panel| build_panel(panel, rates, names, hide)).collect()
}

fn build_panel(panel: &Panel, rates: &RateBook, names: &BTreeMap<String, String>, hide: SmallCells) -> Option<Section> {
    let groups = rates.groups(panel.dimension, panel.sized_by);
    if groups.is_empty() {
        return None;
    }
    let more = groups.len().saturating_sub(GROUPS_SHOWN);
    let rest =
        if more > 0 { format!(" {more} smaller groups stand in measures/rates.parquet.") } else { String::new() };
    let mut out = section(
        panel.title,
        &format!(
            "Twelve mature months together; the count beside each rate is its denominator. As it was on the day of the event, or at the month's start.{rest}"
        ),
        Vec::new(),
    );
    let label = |group: &str| names.get(group).map_or_else(|| group.to_owned(), |name| format!("{name} ({group})"));
    out.header = std::iter::once(panel.title.trim_start_matches("By "))
        .chain(COLUMNS.iter().map(|(heading, _)| *heading))
        .map(String::from)
        .collect();
    for group in groups.iter().take(GROUPS_SHOWN) {
        let cells = COLUMNS.iter().map(|(_, measure)| rate_cell(rates.of(panel.dimension, group, measure), hide));
        out.table.push(std::iter::once(label(group)).chain(cells).collect());
    }
    if hide.shows_all() {
        let drawn: Vec<(String, Vec<super::charts::Point>)> = groups
            .iter()
            .take(GROUPS_DRAWN)
            .filter_map(|g| Some((g, rates.of(panel.dimension, g, panel.sized_by)?)))
            .filter(|(_, series)| series.year().is_some_and(|y| y.numerator >= EVENTS_DRAWN))
            .map(|(g, series)| (label(g), series.points(12)))
            .filter(|(_, points)| points.len() > 1)
            .collect();
        let all = rates.of_all(panel.sized_by).map(|s| s.points(12)).unwrap_or_default();
        let heading = COLUMNS.iter().find(|(_, m)| *m == panel.sized_by).map_or("", |(heading, _)| *heading);
        let top = drawn.iter().flat_map(|(_, points)| points).chain(&all).map(|p| p.value).fold(0.0, f64::max);
        out.charts.extend(drawn.iter().map(|(name, points)| multiple(name, heading, points, &all, top)));
    }
    Some(out)
}

fn rate_cell(series: Option<&Series>, hide: SmallCells) -> String {
    let Some((series, parts)) = series.and_then(|s| Some((s, s.year()?))) else { return "–".to_owned() };
    let (events, of) = (parts.events(), parts.whole_denominator());
    if hide.hides(events) || (series.is_share() && (hide.hides(of) || hide.hides(of.saturating_sub(events)))) {
        return "not shown".to_owned();
    }
    let unit = if series.is_share() { format!("{of}") } else { format!("{of} y") };
    format!("{} ({unit})", series.words(&parts))
}

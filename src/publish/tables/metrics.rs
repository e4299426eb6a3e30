//! `metrics`: the figures of every night so far, carried from run to run. Owns both halves, writing and reading, and
//! which row of a night stands; refuses to compute a figure.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::Day;
use crate::publish::error::PublishError;
use crate::publish::scan::TableScan;
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, number, text};
use crate::publish::table_data::Unit;

/// One figure of one night.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricRow {
    /// Night.
    pub as_of: Day,
    /// What is measured.
    pub metric: String,
    /// By what it is told apart: all, stream, payer_type, care_manager, …
    pub dimension: String,
    /// Which of these.
    pub level: String,
    /// The figure.
    pub value: f64,
    /// What is counted, where the figure is a quotient.
    pub numerator: Option<f64>,
    /// Of how much.
    pub denominator: Option<f64>,
    /// Unit of the figure.
    pub unit: String,
}

/// Rows of `metrics`.
pub enum Metrics {}

impl RowFamily for Metrics {
    type Row<'a> = &'a MetricRow;
}

/// `metrics`.
pub static TABLE: Table<Metrics> = Table {
    name: "metrics",
    grain: "night, metric, dimension and level: all nights so far, the newest run of a night",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        date("as_of", "night", |r| r.as_of.into()),
        text("metric", "a count of the manifest, a count of a table's rows, or a rate over 12 mature months", |r| {
            (&r.metric).into()
        }),
        text(
            "dimension",
            "by what the figure is told apart: all, stream, care_manager, code, reason, state, item, payer_type",
            |r| (&r.dimension).into(),
        ),
        text("level", "which of these; all under the dimension all", |r| (&r.level).into()),
        number("value", Unit::Rate, "the figure, in its unit", |r| r.value.into()),
        number("numerator", Unit::Events, "what is counted; empty where the figure is no quotient", |r| {
            r.numerator.into()
        }),
        number("denominator", Unit::Rate, "of how much; empty where the figure is no quotient", |r| {
            r.denominator.into()
        }),
        text("unit", "unit of the figure", |r| (&r.unit).into()),
    ],
};

/// Figures by night, each in the order of metric, dimension and level.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricHistory(BTreeMap<Day, Vec<MetricRow>>);

impl MetricHistory {
    /// The figures of a published run: its own night, and the nights before that it carries.
    ///
    /// # Errors
    /// When its file is damaged; a run of an earlier version has none, and no figure.
    pub fn read(run: &Path) -> Result<Self, PublishError> {
        if !run.join("metrics.parquet").exists() {
            return Ok(Self::default());
        }
        let frame = TableScan::of_run(run, TABLE.name)?.read()?;
        let (nights, values) = (frame.dates("as_of")?, frame.numbers("value")?);
        let (numerators, denominators) = (frame.numbers("numerator")?, frame.numbers("denominator")?);
        let text = |name: &str| frame.cells(name);
        let (metrics, dimensions, levels, units) = (text("metric")?, text("dimension")?, text("level")?, text("unit")?);
        let mut out = Self::default();
        for i in 0..frame.len() {
            let (Some(as_of), Some(value)) = (nights[i], values[i]) else { continue };
            out.0.entry(as_of).or_default().push(MetricRow {
                as_of,
                metric: metrics[i].clone(),
                dimension: dimensions[i].clone(),
                level: levels[i].clone(),
                value,
                numerator: numerators[i],
                denominator: denominators[i],
                unit: units[i].clone(),
            });
        }
        Ok(out)
    }

    /// Puts the figures of a night in the place of those it had: a night counts once.
    pub fn set_night(&mut self, night: Day, mut rows: Vec<MetricRow>) {
        rows.sort_by(|a, b| (&a.metric, &a.dimension, &a.level).cmp(&(&b.metric, &b.dimension, &b.level)));
        self.0.insert(night, rows);
    }

    /// Takes what another history says of nights that this one lacks, and of the nights in `own` in any case.
    pub fn absorb(&mut self, other: Self, own: &BTreeSet<Day>) {
        for (night, rows) in other.0 {
            if own.contains(&night) || !self.0.contains_key(&night) {
                self.0.insert(night, rows);
            }
        }
    }

    /// Every row, by night.
    pub fn rows(&self) -> impl Iterator<Item = &MetricRow> {
        self.0.values().flatten()
    }

    /// Nights with figures.
    pub fn nights(&self) -> impl Iterator<Item = Day> {
        self.0.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Day;
    use crate::publish::sinks::{Heading, Sink};

    fn row(as_of: Day, metric: &str, value: f64) -> MetricRow {
        MetricRow {
            as_of,
            metric: metric.to_owned(),
            dimension: "all".to_owned(),
            level: "all".to_owned(),
            value,
            numerator: None,
            denominator: None,
            unit: "count".to_owned(),
        }
    }

    fn values(history: &MetricHistory) -> Vec<(i32, f64)> {
        history.rows().map(|r| (r.as_of.0, r.value)).collect()
    }

    #[test]
    fn a_night_counts_once_and_its_own_run_knows_it_best() {
        let (one, two) = (Day(20_000), Day(20_001));
        let mut first = MetricHistory::default();
        first.set_night(one, vec![row(one, "listed", 10.0)]);
        // The night again, after other inputs.
        first.set_night(one, vec![row(one, "suppressed", 5.0), row(one, "listed", 11.0)]);
        assert_eq!(values(&first), [(20_000, 11.0), (20_000, 5.0)]);

        let mut second = first.clone();
        second.set_night(two, vec![row(two, "listed", 20.0)]);
        // A later run of the first night replaces what the second carries of it; the second knows its own night.
        let mut again = MetricHistory::default();
        again.set_night(one, vec![row(one, "listed", 12.0)]);
        let mut all = MetricHistory::default();
        all.absorb(second, &BTreeSet::from([two]));
        all.absorb(again, &BTreeSet::from([one]));
        assert_eq!(values(&all), [(20_000, 12.0), (20_001, 20.0)]);
    }

    #[test]
    fn figures_are_read_back_as_written() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(MetricHistory::read(folder.path()).expect("no file"), MetricHistory::default());
        let night = Day(20_000);
        let rate = MetricRow { numerator: Some(3.0), denominator: Some(12.0), ..row(night, "readmission_30d", 0.25) };
        let mut history = MetricHistory::default();
        history.set_night(night, vec![row(night, "=listed", 7.0), rate]);
        let table = TABLE.fill(history.rows()).expect("a table");
        let bytes = PARQUET.write(&table, &Heading { as_of: night, banner: None }).expect("bytes");
        std::fs::write(folder.path().join("metrics.parquet"), bytes).expect("a file");
        assert_eq!(MetricHistory::read(folder.path()).expect("figures"), history);
        std::fs::write(folder.path().join("metrics.parquet"), "cut").expect("a file");
        assert!(MetricHistory::read(folder.path()).is_err());
    }
}

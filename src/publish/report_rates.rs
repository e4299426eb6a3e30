//! Rates of a published run as the director's page reads them: twelve months rolling, the twelve before, month by month.
//! Owns these sums of numerators and denominators; refuses to compute a rate of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::charts::Point;
use super::error::PublishError;
use super::scan::TableScan;
use super::tables::rates::PER_THOUSAND;
use crate::domain::{exact_poisson, wilson};

/// Months of a rolling rate, and of a chart.
const YEAR: usize = 12;

/// A numerator, its denominator and expected events.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Parts {
    /// Events or dollars.
    pub numerator: f64,
    /// Member-years, events or member-months.
    pub denominator: f64,
    /// Expected events; 0 where there is no model.
    pub expected: f64,
}

impl Parts {
    /// The numerator as a whole number of events.
    pub(super) fn events(&self) -> usize {
        whole(self.numerator)
    }

    /// The denominator as a whole number.
    pub(super) fn whole_denominator(&self) -> usize {
        whole(self.denominator)
    }

    fn add(&mut self, other: &Self) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
        self.expected += other.expected;
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of events")]
fn whole(n: f64) -> usize {
    n.max(0.0).round() as usize
}

/// One measure of one group by month, and its unit.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    /// By `YYYY-MM`, every mature month of the run; one without events has no denominator.
    pub months: BTreeMap<String, Parts>,
    /// Unit of the rate.
    pub unit: String,
}

impl Series {
    /// The newest twelve months together; `None` without a denominator.
    pub(super) fn year(&self) -> Option<Parts> {
        self.sum_after(0)
    }

    /// The twelve months before them; `None` unless all twelve are there.
    pub(super) fn year_before(&self) -> Option<Parts> {
        if self.months.len() < 2 * YEAR { None } else { self.sum_after(YEAR) }
    }

    fn sum_after(&self, skipped: usize) -> Option<Parts> {
        let mut out = Parts::default();
        self.months.values().rev().skip(skipped).take(YEAR).for_each(|month| out.add(month));
        (out.denominator > 0.0).then_some(out)
    }

    /// The rate in its own unit.
    pub(super) fn rate(&self, parts: &Parts) -> f64 {
        let scale = if self.unit == PER_THOUSAND { 1000.0 } else { 1.0 };
        parts.numerator / parts.denominator * scale
    }

    /// The rate is a share of its denominator.
    pub(super) fn is_share(&self) -> bool {
        self.unit.starts_with("share")
    }

    /// The rate is money.
    pub(super) fn is_money(&self) -> bool {
        self.unit.starts_with("dollars")
    }

    /// The rate as a reader may see it.
    pub(super) fn words(&self, parts: &Parts) -> String {
        let rate = self.rate(parts);
        match self {
            s if s.is_share() => format!("{:.1} %", rate * 100.0),
            s if s.is_money() => format!("${rate:.0}"),
            _ => format!("{rate:.1}"),
        }
    }

    /// The newest twelve months as points with 95 % limits: exact Poisson of person-time, Wilson's of a share; none of
    /// money. Shares in per cent.
    pub(super) fn points(&self, months: usize) -> Vec<Point> {
        let first = self.months.len().saturating_sub(months);
        self.months.iter().skip(first).filter(|(_, p)| p.denominator > 0.0).map(|(m, p)| self.point(m, p)).collect()
    }

    fn point(&self, month: &str, parts: &Parts) -> Point {
        let scaled = |n: f64| {
            let rate = self.rate(&Parts { numerator: n, ..*parts });
            if self.is_share() { rate * 100.0 } else { rate }
        };
        let limits = match self {
            s if s.is_money() => None,
            s if s.is_share() => {
                let (low, high) = wilson(parts.events() as u64, parts.whole_denominator() as u64);
                Some((low * 100.0, high * 100.0))
            }
            _ => {
                let (low, high) = exact_poisson(parts.events() as u64);
                Some((scaled(low), scaled(high)))
            }
        };
        Point { month: month.to_owned(), value: scaled(parts.numerator), limits }
    }
}

/// Every rate of a run by dimension, group and measure.
pub(super) struct RateBook(BTreeMap<(String, String, String), Series>);

impl RateBook {
    /// Reads `measures/rates` of a run.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub(super) fn read(run: &Path) -> Result<Self, PublishError> {
        let columns = ["month", "dimension", "group", "measure", "numerator", "denominator", "expected", "unit"];
        let frame = TableScan::of_run(run, "measures/rates")?.columns(&columns).read()?;
        let text = |name: &str| frame.cells(name);
        let (months, dimensions, groups) = (text("month")?, text("dimension")?, text("group")?);
        let (measures, units) = (text("measure")?, text("unit")?);
        let number = |name: &str| frame.numbers(name);
        let (numerators, denominators) = (number("numerator")?, number("denominator")?);
        let expected = number("expected")?;
        let mut out: BTreeMap<(String, String, String), Series> = BTreeMap::new();
        for i in 0..frame.len() {
            let (Some(numerator), Some(denominator)) = (numerators[i], denominators[i]) else { continue };
            let key = (dimensions[i].clone(), groups[i].clone(), measures[i].clone());
            let series = out.entry(key).or_default();
            series.unit.clone_from(&units[i]);
            let parts = Parts { numerator, denominator, expected: expected[i].unwrap_or(0.0) };
            series.months.entry(months[i].chars().take(7).collect()).or_default().add(&parts);
        }
        // Every series has every month of the run, so that a year is the same year for every group.
        let run_months: BTreeSet<String> = out.values().flat_map(|s| s.months.keys().cloned()).collect();
        for series in out.values_mut() {
            for month in &run_months {
                series.months.entry(month.clone()).or_default();
            }
        }
        Ok(Self(out))
    }

    /// One measure of everyone.
    pub(super) fn of_all(&self, measure: &str) -> Option<&Series> {
        self.of("all", "all", measure)
    }

    /// One measure of one group.
    pub(super) fn of(&self, dimension: &str, group: &str, measure: &str) -> Option<&Series> {
        self.0.get(&(dimension.to_owned(), group.to_owned(), measure.to_owned()))
    }

    /// Several measures of everyone as one: numerators and denominators add up. `None` where none is there.
    pub(super) fn together(&self, measures: &[&str]) -> Option<Series> {
        let mut out = Series::default();
        for series in measures.iter().filter_map(|m| self.of_all(m)) {
            out.unit.clone_from(&series.unit);
            for (month, parts) in &series.months {
                out.months.entry(month.clone()).or_default().add(parts);
            }
        }
        (!out.months.is_empty()).then_some(out)
    }

    /// Groups of a dimension, those with the largest denominator of a measure first; ties by name.
    pub(super) fn groups(&self, dimension: &str, measure: &str) -> Vec<&str> {
        let of = self.0.iter().filter(|((d, _, m), _)| d == dimension && m == measure);
        let mut sized: Vec<(f64, &str)> =
            of.filter_map(|((_, group, _), s)| Some((s.year()?.denominator, group.as_str()))).collect();
        sized.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        sized.into_iter().map(|(_, group)| group).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_months_stand_against_the_twelve_before() {
        let month = |n: usize| format!("{}-{:02}", 2024 + n / 12, n % 12 + 1);
        let parts = |n: usize| Parts { numerator: if n < 12 { 2.0 } else { 3.0 }, denominator: 10.0, expected: 0.0 };
        let mut series = Series { unit: "share of events".to_owned(), ..Series::default() };
        series.months.extend((0..24).map(|n| (month(n), parts(n))));
        let (now, before) = (series.year().expect("a year"), series.year_before().expect("a year"));
        assert_eq!((now.numerator, before.numerator, now.denominator), (36.0, 24.0, 120.0));
        assert_eq!((series.words(&now), series.words(&before)), ("30.0 %".to_owned(), "20.0 %".to_owned()));
        series.months.remove("2024-01");
        assert!(series.year_before().is_none(), "eleven months are no year");
        let points = series.points(12);
        assert_eq!((points.len(), points[11].month.as_str(), points[11].value), (12, "2025-12", 30.0));
        // Wilson's interval of 3 of 10.
        let (low, high) = points[11].limits.expect("limits");
        assert!((low - 10.78).abs() < 0.01 && (high - 60.32).abs() < 0.01, "{low} {high}");
    }
}

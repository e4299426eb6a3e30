//! `measures/rates`: rates by month, one dimension at a time, with exact limits. Owns its columns and their arithmetic of reading;
//! refuses to count an event.

use crate::domain::WordId;
use crate::domain::{exact_poisson, wilson};
use crate::extracts::Words;
use crate::measures::{RateCell, RateGroup, RateKey, RateKind};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, integer, number, text};
use crate::publish::table_data::Unit;

/// Unit of rates of person-time: their denominator is in member-years, and the rate is of a thousand of them.
pub const PER_THOUSAND: &str = "per 1,000 member-years";

/// One rate of one month and group.
pub struct RatesRow<'a> {
    /// Month, group, measure.
    pub key: RateKey,
    /// What was counted.
    pub cell: &'a RateCell,
    /// Words of plans, practices and facilities.
    pub words: &'a Words<WordId>,
}

#[expect(clippy::cast_precision_loss, reason = "rates for reading")]
impl RatesRow<'_> {
    fn is_money(&self) -> bool {
        matches!(self.key.kind, RateKind::Paid | RateKind::PaidAvoidable)
    }

    fn is_share(&self) -> bool {
        matches!(self.key.kind, RateKind::Readmissions | RateKind::Process(_))
    }

    fn observed(&self) -> f64 {
        self.cell.observed as f64
    }

    fn exposure(&self) -> f64 {
        if self.is_share() { self.cell.exposure as f64 } else { self.cell.exposure as f64 / 365.25 }
    }

    /// Events of this cell have no person-time: a facility's admissions and ED visits.
    fn has_exposure(&self) -> bool {
        self.cell.exposure > 0
    }

    /// So many events as a share, or for 1,000 member-years.
    fn scaled(&self, events: f64) -> f64 {
        if self.is_share() { events / self.exposure() } else { events / self.exposure() * 1000.0 }
    }

    /// Events, or dollars.
    fn numerator(&self) -> f64 {
        if self.is_money() { self.observed() / 100.0 } else { self.observed() }
    }

    /// Member-months for money, else as in `member_years`.
    fn denominator(&self) -> Option<f64> {
        let exposure = if self.is_money() { self.cell.exposure as f64 / 30.4375 } else { self.exposure() };
        self.has_exposure().then_some(exposure)
    }

    fn unit(&self) -> &'static str {
        match self.key.kind {
            RateKind::Paid | RateKind::PaidAvoidable => "dollars a member-month",
            RateKind::Readmissions => "share of index discharges",
            RateKind::Process(_) => "share of events",
            _ => PER_THOUSAND,
        }
    }

    fn rate(&self) -> Option<f64> {
        let denominator = self.denominator()?;
        Some(if self.is_money() { self.numerator() / denominator } else { self.scaled(self.observed()) })
    }

    /// Limits of the events: Wilson's of a step that was made or not, else exact Poisson ones.
    fn limits(&self) -> Option<(f64, f64)> {
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        if matches!(self.key.kind, RateKind::Process(_)) {
            let (low, high) = wilson(count(self.cell.observed), count(self.cell.exposure));
            return self.has_exposure().then(|| (low * self.exposure(), high * self.exposure()));
        }
        (!self.is_money() && self.has_exposure()).then(|| exact_poisson(count(self.cell.observed)))
    }

    fn expected(&self) -> Option<f64> {
        self.cell.known_expected()
    }

    fn expected_age_sex(&self) -> Option<f64> {
        self.expected().map(|_| self.cell.expected_age_sex.events())
    }

    fn over_expected(&self, events: f64) -> Option<f64> {
        self.expected().map(|e| events / e)
    }
}

/// The rows of a population in the order of the file: month, dimension, group by its own name, measure. The numbers of
/// interned words follow the order of arrival, so nothing is sorted by them.
pub fn rate_rows<'a>(
    cells: impl Iterator<Item = (RateKey, &'a RateCell)>,
    words: &'a Words<WordId>,
) -> impl Iterator<Item = RatesRow<'a>> {
    let mut rows: Vec<RatesRow<'a>> = cells.map(|(key, cell)| RatesRow { key, cell, words }).collect();
    let place = |group: &RateGroup| DIMENSIONS.iter().position(|d| *d == group.dimension());
    rows.sort_by(|a, b| {
        let head = |r: &RatesRow<'_>| (r.key.month, place(&r.key.group));
        head(a)
            .cmp(&head(b))
            .then_with(|| a.key.group.label(words).cmp(b.key.group.label(words)))
            .then_with(|| a.key.kind.cmp(&b.key.kind))
    });
    rows.into_iter()
}

/// Dimensions in the order of the file.
const DIMENSIONS: [&str; 6] = ["all", "payer", "plan", "practice", "care_manager", "facility"];

/// Rows of `measures/rates`.
pub enum Rates {}

impl RowFamily for Rates {
    type Row<'a> = RatesRow<'a>;
}

/// `measures/rates`.
pub static TABLE: Table<Rates> = Table {
    name: "measures/rates",
    grain: "month, group of one dimension, and rate",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        date("month", "first day; mature months only", |r| r.key.month.into()),
        text("dimension", "all, payer, plan, practice, care_manager, facility: one at a time", |r| {
            r.key.group.dimension().into()
        }),
        text("group", "the payer, plan, practice, manager or facility, as on the first day of the month", |r| {
            r.key.group.label(r.words).into()
        }),
        text(
            "measure",
            "admissions, ed_visits, readmission_30d, pqi_NN, pqe_NN, paid_pmpm, paid_avoidable_pmpm, and the steps of care management: contact_2_business_days, contact_attempted_only, visit_7d, visit_14d, reconciliation_30d, follow_up_KIND_7d, follow_up_KIND_30d",
            |r| r.key.kind.name().into(),
        ),
        integer("observed", Unit::Events, "events; empty for money", |r| {
            (!r.is_money()).then_some(r.cell.observed).into()
        }),
        number(
            "expected",
            Unit::Events,
            "by AHRQ's model of age, sex and county poverty; empty where there is none",
            |r| r.expected().into(),
        ),
        number("observed_to_expected", Unit::Ratio, "O/E", |r| r.over_expected(r.observed()).into()),
        number(
            "member_years",
            Unit::MemberYears,
            "exposure; index discharges for readmission_30d, events for a step",
            |r| r.exposure().into(),
        ),
        number("numerator", Unit::Events, "events, or dollars", |r| r.numerator().into()),
        number(
            "denominator",
            Unit::MemberYears,
            "member-years, index discharges, events or member-months; empty without any",
            |r| r.denominator().into(),
        ),
        text("unit", "what the rate is told in", |r| r.unit().into()),
        number(
            "rate",
            Unit::Rate,
            "per 1,000 member-years; share of index discharges or events; dollars a member-month",
            |r| r.rate().into(),
        ),
        number("rate_low", Unit::Rate, "95 % limit: exact Poisson, of a step Wilson's", |r| {
            r.limits().map(|l| r.scaled(l.0)).into()
        }),
        number("rate_high", Unit::Rate, "95 % limit: exact Poisson, of a step Wilson's", |r| {
            r.limits().map(|l| r.scaled(l.1)).into()
        }),
        number("observed_to_expected_low", Unit::Ratio, "exact 95 % limit of O/E", |r| {
            r.limits().and_then(|l| r.over_expected(l.0)).into()
        }),
        number("observed_to_expected_high", Unit::Ratio, "exact 95 % limit of O/E", |r| {
            r.limits().and_then(|l| r.over_expected(l.1)).into()
        }),
        number("expected_age_sex", Unit::Events, "by AHRQ's model of age and sex alone", |r| {
            r.expected_age_sex().into()
        }),
        number("observed_to_expected_age_sex", Unit::Ratio, "O/E by that model", |r| {
            r.expected_age_sex().map(|e| r.observed() / e).into()
        }),
    ],
};

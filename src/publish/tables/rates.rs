//! `measures/rates`: rates by month and payer with exact limits. Owns its columns and their arithmetic of reading;
//! refuses to count an event.

use crate::measures::{RateCell, RateKey, RateKind, exact_poisson};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, integer, number, text};
use crate::publish::table_data::Unit;

/// One rate of one month and payer.
pub struct RatesRow<'a> {
    /// Month, payer, measure.
    pub key: RateKey,
    /// What was counted.
    pub cell: &'a RateCell,
}

#[expect(clippy::cast_precision_loss, reason = "rates for reading")]
impl RatesRow<'_> {
    fn is_money(&self) -> bool {
        matches!(self.key.kind, RateKind::Paid | RateKind::PaidAvoidable)
    }

    fn is_share(&self) -> bool {
        self.key.kind == RateKind::Readmissions
    }

    fn observed(&self) -> f64 {
        self.cell.observed as f64
    }

    fn exposure(&self) -> f64 {
        if self.is_share() { self.cell.exposure as f64 } else { self.cell.exposure as f64 / 365.25 }
    }

    /// So many events as a share, or for 1,000 member-years.
    fn scaled(&self, events: f64) -> f64 {
        if self.is_share() { events / self.exposure() } else { events / self.exposure() * 1000.0 }
    }

    fn rate(&self) -> f64 {
        if self.is_money() {
            self.observed() / 100.0 / (self.cell.exposure as f64 / 30.4375)
        } else {
            self.scaled(self.observed())
        }
    }

    fn limits(&self) -> Option<(f64, f64)> {
        (!self.is_money()).then(|| exact_poisson(u64::try_from(self.cell.observed).unwrap_or(0)))
    }

    fn expected(&self) -> Option<f64> {
        self.cell.known_expected()
    }

    fn expected_age_sex(&self) -> Option<f64> {
        self.expected().map(|_| self.cell.expected_age_sex)
    }

    fn over_expected(&self, events: f64) -> Option<f64> {
        self.expected().map(|e| events / e)
    }
}

/// Rows of `measures/rates`.
pub enum Rates {}

impl RowFamily for Rates {
    type Row<'a> = RatesRow<'a>;
}

/// `measures/rates`.
pub static TABLE: Table<Rates> = Table {
    name: "measures/rates",
    grain: "month, payer and rate",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        date("month", "first day; mature months only", |r| r.key.month.into()),
        text("payer_type", "payer", |r| r.key.payer.name().into()),
        text(
            "measure",
            "admissions, ed_visits, readmission_30d, pqi_NN, pqe_NN, paid_pmpm, paid_avoidable_pmpm",
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
        number("member_years", Unit::MemberYears, "exposure; index discharges for readmission_30d", |r| {
            r.exposure().into()
        }),
        number("rate", Unit::Rate, "per 1,000 member-years; share of index discharges; dollars a member-month", |r| {
            r.rate().into()
        }),
        number("rate_low", Unit::Rate, "exact 95 % limit", |r| r.limits().map(|l| r.scaled(l.0)).into()),
        number("rate_high", Unit::Rate, "exact 95 % limit", |r| r.limits().map(|l| r.scaled(l.1)).into()),
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

//! Counts of the population as rates a reader knows: a thousand years, dollars a month, observed over expected. Owns
//! the units and limits; refuses to count.

use super::night::Night;
use crate::measures::{RateKind, exact_poisson};
use crate::publish::{Cell, Table, columns};

/// One row a cell of the population rates.
#[must_use]
pub fn rate_rows(night: &Night<'_>) -> Table {
    let mut table = Table::new(&columns::RATES);
    for (key, cell) in night.everyone.rates.iter() {
        let money = matches!(key.kind, RateKind::Paid | RateKind::PaidAvoidable);
        let shares = key.kind == RateKind::Readmissions;
        #[expect(clippy::cast_precision_loss, reason = "rates for reading")]
        let (observed, exposure) = (cell.observed as f64, cell.exposure as f64);
        let years = exposure / 365.25;
        let scale = |n: f64| if shares { n / exposure } else { n / years * 1000.0 };
        let rate = if money { observed / 100.0 / (exposure / 30.4375) } else { scale(observed) };
        let limits = (!money).then(|| exact_poisson(u64::try_from(cell.observed).unwrap_or(0)));
        let expected = cell.known_expected();
        let plain = expected.map(|_| cell.expected_age_sex);
        let ratio = |limit: f64| expected.map(|e| limit / e);
        table.push(&[
            key.month.into(),
            key.payer.name().into(),
            (&key.kind.name()).into(),
            if money { Cell::Null } else { cell.observed.into() },
            expected.into(),
            expected.map(|e| observed / e).into(),
            if shares { exposure } else { years }.into(),
            rate.into(),
            limits.map(|l| scale(l.0)).into(),
            limits.map(|l| scale(l.1)).into(),
            limits.and_then(|l| ratio(l.0)).into(),
            limits.and_then(|l| ratio(l.1)).into(),
            plain.into(),
            plain.map(|e| observed / e).into(),
        ]);
    }
    table
}

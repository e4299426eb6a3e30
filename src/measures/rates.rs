//! Population rates by month and payer. Owns the person-time, the exact intervals and the maturity rule;
//! refuses to compare organisations.

use std::collections::BTreeMap;

use super::{MemberMeasures, PQE, PQI, composites_of};
use crate::domain::{Day, PayerType};
use crate::extracts::NO_INTEGER;
use crate::reference::{AreaRates, Reference};
use crate::timeline::Timeline;

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RateKind {
    /// Stays admitted.
    Admissions,
    /// ED visits.
    EdVisits,
    /// 30-day unplanned readmissions over index discharges with a known label.
    Readmissions,
    /// One PQI (its place in the ten singles, then 10.. for composites 90–93).
    Pqi(u8),
    /// One PQE, by its place in the five.
    Pqe(u8),
    /// Paid dollars per member-month.
    Paid,
    /// Paid dollars on PQI stays per member-month.
    PaidAvoidable,
}

impl RateKind {
    fn place(self) -> usize {
        match self {
            Self::Admissions => 0,
            Self::EdVisits => 1,
            Self::Readmissions => 2,
            Self::Pqi(n) => 3 + usize::from(n),
            Self::Pqe(n) => 17 + usize::from(n),
            Self::Paid => 22,
            Self::PaidAvoidable => 23,
        }
    }

    /// The name in files.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Admissions => "admissions".into(),
            Self::EdVisits => "ed_visits".into(),
            Self::Readmissions => "readmission_30d".into(),
            Self::Pqi(n) => format!("pqi_{}", pqi_name(n)),
            Self::Pqe(n) => format!("pqe_{}", PQE[usize::from(n)]),
            Self::Paid => "paid_pmpm".into(),
            Self::PaidAvoidable => "paid_avoidable_pmpm".into(),
        }
    }
}

fn pqi_name(n: u8) -> &'static str {
    let n = usize::from(n);
    if n < 10 { PQI[n] } else { ["90", "91", "92", "93"][n - 10] }
}

/// Month (its first day) and payer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RateKey {
    /// First day of the month.
    pub month: Day,
    /// Payer.
    pub payer: PayerType,
    /// What is counted.
    pub kind: RateKind,
}

/// Counts of one cell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RateCell {
    /// Events, or cents for money.
    pub observed: i64,
    /// Person-days, or index discharges for readmissions.
    pub exposure: i64,
    /// Expected events by the published model of age, sex and county poverty (of age and sex for a member
    /// without a known county); 0 where there is none.
    pub expected: f64,
    /// Expected events by the model of age and sex alone; 0 where there is none.
    pub expected_age_sex: f64,
}

impl RateCell {
    /// Expected events, when there is a model.
    #[must_use]
    pub fn known_expected(&self) -> Option<f64> {
        (self.expected > 0.0).then_some(self.expected)
    }
}

/// Number of kinds: three counts, fourteen PQI, five PQE, two sums of money.
const KINDS: usize = 24;

/// Every kind in order, as [`RateKind::place`] counts them.
fn kinds() -> impl Iterator<Item = RateKind> {
    [RateKind::Admissions, RateKind::EdVisits, RateKind::Readmissions]
        .into_iter()
        .chain((0..14).map(RateKind::Pqi))
        .chain((0..5).map(RateKind::Pqe))
        .chain([RateKind::Paid, RateKind::PaidAvoidable])
}

/// All cells: one row of kinds a month and payer, so that a member-month is one look-up.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    rows: BTreeMap<(Day, PayerType), [RateCell; KINDS]>,
}

/// One mature month of one member.
#[derive(Clone, Copy)]
struct Month {
    first: Day,
    last: Day,
    /// Enrolled days.
    days: i64,
    payer: PayerType,
    /// County poverty decile.
    decile: Option<u8>,
}

/// Months reported.
const MONTHS: i32 = 24;

impl Rates {
    /// Adds one member's mature months.
    pub fn add(
        &mut self,
        timeline: &Timeline<'_>,
        measures: &MemberMeasures,
        reference: &Reference,
        maturity_days: i32,
        county: &str,
    ) {
        let member = timeline.member;
        let payer = member.payer_type();
        let decile = reference.rates.poverty_decile(county);
        let mut month = timeline.as_of.month_start().plus_months(-MONTHS);
        while month < timeline.as_of {
            let next = month.plus_months(1);
            let last = next.plus(-1);
            // A month is told only when its claims have had time to arrive.
            if last.plus(maturity_days) <= timeline.as_of {
                let end = member.death().map_or(last, |d| d.min(last));
                let days = i64::from(member.enrolled_days(month, end));
                let month = Month { first: month, last, days, payer, decile };
                self.month(timeline, measures, &month, &reference.rates);
            }
            month = next;
        }
    }

    fn month(&mut self, timeline: &Timeline<'_>, measures: &MemberMeasures, span: &Month, rates: &AreaRates) {
        let Month { first: month, last, days, payer, decile } = *span;
        let row = self.rows.entry((month, payer)).or_insert([RateCell::default(); KINDS]);
        let mut cell = |kind: RateKind, observed: i64, exposure: i64, expected: (f64, f64)| {
            if let Some(c) = row.get_mut(kind.place()) {
                c.observed += observed;
                c.exposure += exposure;
                c.expected += expected.0;
                c.expected_age_sex += expected.1;
            }
        };
        let none = (0.0, 0.0);
        let inside = |day: Day| month <= day && day <= last;
        let enrolled = |day: Day| timeline.member.enrolled_on(day);
        let stays: Vec<usize> = (0..timeline.stays.len())
            .filter(|i| inside(timeline.stays[*i].admit) && enrolled(timeline.stays[*i].admit))
            .collect();
        cell(RateKind::Admissions, stays.len() as i64, days, none);
        cell(
            RateKind::EdVisits,
            timeline.ed_visits.iter().filter(|v| inside(v.day) && enrolled(v.day)).count() as i64,
            days,
            none,
        );
        for (i, facts) in measures.stays.iter().enumerate() {
            if let Some(label) = facts.readmit30
                && timeline.stays[i].discharge.is_some_and(inside)
            {
                cell(RateKind::Readmissions, i64::from(label), 1, none);
            }
        }
        let age = timeline.member.birth().age_on(month);
        let sex = timeline.member.sex();
        #[expect(clippy::cast_precision_loss, reason = "at most 31 days")]
        let years = days as f64 / 365.25;
        for (n, name) in (0_u8..).zip(PQE) {
            let Some(plain) = rates.pqe(name, age, sex, None) else { continue };
            let poverty = rates.pqe(name, age, sex, decile).unwrap_or(plain);
            let visits = timeline.ed_visits.iter().zip(&measures.ed);
            let observed = visits
                .filter(|(v, e)| inside(v.day) && enrolled(v.day) && e.pqe.is_some_and(|bits| bits >> n & 1 == 1))
                .count() as i64;
            cell(RateKind::Pqe(n), observed, days, (poverty * years, plain * years));
        }
        if age >= 18 {
            for n in 0..14_u8 {
                let name = pqi_name(n);
                let observed = stays
                    .iter()
                    .filter(|i| measures.stays[**i].pqi.as_ref().is_some_and(|p| counted(p.counted, n)))
                    .count() as i64;
                if let Some(plain) = rates.pqi(name, age, sex, None) {
                    let poverty = rates.pqi(name, age, sex, decile).unwrap_or(plain);
                    cell(RateKind::Pqi(n), observed, days, (poverty * years, plain * years));
                }
            }
        }
        let paid: i64 = timeline.claims.iter().filter(|c| inside(Day(c.start))).map(|c| c.paid_cents).sum::<i64>()
            + timeline
                .fills
                .iter()
                .filter(|f| inside(Day(f.day)) && f.paid_cents != NO_INTEGER)
                .map(|f| f.paid_cents)
                .sum::<i64>();
        cell(RateKind::Paid, paid, days, none);
        let avoidable: i64 = stays
            .iter()
            .filter(|i| measures.stays[**i].pqi.as_ref().is_some_and(|p| p.counted != 0))
            .flat_map(|i| timeline.stays[*i].claims.iter())
            .map(|c| timeline.claims[*c].paid_cents)
            .sum();
        cell(RateKind::PaidAvoidable, avoidable, days, none);
    }

    /// Adds another set of cells; call in a fixed order, for the expected events are sums of fractions.
    pub fn merge(&mut self, other: &Self) {
        for (key, theirs) in &other.rows {
            let mine = self.rows.entry(*key).or_insert([RateCell::default(); KINDS]);
            for (mine, cell) in mine.iter_mut().zip(theirs) {
                mine.observed += cell.observed;
                mine.exposure += cell.exposure;
                mine.expected += cell.expected;
                mine.expected_age_sex += cell.expected_age_sex;
            }
        }
    }

    /// Cells with any exposure or event, by month, payer and kind.
    pub fn iter(&self) -> impl Iterator<Item = (RateKey, &RateCell)> {
        self.rows.iter().flat_map(|((month, payer), row)| {
            kinds()
                .zip(row)
                .filter(|(_, c)| c.observed != 0 || c.exposure != 0)
                .map(|(kind, c)| (RateKey { month: *month, payer: *payer, kind }, c))
        })
    }
}

fn counted(bits: u16, n: u8) -> bool {
    if n < 10 { bits >> n & 1 == 1 } else { composites_of(bits).any(|c| c == pqi_name(n)) }
}

/// The exact (Garwood) 95 % interval of a Poisson count: the means under which so few or so many events
/// have a chance of 2.5 %. Found by bisection on the distribution itself. Source: Garwood 1936.
#[must_use]
pub fn exact_poisson(count: u64) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let k = count as f64;
    let spread = 10.0 * libm::sqrt(k + 1.0) + 10.0;
    let solve = |below: &dyn Fn(f64) -> bool| {
        let (mut low, mut high) = ((k - spread).max(0.0), k + spread);
        for _ in 0..80 {
            let mid = f64::midpoint(low, high);
            if below(mid) { low = mid } else { high = mid }
        }
        high
    };
    // P(X >= k | m) grows with m; P(X <= k | m) falls.
    let lower = if count == 0 { 0.0 } else { solve(&|m| 1.0 - cumulative(count - 1, m) < 0.025) };
    (lower, solve(&|m| cumulative(count, m) > 0.025))
}

/// P(X <= k) of a Poisson mean, summed from the largest term so that nothing underflows.
fn cumulative(k: u64, mean: f64) -> f64 {
    if mean <= 0.0 {
        return 1.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let top = k as f64;
    let log_term = top * libm::log(mean) - mean - libm::lgamma(top + 1.0);
    let (mut term, mut sum, mut i) = (1.0, 1.0, top);
    while i > 0.0 && term > 1e-17 * sum {
        term *= i / mean;
        sum += term;
        i -= 1.0;
        if sum > 1e300 {
            return 1.0;
        }
    }
    (libm::exp(log_term) * sum).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_where_they_say() {
        let all: Vec<RateKind> = kinds().collect();
        assert_eq!(all.len(), KINDS);
        assert!(all.iter().enumerate().all(|(i, k)| k.place() == i) && all.is_sorted());
    }

    /// Garwood limits as tabulated by Ulm 1990 (Am J Epidemiol 131:373), to two decimals.
    #[test]
    fn intervals_are_the_tabulated_ones() {
        for (count, low, high) in [
            (0, 0.0, 3.69),
            (1, 0.03, 5.57),
            (5, 1.62, 11.67),
            (10, 4.80, 18.39),
            (20, 12.22, 30.89),
            (50, 37.11, 65.92),
            (100, 81.36, 121.63),
        ] {
            let (l, h) = exact_poisson(count);
            assert!((l - low).abs() < 0.006 && (h - high).abs() < 0.006, "{count}: {l} {h}");
        }
    }
}

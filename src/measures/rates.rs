//! Population rates by month and payer. Owns the person-time, the exact intervals and the maturity rule;
//! refuses to compare organisations.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{MemberMeasures, PQE, PQI, composites_of};
use crate::domain::{Day, PayerType, Sex};
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
    /// First days of the mature months and of the one after.
    starts: Vec<Day>,
    rows: BTreeMap<(Day, PayerType), [RateCell; KINDS]>,
    /// Rates a person-year of people of one age, sex and decile: thousands of person-months share them.
    priced: FxHashMap<Who, Priced>,
}

/// Age in completed years at the month's start, sex, poverty decile.
type Who = (i32, Sex, Option<u8>);

/// Yearly rates with and without poverty of each PQE and PQI that has any for these people.
#[derive(Clone, Debug)]
struct Priced {
    pqe: [Option<(f64, f64)>; 5],
    pqi: [Option<(f64, f64)>; 14],
}

impl Priced {
    fn of((age, sex, decile): Who, rates: &AreaRates) -> Self {
        let pqe = |name: &&'static str| {
            let plain = rates.pqe(name, age, sex, None)?;
            Some((rates.pqe(name, age, sex, decile).unwrap_or(plain), plain))
        };
        let pqi = |n: usize| {
            let name = pqi_name(u8::try_from(n).ok()?);
            let plain = if age >= 18 { rates.pqi(name, age, sex, None)? } else { return None };
            Some((rates.pqi(name, age, sex, decile).unwrap_or(plain), plain))
        };
        Self { pqe: PQE.each_ref().map(pqe), pqi: std::array::from_fn(pqi) }
    }
}

/// What one member did in one month, enrolled on the day where a rate asks for it.
#[derive(Clone, Copy, Default)]
struct Month {
    admissions: i64,
    ed: i64,
    index: i64,
    returned: i64,
    pqi: [u8; 14],
    pqe: [u8; 5],
    paid: i64,
    avoidable: i64,
}

/// Months reported.
const MONTHS: i32 = 24;

/// First days of the mature months and of the one after: a month is told only when its claims have had time to
/// arrive.
fn mature_months(as_of: Day, maturity_days: i32) -> Vec<Day> {
    let first = as_of.month_start().plus_months(-MONTHS);
    let starts = (1..=MONTHS).map(|n| first.plus_months(n));
    std::iter::once(first).chain(starts.take_while(|next| next.plus(-1 + maturity_days) <= as_of)).collect()
}

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
        if self.starts.is_empty() {
            self.starts = mature_months(timeline.as_of, maturity_days);
        }
        let member = timeline.member;
        let payer = member.payer_type();
        let decile = reference.rates.poverty_decile(county);
        for (at, done) in self.months(timeline, measures).iter().enumerate() {
            let (first, last) = (self.starts[at], self.starts[at + 1].plus(-1));
            let end = member.death().map_or(last, |d| d.min(last));
            let days = i64::from(member.enrolled_days(first, end));
            let row = self.rows.entry((first, payer)).or_insert([RateCell::default(); KINDS]);
            let who = (member.birth().age_on(first), member.sex(), decile);
            let priced = self.priced.entry(who).or_insert_with(|| Priced::of(who, &reference.rates));
            fill(row, done, days, priced);
        }
    }

    /// The mature month of a day.
    fn month_of(&self, day: Day) -> Option<usize> {
        let (first, end) = (self.starts.first()?, self.starts.last()?);
        if day < *first || day >= *end {
            return None;
        }
        Some(self.starts.partition_point(|s| *s <= day) - 1)
    }

    /// One pass over everything dated.
    fn months(&self, timeline: &Timeline<'_>, measures: &MemberMeasures) -> Vec<Month> {
        let mut out = vec![Month::default(); self.starts.len() - 1];
        let enrolled = |day: Day| timeline.member.enrolled_on(day);
        for (stay, facts) in timeline.stays.iter().zip(&measures.stays) {
            if let (Some(label), Some(at)) = (facts.readmit30, stay.discharge.and_then(|d| self.month_of(d))) {
                out[at].index += 1;
                out[at].returned += i64::from(label);
            }
            let Some(at) = self.month_of(stay.admit).filter(|_| enrolled(stay.admit)) else { continue };
            out[at].admissions += 1;
            let Some(bits) = facts.pqi.as_ref().map(|p| p.counted).filter(|c| *c != 0) else { continue };
            for (n, seen) in (0..14).zip(&mut out[at].pqi) {
                *seen += u8::from(counted(bits, n));
            }
            out[at].avoidable += stay.claims.iter().map(|c| timeline.claims[*c].paid_cents).sum::<i64>();
        }
        for (visit, class) in timeline.ed_visits.iter().zip(&measures.ed) {
            let Some(at) = self.month_of(visit.day).filter(|_| enrolled(visit.day)) else { continue };
            out[at].ed += 1;
            for (n, seen) in out[at].pqe.iter_mut().enumerate() {
                *seen += u8::from(class.pqe.is_some_and(|bits| bits >> n & 1 == 1));
            }
        }
        for claim in &timeline.claims {
            if let Some(at) = self.month_of(Day(claim.start)) {
                out[at].paid += claim.paid_cents;
            }
        }
        for f in timeline.fills.iter().filter(|f| f.paid_cents != NO_INTEGER) {
            if let Some(at) = self.month_of(Day(f.day)) {
                out[at].paid += f.paid_cents;
            }
        }
        out
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

/// Adds one member-month to its row of cells.
fn fill(row: &mut [RateCell; KINDS], done: &Month, days: i64, priced: &Priced) {
    #[expect(clippy::cast_precision_loss, reason = "at most 31 days")]
    let years = days as f64 / 365.25;
    let mut cell = |kind: RateKind, observed: i64, exposure: i64, expected: (f64, f64)| {
        if let Some(c) = row.get_mut(kind.place()) {
            c.observed += observed;
            c.exposure += exposure;
            c.expected += expected.0 * years;
            c.expected_age_sex += expected.1 * years;
        }
    };
    let none = (0.0, 0.0);
    cell(RateKind::Admissions, done.admissions, days, none);
    cell(RateKind::EdVisits, done.ed, days, none);
    cell(RateKind::Readmissions, done.returned, done.index, none);
    for ((n, rates), seen) in (0_u8..).zip(priced.pqe).zip(done.pqe) {
        if let Some(rates) = rates {
            cell(RateKind::Pqe(n), i64::from(seen), days, rates);
        }
    }
    for ((n, rates), seen) in (0_u8..).zip(priced.pqi).zip(done.pqi) {
        if let Some(rates) = rates {
            cell(RateKind::Pqi(n), i64::from(seen), days, rates);
        }
    }
    cell(RateKind::Paid, done.paid, days, none);
    cell(RateKind::PaidAvoidable, done.avoidable, days, none);
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

//! Population rates by month and payer. Owns the person-time and the maturity rule;
//! refuses to compare organisations.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::measure::Measured;
use super::pqe::{PQE, VisitPqe};
use super::pqi::{PQI, StayPqi, composites_of};
use super::readmission::Readmissions;
use crate::domain::{Day, PayerType, Sex};
use crate::extracts::NO_INTEGER;
use crate::reference::AreaRates;

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
    pub fn add(&mut self, m: &Measured<'_>, maturity_days: i32) {
        let (timeline, reference) = (&m.timeline, m.codes().reference);
        if self.starts.is_empty() {
            self.starts = mature_months(timeline.as_of, maturity_days);
        }
        let member = timeline.member;
        let payer = member.payer_type();
        let decile = reference.rates.poverty_decile(&member.facts.county.text());
        for (at, done) in self.months(m).iter().enumerate() {
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
    fn months(&self, m: &Measured<'_>) -> Vec<Month> {
        let timeline = &m.timeline;
        let pqi = m.get::<StayPqi>();
        let mut out = vec![Month::default(); self.starts.len() - 1];
        let enrolled = |day: Day| timeline.member.enrolled_on(day);
        for (i, (stay, facts)) in timeline.stays.iter().zip(&m.get::<Readmissions>().0).enumerate() {
            if let (Some(label), Some(at)) = (facts.readmit30, stay.discharge.and_then(|d| self.month_of(d))) {
                out[at].index += 1;
                out[at].returned += i64::from(label);
            }
            let Some(at) = self.month_of(stay.admit).filter(|_| enrolled(stay.admit)) else { continue };
            out[at].admissions += 1;
            let bits = pqi.counted(i);
            if bits == 0 {
                continue;
            }
            for (n, seen) in (0..14).zip(&mut out[at].pqi) {
                *seen += u8::from(counted(bits, n));
            }
            out[at].avoidable += stay.claims.iter().map(|c| timeline.claims[*c].paid_cents).sum::<i64>();
        }
        for (visit, judged) in timeline.ed_visits.iter().zip(&m.get::<VisitPqe>().0) {
            let Some(at) = self.month_of(visit.day).filter(|_| enrolled(visit.day)) else { continue };
            out[at].ed += 1;
            for (n, seen) in out[at].pqe.iter_mut().enumerate() {
                *seen += u8::from(judged.is_some_and(|bits| bits >> n & 1 == 1));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_where_they_say() {
        let all: Vec<RateKind> = kinds().collect();
        assert_eq!(all.len(), KINDS);
        assert!(all.iter().enumerate().all(|(i, k)| k.place() == i) && all.is_sorted());
    }
}

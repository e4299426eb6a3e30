//! Population rates by month and payer. Owns the person-time, the exact intervals and the maturity rule;
//! refuses to compare organisations.

use super::{MemberMeasures, composites_of};
use crate::domain::{Day, PayerType};
use crate::extracts::NO_INTEGER;
use crate::reference::{PQI_RATES, Reference};
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
    /// Paid dollars per member-month.
    Paid,
    /// Paid dollars on PQI stays per member-month.
    PaidAvoidable,
}

impl RateKind {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Admissions => "admissions".into(),
            Self::EdVisits => "ed_visits".into(),
            Self::Readmissions => "readmission_30d".into(),
            Self::Pqi(n) => format!("pqi_{}", pqi_name(n)),
            Self::Paid => "paid_pmpm".into(),
            Self::PaidAvoidable => "paid_avoidable_pmpm".into(),
        }
    }
}

fn pqi_name(n: u8) -> &'static str {
    PQI_RATES[usize::from(n)]
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
    /// Expected events by the published model; 0 where there is none.
    pub expected: f64,
}

/// All cells, dense by month, payer and kind.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    /// First days of the mature months and of the one after.
    starts: Vec<Day>,
    cells: Vec<RateCell>,
}

/// Months reported.
const MONTHS: i32 = 24;
const PAYERS: [PayerType; 4] = [PayerType::Medicare, PayerType::Medicaid, PayerType::Commercial, PayerType::Other];
/// Admissions, ED visits, readmissions, fourteen PQIs, two sums of money.
const KINDS: usize = 19;

/// The kind at a place; the order is that of [`RateKind`].
fn kind(at: usize) -> RateKind {
    match at {
        0 => RateKind::Admissions,
        1 => RateKind::EdVisits,
        2 => RateKind::Readmissions,
        17 => RateKind::Paid,
        18 => RateKind::PaidAvoidable,
        n => RateKind::Pqi(u8::try_from(n - 3).unwrap_or(0)),
    }
}

/// What one member did in one month.
#[derive(Clone, Copy, Default)]
struct Month {
    admissions: i64,
    ed: i64,
    index: i64,
    returned: i64,
    pqi: [u8; 14],
    paid: i64,
    avoidable: i64,
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
            self.open(timeline.as_of, maturity_days);
        }
        let member = timeline.member;
        let payer = PAYERS.iter().position(|p| *p == member.payer_type()).unwrap_or(PAYERS.len() - 1);
        let decile = reference.rates.poverty_decile(county);
        let done = self.months(timeline, measures);
        for (at, m) in done.iter().enumerate() {
            let (first, last) = (self.starts[at], self.starts[at + 1].plus(-1));
            let end = member.death().map_or(last, |d| d.min(last));
            let days = i64::from(member.enrolled_days(first, end));
            let row = (at * PAYERS.len() + payer) * KINDS;
            let cells = &mut self.cells[row..row + KINDS];
            let mut cell = |kind: usize, observed: i64, exposure: i64, expected: f64| {
                cells[kind].observed += observed;
                cells[kind].exposure += exposure;
                cells[kind].expected += expected;
            };
            cell(0, m.admissions, days, 0.0);
            cell(1, m.ed, days, 0.0);
            cell(2, m.returned, m.index, 0.0);
            let age = member.birth().age_on(first);
            #[expect(clippy::cast_precision_loss, reason = "at most 31 days")]
            let years = days as f64 / 365.25;
            for (n, seen) in m.pqi.iter().enumerate() {
                if let Some(rate) = reference.rates.pqi_at(n, age, member.sex(), decile) {
                    cell(3 + n, i64::from(*seen), days, rate * years);
                }
            }
            cell(17, m.paid, days, 0.0);
            cell(18, m.avoidable, days, 0.0);
        }
    }

    /// A month is told only when its claims have had time to arrive.
    fn open(&mut self, as_of: Day, maturity_days: i32) {
        let first = as_of.month_start().plus_months(-MONTHS);
        self.starts = (0..=MONTHS)
            .map(|n| first.plus_months(n))
            .enumerate()
            .take_while(|(n, start)| *n == 0 || start.plus(-1 + maturity_days) <= as_of)
            .map(|(_, start)| start)
            .collect();
        self.cells = vec![RateCell::default(); (self.starts.len() - 1) * PAYERS.len() * KINDS];
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
            for n in 0..14 {
                out[at].pqi[usize::from(n)] += u8::from(counted(bits, n));
            }
            out[at].avoidable += stay.claims.iter().map(|c| timeline.claims[*c].paid_cents).sum::<i64>();
        }
        for visit in &timeline.ed_visits {
            if let Some(at) = self.month_of(visit.day).filter(|_| enrolled(visit.day)) {
                out[at].ed += 1;
            }
        }
        for claim in &timeline.claims {
            if let Some(at) = self.month_of(Day(claim.start)) {
                out[at].paid += claim.paid_cents;
            }
        }
        for fill in timeline.fills.iter().filter(|f| f.paid_cents != NO_INTEGER) {
            if let Some(at) = self.month_of(Day(fill.day)) {
                out[at].paid += fill.paid_cents;
            }
        }
        out
    }

    /// Adds another set of cells; call in a fixed order, for the expected events are sums of fractions.
    pub fn merge(&mut self, other: &Self) {
        if self.starts.is_empty() {
            self.clone_from(other);
            return;
        }
        for (mine, cell) in self.cells.iter_mut().zip(&other.cells) {
            mine.observed += cell.observed;
            mine.exposure += cell.exposure;
            mine.expected += cell.expected;
        }
    }

    /// Every cell that holds anything, by month, payer and kind.
    pub fn cells(&self) -> impl Iterator<Item = (RateKey, &RateCell)> {
        self.cells.iter().enumerate().filter(|(_, c)| c.observed != 0 || c.exposure != 0).map(|(i, cell)| {
            let (month, payer) = (i / (KINDS * PAYERS.len()), i / KINDS % PAYERS.len());
            (RateKey { month: self.starts[month], payer: PAYERS[payer], kind: kind(i % KINDS) }, cell)
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

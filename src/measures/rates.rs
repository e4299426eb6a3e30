//! Population rates by month, one dimension at a time. Owns the person-time, the groups and the maturity rule;
//! refuses to compare organisations.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::measure::Measured;
use super::pqe::{PQE, VisitPqe};
use super::pqi::{PQI, StayPqi, composites_of};
use super::process_steps::{ProcessStep, ProcessSteps, STEPS};
use super::readmission::Readmissions;
use crate::domain::record::record;
use crate::domain::{Day, PayerType, Sex, WordId};
use crate::extracts::Words;
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
    /// A step of care management over the events whose window was lived at home.
    Process(ProcessStep),
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
            Self::Process(step) => 24 + step as usize,
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
            Self::Process(step) => step.as_str().into(),
        }
    }
}

fn pqi_name(n: u8) -> &'static str {
    let n = usize::from(n);
    if n < 10 { PQI[n] } else { ["90", "91", "92", "93"][n - 10] }
}

/// By what people are divided, one at a time, as they were on the day of the event.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RateGroup {
    /// Everyone.
    All,
    /// Payer of the span.
    Payer(PayerType),
    /// Plan, interned; eligibility keeps the latest alone.
    Plan(WordId),
    /// Practice, interned; eligibility keeps the latest alone.
    Practice(WordId),
    /// The manager whose case it was.
    CareManager(Box<str>),
    /// Facility of the stay or ED visit, interned; has no person-time of its own.
    Facility(WordId),
}

impl RateGroup {
    /// The dimension in files.
    #[must_use]
    pub fn dimension(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Payer(_) => "payer",
            Self::Plan(_) => "plan",
            Self::Practice(_) => "practice",
            Self::CareManager(_) => "care_manager",
            Self::Facility(_) => "facility",
        }
    }

    /// The group's own name.
    #[must_use]
    pub fn label<'t>(&'t self, words: &'t Words<WordId>) -> &'t str {
        match self {
            Self::All => "all",
            Self::Payer(payer) => payer.name(),
            Self::Plan(word) | Self::Practice(word) | Self::Facility(word) => words.text(*word),
            Self::CareManager(id) => id,
        }
    }
}

/// Month (its first day), group and what is counted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RateKey {
    /// First day of the month.
    pub month: Day,
    /// Of whom.
    pub group: RateGroup,
    /// What is counted.
    pub kind: RateKind,
}

/// Expected events in millionths of a millionth: sums of whole numbers are the same in any order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Expected(i64);

/// Parts of one expected event.
const PARTS: f64 = 1e12;

impl Expected {
    /// So many events; at most nine million.
    #[must_use]
    pub fn of_events(events: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "far below nine million events")]
        let parts = (events * PARTS).round() as i64;
        Self(parts)
    }

    /// As events.
    #[must_use]
    pub fn events(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "for reading")]
        let parts = self.0 as f64;
        parts / PARTS
    }
}

/// Counts of one cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateCell {
    /// Events, or cents for money.
    pub observed: i64,
    /// Person-days, or index discharges for readmissions; 0 for a facility's admissions and ED visits.
    pub exposure: i64,
    /// Expected events by the published model of age, sex and county poverty (of age and sex for a member
    /// without a known county); 0 where there is none.
    pub expected: Expected,
    /// Expected events by the model of age and sex alone; 0 where there is none.
    pub expected_age_sex: Expected,
}

record!(Expected(i64));
record!(RateCell { observed, exposure, expected, expected_age_sex });

impl RateCell {
    /// Expected events, when there is a model.
    #[must_use]
    pub fn known_expected(&self) -> Option<f64> {
        (self.expected != Expected::default()).then(|| self.expected.events())
    }

    fn add(&mut self, other: &Self) {
        self.observed += other.observed;
        self.exposure += other.exposure;
        self.expected.0 += other.expected.0;
        self.expected_age_sex.0 += other.expected_age_sex.0;
    }
}

/// Number of kinds: three counts, fourteen PQI, five PQE, two sums of money, and the steps.
pub(super) const KINDS: usize = 24 + STEPS;

/// Every kind in order, as [`RateKind::place`] counts them.
fn all_kinds() -> impl Iterator<Item = RateKind> {
    [RateKind::Admissions, RateKind::EdVisits, RateKind::Readmissions]
        .into_iter()
        .chain((0..14).map(RateKind::Pqi))
        .chain((0..5).map(RateKind::Pqe))
        .chain([RateKind::Paid, RateKind::PaidAvoidable])
        .chain(ProcessStep::ALL.iter().copied().map(RateKind::Process))
}

/// All cells: one row of kinds a month and group, so that a member-month is one look-up a group.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    /// First days of the mature months and of the one after.
    starts: Vec<Day>,
    pub(super) rows: BTreeMap<(Day, RateGroup), [RateCell; KINDS]>,
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
        let decile = reference.rates.poverty_decile(&member.facts.county.text());
        for (at, done) in self.months(m).iter().enumerate() {
            let (first, last) = (self.starts[at], self.starts[at + 1].plus(-1));
            let end = member.death().map_or(last, |d| d.min(last));
            let days = i64::from(member.enrolled_days(first, end));
            let who = (member.birth().age_on(first), member.sex(), decile);
            let priced = self.priced.entry(who).or_insert_with(|| Priced::of(who, &reference.rates));
            let cells = month_cells(done, days, priced);
            for group in groups_of(m, first) {
                add_cells(self.rows.entry((first, group)).or_insert(NO_CELLS), &cells);
            }
        }
        self.add_facilities(m);
        self.add_steps(m);
    }

    /// Steps by month of their event, of the groups the member belonged to on that day.
    fn add_steps(&mut self, m: &Measured<'_>) {
        for done in &m.get::<ProcessSteps>().0 {
            let Some(at) = self.month_of(done.day) else { continue };
            let facility = done.facility.is_some().then_some(RateGroup::Facility(done.facility));
            for group in groups_of(m, done.day).into_iter().chain(facility) {
                let row = self.rows.entry((self.starts[at], group)).or_insert(NO_CELLS);
                let cell = &mut row[RateKind::Process(done.step).place()];
                cell.exposure += 1;
                cell.observed += i64::from(done.met);
            }
        }
    }

    /// Events by the facility where they took place; only readmissions have a denominator there.
    fn add_facilities(&mut self, m: &Measured<'_>) {
        let timeline = &m.timeline;
        let (judged, pqi) = (&m.get::<Readmissions>().0, m.get::<StayPqi>());
        for (i, (stay, judged)) in
            timeline.stays.iter().zip(judged).enumerate().filter(|(_, (s, _))| s.facility.is_some())
        {
            if let (Some(label), Some(at)) = (judged.readmit30, stay.discharge.and_then(|d| self.month_of(d))) {
                let cell = self.facility_cell(at, stay.facility, RateKind::Readmissions);
                cell.exposure += 1;
                cell.observed += i64::from(label);
            }
            let Some(at) = self.month_of(stay.admit).filter(|_| timeline.member.enrolled_on(stay.admit)) else {
                continue;
            };
            self.facility_cell(at, stay.facility, RateKind::Admissions).observed += 1;
            for n in (0..14).filter(|n| counts_in(pqi.counted(i), *n)) {
                self.facility_cell(at, stay.facility, RateKind::Pqi(n)).observed += 1;
            }
        }
        for visit in timeline.ed_visits.iter().filter(|v| v.facility.is_some()) {
            if let Some(at) = self.month_of(visit.day).filter(|_| timeline.member.enrolled_on(visit.day)) {
                self.facility_cell(at, visit.facility, RateKind::EdVisits).observed += 1;
            }
        }
    }

    fn facility_cell(&mut self, month: usize, facility: WordId, kind: RateKind) -> &mut RateCell {
        let key = (self.starts[month], RateGroup::Facility(facility));
        &mut self.rows.entry(key).or_insert(NO_CELLS)[kind.place()]
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
                *seen += u8::from(counts_in(bits, n));
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
        for (day, cents) in timeline.fills.iter().filter_map(|f| Some((f.day, f.paid_amount()?))) {
            if let Some(at) = self.month_of(Day(day)) {
                out[at].paid += cents;
            }
        }
        out
    }

    /// Adds another set of cells; sums of whole numbers, so any order gives the same.
    pub fn merge(&mut self, other: &Self) {
        for (key, theirs) in &other.rows {
            add_cells(self.rows.entry(key.clone()).or_insert(NO_CELLS), theirs);
        }
    }

    /// Cells with any exposure or event, by month, group and kind.
    pub fn iter(&self) -> impl Iterator<Item = (RateKey, &RateCell)> {
        self.rows.iter().flat_map(|((month, group), row)| {
            all_kinds()
                .zip(row)
                .filter(|(_, c)| c.observed != 0 || c.exposure != 0)
                .map(|(kind, c)| (RateKey { month: *month, group: group.clone(), kind }, c))
        })
    }
}

const NO_CELLS: [RateCell; KINDS] =
    [RateCell { observed: 0, exposure: 0, expected: Expected(0), expected_age_sex: Expected(0) }; KINDS];

fn add_cells(mine: &mut [RateCell; KINDS], theirs: &[RateCell; KINDS]) {
    for (mine, cell) in mine.iter_mut().zip(theirs) {
        mine.add(cell);
    }
}

/// The groups a member belongs to in a month, as on its first day: payer of the span then, plan, practice, owner.
fn groups_of(m: &Measured<'_>, first: Day) -> Vec<RateGroup> {
    let member = m.timeline.member;
    let payer = member.payer_on(first);
    let owner = m
        .inputs
        .cases
        .iter()
        .filter(|c| c.since.is_none_or(|since| since <= first) && c.end.is_none_or(|end| end >= first));
    let owner = owner.max_by_key(|c| (c.since, Reverse(&c.manager)));
    let mut out = vec![RateGroup::All, RateGroup::Payer(payer)];
    out.extend(member.facts.plan.is_some().then_some(RateGroup::Plan(member.facts.plan)));
    out.extend(member.facts.practice.is_some().then_some(RateGroup::Practice(member.facts.practice)));
    out.extend(owner.map(|c| RateGroup::CareManager(c.manager.clone())));
    out
}

/// One member-month as a row of cells.
fn month_cells(done: &Month, days: i64, priced: &Priced) -> [RateCell; KINDS] {
    #[expect(clippy::cast_precision_loss, reason = "at most 31 days")]
    let years = days as f64 / 365.25;
    let mut out = NO_CELLS;
    let mut cell = |kind: RateKind, observed: i64, exposure: i64, expected: (f64, f64)| {
        out[kind.place()] = RateCell {
            observed,
            exposure,
            expected: Expected::of_events(expected.0 * years),
            expected_age_sex: Expected::of_events(expected.1 * years),
        };
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
    out
}

fn counts_in(bits: u16, n: u8) -> bool {
    if n < 10 { bits >> n & 1 == 1 } else { composites_of(bits).any(|c| c == pqi_name(n)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_where_they_say() {
        let all: Vec<RateKind> = all_kinds().collect();
        assert_eq!(all.len(), KINDS);
        assert!(all.iter().enumerate().all(|(i, k)| k.place() == i) && all.is_sorted());
    }
}

//! A life month by month. Owns the order of a month and what the person has become; the parts are in
//! `stay.rs` (hospital), `visits.rs` (ambulatory, ED), `pharmacy.rs`, `needs.rs` (what is asked and
//! measured), `followup.rs` (programme).
//! Refuses to know what was asked for: only the biller and the tables look at the night.

use super::claims::{Biller, Night};
use super::codes::{CONDITIONS, Cause, Condition, PREVALENCE, UNPLANNED_CAUSES};
use super::coding::{self, Seen};
use super::extracts::Small;
use super::followup::Programme;
use super::person::{EPOCH, Person, band, leaning};
use super::pharmacy::Medication;
use super::places::COUNTIES;
use super::risk::{self, State};
use super::rng::{Rng, Stream};
use super::stay::Arrival;
use super::table::Table;
use crate::domain::{Day, days_in_month};

/// A person living.
pub struct Life<'a> {
    pub night: Night,
    pub person: &'a Person,
    pub biller: Biller<'a>,
    pub small: &'a mut Small,
    pub severity: [u8; CONDITIONS],
    /// Admission days of unplanned stays, days of ED visits.
    pub unplanned: Vec<Day>,
    /// Every admission: day and cause.
    pub begun: Vec<(Day, Cause)>,
    pub emergencies: Vec<Day>,
    /// Days spent in a facility.
    pub occupied: Vec<(Day, Day)>,
    pub last_stay: Option<(Day, Day)>,
    /// First day on which a stay may begin by the monthly rates: before it the return model rules.
    pub clear_from: Day,
    pub death: Option<Day>,
    pub hospice_from: Option<Day>,
    pub stays_begun: u32,
    pub visits_begun: u32,
    pub medications: Vec<Medication>,
    pub programme: Programme,
}

impl<'a> Life<'a> {
    /// A life at its first day.
    pub fn new(
        night: Night,
        person: &'a Person,
        medical: &'a mut Table,
        admissions: &'a mut Table,
        small: &'a mut Small,
    ) -> Self {
        Self {
            night,
            person,
            biller: Biller::new(night, person, medical, admissions),
            small,
            severity: person.severity,
            unplanned: Vec::new(),
            begun: Vec::new(),
            emergencies: Vec::new(),
            occupied: Vec::new(),
            last_stay: None,
            clear_from: Day::MIN,
            death: None,
            hospice_from: None,
            stays_begun: 0,
            visits_begun: 0,
            medications: Vec::new(),
            programme: Programme::default(),
        }
    }

    /// Lives until the end of the month of the night.
    pub fn live(&mut self) {
        let mut first = self.person.entry().max(EPOCH).month_start();
        let mut month = 0;
        let began = first;
        while first <= self.night.as_of {
            self.month(first, month);
            month += 1;
            first = began.plus_months(month);
            if self.death.is_some_and(|d| d < first) {
                break;
            }
        }
    }

    fn month(&mut self, first: Day, number: i32) {
        let (year, m, _) = first.ymd();
        let days = i32::try_from(days_in_month(year, m)).unwrap_or(30);
        let n = u64::try_from(number).unwrap_or(0);
        let mut r = Rng::keyed(self.night.seed, self.person.index, Stream::Month, n);
        self.age_a_month(first, n);
        let state = self.state(first);
        self.maybe_die(&mut r, &state, first, days);
        self.hospital(&mut r, &state, first, days);
        self.emergency_visits(first, days, n, &state);
        self.ambulatory(first, days, n, &state);
        self.pharmacy(first, days);
        self.follow_up(first, days, n, &state);
    }

    /// Disease begins and progresses, faster in the frail and the non-adherent.
    fn age_a_month(&mut self, first: Day, n: u64) {
        let mut r = Rng::keyed(self.night.seed, self.person.index, Stream::Disease, n);
        let p = self.person;
        let age = p.age(first);
        for (i, prevalence) in PREVALENCE.iter().enumerate() {
            let u = r.unit();
            let level = self.severity[i];
            if level == 0 {
                let rate = prevalence[band(age)] * leaning(i, p.frailty, p.payer, p.disabled) * 0.045 / 12.0;
                let pair = i == Condition::HeartFailure as usize && self.severity[Condition::Coronary as usize] > 0
                    || i == Condition::Kidney as usize && self.severity[Condition::Diabetes as usize] > 0;
                self.severity[i] = u8::from(u < rate * if pair { 2.2 } else { 1.0 });
            } else if level < 3 {
                let rate = 0.0045 * libm::exp(0.3 * p.frailty + 1.1 * p.nonadherence);
                self.severity[i] += u8::from(u < rate);
            }
        }
        if self.severity[Condition::Copd as usize] > 0 {
            self.severity[Condition::Asthma as usize] = 0;
        }
    }

    /// What the planted functions see on a day.
    #[must_use]
    pub fn state(&self, day: Day) -> State {
        self.state_known(day, day)
    }

    /// The same for a later day, seen from `known`: use fades, nothing new is foreseen.
    #[must_use]
    pub fn state_known(&self, day: Day, known: Day) -> State {
        let p = self.person;
        let recent = |days: &[Day]| {
            days.iter().rev().take(12).filter(|&&d| d <= known && day.since(d) <= 180).fold(0.0, |n, _| n + 1.0)
        };
        State {
            age: p.age(day),
            female: p.female,
            severity: self.severity,
            frailty: p.frailty,
            nonadherence: p.nonadherence,
            needs: f64::from(p.needs.count_ones()),
            isolated: p.needs & 0b10_0000 != 0,
            recent_stays: recent(&self.unplanned),
            recent_emergencies: recent(&self.emergencies),
            poverty: f64::from(COUNTIES[p.county].poverty_decile),
        }
    }

    /// What a coder sees on a day.
    #[must_use]
    pub fn seen(&self, day: Day) -> Seen {
        let p = self.person;
        Seen { severity: self.severity, needs: p.needs, signs: coding::sign_share(p.frailty, p.age(day)) }
    }

    /// Alive and covered.
    #[must_use]
    pub fn open_on(&self, day: Day) -> bool {
        self.death.is_none_or(|d| day < d) && self.person.covered(day)
    }

    /// In a hospital or nursing facility, first and last day included.
    #[must_use]
    pub fn inside(&self, day: Day) -> bool {
        self.occupied.iter().rev().take(8).any(|&(a, b)| a <= day && day <= b)
    }

    fn maybe_die(&mut self, r: &mut Rng, state: &State, first: Day, days: i32) {
        let mut yearly = risk::yearly_death(state);
        if self.hospice_from.is_some_and(|h| h <= first) {
            yearly = 0.97;
        }
        let dies = r.chance(1.0 - libm::exp(-yearly / 12.0));
        let day = first.plus(r.range(0, days - 1));
        if dies && self.death.is_none() && !self.inside(day) && day >= self.person.entry() {
            self.death = Some(day);
        }
    }

    fn hospital(&mut self, r: &mut Rng, state: &State, first: Day, days: i32) {
        let rates = risk::yearly_rates(state);
        let total: f64 = rates.iter().sum();
        let month = f64::from(days) / 365.25;
        let (comes, day) = (r.chance(1.0 - libm::exp(-total * month)), first.plus(r.range(0, days - 1)));
        let cause = UNPLANNED_CAUSES[r.weighted(&rates)];
        let in_hospice = self.hospice_from.is_some();
        if comes && day >= self.clear_from && self.open_on(day) && !self.inside(day) && !in_hospice {
            self.admit(Arrival { cause, day, planned: false, hospital: None, cycles: 0 });
        }
        let last_days = state.age >= 65.0
            && (self.severity[Condition::Cancer as usize] >= 3 || self.severity[Condition::Dementia as usize] >= 3);
        let elects = r.chance(0.025);
        let end = first.plus(days - 1);
        if last_days && elects && !in_hospice && self.open_on(end) && !self.inside(end) {
            self.hospice(r, end, 80.0);
        }
        let level = |c: Condition| f64::from(self.severity[c as usize]);
        let fertile = state.female && (18.0..43.0).contains(&state.age);
        let yearly = [
            (Cause::Joint, if state.age >= 50.0 { 0.022 * level(Condition::Arthritis) } else { 0.0 }),
            (Cause::Chemotherapy, 0.05 * (level(Condition::Cancer) - 1.0).max(0.0)),
            (Cause::CoronaryElective, 0.010 * level(Condition::Coronary)),
            (Cause::Delivery, if fertile { 0.060 } else { 0.0 }),
        ];
        for (cause, rate) in yearly {
            let (comes, day) = (r.chance(rate * month), first.plus(r.range(0, days - 1)));
            if comes && day >= self.clear_from && self.open_on(day) && !self.inside(day) && !in_hospice {
                let cycles = if cause == Cause::Chemotherapy { 4 } else { 0 };
                self.admit(Arrival { cause, day, planned: cause != Cause::Delivery, hospital: None, cycles });
            }
        }
    }
}

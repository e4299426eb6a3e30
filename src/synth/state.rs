//! Who lives and what they have become: the state that the parts of a life read and change. Owns the
//! types and what can be seen of a person on a day; refuses to decide what happens next.

use super::claims::{Biller, Night};
use super::codes::{CONDITIONS, Cause};
use super::coding::{self, Seen};
use super::extract_tables::{MemberTables, Task};
use super::person::Person;
use super::places::{COUNTIES, Npi, primary};
use super::risk::State;
use super::table::Table;
use crate::domain::Day;

/// A medicine being taken.
#[derive(Clone, Debug)]
pub struct Medication {
    pub drug: usize,
    pub next: Day,
    pub number: u64,
    pub fills: u64,
}

/// What the programme remembers of a member.
#[derive(Clone, Debug, Default)]
pub struct Programme {
    /// Severity for which each condition is treated; fills so far.
    pub treated: [u8; CONDITIONS],
    pub fills: u64,
    pub case_until: Option<Day>,
    pub cases: u64,
    /// Tasks, authorizations, referrals numbered so far.
    pub numbers: [u32; 3],
    pub opted_out: bool,
    pub overrides: u64,
    /// Appointments so far, each once; asked for consent already.
    pub appointments: Vec<(Day, Npi)>,
    pub asked: bool,
    /// Live acute discharges: admit, discharge, planted return probability.
    pub windows: Vec<(Day, Day, f64)>,
}

/// A person living.
pub struct Life<'a> {
    pub night: Night,
    pub person: &'a Person,
    pub biller: Biller<'a>,
    pub small: &'a mut MemberTables,
    pub severity: [u8; CONDITIONS],
    /// Admission days of unplanned stays, days of ED visits.
    pub unplanned: Vec<Day>,
    /// Every admission: day and cause.
    pub begun: Vec<(Day, Cause)>,
    pub emergencies: Vec<Day>,
    /// Days spent in a facility.
    pub occupied: Vec<(Day, Day)>,
    /// Last day of anything already told of the person: nobody dies before it.
    pub told_until: Day,
    pub tasks: Vec<Task>,
    /// What is planted, and how far kidney disease has gone, on the night itself.
    pub tonight: Option<f64>,
    pub kidney_tonight: u8,
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
        small: &'a mut MemberTables,
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
            told_until: Day::MIN,
            tasks: Vec::new(),
            tonight: None,
            kidney_tonight: 0,
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

    /// Remembers that the person was alive on a day.
    pub fn tell_until(&mut self, day: Day) {
        self.told_until = self.told_until.max(day);
    }

    /// Remembers days in a hospital or nursing facility.
    pub fn occupy(&mut self, from: Day, to: Day) {
        self.occupied.push((from, to));
        self.tell_until(to);
    }

    /// The member's own primary-care provider.
    #[must_use]
    pub fn pcp(&self) -> Npi {
        primary(self.person.county, self.person.practice, self.person.pcp)
    }
}

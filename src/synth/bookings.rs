//! What is booked beside what is done: appointments, the problem list of the record, consents. Owns their course;
//! refuses to know why a visit or an illness happened.

use super::codes::{CONDITIONS, Condition};
use super::coding;
use super::person::Payer;
use super::places::{self, Npi};
use super::rng::{Rng, Stream};
use super::state::Life;
use crate::domain::{Day, finish64};

/// How a booked appointment ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// The person came.
    Kept,
    /// The person did not come.
    NoShow,
    /// Called off some days before.
    Cancelled,
}

/// Furthest that anybody books ahead, days. Lives are lived this far beyond the night, so that what is booked by then
/// does not depend on the night.
pub const FURTHEST_BOOKING: i32 = 45;

/// Six practices in ten send their schedule.
fn sends_schedule(npi: Npi) -> bool {
    finish64(u64::from(npi.0) ^ 0xB00C) % 10 < 6
}

/// A visit as its schedule tells it: booked some days before, then kept, missed or called off. One row, as it stands
/// tonight.
pub fn write_appointment(life: &mut Life<'_>, day: Day, kind: &'static str, npi: Npi, lead: i32, ending: Ending) {
    if !sends_schedule(npi) || life.programme.appointments.contains(&(day, npi)) {
        return;
    }
    life.programme.appointments.push((day, npi));
    let (start, night) = (life.night.start, life.night.as_of);
    let booked_on = day.plus(-lead.clamp(0, FURTHEST_BOOKING));
    let known_on = match ending {
        Ending::Kept | Ending::NoShow => day.plus(1),
        Ending::Cancelled => day.plus(-1).max(booked_on),
    };
    if day < start || booked_on > night {
        return;
    }
    let (status, received) = match ending {
        _ if known_on > night => ("booked", booked_on),
        Ending::Kept => ("kept", known_on),
        Ending::NoShow => ("no_show", known_on),
        Ending::Cancelled => ("cancelled", known_on),
    };
    let t = &mut life.small.appointment;
    t.put(format_args!("M{:07}", life.person.index)).day(Some(day)).text(kind).text(status);
    t.npi(Some(npi)).day(Some(received)).end();
}

/// The schedule's word for a specialty, by its CMS code.
#[must_use]
pub fn appointment_kind(specialty: usize) -> &'static str {
    match specialty {
        places::specialty::FAMILY | places::specialty::INTERNAL => "pcp",
        places::specialty::PSYCHIATRY => "behavioral",
        _ => "specialist",
    }
}

/// A month's appointments that nobody came to.
pub fn miss_appointments(life: &mut Life<'_>, first: Day, days: i32, n: u64) {
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Booking, n);
    let yearly = 0.25 + 1.1 * life.person.nonadherence;
    for _ in 0..r.poisson(yearly * f64::from(days) / 365.25) {
        let (day, lead, pcp) = (first.plus(r.range(0, days - 1)), r.range(3, FURTHEST_BOOKING), r.chance(0.7));
        let ending = if r.chance(0.55) { Ending::NoShow } else { Ending::Cancelled };
        let who = if pcp { places::specialty::FAMILY } else { places::specialty::CARDIOLOGY };
        let npi = if pcp { life.pcp() } else { places::specialist(life.person.county, who, r.below(4)) };
        if life.open_on(day) && !life.inside(day) && day.weekday() < 6 {
            write_appointment(life, day, appointment_kind(who), npi, lead, ending);
        }
    }
}

/// Whether a practice sends the person's problem list: seven in ten do.
fn has_record(life: &Life<'_>) -> bool {
    finish64(life.person.index ^ life.night.seed ^ 0x9806) % 10 < 7
}

/// Writes the conditions that the person brings along, as the record held them from the first day.
pub fn write_first_problems(life: &mut Life<'_>) {
    let entry = life.person.entry();
    for condition in 0..CONDITIONS {
        let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Problem, condition as u64);
        let onset = entry.plus(-r.range(30, 2_500)).max(life.person.birth);
        write_problem(life, condition, onset, entry.plus(r.range(5, 60)));
    }
}

/// Writes a condition that began or went further on a day.
pub fn write_new_problem(life: &mut Life<'_>, condition: usize, day: Day) {
    let seen = day.plus(i32::try_from(finish64(life.person.index ^ condition as u64) % 25).unwrap_or(0) + 3);
    write_problem(life, condition, day, seen);
}

fn write_problem(life: &mut Life<'_>, condition: usize, onset: Day, received: Day) {
    let code = coding::chronic(&life.severity, condition);
    if code.is_empty() || received > life.night.as_of || !has_record(life) {
        return;
    }
    let t = &mut life.small.problem;
    t.put(format_args!("M{:07}", life.person.index)).text(code).text("icd-10-cm").day(Some(onset)).null();
    t.text("active").day(Some(received)).end();
}

/// An illness of a stay that the record closes a month after the discharge.
pub fn write_past_problem(life: &mut Life<'_>, code: &'static str, onset: Day, discharge: Day) {
    let resolved = discharge.plus(30);
    if resolved > life.night.as_of || onset < life.night.start || !has_record(life) || code.starts_with('Z') {
        return;
    }
    let t = &mut life.small.problem;
    t.put(format_args!("M{:07}", life.person.index)).text(code).text("icd-10-cm").day(Some(onset));
    t.day(Some(resolved)).text("resolved").day(Some(resolved)).end();
}

/// Writes what a person said to a programme.
pub fn write_consent(life: &mut Life<'_>, program: &str, status: &str, day: Day) {
    if day < life.night.start || day > life.night.as_of {
        return;
    }
    let t = &mut life.small.consent;
    t.put(format_args!("M{:07}", life.person.index)).text(program).text(status).day(Some(day)).end();
}

/// At an office visit somebody is asked once whether the practice may manage their conditions month by month.
pub fn ask_consent(life: &mut Life<'_>, day: Day) {
    if life.programme.asked || life.person.payer != Payer::Medicare {
        return;
    }
    let chronic = life.severity.iter().filter(|s| **s > 0).count();
    let behavioral = life.severity[Condition::Depression as usize] >= 2;
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Consent, u64::from(life.visits_begun));
    if chronic == 0 || !r.chance(0.06) {
        return;
    }
    life.programme.asked = true;
    let program = match (chronic, behavioral) {
        (_, true) => "BHI",
        (1, _) => "PCM",
        _ => ["CCM", "CCM", "APCM"][r.below(3)],
    };
    let given = r.chance(0.8);
    write_consent(life, program, if given { "given" } else { "refused" }, day);
    if given && r.chance(0.06) {
        write_consent(life, program, "withdrawn", day.plus(r.range(40, 300)));
    }
}

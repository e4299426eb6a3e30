//! A life month by month. Owns the order of a month, and how disease, death and stays begin; the parts are in
//! `stay` (hospital), `visits` (ambulatory, ED), `pharmacy`, `needs` (what is asked and measured) and `followup`
//! (programme). Refuses to know what was asked for: only the biller and the tables look at the night.

use super::bookings::{FURTHEST_BOOKING, miss_appointments, write_first_problems, write_new_problem};
use super::codes::{Cause, Condition, PREVALENCE, UNPLANNED_CAUSES};
use super::followup::{follow_month, record_avoidable_truth};
use super::person::{EPOCH, band, leaning};
use super::pharmacy::fill_prescriptions;
use super::risk::{self, State};
use super::rng::{Rng, Stream};
use super::state::Life;
use super::stay::{Arrival, admit_member};
use super::visits::{add_ambulatory_care, add_emergency_visits, enter_hospice};
use crate::domain::{Day, days_in_month};

/// Lives until the end of the month of the night, keeps what is true on the night, and lives on as far as anybody books
/// ahead. What happens then has not arrived and is not written.
pub fn live_until_night(life: &mut Life<'_>) {
    write_first_problems(life);
    let mut first = life.person.entry().max(EPOCH).month_start();
    let mut month = 0;
    let began = first;
    let mut kept = false;
    while first <= life.night.as_of.plus(FURTHEST_BOOKING) && life.death.is_none_or(|d| d >= first) {
        if first > life.night.as_of && !kept {
            keep_tonight(life);
            kept = true;
        }
        live_month(life, first, month);
        month += 1;
        first = began.plus_months(month);
    }
    if !kept {
        keep_tonight(life);
    }
}

fn keep_tonight(life: &mut Life<'_>) {
    life.kidney_tonight = life.severity[Condition::Kidney as usize];
    record_avoidable_truth(life);
}

fn live_month(life: &mut Life<'_>, first: Day, number: i32) {
    let (year, m, _) = first.ymd();
    let days = i32::try_from(days_in_month(year, m)).unwrap_or(30);
    let n = u64::try_from(number).unwrap_or(0);
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Month, n);
    age_one_month(life, first, n);
    let state = life.state(first);
    draw_death(life, &mut r, &state, first, days);
    draw_stays(life, &mut r, &state, first, days);
    add_emergency_visits(life, first, days, n, &state);
    add_ambulatory_care(life, first, days, n, &state);
    miss_appointments(life, first, days, n);
    fill_prescriptions(life, first, days);
    follow_month(life, first, days, n, &state);
}

/// Disease begins and progresses, faster in the frail and the non-adherent.
fn age_one_month(life: &mut Life<'_>, first: Day, n: u64) {
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Disease, n);
    let p = life.person;
    let age = p.age(first);
    for (i, prevalence) in PREVALENCE.iter().enumerate() {
        let u = r.unit();
        let level = life.severity[i];
        if level == 0 {
            let rate = prevalence[band(age)] * leaning(i, p.frailty, p.payer, p.disabled) * 0.045 / 12.0;
            let pair = i == Condition::HeartFailure as usize && life.severity[Condition::Coronary as usize] > 0
                || i == Condition::Kidney as usize && life.severity[Condition::Diabetes as usize] > 0;
            life.severity[i] = u8::from(u < rate * if pair { 2.2 } else { 1.0 });
            if life.severity[i] > 0 {
                write_new_problem(life, i, first);
            }
        } else if level < 3 {
            let rate = 0.0045 * libm::exp(0.3 * p.frailty + 1.1 * p.nonadherence);
            if u < rate {
                life.severity[i] += 1;
                write_new_problem(life, i, first);
            }
        }
    }
    if life.severity[Condition::Copd as usize] > 0 {
        life.severity[Condition::Asthma as usize] = 0;
    }
}

fn draw_death(life: &mut Life<'_>, r: &mut Rng, state: &State, first: Day, days: i32) {
    let mut yearly = risk::yearly_death(state);
    if life.hospice_from.is_some_and(|h| h <= first) {
        yearly = 0.97;
    }
    let dies = r.chance(1.0 - libm::exp(-yearly / 12.0));
    let drawn = first.plus(r.range(0, days - 1));
    if dies && life.death.is_none() && drawn >= life.person.entry() {
        // What is already told, a stay of next week among it, is lived first.
        life.death = Some(drawn.max(life.told_until.plus(1)));
    }
}

fn draw_stays(life: &mut Life<'_>, r: &mut Rng, state: &State, first: Day, days: i32) {
    let rates = risk::yearly_rates(state);
    let total: f64 = rates.iter().sum();
    let month = f64::from(days) / 365.25;
    let (comes, day) = (r.chance(1.0 - libm::exp(-total * month)), first.plus(r.range(0, days - 1)));
    let cause = UNPLANNED_CAUSES[r.weighted(&rates)];
    let in_hospice = life.hospice_from.is_some();
    if comes && day >= life.clear_from && life.open_on(day) && !life.inside(day) && !in_hospice {
        admit_member(life, Arrival { cause, day, planned: false, hospital: None, cycles: 0 });
    }
    let last_days = state.age >= 65.0
        && (life.severity[Condition::Cancer as usize] >= 3 || life.severity[Condition::Dementia as usize] >= 3);
    let elects = r.chance(0.025);
    let end = first.plus(days - 1);
    if last_days && elects && !in_hospice && life.open_on(end) && !life.inside(end) {
        enter_hospice(life, r, end, 80.0);
    }
    let level = |c: Condition| f64::from(life.severity[c as usize]);
    let fertile = state.female && (18.0..43.0).contains(&state.age);
    let yearly = [
        (Cause::Joint, if state.age >= 50.0 { 0.022 * level(Condition::Arthritis) } else { 0.0 }),
        (Cause::Chemotherapy, 0.05 * (level(Condition::Cancer) - 1.0).max(0.0)),
        (Cause::CoronaryElective, 0.010 * level(Condition::Coronary)),
        (Cause::Delivery, if fertile { 0.060 } else { 0.0 }),
    ];
    for (cause, rate) in yearly {
        let (comes, day) = (r.chance(rate * month), first.plus(r.range(0, days - 1)));
        if comes && day >= life.clear_from && life.open_on(day) && !life.inside(day) && !in_hospice {
            let cycles = if cause == Cause::Chemotherapy { 4 } else { 0 };
            admit_member(life, Arrival { cause, day, planned: cause != Cause::Delivery, hospital: None, cycles });
        }
    }
}

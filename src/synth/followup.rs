//! What a care programme does with a member: calls, cases, tasks, authorizations, overrides, and the
//! truth kept beside them. Owns their
//! course; refuses to know which care manager works a case (`team.rs`).

use super::bookings::{Ending, write_appointment, write_consent};
use super::codes::Condition;
use super::extract_tables::{Case, Contact, Task};
use super::needs::{observe_features, observe_measures, screen_needs, write_lab};
use super::places::COUNTIES;
use super::plans::{Goal, plan_goals};
use super::risk::{self, State};
use super::rng::{Rng, Stream};
use super::state::Life;
use super::visits::write_transition_visit;
use crate::domain::{ContactOutcome, Day, Discipline};

/// Keeps the planted return probability of a live discharge.
pub fn record_return_truth(life: &mut Life<'_>, numbers: (u32, u32), admit: Day, discharge: Day, p: f64) {
    life.programme.windows.push((admit, discharge, p));
    if discharge < life.night.start || discharge > life.night.as_of {
        return;
    }
    let (index, person) = (life.person.index, life.person);
    let t = &mut life.small.truth;
    t.put(format_args!("M{index:07}")).text("readmit30").int(Some(30)).day(Some(discharge));
    t.put(format_args!("A{index:07}{:03}", numbers.0)).put(format_args!("C{index:07}{:04}", numbers.1));
    t.real(Some(p)).real(Some(person.frailty)).real(Some(person.nonadherence)).end();
}

/// Tonight's planted probability of an avoidable stay in ninety days; `None` for children, the dead,
/// those without cover and those in hospice.
#[must_use]
pub fn avoidable_probability(life: &Life<'_>) -> Option<f64> {
    let night = life.night.as_of;
    let person = life.person;
    let hospice = life.hospice_from.is_some_and(|h| h <= night);
    if person.birth.age_on(night) < 18 || !life.open_on(night) || hospice {
        return None;
    }
    let months = [15, 45, 75].map(|ahead| life.state_known(night.plus(ahead), night));
    let recent = life.programme.windows.iter().rev().find(|w| w.0 <= night && night.since(w.1) <= 30);
    let (at_risk, window) = recent.map_or((90.0, 0.0), |&(_, discharge, p)| {
        let elapsed = f64::from(night.since(discharge)).max(0.0);
        // The share of return days already gone (see `Life::next_arrival`).
        let gone = libm::pow(((elapsed - 1.0) / 30.0).clamp(0.0, 1.0), 2.0 / 3.0);
        let left = p * (1.0 - gone) / (1.0 - p * gone);
        ((90.0 - f64::from(discharge.plus(31).since(night))).clamp(0.0, 90.0), left)
    });
    Some(risk::avoidable_90(&months, at_risk, window))
}

/// Keeps that probability.
pub fn record_avoidable_truth(life: &mut Life<'_>) {
    let (night, person) = (life.night.as_of, life.person);
    life.tonight = avoidable_probability(life);
    let Some(p) = life.tonight else { return };
    let t = &mut life.small.truth;
    t.put(format_args!("M{:07}", person.index)).text("avoid_hosp").int(Some(90)).day(Some(night)).null().null();
    t.real(Some(p)).real(Some(person.frailty)).real(Some(person.nonadherence)).end();
}

/// Calls, laboratory values and a visit after a discharge.
pub fn follow_discharge(life: &mut Life<'_>, r: &mut Rng, discharge: Day, back: Option<Day>, planned: bool) {
    let (drop, anemia) = (4.0 * r.normal(), r.normal());
    if r.chance(0.8) {
        let renal = f64::from(life.severity[Condition::Kidney as usize]);
        let low = 0.35 * life.person.frailty;
        write_lab(life, discharge, "718-7", 12.6 - 0.5 * renal - low + 1.5 * anemia, "g/dL");
        write_lab(life, discharge, "2951-2", 138.2 - 0.8 * low + 0.75 * drop, "mmol/L");
    }
    let (soon, visits, day) = (r.chance(0.55), r.chance(0.34), r.range(2, 7));
    let day = discharge.plus(if soon { day } else { day + 7 });
    let day = if day.weekday() >= 5 { day.plus(2) } else { day };
    let free = back.is_none_or(|b| day < b) && life.open_on(day) && !life.inside(day);
    let mut own = Rng::keyed(life.night.seed, life.person.index, Stream::Booking, 1_000 + u64::from(life.stays_begun));
    let lead = day.since(discharge);
    if visits && free {
        write_transition_visit(life, day, soon);
        write_appointment(life, day, "pcp", life.pcp(), lead, Ending::Kept);
    } else if free && own.chance(0.3) {
        // Booked on the way out and not kept.
        let ending = if own.chance(0.6) { Ending::NoShow } else { Ending::Cancelled };
        write_appointment(life, day, "pcp", life.pcp(), lead, ending);
    }
    if !planned && own.chance(0.35) {
        let done = discharge.plus(own.range(2, 12));
        let done = own.chance(0.75).then_some(done).filter(|d| back.is_none_or(|b| *d < b));
        add_task(life, "reconciliation", discharge, discharge.plus(30), done, None);
    }
    if !planned && r.chance(0.62) {
        call_after_discharge(life, r, discharge, back);
    }
}

fn call_after_discharge(life: &mut Life<'_>, r: &mut Rng, discharge: Day, back: Option<Day>) {
    let mut day = business_day(discharge.plus(r.range(1, 2)));
    for attempt in 0..3 {
        if !life.open_on(day) || back.is_some_and(|b| b <= day) || life.programme.opted_out {
            return;
        }
        let outcome = [
            ContactOutcome::Completed,
            ContactOutcome::AttemptsIncomplete,
            ContactOutcome::Refused,
            ContactOutcome::Enrolled,
            ContactOutcome::WrongNumber,
        ][r.weighted(&[0.40, 0.40, 0.06, 0.11, 0.03])];
        let is_last = attempt == 2 && outcome == ContactOutcome::AttemptsIncomplete;
        let outcome = if is_last { ContactOutcome::AttemptsComplete } else { outcome };
        log_contact(life, r, day, outcome, "transitions");
        if outcome == ContactOutcome::Enrolled {
            open_case(life, day);
        }
        if outcome != ContactOutcome::AttemptsIncomplete {
            return;
        }
        day = business_day(day.plus(r.range(1, 3)));
    }
}

fn log_contact(life: &mut Life<'_>, r: &mut Rng, day: Day, outcome: ContactOutcome, program: &'static str) {
    let opt_out = outcome == ContactOutcome::Refused && r.chance(0.3);
    let channel = ["phone", "phone", "phone", "phone", "video", "home", "office", "portal", "text", "letter"]
        [if outcome.is_success() { r.below(8) } else { r.below(10) }];
    let channel = if outcome == ContactOutcome::WrongNumber { "phone" } else { channel };
    life.tell_until(day);
    // A wrong number is an old one more often than the one on record.
    let stale = outcome == ContactOutcome::WrongNumber && r.chance(0.6);
    let own = if life.person.guardian.is_some() { Some(life.person.household) } else { life.person.phone };
    let number = match channel {
        "phone" | "video" | "text" if stale => Some(life.person.index + 11_000_000),
        "phone" | "video" | "text" => own,
        _ => None,
    };
    let cooldown = match outcome {
        ContactOutcome::Refused => Some(day.plus(90)),
        ContactOutcome::AttemptsComplete => Some(day.plus(30)),
        _ => None,
    };
    life.programme.opted_out |= opt_out;
    if day >= life.night.start && day <= life.night.as_of {
        let member = life.person.index;
        life.small.contacts.push(Contact { member, day, outcome, channel, program, opt_out, cooldown, number });
    }
}

/// Why a case ends that the person wants no more.
const DECLINED: &str = "declined";

fn open_case(life: &mut Life<'_>, day: Day) {
    if life.programme.case_until.is_some_and(|u| day <= u) {
        return;
    }
    life.programme.cases += 1;
    let n = life.programme.cases;
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Case, n);
    let (reason, days) = [("graduated", 150), ("other", 70), (DECLINED, 60), ("transferred", 110)]
        [r.weighted(&[0.72, 0.08, 0.12, 0.08])];
    #[expect(clippy::cast_possible_truncation, reason = "days")]
    let mut end = day.plus((f64::from(days) * libm::exp(0.35 * r.normal())) as i32);
    let mut reason = reason;
    let last_cover = life.person.spans.iter().find(|s| s.0 <= day && day <= s.1).map_or(Day::MAX, |s| s.1);
    for limit in [last_cover, life.death.unwrap_or(Day::MAX)] {
        if limit < end {
            (end, reason) = (limit, "other");
        }
    }
    life.programme.case_until = Some(end);
    let case = draw_case(life, &mut r, day, end, reason);
    write_tasks(life, &mut r, day, end, case.acuity >= 5);
    write_consent(life, "CASE_MANAGEMENT", "given", day);
    if reason == DECLINED {
        write_consent(life, "CASE_MANAGEMENT", "withdrawn", end);
    }
    if day <= life.night.as_of {
        life.small.cases.push(case);
    }
}

fn draw_case(life: &Life<'_>, r: &mut Rng, since: Day, end: Day, reason: &'static str) -> Case {
    let p = life.person;
    let age = p.birth.age_on(since);
    let level = |c: Condition| life.severity[c as usize];
    let behavioral =
        level(Condition::SevereMental) + level(Condition::SubstanceUse) > 0 || level(Condition::Depression) >= 3;
    let state = life.state(since);
    let (discipline, focus) = if age < 18 {
        ("RN", "pediatric")
    } else if behavioral && r.chance(0.8) {
        (["LCSW", "LPC"][r.below(2)], "behavioral")
    } else if p.needs.count_ones() >= 2 && state.burden() < 4.0 {
        (["CHW", "LCSW"][r.below(2)], "general")
    } else if life.medications.len() >= 8 && r.chance(0.25) {
        ("PharmD", "complex")
    } else {
        (
            "RN",
            if state.burden() >= 4.0 {
                "complex"
            } else if age >= 75 {
                "geriatric"
            } else {
                "general"
            },
        )
    };
    let points = 1
        + i32::from(state.burden() >= 3.0)
        + i32::from(state.recent_stays >= 1.0)
        + i32::from(p.needs.count_ones() >= 2)
        + i32::from(p.homebound)
        + i32::from(p.interpreter);
    let acuity = match points {
        1 => 1,
        2 => 2,
        3 => 3,
        4 | 5 => 5,
        _ => 8,
    };
    Case {
        member: p.index,
        since,
        end,
        reason,
        acuity,
        discipline,
        focus,
        language: p.language,
        interpreter: p.interpreter,
        state: COUNTIES[p.county].state,
        pinned: r.chance(0.03) && discipline == Discipline::Rn.as_str() && age >= 18 && !p.interpreter && !p.homebound,
    }
}

fn write_tasks(life: &mut Life<'_>, r: &mut Rng, since: Day, end: Day, heavy: bool) {
    let mut due = vec![("assessment", since.plus(30))];
    let reviews = (end.since(since) / 60).clamp(1, 6);
    due.extend((1..=reviews).map(|i| ("plan_review", since.plus(60 * i))));
    if heavy || life.person.homebound {
        due.extend((1..=3).map(|i| ("visit", since.plus(28 * i))));
    }
    let night = life.night.as_of;
    for (kind, day) in due {
        let (done, shift) = (r.chance(0.84), r.range(-9, 12));
        let done = done.then(|| day.plus(shift)).filter(|&d| d <= end);
        // A task of a closed case that was never done is withdrawn.
        if done.is_some() || end > night {
            add_task(life, kind, since, day, done, None);
        } else {
            life.programme.numbers[0] += 1;
        }
    }
    for (i, goal) in plan_goals(&life.severity, life.person.needs).into_iter().enumerate() {
        let day = since.plus(if i == 0 { 90 } else { 60 });
        let (met, shift, missed) = (r.chance(0.62), r.range(-30, 15), r.chance(0.3));
        let done = met.then(|| day.plus(shift)).filter(|&d| d <= end);
        let status = match done {
            Some(d) if d <= night => "met",
            _ if end <= night => "cancelled",
            _ if missed && day.plus(30) <= night => "not_met",
            _ => "open",
        };
        add_task(life, "goal", since, day, done, Some((goal, status)));
    }
}

/// Keeps a due item, as far as it is known tonight.
fn add_task(
    life: &mut Life<'_>,
    kind: &'static str,
    since: Day,
    due: Day,
    done: Option<Day>,
    goal: Option<(Goal, &'static str)>,
) {
    life.programme.numbers[0] += 1;
    let night = life.night.as_of;
    if since > night || due.since(night) > 45 || due < life.night.start {
        return;
    }
    let (member, number) = (life.person.index, life.programme.numbers[0]);
    let done = done.filter(|&d| d <= night);
    life.tasks.push(Task { member, number, kind, due, done, goal });
}

/// Hands the due items over: nothing is done by or for somebody who has died.
pub fn close_tasks(life: &mut Life<'_>) {
    let death = life.death.unwrap_or(Day::MAX);
    for mut task in std::mem::take(&mut life.tasks) {
        task.done = task.done.filter(|d| *d < death);
        if task.done.is_some() || task.due < death {
            life.small.tasks.push(task);
        }
    }
}

/// At the end of a case some say how it was and whether they would recommend it, on scales of 0 to 100 and 0 to 10.
fn ask_satisfaction(life: &mut Life<'_>, first: Day, days: i32) {
    let Some(end) = life.programme.case_until.filter(|u| *u >= first && *u < first.plus(days)) else { return };
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Case, 500 + life.programme.cases);
    let (answers, mood) = (r.chance(0.45), r.normal() - 0.8 * life.person.nonadherence);
    if !answers || !life.open_on(end) || end < life.night.start || end > life.night.as_of {
        return;
    }
    for (instrument, score, top) in
        [("CM-CAHPS", 82.0 + 11.0 * mood, 100.0), ("NPS", 8.2 + 1.6 * mood + 0.5 * r.normal(), 10.0)]
    {
        let t = &mut life.small.survey;
        t.put(format_args!("M{:07}", life.person.index)).day(Some(end)).text(instrument);
        t.real(Some(libm::round(score.clamp(0.0, top)))).end();
    }
}

/// The month of the programme.
pub fn follow_month(life: &mut Life<'_>, first: Day, days: i32, n: u64, state: &State) {
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Programme, n);
    let day = business_day(first.plus(r.range(0, days - 1)));
    let total: f64 = risk::yearly_rates(state).iter().sum();
    let (calls, enrols, monthly) = (r.chance(0.010 + 0.115 * total.min(1.5)), r.unit(), r.chance(0.85));
    if life.open_on(day) && !life.inside(day) {
        if life.programme.case_until.is_some_and(|u| day <= u) {
            if monthly {
                log_contact(life, &mut r, day, ContactOutcome::Completed, "case_management");
            }
        } else if calls && !life.programme.opted_out {
            let outcome = if enrols < 0.36 {
                ContactOutcome::Enrolled
            } else {
                [
                    ContactOutcome::Completed,
                    ContactOutcome::AttemptsIncomplete,
                    ContactOutcome::AttemptsComplete,
                    ContactOutcome::Refused,
                ][r.below(4)]
            };
            log_contact(life, &mut r, day, outcome, "complex_care");
            if outcome == ContactOutcome::Enrolled {
                open_case(life, day);
            }
        }
        draw_authorizations(life, day, n, state);
        draw_overrides(life, day, n);
    }
    ask_satisfaction(life, first, days);
    observe_measures(life, first, days, n, state);
    screen_needs(life, first, days, n);
    observe_features(life, first, state);
}

fn draw_authorizations(life: &mut Life<'_>, day: Day, n: u64, state: &State) {
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Authorization, n);
    if !r.chance(0.004 + 0.006 * state.burden().min(6.0) + 0.06 * state.recent_stays.min(2.0)) {
        return;
    }
    life.programme.numbers[1] += 1;
    let service =
        ["home_care", "dme", "specialty_referral", "inpatient", "other"][r.weighted(&[0.3, 0.25, 0.25, 0.1, 0.1])];
    let urgent = r.chance(0.35);
    let decided = day.plus(if urgent { r.range(0, 6) } else { r.range(2, 20) });
    let denied = r.chance(0.09);
    let (units, used, valid) = (r.range(4, 30), r.unit(), r.pick(&[60, 90, 180]));
    let night = life.night.as_of;
    if day < life.night.start || day > night {
        return;
    }
    let known = decided <= night;
    let expires = decided.plus(valid);
    let status = match (known, denied) {
        (false, _) => "pending",
        (true, true) => "denied",
        (true, false) if expires < night => "expired",
        (true, false) => "approved",
    };
    let passed = (f64::from(night.since(decided)) / f64::from(valid)).clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, reason = "units")]
    let spent = (f64::from(units) * used * passed) as i32;
    let approved = known && !denied;
    let (index, k) = (life.person.index, life.programme.numbers[1]);
    let t = &mut life.small.authorization;
    t.put(format_args!("U{index:07}{k:03}")).put(format_args!("M{index:07}")).text(service).text(status);
    t.day(Some(day)).int(Some(i32::from(urgent))).day(known.then_some(decided));
    t.int(approved.then_some(units)).int(approved.then_some(spent)).day(approved.then_some(expires)).end();
}

fn draw_overrides(life: &mut Life<'_>, day: Day, n: u64) {
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Override, n);
    if !r.chance(0.0012) {
        return;
    }
    life.programme.overrides += 1;
    let (action, value, reason) = [
        ("add", "", "PCP asked for a call after a fall at home"),
        ("add", "", "family called the plan about missed medicines"),
        ("remove", "", "already followed by the transplant team"),
        ("tier", "1", "clinical judgement after case conference"),
        ("tier", "3", "stable for six months, seen weekly elsewhere"),
    ][r.below(5)];
    let author = ["RN lead", "medical director", "social work lead", "pharmacist"][r.below(4)];
    let expires = day.plus(r.pick(&[30, 60, 90, 120]));
    let night = life.night.as_of;
    if day > night || expires < night.plus(-30) {
        return;
    }
    let t = &mut life.small.overrides;
    t.put(format_args!("M{:07}", life.person.index)).text(action).text(value).text(reason).text(author);
    t.day(Some(expires)).end();
}

/// Saturdays and Sundays become Mondays.
fn business_day(day: Day) -> Day {
    match day.weekday() {
        5 => day.plus(2),
        6 => day.plus(1),
        _ => day,
    }
}

//! One admission and what follows from it: transfer, post-acute care, interim bills, death, return.
//! Owns the course of a stay; refuses to know how often stays begin (`risk.rs`).

use super::bookings::write_past_problem;
use super::claims::{Adt, Claim, Dx};
use super::codes::{Cause, Condition, STAYS, StayKind, UNPLANNED_CAUSES};
use super::coding;
use super::followup::{follow_discharge, record_return_truth};
use super::places::{self, House, Npi, facility, specialist, specialty};
use super::risk::{self, Discharge};
use super::rng::{Rng, Stream};
use super::state::Life;
use super::visits::{enter_hospice, write_home_health, write_nursing_bills};
use crate::domain::Day;

/// Discharge disposition: home with home health care.
const TO_HOME_HEALTH: &str = "06";
/// Discharge disposition: hospice at home.
const TO_HOSPICE: &str = "50";
/// Discharge disposition: inpatient rehabilitation.
const TO_REHAB: &str = "62";
/// Admission source: from another hospital.
const TRANSFERRED: &str = "4";
/// MS-DRG of psychoses.
const PSYCHOSES: &str = "885";

/// What brings somebody in.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    pub cause: Cause,
    pub day: Day,
    pub planned: bool,
    /// The hospital of the last discharge, for a return on the same day.
    pub hospital: Option<u8>,
    /// Cycles of chemotherapy still to come.
    pub cycles: u8,
}

/// A written piece of a stay at one hospital.
struct Segment {
    house: House,
    admit: Day,
    discharge: Day,
    source: &'static str,
    disposition: &'static str,
}

/// How a live discharge leaves the person.
struct Leaving {
    discharge: Day,
    disposition: &'static str,
    /// Planted probability of an unplanned return in thirty days.
    returns: f64,
    last: House,
}

struct Course {
    kind: &'static StayKind,
    dx: Dx,
    level: usize,
    emergent: bool,
    admit_type: &'static str,
}

const LEGS: [f64; 3] = [0.46, 0.36, 0.18];

/// Lives through an admission and everything that follows within its return windows.
pub fn admit_member(life: &mut Life<'_>, arrival: Arrival) {
    let mut next = Some(arrival);
    // A chain of returns ends by itself; twenty is far beyond what the probabilities give.
    for _ in 0..20 {
        let Some(a) = next else { break };
        next = live_one_stay(life, a);
    }
}

fn live_one_stay(life: &mut Life<'_>, a: Arrival) -> Option<Arrival> {
    life.stays_begun += 1;
    life.begun.push((a.day, a.cause));
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Stay, u64::from(life.stays_begun));
    let state = life.state(a.day);
    let course = draw_course(life, &mut r, &a, state.age);
    let psychiatric = matches!(a.cause, Cause::Psychiatric);
    let hospital = a.hospital.unwrap_or_else(|| u8::try_from(r.weighted(&LEGS)).unwrap_or(0));
    let house = if psychiatric && r.chance(0.5) { House::Psychiatric } else { House::Acute(hospital) };
    let days = stay_days(&mut r, &course, life.person.frailty);
    let mut discharge = a.day.plus(days);
    let mut died = !a.planned && a.cause != Cause::Delivery && r.chance(risk::death_in_stay(&state, a.cause));
    if let Some(death) = life.death.filter(|&d| d <= discharge) {
        discharge = death;
        died = true;
    }
    let disposition = if died { "20" } else { disposition_of(&mut r, &a, &state) };
    let segments = segments_of(&mut r, &a, &course, house, discharge, disposition);
    if !a.planned && a.cause != Cause::Delivery {
        life.unplanned.push(a.day);
    }
    let numbers = life.biller.upcoming();
    for s in &segments {
        write_segment(life, &mut r, &course, s);
    }
    life.occupy(a.day, discharge);
    life.last_stay = Some((a.day, discharge));
    if died {
        life.death = Some(discharge);
        return None;
    }
    let facts = Discharge {
        days,
        emergent: course.emergent,
        planned: a.planned,
        delivery: a.cause == Cause::Delivery,
        cause: a.cause,
        home_care: disposition == TO_HOME_HEALTH,
    };
    let p = if disposition == TO_HOSPICE { 0.04 } else { risk::return_probability(&state, &facts) };
    record_return_truth(life, numbers, a.day, discharge, p);
    life.clear_from = discharge.plus(31);
    if !a.planned {
        write_past_problem(life, course.dx.codes[0], a.day, discharge);
    }
    let last = segments.last().map_or(house, |s| s.house);
    let leaving = Leaving { discharge, disposition, returns: p, last };
    let back = draw_next_arrival(life, &mut r, &a, &state, &leaving);
    let until = back.map(|b| b.day);
    write_post_acute(life, &mut r, &course, discharge, disposition, until);
    follow_discharge(life, &mut r, discharge, until, a.planned);
    // Whoever chose hospice meanwhile may not live to return.
    back.filter(|b| life.open_on(b.day))
}

fn draw_course(life: &Life<'_>, r: &mut Rng, a: &Arrival, age: f64) -> Course {
    let kind = &STAYS[a.cause as usize];
    let lean = 0.5 * life.person.frailty + 0.02 * (age - 65.0) + r.normal();
    let level = if lean > 1.1 { 2 } else { usize::from(lean > -0.1) };
    let dx = coding::stay(r, &life.seen(a.day), a.cause, level, age >= 65.0);
    let emergent = !a.planned && a.cause != Cause::Delivery && r.chance(0.86);
    let admit_type = if a.planned {
        "3"
    } else if emergent {
        "1"
    } else {
        "2"
    };
    Course { kind, dx, level, emergent, admit_type }
}

fn write_segment(life: &mut Life<'_>, r: &mut Rng, course: &Course, s: &Segment) {
    let county = life.person.county;
    let npi = facility(county, s.house);
    let number = life.biller.adt_number();
    // The third hospital sends no ADT; of the others a few messages are lost.
    let sends = !matches!(s.house, House::Acute(2)) && r.chance(0.96);
    if sends {
        let row = Adt {
            admitted: s.admit,
            discharged: Some(s.discharge),
            class: "inpatient",
            facility: npi,
            source: s.source,
            admit_type: course.admit_type,
            disposition: s.disposition,
            dx: course.dx.clone(),
        };
        life.biller.adt(number, &row);
    }
    write_inpatient_bills(life, course, s, npi);
    write_hospitalist_claim(life, course, s, npi);
}

/// One bill 111, or the chain 112, 113, …, 114 of a stay beyond thirty days. The second hospital
/// closes every interim bill with disposition 30 and opens the next as an admission of its own
/// date; the others leave the discharge blank and repeat the admission date.
fn write_inpatient_bills(life: &mut Life<'_>, course: &Course, s: &Segment, npi: Npi) {
    let closes = matches!(s.house, House::Acute(1));
    let (mut from, mut first) = (s.admit, true);
    loop {
        let last = s.discharge.since(from) <= 30;
        let to = if last { s.discharge } else { from.plus(29) };
        let bill = match (first, last) {
            (true, true) => "111",
            (true, false) => "112",
            (false, false) => "113",
            (false, true) => "114",
        };
        if let Some(mut ticket) = life.biller.ticket(from, to) {
            let mut c = Claim::institutional(from, to, bill, npi);
            c.admission = Some(if closes { from } else { s.admit });
            c.discharge = (last || closes).then_some(to);
            c.disposition = if last { s.disposition } else { "30" };
            c.source = s.source;
            c.admit_type = course.admit_type;
            c.drg = course.kind.drg[course.level];
            c.dx = course.dx.clone();
            c.poa = true;
            let procedure = course.kind.procedure;
            if first && !procedure.is_empty() && ticket.detail.chance(course.kind.procedure_share) {
                c.procedures.push((procedure, s.admit.plus(i32::from(s.discharge > s.admit))));
            }
            room_lines(&mut c, course, to.since(from).max(1), s.source == TRANSFERRED || !course.emergent);
            life.biller.bill(&ticket, c);
        }
        if last {
            break;
        }
        first = false;
        from = to.plus(1);
    }
}

/// The physician's claim of the stay.
fn write_hospitalist_claim(life: &mut Life<'_>, course: &Course, s: &Segment, npi: Npi) {
    let Some(mut ticket) = life.biller.ticket(s.admit, s.discharge) else { return };
    let mut c = Claim::professional(s.admit, "21");
    c.end = s.discharge;
    let county = life.person.county;
    let who = specialist(county, specialty::INTERNAL, ticket.detail.below(4));
    c.renderer = Some(who);
    c.billing = Some(who);
    c.specialty = places::SPECIALTIES[specialty::INTERNAL];
    c.facility = Some(npi);
    for code in course.dx.codes.iter().take(4) {
        c.dx.push(code);
    }
    c.line("", "99223", 19_800);
    for _ in 0..(s.discharge.since(s.admit) - 1).clamp(0, 4) {
        c.line("", "99232", 8_100);
    }
    c.line("", "99239", 11_600);
    life.biller.bill(&ticket, c);
}

/// Skilled nursing, rehabilitation, long-term hospital, home health or hospice after the stay.
fn write_post_acute(
    life: &mut Life<'_>,
    r: &mut Rng,
    course: &Course,
    discharge: Day,
    disposition: &str,
    until: Option<Day>,
) {
    let county = life.person.county;
    let mean = match disposition {
        "03" => 21.0,
        "62" => 12.0,
        "63" => 26.0,
        _ => 30.0,
    };
    #[expect(clippy::cast_possible_truncation, reason = "days")]
    let planned_end = discharge.plus((3.0 + mean * libm::exp(0.5 * r.normal() - 0.15)) as i32);
    let end = planned_end.min(until.unwrap_or(Day::MAX)).min(life.death.unwrap_or(Day::MAX));
    let cut = until.is_some_and(|u| u <= planned_end);
    let leaves = match () {
        () if life.death == Some(end) => "20",
        () if cut => "02",
        () => "01",
    };
    match disposition {
        "03" => {
            life.occupy(discharge, end);
            let home = facility(county, House::Snf(u8::try_from(r.below(3)).unwrap_or(0)));
            write_nursing_bills(life, &course.dx.codes, (discharge, end), home, leaves);
        }
        TO_REHAB | "63" => {
            let house = if disposition == TO_REHAB { House::Rehab } else { House::LongTerm };
            life.occupy(discharge, end);
            let mut dx = course.dx.clone();
            if disposition == TO_REHAB {
                dx.codes[0] = "M6281";
            }
            let after = Course { kind: course.kind, dx, level: course.level, emergent: false, admit_type: "3" };
            let s = Segment { house, admit: discharge, discharge: end, source: "4", disposition: leaves };
            write_segment(life, r, &after, &s);
        }
        TO_HOME_HEALTH => write_home_health(life, r, &course.dx.codes, discharge, end),
        TO_HOSPICE => enter_hospice(life, r, discharge, 26.0),
        _ => {}
    }
}

fn draw_next_arrival(
    life: &Life<'_>,
    r: &mut Rng,
    arrival: &Arrival,
    state: &risk::State,
    leaving: &Leaving,
) -> Option<Arrival> {
    let (a, discharge) = (arrival, leaving.discharge);
    let comes = r.chance(leaving.returns);
    let (same, spread, at_once, again) = (r.chance(0.30), r.unit(), r.chance(0.04), r.unit());
    if comes {
        // Front-loaded over days 1 to 30; one return in twenty-five on the very day.
        #[expect(clippy::cast_possible_truncation, reason = "1..=30")]
        let mut gap = 1 + (30.0 * spread * libm::sqrt(spread)) as i32;
        // A next-day arrival elsewhere after a transfer to post-acute care would be that care.
        if matches!(leaving.disposition, "62" | "63") {
            gap = gap.max(2);
        }
        let mut rates = risk::yearly_rates(state);
        let hospital = match leaving.last {
            House::Acute(k) if at_once && gap > 1 => Some(k),
            _ => None,
        };
        if hospital.is_some() {
            gap = 0;
        }
        if let Some(slot) = rates.get_mut(a.cause as usize) {
            let all: f64 = *slot;
            *slot = if hospital.is_some() {
                0.0
            } else if same {
                1e6 * all.max(1e-3)
            } else {
                all
            };
        }
        let cause = UNPLANNED_CAUSES[r.weighted(&rates)];
        let day = discharge.plus(gap);
        return life.open_on(day).then_some(Arrival { cause, day, planned: false, hospital, cycles: a.cycles });
    }
    // Planned returns: the second vessel after an infarction, chemotherapy after an acute stay.
    let tumour = life.severity[Condition::Cancer as usize] >= 2 && a.cause != Cause::Chemotherapy;
    let staged = if a.cause == Cause::Infarction {
        Some(Cause::CoronaryElective)
    } else {
        tumour.then_some(Cause::Chemotherapy)
    };
    let later = discharge.plus(r.range(6, 26));
    if let Some(cause) = staged.filter(|_| again < 0.12 && !a.planned && life.open_on(later)) {
        return Some(Arrival { cause, day: later, planned: true, hospital: None, cycles: 2 });
    }
    let day = a.day.plus(27);
    let cycle = a.cause == Cause::Chemotherapy && a.cycles > 0 && again < 0.92;
    (cycle && day > discharge && life.open_on(day)).then_some(Arrival {
        cause: Cause::Chemotherapy,
        day,
        planned: true,
        hospital: None,
        cycles: a.cycles.saturating_sub(1),
    })
}

fn disposition_of(r: &mut Rng, a: &Arrival, s: &risk::State) -> &'static str {
    if s.age < 65.0 {
        return ["01", "06", "03", "07"][r.weighted(&[0.89, 0.06, 0.025, 0.025])];
    }
    let frail = libm::exp(0.35 * s.frailty + 0.03 * (s.age - 75.0));
    let rehab = if matches!(a.cause, Cause::Stroke | Cause::HipFracture) { 0.20 } else { 0.012 };
    let snf = if a.planned { 0.06 } else { 0.15 * frail };
    let hospice = if a.planned { 0.0 } else { 0.018 * frail };
    let weights = [0.55, 0.20, snf, rehab, 0.006, hospice, 0.008];
    ["01", "06", "03", "62", "63", "50", "07"][r.weighted(&weights)]
}

/// The stay as one hospital saw it, or two when the person was transferred.
fn segments_of(
    r: &mut Rng,
    a: &Arrival,
    course: &Course,
    house: House,
    discharge: Day,
    disposition: &'static str,
) -> Vec<Segment> {
    let source = if a.planned {
        "1"
    } else if r.chance(0.04) {
        "5"
    } else if r.chance(0.2) {
        "2"
    } else {
        "1"
    };
    let grave = matches!(a.cause, Cause::Infarction | Cause::Stroke | Cause::HipFracture | Cause::RespiratoryFailure);
    let moved = course.emergent && discharge.since(a.day) >= 3 && r.chance(if grave { 0.17 } else { 0.035 });
    let House::Acute(k) = house else {
        return vec![Segment { house, admit: a.day, discharge, source, disposition }];
    };
    if !moved {
        return vec![Segment { house, admit: a.day, discharge, source, disposition }];
    }
    let leave = a.day.plus(r.range(0, 1));
    // One in four arrives the next day.
    let arrive = leave.plus(i32::from(r.chance(0.25)));
    vec![
        Segment { house, admit: a.day, discharge: leave, source, disposition: "02" },
        Segment { house: House::Acute((k + 1) % 3), admit: arrive, discharge, source: "4", disposition },
    ]
}

fn stay_days(r: &mut Rng, course: &Course, frailty: f64) -> i32 {
    let mut days = course.kind.mean_days * libm::exp(0.5 * r.normal() - 0.125 + 0.05 * frailty);
    if r.chance(0.013) {
        days = days.max(6.0) * 5.5;
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 120 days")]
    let whole = libm::round(days.clamp(1.0, 120.0)) as i32;
    whole
}

fn room_lines(c: &mut Claim, course: &Course, days: i32, direct: bool) {
    let total = course.kind.day_price * i64::from(days);
    let part = |percent: i64| total * percent / 100;
    if course.level == 2 {
        c.line("0200", "", part(22));
    }
    c.line(if c.drg == PSYCHOSES { "0124" } else { "0120" }, "", part(34));
    c.line("0250", "", part(9));
    c.line("0300", "", part(8));
    c.line("0320", "", part(5));
    if !c.procedures.is_empty() {
        c.line("0360", "", part(18));
    }
    if days >= 4 {
        c.line("0420", "", part(4));
    }
    if !direct {
        c.line("0450", "", 92_000);
    }
}

//! Care outside the hospital bed: ED visits, observation, office and outpatient claims, laboratories,
//! dialysis, nursing facility, home health, hospice. Owns their course and frequency;
//! refuses to know stays and the programme.

use super::bookings::{Ending, appointment_kind, ask_consent, write_appointment};
use super::claims::{Adt, Claim};
use super::codes::{COMPLAINTS, CONDITIONS, Condition, EMERGENCIES};
use super::coding;
use super::person::Payer;
use super::places::{House, Npi, SPECIALTIES, facility, specialist, specialty};
use super::risk::{self, State};
use super::rng::{Rng, Stream};
use super::state::Life;
use crate::domain::Day;

/// Office procedures and laboratory tests that go with a visit, with prices in cents.
const EXTRAS: [(&str, i64); 14] = [
    ("36415", 900),
    ("80053", 1_450),
    ("85025", 1_100),
    ("83036", 1_350),
    ("80061", 1_850),
    ("93000", 1_700),
    ("81002", 400),
    ("84443", 2_300),
    ("90471", 2_400),
    ("G0444", 1_900),
    ("96127", 550),
    ("94010", 2_800),
    ("71046", 3_200),
    ("20610", 7_100),
];
/// Hospital outpatient lines: revenue center, procedure, price.
const OUTPATIENT: [(&str, &str, i64); 10] = [
    ("0300", "80053", 2_900),
    ("0300", "85025", 2_200),
    ("0320", "71046", 9_800),
    ("0350", "74177", 41_000),
    ("0420", "97110", 6_200),
    ("0510", "G0463", 12_700),
    ("0610", "70551", 52_000),
    ("0730", "93005", 5_400),
    ("0360", "45378", 98_000),
    ("0636", "J1885", 1_200),
];

/// ED visits that end at home, one in eight through observation.
pub fn add_emergency_visits(life: &mut Life<'_>, first: Day, days: i32, n: u64, state: &State) {
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Emergency, n);
    let count = r.poisson(risk::yearly_emergencies(state) * f64::from(days) / 365.25).min(4);
    for _ in 0..count {
        let day = first.plus(r.range(0, days - 1));
        let avoidable = r.chance(0.45 + 0.2 * state.needs.min(1.0));
        let code = EMERGENCIES[if avoidable { r.below(5) } else { r.below(EMERGENCIES.len()) }];
        let code = draw_behavioral_emergency(life, &mut r).unwrap_or(code);
        let (leg, observed) = (r.weighted(&[0.46, 0.36, 0.18]), state.age >= 40.0 && r.chance(0.12));
        if !life.open_on(day) || life.inside(day) || life.inside(day.plus(1)) {
            continue;
        }
        life.emergencies.push(day);
        write_emergency_visit(life, &mut r, day, code, u8::try_from(leg).unwrap_or(0), observed);
    }
    life.emergencies.sort_unstable();
}

/// Those with a mental illness or substance use come for it, now and then.
fn draw_behavioral_emergency(life: &Life<'_>, r: &mut Rng) -> Option<&'static str> {
    let level = |c: Condition| f64::from(life.severity[c as usize]);
    let mental = 0.05 * level(Condition::SevereMental) + 0.02 * level(Condition::Depression);
    let substance = 0.09 * level(Condition::SubstanceUse);
    let (u, which) = (r.unit(), r.below(4));
    if u < substance {
        Some(["F10129", "F1020", "T401X1A", "F1193"][which])
    } else if u < substance + mental {
        Some(["F329", "F419", "R45851", "F3181"][which])
    } else {
        None
    }
}

fn write_emergency_visit(life: &mut Life<'_>, r: &mut Rng, day: Day, code: &'static str, leg: u8, observed: bool) {
    let npi = facility(life.person.county, House::Acute(leg));
    let end = day.plus(i32::from(observed));
    let dx = coding::visit(r, &life.seen(day), code);
    let number = life.biller.adt_number();
    if leg != 2 && r.chance(0.94) {
        let class = if observed { "observation" } else { "emergency" };
        life.biller.adt(
            number,
            &Adt {
                admitted: day,
                discharged: Some(end),
                class,
                facility: npi,
                source: "1",
                admit_type: "1",
                disposition: "01",
                dx: dx.clone(),
            },
        );
    }
    if let Some(mut ticket) = life.biller.ticket(day, end) {
        let r = &mut ticket.detail;
        let mut c = Claim::institutional(day, end, "131", npi);
        c.dx = dx.clone();
        c.disposition = "01";
        c.line("0450", ["99283", "99284", "99285"][r.below(3)], 58_000);
        c.line("0300", "85025", 2_400);
        if r.chance(0.5) {
            c.line("0320", "71046", 9_800);
        }
        if observed {
            c.line("0762", "G0378", 112_000);
        }
        life.biller.bill(&ticket, c);
    }
    if let Some(mut ticket) = life.biller.ticket(day, day) {
        let r = &mut ticket.detail;
        let mut c = Claim::professional(day, "23");
        let who = specialist(life.person.county, specialty::EMERGENCY, r.below(4));
        (c.renderer, c.billing, c.facility) = (Some(who), Some(who), Some(npi));
        c.specialty = SPECIALTIES[specialty::EMERGENCY];
        c.dx = dx;
        c.line("", ["99283", "99284", "99285"][r.below(3)], 14_500);
        life.biller.bill(&ticket, c);
    }
}

/// Office visits, outpatient hospital, independent laboratory, equipment and dialysis of a month.
pub fn add_ambulatory_care(life: &mut Life<'_>, first: Day, days: i32, n: u64, state: &State) {
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Visit, n);
    let year = f64::from(days) / 365.25;
    let senior = state.age >= 65.0;
    let burden = state.burden().min(9.0);
    let yearly = if state.age < 18.0 {
        4.5
    } else if senior {
        5.9 + 2.15 * burden
    } else {
        2.2 + 1.42 * burden
    };
    for _ in 0..r.poisson(yearly * life.person.seeking * year) {
        let day = office_day(first.plus(r.range(0, days - 1)));
        if life.open_on(day) && !life.inside(day) {
            write_office_visit(life, &mut r, day, senior);
        }
    }
    let hospital = if senior { 1.9 + 0.42 * burden } else { 0.30 + 0.20 * burden };
    for _ in 0..r.poisson(hospital * year) {
        let day = office_day(first.plus(r.range(0, days - 1)));
        if life.open_on(day) && !life.inside(day) {
            write_outpatient_claim(life, &mut r, day);
        }
    }
    let tests = if senior { 1.7 + 0.35 * burden } else { 0.35 + 0.12 * burden };
    for _ in 0..r.poisson(tests * year) {
        let day = office_day(first.plus(r.range(0, days - 1)));
        if life.open_on(day) && !life.inside(day) {
            write_laboratory_claim(life, &mut r, day);
        }
    }
    add_monthly_supplies(life, &mut r, first);
    add_mobility_aids(life, first, n, state.age);
}

fn draw_complaint(life: &Life<'_>, r: &mut Rng, senior: bool, day: Day) -> (&'static str, usize) {
    let present: [usize; CONDITIONS] = std::array::from_fn(|i| i);
    let weights = present.map(|i| f64::from(life.severity[i]));
    if weights.iter().sum::<f64>() > 0.0 && r.chance(0.66) {
        let c = r.weighted(&weights);
        let specialists = [
            specialty::ENDOCRINE,
            specialty::CARDIOLOGY,
            specialty::PULMONARY,
            specialty::PULMONARY,
            specialty::NEPHROLOGY,
            specialty::CARDIOLOGY,
            specialty::FAMILY,
            specialty::PSYCHIATRY,
            specialty::PSYCHIATRY,
            specialty::PSYCHIATRY,
            specialty::NEUROLOGY,
            specialty::ONCOLOGY,
            specialty::FAMILY,
            specialty::CARDIOLOGY,
            specialty::ORTHOPEDIC,
        ];
        let who = if r.chance(0.42) { specialists[c] } else { specialty::FAMILY };
        return (coding::chronic(&life.severity, c), who);
    }
    let age = if life.person.birth.age_on(day) < 18 { 0 } else { 1 + usize::from(senior) };
    let code = COMPLAINTS[age][r.below(10)];
    (
        code,
        if r.chance(0.25) {
            [specialty::EYE, specialty::ORTHOPEDIC, specialty::GASTRO, specialty::OBSTETRIC][r.below(4)]
        } else {
            specialty::FAMILY
        },
    )
}

fn write_office_visit(life: &mut Life<'_>, r: &mut Rng, day: Day, senior: bool) {
    life.visits_begun += 1;
    let (code, who) = draw_complaint(life, r, senior, day);
    let (lead, which) = (r.range(1, 40), r.below(4));
    let npi = if who == specialty::FAMILY { life.pcp() } else { specialist(life.person.county, who, which) };
    write_appointment(life, day, appointment_kind(who), npi, lead, Ending::Kept);
    ask_consent(life, day);
    let place = if life.person.payer == Payer::Medicaid && r.chance(0.3) {
        "50"
    } else {
        ["11", "11", "11", "11", "11", "11", "11", "22", "19", "02", "10"][r.below(11)]
    };
    let seen = life.seen(day);
    let Some(mut ticket) = life.biller.ticket(day, day) else { return };
    let r = &mut ticket.detail;
    let mut c = Claim::professional(day, place);
    (c.renderer, c.billing) = (Some(npi), Some(npi));
    c.specialty = SPECIALTIES[who];
    c.dx = coding::visit(r, &seen, code);
    let visit = match code {
        "Z0000" if senior => ("G0439", 13_200),
        "Z0000" => ("99396", 13_900),
        "Z00129" => ("99393", 11_900),
        _ => [("99213", 9_200), ("99214", 13_000), ("99214", 13_000), ("99203", 11_300), ("99215", 18_100)][r.below(5)],
    };
    c.line("", visit.0, visit.1);
    let extras = r.poisson(if senior { 1.5 } else { 0.75 }).min(6);
    for _ in 0..extras {
        let (hcpcs, cents) = r.pick(&EXTRAS);
        c.line("", hcpcs, cents);
    }
    life.biller.bill(&ticket, c);
}

/// A visit for transitional care within two weeks of a discharge.
pub fn write_transition_visit(life: &mut Life<'_>, day: Day, soon: bool) {
    life.tell_until(day);
    let seen = life.seen(day);
    let Some(mut ticket) = life.biller.ticket(day, day) else { return };
    let r = &mut ticket.detail;
    let mut c = Claim::professional(day, "11");
    let npi = life.pcp();
    (c.renderer, c.billing) = (Some(npi), Some(npi));
    c.specialty = SPECIALTIES[specialty::FAMILY];
    let (code, _) = draw_complaint(life, r, true, day);
    c.dx = coding::visit(r, &seen, code);
    c.line("", if soon { "99496" } else { "99495" }, if soon { 27_900 } else { 20_600 });
    if r.chance(0.4) {
        c.line("", "1111F", 0);
    }
    life.biller.bill(&ticket, c);
}

fn write_outpatient_claim(life: &mut Life<'_>, r: &mut Rng, day: Day) {
    let (code, _) = draw_complaint(life, r, true, day);
    let seen = life.seen(day);
    let leg = u8::try_from(r.weighted(&[0.46, 0.36, 0.18])).unwrap_or(0);
    let Some(mut ticket) = life.biller.ticket(day, day) else { return };
    let r = &mut ticket.detail;
    let mut c = Claim::institutional(day, day, "131", facility(life.person.county, House::Acute(leg)));
    c.dx = coding::visit(r, &seen, code);
    c.disposition = "01";
    for _ in 0..=r.poisson(1.7).min(7) {
        let (revenue, hcpcs, cents) = r.pick(&OUTPATIENT);
        c.line(revenue, hcpcs, cents);
    }
    life.biller.bill(&ticket, c);
}

fn write_laboratory_claim(life: &mut Life<'_>, r: &mut Rng, day: Day) {
    let (code, _) = draw_complaint(life, r, true, day);
    let seen = life.seen(day);
    let Some(mut ticket) = life.biller.ticket(day, day) else { return };
    let r = &mut ticket.detail;
    let mut c = Claim::professional(day, "81");
    let npi = facility(life.person.county, House::Laboratory);
    (c.billing, c.renderer, c.specialty) = (Some(npi), Some(npi), "69");
    c.dx = coding::visit(r, &coding::Seen { needs: 0, ..seen }, code);
    for _ in 0..=r.poisson(1.6).min(6) {
        let (hcpcs, cents) = EXTRAS[r.below(8)];
        c.line("", hcpcs, cents);
    }
    life.biller.bill(&ticket, c);
}

/// Oxygen of severe COPD, dialysis of end-stage kidney disease.
fn add_monthly_supplies(life: &mut Life<'_>, r: &mut Rng, first: Day) {
    let day = first.plus(r.range(0, 6));
    if !life.open_on(day) || life.inside(day) {
        return;
    }
    if life.severity[Condition::Copd as usize] >= 3 {
        write_equipment_claim(life, day, &["J449", "Z9981"], "E1390", 9_800);
    }
    if life.severity[Condition::Kidney as usize] >= 3 && life.person.index.is_multiple_of(3) {
        let end = first.plus(27).min(life.death.unwrap_or(Day::MAX));
        if let Some(ticket) = life.biller.ticket(day, end) {
            let mut c = Claim::institutional(day, end, "721", facility(life.person.county, House::Dialysis));
            c.dx.push("N186");
            c.dx.push("Z992");
            for _ in 0..4 {
                c.line("0821", "90999", 27_000);
            }
            life.biller.bill(&ticket, c);
        }
    }
}

/// What the frail are lent or sold: a walker, a wheelchair, a hospital bed; rented items are billed for thirteen
/// months. Need is frailty and age, and what a claim does not know.
fn add_mobility_aids(life: &mut Life<'_>, first: Day, n: u64, age: f64) {
    let mut own = Rng::keyed(life.night.seed, life.person.index, Stream::Mobility, 0);
    let need = life.person.frailty + 0.04 * (age - 80.0) + 0.6 * own.normal();
    let turn = n + own.below(60) as u64;
    let day = first.plus(own.range(0, 20));
    if age < 50.0 || !life.open_on(day) || life.inside(day) {
        return;
    }
    for (least, every, months, hcpcs, cents, sign) in [
        (0.6, 30, 1, "E0143", 11_200, "R2689"),
        (1.4, 60, 13, "K0001", 5_400, "R262"),
        (2.0, 60, 13, "E0260", 13_900, "M6281"),
    ] {
        if need < least || turn % every >= months {
            continue;
        }
        write_equipment_claim(life, day, &[sign], hcpcs, cents);
    }
}

/// The supplier's claim of one item brought home.
fn write_equipment_claim(life: &mut Life<'_>, day: Day, dx: &[&'static str], hcpcs: &'static str, cents: i64) {
    let Some(ticket) = life.biller.ticket(day, day) else { return };
    let mut c = Claim::professional(day, "12");
    let npi = facility(life.person.county, House::Equipment);
    (c.billing, c.renderer, c.specialty) = (Some(npi), Some(npi), "54");
    for code in dx {
        c.dx.push(code);
    }
    c.line("", hcpcs, cents);
    life.biller.bill(&ticket, c);
}

/// Bills of a nursing facility, one for every thirty days (211, or 212, 213, 214).
pub fn write_nursing_bills(
    life: &mut Life<'_>,
    course: &[&'static str],
    stay: (Day, Day),
    npi: Npi,
    leaves: &'static str,
) {
    let (mut from, mut first) = (stay.0, true);
    loop {
        let last = stay.1.since(from) <= 30;
        let to = if last { stay.1 } else { from.plus(29) };
        if let Some(ticket) = life.biller.ticket(from, to) {
            let bill = match (first, last) {
                (true, true) => "211",
                (true, false) => "212",
                (false, false) => "213",
                (false, true) => "214",
            };
            let mut c = Claim::institutional(from, to, bill, npi);
            c.admission = Some(stay.0);
            c.discharge = last.then_some(to);
            c.disposition = if last { leaves } else { "30" };
            c.source = "4";
            c.admit_type = "3";
            for code in course.iter().take(5) {
                c.dx.push(code);
            }
            let days = i64::from(to.since(from).max(1));
            c.line("0022", "", 0);
            c.line("0120", "", 31_000 * days);
            c.line("0420", "97110", 8_000 * days);
            c.line("0430", "97530", 4_000 * days);
            life.biller.bill(&ticket, c);
        }
        if last {
            break;
        }
        first = false;
        from = to.plus(1);
    }
}

/// A home-health period: one final claim.
pub fn write_home_health(life: &mut Life<'_>, r: &mut Rng, course: &[&'static str], from: Day, end: Day) {
    let to = from.plus(29).min(end.max(from));
    life.tell_until(to);
    let visits = r.range(3, 8);
    let Some(ticket) = life.biller.ticket(from, to) else { return };
    let mut c = Claim::institutional(from, to, "329", facility(life.person.county, House::HomeHealth));
    for code in course.iter().take(4) {
        c.dx.push(code);
    }
    for i in 0..visits {
        c.line(if i % 3 == 2 { "0421" } else { "0551" }, if i % 3 == 2 { "G0151" } else { "G0299" }, 17_500);
    }
    life.biller.bill(&ticket, c);
}

/// Hospice until death, billed by the month.
pub fn enter_hospice(life: &mut Life<'_>, r: &mut Rng, from: Day, mean: f64) {
    life.hospice_from = Some(from);
    #[expect(clippy::cast_possible_truncation, reason = "days")]
    let ends = from.plus(1 + r.waiting(mean).min(400.0) as i32);
    if life.death.is_none_or(|d| ends < d) {
        life.death = Some(ends);
    }
    let (mut start, end) = (from, life.death.unwrap_or(ends));
    let mut first = true;
    while start <= end {
        let to = start.plus(29).min(end);
        if let Some(ticket) = life.biller.ticket(start, to) {
            let last = to == end;
            let bill = match (first, last) {
                (true, true) => "811",
                (true, false) => "812",
                (false, false) => "813",
                (false, true) => "814",
            };
            let mut c = Claim::institutional(start, to, bill, facility(life.person.county, House::Hospice));
            c.disposition = if last { "40" } else { "30" };
            c.dx.push(coding::chronic(&life.severity, Condition::Cancer as usize));
            c.dx.push("R627");
            c.line("0651", "Q5001", 21_000 * i64::from(to.since(start).max(1)));
            life.biller.bill(&ticket, c);
        }
        first = false;
        start = to.plus(1);
    }
}

/// Offices are closed on Sundays: the Monday that follows.
fn office_day(day: Day) -> Day {
    if day.weekday() == 6 { day.plus(1) } else { day }
}

//! What is asked and measured: laboratory values, instruments, social needs and their referrals, an
//! organisation's own columns. Owns how well an observation shows the hidden state; refuses to know
//! care and the programme.

use super::codes::{Condition, DRUGS, NEEDS};
use super::risk::State;
use super::rng::{Rng, Stream};
use super::state::Life;
use crate::domain::{Day, Need};

/// The medicine whose dose follows the INR.
const INR_WATCHED: &str = "warfarin";

/// From this day the laboratories report eGFR by the formula of 2021.
const NEW_FORMULA: Day = Day(19_539); // 2023-07-01
/// Potassium in serum or plasma.
const POTASSIUM: &str = "2823-3";

/// Writes a laboratory result, rounded as laboratories do.
pub fn write_lab(life: &mut Life<'_>, day: Day, loinc: &'static str, value: f64, unit: &'static str) {
    if day < life.night.start || day > life.night.as_of {
        return;
    }
    let places = if matches!(unit, "g/dL" | "%" | "mg/dL" | "{INR}") || loinc == POTASSIUM { 10.0 } else { 1.0 };
    let t = &mut life.small.lab;
    t.put(format_args!("M{:07}", life.person.index)).day(Some(day)).text(loinc);
    t.real(Some(libm::round(value * places) / places)).text(unit).end();
}

/// Laboratory values and instruments of a month.
pub fn observe_measures(life: &mut Life<'_>, first: Day, days: i32, n: u64, state: &State) {
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Laboratory, n);
    let p = life.person;
    let level = |c: Condition| f64::from(state.severity[c as usize]);
    let (when, noise) = (first.plus(r.range(0, days - 1)), r.normal());
    let draws: [f64; 6] = std::array::from_fn(|_| r.unit());
    let (strain_due, strain) = (r.unit(), r.normal());
    if !life.open_on(when) {
        return;
    }
    let diabetes = level(Condition::Diabetes);
    if diabetes > 0.0 && draws[0] < 0.19 {
        write_lab(
            life,
            when,
            "4548-4",
            (6.4 + 0.5 * diabetes + 1.9 * p.nonadherence + 0.6 * noise).clamp(4.8, 14.0),
            "%",
        );
    }
    let renal = level(Condition::Kidney);
    if renal + diabetes + level(Condition::Hypertension) > 0.0 && draws[1] < 0.10 {
        let base = if renal > 0.0 { 62.0 - 17.0 * renal } else { 104.0 - 0.42 * state.age };
        let formula = if when < NEW_FORMULA { "33914-3" } else { "98979-8" };
        write_lab(life, when, formula, (base + 6.0 * noise).clamp(5.0, 120.0), "mL/min/{1.73_m2}");
    }
    let heart = level(Condition::HeartFailure);
    if heart > 0.0 && strain_due < 0.15 {
        let log = 6.0 + 0.6 * heart + 0.7 * p.nonadherence + 0.15 * renal + 0.02 * (state.age - 75.0) + 0.45 * strain;
        write_lab(life, when, "33762-6", libm::exp(log).clamp(20.0, 35_000.0), "pg/mL");
    }
    observe_chemistry(life, when, n, state);
    let low = level(Condition::Depression);
    let instruments = [
        (draws[2] < if low > 0.0 { 0.10 } else { 0.012 }, "PHQ-9", 3.0 + 4.2 * low + 2.6 * noise, 27.0, false),
        (draws[3] < if state.age >= 75.0 { 0.05 } else { 0.0 }, "ADL", 5.4 - 1.1 * p.frailty + 0.7 * noise, 6.0, false),
        (draws[4] < 0.006, "health literacy", 8.0 + 2.5 * noise, 16.0, false),
        (draws[5] < 0.012, "PAM-13", 68.0 - 18.0 * p.nonadherence + 9.0 * noise, 100.0, true),
    ];
    for (given, instrument, score, top, survey) in instruments {
        if given && when >= life.night.start && when <= life.night.as_of {
            let t = if survey { &mut life.small.survey } else { &mut life.small.assessment };
            t.put(format_args!("M{:07}", p.index)).day(Some(when)).text(instrument);
            t.real(Some(libm::round(score.clamp(0.0, top)))).end();
        }
    }
}

/// Blood pressure, potassium, creatinine, urine albumin and the INR of those who need them.
fn observe_chemistry(life: &mut Life<'_>, when: Day, n: u64, state: &State) {
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Laboratory, 100_000 + n);
    let level = |c: Condition| f64::from(state.severity[c as usize]);
    let (pressure, renal, heart) =
        (level(Condition::Hypertension), level(Condition::Kidney), level(Condition::HeartFailure));
    let due: [f64; 4] = std::array::from_fn(|_| r.unit());
    let noise: [f64; 4] = std::array::from_fn(|_| r.normal());
    let neglect = life.person.nonadherence;
    if pressure > 0.0 && due[0] < 0.16 {
        let systolic = 126.0 + 5.0 * pressure + 16.0 * neglect + 12.0 * noise[0];
        write_lab(life, when, "8480-6", systolic.clamp(84.0, 230.0), "mm[Hg]");
        write_lab(life, when, "8462-4", (44.0 + 0.27 * systolic + 6.0 * noise[1]).clamp(40.0, 130.0), "mm[Hg]");
    }
    if renal + heart > 0.0 && due[1] < 0.14 {
        write_lab(life, when, POTASSIUM, (4.3 + 0.16 * renal + 0.42 * noise[1]).clamp(2.4, 7.2), "mmol/L");
        write_lab(life, when, "2160-0", (0.9 + 0.62 * renal * renal / 2.0 + 0.15 * noise[2]).clamp(0.4, 12.0), "mg/dL");
    }
    if renal + level(Condition::Diabetes) > 0.0 && due[2] < 0.05 {
        let log = 2.6 + 0.9 * renal + 0.6 * neglect + 0.8 * noise[2];
        write_lab(life, when, "9318-7", libm::exp(log).clamp(2.0, 5_000.0), "mg/g");
    }
    let warfarin = life.medications.iter().any(|m| DRUGS[m.drug].ingredient == INR_WATCHED);
    if warfarin && due[3] < 0.5 {
        write_lab(life, when, "6301-6", (2.5 + 0.7 * noise[3]).clamp(0.9, 9.0), "{INR}");
    }
}

/// Screening for social needs, more often around a stay.
pub fn screen_needs(life: &mut Life<'_>, first: Day, days: i32, n: u64) {
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Screening, n);
    let day = first.plus(r.range(0, days - 1));
    let inpatient = life.last_stay.is_some_and(|s| s.1 >= first && s.1 < first.plus(days));
    let asked = r.chance(if inpatient { 0.45 } else { 0.026 });
    let day = if inpatient { life.last_stay.map_or(day, |s| s.1) } else { day };
    if !asked || !life.open_on(day) {
        return;
    }
    let ahc = r.chance(0.6);
    let all_declined = r.chance(0.03);
    let received = day.plus(r.range(0, 4));
    for (i, (domain, _, question)) in NEEDS.iter().enumerate() {
        let holds = life.person.needs & (1 << i) != 0;
        let weights = if holds { [0.79, 0.11, 0.05, 0.05] } else { [0.03, 0.90, 0.04, 0.03] };
        let need = ["yes", "no", "unknown", "declined"][r.weighted(&weights)];
        let need = if all_declined { "declined" } else { need };
        let refers = r.chance(0.5);
        // The short form does not ask about money and company.
        if ahc && i >= 4 {
            continue;
        }
        if day >= life.night.start && received <= life.night.as_of {
            let t = &mut life.small.screening;
            t.put(format_args!("M{:07}", life.person.index)).day(Some(day)).text(domain).text(need);
            t.text(if ahc { "AHC HRSN" } else { "PRAPARE" }).text(question).day(Some(received)).end();
        }
        if need == Need::Yes.as_str() && refers {
            write_referral(life, day, domain);
        }
    }
}

fn write_referral(life: &mut Life<'_>, screened: Day, domain: &str) {
    life.programme.numbers[2] += 1;
    let k = life.programme.numbers[2];
    let mut r = Rng::keyed(life.night.seed, life.person.index, Stream::Referral, u64::from(k));
    let created = screened.plus(r.range(0, 6));
    let accepted = created.plus(r.range(2, 30));
    #[expect(clippy::cast_possible_truncation, reason = "days")]
    let closed = accepted.plus(5 + r.waiting(45.0) as i32);
    let declines = r.chance(0.12);
    let night = life.night.as_of;
    if created < life.night.start || created > night {
        return;
    }
    let (status, end) = if declines && accepted <= night {
        ("declined", Some(accepted))
    } else if closed <= night {
        ("closed", Some(closed))
    } else if accepted <= night {
        ("accepted", None)
    } else {
        ("open", None)
    };
    let t = &mut life.small.referral;
    t.put(format_args!("R{:07}{k:03}", life.person.index)).put(format_args!("M{:07}", life.person.index));
    t.text(domain).day(Some(created)).text(status).day(end).end();
}

/// An organisation's own columns, observed at each half-year for those with a portal record.
pub fn observe_features(life: &mut Life<'_>, first: Day, state: &State) {
    let (_, month, _) = first.ymd();
    let p = life.person;
    let recorded = crate::domain::finish64(p.index ^ life.night.seed) % 5 < 3;
    if month % 6 != 1 || !recorded || first < life.night.start || first > life.night.as_of || !life.open_on(first) {
        return;
    }
    let mut r = Rng::keyed(life.night.seed, p.index, Stream::Feature, u64::from(first.0.unsigned_abs()));
    let alone = state.isolated || r.chance(0.15);
    let portal = r.chance(if state.age < 65.0 { 0.6 } else { 0.3 });
    let missed = r.poisson(0.4 + 2.5 * p.nonadherence);
    let oxygen = state.severity[Condition::Copd as usize] >= 3;
    let t = &mut life.small.feature;
    t.put(format_args!("M{:07}", p.index)).day(Some(first)).int(Some(i32::from(alone)));
    t.int(Some(i32::from(portal))).int(i32::try_from(missed).ok()).int(Some(i32::from(oxygen))).end();
}

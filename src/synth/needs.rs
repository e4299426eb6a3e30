//! What is asked and measured: laboratory values, instruments, social needs and their referrals, an
//! organisation's own columns. Owns how well an observation shows the hidden state; refuses to know
//! care and the programme.

use super::codes::{Condition, NEEDS};
use super::life::Life;
use super::risk::State;
use super::rng::{Rng, Stream};
use crate::domain::Day;

impl Life<'_> {
    /// Writes a laboratory result, rounded as laboratories do.
    pub fn lab(&mut self, day: Day, loinc: &'static str, value: f64, unit: &'static str) {
        if day < self.night.start || day > self.night.as_of {
            return;
        }
        let places = if unit == "g/dL" || unit == "%" { 10.0 } else { 1.0 };
        let t = &mut self.small.lab;
        t.put(format_args!("M{:07}", self.person.index)).day(Some(day)).text(loinc);
        t.real(Some(libm::round(value * places) / places)).text(unit).end();
    }

    /// Laboratory values and instruments of a month.
    pub fn measures(&mut self, first: Day, days: i32, n: u64, state: &State) {
        let mut r = Rng::keyed(self.night.seed, self.person.index, Stream::Laboratory, n);
        let p = self.person;
        let level = |c: Condition| f64::from(state.severity[c as usize]);
        let (when, noise) = (first.plus(r.range(0, days - 1)), r.normal());
        let draws: [f64; 6] = std::array::from_fn(|_| r.unit());
        let (strain_due, strain) = (r.unit(), r.normal());
        if !self.open_on(when) {
            return;
        }
        let diabetes = level(Condition::Diabetes);
        if diabetes > 0.0 && draws[0] < 0.19 {
            self.lab(when, "4548-4", (6.4 + 0.5 * diabetes + 1.9 * p.nonadherence + 0.6 * noise).clamp(4.8, 14.0), "%");
        }
        let renal = level(Condition::Kidney);
        if renal + diabetes + level(Condition::Hypertension) > 0.0 && draws[1] < 0.10 {
            let base = if renal > 0.0 { 62.0 - 17.0 * renal } else { 104.0 - 0.42 * state.age };
            self.lab(when, "33914-3", (base + 6.0 * noise).clamp(5.0, 120.0), "mL/min/{1.73_m2}");
        }
        let heart = level(Condition::HeartFailure);
        if heart > 0.0 && strain_due < 0.15 {
            let log =
                6.0 + 0.6 * heart + 0.7 * p.nonadherence + 0.15 * renal + 0.02 * (state.age - 75.0) + 0.45 * strain;
            self.lab(when, "33762-6", libm::exp(log).clamp(20.0, 35_000.0), "pg/mL");
        }
        let low = level(Condition::Depression);
        let instruments = [
            (draws[2] < if low > 0.0 { 0.10 } else { 0.012 }, "PHQ-9", 3.0 + 4.2 * low + 2.6 * noise, 27.0, false),
            (
                draws[3] < if state.age >= 75.0 { 0.05 } else { 0.0 },
                "ADL",
                5.4 - 1.1 * p.frailty + 0.7 * noise,
                6.0,
                false,
            ),
            (draws[4] < 0.006, "health literacy", 8.0 + 2.5 * noise, 16.0, false),
            (draws[5] < 0.012, "PAM-13", 68.0 - 18.0 * p.nonadherence + 9.0 * noise, 100.0, true),
        ];
        for (given, instrument, score, top, survey) in instruments {
            if given && when >= self.night.start && when <= self.night.as_of {
                let t = if survey { &mut self.small.survey } else { &mut self.small.assessment };
                t.put(format_args!("M{:07}", p.index)).day(Some(when)).text(instrument);
                t.real(Some(libm::round(score.clamp(0.0, top)))).end();
            }
        }
    }

    /// Screening for social needs, more often around a stay.
    pub fn screening(&mut self, first: Day, days: i32, n: u64) {
        let mut r = Rng::keyed(self.night.seed, self.person.index, Stream::Screening, n);
        let day = first.plus(r.range(0, days - 1));
        let inpatient = self.last_stay.is_some_and(|s| s.1 >= first && s.1 < first.plus(days));
        let asked = r.chance(if inpatient { 0.45 } else { 0.026 });
        let day = if inpatient { self.last_stay.map_or(day, |s| s.1) } else { day };
        if !asked || !self.open_on(day) {
            return;
        }
        let ahc = r.chance(0.6);
        let all_declined = r.chance(0.03);
        let received = day.plus(r.range(0, 4));
        for (i, (domain, _, question)) in NEEDS.iter().enumerate() {
            let holds = self.person.needs & (1 << i) != 0;
            let weights = if holds { [0.79, 0.11, 0.05, 0.05] } else { [0.03, 0.90, 0.04, 0.03] };
            let need = ["yes", "no", "unknown", "declined"][r.weighted(&weights)];
            let need = if all_declined { "declined" } else { need };
            let refers = r.chance(0.5);
            // The short form does not ask about money and company.
            if ahc && i >= 4 {
                continue;
            }
            if day >= self.night.start && received <= self.night.as_of {
                let t = &mut self.small.screening;
                t.put(format_args!("M{:07}", self.person.index)).day(Some(day)).text(domain).text(need);
                t.text(if ahc { "AHC HRSN" } else { "PRAPARE" }).text(question).day(Some(received)).end();
            }
            if need == "yes" && refers {
                self.referral(day, domain);
            }
        }
    }

    fn referral(&mut self, screened: Day, domain: &str) {
        self.programme.numbers[2] += 1;
        let k = self.programme.numbers[2];
        let mut r = Rng::keyed(self.night.seed, self.person.index, Stream::Referral, u64::from(k));
        let created = screened.plus(r.range(0, 6));
        let accepted = created.plus(r.range(2, 30));
        #[expect(clippy::cast_possible_truncation, reason = "days")]
        let closed = accepted.plus(5 + r.waiting(45.0) as i32);
        let declines = r.chance(0.12);
        let night = self.night.as_of;
        if created < self.night.start || created > night {
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
        let t = &mut self.small.referral;
        t.put(format_args!("R{:07}{k:03}", self.person.index)).put(format_args!("M{:07}", self.person.index));
        t.text(domain).day(Some(created)).text(status).day(end).end();
    }

    /// An organisation's own columns, observed at each half-year for those with a portal record.
    pub fn observed_features(&mut self, first: Day, state: &State) {
        let (_, month, _) = first.ymd();
        let p = self.person;
        let recorded = super::rng::mix(p.index ^ self.night.seed) % 5 < 3;
        if month % 6 != 1 || !recorded || first < self.night.start || first > self.night.as_of || !self.open_on(first) {
            return;
        }
        let mut r = Rng::keyed(self.night.seed, p.index, Stream::Feature, u64::from(first.0.unsigned_abs()));
        let alone = state.isolated || r.chance(0.15);
        let portal = r.chance(if state.age < 65.0 { 0.6 } else { 0.3 });
        let missed = r.poisson(0.4 + 2.5 * p.nonadherence);
        let oxygen = state.severity[Condition::Copd as usize] >= 3;
        let t = &mut self.small.feature;
        t.put(format_args!("M{:07}", p.index)).day(Some(first)).int(Some(i32::from(alone)));
        t.int(Some(i32::from(portal))).int(i32::try_from(missed).ok()).int(Some(i32::from(oxygen))).end();
    }
}

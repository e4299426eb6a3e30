//! The planted risk: every probability the synthetic population lives by, in one place an analyst can
//! read. Owns the functions; refuses to know dates, claims and files.
//!
//! What no extract shows: `frailty` (standard normal; signs, walking aids and laboratory values hint at it) and
//! `nonadherence` (0..1; fills and laboratory values hint at it). What extracts show with noise: severity
//! (through codes and treatment steps), needs (screenings miss a fifth of them), prior use (late). The functions
//! hold products of these, so neither a main effects model nor the visible columns alone can read them back.
//!
//! * Stays: each of 23 causes has a yearly rate
//!   `base(disease or age) · exp(severity + frailty + non-adherence × severity + needs + prior use + pairs)`.
//! * Returns: `logit p30` of a live acute discharge, see [`return_probability`].
//! * `avoid_hosp`, 90 days: [`avoidable_90`], from the same rates seen from that night.

use super::codes::{AVOIDABLE, CONDITIONS, Cause, Condition as C, UNPLANNED, UNPLANNED_CAUSES};

/// What the functions look at.
#[derive(Clone, Debug)]
pub struct State {
    /// Years.
    pub age: f64,
    /// Female.
    pub female: bool,
    /// 0 absent, 1..3 severity, by `Condition`.
    pub severity: [u8; CONDITIONS],
    /// Latent frailty, standard normal.
    pub frailty: f64,
    /// Latent nonadherence, standard normal.
    pub nonadherence: f64,
    /// Social needs that hold (0..6).
    pub needs: f64,
    /// Lives alone without help.
    pub isolated: bool,
    /// Unplanned stays admitted in the last 180 days, ED visits in the last 180.
    pub recent_stays: f64,
    /// Emergency visits of the last year, decayed.
    pub recent_emergencies: f64,
    /// County poverty decile, 1..10.
    pub poverty: f64,
}

impl State {
    fn has(&self, c: C) -> f64 {
        f64::from(u8::from(self.severity[c as usize] > 0))
    }
    fn level(&self, c: C) -> f64 {
        f64::from(self.severity[c as usize])
    }
    /// Number of chronic conditions.
    #[must_use]
    pub fn burden(&self) -> f64 {
        self.severity.iter().map(|&s| f64::from(u8::from(s > 0))).sum()
    }
    /// What every unplanned cause shares (log scale), without the disease itself.
    fn shared(&self) -> f64 {
        0.34 * self.frailty
            + 0.14 * self.needs.min(4.0)
            + 0.42 * self.recent_stays.min(3.0)
            + 0.12 * self.recent_emergencies.min(4.0)
            + 0.25 * f64::from(u8::from(self.isolated)) * self.has(C::Dementia)
            + 0.025 * (self.poverty - 5.5)
            // Frailty weighs more on the very old.
            + if self.age >= 80.0 { 0.12 * self.frailty } else { 0.0 }
    }
    /// Disease left to itself: non-adherence multiplies with severity.
    fn neglect(&self, c: C) -> f64 {
        0.48 * (self.level(c) - 1.0).max(0.0) + 0.85 * self.nonadherence * (self.level(c) - 0.5).max(0.0)
    }
}

/// Yearly rate of each unplanned cause.
#[must_use]
pub fn yearly_rates(s: &State) -> [f64; UNPLANNED] {
    let shared = s.shared();
    let up = |base: f64, log: f64| base * libm::exp(shared + log);
    let by_age = |per_decade: f64| per_decade * (s.age - 65.0) / 10.0;
    let mut out = [0.0; UNPLANNED];
    for (slot, cause) in out.iter_mut().zip(UNPLANNED_CAUSES) {
        *slot = match cause {
            Cause::HeartFailure => up(
                0.0185 * s.has(C::HeartFailure),
                s.neglect(C::HeartFailure) + 0.40 * s.has(C::Kidney) + 0.25 * s.has(C::Fibrillation) + by_age(0.08),
            ),
            Cause::Copd => up(
                0.0115 * s.has(C::Copd),
                s.neglect(C::Copd) + 0.25 * s.has(C::HeartFailure) + 0.35 * s.has(C::Depression) * s.nonadherence,
            ),
            Cause::Asthma => up(0.0034 * s.has(C::Asthma), s.neglect(C::Asthma)),
            Cause::DiabetesShort => up(0.00085 * s.has(C::Diabetes), s.neglect(C::Diabetes) - by_age(0.35)),
            Cause::DiabetesLong => up(
                0.0017 * s.has(C::Diabetes),
                s.neglect(C::Diabetes) + 0.4 * s.has(C::Kidney) + 0.2 * s.has(C::Obesity),
            ),
            Cause::DiabetesUncontrolled => up(0.0009 * s.has(C::Diabetes), s.neglect(C::Diabetes)),
            Cause::Hypertension => up(0.0009 * s.has(C::Hypertension), 0.9 * s.nonadherence),
            Cause::Pneumonia => up(
                0.0022,
                by_age(0.48) + 0.75 * s.has(C::Copd) + 0.5 * s.has(C::Dementia) + 0.3 * s.has(C::HeartFailure),
            ),
            Cause::UrinaryTract => up(
                0.0013,
                by_age(0.45) + 0.9 * s.has(C::Dementia) + if s.female { 0.4 } else { 0.0 } + 0.25 * s.has(C::Diabetes),
            ),
            Cause::Sepsis => up(0.0120, by_age(0.42) + 0.6 * s.has(C::Cancer) + 0.35 * s.has(C::Kidney)),
            Cause::Infarction => up(0.0042, by_age(0.30) + 0.9 * s.has(C::Coronary) + 0.5 * s.nonadherence),
            Cause::Stroke => {
                up(0.0044, by_age(0.42) + 0.5 * s.has(C::Fibrillation) + 0.35 * s.has(C::Hypertension) * s.nonadherence)
            }
            Cause::HipFracture => {
                up(0.0036, by_age(0.75) + if s.female { 0.4 } else { 0.0 } + 0.4 * s.has(C::Dementia))
            }
            Cause::GiBleed => up(0.0047, by_age(0.40) + 0.4 * s.has(C::Fibrillation) + 0.4 * s.has(C::Kidney)),
            Cause::Arrhythmia => up(0.0024, by_age(0.25) + 1.7 * s.has(C::Fibrillation)),
            Cause::KidneyInjury => up(0.0030, by_age(0.35) + 0.65 * s.level(C::Kidney)),
            Cause::Cellulitis => up(0.0030, by_age(0.15) + 0.5 * s.has(C::Diabetes) + 0.4 * s.has(C::Obesity)),
            Cause::Syncope => up(0.0037, by_age(0.45)),
            Cause::RespiratoryFailure => up(0.0027, by_age(0.30) + 0.55 * s.level(C::Copd)),
            Cause::Psychiatric => up(
                0.0013 + 0.045 * s.has(C::SevereMental),
                0.25 * s.level(C::Depression) + 0.8 * s.nonadherence * s.has(C::SevereMental) - by_age(0.10),
            ),
            Cause::Substance => up(0.0006 + 0.042 * s.has(C::SubstanceUse), s.neglect(C::SubstanceUse) * 0.6),
            Cause::Abdominal => up(0.0082, by_age(0.16)),
            Cause::Dehydration => up(0.0041, by_age(0.45) + 0.4 * s.has(C::Cancer) + 0.5 * s.has(C::Dementia)),
            Cause::Joint | Cause::Chemotherapy | Cause::CoronaryElective | Cause::Delivery => 0.0,
        };
        // Children are seldom admitted for what these causes describe.
        if s.age < 18.0 && !matches!(cause, Cause::Asthma | Cause::Psychiatric | Cause::Abdominal) {
            *slot *= 0.35;
        }
    }
    out
}

/// What the return model sees of the discharge.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Copy, Debug)]
pub struct Discharge {
    /// Length of stay in days.
    pub days: i32,
    /// Came through the emergency department.
    pub emergent: bool,
    /// Planned.
    pub planned: bool,
    /// A delivery.
    pub delivery: bool,
    /// What brought the patient in.
    pub cause: Cause,
    /// home_care
    pub home_care: bool,
}

/// Probability of an unplanned acute stay 0..30 days after a live acute discharge, given that the
/// person stays enrolled and alive.
#[must_use]
pub fn return_probability(s: &State, d: &Discharge) -> f64 {
    let serious =
        matches!(d.cause, Cause::HeartFailure | Cause::Sepsis | Cause::RespiratoryFailure | Cause::KidneyInjury);
    let flag = |b: bool| f64::from(u8::from(b));
    let mut z = -3.42
        + 0.36 * s.frailty
        + 0.24 * s.recent_stays.min(4.0)
        + 0.08 * s.recent_emergencies.min(4.0)
        + 0.07 * s.burden().min(8.0)
        + 0.15 * s.level(C::HeartFailure)
        + 0.12 * s.level(C::Kidney)
        + 0.22 * s.has(C::Copd)
        + 0.35 * s.has(C::Cancer)
        + 0.30 * s.has(C::SubstanceUse)
        + 0.15 * s.needs.min(4.0)
        + 0.20 * flag(d.days >= 7)
        + 0.18 * flag(d.emergent)
        + 0.28 * flag(serious)
        // Interactions: neglect counts for those with much to neglect; isolation after dementia or a
        // long stay; heart failure with kidney disease; help at home halves the weight of need.
        + 0.75 * s.nonadherence * flag(s.burden() >= 3.0)
        + 0.35 * flag(s.isolated) * flag(s.has(C::Dementia) > 0.0 || d.days >= 7)
        + 0.30 * s.has(C::HeartFailure) * s.has(C::Kidney)
        - 0.08 * s.needs.min(4.0) * flag(d.home_care);
    if d.planned {
        z -= 0.75;
    }
    if d.delivery {
        z -= 1.7;
    }
    if s.age < 65.0 {
        z += 0.12;
    }
    1.0 / (1.0 + libm::exp(-z))
}

/// Share of the unplanned rate that falls on causes which can count as PQI stays.
#[must_use]
pub fn avoidable_share(rates: &[f64; UNPLANNED]) -> f64 {
    let all: f64 = rates.iter().sum();
    if all > 0.0 { rates[..AVOIDABLE].iter().sum::<f64>() / all } else { 0.0 }
}

/// Probability of at least one avoidable (PQI) stay in the next 90 days, severity held at tonight's
/// value and prior use fading month by month (`months`: the state at the middle of each of the three).
/// `at_risk` is the days of the 90 that are outside the 30-day return window of a recent discharge;
/// `window` the probability that this window still brings a return.
#[must_use]
pub fn avoidable_90(months: &[State; 3], at_risk: f64, window: f64) -> f64 {
    let rates = months.each_ref().map(yearly_rates);
    let third = at_risk / 3.0 / 365.25;
    let avoidable: f64 = rates.iter().map(|r| r[..AVOIDABLE].iter().sum::<f64>() * third).sum();
    let other: f64 = rates.iter().map(|r| r[AVOIDABLE..].iter().sum::<f64>() * third).sum();
    let share = avoidable_share(&rates[0]);
    // A first stay of another kind shields for thirty days and brings returns of its own, about one in
    // ten of them within the ninety; half the deaths come before half the time.
    let shielded = 1.0 - 0.28 * (1.0 - libm::exp(-other)) - yearly_death(&months[1]) / 8.0;
    let hazard = avoidable * shielded.max(0.0) + share * (other * 0.09 - libm::log(1.0 - window.min(0.95)));
    1.0 - libm::exp(-hazard)
}

/// Yearly probability of death outside hospital.
#[must_use]
pub fn yearly_death(s: &State) -> f64 {
    let z = 0.070 * (s.age - 30.0)
        + 0.40 * s.frailty
        + 0.55 * s.has(C::Cancer)
        + 0.40 * s.has(C::Dementia)
        + 0.35 * s.has(C::HeartFailure)
        + 0.25 * s.level(C::Kidney);
    (0.00066 * libm::exp(z)).min(0.6)
}

/// Probability of death in an acute unplanned stay.
#[must_use]
pub fn death_in_stay(s: &State, cause: Cause) -> f64 {
    let grave = matches!(cause, Cause::Sepsis | Cause::RespiratoryFailure | Cause::Stroke | Cause::Infarction);
    let z = -4.3 + 0.028 * (s.age - 70.0) + 0.35 * s.frailty + if grave { 1.1 } else { 0.0 } + 0.4 * s.has(C::Cancer);
    if s.age < 18.0 { 0.001 } else { 1.0 / (1.0 + libm::exp(-z)) }
}

/// Yearly rate of ED visits that end at home.
#[must_use]
pub fn yearly_emergencies(s: &State) -> f64 {
    let base = if s.age < 18.0 { 0.30 } else { 0.21 + 0.002 * (s.age - 50.0).max(0.0) };
    base * libm::exp(
        0.18 * s.frailty
            + 0.20 * s.needs.min(4.0)
            + 0.16 * s.recent_emergencies.min(4.0)
            + 0.06 * s.burden()
            + 0.45 * s.has(C::SubstanceUse)
            + 0.30 * s.has(C::SevereMental),
    )
}

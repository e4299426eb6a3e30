//! From a person's state to diagnosis codes. Owns combination coding; refuses to know claims.

use super::claims::Dx;
use super::codes::{CHRONIC_DX, CONDITIONS, Cause, Condition as C, FRAIL_SIGNS, NEEDS, STAYS};
use super::rng::Rng;

/// The code of a chronic condition, with the combinations ICD-10-CM asks for: hypertension presumes a
/// link to heart failure and kidney disease, diabetes to kidney disease.
#[must_use]
pub fn chronic(severity: &[u8; CONDITIONS], condition: usize) -> &'static str {
    let level = severity[condition];
    if level == 0 {
        return "";
    }
    let has = |c: C| severity[c as usize] > 0;
    if condition == C::Hypertension as usize {
        return match (has(C::HeartFailure), has(C::Kidney)) {
            (true, true) => "I130",
            (true, false) => "I110",
            (false, true) if severity[C::Kidney as usize] >= 3 => "I120",
            (false, true) => "I129",
            (false, false) => "I10",
        };
    }
    if condition == C::Diabetes as usize && has(C::Kidney) && level < 3 {
        return "E1122";
    }
    CHRONIC_DX[condition][usize::from(level.min(3)) - 1]
}

/// What a coder can see of a person.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub severity: [u8; CONDITIONS],
    pub needs: u8,
    /// How likely one claim names a sign of frailty.
    pub signs: f64,
}

/// How likely an ambulatory claim names a sign of frailty: one in twenty at 75 and average frailty, more than double a
/// standard deviation above. The claims of two years, with walking aids, then tell frailty about as well as a
/// claims-based frailty index tells the one of a survey (correlation .60, Kim et al. 2018, J Gerontol A 73:980).
#[must_use]
pub fn sign_share(frailty: f64, age: f64) -> f64 {
    (0.05 * libm::exp(0.9 * frailty + 0.025 * (age - 75.0))).min(0.5)
}

/// The principal diagnosis and the others of an inpatient stay.
pub fn stay(r: &mut Rng, seen: &Seen, cause: Cause, level: usize, senior: bool) -> Dx {
    let severity = &seen.severity;
    let kind = &STAYS[cause as usize];
    let mut dx = Dx::default();
    let has = |c: C| severity[c as usize] > 0;
    // Heart failure in a hypertensive person is coded I11.0 or I13.0 first.
    if cause == Cause::HeartFailure && has(C::Hypertension) {
        dx.push(if has(C::Kidney) { "I130" } else { "I110" });
    }
    dx.push(kind.principal[level]);
    for (i, code) in kind.acute.iter().enumerate() {
        if r.chance(0.18 + 0.17 * if level > i { 1.0 } else { 0.0 }) {
            if r.chance(0.10) { dx.push_late(code) } else { dx.push(code) }
        }
    }
    for c in 0..CONDITIONS {
        if severity[c] > 0 && r.chance(0.88) {
            dx.push(chronic(severity, c));
        }
    }
    if cause == Cause::Delivery {
        dx.push("Z370");
    }
    if senior && r.chance(0.10) {
        dx.push(["E785", "K219"][r.below(2)]);
    }
    // A ward looks at gait, skin and weight: five times what an office writes down.
    if r.chance((5.0 * seen.signs).min(0.8)) {
        dx.push(["R627", "L89152", "R296", "E46", "R2689", "M6281"][r.below(6)]);
    }
    add_social_codes(r, &mut dx, seen.needs, 0.12);
    dx
}

/// COPD without exacerbation.
const COPD: &str = "J449";

/// One to five codes of an ambulatory claim, `first` leading.
pub fn visit(r: &mut Rng, seen: &Seen, first: &'static str) -> Dx {
    let severity = &seen.severity;
    let mut dx = Dx::default();
    // A COPD that has gone further is seen in exacerbation more often.
    let worse = f64::from(severity[C::Copd as usize]);
    dx.push(if first == COPD && r.chance(0.16 * worse - 0.10) { "J441" } else { first });
    for c in 0..CONDITIONS {
        if severity[c] > 0 && dx.len < 4 && r.chance(0.26) {
            dx.push(chronic(severity, c));
        }
    }
    if r.chance(seen.signs) {
        dx.push(r.pick(&FRAIL_SIGNS));
    }
    add_social_codes(r, &mut dx, seen.needs, 0.015);
    dx
}

fn add_social_codes(r: &mut Rng, dx: &mut Dx, needs: u8, share: f64) {
    if needs == 0 || !r.chance(share) {
        return;
    }
    for (i, need) in NEEDS.iter().enumerate() {
        if needs & (1 << i) != 0 && r.chance(0.6) {
            dx.push(need.1);
        }
    }
}

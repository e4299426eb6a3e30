//! From a person's state to diagnosis codes. Owns combination coding; refuses to know claims.

use super::claims::Dx;
use super::codes::{CHRONIC_DX, CONDITIONS, Cause, Condition as C, NEEDS, STAYS};
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

/// The principal diagnosis and the others of an inpatient stay.
pub fn stay(r: &mut Rng, severity: &[u8; CONDITIONS], cause: Cause, level: usize, needs: u8, senior: bool) -> Dx {
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
    if senior && r.chance(0.30) {
        dx.push(["E785", "K219", "R627", "L89152", "R296", "E46"][r.below(6)]);
    }
    social(r, &mut dx, needs, 0.12);
    dx
}

/// One to four codes of an ambulatory claim, `first` leading.
pub fn visit(r: &mut Rng, severity: &[u8; CONDITIONS], first: &'static str, needs: u8) -> Dx {
    let mut dx = Dx::default();
    dx.push(first);
    for c in 0..CONDITIONS {
        if severity[c] > 0 && dx.len < 4 && r.chance(0.26) {
            dx.push(chronic(severity, c));
        }
    }
    social(r, &mut dx, needs, 0.015);
    dx
}

fn social(r: &mut Rng, dx: &mut Dx, needs: u8, share: f64) {
    if needs == 0 || !r.chance(share) {
        return;
    }
    for (i, need) in NEEDS.iter().enumerate() {
        if needs & (1 << i) != 0 && r.chance(0.6) {
            dx.push(need.1);
        }
    }
}

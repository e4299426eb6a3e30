//! The chance that a contact succeeds. Owns the base rate and what vain attempts take from it; refuses to rank.

use super::inputs::Inputs;
use crate::domain::ContactOutcome;
use crate::extracts::Outreach;

/// Completed share of the contacts of the last days, at least 20 of them; else the configured default.
#[must_use]
pub fn reach_rate(inputs: &Inputs<'_>) -> f64 {
    let from = inputs.plan.as_of.plus(-inputs.plan.list.reach_days);
    let (mut all, mut reached) = (0_u32, 0_u32);
    for (_, o) in inputs.extracts.rows::<Outreach>().all().filter(|(_, o)| o.day > from && o.day <= inputs.plan.as_of) {
        all += 1;
        reached += u32::from(o.outcome.is_success());
    }
    if all >= 20 && reached > 0 { f64::from(reached) / f64::from(all) } else { inputs.plan.list.reach_default }
}

/// Chance of success for one person: the base rate, less without a phone and with each vain attempt of the
/// last 180 days.
#[must_use]
pub fn member_reach(inputs: &Inputs<'_>, member: u32, base: f64) -> f64 {
    let facts = &inputs.extracts.population.member(member).facts;
    let from = inputs.plan.as_of.plus(-inputs.plan.list.reach_days);
    let vain = inputs
        .extracts
        .rows::<Outreach>()
        .of(member)
        .filter(|o| o.day > from && (o.outcome.is_attempt() || o.outcome == ContactOutcome::WrongNumber))
        .count();
    let phone = if facts.phone.is_some() || facts.guardian_phone.is_some() { 1.0 } else { 0.3 };
    let worn = libm::pow(0.9, f64::from(u32::try_from(vain.min(10)).unwrap_or(10)));
    base * phone * worn
}

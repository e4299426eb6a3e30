//! The chance that a contact succeeds. Owns the base rate, what vain attempts take from it, and which numbers are
//! known to be wrong; refuses to rank.

use super::inputs::Inputs;
use crate::domain::{Day, phone_key};
use crate::extracts::Member;

/// Contacts that the base rate needs.
const LEAST_CONTACTS: u32 = 20;

/// Completed share of the contacts of the last days, at least 20 of them; else the configured default.
#[must_use]
pub fn reach_rate(inputs: &Inputs<'_>) -> f64 {
    let from = inputs.plan.as_of.plus(-inputs.plan.list.reach_days);
    let (mut all, mut reached) = (0_u32, 0_u32);
    for o in inputs.contacts().filter(|o| o.day > from) {
        all += 1;
        reached += u32::from(o.is_success());
    }
    if all >= LEAST_CONTACTS && reached > 0 {
        f64::from(reached) / f64::from(all)
    } else {
        inputs.plan.list.reach_default
    }
}

/// The base rate less a tenth with each vain attempt of the last days, ten at most. A wrong number is no attempt.
#[must_use]
pub fn member_reach(inputs: &Inputs<'_>, member: u32, base: f64) -> f64 {
    let from = inputs.plan.as_of.plus(-inputs.plan.list.reach_days);
    let vain = inputs.contacts_of(member).filter(|o| o.day > from && o.is_vain()).count();
    base * libm::pow(0.9, f64::from(u32::try_from(vain.min(10)).unwrap_or(10)))
}

/// A phone number is known to be wrong: a wrong_number row of it (of any number, where the row names none), until a
/// later success or a later span with another number.
#[must_use]
pub fn is_wrong_number(inputs: &Inputs<'_>, member: u32, who: &Member, phone: &str) -> bool {
    let own = phone_key(phone);
    let mut wrong: Option<Day> = None;
    for o in inputs.contacts_of(member) {
        let of_it = o.contact_value.as_deref().is_none_or(|tried| phone_key(tried) == own);
        if o.is_wrong_number() && of_it {
            wrong = Some(o.day);
        } else if o.is_success() && of_it {
            wrong = None;
        }
    }
    wrong.is_some_and(|day| who.phone_since.is_none_or(|since| since <= day))
}

//! People who have a manager, on that manager's own sheet, and people in a facility. Owns the contact cadence; refuses to
//! hide anybody from their owner for a code that only keeps them off the list.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::candidate::Candidate;
use super::duty::{Ownership, ownership_of};
use super::inputs::Inputs;
use super::suppression::{Code, Suppressed};
use crate::domain::{Day, business_days_between};
use crate::features::Snapshot;
use crate::measures::FacilityStay;

/// One open case on the sheet of the manager who holds it.
#[derive(Clone, Debug)]
pub struct OwnCase {
    /// Index in the population.
    pub member: u32,
    /// Who holds it and who works it.
    pub ownership: Ownership,
    /// Why the person is not on the list, beside the name; `None` when no code holds.
    pub code: Option<Code>,
    /// Last completed contact.
    pub last_contact: Option<Day>,
    /// When the next contact is due by the cadence of the person's tier.
    pub cadence_due: Day,
    /// Business days left to it on the work day; negative when late.
    pub cadence_slack: i32,
}

/// One person in a facility, who is on no outreach list.
#[derive(Clone, Debug)]
pub struct FacilityPerson {
    /// Index in the population.
    pub member: u32,
    /// Where and since when.
    pub stay: FacilityStay,
    /// Who holds an open case.
    pub owner: Option<Box<str>>,
}

/// Open cases by owner, then member; those whom a code takes off the sheet are left out.
#[must_use]
pub fn own_cases(inputs: &Inputs<'_>, all: &[Arc<Candidate>], suppressed: &[Suppressed]) -> Vec<OwnCase> {
    let codes: FxHashMap<u32, Code> = suppressed.iter().map(|s| (s.member, s.code)).collect();
    let held = all.iter().filter(|c| c.is_engaged());
    let mut out: Vec<OwnCase> = held
        .filter(|c| !codes.get(&c.member).is_some_and(|code| code.leaves_own_sheet()))
        .filter_map(|c| own_case(inputs, c, codes.get(&c.member).copied()))
        .collect();
    out.sort_by(|a, b| (&a.ownership.owner, a.member).cmp(&(&b.ownership.owner, b.member)));
    out
}

fn own_case(inputs: &Inputs<'_>, c: &Candidate, code: Option<Code>) -> Option<OwnCase> {
    let ownership = c.ownership.clone()?;
    let last_contact = inputs.contacts_of(c.member).filter(|o| o.is_success()).map(|o| o.day).max();
    let since = inputs.open_cases_of(c.member).filter_map(|x| x.since).max();
    let tier = usize::from(c.risk_tier.clamp(1, 4)) - 1;
    let days = inputs.plan.clocks.cadence_days[tier];
    let cadence_due = last_contact.or(since).map_or(inputs.visits.work_day, |d| d.plus(days));
    Some(OwnCase {
        member: c.member,
        ownership,
        code,
        last_contact,
        cadence_due,
        cadence_slack: business_days_between(inputs.visits.work_day, cadence_due),
    })
}

/// Everybody suppressed for being in a facility, in member order.
#[must_use]
pub fn people_in_facility(inputs: &Inputs<'_>, suppressed: &[Suppressed]) -> Vec<FacilityPerson> {
    let inside = suppressed.iter().filter(|s| s.code == Code::InFacility);
    let stay_of = |s: &Snapshot| s.whereabouts.facility.clone();
    inside
        .filter_map(|row| {
            Some(FacilityPerson {
                member: row.member,
                stay: inputs.snapshots.get(row.member as usize).and_then(stay_of)?,
                owner: ownership_of(inputs, row.member).filter(Ownership::is_held).map(|o| o.owner),
            })
        })
        .collect()
}

//! One member's history: final claims, stays, ED visits, fills. Owns how rows become events; refuses to
//! know measures, scores or other members.

mod codes;
mod ed_visits;
mod final_claims;
mod stays;

pub use codes::Codes;
pub use ed_visits::EdVisit;
pub use final_claims::{Claim, LineAccount, ServiceLine};
pub use stays::{CodeBasis, DIED, Stay, StayRow, StaySource};

use crate::domain::Day;
use crate::extracts::{AdmissionRow, Fill, Member, MemberEvents, NO_DAY};

/// One member's history as it was known on a day.
pub struct Timeline<'a> {
    /// The member.
    pub member: &'a Member,
    /// The day it was known on.
    pub as_of: Day,
    /// Final claims, by id.
    pub claims: Vec<Claim>,
    /// ADT rows of any class, by day.
    pub admissions: Vec<AdmissionRow>,
    /// Fills, by day.
    pub fills: Vec<Fill>,
    /// Stays, in order.
    pub stays: Vec<Stay>,
    /// ED visits, in order.
    pub ed_visits: Vec<EdVisit>,
}

impl<'a> Timeline<'a> {
    /// Builds the history from a member's events, all of which had arrived by `as_of`.
    #[must_use]
    pub fn build(
        member: &'a Member,
        events: MemberEvents,
        as_of: Day,
        codes: &Codes<'_>,
        account: &mut LineAccount,
    ) -> Self {
        let claims = final_claims::resolve(events.claims, account);
        let mut admissions = events.admissions;
        admissions.sort_by(|a, b| {
            (a.admit, a.discharge, &a.admission_id, a.class, a.received).cmp(&(
                b.admit,
                b.discharge,
                &b.admission_id,
                b.class,
                b.received,
            ))
        });
        admissions.dedup();
        let mut fills = events.fills;
        fills.sort_by(|a, b| (a.day, &a.claim_id, a.line).cmp(&(b.day, &b.claim_id, b.line)));
        fills.dedup();
        let stays = stays::build(member.id(), &claims, &admissions, as_of, codes);
        let ed_visits = ed_visits::build(&claims, &admissions, &stays, as_of, codes);
        Self { member, as_of, claims, admissions, fills, stays, ed_visits }
    }

    /// The history as it was known on an earlier day: only rows that had arrived by then. Rows without a
    /// received or paid date are taken to need `lag_days`.
    #[must_use]
    pub fn known_at(member: &'a Member, events: MemberEvents, day: Day, lag_days: i32, codes: &Codes<'_>) -> Self {
        let arrived = |start: i32, received: i32, paid: i32| {
            let arrival = if received != NO_DAY {
                received
            } else if paid != NO_DAY {
                paid
            } else {
                start.saturating_add(lag_days)
            };
            start <= day.0 && arrival <= day.0
        };
        let MemberEvents { mut claims, mut admissions, mut fills } = events;
        claims.retain(|l| arrived(l.start, l.received, l.paid));
        // An ADT feed is a message of the day itself: no lag without a received date.
        admissions.retain(|a| a.admit <= day.0 && (a.received == NO_DAY || a.received <= day.0));
        fills.retain(|f| arrived(f.day, f.received, NO_DAY));
        Self::build(member, MemberEvents { claims, admissions, fills }, day, codes, &mut LineAccount::default())
    }

    /// Diagnoses of a stay over every claim and ADT row of it: code, present-on-admission flag, ICD-10 or not.
    pub fn stay_diagnoses<'s>(&'s self, stay: &'s Stay) -> impl Iterator<Item = (u32, bool)> + 's {
        let from_claims = stay.claims.iter().flat_map(|i| {
            let c = &self.claims[*i];
            c.dx.iter().map(move |d| (d.code, c.icd10()))
        });
        let from_rows = stay.admissions.iter().flat_map(|i| {
            let a = &self.admissions[*i];
            a.dx.iter().filter(|d| **d != 0).map(move |d| (*d, a.icd10()))
        });
        from_claims.chain(from_rows)
    }
}

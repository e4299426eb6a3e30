//! One member's history as it was known on a day. Owns how rows become final claims, stays, ED visits and fills, and the
//! cut by arrival; refuses to know measures or other members.

use bumpalo::Bump;

use super::account::{LineAccount, RowAccount};
use super::codes::Codes;
use super::ed_visits::{self, EdVisit};
use super::fills;
use super::final_claims::{self, Claim, FinalClaims};
use super::stays::{self, Stay};
use crate::domain::{CodeId, Day};
use crate::extracts::{AdmissionRow, Fill, Member, MemberEvents};

/// One member's history as it was known on a day. Ids and codes stay where the rows are.
pub struct Timeline<'a> {
    /// The member.
    pub member: &'a Member,
    /// The day it was known on.
    pub as_of: Day,
    /// Final claims, by id.
    pub claims: Vec<Claim<'a>>,
    /// ADT rows of any class, by day.
    pub admissions: Vec<AdmissionRow<'a>>,
    /// Fills, by day.
    pub fills: Vec<Fill<'a>>,
    /// Stays, in order.
    pub stays: Vec<Stay<'a>>,
    /// ED visits, in order.
    pub ed_visits: Vec<EdVisit<'a>>,
    /// What was known earlier follows from arrival days alone (see [`FinalClaims`]).
    plain: bool,
}

/// Where a member's rows live while they are looked at, and the facts of their codes.
#[derive(Clone, Copy)]
pub struct BuildContext<'a> {
    /// Code facts.
    pub codes: &'a Codes<'a>,
    /// Holds what claims share.
    pub arena: &'a Bump,
}

impl<'a> Timeline<'a> {
    /// Builds the history from a member's events, all of which had arrived by `as_of`.
    #[must_use]
    pub fn build(
        member: &'a Member,
        events: &MemberEvents<'a>,
        as_of: Day,
        context: BuildContext<'a>,
        account: &mut LineAccount,
    ) -> Self {
        let FinalClaims { claims, plain } =
            final_claims::resolve(events.claims.iter().collect(), context.arena, &mut account.claims);
        let mut admissions = events.admissions.clone();
        admissions.sort_by(|a, b| {
            (a.admit, a.discharge, a.admission_id, a.class, a.received).cmp(&(
                b.admit,
                b.discharge,
                b.admission_id,
                b.class,
                b.received,
            ))
        });
        let before = admissions.len();
        admissions.dedup();
        account.admissions.drop_rows("exact_duplicate", before - admissions.len());
        let fills = fills::resolve(&events.fills, &mut account.fills);
        Self::from_rows(member, claims, admissions, fills, as_of, context.codes, plain)
    }

    fn from_rows(
        member: &'a Member,
        claims: Vec<Claim<'a>>,
        admissions: Vec<AdmissionRow<'a>>,
        fills: Vec<Fill<'a>>,
        as_of: Day,
        codes: &Codes<'_>,
        plain: bool,
    ) -> Self {
        let stays = stays::build(member.id(), &claims, &admissions, as_of, codes);
        let ed_visits = ed_visits::build(&claims, &admissions, &stays, as_of, codes);
        Self { member, as_of, claims, admissions, fills, stays, ed_visits, plain }
    }

    /// Whether every row of this history had arrived by `day`, those without a received or paid date taken to need
    /// `lag_days`: the history known then is this one. `events` are those it was built from.
    #[must_use]
    pub fn is_known_at(&self, events: &MemberEvents<'a>, day: Day, lag_days: i32) -> bool {
        events.claims.iter().all(|l| has_arrived(l.start, l.arrived(), day, lag_days))
            && events.fills.iter().all(|f| has_arrived(f.day, f.arrived(), day, lag_days))
            && events.admissions.iter().all(|a| admission_arrived(a, day))
    }

    /// The history as it was known on an earlier day: only rows that had arrived by then. Rows without a
    /// received or paid date are taken to need `lag_days`. `events` are those this history was built from.
    #[must_use]
    pub fn known_at(&self, events: &MemberEvents<'a>, day: Day, lag_days: i32, context: BuildContext<'a>) -> Self {
        let arrived = |start: i32, arrival: Option<i32>| has_arrived(start, arrival, day, lag_days);
        let claims = if self.plain {
            self.claims.iter().filter(|c| arrived(c.start, c.arrived)).copied().collect()
        } else {
            let lines = events.claims.iter().filter(|l| arrived(l.start, l.arrived()));
            final_claims::resolve(lines.collect(), context.arena, &mut RowAccount::default()).claims
        };
        // An ADT feed is a message of the day itself: no lag without a received date.
        let admissions = self.admissions.iter().filter(|a| admission_arrived(a, day)).copied().collect();
        let known = |f: &&Fill<'a>| arrived(f.day, f.arrived());
        let fills = if self.fills.len() == events.fills.len() {
            self.fills.iter().filter(known).copied().collect()
        } else {
            let rows: Vec<Fill<'a>> = events.fills.iter().filter(known).copied().collect();
            fills::resolve(&rows, &mut RowAccount::default())
        };
        Self::from_rows(self.member, claims, admissions, fills, day, context.codes, self.plain)
    }

    /// Diagnoses of a stay over every claim and ADT row of it: code, present-on-admission flag, ICD-10 or not.
    pub fn stay_diagnoses<'s>(&'s self, stay: &'s Stay<'a>) -> impl Iterator<Item = (CodeId, bool)> + 's {
        let from_claims = stay.claims.iter().flat_map(|i| {
            let c = &self.claims[*i];
            c.dx.iter().map(move |d| (d.code, c.icd10()))
        });
        let from_rows = stay.admissions.iter().flat_map(|i| {
            let a = &self.admissions[*i];
            a.dx.iter().filter(|d| d.is_some()).map(move |d| (*d, a.icd10()))
        });
        from_claims.chain(from_rows)
    }
}

/// A row was there by `day`: begun, and received or paid, or as old as such rows are taken to need.
fn has_arrived(start: i32, arrival: Option<i32>, day: Day, lag_days: i32) -> bool {
    start <= day.0 && arrival.unwrap_or_else(|| start.saturating_add(lag_days)) <= day.0
}

/// An ADT feed is a message of the day itself: no lag without a received date.
fn admission_arrived(row: &AdmissionRow<'_>, day: Day) -> bool {
    row.admit <= day.0 && row.arrived().is_none_or(|came| came <= day.0)
}

//! What became of every member tonight: one row each, nobody missing, nobody twice. Owns which decision holds first;
//! refuses to decide anything anew.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::candidate::Candidate;
use super::duty::{Ownership, ownership_of};
use super::inputs::Inputs;
use super::listed::{Listed, Overflow};
use super::suppression::{Code, Suppressed};
use super::words::{Band, Decision, Stream};
use crate::domain::{Day, Percentile};

/// One member's decision.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionRow {
    /// Index in the population.
    pub member: u32,
    /// The first that holds.
    pub decision: Decision,
    /// Stands on a sheet of `worklists.xlsx`.
    pub on_sheet: bool,
    /// Suppression code, else CAPACITY or NO_ELIGIBLE_CM of the overflow; empty for none.
    pub code: &'static str,
    /// When a suppression ends, as far as it has a date.
    pub until: Option<Day>,
    /// Band; `None` below the bar.
    pub band: Option<Band>,
    /// Stream; `None` without a band.
    pub stream: Option<Stream>,
    /// Place on the list, or in the whole queue for the overflow; from 1.
    pub rank: Option<usize>,
    /// Percentile of the probability of an avoidable stay in 90 days.
    pub percentile: Option<Percentile>,
    /// Percentile of what orders people.
    pub order_percentile: Option<Percentile>,
    /// Who holds the open case.
    pub owner_id: Option<Box<str>>,
    /// Who calls tonight.
    pub caller_id: Option<Box<str>>,
    /// Who stands in for an owner who is away.
    pub covered_by: Option<Box<str>>,
}

/// What the list came to.
pub struct Outcome<'a> {
    /// Everybody enrolled.
    pub candidates: &'a [Arc<Candidate>],
    /// On the list, in order.
    pub listed: &'a [Listed],
    /// Left out by a code.
    pub suppressed: &'a [Suppressed],
    /// Beyond the staff.
    pub overflow: &'a [Overflow],
}

/// One row a member of eligibility, in member order.
#[must_use]
pub fn decide_members(inputs: &Inputs<'_>, outcome: &Outcome<'_>) -> Vec<DecisionRow> {
    let candidates: FxHashMap<u32, &Candidate> = outcome.candidates.iter().map(|c| (c.member, &**c)).collect();
    let suppressed: FxHashMap<u32, &Suppressed> = outcome.suppressed.iter().map(|s| (s.member, s)).collect();
    let listed: FxHashMap<u32, (usize, &Listed)> =
        outcome.listed.iter().enumerate().map(|(i, l)| (l.candidate.member, (i + 1, l))).collect();
    let overflow: FxHashMap<u32, &Overflow> = outcome.overflow.iter().map(|o| (o.candidate.member, o)).collect();
    inputs
        .snapshots
        .iter()
        .map(|s| {
            let candidate = candidates.get(&s.member).copied();
            let ownership = match candidate {
                Some(c) => c.ownership.clone(),
                None => ownership_of(inputs, s.member),
            };
            let mut row = undecided(s.member, candidate, ownership.as_ref());
            if let Some(x) = suppressed.get(&s.member) {
                row.decision = Decision::Suppressed;
                row.code = x.code.as_str();
                row.until = x.until_date;
                row.on_sheet = match x.code {
                    code if code.leaves_own_sheet() => false,
                    Code::InFacility => true,
                    _ => ownership.as_ref().is_some_and(Ownership::is_held),
                };
            } else if let Some((rank, l)) = listed.get(&s.member) {
                row.decision = Decision::Listed;
                row.rank = Some(*rank);
                row.caller_id = Some(l.caller.clone()).filter(|c| !c.is_empty());
                row.on_sheet = true;
            } else if ownership.as_ref().is_some_and(Ownership::is_held) {
                row.decision = Decision::OwnSheet;
                row.on_sheet = true;
            } else if let Some(o) = overflow.get(&s.member) {
                row.decision = Decision::Overflow;
                row.rank = Some(o.rank);
                row.code = o.reason;
            } else if candidate.is_some_and(|c| !c.is_scored) {
                row.decision = Decision::NotScored;
            }
            row
        })
        .collect()
}

fn undecided(member: u32, candidate: Option<&Candidate>, ownership: Option<&Ownership>) -> DecisionRow {
    DecisionRow {
        member,
        decision: Decision::BelowBar,
        on_sheet: false,
        code: "",
        until: None,
        band: candidate.and_then(|c| c.band),
        stream: candidate.filter(|c| c.band.is_some()).map(|c| c.stream),
        rank: None,
        percentile: candidate.and_then(|c| c.standing.percentile),
        order_percentile: candidate.and_then(|c| c.standing.order_percentile),
        owner_id: ownership.map(|o| o.owner.clone()),
        caller_id: ownership.filter(|o| o.is_held()).and_then(Ownership::caller).map(Into::into),
        covered_by: ownership.and_then(|o| o.cover.clone()),
    }
}

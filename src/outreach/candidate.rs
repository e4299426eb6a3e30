//! One person who might be contacted, with every part of what orders them. Owns the shape and the order; refuses to
//! compute a part or to leave anybody out.

use super::clocks::Clock;
use super::contact_way::OpenWays;
use super::duty::Ownership;
use super::words::{Band, ContactWay, ProbabilityOf, Stream};
use crate::domain::{Day, Percentile};
use crate::features::RiskKey;
use crate::models::{Driver, Reason};

/// The factors of the expected benefit; each at least 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriorityFactors {
    /// Probability, 0..1; what it is of stands in [`Candidate::probability_of`].
    pub probability: f64,
    /// The chance that what is asked for is still to be done, 0..1.
    pub chance_open: f64,
    /// How much a contact is taken to change, by driver.
    pub impactability: f64,
    /// Chance that a contact succeeds, 0..1.
    pub reach: f64,
    /// Falls from 2 to 1 over the 30 days after a discharge or an ED visit; 1 without one.
    pub time_value: f64,
}

impl PriorityFactors {
    /// The expected benefit.
    #[must_use]
    pub fn priority(&self) -> f64 {
        self.probability * self.chance_open * self.impactability * self.reach * self.time_value
    }
}

/// What somebody asked for by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedByHand {
    /// Who asked.
    pub author: Box<str>,
    /// What for, in their own words.
    pub reason: Box<str>,
    /// Last day it holds.
    pub expires: Day,
}

/// Percentiles of a person, 0..100.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Standing {
    /// Of the probability of an avoidable stay in 90 days; `None` when not scored.
    pub percentile: Option<Percentile>,
    /// Of what orders people: that probability under a trained model, else the published order.
    pub order_percentile: Option<Percentile>,
    /// The same as it was known 90 days before.
    pub order_percentile_before: Option<Percentile>,
}

/// One person with what orders them.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Index in the population.
    pub member: u32,
    /// Band; `None` when nothing speaks for a contact.
    pub band: Option<Band>,
    /// Stream.
    pub stream: Stream,
    /// 1..=4 by percentile or by hand; says nothing of urgency.
    pub risk_tier: u8,
    /// Percentiles.
    pub standing: Standing,
    /// Has a probability of an avoidable stay.
    pub is_scored: bool,
    /// The clock that gives the band.
    pub clock: Option<Clock>,
    /// A transition of the person is live.
    pub in_transition: bool,
    /// The live transition is complex by what; empty when it is not or there is none.
    pub complex_by: &'static str,
    /// Ordering key of the published indices.
    pub key: RiskKey,
    /// A trained model orders people: the key then only tells, and the benefit decides.
    pub by_model: bool,
    /// Parts of the priority.
    pub factors: PriorityFactors,
    /// What the probability is of.
    pub probability_of: ProbabilityOf,
    /// Ways that are open.
    pub ways: OpenWays,
    /// How to reach the person.
    pub contact_way: ContactWay,
    /// Asked for by hand.
    pub by_hand: Option<AddedByHand>,
    /// The open case, if any.
    pub ownership: Option<Ownership>,
    /// Reasons, strongest first; kept of people on the list and held out alone.
    pub reasons: Vec<Reason>,
    /// Drivers, strongest first.
    pub drivers: Vec<Driver>,
    /// Seeded tie-break.
    pub tie: u64,
}

impl Candidate {
    /// Somebody of the roster holds the case.
    #[must_use]
    pub fn is_engaged(&self) -> bool {
        self.ownership.as_ref().is_some_and(Ownership::is_held)
    }

    /// In a band that is judged before the codes that hold in the band of risk alone.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.band.is_some_and(|b| b < Band::Risk)
    }

    /// In a band that is never cut.
    #[must_use]
    pub fn is_never_cut(&self) -> bool {
        self.band.is_some_and(|b| b <= Band::Visit) || (self.band.is_some() && self.by_hand.is_some())
    }

    /// The list's order: band, then (unless a trained model orders people) the published order, then the expected
    /// benefit, then chance.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let band = |c: &Self| c.band.map_or(u8::MAX, |b| b as u8);
        band(self)
            .cmp(&band(other))
            // An area rate knows age, sex and county alone: it never orders people, not even those of one key.
            .then_with(|| if self.by_model { std::cmp::Ordering::Equal } else { other.key.cmp(&self.key) })
            .then_with(|| other.factors.priority().total_cmp(&self.factors.priority()))
            .then_with(|| self.tie.cmp(&other.tie))
            .then_with(|| self.member.cmp(&other.member))
    }
}

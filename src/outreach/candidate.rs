//! One person who might be contacted, with every part of the priority. Owns tiers, clocks and the
//! benefit; refuses to decide who is left out.

use rustc_hash::FxHashMap;

use super::duty::in_roster;
use super::inputs::Inputs;
use super::reach::{member_reach, reach_rate};
use crate::config::Segment;
use crate::domain::{Day, OverrideAction, business_days_between, stable_hash};
use crate::extracts::{Case, Override};
use crate::features::{RiskKey, Snapshot};
use crate::measures::WorkKind;
use crate::models::{Driver, Reason, ScoreId, drivers, percentile_among, residual};

/// Which stream a person came by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stream {
    /// A clock runs.
    Transition,
    /// Added by hand.
    Override,
    /// Risk rose.
    Rising,
    /// Risk is high.
    HighRisk,
}

impl Stream {
    /// The contract's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Transition => "transition",
            Self::Override => "override",
            Self::Rising => "rising",
            Self::HighRisk => "high_risk",
        }
    }
}

/// The clock that puts a person first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock {
    /// Business days left; negative when late.
    pub slack_days: i32,
    /// Due day.
    pub due: Day,
    /// `tcm_contact`, `tcm_visit` or `authorization_urgent`.
    pub kind: &'static str,
    /// What started it: discharge or request day.
    pub started: Day,
}

/// The factors of the expected benefit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriorityFactors {
    /// Probability: residual readmission in a transition, else avoidable hospitalization in 90 days; 0 when unscored.
    pub probability: f64,
    /// How much a contact is taken to change, by driver.
    pub impactability: f64,
    /// Chance that a contact succeeds.
    pub reach: f64,
    /// 1 when nobody works with the person yet.
    pub not_yet_engaged: f64,
    /// Falls from 2 to 1 over the 30 days after a discharge; 1 without one.
    pub time_value: f64,
}

impl PriorityFactors {
    /// The expected benefit.
    #[must_use]
    pub fn priority(&self) -> f64 {
        self.probability * self.impactability * self.reach * self.not_yet_engaged * self.time_value
    }
}

/// One person with what orders them.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Index in the population.
    pub member: u32,
    /// Stream.
    pub stream: Stream,
    /// 1..=4; a running transition clock makes it 1.
    pub tier: u8,
    /// The tier from risk or by hand alone.
    pub risk_tier: u8,
    /// Percentile of avoid_hosp; `None` when not scored.
    pub percentile: Option<f64>,
    /// Running clock.
    pub clock: Option<Clock>,
    /// Ordering key of the published indices.
    pub key: RiskKey,
    /// A trained model orders people: the key then only tells, and the benefit decides.
    pub by_model: bool,
    /// The percentile reaches tier 3.
    pub high: bool,
    /// PriorityFactors of the priority.
    pub parts: PriorityFactors,
    /// A manager already works with the person.
    pub engaged: bool,
    /// Reasons, strongest first.
    pub reasons: Vec<Reason>,
    /// Drivers, strongest first.
    pub drivers: Vec<Driver>,
    /// Seeded tie-break.
    pub tie: u64,
}

impl Candidate {
    /// Something speaks for a contact tonight.
    #[must_use]
    pub fn has_cause(&self) -> bool {
        let risk = if self.by_model { self.high } else { self.key.says_something() };
        self.clock.is_some() || self.stream == Stream::Override || risk
    }

    /// The list's order: clock class by slack, added by hand, then by the indices (unless a trained model orders
    /// people), then the benefit.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let class = |c: &Self| match (&c.clock, c.stream) {
            (Some(_), _) => 0,
            (None, Stream::Override) => 1,
            (None, _) => 2 + u8::from(c.engaged),
        };
        class(self)
            .cmp(&class(other))
            .then_with(|| self.clock.cmp(&other.clock))
            // An area rate knows age, sex and county alone: it never orders people, not even those of one key.
            .then_with(|| {
                if self.by_model {
                    other.parts.priority().total_cmp(&self.parts.priority())
                } else {
                    other.key.cmp(&self.key)
                }
            })
            .then_with(|| self.tie.cmp(&other.tie))
            .then_with(|| self.member.cmp(&other.member))
    }
}

/// What a contact is taken to change, by its leading driver, before `[list.impactability]`: fills and social
/// needs can be acted on at once, chronic disease over time. Own judgement, monotone in how directly a care
/// manager can act; to be replaced by measured effects.
fn impactability(driver: Option<Driver>, inputs: &Inputs<'_>) -> f64 {
    let (segment, value) = match driver {
        Some(Driver::Transition | Driver::Clinical) => (Segment::Chronic, 0.6),
        Some(Driver::Medication) => (Segment::Medication, 0.9),
        Some(Driver::Behavioral) => (Segment::Behavioral, 0.7),
        Some(Driver::Social) => (Segment::Social, 0.8),
        Some(Driver::Rest) | None => (Segment::General, 0.4),
    };
    inputs.plan.list.impactability.get(&segment).copied().unwrap_or(value)
}

/// The tightest running clock of a member.
fn tightest_clock(s: &Snapshot, complex: bool, as_of: Day) -> Option<Clock> {
    let transitions = s.transitions.iter().filter_map(|t| {
        t.running(as_of, complex || t.complex).map(|(kind, due, slack_days)| Clock {
            slack_days,
            due,
            kind,
            started: t.discharge,
        })
    });
    let urgent = s.worklist.iter().filter(|w| w.kind == WorkKind::AuthorizationDecision && w.urgent).map(|w| Clock {
        slack_days: business_days_between(as_of, w.due),
        due: w.due,
        kind: "authorization_urgent",
        started: w.due.plus(-3),
    });
    transitions.chain(urgent).min()
}

/// Candidates of all enrolled members, in member order, not yet suppressed or cut.
#[must_use]
pub fn build_candidates(inputs: &Inputs<'_>) -> Vec<Candidate> {
    let as_of = inputs.plan.as_of;
    let base_reach = reach_rate(inputs);
    let probability = |member: u32| inputs.scores.probability(member, ScoreId::RISK);
    // Rank among those who are scored: the dead are not, and somebody without a score is placed among the others.
    let alive =
        |s: &&Snapshot| s.enrolled && s.age >= 18 && inputs.extracts.population.member(s.member).death().is_none();
    let adults: Vec<&Snapshot> = inputs.snapshots.iter().filter(alive).collect();
    let scored: Vec<&Snapshot> = adults.iter().filter(|s| probability(s.member).is_some()).copied().collect();
    let among = if scored.is_empty() { &adults } else { &scored };
    // Probabilities are never negative, so their bits order as they do.
    let bits = |p: Option<f64>| p.unwrap_or(0.0).to_bits();
    let ranks: FxHashMap<u32, (f64, f64)> = if inputs.reasons.ranks_by_model {
        ranks(&adults, among, |s| bits(probability(s.member)), |s| bits(inputs.reasons.before(s.member)))
    } else {
        ranks(&adults, among, |s| s.key, |s| s.key_before)
    };
    let mut out = Vec::new();
    for s in inputs.snapshots {
        let percentile = ranks.get(&s.member).copied();
        if s.enrolled {
            let residual = s
                .recent
                .last()
                .and_then(|r| inputs.scores.probability_of_stay(s.member, ScoreId::Readmit30Residual, &r.stay_id));
            let p90 = probability(s.member).unwrap_or(0.0);
            out.push(build_candidate(inputs, s, percentile, (p90, residual), base_reach, as_of));
        }
    }
    out
}

/// Percentiles of each by tonight's and by the earlier measure, among those who count.
fn ranks<T: Ord>(
    each: &[&Snapshot],
    among: &[&Snapshot],
    now: impl Fn(&Snapshot) -> T,
    before: impl Fn(&Snapshot) -> T,
) -> FxHashMap<u32, (f64, f64)> {
    let sorted = |of: &dyn Fn(&Snapshot) -> T| {
        let mut all: Vec<T> = among.iter().map(|s| of(s)).collect();
        all.sort_unstable();
        all
    };
    let (all_now, all_before) = (sorted(&now), sorted(&before));
    each.iter()
        .filter_map(|s| {
            let rank = (percentile_among(&all_now, &now(s))?, percentile_among(&all_before, &before(s))?);
            Some((s.member, rank))
        })
        .collect()
}

fn build_candidate(
    inputs: &Inputs<'_>,
    s: &Snapshot,
    percentile: Option<(f64, f64)>,
    (p90, left): (f64, Option<f64>),
    base_reach: f64,
    as_of: Day,
) -> Candidate {
    let list = &inputs.plan.list;
    let ex = inputs.extracts;
    let active = |o: &&Override| o.expires >= as_of;
    let own: Vec<&Override> = ex.rows::<Override>().of(s.member).filter(active).collect();
    let forced_tier: Option<u8> = own
        .iter()
        .filter(|o| o.action == OverrideAction::Tier)
        .filter_map(|o| o.value.parse().ok())
        .find(|t| (1..=4).contains(t));
    let now = percentile.map(|p| p.0);
    let risk_tier = forced_tier.unwrap_or_else(|| match now {
        Some(p) if p >= list.tiers[0] => 1,
        Some(p) if p >= list.tiers[1] => 2,
        Some(p) if p >= list.tiers[2] => 3,
        _ => 4,
    });
    // A clock makes tier 1, but only a tier from risk or by hand makes a discharge complex.
    let clock = tightest_clock(s, risk_tier == 1, as_of);
    let in_transition = s.transitions.iter().any(|t| t.closed.is_none());
    let tier = if clock.as_ref().is_some_and(|c| c.kind != "authorization_urgent") && forced_tier.is_none() {
        1
    } else {
        risk_tier
    };
    let rising = percentile.is_some_and(|(n, b)| n >= list.rising_percentile && n - b >= list.rising_gain);
    let stream = if clock.is_some() {
        Stream::Transition
    } else if own.iter().any(|o| o.action == OverrideAction::Add) {
        Stream::Override
    } else if rising {
        Stream::Rising
    } else {
        Stream::HighRisk
    };
    let reasons = inputs.reasons.for_list(s);
    let mut drivers = drivers(s);
    if inputs.reasons.ranks_by_model && drivers.is_empty() {
        for r in reasons.iter().filter(|r| r.driver != Driver::Rest && r.points.is_some_and(|p| p > 0.0)) {
            if !drivers.contains(&r.driver) {
                drivers.push(r.driver);
            }
        }
    }
    // A case of somebody who is no longer in the roster is worked by nobody.
    let engaged = ex.rows::<Case>().of(s.member).any(|c| c.end.is_none() && in_roster(inputs, &c.manager));
    let probability = match s.recent.last() {
        Some(r) if in_transition => {
            left.unwrap_or_else(|| residual(lace_risk(r.lace.total(), inputs), as_of.since(r.discharge)))
        }
        _ => p90,
    };
    let since_discharge = s.recent.last().filter(|_| in_transition).map(|r| as_of.since(r.discharge));
    Candidate {
        member: s.member,
        stream,
        tier,
        risk_tier,
        percentile: now,
        clock,
        key: s.key,
        by_model: inputs.reasons.ranks_by_model,
        high: now.is_some_and(|p| p >= list.tiers[2]),
        parts: PriorityFactors {
            probability,
            impactability: impactability(
                drivers.iter().copied().find(|d| *d != Driver::Transition).or(drivers.first().copied()),
                inputs,
            ),
            reach: member_reach(inputs, s.member, base_reach),
            not_yet_engaged: if engaged { 0.5 } else { 1.0 },
            time_value: since_discharge.map_or(1.0, |d| 2.0 - f64::from(d.clamp(0, 30)) / 30.0),
        },
        engaged,
        reasons,
        drivers,
        tie: stable_hash(inputs.plan.run.seed, ex.population.member(s.member).id().as_bytes()),
    }
}

/// LACE's published risk, as the scores of the same night carry it.
fn lace_risk(total: u8, inputs: &Inputs<'_>) -> f64 {
    inputs.reference.lace_risk_percent[usize::from(total.min(19))] / 100.0
}

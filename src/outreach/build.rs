//! From a member's facts to a candidate. Owns how each part of the priority is found; refuses to leave anybody out.

use rustc_hash::FxHashMap;

use super::candidate::{AddedByHand, Candidate, PriorityFactors, Standing};
use super::clocks::{Clock, live_clocks};
use super::contact_way::OpenWays;
use super::duty::{is_on_duty, ownership_of};
use super::inputs::Inputs;
use super::reach::{member_reach, reach_rate};
use super::words::{Band, ContactWay, ProbabilityOf, Stream};
use crate::config::Segment;
use crate::domain::{Day, Percentile, Probability, stable_hash};
use crate::extracts::Override;
use crate::features::Snapshot;
use crate::measures::Transition;
use crate::models::{Driver, Reason, ScoreId, drivers, percentile_among, residual};
use crate::reference::Sensitive;

/// What all candidates of a night share.
struct Night<'a> {
    inputs: &'a Inputs<'a>,
    standings: FxHashMap<u32, (Percentile, Percentile)>,
    base_reach: f64,
    mean_residual: f64,
    /// Somebody on duty visits at home.
    visitors: bool,
    /// Too few people are ranked for a percentile to say anything.
    few: bool,
}

/// People whom a percentile needs.
const LEAST_RANKED: usize = 100;

/// Candidates of all enrolled members, in member order, not yet suppressed or cut.
#[must_use]
pub fn build_candidates(inputs: &Inputs<'_>) -> Vec<Candidate> {
    let standings = order_percentiles(inputs);
    let night = Night {
        inputs,
        few: standings.len() < LEAST_RANKED,
        standings,
        base_reach: reach_rate(inputs),
        mean_residual: mean_residual(inputs),
        visitors: inputs.extracts.managers.iter().any(|m| m.home_visits && is_on_duty(inputs, m)),
    };
    let enrolled = inputs.snapshots.iter().filter(|s| s.enrolled);
    let mut out: Vec<Candidate> = enrolled.map(|s| night.build_candidate(s)).collect();
    give_band_means(&mut out);
    out
}

/// The mean of what is left of the readmission risk of everybody just home.
fn mean_residual(inputs: &Inputs<'_>) -> f64 {
    let (mut sum, mut n) = (0.0, 0_u32);
    for p in inputs.scores.iter().filter(|s| s.id == ScoreId::Readmit30Residual).filter_map(|s| s.probability) {
        sum += p.get();
        n += 1;
    }
    if n == 0 { 0.0 } else { sum / f64::from(n) }
}

/// Percentiles of each adult now and 90 days before, among those who are scored: the dead are not, and somebody without
/// a score is placed among the others.
fn order_percentiles(inputs: &Inputs<'_>) -> FxHashMap<u32, (Percentile, Percentile)> {
    let alive =
        |s: &&Snapshot| s.enrolled && s.age >= 18 && inputs.extracts.population.member(s.member).death().is_none();
    let risk = |member: u32| inputs.scores.probability(member, ScoreId::RISK);
    let adults: Vec<&Snapshot> = inputs.snapshots.iter().filter(alive).collect();
    let scored: Vec<&Snapshot> = adults.iter().filter(|s| risk(s.member).is_some()).copied().collect();
    let among = if scored.is_empty() { &adults } else { &scored };
    let bits = |p: Option<Probability>| p.unwrap_or_default().order_key();
    if inputs.reasons.ranks_by_model {
        ranks(&adults, among, |s| bits(risk(s.member)), |s| bits(inputs.reasons.before(s.member)))
    } else {
        ranks(&adults, among, |s| s.key, |s| s.key_before)
    }
}

/// Percentiles of each by tonight's and by the earlier measure, among those who count.
fn ranks<T: Ord>(
    each: &[&Snapshot],
    among: &[&Snapshot],
    now: impl Fn(&Snapshot) -> T,
    before: impl Fn(&Snapshot) -> T,
) -> FxHashMap<u32, (Percentile, Percentile)> {
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

impl Night<'_> {
    fn build_candidate(&self, s: &Snapshot) -> Candidate {
        let inputs = self.inputs;
        let list = &inputs.plan.list;
        let standing = self.standing(s);
        let own: Vec<&Override> = inputs.overrides_of(s.member).collect();
        let risk_tier = risk_tier(&own, standing.order_percentile, list.tiers);
        let clocks = live_clocks(inputs, s, risk_tier);
        let by_hand = own.iter().find(|o| o.is_add()).map(|o| added_by_hand(o));
        let rising = rises(standing, list.rising_percentile, list.rising_gain);
        let is_scored = inputs.scores.probability(s.member, ScoreId::RISK).is_some();
        let high = self.is_high(s, is_scored, standing);
        let clock = clocks.into_iter().next();
        let band = clock.as_ref().map(|c| c.band).or((by_hand.is_some() || high || rising).then_some(Band::Risk));
        let stream = stream(clock.as_ref(), by_hand.is_some(), rising);
        let reasons = inputs.reasons.for_list(s);
        let drivers = self.drivers(s, &reasons);
        let live = s.transitions.iter().rev().find(|t| t.is_live(inputs.visits.work_day));
        let (probability, probability_of) = self.probability(s, live);
        let ways = OpenWays::of(inputs, s);
        let confidential = self.is_confidential(s, clock.as_ref(), &reasons);
        let way = band.map_or(ContactWay::Phone, |b| ways.choose(b, confidential, self.visitors));
        Candidate {
            member: s.member,
            band,
            stream,
            risk_tier,
            standing,
            is_scored,
            in_transition: live.is_some(),
            complex_by: live.map_or("", |t| t.complex_by(risk_tier == 1)),
            key: s.key,
            by_model: inputs.reasons.ranks_by_model,
            factors: PriorityFactors {
                probability: probability.unwrap_or(f64::NAN),
                chance_open: clock.as_ref().map_or(1.0, |c| c.chance_open),
                impactability: impactability(
                    drivers.iter().copied().find(|d| *d != Driver::Transition).or(drivers.first().copied()),
                    inputs,
                ),
                reach: member_reach(inputs, s.member, self.base_reach),
                time_value: time_value(clock.as_ref(), inputs.visits.work_day),
            },
            probability_of,
            clock,
            ways,
            contact_way: way,
            by_hand,
            ownership: ownership_of(inputs, s.member),
            reasons,
            drivers,
            tie: stable_hash(inputs.plan.run.seed, inputs.extracts.population.member(s.member).id().as_bytes()),
        }
    }

    /// Risk speaks for a contact: by percentile; without a score by use of hospital care; among few people, where a
    /// percentile says nothing, by the published indices themselves.
    fn is_high(&self, s: &Snapshot, is_scored: bool, standing: Standing) -> bool {
        let used = s.facts.stays_year >= 2 || (s.facts.stays_year >= 1 && s.facts.ed_year >= 2);
        if self.few && !self.inputs.reasons.ranks_by_model {
            return used || s.key.says_something();
        }
        let above = standing.order_percentile.is_some_and(|p| p.reaches(self.inputs.plan.list.tiers[2]));
        if is_scored { above } else { used }
    }

    fn standing(&self, s: &Snapshot) -> Standing {
        let order = self.standings.get(&s.member);
        Standing {
            percentile: self
                .inputs
                .scores
                .of_member(s.member)
                .iter()
                .find(|x| x.id == ScoreId::RISK)
                .and_then(|x| x.percentile),
            order_percentile: order.map(|o| o.0),
            order_percentile_before: order.map(|o| o.1),
        }
    }

    /// The probability that orders a person, and what it is of; the former `None` when nobody can say.
    fn probability(&self, s: &Snapshot, live: Option<&Transition>) -> (Option<f64>, ProbabilityOf) {
        let p90 = self.inputs.scores.probability(s.member, ScoreId::RISK).map(Probability::get);
        let Some(t) = live else {
            return (p90, if p90.is_some() { ProbabilityOf::AvoidHosp90 } else { ProbabilityOf::BandMean });
        };
        let passed = self.inputs.plan.as_of.since(t.discharge);
        let scored = self.inputs.scores.probability_of_stay(s.member, ScoreId::Readmit30Residual, &t.id);
        let by_lace = t.lace.map(|l| {
            let percent = self.inputs.reference.lace_risk_percent[usize::from(l.total().min(19))];
            residual(percent / 100.0, passed)
        });
        let mut ways = vec![(p90, ProbabilityOf::AvoidHosp90)];
        match scored {
            Some(p) => ways.push((Some(p.get()), ProbabilityOf::ReadmitResidual)),
            None => ways.push((by_lace, ProbabilityOf::Lace)),
        }
        if t.ama {
            ways.push((Some((2.0 * self.mean_residual).min(1.0)), ProbabilityOf::AgainstAdvice));
        }
        // The first of equals stands.
        let best = ways.into_iter().filter_map(|(p, of)| p.map(|p| (p, of)));
        let best = best.fold(None, |best: Option<(f64, ProbabilityOf)>, one| match best {
            Some(kept) if kept.0 >= one.0 => Some(kept),
            _ => Some(one),
        });
        best.map_or((None, ProbabilityOf::BandMean), |(p, of)| (Some(p), of))
    }

    fn drivers(&self, s: &Snapshot, reasons: &[Reason]) -> Vec<Driver> {
        let mut out = drivers(s);
        if self.inputs.reasons.ranks_by_model && out.is_empty() {
            for r in reasons.iter().filter(|r| r.driver != Driver::Rest && r.points.is_some_and(|p| p > 0.0)) {
                if !out.contains(&r.driver) {
                    out.push(r.driver);
                }
            }
        }
        out
    }

    /// What the contact rests on must not be told to the guardian of somebody old enough to keep it to themselves.
    fn is_confidential(&self, s: &Snapshot, clock: Option<&Clock>, reasons: &[Reason]) -> bool {
        let keeps = s.age >= self.inputs.plan.list.minor_confidential_from && s.age < 18;
        keeps
            && (clock.is_some_and(|c| c.sensitive != Sensitive::No)
                || reasons.iter().any(|r| r.sensitive != Sensitive::No)
                || self.inputs.plans.get(s.member as usize).is_some_and(|p| p.is_confidential(self.inputs.playbook)))
    }
}

fn added_by_hand(o: &Override) -> AddedByHand {
    AddedByHand { author: o.author.clone(), reason: o.reason.clone(), expires: o.expires }
}

fn risk_tier(own: &[&Override], percentile: Option<Percentile>, floors: [f64; 3]) -> u8 {
    let by_hand = own.iter().filter(|o| o.is_tier()).filter_map(|o| o.value.parse().ok());
    by_hand.clone().find(|t| (1..=4).contains(t)).unwrap_or_else(|| {
        let above = |floor: f64| percentile.is_some_and(|p| p.reaches(floor));
        1 + u8::try_from(floors.iter().take_while(|f| !above(**f)).count()).unwrap_or(3)
    })
}

fn rises(standing: Standing, floor: f64, gain: f64) -> bool {
    let both = standing.order_percentile.zip(standing.order_percentile_before);
    both.is_some_and(|(now, before)| now.reaches(floor) && now.gain_since(before) >= gain)
}

fn stream(clock: Option<&Clock>, by_hand: bool, rising: bool) -> Stream {
    match clock {
        Some(c) if c.band < Band::Risk || !by_hand => c.stream(),
        _ if by_hand => Stream::Override,
        _ if rising => Stream::Rising,
        _ => Stream::HighRisk,
    }
}

/// 2 on the day of the event falling to 1 after 30 days; 1 without one.
fn time_value(clock: Option<&Clock>, work_day: Day) -> f64 {
    let since = clock.filter(|c| c.is_timed()).map(|c| work_day.since(c.started).clamp(0, 30));
    since.map_or(1.0, |d| 2.0 - f64::from(d) / 30.0)
}

/// Whoever has no probability takes the mean of those of the same band who have; 0 where nobody has.
fn give_band_means(all: &mut [Candidate]) {
    for band in std::iter::once(None).chain(Band::ALL.iter().copied().map(Some)) {
        let known = all.iter().filter(|c| c.band == band && !c.factors.probability.is_nan());
        let (sum, n) = known.fold((0.0, 0_u32), |(sum, n), c| (sum + c.factors.probability, n + 1));
        let mean = if n == 0 { 0.0 } else { sum / f64::from(n) };
        for c in all.iter_mut().filter(|c| c.band == band && c.factors.probability.is_nan()) {
            c.factors.probability = mean;
            c.probability_of = ProbabilityOf::BandMean;
        }
    }
}

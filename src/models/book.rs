//! Tonight's trained scores laid over the published ones, and the reasons of both. Owns which of them stands;
//! refuses to score.

use rustc_hash::FxHashMap;

use super::percentiles;
use super::published::{Score, ScoreStatus};
use super::reasons::{Driver, Reason, for_member};
use super::trained::TrainedModel;
use crate::domain::Day;
use crate::features::Snapshot;

/// What one model says of one member or discharge.
#[derive(Clone, Debug)]
pub struct TrainedScore {
    /// Index in the population.
    pub member: u32,
    /// Place of the model among tonight's.
    pub model: usize,
    /// Stay, for a discharge.
    pub stay_id: Option<Box<str>>,
    /// Discharge day and days after it on which it was first known, for a discharge.
    pub discharge: Option<(Day, i32)>,
    /// Probability.
    pub probability: f64,
    /// The same as it was known 90 days before; `avoid_hosp` 90 alone.
    pub before: Option<f64>,
    /// Reasons with the rest and the average last.
    pub reasons: Vec<Reason>,
}

/// Reasons of one score of one member.
#[derive(Clone, Debug)]
struct Entry {
    score_id: &'static str,
    horizon_days: i32,
    stay_id: Option<Box<str>>,
    reasons: Vec<Reason>,
}

/// Reasons of everyone, and whether a trained model orders people.
#[derive(Clone, Debug, Default)]
pub struct Book {
    entries: FxHashMap<u32, Vec<Entry>>,
    before: FxHashMap<u32, f64>,
    /// A trained `avoid_hosp` 90 stands: people are ordered by expected benefit, not by the published indices.
    pub orders: bool,
    /// A trained `readmit30` stands.
    pub returns: bool,
}

/// Member, score, horizon, stay.
type Key = (u32, &'static str, i32, Option<Box<str>>);
/// Model, probability, discharge.
type Found = (usize, f64, Option<(Day, i32)>);

/// Puts trained scores in the place of published ones. A member whom a model did not score has no score of that
/// kind: two kinds of probability never stand in one column of ranks.
#[must_use]
pub fn overlay(scores: &mut [Score], trained: Vec<TrainedScore>, models: &[TrainedModel], as_of: Day) -> Book {
    let mut book = Book::default();
    let mut found: FxHashMap<Key, Found> = FxHashMap::default();
    for t in trained {
        let outcome = models[t.model].outcome;
        let (score_id, horizon) = (outcome.score_id(), outcome.horizon_days());
        if let Some(before) = t.before {
            book.before.insert(t.member, before);
        }
        found.insert((t.member, score_id, horizon, t.stay_id.clone()), (t.model, t.probability, t.discharge));
        book.entries.entry(t.member).or_default().push(Entry {
            score_id,
            horizon_days: horizon,
            stay_id: t.stay_id,
            reasons: t.reasons,
        });
    }
    for (at, model) in models.iter().enumerate() {
        let (score_id, horizon) = (model.outcome.score_id(), model.outcome.horizon_days());
        book.orders |= (score_id, horizon) == ("avoid_hosp", 90);
        book.returns |= score_id == "readmit30";
        for s in scores.iter_mut() {
            let residual = s.score_id == "readmit30_residual" && score_id == "readmit30";
            if !(residual || (s.score_id == score_id && s.horizon_days == horizon)) {
                continue;
            }
            let hit = found.get(&(s.member, score_id, horizon, s.stay_id.clone())).filter(|f| f.0 == at);
            take(s, hit.map(|f| (f.1, f.2)), model, residual, as_of);
        }
        rank(scores, score_id, horizon);
    }
    book
}

fn take(s: &mut Score, hit: Option<(f64, Option<(Day, i32)>)>, model: &TrainedModel, residual: bool, as_of: Day) {
    s.percentile = None;
    match hit {
        Some((p, discharge)) => {
            s.probability = Some(match discharge {
                Some((day, known)) if residual => model.identity.residual(p, known, as_of.since(day)),
                _ => p,
            });
            s.status = ScoreStatus::Scored;
            s.model_id = model.id;
            s.basis = "trained";
        }
        None => {
            let why = match s.status {
                ScoreStatus::NotScored(why) if why == "age_under_18" => why,
                _ if model.outcome.of_discharges() => "not_known_with_lag",
                _ => "outside_the_model",
            };
            (s.probability, s.status, s.model_id) = (None, ScoreStatus::NotScored(why), "");
        }
    }
}

fn rank(scores: &mut [Score], score_id: &str, horizon: i32) {
    let at: Vec<usize> = (0..scores.len())
        .filter(|i| {
            let s = &scores[*i];
            s.score_id == score_id && s.horizon_days == horizon && s.probability.is_some()
        })
        .collect();
    // Probabilities are never negative, so their bits order as they do.
    let values: Vec<u64> = at.iter().map(|i| scores[*i].probability.unwrap_or(0.0).to_bits()).collect();
    for (i, rank) in at.into_iter().zip(percentiles(&values)) {
        scores[i].percentile = Some(rank);
    }
}

impl Book {
    /// The trained `avoid_hosp` 90 as it was known 90 days before.
    #[must_use]
    pub fn before(&self, member: u32) -> Option<f64> {
        self.before.get(&member).copied()
    }

    fn entry(&self, member: u32, score_id: &str, horizon: i32) -> Option<&Entry> {
        self.entries.get(&member)?.iter().rev().find(|e| e.score_id == score_id && e.horizon_days == horizon)
    }

    /// Up to five reasons for the list: those of the discharge's model while a discharge is followed, else of
    /// `avoid_hosp` 90, else of the published indices.
    #[must_use]
    pub fn for_list(&self, s: &Snapshot) -> Vec<Reason> {
        let published = || for_member(s);
        let entry = match s.recent.last() {
            Some(_) => self.entry(s.member, "readmit30", 30),
            None => None,
        };
        let Some(entry) = entry.or_else(|| self.entry(s.member, "avoid_hosp", 90)) else { return published() };
        let mut out: Vec<Reason> = entry.reasons.iter().filter(|r| r.driver != Driver::Rest).cloned().collect();
        // The discharge itself is always told; it adds no points of its own here.
        if let Some(first) = published().into_iter().find(|r| r.driver == Driver::Transition)
            && out.iter().all(|r| r.driver != Driver::Transition)
        {
            out.insert(0, Reason { points: None, ..first });
        }
        out.truncate(5);
        out
    }

    /// Every reason of a member by score and horizon, the rest and the average included.
    #[must_use]
    pub fn rows(&self, s: &Snapshot) -> Vec<(&'static str, i32, Vec<Reason>)> {
        let mut out: Vec<(&'static str, i32, Vec<Reason>)> = Vec::new();
        for r in for_member(s) {
            let (score, horizon, trained) = if r.driver == Driver::Transition {
                ("readmit30", 30, self.returns)
            } else {
                ("avoid_hosp", 90, self.orders)
            };
            if trained {
                continue;
            }
            match out.iter_mut().find(|o| o.0 == score) {
                Some(o) => o.2.push(r),
                None => out.push((score, horizon, vec![r])),
            }
        }
        for e in self.entries.get(&s.member).into_iter().flatten() {
            debug_assert!(e.stay_id.is_some() == (e.score_id == "readmit30"));
            out.push((e.score_id, e.horizon_days, e.reasons.clone()));
        }
        out
    }
}

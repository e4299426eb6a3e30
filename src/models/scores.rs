//! Everybody's scores, looked up by member, and the reasons that go with them; the place where a trained score takes
//! over from a published one. Owns which of the two stands; refuses to compute either.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::horizons::keep_horizons_in_order;
use super::percentiles;
use super::published_reasons::reasons_from_indices;
use super::reason::{Driver, Reason};
use super::score::{Basis, Horizon, ModelId, NotScored, Score, ScoreId, ScoreStatus};
use super::trained::TrainedModel;
use super::wording::{SheetReason, Wording};
use crate::domain::record::record;
use crate::domain::{Day, Probability};
use crate::features::Snapshot;
use crate::reference::Sensitive;

/// Scores in member order, with the place where each member's begin.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    rows: Vec<Score>,
    /// Start of each member's rows by index in the population, and the end of the last.
    starts: Vec<u32>,
}

impl Scores {
    /// Indexes rows; they are put in member order, and keep their order within a member.
    #[must_use]
    pub fn index(mut rows: Vec<Score>) -> Self {
        rows.sort_by_key(|s| s.member);
        let members = rows.last().map_or(0, |s| s.member as usize + 1);
        let mut starts = vec![0_u32; members + 1];
        for s in &rows {
            starts[s.member as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        Self { rows, starts }
    }

    /// Every row, in member order.
    #[must_use]
    pub fn rows(&self) -> &[Score] {
        &self.rows
    }

    /// Every row, in member order.
    pub fn iter(&self) -> std::slice::Iter<'_, Score> {
        self.rows.iter()
    }

    /// The rows of one member.
    #[must_use]
    pub fn of_member(&self, member: u32) -> &[Score] {
        let at = member as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => self.rows.get(*from as usize..*to as usize).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// The probability of one score of one member; of several discharges the latest that is scored.
    #[must_use]
    pub fn probability(&self, member: u32, id: ScoreId) -> Option<Probability> {
        self.of_member(member).iter().rev().filter(|s| s.id == id).find_map(|s| s.probability)
    }

    /// The probability of one score of one discharge.
    #[must_use]
    pub fn probability_of_stay(&self, member: u32, id: ScoreId, stay_id: &str) -> Option<Probability> {
        let own = self.of_member(member).iter().rev();
        own.filter(|s| s.id == id && s.stay_id.as_deref() == Some(stay_id)).find_map(|s| s.probability)
    }
}

impl<'a> IntoIterator for &'a Scores {
    type Item = &'a Score;
    type IntoIter = std::slice::Iter<'a, Score>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

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
    /// The same as it was known 90 days before; the ordering score alone.
    pub before: Option<f64>,
    /// Reasons with the rest and the average last.
    pub reasons: Vec<Reason>,
}

record!(TrainedScore { member, model, stay_id, discharge, probability, before, reasons });

/// Reasons of one score of one member.
#[derive(Clone, Debug)]
struct Entry {
    id: ScoreId,
    stay_id: Option<Box<str>>,
    reasons: Vec<Reason>,
}

/// Reasons of everyone, and which trained models stand behind them.
#[derive(Clone, Debug, Default)]
pub struct ScoreReasons {
    entries: FxHashMap<u32, Vec<Entry>>,
    before: FxHashMap<u32, f64>,
    /// A trained `avoid_hosp` 90 stands: people are ordered by expected benefit, not by the published indices.
    pub ranks_by_model: bool,
    /// A trained `readmit30` stands.
    pub has_readmission_model: bool,
    /// How reasons read on sheets; none: the shipped words.
    wording: Option<Arc<Wording>>,
    /// Probabilities of one horizon that were moved so that none falls as the horizon grows.
    pub moved_horizons: u64,
}

/// Member, score, stay.
type Key = (u32, ScoreId, Option<Box<str>>);
/// Model, probability, discharge.
type Found = (usize, f64, Option<(Day, i32)>);

/// Puts trained scores in the place of published ones. A member whom a model did not score has no score of that
/// kind: two kinds of probability never stand in one column of ranks.
#[must_use]
pub fn apply_trained_scores(
    scores: &mut [Score],
    trained: Vec<TrainedScore>,
    models: &[TrainedModel],
    as_of: Day,
    wording: Option<Arc<Wording>>,
) -> ScoreReasons {
    let mut out = ScoreReasons { wording, ..ScoreReasons::default() };
    let mut found: FxHashMap<Key, Found> = FxHashMap::default();
    for t in trained {
        let id = models[t.model].outcome.score();
        if let Some(before) = t.before {
            out.before.insert(t.member, before);
        }
        found.insert((t.member, id, t.stay_id.clone()), (t.model, t.probability, t.discharge));
        out.entries.entry(t.member).or_default().push(Entry { id, stay_id: t.stay_id, reasons: t.reasons });
    }
    for (at, model) in models.iter().enumerate() {
        let id = model.outcome.score();
        out.ranks_by_model |= id == ScoreId::RISK;
        out.has_readmission_model |= id == ScoreId::Readmit30;
        for s in scores.iter_mut() {
            let residual = s.id == ScoreId::Readmit30Residual && id == ScoreId::Readmit30;
            if !(residual || s.id == id) {
                continue;
            }
            let hit = found.get(&(s.member, id, s.stay_id.clone())).filter(|f| f.0 == at);
            take_trained(s, hit.map(|f| (f.1, f.2)), model, residual, as_of);
        }
        rank_by_probability(scores, id);
    }
    derive_horizons(scores, models);
    out.moved_horizons = keep_horizons_in_order(scores);
    if models.iter().any(|m| matches!(m.outcome.score(), ScoreId::AvoidHosp(_))) {
        for horizon in Horizon::ALL {
            rank_by_probability(scores, ScoreId::AvoidHosp(horizon));
        }
    }
    out
}

/// Where a model of some horizon of `avoid_hosp` stands, the horizons without one are its own, by the factor that it
/// learned, or nobody's: a published rate never stands beside a trained probability of the same outcome.
fn derive_horizons(scores: &mut [Score], models: &[TrainedModel]) {
    let of = |h: Horizon| models.iter().find(|m| m.outcome.score() == ScoreId::AvoidHosp(h));
    let by_rank = [Horizon::Days90, Horizon::Days30, Horizon::Days365];
    let Some((from, model)) = by_rank.into_iter().find_map(|h| of(h).map(|m| (h, m))) else { return };
    for own in scores.chunk_by_mut(|a, b| a.member == b.member) {
        let Some(source) = own.iter().find(|s| s.id == ScoreId::AvoidHosp(from)).cloned() else { continue };
        for h in Horizon::ALL.into_iter().filter(|h| of(*h).is_none()) {
            let factor = model.identity.derived.iter().find(|d| d.horizon_days == h.days());
            for s in own.iter_mut().filter(|s| s.id == ScoreId::AvoidHosp(h)) {
                match (factor, source.probability) {
                    (Some(factor), Some(p)) => {
                        s.probability = Probability::new(factor.probability(p.get()));
                        (s.status, s.model, s.basis) = (ScoreStatus::Scored, source.model, Basis::Derived);
                    }
                    (Some(_), None) => (s.probability, s.status, s.model) = (None, source.status, None),
                    (None, _) if s.probability.is_some() => {
                        s.status = ScoreStatus::NotScored(NotScored::OtherBasis);
                        (s.probability, s.percentile, s.model) = (None, None, None);
                    }
                    (None, _) => {}
                }
            }
        }
    }
}

fn take_trained(
    s: &mut Score,
    hit: Option<(f64, Option<(Day, i32)>)>,
    model: &TrainedModel,
    residual: bool,
    as_of: Day,
) {
    s.percentile = None;
    match hit {
        Some((p, discharge)) => {
            s.probability = Probability::new(match discharge {
                Some((day, known)) if residual => model.identity.residual(p, known, as_of.since(day)),
                _ => p,
            });
            s.status = ScoreStatus::Scored;
            s.model = Some(ModelId::Trained(model.id));
            s.basis = Basis::Trained;
        }
        None => {
            let why = match s.status {
                ScoreStatus::NotScored(NotScored::AgeUnder18) => NotScored::AgeUnder18,
                _ if model.outcome.of_discharges() => NotScored::NotKnownWithLag,
                _ => NotScored::OutsideTheModel,
            };
            (s.probability, s.status, s.model) = (None, ScoreStatus::NotScored(why), None);
        }
    }
}

/// Ranks everybody who has a probability of one score by it.
pub(super) fn rank_by_probability(scores: &mut [Score], id: ScoreId) {
    let at: Vec<usize> =
        (0..scores.len()).filter(|i| scores[*i].id == id && scores[*i].probability.is_some()).collect();
    let values: Vec<u64> = at.iter().map(|i| scores[*i].probability.unwrap_or_default().order_key()).collect();
    for (i, rank) in at.into_iter().zip(percentiles(&values)) {
        scores[i].percentile = Some(rank);
    }
}

impl ScoreReasons {
    /// The trained `avoid_hosp` 90 as it was known 90 days before.
    #[must_use]
    pub fn before(&self, member: u32) -> Option<Probability> {
        self.before.get(&member).copied().and_then(Probability::new)
    }

    fn entry(&self, member: u32, id: ScoreId) -> Option<&Entry> {
        self.entries.get(&member)?.iter().rev().find(|e| e.id == id)
    }

    /// How reasons read on sheets.
    #[must_use]
    pub fn wording(&self) -> &Wording {
        self.wording.as_deref().unwrap_or_else(|| Wording::shipped())
    }

    /// Up to five reasons for sheets, list and brief, in words that a care manager can use and never filled up: those of
    /// the discharge's model while a discharge is followed, else of `avoid_hosp` 90, else of the published indices.
    #[must_use]
    pub fn for_list(&self, s: &Snapshot) -> Vec<Reason> {
        let published = || reasons_from_indices(s, self.wording());
        let entry = match s.recent.last() {
            Some(_) => self.entry(s.member, ScoreId::Readmit30),
            None => None,
        };
        let entry = entry.or_else(|| self.entry(s.member, ScoreId::RISK));
        let all = entry.map_or_else(published, |e| e.reasons.clone());
        let mut out: Vec<Reason> = all.iter().filter_map(Reason::for_sheet).collect();
        // The discharge itself is always told; it adds no points of its own here.
        if entry.is_some()
            && out.iter().all(|r| r.driver != Driver::Transition)
            && let Some(first) = published().into_iter().find(|r| r.driver == Driver::Transition)
            && let Some(first) = first.for_sheet()
        {
            out.insert(0, Reason { points: None, ..first });
        }
        out.truncate(5);
        let is_ours = |id: &str| {
            s.recent.iter().any(|d| &*d.stay_id == id) || s.transitions.iter().any(|t| t.stay.is_some() && &*t.id == id)
        };
        for r in out.iter_mut().filter(|r| is_ours(&r.evidence)) {
            // The id of a stay is our own; nobody can look it up.
            r.evidence = Box::default();
        }
        if out.is_empty() && !all.is_empty() {
            out.push(self.whole_pattern());
        }
        out
    }

    /// What is told when no part of a score can be used by a care manager.
    fn whole_pattern(&self) -> Reason {
        Reason {
            text: self.wording().say(SheetReason::WholePattern, 1, &[]),
            driver: Driver::Rest,
            points: None,
            day: None,
            evidence: Box::default(),
            sensitive: Sensitive::No,
            sheet: None,
        }
    }

    /// Every reason of a member by score, the rest and the average included.
    #[must_use]
    pub fn for_member(&self, s: &Snapshot) -> Vec<(ScoreId, Vec<Reason>)> {
        let mut out: Vec<(ScoreId, Vec<Reason>)> = Vec::new();
        for r in reasons_from_indices(s, self.wording()) {
            let (id, trained) = if r.driver == Driver::Transition {
                (ScoreId::Readmit30, self.has_readmission_model)
            } else {
                (ScoreId::RISK, self.ranks_by_model)
            };
            if trained {
                continue;
            }
            match out.iter_mut().find(|o| o.0 == id) {
                Some(o) => o.1.push(r),
                None => out.push((id, vec![r])),
            }
        }
        for e in self.entries.get(&s.member).into_iter().flatten() {
            debug_assert!(e.stay_id.is_some() == e.id.of_discharge());
            out.push((e.id, e.reasons.clone()));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::score::Horizon;

    #[test]
    fn scores_are_found_by_member_and_the_latest_discharge_stands() {
        let stay = |member: u32, stay: &str, p: Option<f64>| Score {
            stay_id: Some(stay.into()),
            probability: p.and_then(Probability::new),
            ..Score::missing(member, ScoreId::Readmit30, NotScored::NotKnownWithLag)
        };
        let rows = vec![
            Score::published(7, ScoreId::RISK, 0.25, ModelId::AhrqPqi),
            stay(2, "a", Some(0.1)),
            stay(2, "b", Some(0.2)),
            stay(2, "c", None),
            Score::published(2, ScoreId::AvoidHosp(Horizon::Days30), 0.05, ModelId::AhrqPqi),
        ];
        let scores = Scores::index(rows);
        assert_eq!(scores.iter().map(|s| s.member).collect::<Vec<_>>(), [2, 2, 2, 2, 7]);
        let known = |p: Option<Probability>| p.map(Probability::get);
        assert_eq!(known(scores.probability(2, ScoreId::Readmit30)), Some(0.2));
        assert_eq!(known(scores.probability_of_stay(2, ScoreId::Readmit30, "a")), Some(0.1));
        assert_eq!(scores.probability_of_stay(2, ScoreId::Readmit30, "c"), None);
        assert_eq!(scores.probability(2, ScoreId::RISK), None);
        assert_eq!(known(scores.probability(7, ScoreId::RISK)), Some(0.25));
        assert!(scores.of_member(3).is_empty() && scores.of_member(8).is_empty());
        assert!(Scores::default().of_member(0).is_empty());
    }
}

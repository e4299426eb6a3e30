//! Trained models at night: the features of some members as known tonight, their scores and reasons.
//! Owns which day each score looks from; refuses to keep a feature longer than the members it is scored with.

use rustc_hash::FxHashMap;

use super::error::PipelineError;
use crate::config::RunPlan;
use crate::domain::Day;
use crate::features::{Feature, Snapshot, Topic, View, registry};
use crate::models::trained::{ReadyModel, TrainedModel, explain};
use crate::models::{Outcome, TrainedScore, Wording};
use crate::population::MemberHistory;

/// Days before the night at which the rising stream compares.
pub const BEFORE_DAYS: i32 = 90;

/// Tonight's models, ready.
pub struct NightScoring<'a> {
    ready: Vec<ReadyModel<'a>>,
    /// Topic of each feature of each model, in the model's order.
    topics: Vec<Vec<Option<Topic>>>,
    features: Vec<Feature>,
    plan: &'a RunPlan,
    wording: &'a Wording,
}

/// Rows of one model.
struct Batch<'v> {
    rows: Vec<Vec<f32>>,
    views: Vec<&'v View<'v>>,
    scores: Vec<TrainedScore>,
}

/// A member's views.
struct MemberViews<'a> {
    snapshot: usize,
    now: Option<View<'a>>,
    before: Option<View<'a>>,
    /// Stay id, discharge, days passed when first known.
    discharges: Vec<(Box<str>, Day, i32, View<'a>)>,
}

impl<'a> NightScoring<'a> {
    /// Prepares models that have been checked against tonight's features.
    #[must_use]
    pub fn new(plan: &'a RunPlan, models: &'a [TrainedModel], wording: &'a Wording) -> Self {
        let features = registry().with_own(&plan.models.feature_columns);
        let by_name: FxHashMap<&str, &Topic> = features.iter().map(|f| (f.name.as_str(), &f.topic)).collect();
        let topics_of = |m: &TrainedModel| {
            m.identity.features.iter().map(|f| by_name.get(f.name.as_str()).map(|t| (*t).clone())).collect()
        };
        let topics = models.iter().map(topics_of).collect();
        Self { ready: models.iter().map(TrainedModel::ready).collect(), topics, features, plan, wording }
    }

    /// Scores members; in their order, by model.
    ///
    /// # Errors
    /// When a model does not fit: it was checked before, so our own fault.
    pub fn score_members(
        &self,
        members: &[MemberHistory<'_>],
        snapshots: &[Snapshot],
    ) -> Result<Vec<TrainedScore>, PipelineError> {
        let views = self.view_members(members, snapshots);
        let mut out = Vec::new();
        for at in 0..self.ready.len() {
            out.extend(self.score_model(at, &views, snapshots)?);
        }
        out.sort_by_key(|s| (s.member, s.model));
        Ok(out)
    }

    fn view_members<'h>(&self, members: &'h [MemberHistory<'_>], snapshots: &[Snapshot]) -> Vec<MemberViews<'h>> {
        let as_of = self.plan.as_of;
        let wants = |f: &dyn Fn(Outcome) -> bool| self.ready.iter().any(|r| f(r.model.outcome));
        let (months, discharges, rising) =
            (wants(&|o| !o.of_discharges()), wants(&Outcome::of_discharges), wants(&|o| o == Outcome::AvoidHosp90));
        let mut out = Vec::new();
        for (i, (history, s)) in members.iter().zip(snapshots).enumerate() {
            if !s.enrolled || history.member().death().is_some() {
                continue;
            }
            let looks = s.recent.iter().filter(|_| discharges).filter_map(|r| {
                let (view, passed) = history.first_known_snapshot(r.discharge, None)?;
                Some((r.stay_id.clone(), r.discharge, passed, view))
            });
            out.push(MemberViews {
                snapshot: i,
                discharges: looks.collect(),
                now: months.then(|| history.view(as_of)),
                before: (rising && s.age >= 18).then(|| history.view(as_of.plus(-BEFORE_DAYS))),
            });
        }
        out
    }

    fn score_model(
        &self,
        at: usize,
        seen: &[MemberViews<'_>],
        snapshots: &[Snapshot],
    ) -> Result<Vec<TrainedScore>, PipelineError> {
        let outcome = self.ready[at].model.outcome;
        let mut batch = Batch { rows: Vec::new(), views: Vec::new(), scores: Vec::new() };
        let mut befores: Vec<Vec<f32>> = Vec::new();
        let mut before_of: Vec<usize> = Vec::new();
        for s in seen {
            let snapshot = &snapshots[s.snapshot];
            if outcome.adults_only() && snapshot.age < 18 {
                continue;
            }
            let blank = TrainedScore {
                member: snapshot.member,
                model: at,
                stay_id: None,
                discharge: None,
                probability: 0.0,
                before: None,
                reasons: Vec::new(),
            };
            if outcome.of_discharges() {
                for (stay, day, passed, view) in &s.discharges {
                    batch.rows.push(registry().row(view));
                    batch.views.push(view);
                    batch.scores.push(TrainedScore {
                        stay_id: Some(stay.clone()),
                        discharge: Some((*day, *passed)),
                        ..blank.clone()
                    });
                }
                continue;
            }
            let Some(view) = &s.now else { continue };
            if let Some(before) = s.before.as_ref().filter(|_| outcome == Outcome::AvoidHosp90) {
                before_of.push(batch.scores.len());
                befores.push(registry().row(before));
            }
            batch.rows.push(registry().row(view));
            batch.views.push(view);
            batch.scores.push(blank);
        }
        self.fill_batch(at, &mut batch)?;
        let earlier = self.ready[at].score(&self.features, &befores, false)?;
        for (i, p) in before_of.into_iter().zip(earlier.probability) {
            batch.scores[i].before = Some(p);
        }
        Ok(batch.scores)
    }

    fn fill_batch(&self, at: usize, batch: &mut Batch<'_>) -> Result<(), PipelineError> {
        let scored = self.ready[at].score(&self.features, &batch.rows, true)?;
        for (i, score) in batch.scores.iter_mut().enumerate() {
            let own = &scored.contributions[i * scored.cols..(i + 1) * scored.cols];
            score.probability = scored.probability[i];
            score.reasons =
                explain(batch.views[i], &self.topics[at], own, scored.base, scored.log_odds[i], self.wording);
        }
        Ok(())
    }
}

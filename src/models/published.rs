//! Scores from published indices, used until a model is trained. Owns which index stands for which
//! score and who cannot be scored; refuses to let an area rate order people.

use super::{percentile_among, percentiles};
use crate::domain::{Day, Sex};
use crate::extracts::Population;
use crate::features::Snapshot;
use crate::reference::Reference;

/// Scored, or why not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScoreStatus {
    /// A probability stands.
    Scored,
    /// None, for this reason.
    NotScored(&'static str),
}

impl ScoreStatus {
    /// `scored` or `not_scored:<reason>`.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Scored => "scored".to_owned(),
            Self::NotScored(why) => format!("not_scored:{why}"),
        }
    }
}

/// One score of one member.
#[derive(Clone, Debug)]
pub struct Score {
    /// Index in the population.
    pub member: u32,
    /// Stay, for scores of a discharge.
    pub stay_id: Option<Box<str>>,
    /// `avoid_hosp`, `avoid_ed`, `unplanned_admit`, `readmit30`, `readmit30_residual`.
    pub score_id: &'static str,
    /// Days ahead.
    pub horizon_days: i32,
    /// 0..1; `None` when not scored.
    pub probability: Option<f64>,
    /// 0..100 among those scored on this score and horizon.
    pub percentile: Option<f64>,
    /// Scored or why not.
    pub status: ScoreStatus,
    /// Model or index.
    pub model_id: &'static str,
    /// `published_index` or `trained`.
    pub basis: &'static str,
}

/// What stands while no model is trained.
const PUBLISHED: &str = "published_index";

/// Horizons of `avoid_hosp`, in days.
const AVOID_HORIZONS: [i32; 3] = [30, 90, 365];

/// A yearly probability over another number of days, at a constant hazard.
fn over_days(yearly: f64, days: i32) -> f64 {
    -libm::expm1(libm::log1p(-yearly) * f64::from(days) / 365.0)
}

/// What is left of a 30-day risk after `days_passed` event-free days, at a constant hazard.
#[must_use]
pub fn residual(risk30: f64, days_passed: i32) -> f64 {
    let left = (30 - days_passed).max(0);
    -libm::expm1(libm::log1p(-risk30) * f64::from(left) / 30.0)
}

/// Scores everyone enrolled on the day, in member order.
#[must_use]
pub fn score_all(snapshots: &[Snapshot], population: &Population, reference: &Reference, as_of: Day) -> Vec<Score> {
    let mut out = Vec::new();
    let enrolled: Vec<_> = snapshots
        .iter()
        .map(|s| (s, population.member(s.member)))
        .filter(|(s, member)| s.enrolled && member.death().is_none())
        .map(|(s, member)| {
            let decile = reference.rates.poverty_decile(&member.facts.county.text());
            (s, member.sex(), decile, reference.rates.pqi("90", s.age, member.sex(), decile))
        })
        .collect();
    // The percentile of avoid_hosp follows the ordering key, never the area rate: a rate knows only age,
    // sex and county.
    let mut keys: Vec<_> = enrolled.iter().filter(|e| e.0.age >= 18 && e.3.is_some()).map(|e| e.0.key).collect();
    keys.sort_unstable();
    for (s, sex, decile, yearly) in enrolled {
        let rank = percentile_among(&keys, &s.key);
        for days in AVOID_HORIZONS {
            let status = if s.age < 18 {
                ScoreStatus::NotScored("age_under_18")
            } else if yearly.is_none() {
                ScoreStatus::NotScored("unknown_sex")
            } else {
                ScoreStatus::Scored
            };
            let scored = status == ScoreStatus::Scored;
            out.push(Score {
                member: s.member,
                stay_id: None,
                score_id: "avoid_hosp",
                horizon_days: days,
                probability: yearly.filter(|_| scored).map(|y| over_days(y, days)),
                percentile: rank.filter(|_| scored),
                status,
                model_id: "ahrq_pqi_v2024",
                basis: PUBLISHED,
            });
        }
        out.push(not_scored(s.member, "unplanned_admit", 365, "no_model"));
        out.push(avoid_ed(s, sex, decile, reference));
        for recent in &s.recent {
            let risk = reference.lace_risk_percent[usize::from(recent.lace.total().min(19))] / 100.0;
            let passed = as_of.since(recent.discharge);
            for (score_id, horizon_days, probability) in
                [("readmit30", 30, risk), ("readmit30_residual", 30 - passed, residual(risk, passed))]
            {
                out.push(Score {
                    member: s.member,
                    stay_id: Some(recent.stay_id.clone()),
                    score_id,
                    horizon_days,
                    probability: Some(probability),
                    percentile: None,
                    status: ScoreStatus::Scored,
                    model_id: "lace_2010",
                    basis: PUBLISHED,
                });
            }
        }
    }
    rank_by_probability(&mut out, "avoid_ed");
    rank_by_probability(&mut out, "readmit30");
    out
}

fn not_scored(member: u32, score_id: &'static str, horizon_days: i32, why: &'static str) -> Score {
    Score {
        member,
        stay_id: None,
        score_id,
        horizon_days,
        probability: None,
        percentile: None,
        status: ScoreStatus::NotScored(why),
        model_id: "",
        basis: PUBLISHED,
    }
}

/// The chance of at least one PQE visit in 90 days from the sum of the five published rates.
fn avoid_ed(s: &Snapshot, sex: Sex, decile: Option<u8>, reference: &Reference) -> Score {
    let yearly: f64 =
        ["01", "02", "03", "04", "05"].into_iter().filter_map(|m| reference.rates.pqe(m, s.age, sex, decile)).sum();
    if sex == Sex::Unknown {
        return not_scored(s.member, "avoid_ed", 90, "unknown_sex");
    }
    if s.age < 18 {
        return not_scored(s.member, "avoid_ed", 90, "age_under_18");
    }
    let probability = -libm::expm1(-yearly * 90.0 / 365.0);
    Score {
        member: s.member,
        stay_id: None,
        score_id: "avoid_ed",
        horizon_days: 90,
        probability: Some(probability),
        percentile: None,
        status: ScoreStatus::Scored,
        model_id: "ahrq_pqe_v2024",
        basis: PUBLISHED,
    }
}

fn rank_by_probability(scores: &mut [Score], score_id: &str) {
    let at: Vec<usize> = scores
        .iter()
        .enumerate()
        .filter(|(_, s)| s.score_id == score_id && s.probability.is_some())
        .map(|(i, _)| i)
        .collect();
    // Probabilities are never negative, so their bits order as they do.
    let values: Vec<u64> = at.iter().map(|i| scores[*i].probability.unwrap_or(0.0).to_bits()).collect();
    for (i, rank) in at.into_iter().zip(percentiles(&values)) {
        scores[i].percentile = Some(rank);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_residual_falls_to_nothing() {
        assert!((residual(0.2, 0) - 0.2).abs() < 1e-12);
        assert!((residual(0.2, 15) - (1.0 - libm::sqrt(0.8))).abs() < 1e-12);
        assert_eq!(residual(0.2, 30).to_bits(), 0.0_f64.to_bits());
        assert!((over_days(0.1, 365) - 0.1).abs() < 1e-12);
    }
}

//! One outcome tells one story over its horizons: the factor by which one horizon gives another, and the order that
//! probabilities keep. Owns both rules; refuses to know a model's inside.

use serde::{Deserialize, Serialize};

use super::score::{Horizon, Score, ScoreId};

/// Fewest events that a factor is fitted on.
pub const FACTOR_EVENTS: usize = 100;

/// How a trained model gives another horizon of its outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DerivedHorizon {
    /// Days ahead.
    pub horizon_days: i32,
    /// On `-ln(1 - p)`: below 1 for a nearer horizon, above 1 for a further one.
    pub factor: f64,
    /// Rows it was fitted on.
    pub rows: usize,
    /// Events of that horizon among them.
    pub events: usize,
    /// Which rows those are.
    pub basis: String,
}

impl DerivedHorizon {
    /// The probability of this horizon from the model's own.
    #[must_use]
    pub fn probability(&self, own: f64) -> f64 {
        scale_hazard(own, self.factor)
    }
}

/// `1 - (1 - p)^factor`.
fn scale_hazard(p: f64, factor: f64) -> f64 {
    -libm::expm1(factor * libm::log1p(-p.clamp(0.0, 1.0 - 1e-15)))
}

/// The factor at which expected events are those that came, under weights; `None` when none can be found.
#[must_use]
pub fn fit_factor(p: &[f64], y: &[bool], weights: &[f32]) -> Option<f64> {
    let rows = || p.iter().zip(y).zip(weights);
    let came: f64 = rows().filter(|((_, y), _)| **y).map(|(_, w)| f64::from(*w)).sum();
    let expected = |log_factor: f64| -> f64 {
        let factor = libm::exp(log_factor);
        rows().map(|((p, _), w)| f64::from(*w) * scale_hazard(*p, factor)).sum()
    };
    // From a thousandth to a thousandfold; expected events rise with the factor.
    let (mut low, mut high) = (-7.0, 7.0);
    if came <= expected(low) || came >= expected(high) {
        return None;
    }
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if expected(middle) < came { low = middle } else { high = middle }
    }
    Some(libm::exp(f64::midpoint(low, high)))
}

/// Puts the horizons of `avoid_hosp` in order for each member: 90 days stand, 30 days are no more, 365 no less. Returns
/// how many probabilities moved.
pub fn keep_horizons_in_order(scores: &mut [Score]) -> u64 {
    let mut moved = 0;
    for own in scores.chunk_by_mut(|a, b| a.member == b.member) {
        let of =
            |own: &[Score], h: Horizon| own.iter().find(|s| s.id == ScoreId::AvoidHosp(h)).and_then(|s| s.probability);
        let Some(middle) = of(own, Horizon::Days90) else { continue };
        for s in own.iter_mut() {
            let bound = match s.id {
                ScoreId::AvoidHosp(Horizon::Days30) => s.probability.map(|p| p.at_most(middle)),
                ScoreId::AvoidHosp(Horizon::Days365) => s.probability.map(|p| p.at_least(middle)),
                _ => continue,
            };
            if bound != s.probability {
                s.probability = bound;
                moved += 1;
            }
        }
    }
    moved
}

/// Members of whom a probability falls as the horizon of the same outcome grows, or who stand on two bases: a night with
/// any is not published.
#[must_use]
pub fn contradictions(scores: &[Score]) -> usize {
    let told = |own: &[Score]| {
        let all: Vec<&Score> = Horizon::ALL
            .iter()
            .filter_map(|h| own.iter().find(|s| s.id == ScoreId::AvoidHosp(*h) && s.probability.is_some()))
            .collect();
        let falls = all.windows(2).any(|w| w[0].probability > w[1].probability);
        let learned = |s: &Score| s.basis.is_learned();
        falls || all.windows(2).any(|w| learned(w[0]) != learned(w[1]))
    };
    scores.chunk_by(|a, b| a.member == b.member).filter(|own| told(own)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Probability;
    use crate::models::score::{Basis, ModelId};

    fn score(member: u32, horizon: Horizon, p: f64, basis: Basis) -> Score {
        Score { basis, ..Score::published(member, ScoreId::AvoidHosp(horizon), p, ModelId::AhrqPqi) }
    }

    #[test]
    fn a_planted_factor_is_found_under_weights() {
        // Two kinds of people; events came as the hazards times 2.5 say, the rarer half counted by weight.
        let (mut p, mut y, mut w) = (Vec::new(), Vec::new(), Vec::new());
        for (own, weight) in [(0.02_f64, 3.0_f32), (0.2, 1.0)] {
            let later = 1.0 - (1.0 - own).powf(2.5);
            for i in 0..10_000 {
                p.push(own);
                y.push(f64::from(i) + 0.5 < later * 10_000.0);
                w.push(weight);
            }
        }
        let factor = fit_factor(&p, &y, &w).expect("a factor");
        assert!((factor - 2.5).abs() < 0.01, "{factor}");
        assert_eq!(fit_factor(&p, &vec![false; p.len()], &w), None);
        let derived = DerivedHorizon { horizon_days: 365, factor: 2.5, rows: 0, events: 0, basis: String::new() };
        assert!((derived.probability(0.2) - (1.0 - 0.8_f64.powf(2.5))).abs() < 1e-12);
        assert!(derived.probability(1.0) <= 1.0);
    }

    #[test]
    fn the_middle_horizon_stands_and_the_others_move() {
        use Horizon::{Days30, Days90, Days365};
        let t = Basis::Trained;
        let mut scores = vec![
            score(1, Days30, 0.5, t),
            score(1, Days90, 0.3, t),
            score(1, Days365, 0.2, t),
            score(2, Days30, 0.1, t),
            score(2, Days90, 0.3, t),
            score(2, Days365, 0.4, t),
        ];
        assert_eq!(contradictions(&scores), 1);
        assert_eq!(keep_horizons_in_order(&mut scores), 2);
        let p: Vec<f64> = scores.iter().filter_map(|s| s.probability).map(Probability::get).collect();
        assert_eq!(p, [0.3, 0.3, 0.3, 0.1, 0.3, 0.4]);
        assert_eq!(contradictions(&scores), 0);
        scores[3].basis = Basis::PublishedIndex;
        assert_eq!(contradictions(&scores), 1);
        scores[3].basis = Basis::Derived;
        assert_eq!(contradictions(&scores), 0);
    }
}

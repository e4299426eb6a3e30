//! Scores from published indices, used until a model is trained. Owns which index stands for which
//! score and who cannot be scored; refuses to let an area rate order people.

use super::score::{Horizon, ModelId, NotScored, Score, ScoreId};
use super::scores::rank_by_probability;
use crate::domain::{Day, Sex};
use crate::extracts::Population;
use crate::features::Snapshot;
use crate::reference::Reference;

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
    for (s, sex, decile, yearly) in enrolled {
        let adult = s.age >= 18;
        for horizon in Horizon::ALL {
            let id = ScoreId::AvoidHosp(horizon);
            out.push(match yearly {
                _ if !adult => Score::missing(s.member, id, NotScored::AgeUnder18),
                None => Score::missing(s.member, id, NotScored::UnknownSex),
                Some(y) => Score::published(s.member, id, over_days(y, horizon.days()), ModelId::AhrqPqi),
            });
        }
        out.push(Score::missing(s.member, ScoreId::UnplannedAdmit, NotScored::NoModel));
        out.push(avoid_ed(s, sex, decile, reference));
        for recent in &s.recent {
            let risk = reference.lace_risk_percent[usize::from(recent.lace.total().min(19))] / 100.0;
            let passed = as_of.since(recent.discharge);
            for (id, horizon_days, p) in
                [(ScoreId::Readmit30, 30, risk), (ScoreId::Readmit30Residual, 30 - passed, residual(risk, passed))]
            {
                out.push(Score {
                    stay_id: Some(recent.stay_id.clone()),
                    horizon_days,
                    ..Score::published(s.member, id, p, ModelId::Lace)
                });
            }
        }
    }
    for horizon in Horizon::ALL {
        rank_by_probability(&mut out, ScoreId::AvoidHosp(horizon));
    }
    rank_by_probability(&mut out, ScoreId::AvoidEd);
    rank_by_probability(&mut out, ScoreId::Readmit30);
    out
}

/// The chance of at least one PQE visit in 90 days from the sum of the five published rates.
fn avoid_ed(s: &Snapshot, sex: Sex, decile: Option<u8>, reference: &Reference) -> Score {
    let yearly: f64 =
        ["01", "02", "03", "04", "05"].into_iter().filter_map(|m| reference.rates.pqe(m, s.age, sex, decile)).sum();
    if sex == Sex::Unknown {
        return Score::missing(s.member, ScoreId::AvoidEd, NotScored::UnknownSex);
    }
    if s.age < 18 {
        return Score::missing(s.member, ScoreId::AvoidEd, NotScored::AgeUnder18);
    }
    Score::published(s.member, ScoreId::AvoidEd, -libm::expm1(-yearly * 90.0 / 365.0), ModelId::AhrqPqe)
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

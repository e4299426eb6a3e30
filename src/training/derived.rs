//! How a model of one horizon of `avoid_hosp` gives the others: a factor on -ln(1 - p), fitted on rows whose further
//! label is final. Owns which rows those are; refuses to judge a horizon.

use super::judging::table_of;
use super::panel::Panel;
use super::splits::Split;
use crate::extracts::Extracts;
use crate::features::Feature;
use crate::learners::{Artifact, LearnError, Ready};
use crate::models::{DerivedHorizon, FACTOR_EVENTS, Horizon, ScoreId, fit_factor};

/// The other horizons of a fitted model; those with too few final events are left out.
///
/// # Errors
/// When the features do not fit: our own fault.
pub fn derived_horizons(
    panel: &Panel,
    features: &[Feature],
    artifact: &Artifact,
    extracts: &Extracts,
) -> Result<Vec<DerivedHorizon>, LearnError> {
    let ScoreId::AvoidHosp(own) = panel.outcome.score() else { return Ok(Vec::new()) };
    let learned = |i: &u32| panel.rows[*i as usize].slice != Split::Report;
    let pick: Vec<u32> = (0..u32::try_from(panel.rows.len()).unwrap_or(u32::MAX)).filter(learned).collect();
    let p = Ready::new(artifact).probabilities(&table_of(panel, features, extracts, &pick, false))?;
    let others = Horizon::ALL.into_iter().enumerate().filter(|(_, h)| *h != own);
    Ok(others.filter_map(|(at, h)| derive_horizon(panel, &pick, &p, at, h, own)).collect())
}

/// One horizon: on the calibration slice, or, when that is too young for a further label, on all that was learned from.
fn derive_horizon(
    panel: &Panel,
    pick: &[u32],
    p: &[f64],
    at: usize,
    horizon: Horizon,
    own: Horizon,
) -> Option<DerivedHorizon> {
    let tries: [(&str, &[Split]); 2] = [
        ("calibration slice", &[Split::Calibrate]),
        (
            "training and calibration slices: too few final labels of this horizon in the latter alone",
            &[Split::Train, Split::Calibrate],
        ),
    ];
    tries.into_iter().find_map(|(basis, slices)| {
        let (mut ps, mut ys, mut ws) = (Vec::new(), Vec::new(), Vec::new());
        for (i, p) in pick.iter().zip(p) {
            let row = &panel.rows[*i as usize];
            if let Some(event) = row.by_horizon[at].filter(|_| slices.contains(&row.slice)) {
                ps.push(*p);
                ys.push(event);
                ws.push(row.weight);
            }
        }
        let events = ys.iter().filter(|y| **y).count();
        if events < FACTOR_EVENTS || ys.len() - events < FACTOR_EVENTS {
            return None;
        }
        let found = fit_factor(&ps, &ys, &ws)?;
        // A nearer horizon never holds more events than a further one.
        let factor = if horizon < own { found.min(1.0) } else { found.max(1.0) };
        let horizon_days = horizon.days();
        Some(DerivedHorizon { horizon_days, factor, rows: ys.len(), events, basis: basis.to_owned() })
    })
}

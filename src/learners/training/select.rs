//! Owns the comparison of tuned learners on held-out, cross-calibrated predictions. Refuses to fit one.

use super::report::Candidate;
use crate::learners::LearnError;
use crate::learners::calibrate::{Calibration, CalibrationBasis};
use crate::learners::context::TrainingContext;
use crate::learners::learner::Tuned;
use crate::learners::metrics::{BootstrapPlan, evaluate_with};
use crate::learners::registry::Model;

/// Judges each tuned learner; returns the place of the one with the lowest held-out log loss, and all of them.
///
/// # Errors
/// Those of the evaluation.
pub fn compare_learners(
    context: &TrainingContext<'_>,
    truth: &[bool],
    tuned: &[Tuned<Model>],
    plan: BootstrapPlan,
) -> Result<(usize, Vec<Candidate>), LearnError> {
    let mut best: Option<(usize, f64)> = None;
    let mut candidates = Vec::new();
    for (i, t) in tuned.iter().enumerate() {
        let p = cross_calibrated(context, truth, &t.held_out);
        let held_out = evaluate_with(&context.groups.codes, truth, &p, context.weights(), plan, context.watch)?;
        if best.is_none_or(|b| held_out.log_loss < b.1) {
            best = Some((i, held_out.log_loss));
        }
        candidates.push(Candidate {
            learner: t.learner.to_owned(),
            held_out_loss: t.loss,
            rounds: t.rounds,
            convergence: None,
            held_out,
        });
    }
    Ok((best.map_or(0, |b| b.0), candidates))
}

/// Held-out probabilities, each fold calibrated on the others.
fn cross_calibrated(context: &TrainingContext<'_>, truth: &[bool], raw: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; raw.len()];
    for k in 0..context.fold_count {
        let (rest, own) = context.split(k);
        let z: Vec<f64> = rest.iter().map(|&r| raw[r as usize]).collect();
        let y: Vec<bool> = rest.iter().map(|&r| truth[r as usize]).collect();
        let w: Option<Vec<f32>> = context.weights().map(|w| rest.iter().map(|&r| w[r as usize]).collect());
        let c = Calibration::fit(&z, &y, w.as_deref(), CalibrationBasis::CrossValidated);
        for &r in &own {
            out[r as usize] = c.probability(raw[r as usize]);
        }
    }
    out
}

//! What a person reads at the end of training. Owns the words; refuses to compute a figure.

use std::fmt::Write as _;

use crate::models::evaluation::ModelEvaluation;
use crate::models::trained::Identity;
use crate::pipeline::TrainedOutcome;

/// Every model of a training, then the folders.
#[must_use]
pub fn training_text(models: &[TrainedOutcome]) -> String {
    let mut out: String = models.iter().map(|m| model_summary(&m.identity, &m.evaluation)).collect();
    for m in models {
        let _ = writeln!(out, "{}", m.folder.display());
    }
    out
}

fn model_summary(identity: &Identity, e: &ModelEvaluation) -> String {
    let mut out = String::new();
    if identity.synthetic {
        let _ = writeln!(out, "SYNTHETIC DATA: a demonstration model");
    }
    let o = &e.overall;
    let _ = writeln!(
        out,
        "{} ({}): trained on {} rows, {} events; reported on {} rows, {} events\n  AUROC {:.4}, calibration slope {:.3}, in the large {:+.3}, top tenth holds {:.3} of events",
        identity.id,
        identity.learner,
        identity.train.rows,
        identity.train.events,
        o.rows,
        o.events,
        o.auroc,
        o.calibration.slope,
        o.in_the_large,
        e.top_decile_capture.unwrap_or(f64::NAN)
    );
    for c in &e.comparators {
        let _ = writeln!(
            out,
            "  {:<28} AUROC {:.4}, top tenth {:.3}",
            c.name,
            c.auroc.unwrap_or(f64::NAN),
            c.top_decile_capture.unwrap_or(f64::NAN)
        );
    }
    for w in &identity.warnings {
        let _ = writeln!(out, "  warning: {w}");
    }
    out
}

//! The wording of reasons that a night uses: the shipped one, or the file that `[output] wording` names. Owns the reading;
//! refuses a file that does not fit before a claim is read.

use std::sync::Arc;

use super::error::PipelineError;
use crate::config::RunPlan;
use crate::models::Wording;

/// Reads and checks the wording of a plan; `None` for the shipped one.
///
/// # Errors
/// Exit 2 for a file that is not there or does not fit, with its place.
pub fn load_wording(plan: &RunPlan) -> Result<Option<Arc<Wording>>, PipelineError> {
    let Some(file) = &plan.output.wording else { return Ok(None) };
    let path = plan.base.join(file);
    let wrong = |why: String| PipelineError::Usage(format!("output.wording: {}: {why}", path.display()));
    let text = std::fs::read_to_string(&path).map_err(|e| wrong(e.to_string()))?;
    Wording::parse(&text).map(|w| Some(Arc::new(w))).map_err(wrong)
}

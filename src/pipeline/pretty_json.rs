//! JSON as files hold it: indented, one line end. Owns that form alone.

use super::error::PipelineError;

/// The bytes of a value.
///
/// # Errors
/// When it cannot be encoded: our own fault.
pub fn pretty_json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, PipelineError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| PipelineError::Internal(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A value with its keys in the order of their names, as the run's own records hold them.
///
/// # Errors
/// When it cannot be encoded: our own fault.
pub fn sorted_json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, PipelineError> {
    serde_json::to_value(value).map_err(|e| PipelineError::Internal(e.to_string()))
}

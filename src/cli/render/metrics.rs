//! A rebuilt memory of figures, in words. Owns the sentence; refuses to rebuild.

use std::path::Path;

use crate::runs::RebuiltMetrics;

/// What was put together, and where it lies.
#[must_use]
pub fn metrics_text(rebuilt: &RebuiltMetrics, out: &Path) -> String {
    let (nights, rows) = (rebuilt.history.nights().count(), rebuilt.history.rows().count());
    let mut text = format!(
        "{}: {nights} nights, {rows} figures of {} runs\n",
        out.join("metrics.parquet").display(),
        rebuilt.runs
    );
    for run in &rebuilt.refused {
        text.push_str(&format!("  left out, it does not verify: {run}\n"));
    }
    text
}

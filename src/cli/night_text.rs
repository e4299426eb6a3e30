//! What a published night says on stdout. Owns its sentences.

use std::fmt::Write as _;

use crate::pipeline::NightlySummary;

/// The lines of a published night.
#[must_use]
pub fn night_text(summary: &NightlySummary, sample: bool) -> String {
    let n = |key: &str| summary.counts.get(key).copied().unwrap_or(0);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}run {} published to {}",
        if sample { "SAMPLE DATA  " } else { "" },
        summary.run_id,
        summary.path.display()
    );
    let _ = writeln!(
        out,
        "  {} members, {} enrolled, {} stays, {} index discharges",
        n("members"),
        n("enrolled"),
        n("stays"),
        n("index_discharges")
    );
    let _ = writeln!(
        out,
        "  {} to contact ({} with a clock; staff allow {}), {} not reached, {} suppressed",
        n("listed"),
        n("listed_with_clock"),
        n("contact_capacity"),
        n("overflow"),
        n("suppressed")
    );
    let _ =
        writeln!(out, "  {} assigned, {} waiting, {} rows quarantined", n("assigned"), n("waiting"), n("quarantined"));
    for line in &summary.left_out {
        let _ = writeln!(out, "  left out by rule: {line}");
    }
    let _ = writeln!(out, "  digest {}", summary.digest);
    out
}

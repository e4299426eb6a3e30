//! The account of rows and faults as JSON and as lines. Owns the shape of `data_quality.json`; refuses any
//! value from a row.

use serde_json::{Map, Value, json};

use crate::extracts::EXTRACTS;
use crate::extracts::{ExtractReport, Reason, Severity};

/// `data_quality.json`: by extract the row account, every reason with its count, and what a missing extract
/// costs. Holds counts only, so no row order changes it.
#[must_use]
pub fn data_quality_json(
    reports: &std::collections::BTreeMap<&'static str, ExtractReport>,
    code_counts: &std::collections::BTreeMap<&'static str, u64>,
    exceeded: &[String],
) -> Value {
    let mut extracts = Map::new();
    for spec in EXTRACTS {
        let entry = match reports.get(spec.name) {
            None => json!({ "present": false, "cost": spec.cost_when_missing }),
            Some(report) => {
                let t = &report.tally;
                let reasons = |wanted: Severity| -> Value {
                    let source: Vec<(&Reason, &u64)> = if wanted == Severity::Quarantine {
                        t.quarantined.iter().collect()
                    } else {
                        t.notes.iter().filter(|(r, _)| r.severity() == wanted).collect()
                    };
                    source
                        .into_iter()
                        .map(|(r, n)| (r.code().to_owned(), json!({ "count": n, "cost": r.cost() })))
                        .collect::<Map<_, _>>()
                        .into()
                };
                json!({
                    "present": true,
                    "rows_in": t.rows_in,
                    "rows_used": t.rows_used,
                    "rows_quarantined": t.rows_quarantined(),
                    "rows_dropped": t.rows_dropped(),
                    "quarantined": reasons(Severity::Quarantine),
                    "dropped": t.dropped,
                    "normalised": reasons(Severity::Normalised),
                    "warnings": reasons(Severity::Warning),
                    "extra_columns": t.extra_columns.len(),
                    "newest_service_date_known": t.newest.is_some(),
                    "stale": report.stale,
                    "unchanged_since_last_run": report.unchanged,
                })
            }
        };
        extracts.insert(spec.name.to_owned(), entry);
    }
    json!({ "extracts": extracts, "codes": code_counts, "limits_exceeded": exceeded })
}

/// The same as a table for a terminal.
#[must_use]
pub fn quality_lines(reports: &std::collections::BTreeMap<&'static str, ExtractReport>) -> String {
    use std::fmt::Write as _;
    let mut out =
        format!("{:<16} {:>10} {:>10} {:>11} {:>9}\n", "extract", "rows in", "used", "quarantined", "dropped");
    for spec in EXTRACTS {
        let Some(report) = reports.get(spec.name) else {
            let _ = writeln!(out, "{:<16} missing: {}", spec.name, spec.cost_when_missing);
            continue;
        };
        let t = &report.tally;
        let _ = writeln!(
            out,
            "{:<16} {:>10} {:>10} {:>11} {:>9}",
            spec.name,
            t.rows_in,
            t.rows_used,
            t.rows_quarantined(),
            t.rows_dropped()
        );
        for (reason, n) in t.quarantined.iter().chain(&t.notes) {
            let _ = writeln!(out, "    {:<28} {:>9}  {}", reason.code(), n, reason.cost());
        }
        for (rule, n) in &t.dropped {
            let _ = writeln!(out, "    {rule:<28} {n:>9}  dropped by rule");
        }
        if !t.extra_columns.is_empty() {
            let _ = writeln!(
                out,
                "    {:<28} {:>9}  ignored: {}",
                "extra_columns",
                t.extra_columns.len(),
                t.extra_columns.keys().take(8).cloned().collect::<Vec<_>>().join(", ")
            );
        }
    }
    out
}

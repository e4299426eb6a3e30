//! The account of rows and faults as JSON and as lines. Owns the shape of `data_quality.json`; refuses any
//! value from a row.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::domain::value_shape;
use crate::extracts::{EXTRACTS, ExtractReport, QuarantineRow, Reason, Severity};

/// `data_quality.json`: by extract the row account, every reason with its count, and what a missing extract
/// costs. Holds counts only, so no row order changes it.
#[must_use]
pub fn data_quality_json(
    reports: &BTreeMap<&'static str, ExtractReport>,
    code_counts: &BTreeMap<&'static str, u64>,
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
                    "by_column": by_column(report),
                    "wrong_code_systems": report.wrong_code_systems().into_iter().collect::<BTreeMap<_, _>>(),
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

/// Counts by column and reason.
fn by_column(report: &ExtractReport) -> Value {
    let mut out: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for ((column, reason), n) in &report.tally.by_column {
        out.entry(if column.is_empty() { "(row)" } else { column }).or_default().insert(reason.code(), *n);
    }
    json!(out)
}

/// The same as a table for a terminal: reasons by column, rejected values by their shapes, never a value. Extracts
/// without a report are told as missing unless `alone` names the one that was asked for.
#[must_use]
pub fn quality_lines(
    reports: &BTreeMap<&'static str, ExtractReport>,
    quarantine: &[QuarantineRow],
    alone: Option<&str>,
) -> String {
    let mut out =
        format!("{:<16} {:>10} {:>10} {:>11} {:>9}\n", "extract", "rows in", "used", "quarantined", "dropped");
    for spec in EXTRACTS.iter().filter(|s| alone.is_none_or(|name| name == s.name)) {
        match reports.get(spec.name) {
            Some(report) => {
                let cause = reports.get("eligibility").map_or(0, |e| e.tally.rows_quarantined());
                extract_lines(&mut out, (spec.name, cause), report, quarantine);
            }
            None => {
                let _ = writeln!(out, "{:<16} missing: {}", spec.name, spec.cost_when_missing);
            }
        }
    }
    out
}

/// `cause` is the number of rejected rows of enrolment, from which rows of other extracts without a member follow.
fn extract_lines(out: &mut String, (name, cause): (&str, u64), report: &ExtractReport, quarantine: &[QuarantineRow]) {
    let t = &report.tally;
    let _ = writeln!(
        out,
        "{name:<16} {:>10} {:>10} {:>11} {:>9}",
        t.rows_in,
        t.rows_used,
        t.rows_quarantined(),
        t.rows_dropped()
    );
    for (reason, n) in t.quarantined.iter().chain(&t.notes) {
        let _ = writeln!(out, "    {:<28} {n:>9}  {}", reason.code(), reason.cost());
        for ((column, _), n) in t.by_column.iter().filter(|((column, r), _)| r == reason && !column.is_empty()) {
            let shapes = value_shapes(quarantine, name, column, *reason);
            let _ = writeln!(out, "      {column:<26} {n:>9}{shapes}");
        }
        if *reason == Reason::NoEligibility && cause > 0 {
            let _ = writeln!(out, "      may follow from the {cause} rejected rows of eligibility: mend those first");
        }
    }
    for (column, share) in report.wrong_code_systems() {
        let _ = writeln!(
            out,
            "    {:<28} {:>8.0}%  of {column} are not shaped like ICD codes",
            "wrong_code_system",
            share * 100.0
        );
    }
    for (rule, n) in &t.dropped {
        let _ = writeln!(out, "    {rule:<28} {n:>9}  dropped by rule");
    }
    if !t.extra_columns.is_empty() {
        let names: Vec<&str> = t.extra_columns.keys().take(8).map(String::as_str).collect();
        let _ =
            writeln!(out, "    {:<28} {:>9}  ignored: {}", "extra_columns", t.extra_columns.len(), names.join(", "));
    }
}

/// The commonest shapes of the rejected values of a column, such as `  AAAA-99 (3)`.
fn value_shapes(quarantine: &[QuarantineRow], extract: &str, column: &str, reason: Reason) -> String {
    const SHOWN: usize = 3;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for row in quarantine.iter().filter(|q| q.extract == extract && q.column == column && q.reason == reason) {
        if !row.value.is_empty() {
            *counts.entry(value_shape(&row.value)).or_default() += 1;
        }
    }
    let mut shapes: Vec<(String, u64)> = counts.into_iter().collect();
    shapes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let more = if shapes.len() > SHOWN { ", …" } else { "" };
    let told: Vec<String> = shapes.iter().take(SHOWN).map(|(shape, n)| format!("{shape} ({n})")).collect();
    if told.is_empty() { String::new() } else { format!("  {}{more}", told.join(", ")) }
}

//! Why one member is on or off the list, from a published run's files alone. Owns the telling; refuses to read
//! an extract or to compute anything anew.

use std::fmt::Write as _;
use std::path::Path;

use super::error::PipelineError;
use crate::publish::{Rows, read_rows};

/// The story of one member in a run.
///
/// # Errors
/// When the run cannot be read, or the member is in none of its files.
pub fn explain(run: &Path, member: &str) -> Result<String, PipelineError> {
    let read = |name: &str| read_rows(&run.join(name), Some(("member_id", member)));
    let manifest: serde_json::Value = std::fs::read(run.join("manifest.json"))
        .ok()
        .and_then(|b| serde_json::from_slice(&b).ok())
        .ok_or_else(|| {
            PipelineError::Usage(
                "that folder is no published run (no manifest.json)\nhint: pass OUT/current or OUT/runs/<run_id>"
                    .to_owned(),
            )
        })?;
    let text = |key: &str| manifest.get(key).and_then(serde_json::Value::as_str).unwrap_or("").to_owned();
    let mut out = String::new();
    let indices = read("measures/indices.parquet")?;
    if indices.rows.is_empty() {
        return Err(PipelineError::Usage("no such member in this run".to_owned()));
    }
    if !text("banner").is_empty() {
        let _ = writeln!(out, "{}", text("banner"));
    }
    let _ = writeln!(out, "Night of {}, run {}\n", text("as_of"), text("run_id"));
    standing(
        &mut out,
        &read("outreach.parquet")?,
        &read("suppressed.csv")?,
        &read("overflow.csv")?,
        &read("dropped.csv")?,
    );
    reasons(&mut out, &read("reasons.parquet")?);
    scores(&mut out, &read("scores.parquet")?);
    table(
        &mut out,
        "Transition clocks",
        &read("transitions.csv")?,
        &[
            "setting",
            "discharge_date",
            "state",
            "contact_due",
            "contacted_on",
            "visit_due",
            "visited_on",
            "slack_business_days",
        ],
    );
    table(
        &mut out,
        "Assignment",
        &read("assignments.csv")?,
        &["care_manager_id", "status", "continuity", "travel", "focus", "interpreter"],
    );
    table(&mut out, "Waiting for a manager", &read("waitlist.csv")?, &["reason", "nearest_miss"]);
    let mut needs = read("measures/needs.parquet")?;
    withhold_safety(&mut needs);
    table(&mut out, "Needs", &needs, &["domain", "need", "source", "evidence_date", "open_referral_id"]);
    table(&mut out, "Due", &read("measures/worklist.parquet")?, &["item", "detail", "due_date", "slack_business_days"]);
    table(
        &mut out,
        "Indices",
        &indices,
        &[
            "charlson",
            "elixhauser_readmission",
            "elixhauser_count",
            "hfrs",
            "lace",
            "flag_2ip",
            "stays_12m",
            "ed_visits_12m",
            "pqi_stays_12m",
            "code_basis",
        ],
    );
    table(
        &mut out,
        "Stays",
        &read("measures/stays.parquet")?,
        &[
            "admit_date",
            "discharge_date",
            "stay_type",
            "source",
            "is_index",
            "index_exclusion",
            "is_planned",
            "readmit30",
            "pqi",
            "claim_ids",
            "admission_ids",
        ],
    );
    Ok(out)
}

fn standing(out: &mut String, outreach: &Rows, suppressed: &Rows, overflow: &Rows, dropped: &Rows) {
    if let Some(row) = outreach.rows.first() {
        let get = |n: &str| outreach.get(row, n);
        let _ = writeln!(
            out,
            "ON THE LIST at rank {}: {}, {}, tier {} (ordered by {})",
            get("rank"),
            get("stream"),
            get("list_status"),
            get("tier"),
            get("ordered_by")
        );
        if !get("clock").is_empty() {
            let _ = writeln!(
                out,
                "  clock {}: due {}, {} business hours left",
                get("clock"),
                get("due"),
                get("slack_hours")
            );
        }
        let _ = writeln!(
            out,
            "  do first: {} ({}; {})",
            get("suggested_action"),
            get("suggested_discipline"),
            get("responsibility")
        );
        let _ = writeln!(
            out,
            "  who: {}",
            if get("care_manager_id").is_empty() {
                "nobody is eligible; see the waitlist"
            } else {
                get("care_manager_id")
            }
        );
        let _ = writeln!(
            out,
            "  priority {} = probability {} x impactability {} x reach {} x not yet engaged {} x time value {}",
            brief(get("priority"), 4),
            brief(get("probability"), 4),
            brief(get("impactability"), 4),
            brief(get("reach"), 4),
            brief(get("not_yet_engaged"), 4),
            brief(get("time_value"), 4)
        );
        let _ = writeln!(out, "  what changed: {}; nights on the list: {}\n", get("what_changed"), get("days_on_list"));
        return;
    }
    if let Some(row) = suppressed.rows.first() {
        let get = |n: &str| suppressed.get(row, n);
        let _ = writeln!(
            out,
            "NOT ON THE LIST: {}, until {} ({})\n",
            get("code"),
            [get("until"), get("until_date")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" "),
            get("detail")
        );
    } else if let Some(row) = overflow.rows.first() {
        let _ = writeln!(
            out,
            "NOT ON THE LIST: rank {} is beyond tonight's staff ({}{})\n",
            overflow.get(row, "rank"),
            overflow.get(row, "reason"),
            match overflow.get(row, "missing") {
                "" => String::new(),
                missing => format!(", missing {missing}"),
            }
        );
    } else {
        let _ = writeln!(out, "NOT ON THE LIST: no clock runs and the indices say nothing against this member\n");
    }
    if let Some(row) = dropped.rows.first() {
        let _ = writeln!(out, "  was on the previous list; left because {}\n", dropped.get(row, "reason"));
    }
}

/// A number with at most so many decimals, for reading; the published tables keep every digit.
fn brief(number: &str, decimals: usize) -> String {
    match number.parse::<f64>() {
        Ok(v) if number.contains('.') => {
            let fixed = format!("{v:.decimals$}");
            fixed.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => number.to_owned(),
    }
}

/// Reasons mask a need for safety; here it must not stand in plain words either.
fn withhold_safety(needs: &mut Rows) {
    let Some(at) = needs.names.iter().position(|n| n == "domain") else { return };
    for cell in needs.rows.iter_mut().filter_map(|r| r.get_mut(at)).filter(|c| c.starts_with("safety")) {
        "withheld (sensitive)".clone_into(cell);
    }
}

fn reasons(out: &mut String, reasons: &Rows) {
    if reasons.rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "Reasons");
    for row in &reasons.rows {
        let get = |n: &str| reasons.get(row, n);
        let points = match get("contribution") {
            "" => "context".to_owned(),
            c if c.starts_with('-') => brief(c, 3),
            c => format!("+{}", brief(c, 3)),
        };
        let evidence = [get("evidence_date"), get("evidence_id")]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        let _ = writeln!(
            out,
            "  {} {}. {} ({points}){}",
            get("score_id"),
            get("rank"),
            get("reason"),
            if evidence.is_empty() { String::new() } else { format!(" [{evidence}]") }
        );
    }
    out.push('\n');
}

fn scores(out: &mut String, scores: &Rows) {
    let _ = writeln!(out, "Scores");
    for row in &scores.rows {
        let get = |n: &str| scores.get(row, n);
        if get("status") == "scored" {
            let percentile = if get("percentile").is_empty() {
                String::new()
            } else {
                format!(", percentile {}", brief(get("percentile"), 1))
            };
            let _ = writeln!(
                out,
                "  {} {} days: {} ({}{percentile})",
                get("score_id"),
                get("horizon_days"),
                brief(get("probability"), 4),
                get("model_id")
            );
        } else {
            let _ = writeln!(out, "  {} {} days: {}", get("score_id"), get("horizon_days"), get("status"));
        }
    }
    out.push('\n');
}

fn table(out: &mut String, title: &str, rows: &Rows, columns: &[&str]) {
    if rows.rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}");
    for row in &rows.rows {
        let cells: Vec<String> = columns
            .iter()
            .map(|c| (*c, rows.get(row, c)))
            .filter(|(_, v)| !v.is_empty())
            .map(|(c, v)| format!("{} {v}", c.replace('_', " ")))
            .collect();
        let _ = writeln!(out, "  {}", cells.join(" · "));
    }
    out.push('\n');
}

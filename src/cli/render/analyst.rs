//! Why a member is on or off the list, with every score, contribution and id, as an analyst reads it. Owns the words;
//! refuses to look anything up.

use std::fmt::Write as _;

use crate::runs::{DetailTable, ListedStanding, MemberExplanation, ReasonLine, ScoreLine, Standing};

/// The whole answer.
#[must_use]
pub fn analyst_text(e: &MemberExplanation) -> String {
    let mut out = String::new();
    if let Some(banner) = &e.banner {
        let _ = writeln!(out, "{banner}");
    }
    let _ = writeln!(out, "Night of {}, run {}\n", e.as_of, e.run_id);
    write_standing(&mut out, e);
    write_reasons(&mut out, &e.reasons);
    write_scores(&mut out, &e.scores);
    e.details.iter().for_each(|table| write_details(&mut out, table));
    out
}

fn write_standing(out: &mut String, e: &MemberExplanation) {
    let _ = match &e.standing {
        Standing::Listed(row) => return write_listed(out, row),
        Standing::Suppressed { code, until, detail } => {
            writeln!(out, "NOT ON THE LIST: {code}, until {} ({detail})\n", until.join(" "))
        }
        Standing::Overflow { rank, reason, missing } => {
            let missing = if missing.is_empty() { String::new() } else { format!(", missing {missing}") };
            writeln!(out, "NOT ON THE LIST: rank {rank} is beyond tonight's staff ({reason}{missing})\n")
        }
        Standing::NotListed => {
            let d = &e.decision;
            writeln!(
                out,
                "NOT ON THE LIST: {} (order percentile {})\n",
                d.decision,
                short_number(&d.order_percentile, 1)
            )
        }
    };
    if let Some(why) = &e.left_because {
        let _ = writeln!(out, "  was on the previous list; left because {why}\n");
    }
}

fn write_listed(out: &mut String, row: &ListedStanding) {
    let _ = writeln!(
        out,
        "ON THE LIST at rank {}: {}, {}, band {}, risk tier {} (ordered by {})",
        row.rank, row.stream, row.list_status, row.band, row.risk_tier, row.ordered_by
    );
    if let Some([clock, due, days]) = &row.clock {
        let _ = writeln!(out, "  next step {clock}: due {due}, {days} business days left");
    }
    let [action, discipline, whose] = &row.action;
    let _ = writeln!(out, "  do first: {action} ({discipline}; {whose})");
    let nobody = "nobody is eligible; see the waitlist";
    let _ = writeln!(out, "  who: {}", if row.caller_id.is_empty() { nobody } else { &row.caller_id });
    let factors: Vec<String> = row
        .factors
        .iter()
        .map(|(name, value)| format!("{} {}", name.replace('_', " "), short_number(value, 4)))
        .collect();
    let (priority, of) = (short_number(&row.priority, 4), &row.probability_of);
    let _ = writeln!(out, "  priority {priority} = {} (probability of {of})", factors.join(" x "));
    let _ = writeln!(out, "  what changed: {}; nights on the list: {}\n", row.what_changed, row.days_on_list);
}

/// A number with at most so many decimals, for reading; the published tables keep every digit.
fn short_number(number: &str, decimals: usize) -> String {
    match number.parse::<f64>() {
        Ok(v) if number.contains('.') => {
            let fixed = format!("{v:.decimals$}");
            fixed.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => number.to_owned(),
    }
}

fn write_reasons(out: &mut String, reasons: &[ReasonLine]) {
    if reasons.is_empty() {
        return;
    }
    let _ = writeln!(out, "Reasons");
    for line in reasons {
        let points = match line.contribution.as_str() {
            "" => "context".to_owned(),
            c if c.starts_with('-') => short_number(c, 3),
            c => format!("+{}", short_number(c, 3)),
        };
        let evidence =
            if line.evidence.is_empty() { String::new() } else { format!(" [{}]", line.evidence.join(", ")) };
        let _ = writeln!(out, "  {} {}. {} ({points}){evidence}", line.score_id, line.rank, line.reason);
    }
    out.push('\n');
}

fn write_scores(out: &mut String, scores: &[ScoreLine]) {
    let _ = writeln!(out, "Scores");
    for s in scores {
        if s.status == "scored" {
            let percentile = if s.percentile.is_empty() {
                String::new()
            } else {
                format!(", percentile {}", short_number(&s.percentile, 1))
            };
            let probability = short_number(&s.probability, 4);
            let _ =
                writeln!(out, "  {} {} days: {probability} ({}{percentile})", s.score_id, s.horizon_days, s.model_id);
        } else {
            let _ = writeln!(out, "  {} {} days: {}", s.score_id, s.horizon_days, s.status);
        }
    }
    out.push('\n');
}

fn write_details(out: &mut String, table: &DetailTable) {
    let _ = writeln!(out, "{}", table.title);
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|(c, v)| format!("{} {v}", c.replace('_', " "))).collect();
        let _ = writeln!(out, "  {}", cells.join(" · "));
    }
    out.push('\n');
}

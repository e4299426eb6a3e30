//! What became of the calls, as Markdown. Owns the words; refuses to count.

use std::fmt::Write as _;

use crate::domain::{newcombe_difference, wilson};
use crate::runs::{FollowupAnswer, OUTCOMES, SMALL_COUNT, is_tellable, shown_count};

fn share_words(events: u64, people: u64) -> String {
    if !is_tellable(events, people) {
        return format!("of {} people: not shown, a count below {SMALL_COUNT}", shown_count(people));
    }
    let (low, high) = wilson(events, people);
    format!(
        "{events} of {people} ({:.1} %, {:.1} to {:.1})",
        events as f64 / people as f64 * 100.0,
        low * 100.0,
        high * 100.0
    )
}

/// The account as Markdown.
#[must_use]
pub fn followup_text(answer: &FollowupAnswer) -> String {
    let (funnels, arms) = (&answer.funnels, &answer.arms);
    let mut out = format!(
        "# Follow-up as of {}\n\nAttempts of the last {} days (list.reach_days); {} kept runs read{}. Counts of 1 to {} are shown as <{SMALL_COUNT}.\n\n",
        answer.as_of,
        answer.window_days,
        answer.kept_runs,
        if answer.refused_runs == 0 {
            String::new()
        } else {
            format!(", {} left out because they do not verify", answer.refused_runs)
        },
        SMALL_COUNT - 1,
    );
    out.push_str("## Funnel\n\nEach stage counts people of the one before; refused are of the attempted.\n\n");
    out.push_str("| group | attempted | reached | enrolled | completed | refused |\n|---|---|---|---|---|---|\n");
    let _ = writeln!(out, "| everyone | {} |", funnels.all.shown().join(" | "));
    for (kind, rows) in &funnels.by {
        for (name, f) in rows {
            let _ =
                writeln!(out, "| {} {} | {} |", kind.replace('_', " "), name.replace('|', "/"), f.shown().join(" | "));
        }
    }
    out.push_str("\n## Outcomes\n\n");
    if arms.drawn() == 0 {
        out.push_str("no hold-out: not judged. People are listed because their use was high, and high use falls by itself; without people held out by chance nobody can tell that fall from an effect.\n");
        return out;
    }
    let _ = writeln!(
        out,
        "People as drawn, whatever happened later; {} days from the draw; windows complete for {} more days only. {} drawn people have no complete window yet, {} left the population.\n",
        answer.horizon_days,
        answer.maturity_days,
        shown_count(arms.immature),
        shown_count(arms.gone)
    );
    let (c, h) = (&arms.contact, &arms.hold_out);
    for (i, (_, words)) in OUTCOMES.iter().enumerate() {
        let _ = writeln!(out, "### {words}\n");
        let _ = writeln!(out, "- contact: {}", share_words(c.after[i], c.people));
        let _ = writeln!(out, "- hold-out: {}", share_words(h.after[i], h.people));
        if is_tellable(c.after[i], c.people) && is_tellable(h.after[i], h.people) {
            let (low, high) = newcombe_difference((c.after[i], c.people), (h.after[i], h.people));
            let d = c.after[i] as f64 / c.people as f64 - h.after[i] as f64 / h.people as f64;
            let _ = writeln!(
                out,
                "- difference, contact less hold-out: {:+.1} points ({:+.1} to {:+.1})",
                d * 100.0,
                low * 100.0,
                high * 100.0
            );
        } else {
            out.push_str("- difference: not shown\n");
        }
        let _ = writeln!(
            out,
            "- expected natural decline, from the hold-out alone: before {}; after {}\n",
            share_words(h.before[i], h.people),
            share_words(h.after[i], h.people)
        );
    }
    out.push_str("Intervals are 95 %: Wilson 1927; differences by Newcombe 1998, method 10.\n");
    out
}

//! What another staff would change, as a director reads it. Owns the words; refuses to cut a list.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::runs::{StaffingAnswer, StaffingOutcome};

/// The whole answer.
#[must_use]
pub fn staffing_text(answer: &StaffingAnswer) -> String {
    let mut out = String::new();
    if let Some(banner) = &answer.banner {
        let _ = writeln!(out, "{banner}");
    }
    let _ = writeln!(
        out,
        "Night of {}, run {}: {:+} FTE {}\n",
        answer.as_of,
        answer.run_id,
        answer.add_fte,
        answer.discipline.as_str()
    );
    write_comparison(&mut out, &answer.now, &answer.then);
    write_unable(&mut out, &answer.now, &answer.then);
    write_assumptions(&mut out, answer);
    write_others(&mut out, answer);
    out
}

fn write_comparison(out: &mut String, now: &StaffingOutcome, then: &StaffingOutcome) {
    let _ = writeln!(out, "{:<52} {:>10} {:>10} {:>10}", "", "tonight", "changed", "difference");
    let mut line = |label: &str, a: f64, b: f64, digits: usize| {
        let _ = writeln!(out, "{label:<52} {a:>10.digits$} {b:>10.digits$} {:>+10.digits$}", b - a);
    };
    line("completed contacts a night", now.contacts, then.contacts, 1);
    line("hours a week", now.hours, then.hours, 1);
    line("length of the list (calls)", now.length, then.length, 0);
    line("people on the list", now.listed as f64, then.listed as f64, 0);
    line("expected avoidable stays in 90 days on the list", now.expected, then.expected, 2);
    line("  of people whom a call is expected to reach", now.reached, then.reached, 2);
    line("contacts and visits that cannot wait", now.urgent as f64, then.urgent as f64, 0);
    line("  beyond the calls of a day, so late", now.late as f64, then.late as f64, 0);
    line("  expected avoidable stays of those", now.late_expected, then.late_expected, 2);
    line("people not reached", now.overflow as f64, then.overflow as f64, 0);
    line("expected avoidable stays not reached", now.missed, then.missed, 2);
}

fn write_unable(out: &mut String, now: &StaffingOutcome, then: &StaffingOutcome) {
    let _ = writeln!(out, "\nPeople nobody on duty can take, by what is missing");
    if now.unable.is_empty() && then.unable.is_empty() {
        let _ = writeln!(out, "  none");
    }
    let keys: BTreeSet<&String> = now.unable.keys().chain(then.unable.keys()).collect();
    for key in keys {
        let get = |e: &StaffingOutcome| e.unable.get(key).copied().unwrap_or_default();
        let (a, b) = (get(now), get(then));
        let _ = writeln!(out, "  {key}: {} tonight, {} changed ({:.2} expected stays)", a.0, b.0, b.1);
    }
}

fn write_assumptions(out: &mut String, answer: &StaffingAnswer) {
    let discipline = answer.discipline.as_str();
    let _ = writeln!(out, "\nAssumed");
    if let Some(hire) = &answer.hire {
        let _ = writeln!(
            out,
            "  new hire: {discipline}, on duty, speaks {} (--languages), licensed in {} ({})",
            hire.languages,
            if hire.licensed_states.is_empty() { "any state" } else { &hire.licensed_states },
            if hire.states_given { "--states" } else { "every state of tonight's queue; --states" },
        );
        let _ = writeln!(
            out,
            "  {:.1} completed contacts a night and {:.1} hours a week for each FTE ({})",
            hire.contacts_per_fte,
            hire.hours_per_fte,
            if hire.as_on_duty {
                "as this discipline on duty tonight"
            } else {
                "default: nobody of this discipline is on duty"
            }
        );
    } else if answer.add_fte < 0.0 {
        let _ =
            writeln!(out, "  fewer staff: contacts and hours of every {discipline} on duty shrink by the same share");
    }
    let _ = writeln!(
        out,
        "  {:.3} of the calls reach somebody; queue, order, hysteresis and hold-out as published; caseload limits enrolment, not contact",
        answer.reach
    );
    let _ = writeln!(
        out,
        "  expected stays are the published probabilities summed: events at stake, not events a call prevents"
    );
}

/// The same FTE in every discipline.
fn write_others(out: &mut String, answer: &StaffingAnswer) {
    if answer.others.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nThe same {} FTE as", answer.add_fte);
    for (discipline, then) in &answer.others {
        let _ = writeln!(
            out,
            "  {:<7} {:>+5} people, {:>+7.2} expected stays on the list, {:>+4} late contacts",
            discipline.as_str(),
            then.listed as i64 - answer.now.listed as i64,
            then.expected - answer.now.expected,
            then.late as i64 - answer.now.late as i64
        );
    }
}

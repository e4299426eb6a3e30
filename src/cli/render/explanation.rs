//! Why a member is on or off the list, in sentences that a care manager can read. Owns the words; refuses scores,
//! contributions and ids, which stand in the analyst's view, and never says that somebody waits for a manager who has one.

use crate::domain::capitalised;
use std::fmt::Write as _;

use crate::runs::{DecisionLine, DetailTable, ListedStanding, MemberExplanation, Standing};

/// The whole answer.
#[must_use]
pub fn explanation_text(e: &MemberExplanation) -> String {
    let mut out = String::new();
    if let Some(banner) = &e.banner {
        let _ = writeln!(out, "{banner}");
    }
    let [work_day, known] = &e.known;
    let _ = writeln!(
        out,
        "Night of {}, for the work of {}",
        e.as_of,
        if work_day.is_empty() { &e.as_of } else { work_day }
    );
    if !known.is_empty() {
        let _ = writeln!(out, "Visits are known from claims through {known}.");
    }
    out.push('\n');
    write_tonight(&mut out, e);
    write_reasons(&mut out, e);
    for table in &e.details {
        write_section(&mut out, table);
    }
    let _ = writeln!(out, "Scores, contributions and ids: add --analyst.");
    out
}

fn write_tonight(out: &mut String, e: &MemberExplanation) {
    let _ = writeln!(out, "Tonight");
    match &e.standing {
        Standing::Listed(row) => write_listed(out, row),
        _ => {
            let _ = writeln!(out, "  {}", not_listed(e));
        }
    }
    if let Some(case) = case_sentence(&e.decision) {
        let _ = writeln!(out, "  {case}");
    }
    if let Some(why) = &e.left_because {
        let _ = writeln!(out, "  Was on the previous list and left it: {}.", code_words(why, ""));
    }
    out.push('\n');
}

fn write_listed(out: &mut String, row: &ListedStanding) {
    let _ = writeln!(out, "  On tonight's list, number {}: {}.", row.rank, band_words(&row.band, &row.stream));
    if let Some([step, due, days]) = &row.clock {
        let _ = writeln!(out, "  Next: {}{}.", step.replace('_', " "), due_words(due, days));
    }
    let _ = writeln!(out, "  Do first: {}", row.action[0]);
    let [author, reason] = &row.by_hand;
    if !author.is_empty() {
        let _ = writeln!(out, "  Asked for by {author}: {reason}.");
    }
    let consult = if row.consult.is_empty() { String::new() } else { format!("; ask {} for this step", row.consult) };
    let caller = if row.caller_id.is_empty() {
        "nobody on duty can call: see the sheet \"nobody yet\"".to_owned()
    } else {
        format!("{} calls{consult}", row.caller_id)
    };
    let _ = writeln!(out, "  Who: {caller}. How: {}.", way_words(&row.contact_way));
    let _ = writeln!(out, "  What changed: {}. Work days on the list: {}.", row.what_changed, row.days_on_list);
}

fn band_words(band: &str, stream: &str) -> String {
    match band {
        "contact" => "just home, and nobody has spoken to them yet".to_owned(),
        "visit" => "a visit is due within days and none is known".to_owned(),
        "authorization" => "an urgent authorization is due".to_owned(),
        _ => match stream {
            "transition" => "home within the last 30 days, with time left".to_owned(),
            "follow_up" => "a follow-up visit is to be made, with time left".to_owned(),
            "override" => "asked for by hand".to_owned(),
            "rising" => "risk has risen in the last 90 days".to_owned(),
            _ => "risk is high".to_owned(),
        },
    }
}

fn due_words(due: &str, days: &str) -> String {
    match (due, days.parse::<i64>()) {
        ("", _) => String::new(),
        (_, Ok(0)) => format!(", due {due}, the work day itself"),
        (_, Ok(1)) => format!(", due {due}, one working day later"),
        (_, Ok(n)) if n > 1 => format!(", due {due}, {n} working days later"),
        (_, Ok(-1)) => format!(", was due {due}, one working day ago"),
        (_, Ok(n)) => format!(", was due {due}, {} working days ago", -n),
        (_, Err(_)) => format!(", due {due}"),
    }
}

fn way_words(way: &str) -> &'static str {
    match way {
        "guardian" => "call the guardian",
        "guardian_phone" => "call the guardian's number",
        "home_visit" => "no phone that works: visit at home",
        "letter" => "no phone that works: write",
        "practice" => "through the practice",
        "find_contact" => "find a way: practice, pharmacy, hospital face sheet",
        _ => "by phone",
    }
}

fn not_listed(e: &MemberExplanation) -> String {
    let d = &e.decision;
    match (&e.standing, d.decision.as_str()) {
        (Standing::Suppressed { code, detail, .. }, _) => {
            format!("Not called: {} ({detail}).", code_words(code, &d.until))
        }
        (_, "own_sheet") => {
            "Not on the list of new people: stands on the sheet of the care manager who holds the case.".to_owned()
        }
        (Standing::Overflow { rank, missing, .. }, _) if missing.is_empty() => {
            format!("Not called tonight: number {rank} of the queue is beyond what the staff can reach.")
        }
        (Standing::Overflow { missing, .. }, _) => format!("Not called tonight: nobody on duty is {missing}."),
        (_, "not_scored") => "Not on the list: no score can be given, and no clock runs.".to_owned(),
        _ => format!("Not on the list: no clock runs, and risk is below the list's bar{}.", percentile_words(d)),
    }
}

fn percentile_words(d: &DecisionLine) -> String {
    let rank = d.order_percentile.parse::<f64>();
    rank.map_or_else(|_| String::new(), |p| format!(" (above {p:.0} of 100 people)"))
}

/// A code as a sentence would say it.
fn code_words(code: &str, until: &str) -> String {
    let words = match code {
        "DECEASED" => "died",
        "DISENROLLED" => "not enrolled",
        "NOT_ATTRIBUTED" => "not attributed to a practice",
        "DUPLICATE" => "the same person under another id",
        "OPT_OUT" => "wants no contact",
        "OVERRIDE_REMOVE" => "taken off by hand",
        "REFUSED" => "refused lately",
        "HOSPICE" => "in hospice",
        "IN_FACILITY" => "in a facility",
        "MINOR_NO_GUARDIAN" => "under 18 without a guardian's phone",
        "BAD_CONTACT" => "no way to reach them is known",
        "ACTIVE_ELSEWHERE" => "in another programme",
        "RECENT_CONTACT" => "contacted lately",
        "HOUSEHOLD" => "somebody of the same phone is called",
        "HOLDOUT" => "held out by chance, to learn what calls change",
        "CAPACITY" => "beyond what the staff can reach",
        "NO_ELIGIBLE_CM" => "nobody on duty is eligible",
        "NO_CAUSE" => "nothing speaks for a call any more",
        other => other,
    };
    if until.is_empty() { words.to_owned() } else { format!("{words}, until {until}") }
}

fn case_sentence(d: &DecisionLine) -> Option<String> {
    if d.owner_id.is_empty() {
        return None;
    }
    let cover = if d.covered_by.is_empty() { String::new() } else { format!("; {} stands in", d.covered_by) };
    Some(format!("Has a care manager: {} holds the case{cover}.", d.owner_id))
}

fn write_reasons(out: &mut String, e: &MemberExplanation) {
    let Standing::Listed(row) = &e.standing else { return };
    let _ = writeln!(out, "Why");
    if row.reasons.is_empty() {
        let _ = writeln!(out, "  Risk from the whole pattern.");
    }
    for reason in &row.reasons {
        let _ = writeln!(out, "  {reason}");
    }
    out.push('\n');
}

/// Sections a care manager reads; the others are the analyst's.
fn write_section(out: &mut String, table: &DetailTable) {
    type Row = [(&'static str, String)];
    let say = |sentence: fn(&Row) -> String| table.rows.iter().map(|row| sentence(row)).collect::<Vec<String>>();
    let lines = match table.title {
        "Transition clocks" => say(discharge_sentence),
        "Follow-up" => say(follow_up_sentence),
        "Needs" => table.rows.iter().filter_map(|row| need_sentence(row)).collect(),
        "Due" => say(due_sentence),
        "Waiting for a manager" => say(waiting_sentence),
        _ => return,
    };
    if lines.is_empty() {
        return;
    }
    let title = match table.title {
        "Transition clocks" => "Home from hospital",
        "Due" => "Open items",
        other => other,
    };
    let _ = writeln!(out, "{title}");
    for line in lines {
        let _ = writeln!(out, "  {line}");
    }
    out.push('\n');
}

fn cell<'r>(row: &'r [(&'static str, String)], name: &str) -> &'r str {
    row.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v.as_str())
}

fn discharge_sentence(row: &[(&'static str, String)]) -> String {
    let get = |name: &str| cell(row, name);
    let place = if get("facility_name").is_empty() { get("setting") } else { get("facility_name") };
    let why = if get("principal_diagnosis").is_empty() {
        String::new()
    } else {
        format!(" ({})", get("principal_diagnosis"))
    };
    let mut text = format!("Left {place} on {}{why}.", get("discharge_date"));
    match get("status") {
        "live" => {}
        other => return format!("{text} {}.", capitalised(&other.replace('_', " "))),
    }
    let reached = get("reached_on");
    text.push_str(&match (get("contact_state"), reached) {
        (_, day) if !day.is_empty() => format!(" Reached on {day}."),
        ("attempted", _) => " Tried twice, not reached.".to_owned(),
        ("missed", _) => format!(" Not reached by {}.", get("contact_due")),
        _ => format!(" To be reached by {}.", get("contact_due")),
    });
    text.push_str(&match get("visit_state") {
        "done" => format!(" Seen on {}.", get("visited_on")),
        "missed" => format!(" No visit by {}.", get("visit_due")),
        "unconfirmed" => format!(" No visit known by {}; claims cannot know yet.", get("visit_due")),
        _ if !get("booked_on").is_empty() => format!(" Visit booked for {}.", get("booked_on")),
        _ => format!(" Visit due {}.", get("visit_due")),
    });
    if get("reconciliation_state") == "done" {
        text.push_str(" Medicines reconciled.");
    }
    text
}

fn follow_up_sentence(row: &[(&'static str, String)]) -> String {
    let get = |name: &str| cell(row, name);
    let kind = match get("kind") {
        "mental_stay" => "psychiatric stay",
        "mental_ed" => "emergency visit for mental health",
        "substance_ed" => "emergency visit for substance use",
        "chronic_ed" => "emergency visit with chronic illness",
        other => other,
    };
    let state = match get("state") {
        "done" => format!("seen on {}", get("closed_on")),
        "missed" => "nobody saw them in time".to_owned(),
        "unconfirmed" => "no visit is known; claims cannot know yet".to_owned(),
        _ if !get("booked_on").is_empty() => format!("visit booked for {}", get("booked_on")),
        _ => format!("visit due {}", get("next_due")),
    };
    format!("{} of {}: {state}.", capitalised(kind), get("event_date"))
}

fn need_sentence(row: &[(&'static str, String)]) -> Option<String> {
    let get = |name: &str| cell(row, name);
    if get("need") != "yes" {
        return None;
    }
    let domain = capitalised(&get("domain").replace('_', " "));
    let referral = if get("open_referral_id").is_empty() { String::new() } else { "; a referral is open".to_owned() };
    match get("age") {
        "current" => Some(format!("{domain}: said or coded on {}{referral}.", get("evidence_date"))),
        "ask_again" => Some(format!("{domain}: was a problem on {}; ask again{referral}.", get("evidence_date"))),
        _ => None,
    }
}

fn due_sentence(row: &[(&'static str, String)]) -> String {
    let get = |name: &str| cell(row, name);
    let what = capitalised(&get("item").replace('_', " "));
    let detail = get("detail").replace('_', " ");
    let detail = if detail.is_empty() || detail == get("item").replace('_', " ") {
        String::new()
    } else {
        format!(" ({detail})")
    };
    format!("{what}{detail}{}.", due_words(get("due_date"), get("slack_business_days")))
}

fn waiting_sentence(row: &[(&'static str, String)]) -> String {
    let why = match cell(row, "reason") {
        "CAPACITY" => "those who could take the case are full",
        "NO_ELIGIBLE_CM" => "nobody of the roster may take the case",
        other => other,
    };
    format!("No care manager yet: {why}.")
}

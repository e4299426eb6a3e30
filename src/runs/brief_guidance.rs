//! What the playbook and the programmes put on a brief: first action, five questions, red flags, teaching point, programmes
//! by name. Owns their words for a reader; refuses to choose a segment or to match a programme.

use std::path::Path;

use crate::domain::{Day, SEE_RECORD, capitalised};
use crate::playbook::{Placeholder, Playbook, Segment, Sensitivity, fill_template};
use crate::publish::{Brief, is_flag_set};
use crate::reference::plain_day;

/// Who reads, and when.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// May read sensitive conditions in plain words.
    pub sensitive: bool,
    /// Night.
    pub as_of: Day,
    /// The primary care provider's name; empty when it is not known.
    pub pcp: &'a str,
}

/// The playbook that a run was made with; none for a run of an earlier version.
#[must_use]
pub fn playbook_of_run(run: &Path) -> Option<Playbook> {
    let text = std::fs::read_to_string(run.join("playbook.toml")).ok()?;
    Playbook::parse(&text, "playbook.toml").ok()
}

/// Abuse is told on no page; the rest to whom may read it.
fn is_hidden(sensitivity: Sensitivity, reader: Reader<'_>) -> bool {
    match sensitivity {
        Sensitivity::No | Sensitivity::Reproductive => false,
        Sensitivity::Abuse => true,
        Sensitivity::Psychiatric | Sensitivity::SubstanceUse => !reader.sensitive,
    }
}

/// Puts a person's plan on the brief; `cell` reads a row of `measures/plans`.
pub fn put_plan(brief: &mut Brief, playbook: &Playbook, cell: &dyn Fn(&str) -> String, reader: Reader<'_>) {
    let Some(segment) = playbook.find(&cell("segment")) else { return };
    // A word that is none hides: it can only come from a later version.
    let sensitivity = Sensitivity::parse(&cell("sensitive")).unwrap_or(Sensitivity::Psychiatric);
    let hidden = is_hidden(sensitivity, reader);
    if brief.action.is_empty() {
        brief.action = if hidden { capitalised(SEE_RECORD) } else { format!("{}.", cell("action")) };
        brief.consult = if hidden { SEE_RECORD.to_owned() } else { cell("discipline") };
    }
    if hidden {
        brief.questions = vec![SEE_RECORD.to_owned()];
        return;
    }
    brief.questions = segment.question.iter().map(|q| q.ask.clone()).collect();
    brief.red_flags = red_flags(segment, reader.pcp);
    brief.teaching = format!("{} Teach back: {}", segment.message, segment.teach_back);
}

/// The answers that must not wait, each with what to do then.
fn red_flags(segment: &Segment, pcp: &str) -> Vec<String> {
    let pcp = if pcp.is_empty() { "the primary care doctor" } else { pcp };
    let value = |p: Placeholder| match p {
        Placeholder::Pcp => Some(pcp.to_owned()),
        Placeholder::Date => Some("the event".to_owned()),
        _ => None,
    };
    let asked = segment.question.iter().filter(|q| !q.red_flag.trim().is_empty());
    asked
        .map(|q| match fill_template(&q.then, &value) {
            Some(then) => format!("{} → {then}", q.red_flag),
            None => q.red_flag.clone(),
        })
        .collect()
}

/// A programme that the person qualifies for, as a brief says it; `cell` reads a row of `measures/programs`.
#[must_use]
pub fn program_line(cell: &dyn Fn(&str) -> String, reader: Reader<'_>) -> String {
    if is_flag_set(&cell("sensitive")) && !reader.sensitive {
        return SEE_RECORD.to_owned();
    }
    let day = |name: &str| Day::parse_iso(&cell(name)).map(|d| plain_day(d, reader.as_of));
    let since = day("eligible_since").map_or_else(String::new, |d| format!(", qualifies since {d}"));
    let consent = match cell("consent").as_str() {
        "" | "not_needed" => String::new(),
        "missing" => ", consent not asked yet".to_owned(),
        other => format!(", consent {other}"),
    };
    let conflict = match (cell("conflict"), day("conflict_date")) {
        (code, Some(day)) if !code.is_empty() => format!(", not beside {code} of {day}"),
        _ => String::new(),
    };
    let billed = day("billed").map_or_else(String::new, |d| format!(", billed {d}"));
    format!("{}{since}{consent}{conflict}{billed}", cell("name"))
}

/// What a task of a goal says of it: problem, goal, where it began and what it aims at; `cell` reads a row of `care_tasks`.
#[must_use]
pub fn goal_words(cell: &dyn Fn(&str) -> String) -> String {
    let (problem, goal) = (cell("problem"), cell("goal_text"));
    let mut out = String::new();
    for text in [problem, goal].iter().filter(|t| !t.is_empty()) {
        out.push_str(": ");
        out.push_str(text);
    }
    out.push_str(&match (cell("baseline").as_str(), cell("target").as_str()) {
        ("", "") => String::new(),
        ("", target) => format!(" (aim: {target})"),
        (baseline, "") => format!(" (began at {baseline})"),
        (baseline, target) => format!(" ({baseline} → {target})"),
    });
    out
}

/// A problem that no open task takes up yet, with the goal to begin with; `cell` reads a row of `measures/problems`.
#[must_use]
pub fn problem_line(cell: &dyn Fn(&str) -> String, reader: Reader<'_>) -> Option<String> {
    if is_flag_set(&cell("planned")) {
        return None;
    }
    if is_flag_set(&cell("sensitive")) && !reader.sensitive {
        return Some(SEE_RECORD.to_owned());
    }
    let from = Some(cell("baseline")).filter(|b| !b.is_empty()).map_or_else(String::new, |b| format!(" (now {b})"));
    Some(format!("{}{from}: {}; {}", cell("name"), cell("goal"), cell("target")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(sensitive: bool) -> Reader<'static> {
        Reader { sensitive, as_of: Day::parse_iso("2026-06-30").expect("a day"), pcp: "Dr Ng" }
    }

    fn plan(segment: &'static str, sensitive: &'static str) -> impl Fn(&str) -> String {
        move |column: &str| match column {
            "segment" => segment.to_owned(),
            "sensitive" => sensitive.to_owned(),
            "action" => "Call: ask".to_owned(),
            "discipline" => "RN".to_owned(),
            _ => String::new(),
        }
    }

    #[test]
    fn a_brief_has_five_questions_or_see_record() {
        let playbook = Playbook::embedded().expect("the shipped playbook");
        let told = |segment, sensitive, role| {
            let mut brief = Brief::default();
            put_plan(&mut brief, &playbook, &plan(segment, sensitive), reader(role));
            brief
        };
        let heart = told("heart_failure", "no", false);
        assert_eq!((heart.action.as_str(), heart.consult.as_str(), heart.questions.len()), ("Call: ask.", "RN", 5));
        assert!(heart.red_flags.iter().all(|f| !f.contains('{')), "{:?}", heart.red_flags);
        assert!(heart.teaching.contains("Teach back: "));
        for (segment, sensitive, role) in [
            ("depression_anxiety", "psychiatric", false),
            ("opioid_use", "substance_use", false),
            ("safety_need", "abuse", true),
            ("late_fills", "psychiatric", false),
        ] {
            let masked = told(segment, sensitive, role);
            assert_eq!(masked.questions, [SEE_RECORD], "{segment}");
            let texts = [masked.action, masked.consult, masked.teaching, masked.red_flags.join(" ")].concat();
            assert_eq!(texts, format!("See record{SEE_RECORD}"), "{segment}");
        }
        assert_eq!(told("depression_anxiety", "psychiatric", true).questions.len(), 5);
        // What the list says first stays.
        let mut listed = Brief { action: "Call by Jul 2.".to_owned(), ..Brief::default() };
        put_plan(&mut listed, &playbook, &plan("general", "no"), reader(false));
        assert_eq!(listed.action, "Call by Jul 2.");
    }

    #[test]
    fn goals_and_problems_are_told_in_a_line() {
        let goal = |column: &str| match column {
            "problem" => "Diabetes".to_owned(),
            "goal_text" => "sugar at goal".to_owned(),
            "baseline" => "9.4".to_owned(),
            "target" => "8".to_owned(),
            _ => String::new(),
        };
        assert_eq!(goal_words(&goal), ": Diabetes: sugar at goal (9.4 → 8)");
        assert_eq!(goal_words(&|_| String::new()), "");
        let problem = |planned: &'static str, sensitive: &'static str| {
            move |column: &str| match column {
                "name" => "Low mood".to_owned(),
                "goal" => "feels better".to_owned(),
                "target" => "PHQ-9 below 10".to_owned(),
                "baseline" => "14".to_owned(),
                "planned" => planned.to_owned(),
                _ => sensitive.to_owned(),
            }
        };
        assert_eq!(problem_line(&problem("1", "0"), reader(true)), None);
        assert_eq!(problem_line(&problem("0", "1"), reader(false)), Some(SEE_RECORD.to_owned()));
        let told = "Low mood (now 14): feels better; PHQ-9 below 10";
        assert_eq!(problem_line(&problem("0", "1"), reader(true)), Some(told.to_owned()));
    }

    #[test]
    fn a_programme_says_where_it_stands() {
        let cells = |column: &str| match column {
            "name" => "Chronic care management".to_owned(),
            "eligible_since" => "2026-06-12".to_owned(),
            "consent" => "missing".to_owned(),
            "conflict" => "99426".to_owned(),
            "conflict_date" => "2026-06-03".to_owned(),
            _ => String::new(),
        };
        assert_eq!(
            program_line(&cells, reader(false)),
            "Chronic care management, qualifies since Jun 12, consent not asked yet, not beside 99426 of Jun 3"
        );
        let hidden = |column: &str| if column == "sensitive" { "1".to_owned() } else { cells(column) };
        assert_eq!(program_line(&hidden, reader(false)), SEE_RECORD);
    }
}

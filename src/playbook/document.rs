//! The playbook as a document: segments in order, each with condition, actions, five questions, red flags and a teaching
//! point. Owns what such a file may say; refuses to ask a member.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::placeholder::{Placeholder, names_in};
use crate::domain::Discipline;
use crate::facts::{Condition, FactSpec, FactTable, RuleFileError, check_conditions, evaluate_conditions};

/// The shipped playbook.
const EMBEDDED: &str = include_str!("../../config/playbook.toml");
/// Questions of a segment.
const QUESTIONS: usize = 5;
/// Segments that a person's plan can name by a small number.
const MOST_SEGMENTS: usize = 200;
/// How many segments may share a question or a red flag.
const SHARED_BY: usize = 2;

/// Whose eyes a segment is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Everybody who works the person.
    No,
    /// Mental health.
    Psychiatric,
    /// Substance use (42 CFR Part 2).
    SubstanceUse,
    /// Violence, neglect: never on a shared sheet.
    Abuse,
    /// Pregnancy and birth, as the organisation decides.
    Reproductive,
}

/// How soon a red flag is acted on, and by whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub enum Urgency {
    /// 911, on the line.
    #[serde(rename = "911")]
    Emergency,
    /// 988, on the line.
    #[serde(rename = "988")]
    Crisis,
    /// A clinician today.
    #[serde(rename = "same_day")]
    SameDay,
    /// A pharmacist today.
    #[serde(rename = "pharmacist")]
    Pharmacist,
    /// A social worker today.
    #[serde(rename = "social_work")]
    SocialWork,
    /// A visit this week.
    #[serde(rename = "same_week")]
    SameWeek,
    /// The supervisor, now.
    #[serde(rename = "supervisor")]
    Supervisor,
    /// Written down.
    #[serde(rename = "note")]
    Note,
}

/// One of the five questions.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What to ask, open-ended.
    pub ask: String,
    /// The answer that must not wait; empty when none does.
    pub red_flag: String,
    /// What to do then.
    pub then: String,
    /// How soon.
    pub urgency: Urgency,
}

/// What to do first. The first whose condition holds and whose placeholders can be filled is said.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Condition over facts; none for the last, which always holds.
    #[serde(default)]
    pub when: Option<String>,
    /// What to do, with `{placeholders}`.
    pub text: String,
    /// The same for a shared sheet, when it must say less.
    #[serde(default)]
    pub shared: Option<String>,
    /// Who does it.
    pub discipline: Discipline,
    /// Business days from the work day; a clock's own due day wins when earlier.
    pub within_business_days: u32,
    /// The step after it.
    pub then: String,
    /// When it is done.
    pub closed_when: String,
}

impl Sensitivity {
    const ALL: [Self; 5] = [Self::No, Self::Psychiatric, Self::SubstanceUse, Self::Abuse, Self::Reproductive];

    /// Reads the word of the files; none when it is not on the list.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// The word of the files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Psychiatric => "psychiatric",
            Self::SubstanceUse => "substance_use",
            Self::Abuse => "abuse",
            Self::Reproductive => "reproductive",
        }
    }
}

impl Action {
    /// What a sheet says on which roles are mixed.
    #[must_use]
    pub fn shared_text(&self) -> &str {
        self.shared.as_deref().unwrap_or(&self.text)
    }
}

/// A segment: people who are called for one thing first.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Id, unique in the file.
    pub id: String,
    /// Name.
    pub name: String,
    /// Name on a sheet on which roles are mixed.
    pub shared_name: String,
    /// Whose eyes it is for.
    pub sensitive: Sensitivity,
    /// The condition in words.
    pub meaning: String,
    /// The condition over facts.
    pub when: String,
    /// Why it stands where it stands.
    pub why: String,
    /// Who calls.
    pub discipline: Discipline,
    /// Whom to ask.
    pub consult: String,
    /// What it rests on, public.
    pub source: String,
    /// What the person is asked to say back.
    pub teach_back: String,
    /// The teaching point.
    pub message: String,
    /// What to do first, most specific first.
    pub action: Vec<Action>,
    /// Five questions.
    pub question: Vec<Question>,
}

/// The playbook: the first segment whose condition holds is the person's.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    /// Version of the form.
    pub version: u32,
    /// Segments in order.
    pub segment: Vec<Segment>,
    #[serde(skip)]
    file: String,
    /// The file as it was read: a run keeps it beside its pages.
    #[serde(skip)]
    text: String,
}

impl Playbook {
    /// The shipped playbook.
    ///
    /// # Errors
    /// Never with the file that was compiled in; the reader cannot know.
    pub fn embedded() -> Result<Self, RuleFileError> {
        Self::parse(EMBEDDED, "config/playbook.toml")
    }

    /// Reads a playbook; `file` is its name in errors.
    ///
    /// # Errors
    /// No TOML, a missing or unknown key, a word that is not allowed: with the line.
    pub fn parse(text: &str, file: &str) -> Result<Self, RuleFileError> {
        let mut read: Self = toml::from_str(text).map_err(|e| RuleFileError::unreadable(file, &e))?;
        file.clone_into(&mut read.file);
        text.clone_into(&mut read.text);
        Ok(read)
    }

    /// The file as it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A segment by its id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Segment> {
        self.segment.iter().find(|s| s.id == id)
    }

    /// Judges the whole playbook against the facts that a member has, before anybody is looked at.
    ///
    /// # Errors
    /// Every fault with its place: conditions that cannot be asked, a segment without five questions, ids twice,
    /// questions or red flags shared too widely, unknown placeholders, nobody's segment for somebody of whom nothing is
    /// known.
    pub fn check(&self, specs: &[FactSpec]) -> Result<(), RuleFileError> {
        let mut problems = self.faults_of_form();
        let conditions: Vec<Condition> =
            self.conditions().chain(self.action_conditions().into_iter().map(|(_, _, c)| c)).collect();
        match check_conditions(specs, &conditions) {
            Err(bad) => problems.extend(bad.into_iter().map(|b| b.to_string())),
            Ok(()) if !self.serves_everybody(specs) => {
                problems.push("the last [[segment]] must hold for everybody: when = \"1 = 1\"".to_owned());
            }
            Ok(()) => {}
        }
        if problems.is_empty() { Ok(()) } else { Err(RuleFileError::Wrong { file: self.file.clone(), problems }) }
    }

    /// The conditions of the segments, in order.
    pub(super) fn conditions(&self) -> impl Iterator<Item = Condition> {
        self.segment.iter().map(|s| Condition { place: format!("[[segment]] {}, when", s.id), sql: s.when.clone() })
    }

    /// The conditions of actions that have one: segment, action, condition.
    pub(super) fn action_conditions(&self) -> Vec<(usize, usize, Condition)> {
        let of_segment = |(at, s): (usize, &Segment)| -> Vec<(usize, usize, Condition)> {
            let with = s.action.iter().enumerate().filter_map(|(n, a)| Some((n, a.when.clone()?)));
            with.map(|(n, sql)| {
                (at, n, Condition { place: format!("[[segment]] {}, action {}, when", s.id, n + 1), sql })
            })
            .collect()
        };
        self.segment.iter().enumerate().flat_map(of_segment).collect()
    }

    /// Somebody of whom nothing is known has a segment.
    fn serves_everybody(&self, specs: &[FactSpec]) -> bool {
        let mut unknown = FactTable::new(specs);
        unknown.push_row([]);
        let last: Vec<Condition> = self.conditions().last().into_iter().collect();
        evaluate_conditions(&unknown, &last).is_ok_and(|answers| answers.first().is_some_and(|a| a == &[true]))
    }

    fn faults_of_form(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.version != 1 {
            faults.push(format!("version = {}: this program reads version 1", self.version));
        }
        if self.segment.len() > MOST_SEGMENTS {
            faults.push(format!("{} segments; {MOST_SEGMENTS} at most", self.segment.len()));
        }
        let mut ids = BTreeSet::new();
        for s in &self.segment {
            if !ids.insert(&s.id) {
                faults.push(format!("[[segment]] {}: the id stands twice", s.id));
            }
            if s.question.len() != QUESTIONS {
                faults.push(format!("[[segment]] {}: {} questions, must be {QUESTIONS}", s.id, s.question.len()));
            }
            if s.action.last().is_none_or(|a| a.when.is_some()) {
                faults.push(format!("[[segment]] {}: the last action must have no `when`", s.id));
            }
            let said = s.action.iter().flat_map(|a| [&*a.text, a.shared_text(), &*a.then]);
            for text in said.chain(s.question.iter().flat_map(|q| [&*q.ask, &*q.then])) {
                for name in names_in(text).filter(|n| Placeholder::parse(n).is_none()) {
                    let near = Placeholder::WORDS.iter().min_by_key(|p| strsim::levenshtein(p, name)).unwrap_or(&"");
                    faults
                        .push(format!("[[segment]] {}: {{{name}}} is no placeholder; did you mean {{{near}}}?", s.id));
                }
            }
        }
        faults.extend(self.shared_too_widely());
        faults
    }

    /// A question or red flag that more than two segments share says nothing about any of them.
    fn shared_too_widely(&self) -> Vec<String> {
        let mut users: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
        for s in &self.segment {
            for q in &s.question {
                for (what, text) in [("question", &q.ask), ("red flag", &q.red_flag)] {
                    if !text.trim().is_empty() {
                        users.entry((what, text.trim().to_lowercase())).or_default().insert(&s.id);
                    }
                }
            }
        }
        users
            .into_iter()
            .filter(|(_, segments)| segments.len() > SHARED_BY)
            .map(|((what, text), segments)| {
                let of: Vec<&str> = segments.into_iter().collect();
                format!("the {what} \"{text}\" is shared by {}; {SHARED_BY} segments at most", of.join(", "))
            })
            .collect()
    }
}

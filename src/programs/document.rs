//! The rules of programmes as a document. Owns what such a file may say; refuses to ask a member.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::facts::{Condition, FactSpec, RuleFileError, check_conditions};

/// The shipped rules.
const EMBEDDED: &str = include_str!("../../config/programs.toml");

/// Programmes that one word of bits can hold.
const MOST_PROGRAMS: usize = 32;

/// Whether a person must have agreed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgramConsent {
    /// Nothing is asked.
    NotNeeded,
    /// Agreed once, written down, before the first service.
    Needed,
    /// A talk comes first; nothing is billed on it alone.
    TalkFirst,
}

/// One programme.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Id, as the consent extract names it (case does not matter).
    pub id: String,
    /// Name.
    pub name: String,
    /// Who qualifies: a condition over facts.
    pub when: String,
    /// Facts that are told as evidence, where they are known.
    pub evidence: Vec<String>,
    /// Consent.
    pub consent: ProgramConsent,
    /// Procedure codes of the programme itself.
    pub codes: Vec<String>,
    /// Days for which one of its codes says that it is billed already.
    pub billed_days: i32,
    /// Procedure codes that may not be billed beside it.
    pub conflicts: Vec<String>,
    /// Days for which such a code is a conflict.
    pub conflict_days: i32,
    /// The public rule it rests on.
    pub source: String,
}

/// The programmes, in the order of the file.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programs {
    /// Version of the form.
    pub version: u32,
    /// Programmes.
    pub program: Vec<Program>,
    #[serde(skip)]
    file: String,
}

impl Programs {
    /// The shipped rules.
    ///
    /// # Errors
    /// Never with the file that was compiled in; the reader cannot know.
    pub fn embedded() -> Result<Self, RuleFileError> {
        Self::parse(EMBEDDED, "config/programs.toml")
    }

    /// Reads rules; `file` is their name in errors.
    ///
    /// # Errors
    /// No TOML, a missing or unknown key, a word that is not allowed: with the line.
    pub fn parse(text: &str, file: &str) -> Result<Self, RuleFileError> {
        let mut read: Self = toml::from_str(text).map_err(|e| RuleFileError::unreadable(file, &e))?;
        file.clone_into(&mut read.file);
        Ok(read)
    }

    /// Judges the rules against the facts that a member has, before anybody is looked at.
    ///
    /// # Errors
    /// Every fault with its place: conditions that cannot be asked, evidence that is no fact, ids twice, codes of the
    /// wrong form, a programme in conflict with itself.
    pub fn check(&self, specs: &[FactSpec]) -> Result<(), RuleFileError> {
        let mut problems = Vec::new();
        if self.version != 1 {
            problems.push(format!("version = {}: this program reads version 1", self.version));
        }
        if self.program.len() > MOST_PROGRAMS {
            problems.push(format!("{} programmes; {MOST_PROGRAMS} at most", self.program.len()));
        }
        let mut ids = BTreeSet::new();
        for p in &self.program {
            let place = format!("[[program]] {}", p.id);
            if !ids.insert(p.id.to_uppercase()) {
                problems.push(format!("{place}: the id stands twice"));
            }
            if p.source.trim().is_empty() {
                problems.push(format!("{place}: names no source"));
            }
            if p.billed_days < 0 || p.conflict_days < 0 {
                problems.push(format!("{place}: days must be 0 or more"));
            }
            let unknown = p.evidence.iter().filter(|e| specs.iter().all(|s| s.name != e.as_str()));
            problems.extend(unknown.map(|e| format!("{place}, evidence: `{e}` is no fact of a member")));
            let is_code = |c: &&String| c.len() == 5 && c.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
            let codes = p.codes.iter().chain(&p.conflicts).filter(|c| !is_code(c));
            problems.extend(codes.map(|c| format!("{place}: `{c}` is no procedure code of five characters")));
            let both = p.codes.iter().filter(|c| p.conflicts.contains(c));
            problems.extend(both.map(|c| format!("{place}: {c} cannot be its own conflict")));
        }
        if let Err(bad) = check_conditions(specs, &self.conditions()) {
            problems.extend(bad.into_iter().map(|b| b.to_string()));
        }
        if problems.is_empty() { Ok(()) } else { Err(RuleFileError::Wrong { file: self.file.clone(), problems }) }
    }

    /// The conditions, in order.
    pub(super) fn conditions(&self) -> Vec<Condition> {
        let condition = |p: &Program| Condition { place: format!("[[program]] {}, when", p.id), sql: p.when.clone() };
        self.program.iter().map(condition).collect()
    }
}

//! A member matched with the programmes. Owns evidence, consent, conflict and bill of a match; refuses to decide who bills.

use super::document::{Program, ProgramConsent, Programs};
use crate::domain::{ConsentStatus, Day};
use crate::facts::{FactTable, PreparedConditions, RuleFileError};

/// What claims and consents say of a member, as of the night.
#[derive(Clone, Debug, Default)]
pub struct MemberServices<'a> {
    /// Procedure codes of final claim lines with their day.
    pub services: Vec<(&'a str, Day)>,
    /// Programme, answer and day of each consent.
    pub consents: Vec<(&'a str, ConsentStatus, Day)>,
    /// Programmes for which the earlier run had the member, with the day since when.
    pub earlier: Vec<(&'a str, Day)>,
}

/// Where consent stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsentState {
    /// Nothing is asked.
    NotNeeded,
    /// Given and not taken back.
    Given,
    /// Not asked yet, as far as is known.
    Missing,
    /// Refused.
    Refused,
    /// Given and taken back.
    Withdrawn,
}

impl ConsentState {
    /// The word of the files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotNeeded => "not_needed",
            Self::Given => "given",
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// One member who qualifies for one programme.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProgramRow {
    /// Place of the member in the table of facts.
    pub member: usize,
    /// Place of the programme in the file.
    pub program: usize,
    /// The first of the nights in a row on which the member qualified.
    pub eligible_since: Day,
    /// Facts that speak for it: `name value`, joined by `; `.
    pub evidence: String,
    /// Where consent stands.
    pub consent: ConsentState,
    /// The newest service that may not be billed beside it, with its day.
    pub conflict: Option<(String, Day)>,
    /// The newest day on which the programme itself was billed.
    pub billed: Option<Day>,
}

/// Programmes whose conditions are read, to be asked of many members.
pub struct Matcher<'p> {
    programs: &'p Programs,
    conditions: PreparedConditions,
}

impl<'p> Matcher<'p> {
    /// Reads the conditions of the rules.
    ///
    /// # Errors
    /// A condition that is no SQL; rules that were checked have none.
    pub fn new(programs: &'p Programs) -> Result<Self, RuleFileError> {
        Ok(Self { programs, conditions: PreparedConditions::read(programs.conditions())? })
    }

    /// Every member of the table who qualifies for a programme: by member, then in the order of the file.
    ///
    /// # Errors
    /// A condition that cannot be asked; rules that were checked have none.
    pub fn match_members(
        &self,
        table: &FactTable,
        services: &[MemberServices<'_>],
        as_of: Day,
    ) -> Result<Vec<ProgramRow>, RuleFileError> {
        let holds = self.conditions.ask(table)?;
        let nothing = MemberServices::default();
        let mut rows = Vec::new();
        for member in 0..table.rows() {
            let known = services.get(member).unwrap_or(&nothing);
            let all = self.programs.program.iter().enumerate();
            for (at, program) in all.filter(|(at, _)| holds[*at].get(member) == Some(&true)) {
                rows.push(ProgramRow {
                    member,
                    program: at,
                    eligible_since: eligible_since(program, known, as_of),
                    evidence: tell_evidence(program, table, member),
                    consent: consent_state(program, known, as_of),
                    conflict: newest_service(&program.conflicts, known, as_of, program.conflict_days)
                        .map(|(code, day)| (code.to_owned(), day)),
                    billed: newest_service(&program.codes, known, as_of, program.billed_days).map(|(_, day)| day),
                });
            }
        }
        Ok(rows)
    }
}

/// Every member who qualifies for a programme: by member, then in the order of the file.
///
/// # Errors
/// A condition that cannot be asked; rules that were checked have none.
pub fn match_programs(
    programs: &Programs,
    table: &FactTable,
    services: &[MemberServices<'_>],
    as_of: Day,
) -> Result<Vec<ProgramRow>, RuleFileError> {
    Matcher::new(programs)?.match_members(table, services, as_of)
}

fn eligible_since(program: &Program, known: &MemberServices<'_>, as_of: Day) -> Day {
    let earlier = known.earlier.iter().filter(|(id, _)| id.eq_ignore_ascii_case(&program.id));
    earlier.map(|(_, day)| *day).min().unwrap_or(as_of).min(as_of)
}

fn tell_evidence(program: &Program, table: &FactTable, member: usize) -> String {
    let told = program.evidence.iter().filter_map(|name| Some(format!("{name} {}", table.text_of(member, name)?)));
    told.collect::<Vec<_>>().join("; ")
}

/// The newest answer counts; of one day a withdrawal counts over a consent, and a refusal between them.
fn consent_state(program: &Program, known: &MemberServices<'_>, as_of: Day) -> ConsentState {
    if program.consent == ProgramConsent::NotNeeded {
        return ConsentState::NotNeeded;
    }
    let weight = |status: ConsentStatus| match status {
        ConsentStatus::Given => 0,
        ConsentStatus::Refused => 1,
        ConsentStatus::Withdrawn => 2,
    };
    let answers = known.consents.iter().filter(|(id, _, day)| id.eq_ignore_ascii_case(&program.id) && *day <= as_of);
    match answers.map(|(_, status, day)| (*day, weight(*status))).max() {
        None => ConsentState::Missing,
        Some((_, 0)) => ConsentState::Given,
        Some((_, 1)) => ConsentState::Refused,
        Some(_) => ConsentState::Withdrawn,
    }
}

/// The newest of some codes within so many days to the night, the night itself included; the lowest code of one day.
fn newest_service<'a>(codes: &[String], known: &MemberServices<'a>, as_of: Day, days: i32) -> Option<(&'a str, Day)> {
    let recent = |day: Day| day <= as_of && as_of.since(day) < days;
    let found = known.services.iter().filter(|(code, day)| recent(*day) && codes.iter().any(|c| c == code));
    found.copied().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)))
}

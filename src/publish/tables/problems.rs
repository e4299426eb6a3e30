//! `measures/problems`: problems that a care plan may take up. Owns its columns; refuses to find a problem.

use crate::playbook::{Problem, ProblemRow};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, flag, text};

/// One problem of one member.
pub struct ProblemsRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The problem.
    pub problem: &'a Problem,
    /// Evidence and baseline.
    pub row: &'a ProblemRow,
    /// An open care task names it.
    pub planned: bool,
    /// A fact that speaks in the condition rests on a sensitive code.
    pub sensitive: bool,
}

/// Rows of `measures/problems`.
pub enum Problems {}

impl RowFamily for Problems {
    type Row<'a> = ProblemsRow<'a>;
}

/// `measures/problems`.
pub static TABLE: Table<Problems> = Table {
    name: "measures/problems",
    grain: "member alive and enrolled, and problem that a care plan may take up, in the order of the rules' file",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("problem", "id of the problem in the rules' file", |r| (&r.problem.id).into()),
        text("name", "its name", |r| (&r.problem.name).into()),
        text("evidence", "facts of the rule that are known: name and value, joined by ;", |r| {
            Some(r.row.evidence.as_str()).filter(|t| !t.is_empty()).into()
        }),
        text("goal", "the goal to begin with", |r| (&r.problem.goal).into()),
        text("baseline", "where it begins: the value of the rule's fact; empty when not known", |r| {
            r.row.baseline.as_deref().into()
        }),
        text("target", "what it aims at", |r| (&r.problem.target).into()),
        flag("planned", "an open care task names the problem by its id or name", |r| r.planned.into()),
        flag("sensitive", "rests on a sensitive code: masked where a role may not read that", |r| r.sensitive.into()),
    ],
};

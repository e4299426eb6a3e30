//! One condition in SQL: judged on no rows, asked of all. Owns what a condition may say; refuses to print a value.

use polars::prelude as pl;
use polars::prelude::IntoLazy as _;

use super::table::{FactSpec, FactTable};
use crate::features::FACTS_LEFT_OUT;

/// A condition and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// Where it stands, for whoever has to mend it: `[[segment]] heart_failure, when`.
    pub place: String,
    /// A boolean SQL expression over facts; an unknown fact makes it unknown, and unknown is no.
    pub sql: String,
}

/// Why a condition cannot be asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct BadCondition {
    /// Where it stands.
    pub place: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Words of SQL that are no facts.
const SQL_WORDS: [&str; 22] = [
    "and", "or", "not", "between", "in", "is", "null", "true", "false", "like", "case", "when", "then", "else", "end",
    "cast", "as", "date", "integer", "double", "interval", "distinct",
];

/// The names in a condition that must be facts, in order and once each.
#[must_use]
pub fn facts_named(sql: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = sql;
    while let Some(at) = rest.find(|c: char| c == '\'' || c.is_alphabetic() || c == '_') {
        rest = &rest[at..];
        if let Some(text) = rest.strip_prefix('\'') {
            // A literal ends at the next quote; a doubled quote opens the next literal at once.
            rest = text.split_once('\'').map_or("", |(_, after)| after);
            continue;
        }
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        let is_function = after.trim_start().starts_with('(');
        let lower = word.to_lowercase();
        if !is_function && !SQL_WORDS.contains(&lower.as_str()) && !names.contains(&lower) {
            names.push(lower);
        }
    }
    names
}

/// Judges conditions without any member: unknown facts with the nearest name, syntax, and a result that is no yes or no.
///
/// # Errors
/// Every condition that cannot be asked.
pub fn check_conditions(specs: &[FactSpec], conditions: &[Condition]) -> Result<(), Vec<BadCondition>> {
    let nobody = FactTable::new(specs).frame();
    // All in one sweep; only when one of them cannot be asked is each asked by itself.
    let known = conditions.iter().all(|c| unknown_fact(specs, &c.sql).is_none());
    if known && PreparedConditions::read(conditions.to_vec()).is_ok_and(|all| all.sweep(nobody.as_ref()).is_ok()) {
        return Ok(());
    }
    let bad: Vec<BadCondition> = conditions
        .iter()
        .filter_map(|condition| {
            let problem =
                unknown_fact(specs, &condition.sql).map_or_else(|| ask(nobody.as_ref(), condition).err(), Some)?;
            Some(BadCondition { place: condition.place.clone(), problem })
        })
        .collect();
    if bad.is_empty() { Ok(()) } else { Err(bad) }
}

fn unknown_fact(specs: &[FactSpec], sql: &str) -> Option<String> {
    let unknown = facts_named(sql).into_iter().find(|name| specs.iter().all(|s| s.name != name))?;
    if let Some((_, why)) = FACTS_LEFT_OUT.iter().find(|(name, _)| *name == unknown) {
        return Some(format!("`{unknown}` is no fact of a member: {why}"));
    }
    let nearest = specs.iter().map(|s| s.name).min_by_key(|name| strsim::levenshtein(name, &unknown));
    Some(match nearest {
        Some(name) => format!("`{unknown}` is no fact of a member; did you mean `{name}`?"),
        None => format!("`{unknown}` is no fact of a member"),
    })
}

/// Conditions read once and asked of many tables, all in one sweep of a table.
pub struct PreparedConditions {
    conditions: Vec<Condition>,
    expressions: Vec<pl::Expr>,
}

impl PreparedConditions {
    /// Reads the conditions.
    ///
    /// # Errors
    /// The first that is no SQL.
    pub fn read(conditions: Vec<Condition>) -> Result<Self, BadCondition> {
        let name = |at: usize| answer_name(at);
        let parse = |(at, c): (usize, &Condition)| {
            let read = polars::sql::sql_expr(&c.sql);
            let bad = |why| BadCondition { place: c.place.clone(), problem: first_line(&why) };
            read.map(|e| e.alias(name(at))).map_err(bad)
        };
        let expressions = conditions.iter().enumerate().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { conditions, expressions })
    }

    /// One list a condition, one answer a member in the order of the table.
    ///
    /// # Errors
    /// The first condition that cannot be asked; conditions that were checked can.
    pub fn ask(&self, table: &FactTable) -> Result<Vec<Vec<bool>>, BadCondition> {
        if table.rows() == 0 || self.expressions.is_empty() {
            return Ok(vec![Vec::new(); self.expressions.len()]);
        }
        let frame = table.frame();
        if let Ok(answers) = self.sweep(frame.as_ref()) {
            return Ok(answers);
        }
        // One of them cannot be asked: each by itself tells which.
        let alone =
            |c: &Condition| ask(frame.as_ref(), c).map_err(|problem| BadCondition { place: c.place.clone(), problem });
        self.conditions.iter().map(alone).collect()
    }

    fn sweep(&self, frame: Result<&pl::DataFrame, &pl::PolarsError>) -> Result<Vec<Vec<bool>>, String> {
        let refused = |why: pl::PolarsError| first_line(&why);
        let lazy = frame.map_err(first_line)?.clone().lazy().with_columns(&self.expressions);
        let names: Vec<pl::Expr> = (0..self.expressions.len()).map(|at| pl::col(answer_name(at))).collect();
        let answers = lazy.select(names).collect().map_err(refused)?;
        let told = |at: usize| {
            let column = answers.column(&answer_name(at)).map_err(refused)?.bool().map_err(refused)?;
            Ok(column.iter().map(|one| one == Some(true)).collect())
        };
        (0..self.expressions.len()).map(told).collect()
    }
}

/// The column of an answer: no fact is named like it.
fn answer_name(at: usize) -> String {
    format!("answer {at}")
}

/// Asks every condition of every member: one list a condition, one answer a member in the order of the table.
///
/// # Errors
/// The first condition that cannot be asked; conditions that were checked can.
pub fn evaluate_conditions(table: &FactTable, conditions: &[Condition]) -> Result<Vec<Vec<bool>>, BadCondition> {
    PreparedConditions::read(conditions.to_vec())?.ask(table)
}

/// What polars says against a condition: its first line; what follows is the plan.
fn first_line(why: &pl::PolarsError) -> String {
    why.to_string().lines().next().unwrap_or_default().to_owned()
}

fn ask(frame: Result<&pl::DataFrame, &pl::PolarsError>, condition: &Condition) -> Result<Vec<bool>, String> {
    let refused = |why: pl::PolarsError| first_line(&why);
    let expression = polars::sql::sql_expr(&condition.sql).map_err(refused)?;
    let frame = frame.map_err(first_line)?;
    // A constant has one row: beside a fact it has as many as there are members.
    let answer = frame.clone().lazy().with_column(expression.alias("answer")).select([pl::col("answer")]);
    let answer = answer.collect().map_err(refused)?;
    let column = answer.column("answer").map_err(refused)?;
    let answers = column.bool().map_err(|_| format!("gives {} where a yes or no is needed", column.dtype()))?;
    Ok(answers.iter().map(|one| one == Some(true)).collect())
}

//! The tables that a chunk of members fills, and the two lists that wait for the whole population. Owns
//! which extracts there are and their columns; refuses to know files and what happens to anybody.

use super::layout;
use super::table::{Columns, Table, schema};
use crate::domain::Day;

/// An episode of care management.
#[derive(Clone, Debug)]
pub struct Case {
    pub member: u64,
    pub since: Day,
    pub end: Day,
    pub reason: &'static str,
    pub acuity: i32,
    pub discipline: &'static str,
    pub focus: &'static str,
    pub language: &'static str,
    pub interpreter: bool,
    pub state: &'static str,
    pub pinned: bool,
}

/// A line of the outreach log.
#[derive(Clone, Debug)]
pub struct Contact {
    pub member: u64,
    pub day: Day,
    pub outcome: &'static str,
    pub channel: &'static str,
    pub program: &'static str,
    pub opt_out: bool,
    pub cooldown: Option<Day>,
}

/// Extracts written chunk by chunk.
pub const STREAMED: [&str; 14] = [
    "eligibility",
    "medical_claim",
    "pharmacy_claim",
    "admission",
    "sdoh_screening",
    "care_task",
    "authorization",
    "referral",
    "lab_result",
    "override",
    "assessment",
    "survey",
    "feature_table",
    "truth",
];

/// The columns of an extract.
#[must_use]
pub fn extract_columns(name: &str) -> Columns {
    match name {
        "eligibility" => layout::eligibility(),
        "medical_claim" => layout::medical_claim(),
        "pharmacy_claim" => layout::pharmacy_claim(),
        "admission" => layout::admission(),
        _ => layout::small(name).unwrap_or_default(),
    }
}

/// An empty table of an extract.
#[must_use]
pub fn empty_table(name: &str) -> Table {
    Table::new(schema(&extract_columns(name)))
}

/// Everything about a member but medical claims and ADT.
pub struct MemberTables {
    pub eligibility: Table,
    pub pharmacy: Table,
    pub screening: Table,
    pub task: Table,
    pub authorization: Table,
    pub referral: Table,
    pub lab: Table,
    pub overrides: Table,
    pub assessment: Table,
    pub survey: Table,
    pub feature: Table,
    pub truth: Table,
    pub cases: Vec<Case>,
    pub contacts: Vec<Contact>,
}

impl MemberTables {
    /// Empty tables.
    #[must_use]
    pub fn new() -> Self {
        Self {
            eligibility: empty_table("eligibility"),
            pharmacy: empty_table("pharmacy_claim"),
            screening: empty_table("sdoh_screening"),
            task: empty_table("care_task"),
            authorization: empty_table("authorization"),
            referral: empty_table("referral"),
            lab: empty_table("lab_result"),
            overrides: empty_table("override"),
            assessment: empty_table("assessment"),
            survey: empty_table("survey"),
            feature: empty_table("feature_table"),
            truth: empty_table("truth"),
            cases: Vec::new(),
            contacts: Vec::new(),
        }
    }
}

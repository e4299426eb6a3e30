//! The tables that a chunk of members fills, and the two lists that wait for the whole population. Owns
//! which extracts there are and their columns; refuses to know files and what happens to anybody.

use super::layout;
use super::plans::Goal;
use super::table::{Columns, Table, schema};
use crate::domain::{ContactOutcome, Day};

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
    pub outcome: ContactOutcome,
    pub channel: &'static str,
    pub program: &'static str,
    pub opt_out: bool,
    pub cooldown: Option<Day>,
    /// The number tried, as a key of [`write_phone`].
    pub number: Option<u64>,
}

/// A due item of a case or a discharge.
#[derive(Clone, Debug)]
pub struct Task {
    pub member: u64,
    pub number: u32,
    pub kind: &'static str,
    pub due: Day,
    pub done: Option<Day>,
    pub goal: Option<(Goal, &'static str)>,
}

/// Extracts written chunk by chunk.
pub const STREAMED: [&str; 17] = [
    "eligibility",
    "medical_claim",
    "pharmacy_claim",
    "admission",
    "sdoh_screening",
    "appointment",
    "problem_list",
    "consent",
    "member_crosswalk",
    "authorization",
    "referral",
    "lab_result",
    "override",
    "assessment",
    "survey",
    "feature_table",
    layout::TRUTH,
];

/// The columns of an extract.
#[must_use]
pub fn extract_columns(name: &str) -> Columns {
    match name {
        "eligibility" => layout::eligibility(),
        "medical_claim" => layout::medical_claim(),
        "pharmacy_claim" => layout::pharmacy_claim(),
        "admission" => layout::admission(),
        _ => layout::small_extract(name).unwrap_or_default(),
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
    pub appointment: Table,
    pub problem: Table,
    pub consent: Table,
    pub crosswalk: Table,
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
    pub tasks: Vec<Task>,
}

impl MemberTables {
    /// Empty tables.
    #[must_use]
    pub fn new() -> Self {
        Self {
            eligibility: empty_table("eligibility"),
            pharmacy: empty_table("pharmacy_claim"),
            screening: empty_table("sdoh_screening"),
            appointment: empty_table("appointment"),
            problem: empty_table("problem_list"),
            consent: empty_table("consent"),
            crosswalk: empty_table("member_crosswalk"),
            authorization: empty_table("authorization"),
            referral: empty_table("referral"),
            lab: empty_table("lab_result"),
            overrides: empty_table("override"),
            assessment: empty_table("assessment"),
            survey: empty_table("survey"),
            feature: empty_table("feature_table"),
            truth: empty_table(layout::TRUTH),
            cases: Vec::new(),
            contacts: Vec::new(),
            tasks: Vec::new(),
        }
    }
}

/// A phone number in an area code that is assigned to nobody and an exchange that the North American plan can hold.
pub fn write_phone(t: &mut Table, key: Option<u64>) {
    match key {
        Some(k) => {
            // A bijection below sixteen million: two homes never share a phone by chance.
            let n = k % 16_000_000 * 7_654_321 % 16_000_000;
            let (exchange, line) = (200 + n % 8_000_000 / 10_000, n % 10_000);
            // One digit repeated is no number.
            let area = if (exchange, line) == (555, 5_555) { 558 } else { 555 + n / 8_000_000 };
            t.put(format_args!("{area}-{exchange:03}-{line:04}"))
        }
        None => t.null(),
    };
}

//! The tables of a run that speak of single people, read for some of them. Owns which these are; refuses to read anybody
//! else's row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::publish::{PublishError, TableScan};

/// Rows of some members in one table, every cell as text.
#[derive(Clone, Debug, Default)]
pub struct PersonTable {
    columns: BTreeMap<String, Vec<String>>,
    by_member: BTreeMap<String, Vec<usize>>,
}

impl PersonTable {
    /// A table; empty when the run, of an earlier version, has none.
    fn read(run: &Path, table: &str, members: &BTreeSet<String>) -> Result<Self, PublishError> {
        if !["parquet", "csv"].iter().any(|form| run.join(format!("{table}.{form}")).exists()) {
            return Ok(Self::default());
        }
        let frame = TableScan::of_run(run, table)?.only_any("member_id", members).read()?;
        let mut out = Self::default();
        for name in frame.names() {
            let cells = frame.cells(&name)?;
            out.columns.insert(name, cells);
        }
        for (at, member) in out.columns.get("member_id").into_iter().flatten().enumerate() {
            out.by_member.entry(member.clone()).or_default().push(at);
        }
        Ok(out)
    }

    /// Rows of a member, in the order of the file.
    pub fn of(&self, member: &str) -> impl Iterator<Item = usize> + '_ {
        self.by_member.get(member).into_iter().flatten().copied()
    }

    /// A cell; empty for nothing, and where the run has no such column.
    #[must_use]
    pub fn cell(&self, column: &str, at: usize) -> &str {
        self.columns.get(column).and_then(|c| c.get(at)).map_or("", String::as_str)
    }
}

/// What a run says of some members.
#[derive(Clone, Debug, Default)]
pub struct PersonTables {
    pub people: PersonTable,
    pub outreach: PersonTable,
    pub suppressed: PersonTable,
    pub assignments: PersonTable,
    pub stays: PersonTable,
    pub ed_visits: PersonTable,
    pub conditions: PersonTable,
    pub labs: PersonTable,
    pub medicines: PersonTable,
    pub contacts: PersonTable,
    pub worklist: PersonTable,
    pub needs: PersonTable,
    pub scores: PersonTable,
    pub care_tasks: PersonTable,
    pub problems: PersonTable,
    pub plans: PersonTable,
    pub programs: PersonTable,
}

impl PersonTables {
    /// Reads them.
    ///
    /// # Errors
    /// When one is damaged.
    pub fn read(run: &Path, members: &BTreeSet<String>) -> Result<Self, PublishError> {
        let table = |name: &str| PersonTable::read(run, name, members);
        Ok(Self {
            people: table("people")?,
            outreach: table("outreach")?,
            suppressed: table("suppressed")?,
            assignments: table("assignments")?,
            stays: table("measures/stays")?,
            ed_visits: table("measures/ed_visits")?,
            conditions: table("measures/conditions")?,
            labs: table("measures/labs")?,
            medicines: table("measures/medicines")?,
            contacts: table("contact_history")?,
            worklist: table("measures/worklist")?,
            needs: table("measures/needs")?,
            scores: table("scores")?,
            care_tasks: table("care_tasks")?,
            problems: table("measures/problems")?,
            plans: table("measures/plans")?,
            programs: table("measures/programs")?,
        })
    }

    /// Whether somebody held the case before tonight.
    #[must_use]
    pub fn is_own_case(&self, member: &str) -> bool {
        self.assignments.of(member).any(|at| self.assignments.cell("status", at) != "new")
    }
}

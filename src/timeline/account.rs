//! What became of rows that a whole member's history leaves out. Owns the counts by extract and rule; refuses to decide
//! any of them.

use std::collections::BTreeMap;

use crate::extracts::Reason;

/// Rows of one extract.
#[derive(Default, Debug)]
pub struct RowAccount {
    /// Rows left out by rule.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Rows rejected after the fact: file, row, reason.
    pub quarantined: Vec<(u32, u64, Reason)>,
}

impl RowAccount {
    /// Counts a row left out.
    pub(super) fn drop_row(&mut self, rule: &'static str) {
        self.drop_rows(rule, 1);
    }

    fn merge(&mut self, other: &Self) {
        for (rule, rows) in &other.dropped {
            *self.dropped.entry(rule).or_default() += rows;
        }
        self.quarantined.extend_from_slice(&other.quarantined);
    }

    /// Counts rows left out.
    pub(super) fn drop_rows(&mut self, rule: &'static str, rows: usize) {
        if rows > 0 {
            *self.dropped.entry(rule).or_default() += rows as u64;
        }
    }
}

/// Rows of the three extracts that make up a history.
#[derive(Default, Debug)]
pub struct LineAccount {
    /// Claim lines.
    pub claims: RowAccount,
    /// ADT rows.
    pub admissions: RowAccount,
    /// Pharmacy rows.
    pub fills: RowAccount,
}

impl LineAccount {
    /// Adds the account of another member.
    pub fn merge(&mut self, other: &Self) {
        self.claims.merge(&other.claims);
        self.admissions.merge(&other.admissions);
        self.fills.merge(&other.fills);
    }

    /// Each account under its extract's name.
    pub fn by_extract(self) -> [(&'static str, RowAccount); 3] {
        [("medical_claim", self.claims), ("admission", self.admissions), ("pharmacy_claim", self.fills)]
    }
}

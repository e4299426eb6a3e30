//! Where the rows of one batch went once their consumer has spoken. Owns the names that quarantine gives a row and the
//! account of a batch; refuses to judge a cell.

use super::batch::{Batch, Unreadable, Verdicts};
use super::contract::ExtractSpec;
use super::ledger::{QuarantineRow, Tally};
use super::reason::Reason;
use super::source::SourceFile;

/// Whose batch it is: how quarantine names a row of it.
#[derive(Clone, Copy)]
pub(super) struct BatchPlace<'a> {
    /// The contract.
    pub spec: &'static ExtractSpec,
    /// The files of the extract.
    pub files: &'a [SourceFile],
}

impl BatchPlace<'_> {
    /// The name of a file; of a view where there is none.
    pub fn file_name(&self, file: usize) -> &str {
        self.files.get(file).map_or("(view)", |f| f.name.as_str())
    }

    /// A row that could not even be cut into fields.
    pub fn unreadable_row(&self, file: usize, row: &Unreadable) -> QuarantineRow {
        QuarantineRow {
            extract: self.spec.name,
            file: self.file_name(file).to_owned(),
            row: row.row,
            column: String::new(),
            reason: row.reason,
            value: String::new(),
        }
    }

    /// A row with a column at fault, by its flat index.
    pub fn quarantine_row(&self, file: usize, row: u64, column: usize, reason: Reason, value: String) -> QuarantineRow {
        let column = self.spec.flat().nth(column).map_or_else(String::new, |(n, _)| n);
        QuarantineRow { extract: self.spec.name, file: self.file_name(file).to_owned(), row, column, reason, value }
    }

    /// The account of a batch: what its reading found, and what its consumer decided.
    pub fn settle(
        &self,
        batch: &Batch,
        verdicts: Verdicts,
        (mut tally, mut quarantine): (Tally, Vec<QuarantineRow>),
    ) -> (Tally, Vec<QuarantineRow>) {
        for (row, column, reason, value) in verdicts.quarantined {
            quarantine.push(self.quarantine_row(batch.file, batch.rows.at(row), column, reason, value));
        }
        for row in &quarantine {
            *tally.quarantined.entry(row.reason).or_default() += 1;
            *tally.by_column.entry((row.column.clone(), row.reason)).or_default() += 1;
        }
        for (reason, n) in verdicts.notes {
            *tally.notes.entry(reason).or_default() += n;
        }
        if !verdicts.column_notes.is_empty() {
            let names: Vec<String> = self.spec.flat().map(|(name, _)| name).collect();
            for ((column, reason), n) in verdicts.column_notes {
                *tally.by_column.entry((names[column].clone(), reason)).or_default() += n;
            }
        }
        for (rule, n) in verdicts.dropped {
            *tally.dropped.entry(rule).or_default() += n;
        }
        tally.newest = verdicts.newest;
        tally.oldest = verdicts.oldest;
        tally.blocks = verdicts.blocks.into_iter().collect();
        tally.rows_used = tally.rows_in - tally.rows_quarantined() - tally.rows_dropped();
        (tally, quarantine)
    }
}

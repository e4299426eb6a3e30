//! The account of an extract and its rejected rows as records. Owns that reasons and rules travel by their codes; refuses
//! a code that this version does not know.

use super::ledger::{QuarantineRow, Tally};
use super::reason::Reason;
use super::refusals::LEFT_OUT;
use crate::domain::{BrokenRecord, Record, RecordReader, put_text};

impl Record for Reason {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self.code(), out);
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        let code = from.text()?;
        Self::ALL.iter().copied().find(|r| r.code() == code).ok_or(BrokenRecord)
    }
}

/// The name of a rule by which rows are left out, as this version knows it.
///
/// # Errors
/// [`BrokenRecord`] when it knows none of that name.
pub fn take_rule(from: &mut RecordReader<'_>) -> Result<&'static str, BrokenRecord> {
    let name = from.text()?;
    LEFT_OUT.iter().map(|rule| rule.0).find(|rule| *rule == name).ok_or(BrokenRecord)
}

impl Record for Tally {
    fn put(&self, out: &mut Vec<u8>) {
        self.rows_in.put(out);
        self.rows_used.put(out);
        self.quarantined.put(out);
        self.dropped.len().put(out);
        for (rule, rows) in &self.dropped {
            put_text(rule, out);
            rows.put(out);
        }
        self.notes.put(out);
        self.by_column.put(out);
        self.codes.put(out);
        self.extra_columns.put(out);
        self.newest.put(out);
        self.oldest.put(out);
        self.blocks.put(out);
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        Ok(Self {
            rows_in: Record::take(from)?,
            rows_used: Record::take(from)?,
            quarantined: Record::take(from)?,
            dropped: (0..from.count()?).map(|_| Ok((take_rule(from)?, u64::take(from)?))).collect::<Result<_, _>>()?,
            notes: Record::take(from)?,
            by_column: Record::take(from)?,
            codes: Record::take(from)?,
            extra_columns: Record::take(from)?,
            newest: Record::take(from)?,
            oldest: Record::take(from)?,
            blocks: Record::take(from)?,
        })
    }
}

/// Rejected rows of one extract, whose name stays behind.
pub fn put_refused(rows: &[QuarantineRow], out: &mut Vec<u8>) {
    rows.len().put(out);
    for row in rows {
        put_text(&row.file, out);
        row.row.put(out);
        put_text(&row.column, out);
        row.reason.put(out);
        put_text(&row.value, out);
    }
}

/// Reads what [`put_refused`] wrote of the extract of that name.
///
/// # Errors
/// [`BrokenRecord`].
pub fn take_refused(extract: &'static str, from: &mut RecordReader<'_>) -> Result<Vec<QuarantineRow>, BrokenRecord> {
    let row = |from: &mut RecordReader<'_>| {
        Ok(QuarantineRow {
            extract,
            file: Record::take(from)?,
            row: Record::take(from)?,
            column: Record::take(from)?,
            reason: Record::take(from)?,
            value: Record::take(from)?,
        })
    };
    (0..from.count()?).map(|_| row(from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_comes_back_whole() {
        let mut tally = Tally { rows_in: 9, rows_used: 4, newest: Some(-2), oldest: None, ..Tally::default() };
        for rule in LEFT_OUT {
            tally.dropped.insert(rule.0, 1);
        }
        for reason in Reason::ALL {
            tally.quarantined.insert(*reason, 2);
            tally.by_column.insert(("zip_code".to_owned(), *reason), 3);
        }
        tally.extra_columns.insert("theirs".to_owned(), 1);
        tally.blocks.insert(-1, 7);
        let back = Tally::from_bytes(&tally.to_bytes()).expect("an account");
        assert_eq!(format!("{back:?}"), format!("{tally:?}"));
        let rows = vec![QuarantineRow {
            extract: "eligibility",
            file: "a.csv".to_owned(),
            row: 7,
            column: "birth_date".to_owned(),
            reason: Reason::BadDate,
            value: "x".to_owned(),
        }];
        let mut bytes = Vec::new();
        put_refused(&rows, &mut bytes);
        assert_eq!(take_refused("eligibility", &mut RecordReader(&bytes)), Ok(rows));
        let mut unknown = Vec::new();
        put_text("no_rule", &mut unknown);
        assert_eq!(take_rule(&mut RecordReader(&unknown)), Err(BrokenRecord));
    }
}

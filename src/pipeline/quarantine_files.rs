//! The two files of rejected rows. Owns which of them shows a value; refuses to judge a row.

use crate::extracts::QuarantineRow;
use crate::publish::{PublishError, Staging, Table, columns, csv_bytes, parquet_bytes};

/// Writes both files; `values` says whether the Parquet file may hold the values.
///
/// # Errors
/// When the disk refuses.
pub fn write_quarantine(staging: &mut Staging, rows: &[QuarantineRow], values: bool) -> Result<(), PublishError> {
    let (shown, full) = quarantine_tables(rows, values);
    staging.write("quarantine.csv", &shown)?;
    staging.write("quarantine.parquet", &full)?;
    Ok(())
}

/// The CSV never shows a value, the Parquet file does where `values` may be told at all.
#[must_use]
pub fn quarantine_tables(rows: &[QuarantineRow], values: bool) -> (Vec<u8>, Vec<u8>) {
    let build = |with_value: bool| {
        let mut table = Table::new(&columns::QUARANTINE);
        for r in rows {
            let row = i64::try_from(r.row).unwrap_or(i64::MAX);
            table.push(&[
                r.extract.into(),
                (&r.file).into(),
                row.into(),
                (&r.column).into(),
                r.reason.code().into(),
                Some(r.value.as_str()).filter(|v| with_value && !v.is_empty()).into(),
            ]);
        }
        table.take()
    };
    let csv = build(false).and_then(|b| csv_bytes(&columns::QUARANTINE, &b)).unwrap_or_default();
    let parquet = build(values).and_then(|b| parquet_bytes(&columns::QUARANTINE, &b)).unwrap_or_default();
    (csv, parquet)
}

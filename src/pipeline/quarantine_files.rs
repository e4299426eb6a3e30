//! The two files of rejected rows. Owns which of them shows a value; refuses to judge a row.

use crate::config::RunPlan;
use crate::extracts::QuarantineRow;
use crate::publish::tables::quarantine;
use crate::publish::{CSV, Heading, PARQUET, PublishError, Sink};

/// Names and bytes of both files: the CSV never shows a value, the Parquet file does where values may be told at all.
///
/// # Errors
/// When a format's library refuses.
pub fn quarantine_files(rows: &[QuarantineRow], plan: &RunPlan) -> Result<[(&'static str, Vec<u8>); 2], PublishError> {
    let heading = Heading { as_of: plan.as_of, banner: None };
    let write = |sink: &dyn Sink, with_value: bool| {
        sink.write(&quarantine::TABLE.fill(quarantine::quarantine_rows(rows, with_value))?, &heading)
    };
    Ok([("quarantine.csv", write(&CSV, false)?), ("quarantine.parquet", write(&PARQUET, plan.pseudonyms.is_none())?)])
}

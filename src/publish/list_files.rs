//! The files of the list, written one table at a time: of a million members each is hundreds of megabytes. Owns which
//! rows go to which table; refuses to change them.

use super::directory::{StagedFile, Staging};
use super::error::PublishError;
use super::publish_table::publish_table;
use super::sinks::{Heading, ParquetStream};
use super::table::{RowFamily, Table, TableWriter};
use super::tables::{
    contact_queue, decisions, dropped, follow_ups, memory, not_scored, outreach, overflow, reasons, scores,
    stranded_cases, suppressed, transitions,
};
use crate::config::Role;
use crate::outreach::{Inputs, OutreachList};

/// Writes every table of the list, in the formats that each has and `[output] formats` asks for.
///
/// # Errors
/// When the disk refuses.
pub fn write_list(
    staging: &mut Staging,
    inputs: &Inputs<'_>,
    list: &OutreachList,
    heading: &Heading<'_>,
) -> Result<(), PublishError> {
    let asked = &inputs.plan.output.formats;
    publish_table(staging, &outreach::TABLE, outreach::outreach_rows(inputs, list), asked, heading)?;
    publish_table(staging, &decisions::TABLE, decisions::decision_rows(inputs, list), asked, heading)?;
    publish_table(staging, &transitions::TABLE, transitions::transition_rows(inputs, list), asked, heading)?;
    publish_table(staging, &follow_ups::TABLE, follow_ups::follow_up_rows(inputs, list), asked, heading)?;
    publish_table(staging, &suppressed::TABLE, suppressed::suppressed_rows(inputs, list), asked, heading)?;
    publish_table(staging, &not_scored::TABLE, not_scored::not_scored_rows(inputs), asked, heading)?;
    publish_table(staging, &overflow::TABLE, overflow::overflow_rows(inputs, list), asked, heading)?;
    publish_table(staging, &contact_queue::TABLE, contact_queue::queue_rows(inputs, list), asked, heading)?;
    publish_table(staging, &dropped::TABLE, list.dropped.iter(), asked, heading)?;
    publish_table(staging, &stranded_cases::TABLE, stranded_cases::stranded_rows(inputs, list), asked, heading)?;
    publish_table(staging, &memory::TABLE, memory::memory_rows(&list.memory), asked, heading)?;
    write_scores(staging, inputs)
}

/// The scores of everyone and their reasons, a few thousand rows at a time.
fn write_scores(staging: &mut Staging, inputs: &Inputs<'_>) -> Result<(), PublishError> {
    let mut file = LongTable::open(staging, &scores::TABLE)?;
    for row in scores::score_rows(inputs) {
        file.writer.push(&row);
        file.settle()?;
    }
    file.close(staging)?;
    let mut file = LongTable::open(staging, &reasons::TABLE)?;
    let role = inputs.plan.output.unmasked(Role::Analyst);
    // Reasons of everyone scored who has any.
    for s in inputs.snapshots.iter().filter(|s| s.enrolled) {
        reasons::each_reason(inputs, s, role, |row| file.writer.push(row));
        file.settle()?;
    }
    file.close(staging)
}

/// A Parquet file of a table that is never whole in memory.
struct LongTable<F: RowFamily> {
    writer: TableWriter<F>,
    stream: ParquetStream<StagedFile>,
}

/// Rows held before they are written; fixed, so that the same rows are the same bytes.
const HELD: usize = 65_536;

impl<F: RowFamily> LongTable<F> {
    fn open(staging: &mut Staging, table: &'static Table<F>) -> Result<Self, PublishError> {
        let file = staging.open(&format!("{}.parquet", table.name))?;
        let writer = TableWriter::new(table);
        Ok(Self { stream: ParquetStream::new(table.name, &writer.columns(), file)?, writer })
    }

    fn settle(&mut self) -> Result<(), PublishError> {
        if self.writer.rows() >= HELD { self.stream.write(&self.writer.take()?) } else { Ok(()) }
    }

    fn close(mut self, staging: &Staging) -> Result<(), PublishError> {
        self.stream.write(&self.writer.take()?)?;
        staging.close(self.stream.finish()?)
    }
}

//! The tables written member by member while claims are worked: stays, PQI, ED visits, conditions, indices,
//! member facts, needs, medicines, worklist, programmes, problems. Owns the turning of measures into rows; refuses to hold a population in memory.

use std::fs::File;
use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::directory::{StagedFile, Staging};
use super::error::PublishError;
use super::sinks::ParquetStream;
use super::table::{Described, RowFamily, TableWriter};
use super::table_data::TableData;
use super::tables::member_facts::{self, MemberFactsWriter};
use super::tables::programs::EarlierSince;
use super::tables::{conditions, ed_visits, indices, medicines, needs, pqi, problems, programs, stays, worklist};
use crate::domain::Day;
use crate::extracts::{Directory, Facility};
use crate::features::MemberFactsRow;
use crate::measures::{
    Ccsr, Ccw, Comorbidity, EdClasses, Engagement, Hcc, Measured, Medicine, Medicines, Needs, PQI, Readmissions,
    StayPqi, VisitPqe, Worklist, composites_of, row_id,
};
use crate::programs::{Program, ProgramRow};
use crate::reference::{CareService, is_sensitive_medicine};

/// Rows of a group of members, in member order.
pub struct MemberTables {
    stays: TableWriter<stays::Stays>,
    pqi: TableWriter<pqi::Pqi>,
    ed_visits: TableWriter<ed_visits::EdVisits>,
    conditions: TableWriter<conditions::Conditions>,
    indices: TableWriter<indices::Indices>,
    facts: MemberFactsWriter,
    needs: TableWriter<needs::Needs>,
    medicines: TableWriter<medicines::Medicines>,
    worklist: TableWriter<worklist::Worklist>,
    programs: TableWriter<programs::Programs>,
    problems: TableWriter<problems::Problems>,
}

/// A table under construction, whatever its rows are.
trait Pending {
    fn name(&self) -> &'static str;
    fn stream(&self, file: StagedFile) -> Result<ParquetStream<StagedFile>, PublishError>;
    fn take_rows(&mut self) -> Result<Option<TableData>, PublishError>;
}

impl<F: RowFamily> Pending for TableWriter<F> {
    fn name(&self) -> &'static str {
        self.table_name()
    }
    fn stream(&self, file: StagedFile) -> Result<ParquetStream<StagedFile>, PublishError> {
        ParquetStream::new(self.table_name(), &self.columns(), file)
    }
    fn take_rows(&mut self) -> Result<Option<TableData>, PublishError> {
        if self.rows() == 0 { Ok(None) } else { self.take().map(Some) }
    }
}

impl Pending for MemberFactsWriter {
    fn name(&self) -> &'static str {
        member_facts::TABLE.name()
    }
    fn stream(&self, file: StagedFile) -> Result<ParquetStream<StagedFile>, PublishError> {
        ParquetStream::new(member_facts::TABLE.name(), &member_facts::TABLE.columns(), file)
    }
    fn take_rows(&mut self) -> Result<Option<TableData>, PublishError> {
        if self.rows() == 0 { Ok(None) } else { self.take().map(Some) }
    }
}

impl Default for MemberTables {
    fn default() -> Self {
        Self {
            stays: TableWriter::new(&stays::TABLE),
            pqi: TableWriter::new(&pqi::TABLE),
            ed_visits: TableWriter::new(&ed_visits::TABLE),
            conditions: TableWriter::new(&conditions::TABLE),
            indices: TableWriter::new(&indices::TABLE),
            facts: MemberFactsWriter::default(),
            needs: TableWriter::new(&needs::TABLE),
            medicines: TableWriter::new(&medicines::TABLE),
            worklist: TableWriter::new(&worklist::TABLE),
            programs: TableWriter::new(&programs::TABLE),
            problems: TableWriter::new(&problems::TABLE),
        }
    }
}

impl MemberTables {
    /// Every table, in an order that never changes.
    fn all(&mut self) -> [&mut dyn Pending; 11] {
        [
            &mut self.stays,
            &mut self.pqi,
            &mut self.ed_visits,
            &mut self.conditions,
            &mut self.indices,
            &mut self.facts,
            &mut self.needs,
            &mut self.medicines,
            &mut self.worklist,
            &mut self.programs,
            &mut self.problems,
        ]
    }

    /// Adds the rows of one member.
    pub fn add(&mut self, m: &Measured<'_>, facts: &MemberFactsRow, work_day: Day, facilities: &Directory<Facility>) {
        let (timeline, codes) = (&m.timeline, m.codes());
        let member_id = timeline.member.id();
        for i in 0..timeline.stays.len() {
            self.add_stay(m, i, facilities);
        }
        let judged = m.get::<EdClasses>().0.iter().zip(&m.get::<VisitPqe>().0);
        for (visit, (class, pqe)) in timeline.ed_visits.iter().zip(judged) {
            self.ed_visits.push(&ed_visits::EdVisitsRow { member_id, visit, class, pqe: *pqe, codes });
        }
        self.add_medicines(m);
        self.add_conditions(m);
        self.indices.push(&indices::IndicesRow { member_id, measures: m });
        self.facts.push(member_id, facts);
        for need in &m.get::<Needs>().0 {
            self.needs.push(&needs::NeedsRow { member_id, need });
        }
        for item in &m.get::<Worklist>().0 {
            self.worklist.push(&worklist::WorklistRow { member_id, work_day, item });
        }
    }

    /// Adds a programme that a member qualifies for; call in member order.
    pub fn add_program(&mut self, member_id: &str, program: &Program, row: &ProgramRow, sensitive: bool) {
        self.programs.push(&programs::ProgramsRow { member_id, program, row, sensitive });
    }

    /// Adds a problem that a care plan may take up; call in member order.
    pub fn add_problem(&mut self, row: &problems::ProblemsRow<'_>) {
        self.problems.push(row);
    }

    fn add_medicines(&mut self, m: &Measured<'_>) {
        let is_sensitive = |x: &Medicine| {
            m.codes().service(x.ingredient) & CareService::SubstanceMedicine.bit() != 0
                || is_sensitive_medicine(&x.name)
        };
        for medicine in &m.get::<Medicines>().0 {
            self.medicines.push(&medicines::MedicinesRow {
                member_id: m.timeline.member.id(),
                medicine,
                as_of: m.timeline.as_of,
                sensitive: is_sensitive(medicine),
            });
        }
    }

    fn add_conditions(&mut self, m: &Measured<'_>) {
        let timeline = &m.timeline;
        let member_id = timeline.member.id();
        for c in &m.get::<Comorbidity>().conditions {
            self.conditions.push(&conditions::ConditionsRow {
                member_id,
                scheme: c.scheme.name(),
                condition: c.condition,
                after_hierarchy: c.after_hierarchy,
                first: (Day(c.evidence.first), &c.evidence.first_id),
                last: (Day(c.evidence.last), &c.evidence.last_id),
            });
        }
        let categories = [&m.get::<Hcc>().categories, &m.get::<Ccsr>().categories, &m.get::<Ccw>().0];
        for c in categories.into_iter().flatten() {
            self.conditions.push(&conditions::ConditionsRow {
                member_id,
                scheme: c.scheme.name(),
                condition: c.category,
                after_hierarchy: c.after_hierarchy,
                first: (Day(c.mention.first), row_id(timeline, c.mention.first_row)),
                last: (Day(c.mention.last), row_id(timeline, c.mention.last_row)),
            });
        }
    }

    fn add_stay(&mut self, m: &Measured<'_>, i: usize, facilities: &Directory<Facility>) {
        let timeline = &m.timeline;
        let (stay, facts, member_id) = (&timeline.stays[i], &m.get::<Readmissions>().0[i], timeline.member.id());
        let readmit_stay_id = facts.readmit_stay.map(|r| &*timeline.stays[r].id);
        self.stays.push(&stays::StaysRow {
            member_id,
            stay,
            facts,
            verdict: m.get::<StayPqi>().0[i].as_ref(),
            principal_ccsr: m.get::<Ccsr>().principals[i],
            primary_care: m.get::<Engagement>().primary_care[i],
            readmit_stay_id,
            codes: m.codes(),
            facility: facilities.find(m.codes().words.text(stay.facility)),
        });
        let bits = m.get::<StayPqi>().counted(i);
        let evidence_id = stay.claim_ids.first().or_else(|| stay.admission_ids.first()).map(|e| &**e);
        let singles = (0..PQI.len()).filter(|b| bits >> b & 1 == 1).map(|b| PQI[b]);
        for pqi in singles.chain(composites_of(bits)) {
            self.pqi.push(&pqi::PqiRow { member_id, stay, pqi, evidence_id });
        }
    }
}

/// Rows taken over at a time.
const APPENDED_ROWS: usize = 65_536;

/// The open files of the member tables.
pub struct MemberWriters {
    streams: Vec<ParquetStream<StagedFile>>,
}

impl MemberWriters {
    /// Opens all of them.
    ///
    /// # Errors
    /// When a file cannot be made.
    pub fn open(staging: &mut Staging) -> Result<Self, PublishError> {
        let streams = MemberTables::default()
            .all()
            .into_iter()
            .map(|table| {
                let file = staging.open(&format!("{}.parquet", table.name()))?;
                table.stream(file)
            })
            .collect::<Result<_, PublishError>>()?;
        Ok(Self { streams })
    }

    /// Writes a group's rows; call in member order.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&mut self, group: &mut MemberTables) -> Result<(), PublishError> {
        for (stream, table) in self.streams.iter_mut().zip(group.all()) {
            if let Some(rows) = table.take_rows()? {
                stream.write(&rows)?;
            }
        }
        Ok(())
    }

    /// Adds the rows of the same tables in another folder, as they are.
    ///
    /// # Errors
    /// When one cannot be read, has other columns, or the disk refuses.
    pub fn append(&mut self, folder: &Path, since: &EarlierSince<'_>) -> Result<(), PublishError> {
        for (stream, table) in self.streams.iter_mut().zip(MemberTables::default().all()) {
            let what = format!("{}.parquet", table.name());
            let unreadable = |_| PublishError::Read { what: what.clone(), why: "damaged".to_owned() };
            let file = File::open(folder.join(&what))
                .map_err(|e| PublishError::Read { what: what.clone(), why: e.to_string() })?;
            let reader =
                ParquetRecordBatchReaderBuilder::try_new(file).and_then(|b| b.with_batch_size(APPENDED_ROWS).build());
            for batch in reader.map_err(|_| PublishError::Read { what: what.clone(), why: "damaged".to_owned() })? {
                let batch = batch.map_err(unreadable)?;
                let is_programs = table.name() == programs::TABLE.name;
                stream.write_batch(if is_programs { programs::with_earlier(&batch, since)? } else { batch })?;
            }
        }
        Ok(())
    }

    /// Writes the footers and syncs.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn close(self, staging: &Staging) -> Result<(), PublishError> {
        self.streams.into_iter().try_for_each(|s| staging.close(s.finish()?))
    }
}

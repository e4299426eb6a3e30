//! Reads one extract of the plan through its consumer. Owns the accounts and the quarantine that grow on the way; refuses
//! to know what the rows mean.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::batch::{Batch, Verdicts};
use super::batch_account::BatchPlace;
use super::column::Pools;
use super::contract::ExtractSpec;
use super::crosswalk::Crosswalk;
use super::error::ExtractError;
use super::ledger::{Ledger, QuarantineRow, Tally};
use super::reader::{Consumer, ExtractReader};
use super::reason::Reason;
use super::report::ExtractReport;
use super::source::SourceFile;
use super::streams::Streams;
use crate::config::{ExtractConfig, RunPlan};

/// Extracts whose emptiness is ordinary: nobody was screened, no id became another.
const OFTEN_EMPTY: [&str; 2] = ["sdoh_screening", "member_crosswalk"];

/// What reading needs beside the plan.
pub struct LoadOptions<'a> {
    /// Extracts that may hold no rows.
    pub allow_empty: &'a [String],
    /// Folder of the spill file.
    pub scratch: &'a Path,
    /// Set when told to stop.
    pub stop: &'a AtomicBool,
    /// Rows that other processes have read, in the place of files.
    pub streams: Option<&'a Streams>,
    /// Told the name of each extract before it is read.
    pub progress: &'a (dyn Fn(&str) + Sync),
}

/// What reading one extract after the other needs, and what it has given so far.
pub(super) struct Loader<'a> {
    pub plan: &'a RunPlan,
    /// Files by extract.
    pub files: &'a BTreeMap<&'static str, Vec<SourceFile>>,
    pub options: &'a LoadOptions<'a>,
    pub pools: &'a Pools,
    /// Ids that became other ids; empty until its own extract is read.
    pub crosswalk: Crosswalk,
    pub reports: BTreeMap<&'static str, ExtractReport>,
    pub quarantine: Vec<QuarantineRow>,
}

impl Loader<'_> {
    /// Reads one extract through `consume`; an extract that is not configured is skipped.
    pub fn read(
        &mut self,
        spec: &'static ExtractSpec,
        consume: impl Fn(&Batch, &mut Verdicts) + Sync,
    ) -> Result<(), ExtractError> {
        let name = spec.name;
        let (Some(config), Some(files)) = (self.plan.extracts.get(name), self.files.get(name)) else {
            return Ok(());
        };
        (self.options.progress)(name);
        let (pools, stop, crosswalk) = (self.pools, self.options.stop, &self.crosswalk);
        let consumer: Consumer<'_> = &consume;
        let (tally, rows) = match self.options.streams {
            Some(streams) => streams.replay(BatchPlace { spec, files }, pools, stop, consumer)?,
            None => {
                let ledger = Ledger::default();
                let as_of = self.plan.as_of;
                let reader = ExtractReader { spec, config, files, only: None, pools, crosswalk, as_of, stop };
                reader.read(&ledger, consumer)?;
                ledger.note(Reason::RepeatedFile, files.iter().map(|f| f.copies).sum());
                ledger.finish()
            }
        };
        let of_one_part = self.options.streams.is_some_and(|s| !s.whole);
        let may_be_empty =
            of_one_part || OFTEN_EMPTY.contains(&name) || self.options.allow_empty.iter().any(|e| e == name);
        if tally.rows_in == 0 && !may_be_empty {
            return Err(ExtractError::Empty { extract: name.to_owned() });
        }
        self.quarantine.extend(rows);
        self.reports.insert(name, report(tally, files, config));
        Ok(())
    }
}

fn report(tally: Tally, files: &[SourceFile], config: &ExtractConfig) -> ExtractReport {
    ExtractReport {
        tally,
        files: files.to_vec(),
        max_bad_share: config.max_bad_share.unwrap_or(0.05),
        explicit_share: config.max_bad_share.is_some(),
        min_bad_rows: config.min_bad_rows,
        stale: false,
        unchanged: false,
    }
}

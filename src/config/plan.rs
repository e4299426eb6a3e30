//! Everything a run was asked to do, resolved. Owns the record; refuses to know where a value came from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::extract::ExtractConfig;
use super::sections::{Caseload, Clocks, Followup, ListConfig, Models, Output, Programs, Quality, Run, Targets};
use super::words::WorkDay;
use crate::domain::{Day, PseudonymKey, add_business_days};

/// Everything a run was asked to do, resolved.
#[derive(Clone, Debug)]
pub struct RunPlan {
    /// The night's date.
    pub as_of: Day,
    /// Folder of the configuration file: relative extract paths start there.
    pub base: PathBuf,
    /// The `[run]` table after overrides.
    pub run: Run,
    /// Folder of replacement code sets.
    pub reference_dir: Option<PathBuf>,
    /// Extracts by canonical name.
    pub extracts: BTreeMap<String, ExtractConfig>,
    /// `[quality]`.
    pub quality: Quality,
    /// `[list]`.
    pub list: ListConfig,
    /// `[caseload]`.
    pub caseload: Caseload,
    /// `[models]`.
    pub models: Models,
    /// `[clocks]`.
    pub clocks: Clocks,
    /// `[followup]`.
    pub followup: Followup,
    /// `[programs]`.
    pub programs: Programs,
    /// `[targets]`.
    pub targets: Targets,
    /// `[output]`.
    pub output: Output,
    /// The shipped sample is being run.
    pub sample: bool,
    /// Set by `--pseudonymize`: members are known by keyed names in every output.
    pub pseudonyms: Option<PseudonymKey>,
    /// The file is the shipped `config/sample.toml`, byte for byte: it alone may name demonstration models freely.
    pub ships_demo: bool,
    /// SHA-256 of the resolved settings that can change an output byte.
    pub config_hash: String,
}

impl RunPlan {
    /// The day on which the list of a night is worked.
    #[must_use]
    pub fn work_day_of(&self, night: Day) -> Day {
        match self.clocks.work_day {
            WorkDay::NextBusinessDay => add_business_days(night, 1),
            WorkDay::NextDay => night.plus(1),
            WorkDay::SameDay => night,
        }
    }

    /// The day on which tonight's list is worked.
    #[must_use]
    pub fn work_day(&self) -> Day {
        self.work_day_of(self.as_of)
    }
}

//! Everything a finished night holds, for whoever writes it. Owns the record and the sentence every page opens with;
//! refuses to compute anything of it.

use std::path::Path;

use super::caseload_rows::BuiltCaseload;
use super::caseload_solution::Assignment;
use super::night_pass::PopulationResults;
use crate::config::RunPlan;
use crate::extracts::Discovered;
use crate::models::trained::TrainedModel;
use crate::outreach::{Inputs, OutreachList};
use crate::publish::Manifest;
use crate::publish::tables::metrics::MetricHistory;

/// Everything a finished night holds.
pub struct Night<'a> {
    /// The plan.
    pub plan: &'a RunPlan,
    /// Members, snapshots, scores.
    pub inputs: &'a Inputs<'a>,
    /// The list.
    pub list: &'a OutreachList,
    /// The caseload's instance.
    pub cases: &'a BuiltCaseload,
    /// Its solution.
    pub assignment: &'a Assignment,
    /// Measures of everyone.
    pub population: &'a PopulationResults,
    /// Trained models in use.
    pub models: &'a [TrainedModel],
    /// Input files.
    pub found: &'a Discovered,
    /// The run remembered.
    pub previous: Option<&'a Manifest>,
    /// Where it lies.
    pub previous_run: Option<&'a Path>,
    /// The figures that it carries.
    pub figures: &'a MetricHistory,
}

impl Night<'_> {
    /// What every page of the run says first.
    #[must_use]
    pub fn banner(&self) -> Option<String> {
        if self.plan.sample {
            Some("SAMPLE DATA".to_owned())
        } else {
            self.models
                .iter()
                .any(|m| m.identity.synthetic)
                .then(|| "DEMONSTRATION MODEL, trained on synthetic data: not for care".to_owned())
        }
    }
}

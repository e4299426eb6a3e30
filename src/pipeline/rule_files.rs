//! The files of rules that a night uses: the playbook (`[list] playbook`), the programmes (`[programs] rules`) and the
//! problems of care plans (`[programs] problems`), the shipped ones unless the plan names others. Owns the reading; refuses a file that does not fit before a claim is read.

use std::path::Path;

use super::error::PipelineError;
use crate::config::RunPlan;
use crate::facts::{FactSpec, RuleFileError, member_fact_specs};
use crate::playbook::{Playbook, Problems};
use crate::programs::Programs;

/// The rules of a night.
pub struct RuleFiles {
    /// Segments.
    pub playbook: Playbook,
    /// Programmes.
    pub programs: Programs,
    /// Problems of care plans.
    pub problems: Problems,
}

impl RuleFiles {
    /// Reads and checks the files of a plan.
    ///
    /// # Errors
    /// Exit 2 for a file that is not there, is no such file, or asks for what members do not have; every fault with its
    /// place.
    pub fn load(plan: &RunPlan) -> Result<Self, PipelineError> {
        let playbook =
            load_rules(plan, "list.playbook", plan.list.playbook.as_deref(), Playbook::embedded, Playbook::parse)?;
        let programs =
            load_rules(plan, "programs.rules", plan.programs.rules.as_deref(), Programs::embedded, Programs::parse)?;
        let own = plan.programs.problems.as_deref();
        let problems = load_rules(plan, "programs.problems", own, Problems::embedded, Problems::parse)?;
        let specs = member_fact_specs();
        check_rules("programs.problems", specs, |s| problems.check(s))?;
        check_rules("list.playbook", specs, |s| playbook.check(s))?;
        check_rules("programs.rules", specs, |s| programs.check(s))?;
        Ok(Self { playbook, programs, problems })
    }
}

fn wrong(key: &str, why: impl std::fmt::Display) -> PipelineError {
    PipelineError::Usage(format!("{key}: {why}"))
}

fn load_rules<T>(
    plan: &RunPlan,
    key: &str,
    own: Option<&Path>,
    shipped: impl Fn() -> Result<T, RuleFileError>,
    parse: impl Fn(&str, &str) -> Result<T, RuleFileError>,
) -> Result<T, PipelineError> {
    let Some(file) = own else { return shipped().map_err(|e| wrong(key, e)) };
    let path = plan.base.join(file);
    let text = std::fs::read_to_string(&path).map_err(|e| wrong(key, format!("{}: {e}", path.display())))?;
    parse(&text, &path.display().to_string()).map_err(|e| wrong(key, e))
}

fn check_rules(
    key: &str,
    specs: &[FactSpec],
    check: impl Fn(&[FactSpec]) -> Result<(), RuleFileError>,
) -> Result<(), PipelineError> {
    check(specs).map_err(|e| wrong(key, e))
}

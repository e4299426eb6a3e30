//! A caseload solved, checked by the independent check and explained. Owns that order; refuses an answer that the
//! check does not pass.

use std::collections::BTreeMap;

use super::caseload_rows::BuiltCaseload;
use super::error::PipelineError;
use super::pretty_json::pretty_json;
use crate::caseload::{self, Options, Solution};
use crate::config::RunPlan;
use crate::publish::csv_bytes;
use crate::publish::tables::{assignments, waitlist};

/// A solved caseload with its files.
pub struct Assignment {
    /// Manager by member id.
    pub by_member: BTreeMap<String, String>,
    /// File name and bytes.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// Members without a manager.
    pub waiting: usize,
}

/// Solves the night's caseload and checks the answer by the independent check.
///
/// # Errors
/// When the check refuses the answer: our own fault.
pub fn solve_caseload(cases: &BuiltCaseload, plan: &RunPlan) -> Result<Assignment, PipelineError> {
    let options = Options {
        continuity: plan.caseload.continuity,
        clocks_first: plan.caseload.clocks_first,
        weekly_new: true,
        step_budget: plan.caseload.step_budget,
        seed: plan.run.seed,
    };
    solve_checked(&cases.problem, &options)
}

/// Solves, checks, explains and writes an instance.
///
/// # Errors
/// As [`solve_caseload`].
pub fn solve_checked(problem: &caseload::Problem, options: &Options) -> Result<Assignment, PipelineError> {
    let solution: Solution = caseload::solve_problem(problem, options);
    let audit = caseload::audit_assignment(problem, options, &solution.assigned, &solution.protected);
    if !audit.is_clean() {
        return Err(PipelineError::Internal("the caseload's independent check refuses the solver's answer".to_owned()));
    }
    let explanation = caseload::explain_solution(problem, options, &solution);
    let summary = caseload::summarise_assignment(problem, options, &solution, &explanation, &audit);
    let assigned = caseload::assignment_rows(problem, options, &solution);
    let waiting = caseload::waitlist_rows(problem, &explanation);
    let by_member = problem
        .members()
        .iter()
        .zip(&solution.assigned)
        .filter_map(|(m, a)| a.map(|j| (m.id.clone(), problem.managers()[j].id.clone())))
        .collect();
    Ok(Assignment {
        by_member,
        waiting: explanation.waiting.len(),
        files: vec![
            ("assignments.csv", csv_bytes(&assignments::TABLE.fill(assigned)?)?),
            ("waitlist.csv", csv_bytes(&waitlist::TABLE.fill(waiting)?)?),
            ("assignment_summary.json", pretty_json(&summary)?),
        ],
    })
}

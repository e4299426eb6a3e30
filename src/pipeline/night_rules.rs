//! Playbook and programmes asked of the members of a pass. Owns that one asking, many members at a time; refuses to know
//! what a condition is for.

use rustc_hash::FxHashMap;

use super::earlier_programs::EarlierPrograms;
use super::error::PipelineError;
use super::rule_files::RuleFiles;
use crate::domain::{Day, WordId};
use crate::extracts::{Consent, Extracts, Task};
use crate::facts::{FactTable, RuleFileError, fact_values, is_sensitive_fact, member_fact_specs};
use crate::features::MemberFactsRow;
use crate::outreach::{PersonPlan, PersonRecord};
use crate::playbook::{Planner, Problem, ProblemFinder};
use crate::population::{HistoryContext, MemberHistory};
use crate::programs::{ConsentState, Matcher, MemberServices, ProgramRow};
use crate::publish::MemberTables;
use crate::publish::tables::problems::ProblemsRow;

/// The rules, read once and asked of everybody.
pub struct NightRules<'a> {
    files: &'a RuleFiles,
    planner: Planner<'a>,
    matcher: Matcher<'a>,
    finder: ProblemFinder<'a>,
    /// Procedure codes that a programme names.
    codes: FxHashMap<WordId, &'a str>,
    earlier: &'a EarlierPrograms,
}

impl<'a> NightRules<'a> {
    /// Reads the conditions.
    ///
    /// # Errors
    /// Our own bug: the files were checked.
    pub fn new(
        files: &'a RuleFiles,
        context: &HistoryContext<'_>,
        earlier: &'a EarlierPrograms,
    ) -> Result<Self, PipelineError> {
        let words = context.codes.words;
        let named = files.programs.program.iter().flat_map(|p| p.codes.iter().chain(&p.conflicts));
        Ok(Self {
            files,
            planner: Planner::new(&files.playbook).map_err(|e| our_bug(&e))?,
            matcher: Matcher::new(&files.programs).map_err(|e| our_bug(&e))?,
            finder: ProblemFinder::new(&files.problems).map_err(|e| our_bug(&e))?,
            codes: named.map(|code| (words.id(code), code.as_str())).filter(|(id, _)| id.is_some()).collect(),
            earlier,
        })
    }

    /// What the rules say of some members, in their order; rows of programmes go to the tables.
    ///
    /// # Errors
    /// Our own bug: the files were checked.
    pub fn ask(
        &self,
        context: &HistoryContext<'_>,
        members: &[MemberHistory<'_>],
        facts: &[MemberFactsRow],
        tables: &mut MemberTables,
    ) -> Result<Vec<PersonPlan>, PipelineError> {
        let mut table = FactTable::new(member_fact_specs());
        for row in facts {
            table.push_row(fact_values(row));
        }
        let plans = self.planner.plan(&table).map_err(|e| our_bug(&e))?;
        let record = |at: usize| PersonRecord {
            measured: &members[at].measured,
            facts: &facts[at],
            work_day: context.plan.work_day(),
            facilities: &context.extracts.facilities,
            providers: &context.extracts.providers,
        };
        let mut out: Vec<PersonPlan> = plans
            .iter()
            .enumerate()
            .map(|(at, plan)| PersonPlan::choose(&self.files.playbook, plan, &record(at)))
            .collect();
        let services: Vec<MemberServices<'_>> = members.iter().map(|m| self.services_of(m, context.extracts)).collect();
        let rows = self.matcher.match_members(&table, &services, context.plan.as_of).map_err(|e| our_bug(&e))?;
        for row in rows {
            let Some(history) = members.get(row.member).filter(|m| m.measured.is_living_member()) else { continue };
            let program = &self.files.programs.program[row.program];
            let sensitive = record(row.member).spoken(&program.when).iter().any(|name| is_sensitive_fact(name));
            note_program(&mut out[row.member], &row, sensitive);
            tables.add_program(history.member().id(), program, &row, sensitive);
        }
        for row in self.finder.find(&table).map_err(|e| our_bug(&e))? {
            let Some(history) = members.get(row.member).filter(|m| m.measured.is_living_member()) else { continue };
            let problem = &self.files.problems.problem[row.problem];
            tables.add_problem(&ProblemsRow {
                member_id: history.member().id(),
                problem,
                row: &row,
                planned: is_planned(problem, &history.measured.inputs.tasks),
                sensitive: record(row.member).spoken(&problem.when).iter().any(|name| is_sensitive_fact(name)),
            });
        }
        Ok(out)
    }

    fn services_of<'s>(&'s self, history: &'s MemberHistory<'_>, extracts: &'s Extracts) -> MemberServices<'s> {
        let lines = history.measured.timeline.claims.iter().flat_map(|c| c.lines.iter());
        MemberServices {
            services: lines.filter_map(|l| Some((*self.codes.get(&l.hcpcs)?, Day(l.start)))).collect(),
            consents: extracts.rows::<Consent>().of(history.index).map(|c| (&*c.program, c.status, c.day)).collect(),
            earlier: self.earlier.of(history.index).collect(),
        }
    }
}

/// An open task names the problem by its id or name.
fn is_planned(problem: &Problem, tasks: &[&Task]) -> bool {
    let names = |text: &str| text.eq_ignore_ascii_case(&problem.id) || text.eq_ignore_ascii_case(&problem.name);
    tasks.iter().any(|t| t.done.is_none() && t.problem.as_deref().is_some_and(names))
}

/// A programme is offered to whom has not said no, is in no conflict and is not billed for it.
fn note_program(plan: &mut PersonPlan, row: &ProgramRow, sensitive: bool) {
    let bit = u32::try_from(row.program).ok().and_then(|n| 1_u32.checked_shl(n)).unwrap_or(0);
    let said_no = matches!(row.consent, ConsentState::Refused | ConsentState::Withdrawn);
    plan.programs |= bit;
    if !said_no && row.conflict.is_none() && row.billed.is_none() {
        plan.offered |= bit;
    }
    if sensitive {
        plan.hidden_programs |= bit;
    }
}

fn our_bug(why: &RuleFileError) -> PipelineError {
    PipelineError::Internal(format!("a rule that was checked cannot be asked: {why}"))
}

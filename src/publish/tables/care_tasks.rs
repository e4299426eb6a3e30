//! `care_tasks`: assessments, plan reviews and goals with how they stand. Owns its columns and when a task was on time;
//! refuses to know what is urgent.

use crate::domain::{Day, GoalStatus, TaskKind};
use crate::extracts::{Case, Extracts, Task};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, text};

/// One task of one member.
pub struct CareTasksRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The task.
    pub task: &'a Task,
    /// Who held the case on the due day, else who holds it.
    pub manager: Option<&'a str>,
    /// Night.
    pub as_of: Day,
}

impl CareTasksRow<'_> {
    /// Goals without a word are open, or met on the day they were done.
    fn goal_status(&self) -> Option<GoalStatus> {
        let unsaid = if self.task.done.is_some() { GoalStatus::Met } else { GoalStatus::Open };
        (self.task.kind == TaskKind::Goal).then(|| self.task.goal_status.unwrap_or(unsaid))
    }

    fn state(&self) -> &'static str {
        if self.goal_status() == Some(GoalStatus::Cancelled) {
            return "cancelled";
        }
        match self.task.done {
            Some(done) if done <= self.task.due => "on_time",
            Some(_) => "late",
            None if self.task.due <= self.as_of => "overdue",
            None => "open",
        }
    }
}

/// Rows of `care_tasks`.
pub enum CareTasks {}

impl RowFamily for CareTasks {
    type Row<'a> = CareTasksRow<'a>;
}

/// `care_tasks`.
pub static TABLE: Table<CareTasks> = Table {
    name: "care_tasks",
    grain: "member and task due in the two years to the night or later",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("task_id", "id of the extract", |r| (&*r.task.id).into()),
        text("kind", "assessment, plan_review, goal, visit, reconciliation", |r| r.task.kind.as_str().into()),
        date("due_date", "day it is due", |r| r.task.due.into()),
        text("month", "month of the due day, YYYY-MM", |r| r.task.due.to_string()[..7].to_owned().into()),
        date("done_date", "day it was done; empty while it is not", |r| r.task.done.into()),
        text("state", "on_time, late (done after the due day), overdue, open, cancelled", |r| r.state().into()),
        text("care_manager_id", "who held the case on the due day, else who holds it; empty when nobody does", |r| {
            r.manager.into()
        }),
        text("done_by", "the manager who did it", |r| r.task.done_by.as_deref().into()),
        text("problem", "what a goal is about, in words", |r| r.task.problem.as_deref().into()),
        text("goal_text", "the goal in words", |r| r.task.goal_text.as_deref().into()),
        text("baseline", "where it began", |r| r.task.baseline.as_deref().into()),
        text("target", "what it aims at", |r| r.task.target.as_deref().into()),
        text("goal_status", "of a goal: open, met, not_met, cancelled; without a word met when done, else open", |r| {
            r.goal_status().map(GoalStatus::as_str).into()
        }),
    ],
};

/// Days back to which tasks are told.
const TOLD_DAYS: i32 = 730;

/// Every task of a member, in member order.
pub fn care_task_rows(extracts: &Extracts, as_of: Day) -> impl Iterator<Item = CareTasksRow<'_>> {
    let told = extracts.rows::<Task>().all().filter(move |(_, t)| as_of.since(t.due) < TOLD_DAYS);
    told.map(move |(member, task)| CareTasksRow {
        member_id: extracts.population.member(member).id(),
        task,
        manager: manager_on(extracts, member, task.due),
        as_of,
    })
}

fn manager_on(extracts: &Extracts, member: u32, day: Day) -> Option<&str> {
    let cases = || extracts.rows::<Case>().of(member);
    let held = |c: &&Case| c.since.is_none_or(|s| s <= day) && c.end.is_none_or(|e| e > day);
    let then = cases().rfind(held);
    then.or_else(|| cases().rfind(|c| c.end.is_none())).map(|c| &*c.manager)
}

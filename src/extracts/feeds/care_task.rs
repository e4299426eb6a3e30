//! The extract `care_task`: assessments, plan reviews, goals and visits that are due or done. Owns its contract and row;
//! refuses to know what is late.

use super::feed::{MemberRow, feed};
use crate::domain::{Day, GoalStatus, TaskKind};
use crate::extracts::contract::Kind::{Date, Id, Text};
use crate::extracts::contract::{col, member_id, req, req_word, word};

feed! {
    /// A care task.
    Task, "care_task", one row a "task",
    without it "no assessment or plan-review clocks",
    sorted by [due, kind] {
        /// Id of the task.
        id: Box<str> = req("task_id", Id),
        _ = member_id(),
        /// What it is.
        kind: words TaskKind = req_word("kind", TaskKind::WORDS),
        /// Day it is due; may lie ahead.
        due: Day = req("due_date", Date),
        /// Day it was done, by the night.
        done: Option<Day> = col("done_date", Date),
        /// The manager who did it.
        done_by: Option<Box<str>> = col("done_by", Id),
        /// The problem that a goal is about, in words.
        problem: Option<Box<str>> = col("problem", Text),
        /// The goal in words.
        goal_text: Option<Box<str>> = col("goal_text", Text),
        /// Where the goal began.
        baseline: Option<Box<str>> = col("baseline", Text),
        /// What the goal aims at.
        target: Option<Box<str>> = col("target", Text),
        /// How the goal stands.
        goal_status: words Option<GoalStatus> = word("goal_status", GoalStatus::WORDS),
        /// Day the state arrived.
        received: Option<Day> = col("received_date", Date),
    }
}

impl MemberRow for Task {
    fn happened(&self) -> Option<Day> {
        None
    }
    fn received(&self) -> Option<Day> {
        self.received
    }
    fn forget_later(&mut self, as_of: Day) {
        if self.done.is_some_and(|d| d > as_of) {
            self.done = None;
            self.goal_status = self.goal_status.map(|_| GoalStatus::Open);
        }
    }
    fn state(&self) -> Option<(&str, bool)> {
        Some((&self.id, self.done.is_some()))
    }
}

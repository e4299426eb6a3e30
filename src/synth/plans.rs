//! The goals of a care plan by what a person has. Owns their words; refuses to know dates and managers.

use super::codes::{CONDITIONS, Condition as C};

/// A goal of a care plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Goal {
    /// What it is about.
    pub problem: &'static str,
    /// What the person wants to reach.
    pub text: &'static str,
    /// Where they stand.
    pub baseline: &'static str,
    /// What will count as reached.
    pub target: &'static str,
}

const fn goal_row(problem: &'static str, text: &'static str, baseline: &'static str, target: &'static str) -> Goal {
    Goal { problem, text, baseline, target }
}

/// Goals by condition; what is treated first stands first.
const GOALS: [(C, Goal); 9] = [
    (
        C::HeartFailure,
        goal_row("heart failure", "Weigh every morning and call at a gain", "weighs once a week", "6 of 7 mornings"),
    ),
    (C::Copd, goal_row("COPD", "Use the daily inhaler as shown", "skips it most days", "technique seen twice")),
    (C::Diabetes, goal_row("diabetes", "Bring A1c down", "A1c above 8", "A1c below 8")),
    (
        C::Kidney,
        goal_row("kidney disease", "Leave out ibuprofen and see the kidney clinic", "no kidney clinic", "visit kept"),
    ),
    (C::SevereMental, goal_row("mental health", "Keep the monthly visit", "missed two of three", "three in a row")),
    (C::SubstanceUse, goal_row("substance use", "Stay in treatment", "left treatment before", "90 days in treatment")),
    (C::Depression, goal_row("depression", "Feel better by the next screen", "PHQ-9 of 15", "PHQ-9 below 10")),
    (C::Dementia, goal_row("dementia", "Find help for the caregiver", "no respite", "respite every week")),
    (C::Hypertension, goal_row("blood pressure", "Measure at home", "no cuff", "below 140 over 90, four readings")),
];
/// The goal of somebody with none of these.
const GENERAL: Goal = goal_row("staying well", "See the primary care provider", "no visit in a year", "visit kept");
/// The goal of somebody with unmet social needs.
const SOCIAL: Goal = goal_row("daily needs", "Get the help that was applied for", "nothing in place", "help has begun");

/// The two goals of a plan: the leading condition, and daily needs or the next condition.
#[must_use]
pub fn plan_goals(severity: &[u8; CONDITIONS], needs: u8) -> [Goal; 2] {
    let mut own = GOALS.iter().filter(|(c, _)| severity[*c as usize] > 0).map(|(_, g)| *g);
    let first = own.next().unwrap_or(GENERAL);
    let second = if needs != 0 { SOCIAL } else { own.next().unwrap_or(GENERAL) };
    [first, if second == first { SOCIAL } else { second }]
}

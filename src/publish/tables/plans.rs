//! `measures/plans`: what the playbook says of each member. Owns its columns; refuses to choose a segment or an action.

use crate::outreach::{Inputs, OutreachList, ToldPlan, tell_plan};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, text};

/// One member.
pub struct PlansRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// What the playbook says.
    pub plan: ToldPlan<'a>,
}

/// Rows of `measures/plans`.
pub enum Plans {}

impl RowFamily for Plans {
    type Row<'a> = PlansRow<'a>;
}

/// `measures/plans`.
pub static TABLE: Table<Plans> = Table {
    name: "measures/plans",
    grain: "member alive and enrolled",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text("segment", "id of the person's segment in playbook.toml: the first whose condition holds", |r| {
            (&r.plan.segment.id).into()
        }),
        text("segment_name", "its name", |r| (&r.plan.segment.name).into()),
        text("also", "ids of the next two segments that hold, joined by |; empty without", |r| {
            Some(r.plan.also.join("|")).filter(|t| !t.is_empty()).into()
        }),
        text("action", "what to do first, in the segment's words", |r| r.plan.text.as_str().into()),
        text("discipline", "who does it: RN, LCSW, LPC, CHW, PharmD", |r| r.plan.discipline.as_str().into()),
        date("due", "day of the clock that runs, else the business days that the action allows", |r| r.plan.due.into()),
        text("then", "the step after it", |r| r.plan.then.as_deref().into()),
        text("closed_when", "when it is done", |r| r.plan.closed_when.as_deref().into()),
        text("consult", "whom to ask, in the segment's words", |r| (&r.plan.segment.consult).into()),
        text(
            "sensitive",
            "no, substance_use, psychiatric, abuse, reproductive: what the segment or the action rests on; masked where a role may not read that",
            |r| r.plan.sensitive.into(),
        ),
    ],
};

/// Every living, enrolled member in member order.
pub fn plan_rows<'a>(inputs: &'a Inputs<'_>, list: &'a OutreachList) -> impl Iterator<Item = PlansRow<'a>> {
    list.candidates.iter().filter_map(|c| {
        let member = inputs.extracts.population.member(c.member);
        let alive = member.death().is_none_or(|d| d > inputs.plan.as_of);
        let plan = tell_plan(inputs, c.member, c.clock.as_ref()).filter(|_| alive)?;
        Some(PlansRow { member_id: member.id(), plan })
    })
}

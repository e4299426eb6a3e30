//! `measures/worklist`: what is due for whom. Owns its columns; refuses to decide what is due.

use crate::domain::{Day, business_days_between};
use crate::measures::WorkItem;
use crate::publish::cell::TextCell;
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, flag, integer, text};
use crate::publish::table_data::Unit;

/// One due item.
pub struct WorklistRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The work day.
    pub work_day: Day,
    /// The item.
    pub item: &'a WorkItem,
}

/// Rows of `measures/worklist`.
pub enum Worklist {}

impl RowFamily for Worklist {
    type Row<'a> = WorklistRow<'a>;
}

/// `measures/worklist`.
pub static TABLE: Table<Worklist> = Table {
    name: "measures/worklist",
    grain: "member and due item",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        text(
            "item",
            "assessment, plan_review, goal, authorization, authorization_expiring, appeal, blocked_discharge, referral, fill, new_medicine, screening, medication_reconciliation",
            |r| r.item.kind.name().into(),
        ),
        text("item_id", "its own id, class or domain", |r| TextCell::from(&r.item.id)),
        text("detail", "service, class or domain", |r| TextCell::from(&r.item.detail)),
        date("began", "request, decision, creation or discharge it is counted from", |r| r.item.began.into()),
        date("due_date", "due", |r| r.item.due.into()),
        flag("urgent", "urgent authorization", |r| r.item.urgent.into()),
        flag("stale", "so long past due that it is counted and starts no clock", |r| r.item.stale.into()),
        integer("slack_business_days", Unit::BusinessDays, "from the work day; negative when late", |r| {
            business_days_between(r.work_day, r.item.due).into()
        }),
    ],
};

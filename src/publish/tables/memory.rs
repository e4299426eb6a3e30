//! `memory`: what the next night reads of this one. Owns both halves, writing and reading; refuses to remember more.

use std::path::Path;

use crate::domain::Day;
use crate::outreach::{Arm, ListStatus, Memory as Remembered, MemoryRow as Standing};
use crate::publish::cell::filled;
use crate::publish::error::PublishError;
use crate::publish::scan::TableScan;
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, flag, integer, number, text};
use crate::publish::table_data::Unit;

/// One person remembered.
pub struct MemoryRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// Standing on the list.
    pub row: &'a Standing,
}

/// Rows of `memory`.
pub enum Memory {}

impl RowFamily for Memory {
    type Row<'a> = MemoryRow<'a>;
}

/// `memory`.
pub static TABLE: Table<Memory> = Table {
    name: "memory",
    grain: "person listed in the last 180 days, or drawn to an arm in the last 730",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        date("since", "first night of the spell", |r| r.row.since.into()),
        date("last", "last night listed", |r| r.row.last.into()),
        flag("listed", "listed tonight", |r| r.row.listed.into()),
        integer("nights_beyond", Unit::Nights, "work days in a row beyond the exit length", |r| {
            r.row.nights_beyond.into()
        }),
        integer("days_on_list", Unit::Nights, "work days in the spell", |r| r.row.days_on_list.into()),
        text("list_status", "new, continuing or returned then", |r| r.row.status.map(|s| s.as_str()).into()),
        text("caller_id", "who made the contact then", |r| filled(&r.row.caller)),
        integer("tier", Unit::Level, "risk tier then", |r| r.row.tier.into()),
        text("clock", "step of the clock then; sensitive ones masked", |r| filled(&r.row.clock)),
        number("priority", Unit::Factor, "priority then", |r| r.row.priority.into()),
        text("reasons", "reasons told then, joined by ` | `; sensitive conditions masked", |r| filled(&r.row.reasons)),
        text("arm", "contact or hold_out, as first drawn; empty outside the comparison", |r| {
            r.row.arm.map(|a| a.name()).into()
        }),
        date("drawn", "first night a contact was free; empty outside the comparison", |r| {
            r.row.arm.map(|a| a.drawn).into()
        }),
    ],
};

/// What is remembered, by member id.
pub fn memory_rows(memory: &Remembered) -> impl Iterator<Item = MemoryRow<'_>> {
    memory.rows.iter().map(|(member_id, row)| MemoryRow { member_id, row })
}

/// The memory that a run of the night `as_of` published.
///
/// # Errors
/// When the file is missing or damaged.
pub fn read_memory(run: &Path, as_of: Day) -> Result<Remembered, PublishError> {
    let frame = TableScan::of_run(run, TABLE.name)?.read()?;
    let (since, last, drawn) = (frame.dates("since")?, frame.dates("last")?, frame.dates("drawn")?);
    let (listed, priority) = (frame.flags("listed")?, frame.numbers("priority")?);
    let counted = |name: &str| -> Result<Vec<i32>, PublishError> {
        Ok(frame.integers(name)?.into_iter().map(|n| n.and_then(|n| i32::try_from(n).ok()).unwrap_or(0)).collect())
    };
    let (beyond, days, tier) = (counted("nights_beyond")?, counted("days_on_list")?, counted("tier")?);
    let (ids, clock) = (frame.texts("member_id")?, frame.texts("clock")?);
    let (reasons, arm) = (frame.texts("reasons")?, frame.texts("arm")?);
    // Runs of version 0.1.0 lack both.
    let (status, caller) = (frame.texts("list_status").ok(), frame.texts("caller_id").ok());
    let mut out = Remembered { as_of: Some(as_of), ..Remembered::default() };
    for i in 0..frame.len() {
        // A row without its spell says nothing.
        let (Some(since), Some(last)) = (since[i], last[i]) else { continue };
        let standing = Standing {
            since,
            last,
            listed: listed[i] == Some(true),
            nights_beyond: beyond[i],
            days_on_list: days[i],
            status: status.as_ref().and_then(|s| ListStatus::parse(s.at(i))),
            caller: caller.as_ref().map_or("", |c| c.at(i)).to_owned(),
            tier: u8::try_from(tier[i]).ok().filter(|t| (1..=4).contains(t)).unwrap_or(4),
            clock: clock.at(i).to_owned(),
            priority: priority[i].unwrap_or(0.0),
            reasons: reasons.at(i).to_owned(),
            arm: drawn[i].and_then(|drawn| arm_of(arm.at(i), drawn)),
        };
        out.rows.insert(ids.at(i).to_owned(), standing);
    }
    Ok(out)
}

/// The arm of a word; none for one that is no arm's.
fn arm_of(word: &str, drawn: Day) -> Option<Arm> {
    [true, false].map(|contact| Arm { contact, drawn }).into_iter().find(|arm| arm.name() == word)
}

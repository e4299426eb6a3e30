//! `contact_history`: the last contacts of everybody, for the pages of callers. Owns its columns and how many; refuses to
//! judge an attempt.

use crate::extracts::{Extracts, Outreach};
use crate::publish::cell::{TextCell, filled};
use crate::publish::sinks::PARQUET;
use crate::publish::table::{Forms, RowFamily, Table, date, text};

/// Contacts of a person that are kept.
const LAST_CONTACTS: usize = 5;

/// One contact.
pub struct ContactHistoryRow<'a> {
    /// Member.
    pub member_id: &'a str,
    /// The row of the log.
    pub contact: &'a Outreach,
    /// Name of who tried, when the roster knows it.
    pub manager_name: Option<&'a str>,
}

/// Rows of `contact_history`.
pub enum ContactHistory {}

impl RowFamily for ContactHistory {
    type Row<'a> = ContactHistoryRow<'a>;
}

/// `contact_history`.
pub static TABLE: Table<ContactHistory> = Table {
    name: "contact_history",
    grain: "member and contact, the last five",
    forms: Forms { always: &[&PARQUET], on_request: &[] },
    columns: &[
        text("member_id", "member", |r| r.member_id.into()),
        date("contact_date", "day of the attempt", |r| r.contact.day.into()),
        text("outcome", "as in outreach_log", |r| r.contact.outcome.as_str().into()),
        text("channel", "as in outreach_log; empty counts as phone", |r| r.contact.channel.map(|c| c.as_str()).into()),
        text("care_manager_id", "who tried; empty when not told", |r| filled(&r.contact.manager)),
        text("care_manager_name", "name of who tried; empty when the roster does not know it", |r| {
            TextCell::from(r.manager_name)
        }),
        text("program", "for which programme; empty when not told", |r| filled(&r.contact.program)),
    ],
};

/// The last contacts of everybody, in member order, newest first.
pub fn contact_history_rows(extracts: &Extracts) -> impl Iterator<Item = ContactHistoryRow<'_>> {
    (0_u32..).zip(&extracts.population.members).flat_map(move |(index, member)| {
        let log: Vec<&Outreach> = extracts.rows::<Outreach>().of(index).collect();
        log.into_iter().rev().take(LAST_CONTACTS).map(move |contact| {
            let manager = extracts.managers.iter().find(|m| *m.id == *contact.manager);
            ContactHistoryRow { member_id: member.id(), contact, manager_name: manager.and_then(|m| m.name.as_deref()) }
        })
    })
}

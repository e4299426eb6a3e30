//! The extract `outreach_log`: contact attempts. Owns its contract and row; refuses to judge an attempt.

use super::feed::{MemberRow, feed};
use crate::domain::{Channel, ContactOutcome, Day};
use crate::extracts::contract::Kind::{Date, Flag, Phone, Word};
use crate::extracts::contract::{col, member_id, req, req_word, word};

feed! {
    /// A contact attempt.
    Outreach, "outreach_log", one row a "contact attempt",
    without it "no cooldowns, no reach rate, no contact state on transition clocks",
    sorted by [day] {
        _ = member_id(),
        /// Day of the attempt.
        day: Day = req("contact_date", Date),
        /// What came of it.
        outcome: words ContactOutcome = req_word("outcome", ContactOutcome::WORDS),
        /// By which way; none counts as phone.
        channel: words Option<Channel> = word("channel", Channel::WORDS),
        /// The number tried.
        contact_value: Option<Box<str>> = col("contact_value", Phone),
        /// The manager who tried; empty when not told.
        manager: Box<str> = col("care_manager_id", Word) => Box::default(),
        /// For which programme; empty when not told.
        program: Box<str> = col("program", Word) => Box::default(),
        /// The person wants no contact (yes), or wants it again (no).
        opt_out: Option<bool> = col("opt_out", Flag),
        /// No contact before this day.
        cooldown_until: Option<Day> = col("cooldown_until", Date),
    }
}

impl MemberRow for Outreach {
    fn happened(&self) -> Option<Day> {
        Some(self.day)
    }
}

//! The extract `override`: manual decisions about the list. Owns its contract and row; refuses to carry one out.

use super::feed::{MemberRow, feed};
use crate::domain::{Day, OverrideAction};
use crate::extracts::contract::Kind::{Date, Text, Word};
use crate::extracts::contract::{col, member_id, req, req_word};

feed! {
    /// A manual decision.
    Override, "override", one row a "manual decision",
    without it "no manual additions, removals or tiers",
    sorted by [expires] {
        _ = member_id(),
        /// What it does.
        action: words OverrideAction = req_word("action", OverrideAction::WORDS),
        /// The tier it sets; empty when it sets none.
        value: Box<str> = col("value", Word) => Box::default(),
        /// Why.
        reason: Box<str> = req("reason", Text),
        /// Who decided.
        author: Box<str> = req("author", Text),
        /// Last day it holds; may lie ahead.
        expires: Day = req("expires", Date),
    }
}

impl MemberRow for Override {
    fn happened(&self) -> Option<Day> {
        None
    }
}

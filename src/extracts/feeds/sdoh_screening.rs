//! The extract `sdoh_screening`: answers to questions about social needs. Owns its contract and row; refuses to decide what a
//! need is.

use super::feed::{MemberRow, feed};
use crate::domain::{Day, Need};
use crate::extracts::contract::Kind::{Date, Word};
use crate::extracts::contract::{col, expected, member_id, req, req_word};
use crate::reference::SDOH_DOMAINS;

feed! {
    /// A screening answer.
    Screening, "sdoh_screening", one row a "screening answer",
    without it "social needs come from Z codes alone",
    sorted by [day] {
        _ = member_id(),
        /// Day of the answer.
        day: Day = req("screening_date", Date),
        /// A domain of [`SDOH_DOMAINS`]; another word is kept and counted.
        domain: Box<str> = expected("domain", &SDOH_DOMAINS),
        /// The answer.
        need: words Need = req_word("need", Need::WORDS),
        /// What was asked with; empty when not told.
        instrument: Box<str> = col("instrument", Word) => Box::default(),
        _ = col("question_code", Word),
        /// Day it arrived.
        received: Option<Day> = col("received_date", Date),
    }
}

impl MemberRow for Screening {
    fn happened(&self) -> Option<Day> {
        Some(self.day)
    }
    fn received(&self) -> Option<Day> {
        self.received
    }
}

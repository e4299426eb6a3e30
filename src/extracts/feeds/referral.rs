//! The extract `referral`: people sent to community services. Owns its contract and row; refuses to know what is late.

use super::feed::{MemberRow, feed};
use crate::domain::{Day, ReferralStatus};
use crate::extracts::contract::Kind::{Date, Id};
use crate::extracts::contract::{col, expected, member_id, req, req_word};
use crate::reference::SDOH_DOMAINS;

feed! {
    /// A community referral.
    Referral, "referral", one row a "community referral",
    without it "no open-referral clock",
    sorted by [created, id] {
        /// Id of the referral.
        id: Box<str> = req("referral_id", Id),
        _ = member_id(),
        /// A domain of [`SDOH_DOMAINS`]; another word is kept and counted.
        domain: Box<str> = expected("domain", &SDOH_DOMAINS),
        /// Day it was made.
        created: Day = req("created_date", Date),
        /// How it stands at the night.
        status: words ReferralStatus = req_word("status", ReferralStatus::WORDS),
        /// Day it was closed, by the night.
        closed: Option<Day> = col("closed_date", Date),
        /// Day the state arrived.
        received: Option<Day> = col("received_date", Date),
    }
}

impl MemberRow for Referral {
    fn happened(&self) -> Option<Day> {
        Some(self.created)
    }
    fn received(&self) -> Option<Day> {
        self.received
    }
    fn forget_later(&mut self, as_of: Day) {
        if self.closed.is_some_and(|d| d > as_of) {
            self.closed = None;
            self.status = ReferralStatus::Open;
        }
    }
    fn state(&self) -> Option<(&str, bool)> {
        Some((&self.id, !self.status.is_open()))
    }
}

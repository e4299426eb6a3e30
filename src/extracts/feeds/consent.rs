//! The extract `consent`: who agreed to which programme. Owns its contract and row; refuses to know what a programme asks.

use super::feed::{MemberRow, feed};
use crate::domain::{ConsentStatus, Day};
use crate::extracts::contract::Kind::{Date, Word};
use crate::extracts::contract::{member_id, req, req_word};

feed! {
    /// A consent, refusal or withdrawal.
    Consent, "consent", one row a "consent to a programme",
    without it "no programme can show the consent that it asks for",
    sorted by [day, program] {
        _ = member_id(),
        /// Which programme.
        program: Box<str> = req("program", Word),
        /// What was said.
        status: words ConsentStatus = req_word("consent_status", ConsentStatus::WORDS),
        /// Day it was said.
        day: Day = req("consent_date", Date),
    }
}

impl MemberRow for Consent {
    fn happened(&self) -> Option<Day> {
        Some(self.day)
    }
}

//! The extract `authorization`: requests to the payer. Owns its contract and row; refuses to know a time limit.

use super::feed::{MemberRow, feed};
use crate::domain::{AuthorizationService, AuthorizationStatus, Day};
use crate::extracts::contract::Kind::{Date, Flag, Id, Number};
use crate::extracts::contract::{col, member_id, req, req_word};

feed! {
    /// An authorization request.
    Authorization, "authorization", one row a "authorization request",
    without it "no authorization clocks",
    sorted by [request, id] {
        /// Id of the request.
        id: Box<str> = req("authorization_id", Id),
        _ = member_id(),
        /// What for.
        service: words AuthorizationService = req_word("service", AuthorizationService::WORDS),
        /// How it stands at the night.
        status: words AuthorizationStatus = req_word("status", AuthorizationStatus::WORDS),
        /// Day of the request.
        request: Day = req("request_date", Date),
        /// Expedited.
        urgent: bool = col("urgent", Flag) => false,
        /// Day of the decision, by the night.
        decided: Option<Day> = col("decided_date", Date),
        /// Units granted, rounded.
        approved_units: Option<i64> = col("approved_units", Number),
        /// Units used, rounded.
        used_units: Option<i64> = col("used_units", Number),
        /// Last day it holds; may lie ahead.
        expires: Option<Day> = col("expiration_date", Date),
        /// Day the state arrived.
        received: Option<Day> = col("received_date", Date),
    }
}

impl MemberRow for Authorization {
    fn happened(&self) -> Option<Day> {
        Some(self.request)
    }
    fn received(&self) -> Option<Day> {
        self.received
    }
    fn forget_later(&mut self, as_of: Day) {
        // A decision after the night has not been made yet.
        if self.decided.is_some_and(|d| d > as_of) {
            self.decided = None;
            self.status = AuthorizationStatus::Pending;
        }
    }
    fn state(&self) -> Option<(&str, bool)> {
        Some((&self.id, self.status != AuthorizationStatus::Pending))
    }
}

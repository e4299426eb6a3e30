//! The extract `caseload`: who is whose case, and was. Owns its contract and row; refuses to assign anybody.

use super::feed::{MemberRow, feed};
use crate::domain::{Day, EndReason};
use crate::extracts::contract::Kind::{Date, Flag, Id, Integer};
use crate::extracts::contract::{col, member_id, req, word};

feed! {
    /// A case held by a manager.
    Case, "caseload", one row a "open or closed case",
    without it "everyone is taken as new: continuity cannot be kept",
    sorted by [since, manager] {
        _ = member_id(),
        /// The manager.
        manager: Box<str> = req("care_manager_id", Id),
        /// Day it began.
        since: Option<Day> = col("since_date", Date),
        /// It may not be moved.
        pinned: bool = col("pinned", Flag) => false,
        /// Acuity points that win over ours.
        acuity_points: Option<i64> = col("acuity_points", Integer),
        /// Day it ended, by the night; none is open.
        end: Option<Day> = col("end_date", Date),
        /// Why it ended.
        end_reason: words Option<EndReason> = word("end_reason", EndReason::WORDS),
    }
}

impl MemberRow for Case {
    fn happened(&self) -> Option<Day> {
        self.since
    }
    fn forget_later(&mut self, as_of: Day) {
        if self.end.is_some_and(|d| d > as_of) {
            self.end = None;
            self.end_reason = None;
        }
    }
}

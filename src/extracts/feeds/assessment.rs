//! The extract `assessment`. Owns its contract and row; refuses to know an instrument's scale.

use super::feed::{MemberRow, feed};
use crate::domain::{Day, OrderedNumber};
use crate::extracts::contract::Kind::{Date, Number, Word};
use crate::extracts::contract::{col, member_id, req};

feed! {
    /// An assessment.
    Assessment, "assessment", one row a "assessment",
    without it "no functional or behavioral scores",
    sorted by [day] {
        _ = member_id(),
        /// Day of it.
        day: Day = req("assessment_date", Date),
        /// Which questionnaire.
        instrument: Box<str> = req("instrument", Word),
        /// Its score.
        score: Option<OrderedNumber> = col("score", Number),
    }
}

impl MemberRow for Assessment {
    fn happened(&self) -> Option<Day> {
        Some(self.day)
    }
}

//! The extract `survey`. Owns its contract and row; refuses to know an instrument's scale.

use super::feed::{MemberRow, feed};
use crate::domain::{Day, OrderedNumber};
use crate::extracts::contract::Kind::{Date, Number, Word};
use crate::extracts::contract::{col, member_id, req};

feed! {
    /// A survey answer.
    Survey, "survey", one row a "survey answer",
    without it "no satisfaction line in the report",
    sorted by [day] {
        _ = member_id(),
        /// Day of it.
        day: Day = req("survey_date", Date),
        /// Which questionnaire.
        instrument: Box<str> = req("instrument", Word),
        /// Its score.
        score: Option<OrderedNumber> = col("score", Number),
    }
}

impl MemberRow for Survey {
    fn happened(&self) -> Option<Day> {
        Some(self.day)
    }
}

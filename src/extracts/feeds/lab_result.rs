//! The extract `lab_result`: laboratory results. Owns its contract and row; refuses to know a reference range.

use super::feed::{MemberRow, feed};
use crate::domain::{Day, OrderedNumber};
use crate::extracts::contract::Kind::{Date, Number, Word};
use crate::extracts::contract::{member_id, req};

feed! {
    /// A laboratory result.
    Lab, "lab_result", one row a "result",
    without it "HOSPITAL stays partial",
    sorted by [day, loinc, unit] {
        _ = member_id(),
        /// Day of the result.
        day: Day = req("result_date", Date),
        /// LOINC code.
        loinc: Box<str> = req("loinc", Word),
        /// The value, in `unit`.
        value: OrderedNumber = req("value", Number),
        /// Unit as the laboratory writes it.
        unit: Box<str> = req("unit", Word),
    }
}

impl MemberRow for Lab {
    fn happened(&self) -> Option<Day> {
        Some(self.day)
    }
}

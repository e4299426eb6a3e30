//! The extract `appointment`: visits booked, kept and missed. Owns its contract and row; refuses to know a deadline.

use super::feed::{MemberRow, feed};
use crate::domain::{AppointmentKind, AppointmentStatus, Day};
use crate::extracts::contract::Kind::{Date, Npi};
use crate::extracts::contract::{col, member_id, req, word};

feed! {
    /// A visit booked, kept or missed.
    Appointment, "appointment", one row a "appointment",
    without it "nobody knows of booked visits: a discharge whose visit is booked looks like one without",
    sorted by [day] {
        _ = member_id(),
        /// Day of the visit; may lie ahead.
        day: Day = req("appointment_date", Date),
        /// Whom with; other when not told.
        kind: words AppointmentKind = word("kind", AppointmentKind::WORDS) => AppointmentKind::Other,
        /// What became of it by the night; booked when not told.
        status: words AppointmentStatus = word("appointment_status", AppointmentStatus::WORDS) => AppointmentStatus::Booked,
        /// NPI of the provider.
        provider: Option<Box<str>> = col("provider_npi", Npi),
        /// Day it arrived.
        received: Option<Day> = col("received_date", Date),
    }
}

impl MemberRow for Appointment {
    fn happened(&self) -> Option<Day> {
        None
    }
    fn received(&self) -> Option<Day> {
        self.received
    }
    fn forget_later(&mut self, as_of: Day) {
        if self.day > as_of {
            self.status = AppointmentStatus::Booked;
        }
    }
}

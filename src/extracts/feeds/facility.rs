//! The extract `facility`: hospitals and other places by NPI. Owns its contract and row.

use super::feed::{KeyedRow, feed};
use crate::extracts::contract::Kind::{Name, Npi, Phone};
use crate::extracts::contract::{col, req};

feed! {
    /// A hospital or another place.
    Facility, "facility", one row a "facility",
    without it "hospitals are told by NPI alone, without name and phone",
    sorted by [npi] {
        /// NPI.
        npi: Box<str> = req("npi", Npi),
        /// Name.
        name: Option<Box<str>> = col("name", Name),
        /// Phone.
        phone: Option<Box<str>> = col("phone", Phone),
    }
}

impl KeyedRow for Facility {
    fn key(&self) -> &str {
        &self.npi
    }
}

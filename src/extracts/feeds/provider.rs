//! The extract `provider`: clinicians by NPI. Owns its contract and row; refuses to attribute anybody.

use super::feed::{KeyedRow, feed};
use crate::extracts::contract::Kind::{Name, Npi, Phone, Word};
use crate::extracts::contract::{col, req};

feed! {
    /// A clinician.
    Provider, "provider", one row a "provider",
    without it "clinicians are told by NPI alone, without name and phone",
    sorted by [npi] {
        /// NPI.
        npi: Box<str> = req("npi", Npi),
        /// Name.
        name: Option<Box<str>> = col("name", Name),
        /// Phone.
        phone: Option<Box<str>> = col("phone", Phone),
        /// Specialty.
        specialty: Option<Box<str>> = col("specialty", Word),
        /// Practice.
        practice_id: Option<Box<str>> = col("practice_id", Word),
    }
}

impl KeyedRow for Provider {
    fn key(&self) -> &str {
        &self.npi
    }
}

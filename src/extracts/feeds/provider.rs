//! The extract `provider`: clinicians by NPI. Owns its contract and row; refuses to attribute anybody.

use super::feed::{KeyedRow, feed};
use crate::extracts::contract::Kind::{Text, Word};
use crate::extracts::contract::{col, req};

feed! {
    /// A clinician.
    Provider, "provider", one row a "provider",
    without it "clinicians are told by NPI alone, without name and phone",
    sorted by [npi] {
        /// NPI.
        npi: Box<str> = req("npi", Word),
        /// Name.
        name: Option<Box<str>> = col("name", Text),
        /// Phone.
        phone: Option<Box<str>> = col("phone", Text),
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

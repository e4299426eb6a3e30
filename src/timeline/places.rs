//! Places of service of ambulatory visits. Owns that list; refuses to know who was seen there.

/// Places of service where a professional line is an ambulatory visit, as for continuity of care.
pub const AMBULATORY_PLACES: &[&str] = &["02", "10", "11", "12", "17", "19", "20", "22", "49", "50", "71", "72"];

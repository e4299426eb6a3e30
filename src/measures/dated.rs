//! A fact with its day and the row it rests on. Owns the pair; refuses to know what it means.

use crate::domain::Day;
use crate::domain::record::record;

/// One dated fact with the row it rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dated {
    /// Day.
    pub day: Day,
    /// Claim or admission id.
    pub id: Box<str>,
}

record!(Dated { day, id });

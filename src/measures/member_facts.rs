//! What the list, the clocks and the caseload ask about one member's use of care. Owns the shape;
//! refuses to compute.

use crate::domain::Day;

/// One dated fact with the row it rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dated {
    /// Day.
    pub day: Day,
    /// Claim or admission id.
    pub id: Box<str>,
}

/// Use of care by the night's date.
#[derive(Clone, Debug, Default)]
pub struct MemberFacts {
    /// Stays admitted in the last 365 days.
    pub stays_year: u32,
    /// PQI stays admitted in the last 12 months, latest first, with their measures.
    pub pqi_year: Vec<(Dated, u16)>,
    /// ED visits in the last 365 days.
    pub ed_year: u32,
    /// Latest ED visit of the year.
    pub last_ed: Option<Dated>,
    /// Latest stay of the year.
    pub last_stay: Option<Dated>,
    /// Behavioral-health stay or ED visit in the last 12 months.
    pub behavioral_year: Option<Dated>,
    /// An open stay or a SNF claim covers the night's date; the day it began.
    pub in_facility_since: Option<Day>,
    /// A claim says the member died: the day.
    pub died_by_claim: Option<Day>,
    /// Hospice by disposition 50 or 51, or by bill 81x or 82x within 30 days.
    pub hospice_since: Option<Day>,
    /// Adherence classes whose supply ran out: class and the day it did.
    pub late_fills: Vec<(&'static str, Day)>,
    /// Distinct ingredients on hand.
    pub ingredients_on_hand: Option<u32>,
    /// Continuity of care index, 0..1; `None` under four visits.
    pub coc: Option<f64>,
    /// Usual provider of care share, 0..1; `None` under four visits.
    pub upc: Option<f64>,
    /// Last ambulatory visit.
    pub last_visit: Option<Dated>,
    /// Paid over the last 365 days, in cents.
    pub paid_year_cents: i64,
}

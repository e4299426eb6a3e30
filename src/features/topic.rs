//! What a feature speaks of: features of one topic become one reason. Owns the list of topics; refuses to
//! word them (see the models room).

use super::instrument::Instrument;
use super::lab_test::LabTest;
use crate::reference::{DrugClass, Elixhauser};

/// A topic.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Topic {
    /// Age and sex: never a reason by themselves.
    AgeSex,
    /// Who pays, entitlement, length of cover.
    Cover,
    /// Poverty of the county.
    Place,
    /// An Elixhauser measure.
    Condition(Elixhauser),
    /// Coronary disease and atrial fibrillation.
    Heart,
    /// How many and how heavy all conditions are.
    Burden,
    /// Frailty, falls, dementia signs.
    Frailty,
    /// Acute illness of the last year: infection, kidney injury, respiratory failure.
    AcuteIllness,
    /// A laboratory value.
    Laboratory(LabTest),
    /// Hospital stays.
    Stays,
    /// Potentially avoidable stays.
    AvoidableStays,
    /// The discharge being scored.
    ThisDischarge,
    /// ED visits.
    Emergency,
    /// Behavioral-health use of hospital or ED.
    Behavioral,
    /// Ambulatory visits.
    Visits,
    /// Skilled nursing, home health, rehabilitation.
    PostAcute,
    /// What care cost.
    Cost,
    /// How many medicines.
    Medicines,
    /// Supply of a class of medicines.
    Supply(DrugClass),
    /// Continuity of care and number of providers.
    Continuity,
    /// Procedures and equipment.
    Procedures,
    /// Social needs heard of.
    Needs,
    /// An instrument.
    Instrument(Instrument),
    /// Care-management contact.
    Contact,
    /// An organisation's own column.
    Own(String),
}

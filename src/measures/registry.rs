//! The list of measures, in the order of `docs/measures.md`. Owns that list; nobody but the dictionary reads it,
//! because who needs a measure asks [`Measured::get`](super::measure::Measured::get) for its type.

use super::ccsr::Ccsr;
use super::ccw::Ccw;
use super::comorbidity::Comorbidity;
use super::drug_supply::{DrugSupply, SupplyEnds};
use super::ed_classes::EdClasses;
use super::engagement::Engagement;
use super::facility_stay::Whereabouts;
use super::follow_ups::FollowUps;
use super::hcc::Hcc;
use super::hospital::HospitalScore;
use super::lace::LatestLace;
use super::measure::Measure;
use super::medicines::Medicines;
use super::needs::Needs;
use super::pharmacy::Pharmacy;
use super::pqe::VisitPqe;
use super::pqi::StayPqi;
use super::process_steps::ProcessSteps;
use super::readmission::Readmissions;
use super::results::LastResults;
use super::transitions::Transitions;
use super::utilization::Utilization;
use super::worklist::Worklist;

/// What the dictionary tells of one measure.
#[derive(Clone, Copy, Debug)]
pub struct MeasureEntry {
    /// Short name.
    pub id: &'static str,
    /// Definition.
    pub doc: &'static str,
}

impl MeasureEntry {
    const fn of<M: Measure>() -> Self {
        Self { id: M::ID, doc: M::DOC }
    }
}

/// Every measure.
pub const REGISTRY: &[MeasureEntry] = &[
    MeasureEntry::of::<Readmissions>(),
    MeasureEntry::of::<StayPqi>(),
    MeasureEntry::of::<EdClasses>(),
    MeasureEntry::of::<VisitPqe>(),
    MeasureEntry::of::<Comorbidity>(),
    MeasureEntry::of::<Hcc>(),
    MeasureEntry::of::<Ccsr>(),
    MeasureEntry::of::<Ccw>(),
    MeasureEntry::of::<LatestLace>(),
    MeasureEntry::of::<HospitalScore>(),
    MeasureEntry::of::<Utilization>(),
    MeasureEntry::of::<Pharmacy>(),
    MeasureEntry::of::<DrugSupply>(),
    MeasureEntry::of::<SupplyEnds>(),
    MeasureEntry::of::<Medicines>(),
    MeasureEntry::of::<LastResults>(),
    MeasureEntry::of::<Engagement>(),
    MeasureEntry::of::<Needs>(),
    MeasureEntry::of::<Transitions>(),
    MeasureEntry::of::<FollowUps>(),
    MeasureEntry::of::<ProcessSteps>(),
    MeasureEntry::of::<Whereabouts>(),
    MeasureEntry::of::<Worklist>(),
];

//! Clinical facts of one member: measures over a timeline, each computed when it is asked for. Owns their
//! definitions and sources; refuses to score, rank or read a file.
//!
//! Adding a measure: one file with its type, a `mod` line here, a line in `registry.rs`.

mod authorization_due;
mod care_evidence;
mod ccsr;
mod ccw;
mod comorbidity;
mod dated;
mod discharges;
mod drug_supply;
mod ed_classes;
mod engagement;
mod facility_stay;
mod follow_ups;
mod hcc;
mod hcc_score;
mod hospital;
mod lace;
mod measure;
mod medicines;
mod mentions;
mod needs;
mod pharmacy;
mod pqe;
mod pqi;
mod process_steps;
mod rates;
mod rates_record;
mod readmission;
mod registry;
mod results;
mod scheme;
mod transition;
mod transition_states;
mod transitions;
mod utilization;
mod visit_knowledge;
mod worklist;

#[cfg(test)]
mod tests;

pub use care_evidence::{Seen, SeenBy, is_visit_line};
pub use ccsr::Ccsr;
pub use ccw::Ccw;
pub use comorbidity::{Comorbidity, ConditionRow, Evidence, LOOK_BACK_MONTHS, PoaBasis};
pub use dated::Dated;
pub use discharges::Destination;
pub use drug_supply::{DrugSupply, LateClass};
pub use ed_classes::{EdClass, EdClasses};
pub use engagement::{Engagement, PrimaryCareVisit};
pub use facility_stay::{FacilityBasis, FacilityStay, Whereabouts};
pub use follow_ups::{FollowUp, FollowUpState, FollowUps, KnownBy};
pub use hcc::{Hcc, Raf, RafStatus};
pub use hcc_score::{Dual, HccPerson, after_hierarchy as hcc_after_hierarchy, edited as hcc_edited, raf_thousandths};
pub use hospital::{HospitalItems, HospitalScore};
pub use lace::{Lace, LatestLace, lace_of_stay};
pub use measure::{Inputs, Measure, Measured, is_within_year};
pub use medicines::{Medicine, MedicineChange, Medicines};
pub use mentions::{CategoryRow, Mention, row_id};
pub use needs::{Need, NeedAge, NeedSource, Needs};
pub use pharmacy::{CoveredDays, NewDrug, PDC_CLASSES, PDC_NAMES, PdcReason, Pharmacy};
pub use pqe::{PQE, VisitPqe, pqe_names};
pub use pqi::{COMPOSITES, PQI, PqiVerdict, StayPqi, composites_of};
pub use process_steps::{ProcessStep, ProcessSteps, StepOutcome};
pub use rates::{Expected, RateCell, RateGroup, RateKey, RateKind, Rates};
pub use readmission::{IndexExclusion, Readmissions, StayMeasures};
pub use registry::{MeasureEntry, REGISTRY};
pub use results::{Direction, LastResult, LastResults, TESTS, standard_unit};
pub use scheme::Scheme;
pub use transition::Transition;
pub use transition_states::{
    ContactState, DueStep, NextStep, ReconciliationState, Setting, TransitionStatus, VisitState,
};
pub use transitions::Transitions;
pub use utilization::Utilization;
pub use visit_knowledge::{ClockKind, LagHistogram, PastDischarge, PastEvent, VisitKnowledge, add_professional_lags};
pub use worklist::{WorkItem, WorkKind, Worklist};

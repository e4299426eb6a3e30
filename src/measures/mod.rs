//! Clinical facts of one member: a registry of measures over a timeline. Owns their definitions and
//! sources; refuses to score, rank or read a file.
//!
//! Adding a measure: one file with its `Measure`, one line in [`REGISTRY`].

mod ccsr;
mod ccw;
mod comorbidity;
mod ed_classes;
mod engagement;
mod hcc;
mod hcc_score;
mod hospital;
mod intervals;
mod lace;
mod member_facts;
mod mentions;
mod needs;
mod pharmacy;
mod pqe;
mod pqi;
mod rates;
mod readmission;
mod transitions;
mod utilization;
mod worklist;

#[cfg(test)]
mod tests;

use crate::config::Clocks;
use crate::domain::Day;
use crate::extracts::{Authorization, Lab, Outreach, Referral, Screening, Task};
use crate::timeline::{Codes, Timeline};

pub use comorbidity::{Comorbidity, ConditionRow, Evidence, PoaBasis, Scheme};
pub use ed_classes::EdClass;
pub use engagement::{Engagement, PrimaryCareVisit};
pub use hcc::{Raf, RafStatus};
pub use hcc_score::{Dual, HccPerson, after_hierarchy as hcc_after_hierarchy, edited as hcc_edited, raf_thousandths};
pub use hospital::HospitalItems;
pub use intervals::{newcombe_difference, wilson};
pub use lace::{Lace, for_stay as lace_for_stay};
pub use member_facts::{Dated, MemberFacts};
pub use mentions::{CategoryRow, Mention, row_id};
pub use needs::{Need, NeedSource};
pub use pharmacy::{CoveredDays, NewDrug, PDC_CLASSES, PDC_NAMES, PdcReason, Pharmacy};
pub use pqe::{PQE, pqe_names};
pub use pqi::{COMPOSITES, PQI, PqiVerdict, composites_of};
pub use rates::{RateCell, RateKey, RateKind, Rates, exact_poisson};
pub use readmission::{IndexExclusion, StayFacts};
pub use transitions::{Transition, TransitionState};
pub use worklist::{WorkItem, WorkKind};

/// Everything a measure may look at beside the timeline.
pub struct Inputs<'a> {
    /// Code facts and words.
    pub codes: &'a Codes<'a>,
    /// Limits of clocks.
    pub clocks: &'a Clocks,
    /// Days a claim is taken to need.
    pub claims_lag_days: i32,
    /// The member's screenings, oldest first.
    pub screenings: Vec<&'a Screening>,
    /// The member's contact attempts, oldest first.
    pub outreach: Vec<&'a Outreach>,
    /// The member's laboratory results.
    pub labs: Vec<&'a Lab>,
    /// The member's tasks.
    pub tasks: Vec<&'a Task>,
    /// The member's authorizations.
    pub authorizations: Vec<&'a Authorization>,
    /// The member's referrals.
    pub referrals: Vec<&'a Referral>,
}

impl<'a> Inputs<'a> {
    /// Nothing beside the timeline: for what claims, ADT rows and fills alone decide.
    #[must_use]
    pub fn bare(codes: &'a Codes<'a>, clocks: &'a Clocks) -> Self {
        Self {
            codes,
            clocks,
            claims_lag_days: 0,
            screenings: Vec::new(),
            outreach: Vec::new(),
            labs: Vec::new(),
            tasks: Vec::new(),
            authorizations: Vec::new(),
            referrals: Vec::new(),
        }
    }
}

/// What the measures say of one member.
#[derive(Default)]
pub struct MemberMeasures {
    /// One entry a stay, in stay order.
    pub stays: Vec<StayFacts>,
    /// One entry an ED visit, in visit order.
    pub ed: Vec<EdClass>,
    /// Charlson, Elixhauser, HFRS and their evidence.
    pub comorbidity: Comorbidity,
    /// HCCs, CCSR and CCW conditions with their evidence.
    pub categories: Vec<CategoryRow>,
    /// CMS-HCC risk scores.
    pub raf: Raf,
    /// Diagnoses whose CCSR categories came from the prefix family.
    pub ccsr_from_family: u32,
    /// Diagnoses without a CCSR category.
    pub ccsr_unmapped: u32,
    /// HOSPITAL items of the latest index discharge.
    pub hospital: Option<HospitalItems>,
    /// Medicines.
    pub pharmacy: Pharmacy,
    /// Providers, primary care and markers.
    pub engagement: Engagement,
    /// LACE of the latest index discharge, with that stay's place.
    pub lace: Option<(usize, Lace)>,
    /// At least two stays admitted in the year.
    pub flag_2ip: bool,
    /// Social needs by domain.
    pub needs: Vec<Need>,
    /// Discharges in their transition period.
    pub transitions: Vec<Transition>,
    /// Due items.
    pub worklist: Vec<WorkItem>,
    /// Use, adherence and continuity facts.
    pub facts: MemberFacts,
}

/// One registered measure.
pub trait Measure: Sync {
    /// Short name.
    fn id(&self) -> &'static str;
    /// Definition, formula, missing rule, source and known limits, as `docs/measures.md` shows it.
    fn doc(&self) -> &'static str;
    /// Computes the measure; earlier measures of the registry are already in `out`.
    fn compute(&self, timeline: &Timeline<'_>, inputs: &Inputs<'_>, out: &mut MemberMeasures);
}

/// Every measure, in the order they are computed.
pub const REGISTRY: &[&dyn Measure] = &[
    &readmission::Readmission,
    &pqi::Pqi,
    &ed_classes::EdClasses,
    &pqe::Pqe,
    &comorbidity::ComorbidityMeasure,
    &hcc::Hcc,
    &ccsr::Ccsr,
    &ccw::Ccw,
    &lace::LaceMeasure,
    &hospital::HospitalScore,
    &utilization::Utilization,
    &pharmacy::PharmacyMeasure,
    &engagement::EngagementMeasure,
    &needs::Needs,
    &transitions::Transitions,
    &worklist::Worklist,
];

/// The measures that the ordering key of an earlier night rests on: stays, PQI, conditions, use.
const ORDERING: &[&dyn Measure] =
    &[&readmission::Readmission, &pqi::Pqi, &comorbidity::ComorbidityMeasure, &utilization::Utilization];

/// The measures that features, labels and comparators of trained models rest on.
const LEARNING: &[&dyn Measure] = &[
    &readmission::Readmission,
    &pqi::Pqi,
    &ed_classes::EdClasses,
    &comorbidity::ComorbidityMeasure,
    &lace::LaceMeasure,
    &hospital::HospitalScore,
    &utilization::Utilization,
    &pharmacy::PharmacyMeasure,
    &needs::Needs,
];

fn compute(measures: &[&dyn Measure], timeline: &Timeline<'_>, inputs: &Inputs<'_>) -> MemberMeasures {
    let mut out = MemberMeasures::default();
    for m in measures {
        m.compute(timeline, inputs, &mut out);
    }
    out
}

/// Computes only what trained models look at: many views a member, so nothing more. Pure.
#[must_use]
pub fn measure_for_learning(timeline: &Timeline<'_>, inputs: &Inputs<'_>) -> MemberMeasures {
    compute(LEARNING, timeline, inputs)
}

/// Computes only what the ordering key of an earlier night rests on. Pure.
#[must_use]
pub fn measure_for_order(timeline: &Timeline<'_>, inputs: &Inputs<'_>) -> MemberMeasures {
    compute(ORDERING, timeline, inputs)
}

/// Computes every registered measure of one member. Pure.
#[must_use]
pub fn measure(timeline: &Timeline<'_>, inputs: &Inputs<'_>) -> MemberMeasures {
    compute(REGISTRY, timeline, inputs)
}

/// Days in the half-open window (as_of − 365, as_of].
#[must_use]
pub fn within_year(day: Day, as_of: Day) -> bool {
    day <= as_of && day.since(as_of) > -365
}

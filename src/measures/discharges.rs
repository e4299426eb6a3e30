//! Discharges alive: from stays, observations and SNF bills, with what was left and where they lead. Owns which row is
//! one and the dispositions behind it; refuses to know a clock.

use super::measure::Measured;
use super::readmission::Readmissions;
use super::transition_states::Setting;
use crate::domain::record::record_choice;
use crate::domain::{CodeId, Day, Short, WordId};
use crate::extracts::{ClaimKind, PatientClass};
use crate::reference::CareDiagnosis;
use crate::timeline::{Claim, Stay};

/// Where a discharge leads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Destination {
    /// Home, or a place that is called like one.
    Community,
    /// A place with beds.
    Facility,
    /// Hospice, or the police.
    Ineligible,
}

const TO_FACILITY: &[&str] = &["03", "61", "62", "63", "64", "70", "83", "89", "90", "91", "92", "95"];
const TO_HOSPITAL: &[&str] = &["02", "05", "43", "65", "66", "82", "85", "88", "93", "94"];
const INELIGIBLE: &[&str] = &["21", "87", "50", "51"];
/// Not a discharge alive: died, still a patient, admitted to this same hospital.
const NO_DISCHARGE: &[&str] = &["20", "40", "41", "42", "30", "09"];
/// Destinations named as the community; a code that is none of any list is taken for one and counted.
const COMMUNITY: &[&str] = &["01", "04", "06", "07", "08", "69", "71", "72", "81", "84", "86"];

record_choice!(Destination { Community, Facility, Ineligible });

impl Destination {
    /// By discharge disposition; a missing or unknown one is the community.
    #[must_use]
    pub fn of(disposition: Short) -> Self {
        if disposition.is_any(INELIGIBLE) {
            Self::Ineligible
        } else if disposition.is_any(TO_FACILITY) || disposition.is_any(TO_HOSPITAL) {
            Self::Facility
        } else {
            Self::Community
        }
    }

    /// The disposition says nothing that is known.
    #[must_use]
    pub fn is_guess(disposition: Short) -> bool {
        Self::of(disposition) == Self::Community && !disposition.is_any(COMMUNITY)
    }
}

/// A discharge alive, whatever it was from.
pub(super) struct Discharge<'t> {
    /// Place among the member's stays; `None` for an observation or SNF discharge.
    pub stay: Option<usize>,
    /// Stay id, or the source id.
    pub id: &'t str,
    /// What was left.
    pub setting: Setting,
    /// Admission.
    pub admit: Day,
    /// Discharge.
    pub discharge: Day,
    /// The facility's number among the words.
    pub facility: WordId,
    /// Disposition.
    pub disposition: Short,
    /// Principal diagnosis.
    pub principal: CodeId,
    /// It is an ICD-10 code.
    pub icd10: bool,
}

/// Every discharge alive by the night, in no order.
pub(super) fn live_discharges<'t>(m: &'t Measured<'_>) -> Vec<Discharge<'t>> {
    let judged = &m.get::<Readmissions>().0;
    let mut out = Vec::new();
    for (i, stay) in m.timeline.stays.iter().enumerate().filter(|(i, _)| !judged[*i].died) {
        let Some(discharge) = stay.discharge.filter(|_| !stay.disposition.is_any(NO_DISCHARGE)) else { continue };
        out.push(Discharge {
            stay: Some(i),
            id: &stay.id,
            setting: setting_of_stay(m, i, stay),
            admit: stay.admit,
            discharge,
            facility: stay.facility,
            disposition: stay.disposition,
            principal: stay.principal,
            icd10: stay.principal_icd10,
        });
    }
    let as_of = m.as_of();
    let left = |day: Option<i32>| day.map(Day).filter(|d| *d <= as_of);
    for a in m.timeline.admissions.iter().filter(|a| a.class == PatientClass::Observation) {
        let Some(discharge) = left(a.discharged()).filter(|_| !a.disposition.is_any(NO_DISCHARGE)) else { continue };
        out.push(Discharge {
            stay: None,
            id: a.admission_id,
            setting: Setting::Observation,
            admit: Day(a.admit),
            discharge,
            facility: a.facility,
            disposition: a.disposition,
            principal: a.dx.first().copied().unwrap_or_default(),
            icd10: a.icd10(),
        });
    }
    let snf = |c: &&Claim<'_>| c.kind == ClaimKind::Institutional && c.bill_begins("21");
    for c in m.timeline.claims.iter().filter(snf) {
        let Some(discharge) = left(c.discharge).filter(|_| !c.disposition.is_any(NO_DISCHARGE)) else { continue };
        out.push(Discharge {
            stay: None,
            id: c.id,
            setting: Setting::Snf,
            admit: Day(c.start),
            discharge,
            facility: c.facility,
            disposition: c.disposition,
            principal: c.principal(),
            icd10: c.icd10(),
        });
    }
    out
}

fn setting_of_stay(m: &Measured<'_>, index: usize, stay: &Stay<'_>) -> Setting {
    let drg = stay.drg.text();
    let number: u32 = drg.trim_start_matches('0').parse().unwrap_or(0);
    let care = if stay.principal_icd10 { m.codes().dx(stay.principal).care } else { 0 };
    let came = index.checked_sub(1).map(|i| m.timeline.stays[i].disposition).filter(|_| stay.post_acute);
    let came_by = |codes: &[&str]| came.is_some_and(|d| d.is_any(codes));
    if came_by(&["63", "91"]) {
        Setting::LongTermHospital
    } else if came_by(&["62", "90"]) || matches!(number, 945 | 946) {
        Setting::Rehab
    } else if matches!(number, 876 | 880..=887)
        || care & (CareDiagnosis::MentalEvent.bit() | CareDiagnosis::SelfHarm.bit()) != 0
    {
        Setting::Psychiatric
    } else {
        Setting::Inpatient
    }
}

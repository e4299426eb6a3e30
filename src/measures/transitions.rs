//! The transition clocks of live discharges: contact, visit, reconciliation in the thirty days after one. Owns what a
//! member's rows say of each discharge; refuses to judge it on a work day (see `transition`) and to know who will call.

use super::care_evidence::{
    Seen, SeenBy, booked_appointment, claimed_visit_days, first_seen_elsewhere, is_facility_bill, is_medical,
    kept_appointments, reconciled_days,
};
use super::comorbidity::Comorbidity;
use super::discharges::{Destination, Discharge, live_discharges};
use super::lace::lace_of_stay;
use super::measure::{Inputs, Measure, Measured};
use super::readmission::Readmissions;
use super::transition::Transition;
use super::transition_states::TransitionStatus;
use super::utilization::died_by_disposition;
use super::visit_knowledge::{AT_HOME_THROUGHOUT, ClockKind, PastDischarge, PastEvent};
use crate::domain::{Day, Short, TaskKind, add_business_days};
use crate::extracts::PatientClass;
use crate::reference::Sensitive;

/// Discharges alive in their thirty days, by day and id, and what became of the earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Transitions {
    /// By discharge, then id.
    pub rows: Vec<Transition>,
    /// Earlier discharges to the community, for the shares that the night learns.
    pub past: Vec<PastEvent>,
    /// The same discharges, one a day, with the steps that were made.
    pub past_discharges: Vec<PastDischarge>,
    /// Dispositions of `rows` that say nothing known and were taken for the community.
    pub guessed: u32,
}

impl Measure for Transitions {
    const ID: &'static str = "transitions";
    const DOC: &'static str = "Transitional care clocks: one row a discharge alive (inpatient, psychiatric, rehabilitation, long-term hospital, SNF 21x, observation) in the 30 days after it. Psychiatric: MS-DRG 876 or 880-887, or a mental-illness or self-harm principal; rehabilitation and long-term hospital: arrival by disposition 62, 90 or 63, 91, or MS-DRG 945, 946. status is the first of died; readmitted (any later stay or observation); in_facility (dispositions 03, 61-64, 70, 83, 89-92, 95, or a transfer without a seen arrival, until a discharge, a bill or ADT row of another place, or a visit is seen); destination_ineligible (21, 87, 50, 51); period_over; live. Contact due discharge + 2 business days (federal holidays off, the discharge day is day 0): reached by a completed, enrolled or refused contact that was spoken, or by a done visit; two vain attempts of different days or channels meet the rule for billing and end nothing. Visit due day 7 when complex (risk tier 1 or four Elixhauser conditions), else day 14: a line of the code set visits or a kept appointment (primary care, specialist) from the day after discharge. Reconciliation to day 30: 1111F, 99483, 99495, 99496 or a done reconciliation task of an RN or PharmD. A visit window that ends after visits_known_through is unconfirmed, never missed. Sources: CMS MLN908628; CPT 99495, 99496; public description of HEDIS TRC, of which this is no result.";

    fn compute(m: &Measured<'_>) -> Self {
        let found = Context::of(m);
        let mut out = Self::default();
        for d in live_discharges(m) {
            let end = d.discharge.plus(m.inputs.clocks.tcm_period_days);
            if m.as_of() <= end {
                out.rows.push(found.row(&d));
            } else if m.as_of().since(d.discharge) <= PAST_DAYS
                && Destination::of(d.disposition) == Destination::Community
            {
                let past = found.past_discharge(&d);
                out.past.push(past.event);
                out.past_discharges.push(past);
            }
        }
        out.rows.sort_by(|a, b| (a.discharge, a.setting, &a.id).cmp(&(b.discharge, b.setting, &b.id)));
        out.rows.dedup_by(|later, first| later.discharge == first.discharge);
        // Stays come before observations and skilled nursing; of one day the first of them stands.
        out.past_discharges.sort_by_key(|p| p.event.day);
        out.past_discharges.dedup_by_key(|p| p.event.day);
        let guess = |r: &&Transition| Destination::is_guess(r.disposition);
        out.guessed = u32::try_from(out.rows.iter().filter(guess).count()).unwrap_or(u32::MAX);
        out
    }
}

/// Discharges older than this teach nothing: the last known twelve months and the longest lag lie within it.
const PAST_DAYS: i32 = 365 + 400 + 31;

/// What all discharges of a member share.
struct Context<'m, 'a> {
    m: &'m Measured<'a>,
    visits: Vec<Seen>,
    reconciled: Vec<Day>,
    death: Option<Day>,
}

impl<'m, 'a> Context<'m, 'a> {
    fn of(m: &'m Measured<'a>) -> Self {
        let claimed = claimed_visit_days(m).into_iter().map(|day| Seen { day, by: SeenBy::Claim });
        let kept = kept_appointments(m, is_medical);
        let mut visits: Vec<Seen> = claimed.chain(kept.map(|day| Seen { day, by: SeenBy::Appointment })).collect();
        visits.sort_unstable();
        let died = m.timeline.member.death().into_iter().chain(died_by_disposition(&m.timeline)).min();
        Self { m, visits, reconciled: reconciled_days(m), death: died.filter(|d| *d <= m.as_of()) }
    }

    fn visit_within(&self, discharge: Day, end: Day) -> Option<Seen> {
        self.visits.iter().find(|v| v.day > discharge && v.day <= end).copied()
    }

    /// The first return after a discharge: another stay, or an observation.
    fn back_on(&self, d: &Discharge<'_>) -> Option<Day> {
        let stays = self.m.timeline.stays.iter().enumerate();
        let stays = stays.filter(|(i, s)| d.stay.is_none_or(|own| *i > own) && s.admit >= d.discharge);
        let beds = self.m.timeline.admissions.iter().filter(|a| a.class == PatientClass::Observation);
        let other = beds.filter(|a| a.admission_id != d.id && a.admit >= d.discharge.0);
        let later = other.filter(|a| a.admit > d.discharge.0 || a.discharged().is_none_or(|left| left > d.discharge.0));
        stays.map(|(_, s)| s.admit).chain(later.map(|a| Day(a.admit))).min()
    }

    fn closed(&self, d: &Discharge<'_>) -> Option<TransitionStatus> {
        if self.death.is_some_and(|day| day >= d.discharge) {
            return Some(TransitionStatus::Died);
        }
        if self.back_on(d).is_some() {
            return Some(TransitionStatus::Readmitted);
        }
        match Destination::of(d.disposition) {
            Destination::Facility => {
                first_seen_elsewhere(self.m, d.discharge).is_none().then_some(TransitionStatus::InFacility)
            }
            Destination::Ineligible => Some(TransitionStatus::DestinationIneligible),
            Destination::Community => None,
        }
    }

    fn row(&self, d: &Discharge<'_>) -> Transition {
        let (m, clocks) = (self.m, self.m.inputs.clocks);
        let contact_due = add_business_days(d.discharge, clocks.tcm_contact_business_days);
        let period_end = d.discharge.plus(clocks.tcm_period_days);
        let visit = self.visit_within(d.discharge, period_end);
        let contact = Contacts::of(&m.inputs, d.discharge, contact_due, period_end);
        Transition {
            stay: d.stay,
            id: d.id.into(),
            setting: d.setting,
            admit: d.admit,
            discharge: d.discharge,
            facility: m.codes().words.text(d.facility).into(),
            disposition: d.disposition,
            destination: Destination::of(d.disposition),
            ama: d.disposition == Short::of("07"),
            is_index: d.stay.is_some_and(|i| m.get::<Readmissions>().0[i].is_index()),
            many_conditions: m.get::<Comorbidity>().elixhauser_count.is_some_and(|n| n >= 4),
            principal: m.codes().icd.text(d.principal).into(),
            diagnosis: self.diagnosis_words(d).map(Into::into),
            sensitive: if d.icd10 { m.codes().dx(d.principal).sensitive } else { Sensitive::No },
            lace: d.stay.and_then(|i| lace_of_stay(&m.timeline, i, m.codes())),
            contact_due,
            reached_on: contact.reached.into_iter().chain(visit.map(|v| v.day)).min(),
            refused_on: contact.refused,
            attempted: contact.attempted,
            visit,
            booked_on: booked_appointment(m, d.discharge.plus(1), period_end, is_medical),
            reconciled_on: self.reconciled.iter().copied().find(|r| *r >= d.discharge && *r <= period_end),
            visit_due_complex: d.discharge.plus(clocks.tcm_visit_complex_days),
            visit_due_plain: d.discharge.plus(clocks.tcm_visit_days),
            period_end,
            closed: self.closed(d),
        }
    }

    /// The clinical category of the principal diagnosis, in words.
    fn diagnosis_words(&self, d: &Discharge<'_>) -> Option<&'static str> {
        let (codes, reference) = (self.m.codes(), self.m.codes().reference);
        let group = reference.groupers.ccsr(codes.dx(d.principal).groupers.ccsr).filter(|_| d.icd10)?;
        let category = group.inpatient_default.or_else(|| group.categories.first().copied())?;
        reference.ccsr_label(reference.groupers.ccsr_names[usize::from(category)])
    }

    /// The steps that were made after an older discharge.
    fn past_discharge(&self, d: &Discharge<'_>) -> PastDischarge {
        let clocks = self.m.inputs.clocks;
        let event = self.past(d);
        let contact_due = add_business_days(d.discharge, clocks.tcm_contact_business_days);
        let end = d.discharge.plus(clocks.tcm_period_days);
        let contacts = Contacts::of(&self.m.inputs, d.discharge, contact_due, end);
        let visit = event.seen.map(|days| d.discharge.plus(i32::from(days)));
        PastDischarge {
            event,
            facility: d.facility,
            contact_days: u8::try_from(contact_due.since(d.discharge)).unwrap_or(u8::MAX),
            reached: contacts.reached.into_iter().chain(visit).any(|day| day <= contact_due),
            attempted: contacts.attempted,
            reconciled: self.reconciled.iter().any(|r| *r >= d.discharge && *r <= end),
        }
    }

    /// What became of an older discharge.
    fn past(&self, d: &Discharge<'_>) -> PastEvent {
        let seen = self.visit_within(d.discharge, d.discharge.plus(30));
        PastEvent {
            kind: ClockKind::Transition,
            day: d.discharge,
            seen: seen.and_then(|v| u8::try_from(v.day.since(d.discharge)).ok()),
            at_home: days_at_home(self.m, d.discharge, self.back_on(d), self.death),
        }
    }
}

/// Whole days after an event through which the person lived at home, enrolled: until a return, a death, a facility or
/// the end of cover.
pub(super) fn days_at_home(m: &Measured<'_>, event: Day, back: Option<Day>, death: Option<Day>) -> u8 {
    let facility =
        m.timeline.claims.iter().filter(|c| is_facility_bill(c)).map(|c| Day(c.start)).filter(|d| *d > event);
    let first = back.into_iter().chain(death).chain(facility).filter(|d| *d >= event).min();
    let home =
        first.map_or(i32::from(AT_HOME_THROUGHOUT), |d| d.since(event) - 1).clamp(0, i32::from(AT_HOME_THROUGHOUT));
    let covered = (0..=home).take_while(|n| m.timeline.member.enrolled_on(event.plus(*n))).count();
    u8::try_from(covered.saturating_sub(1)).unwrap_or(0)
}

/// What the outreach log says after a discharge.
struct Contacts {
    reached: Option<Day>,
    refused: Option<Day>,
    attempted: bool,
}

impl Contacts {
    fn of(inputs: &Inputs<'_>, discharge: Day, due: Day, end: Day) -> Self {
        let rows = || inputs.outreach.iter().filter(|o| o.day >= discharge && o.day <= end);
        let spoken = || rows().filter(|o| o.is_spoken());
        // A visit that a care manager made is a contact, not the visit of a practitioner.
        let visited = inputs.tasks.iter().filter(|t| t.kind == TaskKind::Visit).filter_map(|t| t.done);
        let visited = visited.filter(|d| *d >= discharge && *d <= end);
        let vain = rows().filter(|o| o.is_vain() && o.day <= due);
        let mut attempts: Vec<_> = vain.map(|o| (o.day, &o.channel)).collect();
        attempts.sort();
        attempts.dedup();
        Self {
            reached: spoken().map(|o| o.day).chain(visited).min(),
            refused: spoken().filter(|o| o.is_refused()).map(|o| o.day).min(),
            attempted: attempts.len() >= 2,
        }
    }
}

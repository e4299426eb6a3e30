//! The transition clocks of live discharges: contact, visit, reconciliation in the thirty days after one. Owns due
//! days, states and the next step of each; refuses to know who will call.

use super::care_evidence::{
    Seen, SeenBy, booked_appointment, claimed_visit_days, first_seen_elsewhere, is_facility_bill, is_medical,
    kept_appointments, reconciled_days,
};
use super::comorbidity::Comorbidity;
use super::lace::{Lace, lace_of_stay};
use super::measure::{Inputs, Measure, Measured};
use super::readmission::Readmissions;
use super::utilization::died_by_disposition;
use super::visit_knowledge::{AT_HOME_THROUGHOUT, ClockKind, PastEvent, VisitKnowledge};
use crate::domain::record::{record, record_choice};
use crate::domain::vocabulary::word_list;
use crate::domain::{CodeId, Day, Short, TaskKind, WordId, add_business_days, business_days_between};
use crate::extracts::{ClaimKind, NO_DAY, PatientClass};
use crate::reference::{CareDiagnosis, Sensitive};
use crate::timeline::{Claim, Stay};

word_list! {
    /// What was left; of two discharges on one day the first in this order stands.
    Setting {
        /// A hospital.
        Inpatient = "inpatient",
        /// A psychiatric stay.
        Psychiatric = "psychiatric",
        /// Inpatient rehabilitation.
        Rehab = "rehab",
        /// A long-term care hospital.
        LongTermHospital = "ltch",
        /// A skilled nursing facility.
        Snf = "snf",
        /// An observation stay.
        Observation = "observation",
    }
}
word_list! {
    /// Where a transition stands as a whole; the first that holds.
    TransitionStatus {
        /// The person died.
        Died = "died",
        /// A later stay or observation.
        Readmitted = "readmitted",
        /// Discharged to a facility and not seen since.
        InFacility = "in_facility",
        /// Hospice, or the police.
        DestinationIneligible = "destination_ineligible",
        /// The thirty days are over.
        PeriodOver = "period_over",
        /// Its clocks run.
        Live = "live",
    }
}
word_list! {
    /// Where the two-day contact stands.
    ContactState {
        /// Its window runs.
        Open = "open",
        /// Reached in time.
        Reached = "reached",
        /// Two vain attempts in time: enough for billing, and no end of trying.
        Attempted = "attempted",
        /// Neither in time.
        Missed = "missed",
    }
}
word_list! {
    /// Where the visit stands.
    VisitState {
        /// Its window runs.
        Open = "open",
        /// Seen.
        Done = "done",
        /// Not seen so far, and claims cannot know yet.
        Unconfirmed = "unconfirmed",
        /// Not seen, and claims would know.
        Missed = "missed",
    }
}
word_list! {
    /// Where the reconciliation of medicines stands.
    ReconciliationState {
        /// Its window runs.
        Open = "open",
        /// Done.
        Done = "done",
        /// Nothing says that it was done.
        Unconfirmed = "unconfirmed",
    }
}
word_list! {
    /// The next thing to do in a transition.
    NextStep {
        /// Speak with the person.
        Contact = "contact",
        /// See that the visit takes place.
        Visit = "visit",
        /// Reconcile the medicines.
        Reconcile = "reconcile",
        /// Reach the person at all, while the thirty days last.
        FollowUp = "follow_up",
        /// Call the facility.
        Facility = "facility",
        /// Nothing is owed.
        None = "none",
    }
}

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

/// A step with its deadline; `due` is `None` when there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DueStep {
    /// What.
    pub step: NextStep,
    /// By when.
    pub due: Option<Day>,
    /// Days after the discharge that the deadline stands for; 0 without one.
    pub deadline_days: i32,
}

/// One discharge alive in its thirty days, as far as the member's own rows tell.
#[derive(Clone, Debug)]
pub struct Transition {
    /// Place among the member's stays; `None` for an observation or SNF discharge.
    pub stay: Option<usize>,
    /// Stay id, or the source id of an observation or SNF discharge.
    pub id: Box<str>,
    /// What was left.
    pub setting: Setting,
    /// Admission.
    pub admit: Day,
    /// Discharge.
    pub discharge: Day,
    /// NPI of the facility; empty when unknown.
    pub facility: Box<str>,
    /// Disposition.
    pub disposition: Short,
    /// Where it leads.
    pub destination: Destination,
    /// Left against medical advice.
    pub ama: bool,
    /// Counts as an index discharge.
    pub is_index: bool,
    /// Four or more Elixhauser conditions.
    pub many_conditions: bool,
    /// Principal diagnosis; empty when unknown.
    pub principal: Box<str>,
    /// The same in words: its clinical category.
    pub diagnosis: Option<Box<str>>,
    /// What the diagnosis is masked as.
    pub sensitive: Sensitive,
    /// LACE of the stay, index or not; `None` where it cannot be counted.
    pub lace: Option<Lace>,
    /// Two business days after discharge.
    pub contact_due: Day,
    /// First day on which somebody reached or saw the person.
    pub reached_on: Option<Day>,
    /// First refusal from the discharge day on.
    pub refused_on: Option<Day>,
    /// Two vain attempts of different days or channels by the due day.
    pub attempted: bool,
    /// The first visit.
    pub visit: Option<Seen>,
    /// The first appointment booked in the thirty days.
    pub booked_on: Option<Day>,
    /// When the medicines were reconciled.
    pub reconciled_on: Option<Day>,
    /// Visit due when complex.
    pub visit_due_complex: Day,
    /// Visit due when not complex.
    pub visit_due_plain: Day,
    /// Day thirty.
    pub period_end: Day,
    /// What ended it, or keeps it from running.
    pub closed: Option<TransitionStatus>,
}

record!(Transition {
    stay,
    id,
    setting,
    admit,
    discharge,
    facility,
    disposition,
    destination,
    ama,
    is_index,
    many_conditions,
    principal,
    diagnosis,
    sensitive,
    lace,
    contact_due,
    reached_on,
    refused_on,
    attempted,
    visit,
    booked_on,
    reconciled_on,
    visit_due_complex,
    visit_due_plain,
    period_end,
    closed,
});
record_choice!(Destination { Community, Facility, Ineligible });

impl Transition {
    /// Where it stands on a work day.
    #[must_use]
    pub fn status(&self, work_day: Day) -> TransitionStatus {
        match self.closed {
            Some(closed) => closed,
            None if work_day > self.period_end => TransitionStatus::PeriodOver,
            None => TransitionStatus::Live,
        }
    }

    /// Its clocks run on a work day.
    #[must_use]
    pub fn is_live(&self, work_day: Day) -> bool {
        self.status(work_day) == TransitionStatus::Live
    }

    /// The diagnosis or the setting is sensitive.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.sensitive != Sensitive::No || self.setting == Setting::Psychiatric
    }

    /// Why the visit is due within seven days; empty when it is not.
    #[must_use]
    pub fn complex_by(&self, tier_one: bool) -> &'static str {
        match (tier_one, self.many_conditions) {
            (true, true) => "risk tier 1 and four conditions or more",
            (true, false) => "risk tier 1",
            (false, true) => "four conditions or more",
            (false, false) => "",
        }
    }

    /// The visit's due day.
    #[must_use]
    pub fn visit_due(&self, complex: bool) -> Day {
        if complex { self.visit_due_complex } else { self.visit_due_plain }
    }

    /// Where the two-day contact stands, read on a work day.
    #[must_use]
    pub fn contact_state(&self, work_day: Day) -> ContactState {
        if self.reached_on.is_some_and(|d| d <= self.contact_due) {
            ContactState::Reached
        } else if self.attempted {
            ContactState::Attempted
        } else if self.contact_due < work_day {
            ContactState::Missed
        } else {
            ContactState::Open
        }
    }

    /// Where the visit stands, read on a work day.
    #[must_use]
    pub fn visit_state(&self, known: &VisitKnowledge, complex: bool) -> VisitState {
        let due = self.visit_due(complex);
        if self.visit.is_some() {
            VisitState::Done
        } else if due >= known.work_day {
            VisitState::Open
        } else if known.knows(due) {
            VisitState::Missed
        } else {
            VisitState::Unconfirmed
        }
    }

    /// Where the reconciliation stands, read on a work day.
    #[must_use]
    pub fn reconciliation_state(&self, work_day: Day) -> ReconciliationState {
        if self.reconciled_on.is_some() {
            ReconciliationState::Done
        } else if self.period_end >= work_day {
            ReconciliationState::Open
        } else {
            ReconciliationState::Unconfirmed
        }
    }

    /// The next deadline that can still be met on a work day, following who was reached and never who was tried.
    #[must_use]
    pub fn next_step(&self, work_day: Day, complex: bool) -> DueStep {
        let at =
            |step, due: Option<Day>| DueStep { step, due, deadline_days: due.map_or(0, |d| d.since(self.discharge)) };
        match self.status(work_day) {
            TransitionStatus::InFacility => return at(NextStep::Facility, None),
            TransitionStatus::Live => {}
            _ => return at(NextStep::None, None),
        }
        if self.reached_on.is_none() && work_day.since(self.discharge) <= 7 {
            let due = if self.contact_due < work_day { work_day } else { self.contact_due };
            return at(NextStep::Contact, Some(due));
        }
        if self.visit.is_none() {
            let days = [self.visit_due_complex, self.visit_due_plain];
            let met = |d: &&Day| **d >= work_day;
            if let Some(due) = days[usize::from(!complex)..].iter().find(met) {
                return at(NextStep::Visit, Some(*due));
            }
        }
        if self.reconciliation_state(work_day) == ReconciliationState::Open {
            at(NextStep::Reconcile, Some(self.period_end))
        } else if self.reached_on.is_none() && self.visit.is_none() {
            at(NextStep::FollowUp, Some(self.period_end))
        } else {
            at(NextStep::None, None)
        }
    }

    /// Business days left to the next step on a work day; negative when late.
    #[must_use]
    pub fn slack(&self, work_day: Day, complex: bool) -> Option<i32> {
        self.next_step(work_day, complex).due.map(|due| business_days_between(work_day, due))
    }

    /// The chance that what the next step asks for is still to be done; `None` where nothing is asked or nothing can be
    /// said of it.
    #[must_use]
    pub fn chance_open(&self, known: &VisitKnowledge, complex: bool) -> Option<f64> {
        let next = self.next_step(known.work_day, complex);
        match next.step {
            NextStep::Contact => Some(1.0),
            NextStep::Visit | NextStep::FollowUp => {
                let booked = next.due.is_some_and(|due| self.booked_on.is_some_and(|b| b <= due));
                Some(known.chance_open(ClockKind::Transition, self.discharge, next.deadline_days, booked))
            }
            NextStep::Reconcile | NextStep::Facility | NextStep::None => None,
        }
    }
}

/// Discharges alive in their thirty days, by day and id, and what became of the earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Transitions {
    /// By discharge, then id.
    pub rows: Vec<Transition>,
    /// Earlier discharges to the community, for the shares that the night learns.
    pub past: Vec<PastEvent>,
    /// Dispositions of `rows` that say nothing known and were taken for the community.
    pub guessed: u32,
}

impl Measure for Transitions {
    const ID: &'static str = "transitions";
    const DOC: &'static str = "Transitional care clocks: one row a discharge alive (inpatient, psychiatric, rehabilitation, long-term hospital, SNF 21x, observation) in the 30 days after it. Psychiatric: MS-DRG 876 or 880-887, or a mental-illness or self-harm principal; rehabilitation and long-term hospital: arrival by disposition 62, 90 or 63, 91, or MS-DRG 945, 946. status is the first of died; readmitted (any later stay or observation); in_facility (dispositions 03, 61-64, 70, 83, 89-92, 95, or a transfer without a seen arrival, until a discharge, a bill or ADT row of another place, or a visit is seen); destination_ineligible (21, 87, 50, 51); period_over; live. Contact due discharge + 2 business days (federal holidays off, the discharge day is day 0): reached by a completed, enrolled or refused contact that was spoken, or by a done visit; two vain attempts of different days or channels meet the rule for billing and end nothing. Visit due day 7 when complex (risk tier 1 or four Elixhauser conditions), else day 14: a line of the code set visits or a kept appointment (primary care, specialist) from the day after discharge. Reconciliation to day 30: 1111F, 99483, 99495, 99496 or a done reconciliation task of an RN or PharmD. A visit window that ends after visits_known_through is unconfirmed, never missed. Sources: CMS MLN908628; CPT 99495, 99496; public description of HEDIS TRC, of which this is no result.";

    fn compute(m: &Measured<'_>) -> Self {
        let found = Context::of(m);
        let mut out = Self::default();
        for d in discharges(m) {
            let end = d.discharge.plus(m.inputs.clocks.tcm_period_days);
            if m.as_of() <= end {
                out.rows.push(found.row(&d));
            } else if m.as_of().since(d.discharge) <= PAST_DAYS
                && Destination::of(d.disposition) == Destination::Community
            {
                out.past.push(found.past(&d));
            }
        }
        out.rows.sort_by(|a, b| (a.discharge, a.setting, &a.id).cmp(&(b.discharge, b.setting, &b.id)));
        out.rows.dedup_by(|later, first| later.discharge == first.discharge);
        let guess = |r: &&Transition| Destination::is_guess(r.disposition);
        out.guessed = u32::try_from(out.rows.iter().filter(guess).count()).unwrap_or(u32::MAX);
        out
    }
}

/// Discharges older than this teach nothing: the last known twelve months and the longest lag lie within it.
const PAST_DAYS: i32 = 365 + 400 + 31;

/// A discharge alive, whatever it was from.
struct Discharge<'t> {
    stay: Option<usize>,
    id: &'t str,
    setting: Setting,
    admit: Day,
    discharge: Day,
    facility: WordId,
    disposition: Short,
    principal: CodeId,
    icd10: bool,
}

/// Every discharge alive by the night, in no order.
fn discharges<'t>(m: &'t Measured<'_>) -> Vec<Discharge<'t>> {
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
    let left = |day: i32| (day != NO_DAY && day <= as_of.0).then_some(Day(day));
    for a in m.timeline.admissions.iter().filter(|a| a.class == PatientClass::Observation) {
        let Some(discharge) = left(a.discharge).filter(|_| !a.disposition.is_any(NO_DISCHARGE)) else { continue };
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
        let later = other.filter(|a| a.admit > d.discharge.0 || a.discharge == NO_DAY || a.discharge > d.discharge.0);
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
        let category =
            if d.icd10 { m.codes().reference.groupers.ccsr(m.codes().dx(d.principal).groupers.ccsr) } else { None };
        let named = category
            .and_then(|g| g.inpatient_default.or_else(|| g.categories.first().copied()))
            .map(|at| m.codes().reference.groupers.ccsr_names[usize::from(at)]);
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
            diagnosis: named.and_then(|category| m.codes().reference.ccsr_label(category)).map(Into::into),
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

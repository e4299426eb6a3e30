//! Follow-up after emergency and psychiatric care: events that ask for a visit within 7 and 30 days, and what closes
//! them. Owns the events and their closing; refuses to be called a HEDIS result: it is modelled on public descriptions.

use super::care_evidence::{
    Seen, SeenBy, booked_appointment, is_behavioral, is_medical, is_visit_line, kept_appointments,
};
use super::discharges::Destination;
use super::measure::{Measure, Measured};
use super::readmission::Readmissions;
use super::transitions::days_at_home;
use super::utilization::died_by_disposition;
use super::visit_knowledge::{ClockKind, PastEvent, VisitKnowledge};
use crate::domain::record::record;
use crate::domain::vocabulary::word_list;
use crate::domain::{Day, TaskKind, WordId, business_days_between};
use crate::extracts::{Appointment, ClaimKind, PatientClass};
use crate::reference::{CareDiagnosis, CareService, CareSetting, Sensitive};
use crate::timeline::{Claim, EdVisit, ServiceLine, StaySource};

word_list! {
    /// Where a follow-up stands.
    FollowUpState {
        /// A window runs.
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
    /// What told of the event.
    KnownBy {
        /// A claim.
        Claim = "claim",
        /// An ADT row.
        Admission = "admission",
    }
}

/// One event that asks for a follow-up visit.
#[derive(Clone, Debug)]
pub struct FollowUp {
    /// Which clock.
    pub kind: ClockKind,
    /// ED day or discharge.
    pub event: Day,
    /// NPI of the facility; empty when unknown.
    pub facility: Box<str>,
    /// What told of it.
    pub known_by: KnownBy,
    /// Id of the claim, ADT row or stay.
    pub evidence: Box<str>,
    /// The first visit that closes it.
    pub seen: Option<Seen>,
    /// The first appointment booked in the window that would close it.
    pub booked_on: Option<Day>,
    /// What the event is masked as.
    pub sensitive: Sensitive,
}

record!(FollowUp { kind, event, facility, known_by, evidence, seen, booked_on, sensitive });

impl FollowUp {
    /// The deadline that can still be met on a work day: day and days after the event.
    #[must_use]
    pub fn next_due(&self, work_day: Day) -> Option<(Day, i32)> {
        if self.seen.is_some() {
            return None;
        }
        deadline_days(self.kind).iter().map(|days| (self.event.plus(*days), *days)).find(|(due, _)| *due >= work_day)
    }

    /// Business days left on a work day.
    #[must_use]
    pub fn slack(&self, work_day: Day) -> Option<i32> {
        self.next_due(work_day).map(|(due, _)| business_days_between(work_day, due))
    }

    /// A booked appointment lies inside the window to the next deadline.
    #[must_use]
    pub fn is_booked(&self, work_day: Day) -> bool {
        self.next_due(work_day).is_some_and(|(due, _)| self.booked_on.is_some_and(|b| b <= due))
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self, known: &VisitKnowledge) -> FollowUpState {
        let last = self.event.plus(last_deadline(self.kind));
        if self.seen.is_some() {
            FollowUpState::Done
        } else if last >= known.work_day {
            FollowUpState::Open
        } else if known.knows(last) {
            FollowUpState::Missed
        } else {
            FollowUpState::Unconfirmed
        }
    }

    /// The chance that the visit is still to be made by the next deadline; 0 once seen, `None` when the windows are over.
    #[must_use]
    pub fn chance_open(&self, known: &VisitKnowledge) -> Option<f64> {
        if self.seen.is_some() {
            return Some(0.0);
        }
        let (_, days) = self.next_due(known.work_day)?;
        Some(known.chance_open(self.kind, self.event, days, self.is_booked(known.work_day)))
    }
}

/// Days after the event by which somebody should have been seen.
const fn deadline_days(kind: ClockKind) -> &'static [i32] {
    match kind {
        ClockKind::ChronicEd => &[7],
        _ => &[7, 30],
    }
}

fn last_deadline(kind: ClockKind) -> i32 {
    deadline_days(kind).iter().copied().max().unwrap_or(0)
}

/// Events within so many days of one that counts are part of it.
const fn days_of_one_event(kind: ClockKind) -> i32 {
    match kind {
        ClockKind::ChronicEd => 8,
        _ => 31,
    }
}

/// Days for which an event has its row.
const ROW_DAYS: i32 = 30;
/// Events older than this teach nothing.
const PAST_DAYS: i32 = 365 + 400 + 31;
/// Months before the event in which chronic groups are looked for.
const GROUP_MONTHS: i32 = 24;

/// Events of the last 30 days, by day and kind, and what became of the earlier ones.
#[derive(Clone, Debug, Default)]
pub struct FollowUps {
    /// By event day, then kind.
    pub rows: Vec<FollowUp>,
    /// Earlier events with the facility of each, for the shares that the night learns and the process rates.
    pub past: Vec<(PastEvent, WordId)>,
}

impl Measure for FollowUps {
    const ID: &'static str = "follow_ups";
    const DOC: &'static str = "Follow-up after emergency and psychiatric care, one row an event of the last 30 days. mental_stay: a stay with a mental-illness principal or any self-harm diagnosis, age 6 and over, discharged to the community; mental_ed: an ED visit with such a principal or self-harm, 6 and over; both are closed by a visit with a mental-health diagnosis, by a mental-health provider, service or setting, or by a kept behavioral appointment. substance_ed: an ED visit with a substance-use principal or an overdose, 13 and over; closed by a visit with a substance diagnosis or by a mental-health provider, by a substance-use service, screening, peer support or medicine, or by a kept behavioral appointment. chronic_ed: an ED visit at 18 or over with two or more groups of COPD or asthma, dementia, kidney disease, depression, heart failure, infarction, atrial fibrillation, stroke or TIA in the 24 months before (a group by one inpatient bill or ADT stay, or on two days); closed by an ambulatory, telehealth or care-management contact. Windows of 7 and 30 days (chronic 7); the ED day counts, a discharge day does not; a later admission in the window ends it, then the first event in 31 days (8 for chronic) counts. A window that ends after visits_known_through is unconfirmed, never missed. Modelled on the public description of NCQA's FUH, FUM, FUA and FMC with our own code lists: these are not HEDIS results.";

    fn compute(m: &Measured<'_>) -> Self {
        let mut events = ed_events(m);
        events.extend(stay_events(m));
        events.retain(|e| m.as_of().since(e.event) <= PAST_DAYS && !ended_by_admission(m, e));
        events.sort_by(|a, b| (a.kind, a.event, &a.evidence).cmp(&(b.kind, b.event, &b.evidence)));
        let mut counted: Option<(ClockKind, Day)> = None;
        events.retain(|e| {
            let part =
                counted.is_some_and(|(kind, day)| kind == e.kind && e.event.since(day) < days_of_one_event(kind));
            if !part {
                counted = Some((e.kind, e.event));
            }
            !part
        });
        let mut out = Self::default();
        for mut event in events {
            let from = if event.kind == ClockKind::MentalStay { event.event.plus(1) } else { event.event };
            let last = event.event.plus(last_deadline(event.kind));
            event.seen = first_closing(m, event.kind, from, last);
            if m.as_of().since(event.event) <= ROW_DAYS {
                event.booked_on = booked_appointment(m, from, last, |a| closes_by_appointment(event.kind, a));
                out.rows.push(event);
            } else {
                out.past.push((past_event(m, &event), m.codes().words.id(&event.facility)));
            }
        }
        out.rows.sort_by_key(|e| (e.event, e.kind));
        out
    }
}

fn past_event(m: &Measured<'_>, e: &FollowUp) -> PastEvent {
    let death = m.timeline.member.death().into_iter().chain(died_by_disposition(&m.timeline)).min();
    let back = m.timeline.stays.iter().map(|s| s.admit).find(|admit| *admit > e.event);
    PastEvent {
        kind: e.kind,
        day: e.event,
        seen: e.seen.and_then(|s| u8::try_from(s.day.since(e.event)).ok()),
        at_home: days_at_home(m, e.event, back, death),
    }
}

fn new_event(
    m: &Measured<'_>,
    kind: ClockKind,
    event: Day,
    facility: WordId,
    known_by: KnownBy,
    evidence: &str,
) -> FollowUp {
    let sensitive = match kind {
        ClockKind::MentalStay | ClockKind::MentalEd => Sensitive::Psychiatric,
        ClockKind::SubstanceEd => Sensitive::SubstanceUse,
        ClockKind::ChronicEd | ClockKind::Transition => Sensitive::No,
    };
    FollowUp {
        kind,
        event,
        facility: m.codes().words.text(facility).into(),
        known_by,
        evidence: evidence.into(),
        seen: None,
        booked_on: None,
        sensitive,
    }
}

fn ed_events(m: &Measured<'_>) -> Vec<FollowUp> {
    let mut out = Vec::new();
    for visit in m.timeline.ed_visits.iter().filter(|v| m.as_of().since(v.day) <= PAST_DAYS) {
        let age = m.timeline.member.birth().age_on(visit.day);
        let principal = if visit.icd10 { m.codes().dx(visit.diagnosis).care } else { 0 };
        let any = diagnoses_of(m, visit);
        let known_by = if visit.claims.is_empty() { KnownBy::Admission } else { KnownBy::Claim };
        let mental = principal & CareDiagnosis::MentalEvent.bit() != 0 || any & CareDiagnosis::SelfHarm.bit() != 0;
        let substance =
            principal & CareDiagnosis::SubstanceEvent.bit() != 0 || any & CareDiagnosis::Overdose.bit() != 0;
        let chronic = age >= 18 && chronic_groups(m, visit.day) >= 2;
        for (kind, holds) in [
            (ClockKind::MentalEd, mental && age >= 6),
            (ClockKind::SubstanceEd, substance && age >= 13),
            (ClockKind::ChronicEd, chronic),
        ] {
            if holds {
                out.push(new_event(m, kind, visit.day, visit.facility, known_by, visit.evidence));
            }
        }
    }
    out
}

/// Families of every diagnosis of an ED visit.
fn diagnoses_of(m: &Measured<'_>, visit: &EdVisit<'_>) -> u16 {
    let claims = visit.claims.iter().map(|i| &m.timeline.claims[*i]).filter(|c| c.icd10());
    let rows = visit.admissions.iter().map(|i| &m.timeline.admissions[*i]).filter(|a| a.icd10());
    let claimed = claims.flat_map(|c| c.dx.iter().map(|d| d.code));
    claimed.chain(rows.flat_map(|a| a.dx.iter().copied())).fold(0, |all, code| all | m.codes().dx(code).care)
}

fn stay_events(m: &Measured<'_>) -> Vec<FollowUp> {
    let judged = &m.get::<Readmissions>().0;
    let mut out = Vec::new();
    for (i, stay) in m.timeline.stays.iter().enumerate().filter(|(i, _)| !judged[*i].died) {
        let Some(discharge) = stay.discharge.filter(|d| m.as_of().since(*d) <= PAST_DAYS) else { continue };
        let final_principal = if stay.final_principal.is_none() { stay.principal } else { stay.final_principal };
        let principal = if stay.principal_icd10 { m.codes().dx(final_principal).care } else { 0 };
        let coded = m.timeline.stay_diagnoses(stay).filter(|(_, icd10)| *icd10);
        let any = coded.fold(0, |all, (code, _)| all | m.codes().dx(code).care);
        let mental = principal & CareDiagnosis::MentalEvent.bit() != 0 || any & CareDiagnosis::SelfHarm.bit() != 0;
        let age = m.timeline.member.birth().age_on(discharge);
        if mental && age >= 6 && !judged[i].died && Destination::of(stay.disposition) == Destination::Community {
            let known_by = if stay.source == StaySource::Admission { KnownBy::Admission } else { KnownBy::Claim };
            out.push(new_event(m, ClockKind::MentalStay, discharge, stay.facility, known_by, &stay.id));
        }
    }
    out
}

/// A stay admitted in the window.
fn ended_by_admission(m: &Measured<'_>, e: &FollowUp) -> bool {
    let last = e.event.plus(last_deadline(e.kind));
    m.timeline.stays.iter().any(|s| {
        let later = if e.kind == ClockKind::MentalStay {
            s.admit >= e.event && *s.id != *e.evidence
        } else {
            s.admit >= e.event
        };
        later && s.admit <= last
    })
}

/// How many chronic groups were known before a day: each by one inpatient bill or stay, or on two days.
fn chronic_groups(m: &Measured<'_>, day: Day) -> u32 {
    let from = day.plus_months(-GROUP_MONTHS);
    let mut once: [Option<i32>; 16] = [None; 16];
    let mut known = 0_u16;
    let mut see = |bits: u16, on: i32, inpatient: bool| {
        for at in (0..16).filter(|at| bits >> at & 1 == 1) {
            if inpatient || once[at].is_some_and(|first| first != on) {
                known |= 1 << at;
            }
            once[at].get_or_insert(on);
        }
    };
    for c in m.timeline.claims.iter().filter(|c| c.icd10() && c.start >= from.0 && c.start < day.0) {
        let bits = c.dx.iter().fold(0, |all, d| all | m.codes().dx(d.code).care) & CareDiagnosis::CHRONIC;
        see(bits, c.start, c.is_inpatient());
    }
    for a in m.timeline.admissions.iter().filter(|a| a.icd10() && a.admit >= from.0 && a.admit < day.0) {
        let bits = a.dx.iter().fold(0, |all, d| all | m.codes().dx(*d).care) & CareDiagnosis::CHRONIC;
        see(bits, a.admit, a.class == PatientClass::Inpatient);
    }
    known.count_ones()
}

/// The first thing in a window that closes a follow-up.
fn first_closing(m: &Measured<'_>, kind: ClockKind, from: Day, to: Day) -> Option<Seen> {
    let inside = |day: &Day| *day >= from && *day <= to;
    let seen = |by: SeenBy| move |day: Day| Seen { day, by };
    let lines = m.timeline.claims.iter().flat_map(|c| c.lines.iter().map(move |l| (c, l)));
    let claimed =
        lines.filter(|(c, l)| inside(&Day(l.start)) && closes_by_line(m, kind, c, l)).map(|(_, l)| Day(l.start));
    let filled = m.timeline.fills.iter().filter(|f| {
        kind == ClockKind::SubstanceEd && m.codes().service(f.ingredient) & CareService::SubstanceMedicine.bit() != 0
    });
    let kept = kept_appointments(m, move |a| closes_by_appointment(kind, a));
    let managed = m.inputs.outreach.iter().filter(|o| kind == ClockKind::ChronicEd && o.is_spoken() && !o.is_refused());
    let visited = m
        .inputs
        .tasks
        .iter()
        .filter(|t| kind == ClockKind::ChronicEd && t.kind == TaskKind::Visit)
        .filter_map(|t| t.done);
    claimed
        .chain(filled.map(|f| Day(f.day)))
        .map(seen(SeenBy::Claim))
        .chain(kept.map(seen(SeenBy::Appointment)))
        .chain(managed.map(|o| o.day).chain(visited).map(seen(SeenBy::Contact)))
        .filter(|s| inside(&s.day))
        .min()
}

fn closes_by_appointment(kind: ClockKind, a: &Appointment) -> bool {
    match kind {
        ClockKind::MentalStay | ClockKind::MentalEd | ClockKind::SubstanceEd => is_behavioral(a),
        ClockKind::ChronicEd | ClockKind::Transition => is_medical(a) || is_behavioral(a),
    }
}

fn closes_by_line(m: &Measured<'_>, kind: ClockKind, claim: &Claim<'_>, line: &ServiceLine) -> bool {
    let codes = m.codes();
    let care = &codes.reference.care;
    if claim.kind == ClaimKind::Institutional && claim.is_11x() {
        return false;
    }
    let service = codes.service(line.hcpcs);
    let of = |kinds: &[CareService]| kinds.iter().any(|k| service & k.bit() != 0);
    let setting = care.place(line.place).or_else(|| care.revenue(line.revenue));
    let in_setting = |wanted: CareSetting| setting == Some(wanted);
    let provider = codes.service(line.specialty) & CareService::MentalProvider.bit() != 0;
    let visit = is_visit_line(claim, line, codes) || of(&[CareService::MentalVisit, CareService::Virtual]);
    let coded =
        |family: CareDiagnosis| claim.icd10() && claim.dx.iter().any(|d| codes.dx(d.code).care & family.bit() != 0);
    match kind {
        ClockKind::MentalStay | ClockKind::MentalEd => {
            of(&[CareService::MentalVisit, CareService::PeerSupport])
                || in_setting(CareSetting::Mental)
                || (visit && (provider || coded(CareDiagnosis::MentalAny)))
        }
        ClockKind::SubstanceEd => {
            of(&[CareService::SubstanceService, CareService::PeerSupport])
                || in_setting(CareSetting::Substance)
                || (visit && (provider || coded(CareDiagnosis::SubstanceAny) || coded(CareDiagnosis::Overdose)))
        }
        ClockKind::ChronicEd | ClockKind::Transition => visit || of(&[CareService::CareManagement]),
    }
}

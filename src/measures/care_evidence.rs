//! Whether a person was seen or spoken to: visits by claim, kept and booked appointments, reconciled medicines,
//! contacts of the log. Owns what counts as which; refuses to know a due day.

use super::measure::Measured;
use crate::domain::record::record;
use crate::domain::vocabulary::word_list;
use crate::domain::{AppointmentKind, AppointmentStatus, Day, Discipline, Short, TaskKind};
use crate::extracts::{Appointment, ClaimKind, Task};
use crate::reference::{CareService, CareSetting};
use crate::timeline::{Claim, Codes, ServiceLine};

word_list! {
    /// What says that something was done.
    SeenBy {
        /// A claim line.
        Claim = "claim",
        /// A kept appointment.
        Appointment = "appointment",
        /// A contact of the outreach log or a visit of the care manager.
        Contact = "contact",
    }
}

/// Something done, on a day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Seen {
    /// Day.
    pub day: Day,
    /// What says so.
    pub by: SeenBy,
}

record!(Seen { day, by });

/// Places in which somebody is a patient of a bed, not of an office.
const BED_PLACES: &[&str] = &["21", "23", "31", "32", "34", "51", "56", "61"];

/// A line by which a person was seen: by its number alone, or, on a professional line without any number, by an office
/// or home as its place.
#[must_use]
pub fn is_visit_line(claim: &Claim<'_>, line: &ServiceLine, codes: &Codes<'_>) -> bool {
    let service = codes.service(line.hcpcs);
    if claim.kind == ClaimKind::Institutional {
        let clinic = codes.reference.care.revenue(line.revenue) == Some(CareSetting::ClinicRevenue);
        return !claim.is_11x() && (clinic || service & CareService::ClinicVisit.bit() != 0);
    }
    let numbered = service & CareService::Visit.bit() != 0 && !line.place.is_any(BED_PLACES);
    numbered || (line.hcpcs.is_none() && line.place.is_any(&["11", "12"]))
}

/// Days on which the person was seen by claim, by day.
pub(super) fn claimed_visit_days(m: &Measured<'_>) -> Vec<Day> {
    let lines = m.timeline.claims.iter().flat_map(|c| c.lines.iter().map(move |l| (c, l)));
    let mut days: Vec<Day> = lines.filter(|(c, l)| is_visit_line(c, l, m.codes())).map(|(_, l)| Day(l.start)).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// Kept appointments of the kinds that are a visit, with their day.
pub(super) fn kept_appointments<'m>(
    m: &'m Measured<'_>,
    wanted: impl Fn(&Appointment) -> bool + 'm,
) -> impl Iterator<Item = Day> + 'm {
    m.inputs
        .appointments
        .iter()
        .filter(move |a| a.status == AppointmentStatus::Kept && wanted(a))
        .map(|a| a.day)
        .filter(|d| *d <= m.as_of())
}

/// The first appointment booked for a day in a window, of the kinds that are a visit. One booked for a day that has
/// passed says nothing.
pub(super) fn booked_appointment(
    m: &Measured<'_>,
    from: Day,
    to: Day,
    wanted: impl Fn(&Appointment) -> bool,
) -> Option<Day> {
    let from = if from > m.as_of() { from } else { m.as_of() };
    m.inputs
        .appointments
        .iter()
        .filter(|a| a.status == AppointmentStatus::Booked && wanted(a))
        .map(|a| a.day)
        .filter(|d| *d >= from && *d <= to)
        .min()
}

/// With the primary care provider or a specialist.
pub(super) fn is_medical(a: &Appointment) -> bool {
    matches!(a.kind, AppointmentKind::Pcp | AppointmentKind::Specialist)
}

/// With a mental-health or substance-use provider.
pub(super) fn is_behavioral(a: &Appointment) -> bool {
    a.kind == AppointmentKind::Behavioral
}

/// A nurse or pharmacist of the roster did it, or somebody outside it: a prescriber. Nobody named is nobody known.
fn may_reconcile(m: &Measured<'_>, task: &Task) -> bool {
    let Some(who) = task.done_by.as_deref() else { return false };
    let manager = m.inputs.managers.iter().find(|x| *x.id == *who);
    manager.is_none_or(|x| matches!(Discipline::parse(&x.discipline), Some(Discipline::Rn | Discipline::PharmD)))
}

/// Days on which medicines were reconciled: by claim, or by a done reconciliation task of a prescriber, a nurse or a
/// pharmacist.
pub(super) fn reconciled_days(m: &Measured<'_>) -> Vec<Day> {
    let claims = m.timeline.claims.iter().filter(|c| c.kind != ClaimKind::Institutional).flat_map(|c| c.lines);
    let claimed =
        claims.filter(|l| m.codes().service(l.hcpcs) & CareService::Reconciliation.bit() != 0).map(|l| Day(l.start));
    let done = m.inputs.tasks.iter().filter(|t| t.kind == TaskKind::Reconciliation && may_reconcile(m, t));
    let mut days: Vec<Day> = claimed.chain(done.filter_map(|t| t.done)).collect();
    days.sort_unstable();
    days
}

/// The first sign after a day that the person is out of a bed: a visit in an office, at home or by telehealth, an ED
/// visit, a completed contact.
pub(super) fn first_seen_at_large(m: &Measured<'_>, after: Day) -> Option<Day> {
    let visits = claimed_visit_days(m).into_iter();
    let kept = kept_appointments(m, |_| true);
    let emergencies = m.timeline.ed_visits.iter().map(|v| v.day);
    let spoken = m.inputs.outreach.iter().filter(|o| o.is_spoken()).map(|o| o.day);
    visits.chain(kept).chain(emergencies).chain(spoken).filter(|d| *d > after && *d <= m.as_of()).min()
}

/// Bills of skilled nursing, swing beds and nursing homes.
const FACILITY_BILLS: [&str; 5] = ["18", "21", "22", "28", "66"];

/// The bill is one of a facility in which people stay.
pub(super) fn is_facility_bill(claim: &Claim<'_>) -> bool {
    claim.kind == ClaimKind::Institutional && FACILITY_BILLS.iter().any(|two| claim.bill_begins(two))
}

/// The first sign after a day that a person discharged to a facility has left it: a discharge from it, a bill or ADT
/// row of another place, or a visit.
pub(super) fn first_seen_elsewhere(m: &Measured<'_>, after: Day) -> Option<Day> {
    let as_of = m.as_of();
    let bills = m.timeline.claims.iter().filter(|c| c.kind == ClaimKind::Institutional).filter_map(|c| {
        if is_facility_bill(c) {
            return c.discharge.filter(|_| c.disposition != Short::of("30")).map(Day);
        }
        (!c.is_11x() && !c.bill_begins("14")).then_some(Day(c.start))
    });
    let rows = m.timeline.admissions.iter().map(|a| Day(a.admit));
    let first = bills.chain(rows).filter(|d| *d > after && *d <= as_of).min();
    first.into_iter().chain(first_seen_at_large(m, after)).min()
}

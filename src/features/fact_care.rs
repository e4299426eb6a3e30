//! Facts of care: age, cover, discharge, stays, visits, contact. Owns those facts; refuses to judge whether care was right.

use super::fact::{FactColumn, FactContext, FactKind, FactValue, facts};
use crate::domain::{AuthorizationService, AuthorizationStatus, CodeId, Day, OverrideAction, Short};
use crate::extracts::{ClaimKind, NO_PAYER};
use crate::measures::{
    Engagement, HospitalScore, LatestLace, Needs, Readmissions, StayPqi, Transition, Transitions, Utilization,
};
use crate::reference::{CareDiagnosis, CareList, DiagnosisFamily as F, Service};
use crate::timeline::Stay;

/// The newest discharge in its thirty days.
fn newest_transition<'c>(c: &'c FactContext<'_, '_>) -> Option<&'c Transition> {
    c.m.get::<Transitions>().rows.iter().max_by_key(|t| t.discharge)
}

/// Where a transition stands on the work day.
fn transition_status(c: &FactContext<'_, '_>) -> Option<&'static str> {
    newest_transition(c).map(|t| t.status(c.work_day).as_str())
}

/// The newest discharge of any stay, not after the night.
fn newest_discharge(c: &FactContext<'_, '_>) -> Option<Day> {
    c.m.timeline.stays.iter().filter_map(|s| s.discharge).filter(|d| *d <= c.day()).max()
}

/// What the stay of the newest transition was for.
fn index_family(c: &FactContext<'_, '_>) -> Option<&'static str> {
    let stay: &Stay<'_> = c.m.timeline.stays.get(newest_transition(c)?.stay?)?;
    let facts = c.m.codes().dx(if stay.principal_icd10 { stay.principal } else { CodeId::NONE });
    let kinds = [
        (facts.families.has(F::HeartFailure), "heart_failure"),
        (facts.families.has(F::Copd) || facts.families.has(F::Asthma), "lung"),
        (facts.families.has(F::Coronary), "coronary"),
        (facts.families.has(F::Fibrillation), "fibrillation"),
        (facts.families.has(F::Stroke), "stroke"),
        (facts.families.has(F::Diabetes), "diabetes"),
        (facts.care & CareDiagnosis::SubstanceEvent.bit() != 0, "substance"),
        (facts.care & CareDiagnosis::MentalEvent.bit() != 0, "behavioral"),
        (facts.families.has(F::Birth) || facts.families.has(F::PregnancyEnd), "birth"),
    ];
    Some(kinds.into_iter().find(|(holds, _)| *holds).map_or("other", |(_, word)| word))
}

/// Stays admitted in a year that satisfy a rule.
fn stays_365(c: &FactContext<'_, '_>, rule: impl Fn(usize, &Stay<'_>) -> bool) -> usize {
    let stays = c.m.timeline.stays.iter().enumerate();
    stays.filter(|(i, s)| s.admit <= c.day() && c.days_since(s.admit) < 365 && rule(*i, s)).count()
}

fn is_unplanned(c: &FactContext<'_, '_>, at: usize, stay: &Stay<'_>) -> bool {
    !stay.post_acute && c.m.get::<Readmissions>().0[at].planned != Some(true)
}

/// ED visits of the last `n` days.
fn ed_visits(c: &FactContext<'_, '_>, n: i32) -> usize {
    c.m.timeline.ed_visits.iter().filter(|v| v.day <= c.day() && c.days_since(v.day) < n).count()
}

/// Days since an ambulatory visit with the named primary care provider or a primary care specialty, or a wellness visit.
fn days_since_primary_care(c: &FactContext<'_, '_>) -> Option<i32> {
    let (codes, pcp) = (c.m.codes(), c.m.timeline.member.facts.pcp);
    let lists = &codes.reference.lists;
    let claims = c.m.timeline.claims.iter().filter(|x| x.kind == ClaimKind::Professional);
    let lines = claims.flat_map(|x| x.lines.iter()).filter(|l| l.start <= c.day().0 && codes.is_ambulatory(l.place));
    let primary = lines.filter(|l| {
        (pcp.is_some() && l.rendering == pcp) || lists.has_text(CareList::PrimaryCare, codes.words.text(l.specialty))
    });
    let seen = primary.map(|l| c.days_since(Day(l.start))).min();
    let wellness = c.days_since_last(c.scan.service(Service::Preventive));
    seen.into_iter().chain(wellness).min()
}

/// Vain attempts of 180 days.
fn vain_contacts(c: &FactContext<'_, '_>) -> usize {
    let log = c.m.inputs.outreach.iter();
    log.filter(|o| o.day <= c.day() && c.days_since(o.day) < 180 && o.outcome.is_attempt()).count()
}

/// An equipment authorization is pending, or an approved one ends within 14 days.
fn has_open_equipment(c: &FactContext<'_, '_>) -> bool {
    let all = c.m.inputs.authorizations.iter().filter(|a| a.service == AuthorizationService::Dme);
    let ends_soon = |end: Day| end >= c.work_day && end.since(c.work_day) <= 14;
    all.clone().any(|a| match a.status {
        AuthorizationStatus::Pending => true,
        AuthorizationStatus::Approved => a.expires.is_some_and(ends_soon),
        _ => false,
    })
}

/// Dual status codes of Medicare and Medicaid (CMS).
const DUAL_STATUS: [&str; 11] = ["00", "01", "02", "03", "04", "05", "06", "08", "09", "10", "99"];

/// The dual status of the latest span.
fn dual_status(c: &FactContext<'_, '_>) -> Option<&'static str> {
    let code = c.m.timeline.member.facts.dual;
    DUAL_STATUS.into_iter().find(|known| Short::of(known) == code)
}

/// Who pays; none where eligibility does not say.
fn payer_type(c: &FactContext<'_, '_>) -> Option<&'static str> {
    let member = c.m.timeline.member;
    (member.facts.payer_type != NO_PAYER).then(|| member.payer_type().name())
}

/// Facts of care.
#[rustfmt::skip]
pub const FACTS: &[FactColumn] = facts! {
    "age_years", "years", Integer, "completed years on the work day", |c| c.m.timeline.member.birth().age_on(c.work_day);
    "enrolled_days_365", "days", Integer, "enrolled days of the last 365", |c| c.m.timeline.member.enrolled_days(c.day().plus(-364), c.day());
    "primary_care_provider_named", "0 or 1", Flag, "eligibility names a primary care provider", |c| c.m.timeline.member.facts.pcp.is_some();
    "payer_type", "medicare, medicaid, commercial, other", Text, "who pays in the latest span; null where eligibility does not say", payer_type;
    "dual_status", "00 to 06, 08, 09, 10, 99", Text, "dual status code of Medicare and Medicaid in the latest span (01 and 02: qualified Medicare beneficiary); null without one", dual_status;
    "hospice", "0 or 1", Flag, "hospice by eligibility, by a discharge to hospice, or by a hospice bill of 30 days", |c| c.m.timeline.member.facts.hospice == Some(true) || c.m.get::<Utilization>().hospice_since.is_some();
    "override_add", "0 or 1", Flag, "an override to add is open", |c| c.m.inputs.overrides.iter().any(|o| o.action == OverrideAction::Add && o.expires >= c.day());
    "transition_status", "live, in_facility, readmitted, died, period_over, destination_ineligible", Text, "state of the newest discharge in its 30 days; null without one", transition_status;
    "days_home", "days", Integer, "work day less the discharge to the community; null without one in its 30 days", |c| newest_transition(c).filter(|t| t.closed.is_none() && c.work_day <= t.period_end).map(|t| c.work_day.since(t.discharge));
    "left_ama", "0 or 1", Flag, "the newest discharge in its 30 days was against medical advice", |c| newest_transition(c).is_some_and(|t| t.ama);
    "home_health_ordered", "0 or 1", Flag, "the newest discharge in its 30 days was home with home health care", |c| newest_transition(c).is_some_and(|t| c.m.codes().reference.lists.has(CareList::ToHomeHealth, t.disposition));
    "index_family", "heart_failure, lung, coronary, fibrillation, stroke, diabetes, substance, behavioral, birth, other", Text, "what the stay of the newest discharge in its 30 days was for, by its principal diagnosis; null without a stay", index_family;
    "days_since_discharge", "days", Integer, "days since the newest discharge; null without one in 730 days", |c| newest_discharge(c).map(|d| c.days_since(d)).filter(|n| *n < 730);
    "stays_365", "count", Integer, "stays of any kind admitted in 365 days", |c| stays_365(c, |_, _| true);
    "unplanned_stays_365", "count", Integer, "acute stays of 365 days not planned by CMS v4.0", |c| stays_365(c, |i, s| is_unplanned(c, i, s));
    "avoidable_stays_365", "count", Integer, "stays of 365 days that count in an AHRQ PQI", |c| stays_365(c, |i, _| c.m.get::<StayPqi>().counted(i) != 0);
    "days_since_ed_visit", "days", Integer, "days since the newest ED visit that ended at home; null without one in 730 days", |c| c.m.timeline.ed_visits.iter().map(|v| v.day).filter(|d| *d <= c.day()).max().map(|d| c.days_since(d)).filter(|n| *n < 730);
    "ed_visits_90", "count", Integer, "ED visits of 90 days that ended at home", |c| ed_visits(c, 90);
    "ed_visits_180", "count", Integer, "ED visits of 180 days that ended at home", |c| ed_visits(c, 180);
    "ed_visits_365", "count", Integer, "ED visits of 365 days that ended at home", |c| ed_visits(c, 365);
    "days_since_ambulatory_visit", "days", Integer, "days since the newest ambulatory visit, as far as claims have arrived; null without one in 730 days", |c| c.days_since_last(c.scan.service(Service::Ambulatory));
    "days_since_primary_care_visit", "days", Integer, "days since a visit with the named primary care provider or a primary care specialty, or a wellness visit; null without one", days_since_primary_care;
    "providers_365", "count", Integer, "distinct rendering providers of ambulatory visits in 365 days", |c| c.m.get::<Engagement>().providers;
    "usual_provider_share", "0..1", Number, "share of visits with the usual provider; null under four visits", |c| c.m.get::<Utilization>().upc;
    "home_health_90", "days", Integer, "days of 90 with home health bills", |c| c.service_days(Service::HomeHealth, 90);
    "contacts_in_vain_180", "count", Integer, "contact attempts of 180 days that reached nobody", vain_contacts;
    "dme_authorization_open", "0 or 1", Flag, "an equipment authorization is pending, or an approved one ends within 14 days of the work day", has_open_equipment;
    "behavioral_health_365", "0 or 1", Flag, "a psychiatric or substance-use stay or ED visit in 365 days", |c| c.m.get::<Utilization>().behavioral_year.is_some();
    "two_stays_365", "0 or 1", Flag, "two stays or more of any kind admitted in 365 days", |c| c.m.get::<Utilization>().two_stays();
    "lace", "points", Integer, "LACE of the newest index discharge; null without one", |c| c.m.get::<LatestLace>().0.map(|(_, l)| u32::from(l.total()));
    "hospital_2016", "points", Integer, "HOSPITAL score, international version; null while partial", |c| c.m.get::<HospitalScore>().0.and_then(|h| h.validation_2016()).map(u32::from);
    "open_referrals", "count", Integer, "open needs with an open referral", |c| c.m.get::<Needs>().0.iter().filter(|n| n.is_open() && n.open_referral.is_some()).count();
};

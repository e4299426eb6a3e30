//! Procedures, services and providers. Owns counts of services not told elsewhere, continuity and spread of
//! care; refuses CPT text.

use super::known::View;
use super::missing_rule::MissingRule as Missing;
use super::scan::Days;
use super::spec::{Domain, Group, flag};
use super::topic::Topic;
use super::unit::Unit;
use super::window::LookBack::{self, Days90, Days365, Days730};
use super::window::Window;
use crate::domain::{CodeId, Day};
use crate::measures::Utilization;
use crate::reference::Service;

/// The group: counts stand in the scan, so there is nothing to prepare.
pub fn procedure_features() -> Group<()> {
    let mut group = Group::new(Domain::ProceduresProviders, |_| ());
    add_services(&mut group);
    add_providers(&mut group);
    add_procedures(&mut group);
    let words = "days since the latest wellness visit";
    group
        .line("days_since_wellness_visit", words, Unit::Days, Missing::NoneInTwoYears, Topic::Visits)
        // The scan holds no older visit.
        .within(Days730, |v, (), _| v.scan.service(Service::Preventive).since(v.day));
    let words = "eligibility names a primary care provider";
    group
        .line("primary_care_provider_named", words, Unit::Flag, Missing::Never, Topic::Continuity)
        .on(Window::Any, |v, ()| Some(flag(v.timeline().member.facts.pcp.is_some())));
    group
}

/// Services told as counts of days, with their window and topic.
const SERVICES: [(Service, LookBack, Topic); 15] = [
    (Service::Office, Days365, Topic::Visits),
    (Service::Telehealth, Days365, Topic::Visits),
    (Service::HomeVisit, Days365, Topic::Visits),
    (Service::HealthCenter, Days365, Topic::Visits),
    (Service::Hospice, Days365, Topic::PostAcute),
    (Service::Imaging, Days365, Topic::Procedures),
    (Service::Laboratory, Days365, Topic::Procedures),
    (Service::Dialysis, Days365, Topic::Procedures),
    (Service::Oncology, Days365, Topic::Procedures),
    (Service::Ambulance, Days365, Topic::Emergency),
    (Service::Equipment, Days365, Topic::Procedures),
    (Service::Infusion, Days365, Topic::Procedures),
    (Service::Transition, Days365, Topic::Visits),
    (Service::ChronicCare, Days365, Topic::Contact),
    (Service::Mobility, Days730, Topic::Frailty),
];

fn add_services(group: &mut Group<()>) {
    for (service, look_back, topic) in SERVICES {
        let (name, words) = (format!("{}_days", service.name()), format!("days with {}", service.words()));
        group
            .line(name, words, Unit::Days, Missing::Never, topic)
            .over(&[look_back], move |v, (), w| Some(v.scan.service(service).within(v.day, w.days())));
    }
}

fn add_providers(group: &mut Group<()>) {
    let words = "distinct providers of ambulatory visits";
    group
        .line("providers", words, Unit::Count, Missing::Never, Topic::Continuity)
        .over(&[Days90, Days365], |v, (), w| Some(v.scan.providers(v.day, w.days())));
    let words = "distinct facilities of institutional claims";
    group
        .line("facilities", words, Unit::Count, Missing::Never, Topic::Continuity)
        .over(&[Days365], |v, (), w| Some(v.scan.facilities(v.day, w.days())));
    // The year of these two is the measure's own.
    let words = "continuity of care index (Bice and Boxerman)";
    group
        .line("continuity_of_care", words, Unit::Share, Missing::UnderFourVisits, Topic::Continuity)
        .within(Days365, |v, (), _| v.measured.get::<Utilization>().coc);
    let words = "share of visits with the usual provider";
    group
        .line("usual_provider_share", words, Unit::Share, Missing::UnderFourVisits, Topic::Continuity)
        .within(Days365, |v, (), _| v.measured.get::<Utilization>().upc);
}

/// Procedures of claims begun within the window.
fn procedures_within<'v>(v: &'v View<'_>, w: LookBack) -> impl Iterator<Item = CodeId> + 'v {
    let claims = v.timeline().claims.iter().filter(move |c| v.within(Day(c.start), w.days()));
    claims.flat_map(|c| c.px.iter().map(|p| p.code)).filter(|code| code.is_some())
}

fn add_procedures(group: &mut Group<()>) {
    group
        .line("procedures", "ICD-10-PCS procedures", Unit::Count, Missing::Never, Topic::Procedures)
        .over(&[Days365], |v, (), w| Some(procedures_within(v, w).count() as f64));
    let words = "procedures CMS v4.0 lists as planned or potentially planned";
    group.line("plannable_procedures", words, Unit::Count, Missing::Never, Topic::Procedures).over(
        &[Days365],
        |v, (), w| {
            let facts = procedures_within(v, w).map(|code| v.codes.px(code));
            Some(facts.filter(|p| p.planned_always || p.planned_potentially).count() as f64)
        },
    );
}

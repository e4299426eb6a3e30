//! Procedures, services and providers. Owns counts of services not told elsewhere, continuity and spread of
//! care; refuses CPT text.

use super::known::View;
use super::scan::{Days, LONGEST};
use super::spec::{Domain, Group, Spec, spec};
use super::topic::Topic;
use crate::domain::Day;
use crate::measures::Utilization;
use crate::reference::Service;

/// What the group reads off a view.
pub struct Facts {
    services: Vec<f64>,
    providers: [f64; 2],
    facilities: f64,
    coc: Option<f64>,
    upc: Option<f64>,
    operations: [f64; 2],
    preventive: Option<f64>,
    has_pcp: bool,
    mobility: f64,
}

/// Services told as counts of days in a year, with their topic.
const TOLD: [(Service, Topic); 14] = [
    (Service::Office, Topic::Visits),
    (Service::Telehealth, Topic::Visits),
    (Service::HomeVisit, Topic::Visits),
    (Service::HealthCenter, Topic::Visits),
    (Service::Hospice, Topic::PostAcute),
    (Service::Imaging, Topic::Procedures),
    (Service::Laboratory, Topic::Procedures),
    (Service::Dialysis, Topic::Procedures),
    (Service::Oncology, Topic::Procedures),
    (Service::Ambulance, Topic::Emergency),
    (Service::Equipment, Topic::Procedures),
    (Service::Infusion, Topic::Procedures),
    (Service::Transition, Topic::Visits),
    (Service::ChronicCare, Topic::Contact),
];

fn prepare(v: &View<'_>) -> Facts {
    let mut operations = [0.0; 2];
    for (claim, px) in v.timeline().claims.iter().flat_map(|c| c.px.iter().map(move |p| (c, p))) {
        if px.code.is_some() && v.within(Day(claim.start), 365) {
            operations[0] += 1.0;
            let facts = v.codes.px(px.code);
            operations[1] += f64::from(u8::from(facts.planned_always || facts.planned_potentially));
        }
    }
    Facts {
        services: TOLD.iter().map(|(s, _)| v.scan.service(*s).within(v.day, 365)).collect(),
        providers: [v.scan.providers(v.day, 90), v.scan.providers(v.day, 365)],
        facilities: v.scan.facilities(v.day, 365),
        coc: v.measured.get::<Utilization>().coc,
        upc: v.measured.get::<Utilization>().upc,
        operations,
        preventive: v.scan.service(Service::Preventive).since(v.day),
        has_pcp: v.timeline().member.facts.pcp.is_some(),
        mobility: v.scan.service(Service::Mobility).within(v.day, LONGEST),
    }
}

const NEVER: &str = "never missing";
const YEAR: &str = "365 days";

/// The group.
pub fn group() -> Group<Facts> {
    let mut specs: Vec<Spec<Facts>> = Vec::new();
    for (k, (service, topic)) in TOLD.iter().enumerate() {
        let (name, words) = (service.name(), service.words());
        specs.push(spec(
            (&format!("{name}_days_365"), &format!("days with {words}")),
            "days",
            NEVER,
            YEAR,
            topic.clone(),
            k,
            |f: &Facts, k| f.services.get(k).copied(),
        ));
    }
    let (name, words) = (Service::Mobility.name(), Service::Mobility.words());
    specs.push(spec(
        (&format!("{name}_days_730"), &format!("days with {words}")),
        "days",
        NEVER,
        "730 days",
        Topic::Frailty,
        0,
        |f: &Facts, _| Some(f.mobility),
    ));
    specs.extend([
        spec(
            ("providers_90", "distinct providers of ambulatory visits"),
            "count",
            NEVER,
            "90 days",
            Topic::Continuity,
            0,
            |f: &Facts, k| Some(f.providers[k]),
        ),
        spec(
            ("providers_365", "distinct providers of ambulatory visits"),
            "count",
            NEVER,
            YEAR,
            Topic::Continuity,
            1,
            |f, k| Some(f.providers[k]),
        ),
        spec(
            ("facilities_365", "distinct facilities of institutional claims"),
            "count",
            NEVER,
            YEAR,
            Topic::Continuity,
            0,
            |f, _| Some(f.facilities),
        ),
        spec(
            ("continuity_of_care", "continuity of care index (Bice and Boxerman)"),
            "0..1",
            "under four visits",
            YEAR,
            Topic::Continuity,
            0,
            |f, _| f.coc,
        ),
        spec(
            ("usual_provider_share", "share of visits with the usual provider"),
            "0..1",
            "under four visits",
            YEAR,
            Topic::Continuity,
            0,
            |f, _| f.upc,
        ),
        spec(("procedures_365", "ICD-10-PCS procedures"), "count", NEVER, YEAR, Topic::Procedures, 0, |f, k| {
            Some(f.operations[k])
        }),
        spec(
            ("plannable_procedures_365", "procedures CMS v4.0 lists as planned or potentially planned"),
            "count",
            NEVER,
            YEAR,
            Topic::Procedures,
            1,
            |f, k| Some(f.operations[k]),
        ),
        spec(
            ("days_since_wellness_visit", "days since the latest wellness visit"),
            "days",
            "none in 730 days",
            "730 days",
            Topic::Visits,
            0,
            |f, _| f.preventive,
        ),
        spec(
            ("primary_care_provider_named", "eligibility names a primary care provider"),
            "0 or 1",
            NEVER,
            "any",
            Topic::Continuity,
            0,
            |f, _| Some(f64::from(u8::from(f.has_pcp))),
        ),
    ]);
    Group { domain: Domain::ProceduresProviders, prepare, specs }
}

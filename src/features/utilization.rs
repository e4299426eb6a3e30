//! Use of care: stays, ED, visits, post-acute care, cost. Owns those features and their windows; refuses to
//! judge whether a use was right.

use super::known::View;
use super::scan::Days;
use super::spec::{Domain, Group, Spec, flag, spec};
use super::topic::Topic;
use crate::domain::{CodeId, Day};
use crate::measures::{EdClasses, Readmissions, StayPqi};
use crate::reference::{CareList, Sensitive, Service};

/// Windows of counts, in days.
const WINDOWS: [i32; 5] = [30, 90, 180, 365, 730];

/// What the group reads off a view.
pub struct Facts {
    stays: [f64; 5],
    unplanned: [f64; 5],
    avoidable: [f64; 5],
    readmissions: f64,
    hospital_days: [f64; 2],
    longest: Option<f64>,
    mean_length: Option<f64>,
    emergency_admissions: f64,
    against_advice: f64,
    to_facility: f64,
    post_acute: f64,
    behavioral: f64,
    open_stay: bool,
    since_discharge: Option<f64>,
    since_avoidable: Option<f64>,
    since_admission: Option<f64>,
    ed: [f64; 5],
    ed_since: Option<f64>,
    ed_classes: [f64; 5],
    ed_behavioral: f64,
    observation: f64,
    visits: [f64; 4],
    visit_since: Option<f64>,
    services: [[f64; 2]; 6],
    paid: [f64; 4],
}

fn stays(v: &View<'_>, f: &mut Facts) {
    let lists = &v.codes.reference.lists;
    let mut lengths = Vec::new();
    let behavioral =
        |code: CodeId| matches!(v.codes.dx(code).sensitive, Sensitive::SubstanceUse | Sensitive::Psychiatric);
    let pqi = v.measured.get::<StayPqi>();
    let judged = &v.measured.get::<Readmissions>().0;
    for (i, (stay, facts)) in v.timeline().stays.iter().zip(judged).enumerate() {
        let avoidable = pqi.counted(i) != 0;
        let unplanned = !stay.post_acute && facts.planned != Some(true);
        for (k, n) in WINDOWS.into_iter().enumerate() {
            if v.within(stay.admit, n) {
                f.stays[k] += 1.0;
                f.unplanned[k] += flag(unplanned);
                f.avoidable[k] += flag(avoidable);
            }
        }
        let end = stay.discharge.unwrap_or(v.day);
        for (k, n) in [90, 365].into_iter().enumerate() {
            let from = stay.admit.0.max(v.day.0 - n + 1);
            f.hospital_days[k] += f64::from((end.0.min(v.day.0) - from).max(0));
        }
        if avoidable {
            f.since_avoidable = v.since(stay.admit);
        }
        f.since_admission = v.since(stay.admit);
        if let Some(d) = stay.discharge {
            // A discharge date after the day ends a stay that is still open.
            f.since_discharge = v.since(d.min(v.day));
        } else if v.day.since(stay.admit) <= 365 {
            f.open_stay = true;
        }
        if !v.within(stay.admit, 365) {
            continue;
        }
        f.readmissions += flag(facts.readmit30 == Some(true));
        lengths.extend(stay.length_of_stay().map(f64::from));
        f.emergency_admissions += flag(lists.has(CareList::UrgentAdmission, stay.admit_type));
        f.against_advice += flag(lists.has(CareList::AgainstAdvice, stay.disposition));
        f.to_facility += flag(lists.has(CareList::ToFacility, stay.disposition));
        f.post_acute += flag(stay.post_acute);
        f.behavioral += flag(stay.principal_icd10 && behavioral(stay.principal));
    }
    f.longest = lengths.iter().copied().reduce(f64::max);
    f.mean_length = (!lengths.is_empty()).then(|| lengths.iter().sum::<f64>() / lengths.len() as f64);
}

fn emergency(v: &View<'_>, f: &mut Facts) {
    let days: Vec<i32> = v.timeline().ed_visits.iter().map(|e| e.day.0).collect();
    f.ed = WINDOWS.map(|n| days.within(v.day, n));
    f.ed_since = v.timeline().ed_visits.iter().rev().find(|e| e.day <= v.day).and_then(|e| v.since(e.day));
    let classes = &v.measured.get::<EdClasses>().0;
    for (_, class) in v.timeline().ed_visits.iter().zip(classes).filter(|(e, _)| v.within(e.day, 365)) {
        // Emergent not preventable, emergent preventable, primary-care treatable, non-emergent, injury.
        for (sum, part) in f.ed_classes.iter_mut().zip(class.fractions) {
            *sum += part;
        }
        f.ed_behavioral += class.fractions[5] + class.fractions[6] + class.fractions[7];
    }
    f.observation = v
        .timeline()
        .admissions
        .iter()
        .filter(|a| a.class == crate::extracts::PatientClass::Observation && v.within(Day(a.admit), 365))
        .count() as f64;
}

fn prepare(v: &View<'_>) -> Facts {
    let s = |service: Service| v.scan.service(service);
    let pair = |service: Service| [s(service).within(v.day, 90), s(service).within(v.day, 365)];
    let mut f = Facts {
        stays: [0.0; 5],
        unplanned: [0.0; 5],
        avoidable: [0.0; 5],
        readmissions: 0.0,
        hospital_days: [0.0; 2],
        longest: None,
        mean_length: None,
        emergency_admissions: 0.0,
        against_advice: 0.0,
        to_facility: 0.0,
        post_acute: 0.0,
        behavioral: 0.0,
        open_stay: false,
        since_discharge: None,
        since_avoidable: None,
        since_admission: None,
        ed: [0.0; 5],
        ed_since: None,
        ed_classes: [0.0; 5],
        ed_behavioral: 0.0,
        observation: 0.0,
        visits: [30, 90, 180, 365].map(|n| s(Service::Ambulatory).within(v.day, n)),
        visit_since: s(Service::Ambulatory).since(v.day),
        services: [
            pair(Service::Skilled),
            pair(Service::HomeHealth),
            pair(Service::OutpatientHospital),
            pair(Service::NursingVisit),
            pair(Service::Therapy),
            pair(Service::IntensiveCare),
        ],
        paid: [30, 90, 365, 730].map(|n| v.scan.paid(v.day, n)),
    };
    stays(v, &mut f);
    emergency(v, &mut f);
    f
}

const NEVER: &str = "never missing";
const YEAR: &str = "365 days";
const TWO_YEARS: &str = "730 days";
const NONE: &str = "none in 730 days";
const NAMES: [&str; 5] = ["30 days", "90 days", "180 days", "365 days", "730 days"];

type Pick = fn(&Facts, usize) -> Option<f64>;

fn windows(name: &str, words: &str, topic: &Topic, picks: &[usize], value: Pick) -> Vec<Spec<Facts>> {
    picks
        .iter()
        .map(|k| spec((&format!("{name}_{}", WINDOWS[*k]), words), "count", NEVER, NAMES[*k], topic.clone(), *k, value))
        .collect()
}

fn hospital() -> Vec<Spec<Facts>> {
    let stays = Topic::Stays;
    let line =
        |name, words, unit, missing, value: Pick| spec((name, words), unit, missing, YEAR, Topic::Stays, 0, value);
    let mut out = windows("stays", "stays of any kind admitted", &stays, &[0, 1, 2, 3, 4], |f, k| Some(f.stays[k]));
    out.extend(windows("unplanned_stays", "acute stays not planned by CMS v4.0", &stays, &[1, 2, 3, 4], |f, k| {
        Some(f.unplanned[k])
    }));
    out.extend(windows(
        "avoidable_stays",
        "stays that count in an AHRQ PQI",
        &Topic::AvoidableStays,
        &[1, 2, 3, 4],
        |f, k| Some(f.avoidable[k]),
    ));
    out.extend([
        line("readmissions_365", "index discharges followed by a 30-day readmission", "count", NEVER, |f, _| {
            Some(f.readmissions)
        }),
        spec(("hospital_days_90", "days in hospital"), "days", NEVER, "90 days", Topic::Stays, 0, |f: &Facts, k| {
            Some(f.hospital_days[k])
        }),
        spec(("hospital_days_365", "days in hospital"), "days", NEVER, YEAR, Topic::Stays, 1, |f, k| {
            Some(f.hospital_days[k])
        }),
        line("longest_stay_365", "longest stay", "days", "no discharged stay", |f, _| f.longest),
        line("mean_stay_365", "mean length of stay", "days", "no discharged stay", |f, _| f.mean_length),
        line("emergency_admissions_365", "stays with admit type 1, 2 or 5", "count", NEVER, |f, _| {
            Some(f.emergency_admissions)
        }),
        line("left_against_advice_365", "stays left against advice (07)", "count", NEVER, |f, _| {
            Some(f.against_advice)
        }),
        line("discharged_to_facility_365", "stays that ended in a facility (03, 61-64)", "count", NEVER, |f, _| {
            Some(f.to_facility)
        }),
        line("open_stay", "a stay is open", "0 or 1", NEVER, |f, _| Some(flag(f.open_stay))),
    ]);
    let since = |name, words, topic: Topic, value: Pick| spec((name, words), "days", NONE, TWO_YEARS, topic, 0, value);
    out.extend([
        since("days_since_discharge", "days since the latest discharge", Topic::Stays, |f, _| f.since_discharge),
        since("days_since_admission", "days since the latest admission", Topic::Stays, |f, _| f.since_admission),
        since(
            "days_since_avoidable_stay",
            "days since the latest avoidable admission",
            Topic::AvoidableStays,
            |f, _| f.since_avoidable,
        ),
        spec(
            ("behavioral_stays_365", "stays for a psychiatric or substance-use diagnosis"),
            "count",
            NEVER,
            YEAR,
            Topic::Behavioral,
            0,
            |f, _| Some(f.behavioral),
        ),
        spec(("post_acute_stays_365", "post-acute stays"), "count", NEVER, YEAR, Topic::PostAcute, 0, |f, _| {
            Some(f.post_acute)
        }),
    ]);
    out
}

fn elsewhere() -> Vec<Spec<Facts>> {
    let mut out =
        windows("ed_visits", "ED visits that ended at home", &Topic::Emergency, &[0, 1, 2, 3, 4], |f, k| Some(f.ed[k]));
    out.push(spec(
        ("days_since_ed_visit", "days since the latest ED visit"),
        "days",
        NONE,
        TWO_YEARS,
        Topic::Emergency,
        0,
        |f: &Facts, _| f.ed_since,
    ));
    for (k, (name, words)) in [
        ("ed_emergent_365", "NYU share emergent, not preventable"),
        ("ed_preventable_365", "NYU share emergent, preventable"),
        ("ed_primary_care_365", "NYU share treatable in primary care"),
        ("ed_non_emergent_365", "NYU share non-emergent"),
        ("ed_injury_365", "NYU share injury"),
    ]
    .into_iter()
    .enumerate()
    {
        let words = format!("{words}, summed over ED visits");
        out.push(spec((name, &words), "visits", NEVER, YEAR, Topic::Emergency, k, |f: &Facts, k| {
            Some(f.ed_classes[k])
        }));
    }
    out.extend([
        spec(
            ("ed_behavioral_365", "NYU shares psychiatric, alcohol and drug, summed over ED visits"),
            "visits",
            NEVER,
            YEAR,
            Topic::Behavioral,
            0,
            |f: &Facts, _| Some(f.ed_behavioral),
        ),
        spec(("observation_stays_365", "ADT observation rows"), "count", NEVER, YEAR, Topic::Stays, 0, |f, _| {
            Some(f.observation)
        }),
    ]);
    for (k, (name, window)) in [
        ("ambulatory_visits_30", "30 days"),
        ("ambulatory_visits_90", "90 days"),
        ("ambulatory_visits_180", "180 days"),
        ("ambulatory_visits_365", YEAR),
    ]
    .into_iter()
    .enumerate()
    {
        out.push(spec(
            (name, "days with an ambulatory visit"),
            "days",
            NEVER,
            window,
            Topic::Visits,
            k,
            |f: &Facts, k| Some(f.visits[k]),
        ));
    }
    out.push(spec(
        ("days_since_ambulatory_visit", "days since the latest ambulatory visit"),
        "days",
        NONE,
        TWO_YEARS,
        Topic::Visits,
        0,
        |f: &Facts, _| f.visit_since,
    ));
    for (k, (name, words)) in [
        ("skilled_nursing", "skilled nursing bills (18x, 21x, 22x)"),
        ("home_health", "home health bills (32x-34x)"),
        ("outpatient_hospital", "outpatient hospital bills (13x, 83x, 85x)"),
        ("nursing_facility_visits", "professional visits in a nursing facility"),
        ("therapy", "therapy (revenue 042x-044x)"),
        ("intensive_care", "intensive or coronary care (revenue 020x, 021x)"),
    ]
    .into_iter()
    .enumerate()
    {
        let topic = match k {
            2 => Topic::Visits,
            5 => Topic::Stays,
            _ => Topic::PostAcute,
        };
        for (w, (suffix, window)) in [("90", "90 days"), ("365", YEAR)].into_iter().enumerate() {
            let words = format!("days with {words}");
            out.push(spec(
                (&format!("{name}_{suffix}"), &words),
                "days",
                NEVER,
                window,
                topic.clone(),
                k * 2 + w,
                |f: &Facts, k| Some(f.services[k / 2][k % 2]),
            ));
        }
    }
    out
}

/// The group.
pub fn group() -> Group<Facts> {
    let mut specs = hospital();
    specs.extend(elsewhere());
    for (k, (name, window)) in
        [("paid_30", "30 days"), ("paid_90", "90 days"), ("paid_365", YEAR), ("paid_730", "730 days")]
            .into_iter()
            .enumerate()
    {
        specs.push(spec(
            (name, "paid for claims and fills"),
            "US dollars",
            NEVER,
            window,
            Topic::Cost,
            k,
            |f: &Facts, k| Some(f.paid[k]),
        ));
    }
    specs.push(spec(
        ("paid_trend", "paid in 90 days as a share of paid in 365 days"),
        "0..1",
        "nothing paid in 365 days",
        YEAR,
        Topic::Cost,
        0,
        |f: &Facts, _| (f.paid[2] > 0.0).then(|| f.paid[1] / f.paid[2]),
    ));
    Group { domain: Domain::Utilization, prepare, specs }
}

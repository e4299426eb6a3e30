//! Use of care: stays, ED, visits, post-acute care, cost. Owns those features and their windows; refuses to
//! judge whether a use was right.

use super::known::View;
use super::missing_rule::MissingRule as Missing;
use super::scan::Days;
use super::spec::{Domain, Group, flag};
use super::topic::Topic;
use super::unit::Unit;
use super::window::LookBack::{self, Days30, Days90, Days180, Days365, Days730};
use crate::domain::Day;
use crate::extracts::PatientClass;
use crate::measures::{EdClass, EdClasses, Readmissions, StayMeasures, StayPqi};
use crate::reference::{CareList, NyuClass, Service};
use crate::timeline::Stay;

/// The stays of a member with what was judged of them.
pub struct Facts {
    stays: Vec<JudgedStay>,
}

/// One stay as features see it.
struct JudgedStay {
    admit: Day,
    discharge: Option<Day>,
    length: Option<f64>,
    /// Counts in an AHRQ PQI.
    avoidable: bool,
    /// Acute and not planned by CMS v4.0.
    unplanned: bool,
    readmitted: bool,
    emergency: bool,
    against_advice: bool,
    to_facility: bool,
    post_acute: bool,
    behavioral: bool,
}

/// Days after its admission for which a stay without a discharge is taken to be open.
const OPEN_STAY: LookBack = Days365;

impl JudgedStay {
    fn of(v: &View<'_>, stay: &Stay<'_>, judged: &StayMeasures, avoidable: bool) -> Self {
        let lists = &v.codes.reference.lists;
        Self {
            admit: stay.admit,
            discharge: stay.discharge,
            length: stay.length_of_stay().map(f64::from),
            avoidable,
            unplanned: !stay.post_acute && judged.planned != Some(true),
            readmitted: judged.readmit30 == Some(true),
            emergency: lists.has(CareList::UrgentAdmission, stay.admit_type),
            against_advice: lists.has(CareList::AgainstAdvice, stay.disposition),
            to_facility: lists.has(CareList::ToFacility, stay.disposition),
            post_acute: stay.post_acute,
            behavioral: stay.principal_icd10 && v.codes.dx(stay.principal).sensitive.is_behavioral(),
        }
    }

    /// Days in hospital within the window.
    fn days_within(&self, day: Day, w: LookBack) -> i32 {
        let from = self.admit.0.max(day.0 - w.days() + 1);
        (self.discharge.unwrap_or(day).0.min(day.0) - from).max(0)
    }

    fn is_open(&self, day: Day) -> bool {
        self.discharge.is_none() && day.since(self.admit) <= OPEN_STAY.days()
    }
}

impl Facts {
    fn of(v: &View<'_>) -> Self {
        let pqi = v.measured.get::<StayPqi>();
        let judged = v.timeline().stays.iter().zip(&v.measured.get::<Readmissions>().0).enumerate();
        Self { stays: judged.map(|(i, (stay, j))| JudgedStay::of(v, stay, j, pqi.counted(i) != 0)).collect() }
    }

    /// Stays admitted within the window.
    fn admitted(&self, v: &View<'_>, w: LookBack) -> impl Iterator<Item = &JudgedStay> {
        self.stays.iter().filter(move |s| v.within(s.admit, w.days()))
    }

    fn count(&self, v: &View<'_>, w: LookBack, is_wanted: fn(&JudgedStay) -> bool) -> f64 {
        self.admitted(v, w).filter(|s| is_wanted(s)).count() as f64
    }

    fn lengths(&self, v: &View<'_>, w: LookBack) -> Vec<f64> {
        self.admitted(v, w).filter_map(|s| s.length).collect()
    }
}

/// The group.
pub fn utilization_features() -> Group<Facts> {
    let mut group = Group::new(Domain::Utilization, Facts::of);
    add_stays(&mut group);
    add_lengths(&mut group);
    add_kinds_of_stays(&mut group);
    add_last_stays(&mut group);
    add_emergency(&mut group);
    add_visits(&mut group);
    add_services(&mut group);
    add_cost(&mut group);
    group
}

/// How a line of the table picks the stays that it counts.
type StayTest = fn(&JudgedStay) -> bool;

fn add_stays(group: &mut Group<Facts>) {
    let counts: [(&str, &str, Topic, &[LookBack], StayTest); 3] = [
        ("stays", "stays of any kind admitted", Topic::Stays, &LookBack::ALL, |_| true),
        ("unplanned_stays", "acute stays not planned by CMS v4.0", Topic::Stays, &LookBack::ALL[1..], |s| s.unplanned),
        ("avoidable_stays", "stays that count in an AHRQ PQI", Topic::AvoidableStays, &LookBack::ALL[1..], |s| {
            s.avoidable
        }),
    ];
    for (name, words, topic, look_backs, test) in counts {
        group
            .line(name, words, Unit::Count, Missing::Never, topic)
            .over(look_backs, move |v, f, w| Some(f.count(v, w, test)));
    }
    let words = "index discharges followed by a 30-day readmission";
    group
        .line("readmissions", words, Unit::Count, Missing::Never, Topic::Stays)
        .over(&[Days365], |v, f, w| Some(f.count(v, w, |s| s.readmitted)));
}

fn add_lengths(group: &mut Group<Facts>) {
    group
        .line("hospital_days", "days in hospital", Unit::Days, Missing::Never, Topic::Stays)
        .over(&[Days90, Days365], |v, f, w| {
            Some(f64::from(f.stays.iter().map(|s| s.days_within(v.day, w)).sum::<i32>()))
        });
    group
        .line("longest_stay", "longest stay", Unit::Days, Missing::NoDischargedStay, Topic::Stays)
        .over(&[Days365], |v, f, w| f.lengths(v, w).into_iter().reduce(f64::max));
    group.line("mean_stay", "mean length of stay", Unit::Days, Missing::NoDischargedStay, Topic::Stays).over(
        &[Days365],
        |v, f, w| {
            let lengths = f.lengths(v, w);
            (!lengths.is_empty()).then(|| lengths.iter().sum::<f64>() / lengths.len() as f64)
        },
    );
}

fn add_kinds_of_stays(group: &mut Group<Facts>) {
    let counts: [(&str, &str, StayTest); 3] = [
        ("emergency_admissions", "stays with admit type 1, 2 or 5", |s| s.emergency),
        ("left_against_advice", "stays left against advice (07)", |s| s.against_advice),
        ("discharged_to_facility", "stays that ended in a facility (03, 61-64)", |s| s.to_facility),
    ];
    for (name, words, test) in counts {
        group
            .line(name, words, Unit::Count, Missing::Never, Topic::Stays)
            .over(&[Days365], move |v, f, w| Some(f.count(v, w, test)));
    }
    group
        .line("open_stay", "a stay is open", Unit::Flag, Missing::Never, Topic::Stays)
        .within(OPEN_STAY, |v, f, _| Some(flag(f.stays.iter().any(|s| s.is_open(v.day)))));
}

/// Days since the latest stays, and stays of kinds with a topic of their own.
fn add_last_stays(group: &mut Group<Facts>) {
    let none = Missing::NoneInTwoYears;
    group
        .line("days_since_discharge", "days since the latest discharge", Unit::Days, none, Topic::Stays)
        // A discharge date after the day ends a stay that is still open.
        .within(Days730, |v, f, w| since_within(v, f.stays.iter().rev().find_map(|s| s.discharge)?.min(v.day), w));
    group
        .line("days_since_admission", "days since the latest admission", Unit::Days, none, Topic::Stays)
        .within(Days730, |v, f, w| since_within(v, f.stays.last()?.admit, w));
    let words = "days since the latest avoidable admission";
    group
        .line("days_since_avoidable_stay", words, Unit::Days, none, Topic::AvoidableStays)
        .within(Days730, |v, f, w| since_within(v, f.stays.iter().rev().find(|s| s.avoidable)?.admit, w));
    let words = "stays for a psychiatric or substance-use diagnosis";
    group
        .line("behavioral_stays", words, Unit::Count, Missing::Never, Topic::Behavioral)
        .over(&[Days365], |v, f, w| Some(f.count(v, w, |s| s.behavioral)));
    group
        .line("post_acute_stays", "post-acute stays", Unit::Count, Missing::Never, Topic::PostAcute)
        .over(&[Days365], |v, f, w| Some(f.count(v, w, |s| s.post_acute)));
}

/// Days since a day that lies within the window.
fn since_within(v: &View<'_>, day: Day, w: LookBack) -> Option<f64> {
    v.within(day, w.days()).then(|| f64::from(v.day.since(day)))
}

/// Classes of the ED visits within the window.
fn ed_classes<'v>(v: &'v View<'_>, w: LookBack) -> impl Iterator<Item = &'v EdClass> {
    let visits = v.timeline().ed_visits.iter().zip(&v.measured.get::<EdClasses>().0);
    visits.filter(move |(visit, _)| v.within(visit.day, w.days())).map(|(_, class)| class)
}

/// Classes with a feature of their own.
const ED_CLASSES: [(&str, NyuClass); 5] = [
    ("ed_emergent", NyuClass::Emergent),
    ("ed_preventable", NyuClass::Preventable),
    ("ed_primary_care", NyuClass::PrimaryCare),
    ("ed_non_emergent", NyuClass::NonEmergent),
    ("ed_injury", NyuClass::Injury),
];

fn add_emergency(group: &mut Group<Facts>) {
    group.line("ed_visits", "ED visits that ended at home", Unit::Count, Missing::Never, Topic::Emergency).over(
        &LookBack::ALL,
        |v, _, w| {
            let known = v.timeline().ed_visits.iter().filter(|e| v.within(e.day, w.days()));
            Some(known.count() as f64)
        },
    );
    let words = "days since the latest ED visit";
    group.line("days_since_ed_visit", words, Unit::Days, Missing::NoneInTwoYears, Topic::Emergency).within(
        Days730,
        |v, _, w| {
            let latest = v.timeline().ed_visits.iter().rev().find(|e| e.day <= v.day)?;
            since_within(v, latest.day, w)
        },
    );
    for (name, class) in ED_CLASSES {
        let words = format!("NYU share {}, summed over ED visits", class.words());
        group
            .line(name, words, Unit::Visits, Missing::Never, Topic::Emergency)
            .over(&[Days365], move |v, _, w| Some(ed_classes(v, w).fold(0.0, |sum, c| sum + c.fraction(class))));
    }
    let words = "NYU shares psychiatric, alcohol and drug, summed over ED visits";
    group.line("ed_behavioral", words, Unit::Visits, Missing::Never, Topic::Behavioral).over(&[Days365], |v, _, w| {
        let share = |c: &EdClass| {
            c.fraction(NyuClass::Psychiatric) + c.fraction(NyuClass::Alcohol) + c.fraction(NyuClass::Drug)
        };
        Some(ed_classes(v, w).fold(0.0, |sum, c| sum + share(c)))
    });
    group.line("observation_stays", "ADT observation rows", Unit::Count, Missing::Never, Topic::Stays).over(
        &[Days365],
        |v, _, w| {
            let observed = v.timeline().admissions.iter().filter(|a| a.class == PatientClass::Observation);
            Some(observed.filter(|a| v.within(Day(a.admit), w.days())).count() as f64)
        },
    );
}

fn add_visits(group: &mut Group<Facts>) {
    group
        .line("ambulatory_visits", "days with an ambulatory visit", Unit::Days, Missing::Never, Topic::Visits)
        .over(&[Days30, Days90, Days180, Days365], |v, _, w| {
            Some(v.scan.service(Service::Ambulatory).within(v.day, w.days()))
        });
    let words = "days since the latest ambulatory visit";
    group
        .line("days_since_ambulatory_visit", words, Unit::Days, Missing::NoneInTwoYears, Topic::Visits)
        // The scan holds no older visit.
        .within(Days730, |v, _, _| v.scan.service(Service::Ambulatory).since(v.day));
}

/// Services told over 90 days and a year: the beginning of the name, words, topic.
const SERVICES: [(Service, &str, &str, Topic); 6] = [
    (Service::Skilled, "skilled_nursing", "skilled nursing bills (18x, 21x, 22x)", Topic::PostAcute),
    (Service::HomeHealth, "home_health", "home health bills (32x-34x)", Topic::PostAcute),
    (Service::OutpatientHospital, "outpatient_hospital", "outpatient hospital bills (13x, 83x, 85x)", Topic::Visits),
    (Service::NursingVisit, "nursing_facility_visits", "professional visits in a nursing facility", Topic::PostAcute),
    (Service::Therapy, "therapy", "therapy (revenue 042x-044x)", Topic::PostAcute),
    (Service::IntensiveCare, "intensive_care", "intensive or coronary care (revenue 020x, 021x)", Topic::Stays),
];

fn add_services(group: &mut Group<Facts>) {
    for (service, name, words, topic) in SERVICES {
        group
            .line(name, format!("days with {words}"), Unit::Days, Missing::Never, topic)
            .over(&[Days90, Days365], move |v, _, w| Some(v.scan.service(service).within(v.day, w.days())));
    }
}

fn add_cost(group: &mut Group<Facts>) {
    group
        .line("paid", "paid for claims and fills", Unit::Dollars, Missing::Never, Topic::Cost)
        .over(&[Days30, Days90, Days365, Days730], |v, _, w| Some(v.scan.paid(v.day, w.days())));
    let words = "paid in 90 days as a share of paid in 365 days";
    group.line("paid_trend", words, Unit::Share, Missing::NothingPaid, Topic::Cost).within(Days365, |v, _, w| {
        let paid = v.scan.paid(v.day, w.days());
        (paid > 0.0).then(|| v.scan.paid(v.day, Days90.days()) / paid)
    });
}

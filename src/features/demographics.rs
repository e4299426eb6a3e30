//! Who somebody is: age, sex, cover, county. Owns those features; refuses everything an eligibility file
//! overwrites with tonight's truth (homebound, hospice, address), and every column of the audit.

use super::known::View;
use super::scan::LONGEST;
use super::spec::{Domain, Group, Spec, flag, spec};
use super::topic::Topic;
use crate::domain::{Day, PayerType, Sex};
use crate::reference::CareList;

/// What the group reads off a view.
pub struct Facts {
    age: i32,
    sex: Sex,
    payer: Option<PayerType>,
    dual: bool,
    orec: String,
    institutional: Option<bool>,
    enrolled: [i32; 3],
    since_start: Option<i32>,
    spans: usize,
    poverty: Option<u8>,
    english: Option<bool>,
    interpreter: Option<bool>,
}

const PAYERS: [PayerType; 4] = [PayerType::Medicare, PayerType::Medicaid, PayerType::Commercial, PayerType::Other];

fn prepare(v: &View<'_>) -> Facts {
    let member = v.timeline().member;
    let row = member.row_on(v.day);
    let lists = &v.codes.reference.lists;
    let is_dual = |code| lists.has(CareList::FullDual, code) || lists.has(CareList::PartialDual, code);
    let language = v.codes.words.text(member.facts.language);
    let days = |n: i32| member.enrolled_days(v.day.plus(1 - n), v.day);
    let current = member.spans.iter().find(|s| s.start <= v.day.0 && v.day.0 <= s.end);
    Facts {
        age: member.birth().age_on(v.day),
        sex: member.sex(),
        payer: row.map(|r| PAYERS[usize::from(r.payer_type.min(3))]),
        dual: row.is_some_and(|r| is_dual(r.dual)),
        orec: row.map_or_else(String::new, |r| r.orec.text()),
        institutional: row.and_then(|r| r.institutional),
        enrolled: [days(90), days(365), days(730)],
        since_start: current.map(|s| v.day.since(Day(s.start))),
        spans: member.spans.iter().filter(|s| s.start <= v.day.0 && s.end > v.day.0 - LONGEST).count(),
        poverty: v.codes.reference.rates.poverty_decile(&member.facts.county.text()),
        english: (!language.is_empty()).then_some(language == "en"),
        interpreter: member.facts.interpreter,
    }
}

const NEVER: &str = "never missing";
const ROW: &str = "eligibility row begun by the snapshot";

/// The group.
pub fn group() -> Group<Facts> {
    let payer = |name, words, arg| -> Spec<Facts> {
        spec((name, words), "0 or 1", "no eligibility row begun", ROW, Topic::Cover, arg, |f, k| {
            f.payer.map(|p| flag(p == PAYERS[k]))
        })
    };
    let enrolled = |name, words, window, arg| -> Spec<Facts> {
        spec((name, words), "days", NEVER, window, Topic::Cover, arg, |f, k| Some(f64::from(f.enrolled[k])))
    };
    let specs = vec![
        spec(("age_years", "completed years of age"), "years", NEVER, "the day", Topic::AgeSex, 0, |f: &Facts, _| {
            Some(f64::from(f.age))
        }),
        spec(
            ("sex_female", "administrative sex is female"),
            "0 or 1",
            "sex unknown",
            "the day",
            Topic::AgeSex,
            0,
            |f, _| (f.sex != Sex::Unknown).then(|| flag(f.sex == Sex::Female)),
        ),
        payer("payer_medicare", "payer type is Medicare", 0),
        payer("payer_medicaid", "payer type is Medicaid", 1),
        payer("payer_commercial", "payer type is commercial", 2),
        payer("payer_other", "payer type is another", 3),
        spec(("dual_eligible", "dual status code 01-06 or 08"), "0 or 1", NEVER, ROW, Topic::Cover, 0, |f, _| {
            Some(flag(f.dual))
        }),
        spec(
            ("entitled_by_disability", "original reason for entitlement 1 or 3"),
            "0 or 1",
            "no entitlement code",
            ROW,
            Topic::Cover,
            0,
            |f, _| (!f.orec.is_empty()).then(|| flag(["1", "3"].contains(&f.orec.as_str()))),
        ),
        spec(
            ("entitled_by_kidney_failure", "original reason for entitlement 2 or 3"),
            "0 or 1",
            "no entitlement code",
            ROW,
            Topic::Cover,
            0,
            |f, _| (!f.orec.is_empty()).then(|| flag(["2", "3"].contains(&f.orec.as_str()))),
        ),
        spec(
            ("long_term_institution", "lives in a long-term institution by the eligibility row"),
            "0 or 1",
            "no flag",
            ROW,
            Topic::Cover,
            0,
            |f, _| f.institutional.map(flag),
        ),
        enrolled("enrolled_days_90", "enrolled days of the last 90", "90 days", 0),
        enrolled("enrolled_days_365", "enrolled days of the last 365", "365 days", 1),
        enrolled("enrolled_days_730", "enrolled days of the last 730", "730 days", 2),
        spec(
            ("days_since_enrolment", "days since the current span began, at most 730"),
            "days",
            "not enrolled",
            "730 days",
            Topic::Cover,
            0,
            |f, _| f.since_start.map(|d| f64::from(d.min(730))),
        ),
        spec(
            ("enrolment_spans", "spans that hold a day of the window"),
            "count",
            NEVER,
            "730 days",
            Topic::Cover,
            0,
            |f, _| Some(f.spans as f64),
        ),
        spec(
            ("county_poverty_decile", "AHRQ poverty decile of the county, 10 poorest"),
            "1..10",
            "county unknown",
            "the day",
            Topic::Place,
            0,
            |f, _| f.poverty.map(f64::from),
        ),
        spec(
            ("language_english", "preferred language is English"),
            "0 or 1",
            "language unknown",
            "the day",
            Topic::Contact,
            0,
            |f, _| f.english.map(flag),
        ),
        spec(
            ("interpreter_required", "an interpreter is required"),
            "0 or 1",
            "no flag",
            "the day",
            Topic::Contact,
            0,
            |f, _| f.interpreter.map(flag),
        ),
    ];
    Group { domain: Domain::Demographics, prepare, specs }
}

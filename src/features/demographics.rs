//! Who somebody is: age, sex, cover, county. Owns those features; refuses everything an eligibility file
//! overwrites with tonight's truth (homebound, hospice, address), and every column of the audit.

use super::known::View;
use super::missing_rule::MissingRule as Missing;
use super::spec::{Domain, Group, flag};
use super::topic::Topic;
use super::unit::Unit;
use super::window::{LookBack, Window};
use crate::domain::{Day, PayerType, Sex};
use crate::reference::CareList;
use LookBack::{Days90, Days365, Days730};

/// What the group reads off a view.
pub struct Facts {
    payer: Option<PayerType>,
    dual: bool,
    /// Original reason for entitlement; empty when eligibility does not say.
    entitled_by: String,
    institutional: Option<bool>,
}

/// Payers in the order of their numbers in eligibility.
const PAYERS: [(PayerType, &str, &str); 4] = [
    (PayerType::Medicare, "payer_medicare", "payer type is Medicare"),
    (PayerType::Medicaid, "payer_medicaid", "payer type is Medicaid"),
    (PayerType::Commercial, "payer_commercial", "payer type is commercial"),
    (PayerType::Other, "payer_other", "payer type is another"),
];

/// Original reasons for entitlement (CMS OREC) that name a disability.
const DISABILITY: [&str; 2] = ["1", "3"];
/// Original reasons for entitlement (CMS OREC) that name kidney failure.
const KIDNEY_FAILURE: [&str; 2] = ["2", "3"];

impl Facts {
    fn of(v: &View<'_>) -> Self {
        let row = v.timeline().member.row_on(v.day);
        let lists = &v.codes.reference.lists;
        let is_dual = |code| lists.has(CareList::FullDual, code) || lists.has(CareList::PartialDual, code);
        Self {
            payer: row.map(|r| PAYERS[usize::from(r.payer_type.min(3))].0),
            dual: row.is_some_and(|r| is_dual(r.dual)),
            entitled_by: row.map_or_else(String::new, |r| r.orec.text()),
            institutional: row.and_then(|r| r.institutional),
        }
    }

    fn is_entitled_by(&self, reasons: [&str; 2]) -> Option<f64> {
        (!self.entitled_by.is_empty()).then(|| flag(reasons.contains(&self.entitled_by.as_str())))
    }
}

/// The group.
pub fn demographic_features() -> Group<Facts> {
    let mut group = Group::new(Domain::Demographics, Facts::of);
    group
        .line("age_years", "completed years of age", Unit::Years, Missing::Never, Topic::AgeSex)
        .on(Window::Day, |v, _| Some(f64::from(v.timeline().member.birth().age_on(v.day))));
    group.line("sex_female", "administrative sex is female", Unit::Flag, Missing::SexUnknown, Topic::AgeSex).on(
        Window::Day,
        |v, _| {
            let sex = v.timeline().member.sex();
            (sex != Sex::Unknown).then(|| flag(sex == Sex::Female))
        },
    );
    add_cover(&mut group);
    add_enrolment(&mut group);
    add_place_and_language(&mut group);
    group
}

/// Who pays and why somebody is entitled, by the eligibility row that had begun.
fn add_cover(group: &mut Group<Facts>) {
    for (payer, name, words) in PAYERS {
        group
            .line(name, words, Unit::Flag, Missing::NoEligibilityRow, Topic::Cover)
            .on(Window::EligibilityRow, move |_, f| f.payer.map(|p| flag(p == payer)));
    }
    group
        .line("dual_eligible", "dual status code 01-06 or 08", Unit::Flag, Missing::Never, Topic::Cover)
        .on(Window::EligibilityRow, |_, f| Some(flag(f.dual)));
    let reasons = [
        ("entitled_by_disability", "original reason for entitlement 1 or 3", DISABILITY),
        ("entitled_by_kidney_failure", "original reason for entitlement 2 or 3", KIDNEY_FAILURE),
    ];
    for (name, words, reasons) in reasons {
        group
            .line(name, words, Unit::Flag, Missing::NoEntitlementCode, Topic::Cover)
            .on(Window::EligibilityRow, move |_, f| f.is_entitled_by(reasons));
    }
    let words = "lives in a long-term institution by the eligibility row";
    group
        .line("long_term_institution", words, Unit::Flag, Missing::NoFlag, Topic::Cover)
        .on(Window::EligibilityRow, |_, f| f.institutional.map(flag));
}

fn add_enrolment(group: &mut Group<Facts>) {
    for look_back in [Days90, Days365, Days730] {
        let words = format!("enrolled days of the last {}", look_back.days());
        group.line("enrolled_days", words, Unit::Days, Missing::Never, Topic::Cover).over(&[look_back], |v, _, w| {
            Some(f64::from(v.timeline().member.enrolled_days(v.day.plus(1 - w.days()), v.day)))
        });
    }
    let words = "days since the current span began, at most 730";
    group.line("days_since_enrolment", words, Unit::Days, Missing::NotEnrolled, Topic::Cover).within(
        Days730,
        |v, _, w| {
            let current = v.timeline().member.spans.iter().find(|s| s.start <= v.day.0 && v.day.0 <= s.end)?;
            Some(f64::from(v.day.since(Day(current.start)).min(w.days())))
        },
    );
    let words = "spans that hold a day of the window";
    group.line("enrolment_spans", words, Unit::Count, Missing::Never, Topic::Cover).within(Days730, |v, _, w| {
        let spans = v.timeline().member.spans.iter();
        Some(spans.filter(|s| s.start <= v.day.0 && s.end > v.day.0 - w.days()).count() as f64)
    });
}

fn add_place_and_language(group: &mut Group<Facts>) {
    let words = "AHRQ poverty decile of the county, 10 poorest";
    group.line("county_poverty_decile", words, Unit::Decile, Missing::CountyUnknown, Topic::Place).on(
        Window::Day,
        |v, _| {
            let county = v.timeline().member.facts.county.text();
            v.codes.reference.rates.poverty_decile(&county).map(f64::from)
        },
    );
    group
        .line("language_english", "preferred language is English", Unit::Flag, Missing::LanguageUnknown, Topic::Contact)
        .on(Window::Day, |v, _| {
            let language = v.codes.words.text(v.timeline().member.facts.language);
            (!language.is_empty()).then(|| flag(language == ENGLISH))
        });
    group
        .line("interpreter_required", "an interpreter is required", Unit::Flag, Missing::NoFlag, Topic::Contact)
        .on(Window::Day, |v, _| v.timeline().member.facts.interpreter.map(flag));
}

/// ISO 639-1.
const ENGLISH: &str = "en";

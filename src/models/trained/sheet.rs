//! What a care manager reads of a topic: the disease, drug, event, value or count with its date, in the words of the
//! wording file. Owns which topics have such words and what is sensitive about them; refuses absences, normal values,
//! money, cover, areas, age and sex.

use super::evidence::{family_evidence, latest, of_stay};
use crate::domain::Day;
use crate::features::{Days, Instrument, LabTest, Topic, View};
use crate::measures::{Comorbidity, Dated, DrugSupply, Needs, PQI, Utilization};
use crate::models::published_reasons::pqi_words;
use crate::models::reason::{Driver, Reason, condition_driver, condition_sensitivity};
use crate::models::wording::{SheetReason, Wording, join_words};
use crate::reference::{DiagnosisFamily as F, DrugClass, Elixhauser, Sensitive, Service};

/// Days after which a supply that ran out was given up, or is paid in cash.
const GIVEN_UP: i32 = 180;
/// Medicines on hand from which the number is told.
const MANY_MEDICINES: u32 = 10;
/// Conditions that are named before the rest is counted.
const NAMED_CONDITIONS: usize = 3;

/// A topic's words for a sheet; `None` when there is nothing to say that a care manager could use.
#[must_use]
pub fn sheet_reason(v: &View<'_>, topic: &Topic, points: f64, wording: &Wording) -> Option<Reason> {
    let told = match topic {
        Topic::Condition(measure) => word_condition(v, *measure, wording),
        Topic::Burden => word_burden(v, wording),
        Topic::Heart => family_signs(v, &[F::Coronary, F::Fibrillation], 365, |s| {
            wording.say(SheetReason::Heart, 1, &[("signs", s)])
        }),
        Topic::Frailty => family_signs(v, &[F::Fall, F::Weakness, F::PressureUlcer], 365, |s| {
            wording.say(SheetReason::Frailty, 1, &[("signs", s)])
        }),
        Topic::AcuteIllness => family_signs(
            v,
            &[F::Pneumonia, F::UrinaryInfection, F::Sepsis, F::KidneyInjury, F::RespiratoryFailure, F::Dehydration],
            GIVEN_UP,
            |s| wording.say(SheetReason::AcuteIllness, 1, &[("signs", s)]),
        ),
        Topic::Laboratory(test) => word_laboratory(v, *test, wording),
        Topic::Stays => word_stays(v, wording),
        Topic::AvoidableStays => avoidable_stays(v, wording),
        Topic::ThisDischarge => word_discharge(v, wording),
        Topic::Emergency => word_emergency(v, wording),
        Topic::Behavioral => v.measured.get::<Utilization>().behavioral_year.clone().map(|d| Told {
            sensitive: Sensitive::Psychiatric,
            ..Told::of(
                wording.say(SheetReason::Behavioral, 1, &[("date", &d.day.to_string())]),
                Driver::Behavioral,
                Some(d),
            )
        }),
        Topic::PostAcute => (v.scan.service(Service::HomeHealth).within(v.day, 60) > 0.0)
            .then(|| Told::of(wording.say(SheetReason::HomeHealth, 1, &[]), Driver::Clinical, None)),
        Topic::Medicines => v
            .measured
            .get::<DrugSupply>()
            .ingredients_on_hand
            .filter(|n| *n >= MANY_MEDICINES)
            .map(|n| Told::of(wording.say(SheetReason::Medicines, i64::from(n), &[]), Driver::Medication, None)),
        Topic::Supply(class) => word_supply(v, *class, wording),
        Topic::Needs => word_needs(v, wording),
        Topic::Instrument(asked) => word_instrument(v, *asked, wording),
        Topic::AgeSex
        | Topic::Cover
        | Topic::Place
        | Topic::Cost
        | Topic::Visits
        | Topic::Continuity
        | Topic::Procedures
        | Topic::Contact
        | Topic::Own(_) => None,
    }?;
    let Told { text, driver, sensitive, evidence } = told;
    Some(Reason {
        text,
        driver,
        points: Some(points),
        day: evidence.as_ref().map(|e| e.day),
        evidence: evidence.map_or_else(Box::default, |e| e.id),
        sensitive,
        sheet: None,
    })
}

/// Words with what they rest on.
struct Told {
    text: String,
    driver: Driver,
    sensitive: Sensitive,
    evidence: Option<Dated>,
}

impl Told {
    fn of(text: String, driver: Driver, evidence: Option<Dated>) -> Self {
        Self { text, driver, sensitive: Sensitive::No, evidence }
    }
}

fn word_condition(v: &View<'_>, measure: Elixhauser, wording: &Wording) -> Option<Told> {
    let sensitive = condition_sensitivity(measure);
    let found = v.measured.get::<Comorbidity>().elixhauser_evidence(measure)?;
    let evidence = Some(Dated { day: Day(found.last), id: found.last_id.clone() });
    let text = wording.say(SheetReason::Condition, 1, &[("condition", measure.words())]);
    Some(Told { sensitive, ..Told::of(text, condition_driver(sensitive), evidence) })
}

/// The first conditions by name and the number of the rest; sensitive ones are neither named nor counted.
fn word_burden(v: &View<'_>, wording: &Wording) -> Option<Told> {
    let comorbidity = v.measured.get::<Comorbidity>();
    let named = Elixhauser::counted().iter().filter(|e| comorbidity.elixhauser_evidence(**e).is_some());
    let tellable = named.filter(|e| condition_sensitivity(**e) == Sensitive::No);
    let names: Vec<&str> = tellable.map(|e| e.words()).collect();
    let rest = names.len().checked_sub(NAMED_CONDITIONS).filter(|n| *n > 0)?;
    let named = names[..NAMED_CONDITIONS].join(", ");
    let text = wording.say(SheetReason::Burden, i64::try_from(rest).unwrap_or(0), &[("conditions", &named)]);
    Some(Told::of(text, Driver::Clinical, None))
}

fn family_signs(v: &View<'_>, families: &[F], days: i32, say: impl Fn(&str) -> String) -> Option<Told> {
    let (names, evidence) = family_evidence(v, families, days)?;
    Some(Told::of(say(&join_words(&names)), Driver::Clinical, evidence))
}

fn word_laboratory(v: &View<'_>, test: LabTest, wording: &Wording) -> Option<Told> {
    let words = wording.laboratory(test.as_str())?;
    let mut known = v.small.labs.iter().rev().filter(|l| &*l.loinc == test.as_str() && v.day.since(l.day) < 365);
    let newest = known.next()?;
    let before = known.next().map(|l| l.value.0);
    if !words.worth_saying(newest.value.0, before) {
        return None;
    }
    let value = newest.value.0.to_string();
    let text = match before.filter(|b| (b - newest.value.0).abs() > 1e-9) {
        Some(before) => wording.say(
            SheetReason::LaboratoryChange,
            1,
            &[("test", &words.test), ("before", &before.to_string()), ("value", &value)],
        ),
        None => wording.say(SheetReason::LaboratoryValue, 1, &[("test", &words.test), ("value", &value)]),
    };
    Some(Told::of(text, Driver::Clinical, Some(Dated { day: newest.day, id: Box::default() })))
}

/// Sensitivity of the stay behind a dated fact, and ids that somebody can look up.
fn stay_behind(v: &View<'_>, dated: &Dated) -> (Sensitive, Dated) {
    match v.timeline().stays.iter().find(|s| s.id == dated.id) {
        Some(stay) => (v.codes.dx(stay.principal).sensitive, Dated { day: dated.day, id: of_stay(stay) }),
        None => (Sensitive::No, dated.clone()),
    }
}

fn word_stays(v: &View<'_>, wording: &Wording) -> Option<Told> {
    let used = v.measured.get::<Utilization>();
    let last = used.last_stay.as_ref()?;
    if used.stays_year < 2 && v.day.since(last.day) > 90 {
        return None;
    }
    let (sensitive, evidence) = stay_behind(v, last);
    let text = wording.say(SheetReason::Stays, i64::from(used.stays_year), &[("date", &last.day.to_string())]);
    Some(Told { sensitive, ..Told::of(text, Driver::Clinical, Some(evidence)) })
}

fn avoidable_stays(v: &View<'_>, wording: &Wording) -> Option<Told> {
    let used = v.measured.get::<Utilization>();
    let (dated, counted) = used.pqi_year.first()?;
    debug_assert!(usize::from(*counted) < 1 << PQI.len());
    let (_, evidence) = stay_behind(v, dated);
    let n = i64::try_from(used.pqi_year.len()).unwrap_or(0);
    let text = wording.say(SheetReason::AvoidableStays, n, &[("diagnosis", &pqi_words(*counted))]);
    Some(Told::of(text, Driver::Clinical, Some(evidence)))
}

fn word_discharge(v: &View<'_>, wording: &Wording) -> Option<Told> {
    let stay = v.index.and_then(|i| v.timeline().stays.get(i))?;
    let (day, length) = (stay.discharge?, stay.length_of_stay()?);
    let values = [("date", day.to_string())];
    let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let text = wording.say(SheetReason::Discharge, i64::from(length), &values);
    Some(Told::of(text, Driver::Transition, Some(Dated { day, id: of_stay(stay) })))
}

fn word_emergency(v: &View<'_>, wording: &Wording) -> Option<Told> {
    let used = v.measured.get::<Utilization>();
    let last = used.last_ed.as_ref()?;
    if used.ed_year < 2 && v.day.since(last.day) > 14 {
        return None;
    }
    let visit = v.timeline().ed_visits.iter().rev().find(|e| e.day == last.day);
    let sensitive = visit.map_or(Sensitive::No, |e| v.codes.dx(e.diagnosis).sensitive);
    let text = wording.say(SheetReason::Emergency, i64::from(used.ed_year), &[("date", &last.day.to_string())]);
    Some(Told { sensitive, ..Told::of(text, Driver::Clinical, Some(last.clone())) })
}

/// The drug of a class whose supply ended last, when it is late enough and not given up.
fn word_supply(v: &View<'_>, class: DrugClass, wording: &Wording) -> Option<Told> {
    let words = wording.supply(class.name())?;
    let fills = v.timeline().fills.iter();
    let of_class = fills.filter(|f| v.codes.drug(f.ingredient).classes.has(class));
    let supplied = of_class.filter(|f| (1..=400).contains(&f.days_supply));
    let end = |f: &crate::extracts::Fill<'_>| f.day + i32::try_from(f.days_supply).unwrap_or(0);
    let last = supplied.max_by(|a, b| end(a).cmp(&end(b)).then_with(|| b.claim_id.cmp(a.claim_id)))?;
    // A supply that early fills stretched ends later than its last fill says.
    let known = v.measured.get::<DrugSupply>().late_classes.iter().find(|l| l.class == class);
    let ran_out = known.map_or(Day(end(last)), |l| l.ran_out);
    let late = v.day.since(ran_out);
    if !(words.days_late..=GIVEN_UP).contains(&late) {
        return None;
    }
    let values = [
        ("drug", v.codes.words.text(last.ingredient).to_owned()),
        ("purpose", words.purpose.clone()),
        ("filled", Day(last.day).to_string()),
        ("date", ran_out.to_string()),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let evidence = Dated { day: Day(last.day), id: last.claim_id.into() };
    Some(Told::of(wording.say(SheetReason::Supply, i64::from(late), &values), Driver::Medication, Some(evidence)))
}

/// Needs told in the last 12 months; a need for safety is never named.
fn word_needs(v: &View<'_>, wording: &Wording) -> Option<Told> {
    let year_ago = v.day.plus_months(-12);
    let open: Vec<_> = v.measured.get::<Needs>().0.iter().filter(|n| n.is_open() && n.day > year_ago).collect();
    let safe: Vec<_> = open.iter().copied().filter(|n| !n.is_of_safety()).collect();
    let (told, sensitive) = if safe.is_empty() { (open, Sensitive::Abuse) } else { (safe, Sensitive::No) };
    let newest = latest(told.iter().map(|n| Dated { day: n.day, id: n.evidence.clone() }))?;
    let names: Vec<String> = told.iter().take(3).map(|n| n.domain.replace('_', " ")).collect();
    let text = match sensitive {
        Sensitive::No => wording.say(
            SheetReason::Needs,
            i64::try_from(told.len()).unwrap_or(0),
            &[("needs", &join_words(&names)), ("date", &newest.day.to_string())],
        ),
        _ => wording.say(SheetReason::Safety, 1, &[]),
    };
    Some(Told { sensitive, ..Told::of(text, Driver::Social, Some(newest)) })
}

/// A PHQ-9 of 10 or more, and a low activation.
fn word_instrument(v: &View<'_>, instrument: Instrument, wording: &Wording) -> Option<Told> {
    let (day, score) = v.newest_score(instrument, 730)?;
    let evidence = Some(Dated { day, id: Box::default() });
    let value = score.to_string();
    match instrument {
        Instrument::Phq9 if score >= 10.0 => {
            let text = wording.say(SheetReason::Depression, 1, &[("value", &value)]);
            Some(Told { sensitive: Sensitive::Psychiatric, ..Told::of(text, Driver::Behavioral, evidence) })
        }
        // The first two of four levels end at 47.0 and 55.1 (Hibbard 2005, PAM-13).
        Instrument::Pam13 if score <= 55.1 => {
            let level = if score <= 47.0 { "1" } else { "2" };
            let text = wording.say(SheetReason::Activation, 1, &[("level", level), ("value", &value)]);
            Some(Told::of(text, Driver::Clinical, evidence))
        }
        _ => None,
    }
}

//! What an analyst reads of a topic: the count, value or event behind it, with its newest row. Owns that wording and what is
//! sensitive about it; refuses to weigh a topic and to speak to a care manager (see `sheet`).

use super::evidence::{family_evidence, latest};
use crate::domain::{Day, WordId};
use crate::features::{Days, Instrument, LabTest, Topic, View};
use crate::measures::{Comorbidity, Dated, DrugSupply, Needs, Utilization};
use crate::models::reason::{Driver, condition_driver, condition_sensitivity};
use crate::reference::{DiagnosisFamily as F, DrugClass, Elixhauser, Sensitive, Service};

/// A year, in days.
const YEAR: i32 = 365;
/// Two years, in days.
const TWO_YEARS: i32 = 730;

/// The words of a topic with what they rest on.
pub(super) struct AnalystWords {
    pub text: String,
    pub driver: Driver,
    pub sensitive: Sensitive,
    pub evidence: Option<Dated>,
}

impl AnalystWords {
    fn new(text: impl Into<String>, driver: Driver, evidence: Option<Dated>) -> Self {
        Self { text: text.into(), driver, sensitive: Sensitive::No, evidence }
    }

    fn clinical(text: impl Into<String>, evidence: Option<Dated>) -> Self {
        Self::new(text, Driver::Clinical, evidence)
    }
}

/// The words of a topic as known on the view's day.
pub(super) fn analyst_words(v: &View<'_>, topic: &Topic) -> AnalystWords {
    let used = v.measured.get::<Utilization>();
    match topic {
        Topic::AgeSex => AnalystWords::new("age and sex", Driver::Rest, None),
        Topic::Cover => AnalystWords::clinical("kind and length of cover", newest_claim(v)),
        Topic::Place => AnalystWords::new("poverty of the county", Driver::Social, None),
        Topic::Condition(measure) => condition_words(v, *measure),
        Topic::Heart => family_words(v, "coronary disease or atrial fibrillation", &[F::Coronary, F::Fibrillation]),
        Topic::Burden => burden_words(v),
        Topic::Frailty => frailty_words(v),
        Topic::AcuteIllness => family_words(v, "acute illness in the last year", &ACUTE_ILLNESS),
        Topic::Laboratory(test) => laboratory_words(v, *test),
        Topic::Stays => stay_words(v),
        Topic::AvoidableStays => avoidable_stay_words(used),
        Topic::ThisDischarge => discharge_words(v),
        Topic::Emergency => emergency_words(used),
        Topic::Behavioral => behavioral_words(used),
        Topic::Visits => visit_words(v),
        Topic::PostAcute => post_acute_words(v),
        Topic::Cost => {
            AnalystWords::clinical(format!("${:.0} paid in 12 months", v.scan.paid(v.day, YEAR)), newest_claim(v))
        }
        Topic::Medicines => medicine_words(v),
        Topic::Supply(class) => supply_words(v, *class),
        Topic::Continuity => AnalystWords::clinical("number and continuity of providers", used.last_visit.clone()),
        Topic::Procedures => AnalystWords::clinical("procedures, equipment and tests in a year", newest_claim(v)),
        Topic::Needs => need_words(v),
        Topic::Instrument(instrument) => instrument_words(v, *instrument),
        Topic::Contact => AnalystWords::new("language and contact with care management", Driver::Social, None),
        Topic::Own(column) => AnalystWords::new(format!("own column {column}"), Driver::Social, None),
    }
}

const FRAILTY_SIGNS: [F; 4] = [F::Fall, F::Weakness, F::Confusion, F::PressureUlcer];

const ACUTE_ILLNESS: [F; 8] = [
    F::Pneumonia,
    F::UrinaryInfection,
    F::Sepsis,
    F::KidneyInjury,
    F::RespiratoryFailure,
    F::Dehydration,
    F::Anemia,
    F::Cellulitis,
];

/// "1 day", "3 days".
fn counted_words(n: f64, one: &str) -> String {
    if (n - 1.0).abs() < 1e-9 { format!("1 {one}") } else { format!("{n:.0} {one}s") }
}

fn condition_words(v: &View<'_>, measure: Elixhauser) -> AnalystWords {
    let (name, sensitive) = (measure.words(), condition_sensitivity(measure));
    let words = match v.measured.get::<Comorbidity>().elixhauser_evidence(measure) {
        Some(e) => {
            let evidence = Dated { day: Day(e.last), id: e.last_id.clone() };
            AnalystWords::new(name, condition_driver(sensitive), Some(evidence))
        }
        // That a sensitive condition is not there would tell as much.
        None => AnalystWords::clinical(format!("no {name} on record"), None),
    };
    AnalystWords { sensitive, ..words }
}

fn family_words(v: &View<'_>, text: &str, families: &[F]) -> AnalystWords {
    match family_evidence(v, families, YEAR) {
        Some((names, evidence)) => AnalystWords::clinical(format!("{text}: {}", names.join(", ")), evidence),
        None => AnalystWords::clinical(format!("{text}: none named in a year"), None),
    }
}

fn burden_words(v: &View<'_>) -> AnalystWords {
    let comorbidity = v.measured.get::<Comorbidity>();
    let text = format!(
        "{} chronic conditions (Elixhauser index {})",
        comorbidity.elixhauser_count.unwrap_or(0),
        comorbidity.elixhauser_readmission.unwrap_or(0)
    );
    AnalystWords::clinical(text, comorbidity.latest().map(|(day, id)| Dated { day, id: id.into() }))
}

fn frailty_words(v: &View<'_>) -> AnalystWords {
    let score = v.measured.get::<Comorbidity>().hfrs.unwrap_or(0.0);
    family_words(v, &format!("signs of frailty (hospital frailty score {score:.1})"), &FRAILTY_SIGNS)
}

fn laboratory_words(v: &View<'_>, test: LabTest) -> AnalystWords {
    let name = match test {
        LabTest::HemoglobinA1c => "hemoglobin A1c",
        LabTest::NtProBnp => "NT-proBNP, a marker of strain on the heart",
        LabTest::Egfr => "kidney filtration (eGFR)",
        LabTest::Hemoglobin => "hemoglobin",
        LabTest::Sodium => "sodium",
    };
    let mut results = v.small.labs.iter().rev();
    match results.find(|l| &*l.loinc == test.as_str() && v.day.since(l.day) < YEAR) {
        Some(l) => {
            let evidence = Dated { day: l.day, id: Box::default() };
            AnalystWords::clinical(format!("{name} {} {}", l.value.0, l.unit), Some(evidence))
        }
        None => AnalystWords::clinical(format!("{name} not measured in a year"), None),
    }
}

fn stay_words(v: &View<'_>) -> AnalystWords {
    let used = v.measured.get::<Utilization>();
    if let Some(dated) = &used.last_stay {
        let text = counted_words(f64::from(used.stays_year), "hospital stay") + " in a year";
        return AnalystWords::clinical(text, Some(dated.clone()));
    }
    match v.timeline().stays.last() {
        Some(stay) => {
            let evidence = Dated { day: stay.admit, id: stay.id.clone() };
            AnalystWords::clinical("a hospital stay more than a year ago", Some(evidence))
        }
        None => AnalystWords::clinical("no hospital stay on record", None),
    }
}

fn avoidable_stay_words(used: &Utilization) -> AnalystWords {
    match used.pqi_year.first() {
        Some((dated, _)) => {
            let text = counted_words(used.pqi_year.len() as f64, "avoidable hospital stay") + " in 12 months";
            AnalystWords::clinical(text, Some(dated.clone()))
        }
        None => AnalystWords::clinical("no avoidable hospital stay in 12 months", None),
    }
}

fn discharge_words(v: &View<'_>) -> AnalystWords {
    let stay = v.index.and_then(|i| v.timeline().stays.get(i));
    let left = stay.and_then(|s| Some((s, s.discharge?, s.length_of_stay()?)));
    let Some((stay, day, length)) = left else {
        return AnalystWords::new("this discharge", Driver::Transition, None);
    };
    let text = format!("left hospital {day} after {}", counted_words(f64::from(length), "day"));
    AnalystWords::new(text, Driver::Transition, Some(Dated { day, id: stay.id.clone() }))
}

fn emergency_words(used: &Utilization) -> AnalystWords {
    match &used.last_ed {
        Some(dated) => {
            let text = counted_words(f64::from(used.ed_year), "ED visit") + " in a year";
            AnalystWords::clinical(text, Some(dated.clone()))
        }
        None => AnalystWords::clinical("no ED visit in a year", None),
    }
}

fn behavioral_words(used: &Utilization) -> AnalystWords {
    match &used.behavioral_year {
        Some(dated) => {
            let text = "behavioral-health stay or ED visit in a year";
            let words = AnalystWords::new(text, Driver::Behavioral, Some(dated.clone()));
            AnalystWords { sensitive: Sensitive::Psychiatric, ..words }
        }
        None => AnalystWords::clinical("no behavioral-health stay or ED visit in a year", None),
    }
}

fn visit_words(v: &View<'_>) -> AnalystWords {
    let days = v.scan.service(Service::Ambulatory).within(v.day, YEAR);
    let text = counted_words(days, "day") + " with an ambulatory visit in a year";
    AnalystWords::clinical(text, v.measured.get::<Utilization>().last_visit.clone())
}

fn post_acute_words(v: &View<'_>) -> AnalystWords {
    let services = [Service::Skilled, Service::HomeHealth, Service::Therapy, Service::NursingVisit];
    let days = services.map(|s| v.scan.service(s).within(v.day, YEAR)).iter().sum::<f64>();
    let text = counted_words(days, "day") + " of nursing, home health or therapy billed in a year";
    AnalystWords::clinical(text, newest_claim(v))
}

fn medicine_words(v: &View<'_>) -> AnalystWords {
    let text = v.measured.get::<DrugSupply>().ingredients_on_hand.map_or_else(
        || "pattern of fills".to_owned(),
        |n| counted_words(f64::from(n), "medicine") + " on hand, pattern of fills",
    );
    AnalystWords::new(text, Driver::Medication, newest_fill(v, None))
}

fn supply_words(v: &View<'_>, class: DrugClass) -> AnalystWords {
    let late = v.measured.get::<DrugSupply>().late_classes.iter().find(|l| l.class == class);
    let name = class.name().replace('_', " ");
    let text = late.map_or_else(|| format!("{name} supply"), |l| format!("{name} supply ran out {}", l.ran_out));
    AnalystWords::new(text, Driver::Medication, newest_fill(v, Some(class)))
}

fn need_words(v: &View<'_>) -> AnalystWords {
    let open: Vec<_> = v.measured.get::<Needs>().0.iter().filter(|n| n.is_open()).collect();
    let tellable: Vec<_> = open.iter().filter(|n| !n.is_of_safety()).collect();
    if open.is_empty() {
        return AnalystWords::new("no open social need on record", Driver::Social, None);
    }
    if tellable.is_empty() {
        let newest = latest(open.iter().map(|n| Dated { day: n.day, id: n.evidence.clone() }));
        let words = AnalystWords::new("a need for safety", Driver::Social, newest);
        return AnalystWords { sensitive: Sensitive::Abuse, ..words };
    }
    let names: Vec<String> = tellable.iter().take(3).map(|n| n.domain.replace('_', " ")).collect();
    let newest = latest(tellable.iter().map(|n| Dated { day: n.day, id: n.evidence.clone() }));
    AnalystWords::new(format!("open social needs: {}", names.join(", ")), Driver::Social, newest)
}

fn instrument_words(v: &View<'_>, instrument: Instrument) -> AnalystWords {
    let Some((day, score)) = v.newest_score(instrument, TWO_YEARS) else {
        return AnalystWords::clinical(format!("{instrument} not asked in two years"), None);
    };
    let psychiatric = instrument.is_psychiatric();
    let driver = if psychiatric { Driver::Behavioral } else { Driver::Clinical };
    let sensitive = if psychiatric { Sensitive::Psychiatric } else { Sensitive::No };
    let evidence = Dated { day, id: Box::default() };
    AnalystWords { sensitive, ..AnalystWords::new(format!("{instrument} score {score}"), driver, Some(evidence)) }
}

fn newest_claim(v: &View<'_>) -> Option<Dated> {
    latest(v.timeline().claims.iter().map(|c| Dated { day: Day(c.start), id: c.id.into() }))
}

/// The newest fill, of a class where one is given.
fn newest_fill(v: &View<'_>, class: Option<DrugClass>) -> Option<Dated> {
    let is_wanted = |ingredient: WordId| class.is_none_or(|c| v.codes.drug(ingredient).classes.has(c));
    let fills = v.timeline().fills.iter().filter(|f| is_wanted(f.ingredient));
    latest(fills.map(|f| Dated { day: Day(f.day), id: f.claim_id.into() }))
}

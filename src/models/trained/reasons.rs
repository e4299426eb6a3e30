//! Why a trained model gives a member this probability: contributions by topic, in plain words with evidence.
//! Owns the grouping and the wording; refuses to name age or sex, which stay in the rest.

use std::collections::BTreeMap;

use super::evidence::{family_evidence, latest};
use super::sheet::sheet_reason;
use crate::domain::{Day, WordId};
use crate::features::{Days, Topic, View};
use crate::measures::{Comorbidity, Dated, DrugSupply, Needs, Utilization};
use crate::models::reason::{Driver, Reason, condition_driver, condition_sensitivity};
use crate::models::wording::Wording;
use crate::reference::{DiagnosisFamily as F, DrugClass, Elixhauser, Sensitive, Service};

/// Reasons that a sheet shows at most.
const ON_A_SHEET: usize = 5;
/// Fewest and most reasons named to an analyst, besides those of the sheet.
const NAMED: std::ops::RangeInclusive<usize> = 3..=5;
/// Contributions smaller than this are not worth a line unless too few are left.
const WORTH: f64 = 0.02;
/// The words of the rest.
pub const REST: &str = "everything else, age and sex among it";
/// The words of the starting point.
pub const AVERAGE: &str = "the average member the model learned from";

/// Reasons, strongest first, then the rest and the average: their points sum to the log-odds.
///
/// `contributions` are in the order of the model's features, `topics` say what each is about.
#[must_use]
pub fn explain(
    view: &View<'_>,
    topics: &[Option<Topic>],
    contributions: &[f64],
    base: f64,
    log_odds: f64,
    wording: &Wording,
) -> Vec<Reason> {
    let mut by_topic: BTreeMap<&Topic, f64> = BTreeMap::new();
    for (topic, value) in topics.iter().zip(contributions) {
        if let Some(topic) = topic {
            *by_topic.entry(topic).or_default() += value;
        }
    }
    let sheet = sheet_reasons(view, &by_topic, wording);
    let mut chosen = choose(&by_topic);
    // What the sheet tells, an analyst finds as well.
    chosen.extend(sheet.iter().filter(|s| chosen.iter().all(|c| c.0 != s.0)).map(|s| (s.0, s.1)).collect::<Vec<_>>());
    let mut out: Vec<Reason> = chosen
        .iter()
        .map(|(topic, points)| {
            let reason = analyst_reason(view, topic, *points);
            match sheet.iter().find(|s| s.0 == *topic) {
                // Masked as the sheet is, whatever the analyst's words rest on.
                Some((_, _, shown)) => Reason {
                    sheet: Some(shown.text.clone()),
                    sensitive: reason.sensitive.max(shown.sensitive),
                    day: shown.day.or(reason.day),
                    evidence: shown.evidence.clone(),
                    driver: shown.driver,
                    ..reason
                },
                None => reason,
            }
        })
        .collect();
    let named: f64 = chosen.iter().map(|c| c.1).sum();
    let plain = |text: &str, points: f64| Reason {
        text: text.to_owned(),
        driver: Driver::Rest,
        points: Some(points),
        day: None,
        evidence: Box::default(),
        sensitive: Sensitive::No,
        sheet: None,
    };
    out.push(plain(REST, log_odds - base - named));
    out.push(plain(AVERAGE, base));
    out
}

/// The strongest topics that raise the risk and that a care manager can use, with their words.
fn sheet_reasons<'t>(
    view: &View<'_>,
    by_topic: &BTreeMap<&'t Topic, f64>,
    wording: &Wording,
) -> Vec<(&'t Topic, f64, Reason)> {
    let mut raising: Vec<(&Topic, f64)> = by_topic.iter().filter(|t| *t.1 > WORTH).map(|(t, v)| (*t, *v)).collect();
    raising.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let told = raising.into_iter().filter_map(|(t, p)| Some((t, p, sheet_reason(view, t, p, wording)?)));
    told.take(ON_A_SHEET).collect()
}

/// What raises the risk, strongest first; what lowers it only when fewer than three raise it.
fn choose<'t>(by_topic: &BTreeMap<&'t Topic, f64>) -> Vec<(&'t Topic, f64)> {
    let mut all: Vec<(&Topic, f64)> =
        by_topic.iter().filter(|(t, _)| ***t != Topic::AgeSex).map(|(t, v)| (*t, *v)).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let mut out: Vec<(&Topic, f64)> = all.iter().copied().filter(|t| t.1 > WORTH).take(*NAMED.end()).collect();
    if out.len() < *NAMED.start() {
        let mut low: Vec<(&Topic, f64)> = all.into_iter().filter(|t| t.1 <= WORTH).collect();
        low.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(b.0)));
        out.extend(low.into_iter().take(*NAMED.start() - out.len()));
    }
    out
}

struct Words {
    text: String,
    driver: Driver,
    sensitive: Sensitive,
    evidence: Option<Dated>,
}

fn words(text: impl Into<String>, driver: Driver, evidence: Option<Dated>) -> Words {
    Words { text: text.into(), driver, sensitive: Sensitive::No, evidence }
}

fn analyst_reason(view: &View<'_>, topic: &Topic, points: f64) -> Reason {
    let w = say(view, topic);
    let text = if points < 0.0 { format!("{} (lowers the risk)", w.text) } else { w.text };
    Reason {
        text,
        driver: w.driver,
        points: Some(points),
        day: w.evidence.as_ref().map(|e| e.day),
        evidence: w.evidence.map_or_else(Box::default, |e| e.id),
        sensitive: w.sensitive,
        sheet: None,
    }
}

fn times(n: f64, one: &str) -> String {
    if (n - 1.0).abs() < 1e-9 { format!("1 {one}") } else { format!("{n:.0} {one}s") }
}

fn say(v: &View<'_>, topic: &Topic) -> Words {
    let facts = v.measured.get::<Utilization>();
    let supply = v.measured.get::<DrugSupply>();
    let service = |s: Service| v.scan.service(s);
    match topic {
        Topic::AgeSex => words("age and sex", Driver::Rest, None),
        Topic::Cover => words("kind and length of cover", Driver::Clinical, newest_claim(v)),
        Topic::Place => words("poverty of the county", Driver::Social, None),
        Topic::Condition(measure) => condition(v, *measure),
        Topic::Heart => family_words(v, "coronary disease or atrial fibrillation", &[F::Coronary, F::Fibrillation]),
        Topic::Burden => words(
            format!(
                "{} chronic conditions (Elixhauser index {})",
                v.measured.get::<Comorbidity>().elixhauser_count.unwrap_or(0),
                v.measured.get::<Comorbidity>().elixhauser_readmission.unwrap_or(0)
            ),
            Driver::Clinical,
            v.measured.get::<Comorbidity>().latest().map(|(day, id)| Dated { day, id: id.into() }),
        ),
        Topic::Frailty => family_words(
            v,
            &format!(
                "signs of frailty (hospital frailty score {:.1})",
                v.measured.get::<Comorbidity>().hfrs.unwrap_or(0.0)
            ),
            &[F::Fall, F::Weakness, F::Confusion, F::PressureUlcer],
        ),
        Topic::AcuteIllness => family_words(
            v,
            "acute illness in the last year",
            &[
                F::Pneumonia,
                F::UrinaryInfection,
                F::Sepsis,
                F::KidneyInjury,
                F::RespiratoryFailure,
                F::Dehydration,
                F::Anemia,
                F::Cellulitis,
            ],
        ),
        Topic::Laboratory(loinc) => laboratory(v, loinc),
        Topic::Stays => stays(v),
        Topic::AvoidableStays => match facts.pqi_year.first() {
            Some((dated, _)) => words(
                times(facts.pqi_year.len() as f64, "avoidable hospital stay") + " in 12 months",
                Driver::Clinical,
                Some(dated.clone()),
            ),
            None => words("no avoidable hospital stay in 12 months", Driver::Clinical, None),
        },
        Topic::ThisDischarge => discharge(v),
        Topic::Emergency => match &facts.last_ed {
            Some(dated) => {
                words(times(f64::from(facts.ed_year), "ED visit") + " in a year", Driver::Clinical, Some(dated.clone()))
            }
            None => words("no ED visit in a year", Driver::Clinical, None),
        },
        Topic::Behavioral => Words {
            sensitive: if facts.behavioral_year.is_some() { Sensitive::Psychiatric } else { Sensitive::No },
            ..match &facts.behavioral_year {
                Some(d) => words("behavioral-health stay or ED visit in a year", Driver::Behavioral, Some(d.clone())),
                None => words("no behavioral-health stay or ED visit in a year", Driver::Clinical, None),
            }
        },
        Topic::Visits => words(
            times(service(Service::Ambulatory).within(v.day, 365), "day") + " with an ambulatory visit in a year",
            Driver::Clinical,
            facts.last_visit.clone(),
        ),
        Topic::PostAcute => {
            let days = [Service::Skilled, Service::HomeHealth, Service::Therapy, Service::NursingVisit]
                .map(|s| service(s).within(v.day, 365))
                .iter()
                .sum::<f64>();
            words(
                times(days, "day") + " of nursing, home health or therapy billed in a year",
                Driver::Clinical,
                newest_claim(v),
            )
        }
        Topic::Cost => {
            words(format!("${:.0} paid in 12 months", v.scan.paid(v.day, 365)), Driver::Clinical, newest_claim(v))
        }
        Topic::Medicines => words(
            supply.ingredients_on_hand.map_or_else(
                || "pattern of fills".to_owned(),
                |n| times(f64::from(n), "medicine") + " on hand, pattern of fills",
            ),
            Driver::Medication,
            newest_fill(v, None),
        ),
        Topic::Supply(class) => {
            let late = supply.late_classes.iter().find(|l| l.class == *class);
            let name = class.name().replace('_', " ");
            let text =
                late.map_or_else(|| format!("{name} supply"), |l| format!("{name} supply ran out {}", l.ran_out));
            words(text, Driver::Medication, newest_fill(v, Some(*class)))
        }
        Topic::Continuity => words("number and continuity of providers", Driver::Clinical, facts.last_visit.clone()),
        Topic::Procedures => words("procedures, equipment and tests in a year", Driver::Clinical, newest_claim(v)),
        Topic::Needs => needs(v),
        Topic::Instrument(name) => instrument(v, name),
        Topic::Contact => words("language and contact with care management", Driver::Social, None),
        Topic::Own(column) => words(format!("own column {column}"), Driver::Social, None),
    }
}

fn condition(v: &View<'_>, measure: Elixhauser) -> Words {
    let (name, sensitive) = (measure.words(), condition_sensitivity(measure));
    let driver = condition_driver(sensitive);
    match v.measured.get::<Comorbidity>().elixhauser_evidence(measure) {
        Some(e) => Words { sensitive, ..words(name, driver, Some(Dated { day: Day(e.last), id: e.last_id.clone() })) },
        // That a sensitive condition is not there would tell as much.
        None => Words { sensitive, ..words(format!("no {name} on record"), Driver::Clinical, None) },
    }
}

fn family_words(v: &View<'_>, text: &str, families: &[F]) -> Words {
    match family_evidence(v, families, 365) {
        Some((names, evidence)) => words(format!("{text}: {}", names.join(", ")), Driver::Clinical, evidence),
        None => words(format!("{text}: none named in a year"), Driver::Clinical, None),
    }
}

fn newest_claim(v: &View<'_>) -> Option<Dated> {
    latest(v.timeline().claims.iter().map(|c| Dated { day: Day(c.start), id: c.id.into() }))
}

fn newest_fill(v: &View<'_>, class: Option<DrugClass>) -> Option<Dated> {
    let of_class = |ingredient: WordId| class.is_none_or(|c| v.codes.drug(ingredient).classes.has(c));
    latest(
        v.timeline()
            .fills
            .iter()
            .filter(|f| of_class(f.ingredient))
            .map(|f| Dated { day: Day(f.day), id: f.claim_id.into() }),
    )
}

fn stays(v: &View<'_>) -> Words {
    let facts = v.measured.get::<Utilization>();
    match &facts.last_stay {
        Some(dated) => words(
            times(f64::from(facts.stays_year), "hospital stay") + " in a year",
            Driver::Clinical,
            Some(dated.clone()),
        ),
        None => match v.timeline().stays.last() {
            Some(stay) => words(
                "a hospital stay more than a year ago",
                Driver::Clinical,
                Some(Dated { day: stay.admit, id: stay.id.clone() }),
            ),
            None => words("no hospital stay on record", Driver::Clinical, None),
        },
    }
}

fn discharge(v: &View<'_>) -> Words {
    let Some(stay) = v.index.and_then(|i| v.timeline().stays.get(i)) else {
        return words("this discharge", Driver::Transition, None);
    };
    let (Some(day), Some(length)) = (stay.discharge, stay.length_of_stay()) else {
        return words("this discharge", Driver::Transition, None);
    };
    let text = format!("left hospital {day} after {}", times(f64::from(length), "day"));
    words(text, Driver::Transition, Some(Dated { day, id: stay.id.clone() }))
}

fn laboratory(v: &View<'_>, loinc: &str) -> Words {
    let name = match loinc {
        "4548-4" => "hemoglobin A1c",
        "33762-6" => "NT-proBNP, a marker of strain on the heart",
        "33914-3" => "kidney filtration (eGFR)",
        "718-7" => "hemoglobin",
        "2951-2" => "sodium",
        other => other,
    };
    match v.small.labs.iter().rev().find(|l| &*l.loinc == loinc && v.day.since(l.day) < 365) {
        Some(l) => words(
            format!("{name} {} {}", l.value.0, l.unit),
            Driver::Clinical,
            Some(Dated { day: l.day, id: Box::default() }),
        ),
        None => words(format!("{name} not measured in a year"), Driver::Clinical, None),
    }
}

fn needs(v: &View<'_>) -> Words {
    let open: Vec<_> = v.measured.get::<Needs>().0.iter().filter(|n| n.is_open()).collect();
    let tellable: Vec<_> = open.iter().filter(|n| !n.domain.starts_with("safety")).collect();
    if open.is_empty() {
        return words("no open social need on record", Driver::Social, None);
    }
    let newest = latest(open.iter().map(|n| Dated { day: n.day, id: n.evidence.clone() }));
    if tellable.is_empty() {
        return Words { sensitive: Sensitive::Abuse, ..words("a need for safety", Driver::Social, newest) };
    }
    let names: Vec<String> = tellable.iter().take(3).map(|n| n.domain.replace('_', " ")).collect();
    let newest = latest(tellable.iter().map(|n| Dated { day: n.day, id: n.evidence.clone() }));
    words(format!("open social needs: {}", names.join(", ")), Driver::Social, newest)
}

fn instrument(v: &View<'_>, name: &str) -> Words {
    let asked = v.small.assessments.iter().map(|r| (&*r.instrument, r.day, r.score));
    let rows = asked.chain(v.small.surveys.iter().map(|r| (&*r.instrument, r.day, r.score)));
    let newest = rows.filter(|(asked, day, _)| *asked == name && v.day.since(*day) < 730).max_by_key(|r| r.1);
    let psychiatric = name.starts_with("PHQ");
    let made = match newest.and_then(|(_, day, score)| score.map(|s| (day, s.0))) {
        Some((day, score)) => words(
            format!("{name} score {score}"),
            if psychiatric { Driver::Behavioral } else { Driver::Clinical },
            Some(Dated { day, id: Box::default() }),
        ),
        None => return words(format!("{name} not asked in two years"), Driver::Clinical, None),
    };
    Words { sensitive: if psychiatric { Sensitive::Psychiatric } else { Sensitive::No }, ..made }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_is_never_named_and_three_are_found() {
        let (age, stays, ed, cost, place) = (Topic::AgeSex, Topic::Stays, Topic::Emergency, Topic::Cost, Topic::Place);
        let map: BTreeMap<&Topic, f64> =
            [(&age, 2.0), (&stays, 0.5), (&ed, -0.9), (&cost, 0.001), (&place, -0.2)].into_iter().collect();
        let chosen: Vec<&Topic> = choose(&map).into_iter().map(|c| c.0).collect();
        assert_eq!(chosen, [&stays, &ed, &place]);
        let many: Vec<Topic> = Elixhauser::ALL.iter().take(9).copied().map(Topic::Condition).collect();
        let map: BTreeMap<&Topic, f64> = many.iter().enumerate().map(|(i, t)| (t, 0.1 * (i + 1) as f64)).collect();
        let chosen = choose(&map);
        assert_eq!(chosen.len(), 5);
        assert_eq!(chosen[0].0, &Topic::Condition(Elixhauser::ALL[8]));
    }
}

//! Disease: Elixhauser measures, families of diagnoses, indices, laboratory values. Owns those features;
//! refuses to decide which of them matter.

use super::known::View;
use super::scan::{Days, LONGEST};
use super::spec::{Domain, Group, Spec, flag, spec};
use super::topic::Topic;
use crate::measures::{Comorbidity, Scheme};
use crate::reference::{DiagnosisFamily, ELIXHAUSER};

/// What the group reads off a view.
pub struct Facts {
    judged: bool,
    bits: u64,
    last: [Option<i32>; 38],
    charlson_bits: u32,
    indices: [Option<f64>; 5],
    claims: Vec<[f64; 2]>,
    kinds: Vec<f64>,
    since: Vec<Option<f64>>,
    kidney_stage: u8,
    categories: [f64; 4],
    /// Newest value, its age in days, change against the value before, and mean of two years, by laboratory test.
    labs: [[Option<f64>; 4]; LABS.len()],
    labs_told: bool,
}

/// Tests taken up: LOINC, name, words.
const LABS: [(&str, &str, &str); 5] = [
    ("4548-4", "hba1c", "hemoglobin A1c, %"),
    ("33914-3", "egfr", "estimated GFR, mL/min/1.73 m2"),
    ("718-7", "hemoglobin", "hemoglobin, g/dL"),
    ("2951-2", "sodium", "sodium, mmol/L"),
    ("33762-6", "nt_probnp", "NT-proBNP, pg/mL"),
];

/// Charlson conditions without an Elixhauser twin.
const CHARLSON_ONLY: [(&str, usize); 4] = [("mi", 0), ("pud", 7), ("rhd", 6), ("hp", 11)];

/// Topic of a family: the Elixhauser measure that is its twin, where there is one.
fn topic_of(family: DiagnosisFamily) -> Topic {
    use DiagnosisFamily as F;
    let twin = match family {
        F::HeartFailure
        | F::HeartFailureSystolic
        | F::HeartFailureDiastolic
        | F::HeartFailureCombined
        | F::HeartFailureAcute => "hf",
        F::Asthma | F::AsthmaMild | F::AsthmaModerate | F::AsthmaSevere | F::AsthmaUnspecified => "lung_chronic",
        F::Copd | F::CopdExacerbation | F::Oxygen => "lung_chronic",
        F::Diabetes => "diab_uncx",
        F::DiabetesComplication
        | F::DiabetesKidney
        | F::DiabetesEye
        | F::DiabetesNerve
        | F::DiabetesCirculation
        | F::DiabetesGlucose => "diab_cx",
        F::Hypertension => "htn_uncx",
        F::KidneyDisease => "renlfl_mod",
        F::Stroke => "cbvd",
        F::Dementia => "dementia",
        F::Depression | F::DepressionSevere => "depress",
        F::SevereMental => "psychoses",
        F::SubstanceUse => "drug_abuse",
        F::Cancer | F::Palliative => "cancer_solid",
        F::Obesity => "obese",
        F::Coronary | F::Fibrillation => return Topic::Heart,
        F::Fall | F::Weakness | F::Confusion | F::PressureUlcer | F::FrailtySign => return Topic::Frailty,
        F::Pneumonia
        | F::UrinaryInfection
        | F::Sepsis
        | F::KidneyInjury
        | F::RespiratoryFailure
        | F::Dehydration
        | F::Anemia
        | F::Cellulitis => return Topic::AcuteIllness,
        F::Nonadherence => return Topic::Medicines,
        _ => return Topic::Burden,
    };
    elixhauser_topic(twin)
}

/// Topic of an Elixhauser measure.
fn elixhauser_topic(name: &str) -> Topic {
    let place = ELIXHAUSER.iter().position(|n| *n == name).and_then(|i| u8::try_from(i).ok());
    place.map_or(Topic::Burden, Topic::Condition)
}

fn prepare(v: &View<'_>) -> Facts {
    let c = v.measured.get::<Comorbidity>();
    let mut last = [None; 38];
    let mut charlson_bits = 0_u32;
    for row in &c.conditions {
        match row.scheme {
            Scheme::Elixhauser => {
                if let Some(i) = ELIXHAUSER.iter().take(38).position(|n| *n == row.condition) {
                    last[i] = Some(v.day.0 - row.evidence.last);
                }
            }
            Scheme::Charlson => {
                if let Some((_, bit)) = CHARLSON_ONLY.iter().find(|(n, _)| *n == row.condition) {
                    charlson_bits |= 1 << bit;
                }
            }
            _ => {}
        }
    }
    let judged = c.charlson.is_some();
    Facts {
        judged,
        bits: c.elixhauser_bits,
        last,
        charlson_bits,
        indices: [
            c.charlson.map(f64::from),
            c.elixhauser_readmission.map(f64::from),
            c.elixhauser_mortality.map(f64::from),
            c.elixhauser_count.map(f64::from),
            c.hfrs,
        ],
        claims: DiagnosisFamily::yearly()
            .iter()
            .map(|f| [v.scan.family(*f).within(v.day, 90), v.scan.family(*f).within(v.day, 365)])
            .collect(),
        kinds: DiagnosisFamily::kinds().iter().map(|k| v.scan.family(*k).within(v.day, LONGEST)).collect(),
        since: DiagnosisFamily::yearly().iter().map(|f| v.scan.principal(*f).since(v.day)).collect(),
        kidney_stage: v.scan.kidney_stage,
        categories: [
            v.scan.categories(v.day, 90),
            v.scan.categories(v.day, 365),
            v.scan.new_categories(v.day, 90),
            v.scan.new_categories(v.day, 180),
        ],
        labs: LABS.map(|(loinc, _, _)| lab(v, loinc)),
        labs_told: v.coverage.labs.is_some(),
    }
}

fn lab(v: &View<'_>, loinc: &str) -> [Option<f64>; 4] {
    let known = v
        .small
        .labs
        .iter()
        .rev()
        .filter(|l| &*l.loinc == loinc && v.day.since(l.day) < LONGEST && l.value.0.is_finite());
    let (sum, n) = known.clone().fold((0.0, 0.0), |(sum, n), l| (sum + l.value.0, n + 1.0));
    let mean = (n > 0.0).then(|| sum / n);
    let mut values = known.filter(|l| v.day.since(l.day) < 365);
    let Some(newest) = values.next() else { return [None, None, None, mean] };
    let change = values.find(|l| l.day < newest.day).map(|l| newest.value.0 - l.value.0);
    [Some(newest.value.0), Some(f64::from(v.day.since(newest.day))), change, mean]
}

type Pick = fn(&Facts, usize) -> Option<f64>;

const ICD9: &str = "the window holds ICD-9 codes only";
const NEVER: &str = "never missing";
const TWO_YEARS: &str = "24 months";

fn elixhauser() -> Vec<Spec<Facts>> {
    let topic = |i: usize| Topic::Condition(u8::try_from(i).unwrap_or(0));
    let mut out: Vec<Spec<Facts>> = ELIXHAUSER
        .iter()
        .take(38)
        .enumerate()
        .map(|(i, name)| {
            spec(
                (&format!("elixhauser_{name}"), &format!("Elixhauser Refined measure {name}, after the hierarchy")),
                "0 or 1",
                ICD9,
                TWO_YEARS,
                topic(i),
                i,
                |f: &Facts, k| f.judged.then(|| flag(f.bits >> k & 1 == 1)),
            )
        })
        .collect();
    for name in [
        "hf",
        "lung_chronic",
        "diab_cx",
        "renlfl_sev",
        "cancer_mets",
        "dementia",
        "psychoses",
        "drug_abuse",
        "wghtloss",
    ] {
        let i = ELIXHAUSER.iter().position(|n| *n == name).unwrap_or(0);
        out.push(spec(
            (&format!("days_since_{name}"), &format!("days since the newest mention of Elixhauser measure {name}")),
            "days",
            "not mentioned in the window",
            TWO_YEARS,
            topic(i),
            i,
            |f: &Facts, k| f.last[k].map(f64::from),
        ));
    }
    for (name, bit) in CHARLSON_ONLY {
        out.push(spec(
            (&format!("charlson_{name}"), &format!("Charlson condition {name} (Quan 2005)")),
            "0 or 1",
            ICD9,
            TWO_YEARS,
            Topic::Burden,
            bit,
            |f: &Facts, k| f.judged.then(|| flag(f.charlson_bits >> k & 1 == 1)),
        ));
    }
    out
}

/// Families told over 90 days too.
const RECENT: [DiagnosisFamily; 8] = [
    DiagnosisFamily::HeartFailure,
    DiagnosisFamily::Copd,
    DiagnosisFamily::Asthma,
    DiagnosisFamily::Diabetes,
    DiagnosisFamily::KidneyDisease,
    DiagnosisFamily::SubstanceUse,
    DiagnosisFamily::SevereMental,
    DiagnosisFamily::Weakness,
];

/// Families whose admissions are dated.
const ADMITTED_FOR: [DiagnosisFamily; 6] = [
    DiagnosisFamily::HeartFailure,
    DiagnosisFamily::Copd,
    DiagnosisFamily::Diabetes,
    DiagnosisFamily::Pneumonia,
    DiagnosisFamily::UrinaryInfection,
    DiagnosisFamily::Sepsis,
];

/// A line of days with a diagnosis.
fn days_named(f: DiagnosisFamily, days: i32, words: &str, window: &'static str, at: usize, value: Pick) -> Spec<Facts> {
    let definition = format!("days with a claim or ADT row that names {words}");
    spec((&format!("{}_days_{days}", f.name()), &definition), "days", NEVER, window, topic_of(f), at, value)
}

fn by_family() -> Vec<Spec<Facts>> {
    let mut out: Vec<Spec<Facts>> = Vec::new();
    out.extend(
        DiagnosisFamily::yearly()
            .iter()
            .enumerate()
            .map(|(i, f)| days_named(*f, 365, f.words(), "365 days", i, |f: &Facts, k| f.claims.get(k).map(|c| c[1]))),
    );
    out.extend(RECENT.into_iter().map(|f| {
        let words = format!("the family {}", f.name());
        days_named(f, 90, &words, "90 days", f.index(), |f: &Facts, k| f.claims.get(k).map(|c| c[0]))
    }));
    out.extend(
        DiagnosisFamily::kinds()
            .iter()
            .enumerate()
            .map(|(i, f)| days_named(*f, 730, f.words(), "730 days", i, |f: &Facts, k| f.kinds.get(k).copied())),
    );
    out.extend(ADMITTED_FOR.into_iter().map(|f| {
        let name = f.name();
        let words = format!("days since the newest admission whose principal diagnosis is of the family {name}");
        spec(
            (&format!("days_since_stay_for_{name}"), &words),
            "days",
            "no such stay in the window",
            "730 days",
            topic_of(f),
            f.index(),
            |f: &Facts, k| f.since.get(k).copied().flatten(),
        )
    }));
    out
}

/// The group.
pub fn group() -> Group<Facts> {
    let index = |name, words, arg| -> Spec<Facts> {
        spec((name, words), "points", ICD9, TWO_YEARS, Topic::Burden, arg, |f, k| f.indices[k])
    };
    let mut specs = elixhauser();
    specs.extend(by_family());
    specs.extend([
        index("charlson_index", "Charlson index, original weights", 0),
        index("elixhauser_readmission_index", "Elixhauser readmission index", 1),
        index("elixhauser_mortality_index", "Elixhauser mortality index", 2),
        index("elixhauser_count", "Elixhauser measures after the hierarchy", 3),
    ]);
    specs.push(spec(
        ("hospital_frailty_score", "Hospital Frailty Risk Score"),
        "points",
        ICD9,
        TWO_YEARS,
        Topic::Frailty,
        4,
        |f: &Facts, k| f.indices[k],
    ));
    specs.push(spec(
        ("kidney_disease_stage", "highest N18 stage named: 0 none, 6 end-stage"),
        "0..6",
        NEVER,
        "730 days",
        topic_of(DiagnosisFamily::KidneyDisease),
        0,
        |f: &Facts, _| Some(f64::from(f.kidney_stage)),
    ));
    for (k, (name, words, window)) in [
        ("diagnosis_categories_90", "distinct three-character ICD-10-CM categories", "90 days"),
        ("diagnosis_categories_365", "distinct three-character ICD-10-CM categories", "365 days"),
        ("new_diagnosis_categories_90", "categories first named in two years within the last 90 days", "90 days"),
        ("new_diagnosis_categories_180", "categories first named in two years within the last 180 days", "180 days"),
    ]
    .into_iter()
    .enumerate()
    {
        specs.push(spec((name, words), "count", NEVER, window, Topic::Burden, k, |f: &Facts, k| Some(f.categories[k])));
    }
    for (i, (loinc, name, words)) in LABS.into_iter().enumerate() {
        let topic = Topic::Laboratory(loinc);
        let line = |suffix: &str, what: &str, unit, window, part: usize| {
            spec(
                (&format!("{name}_{suffix}"), &format!("{what} {words} (LOINC {loinc})")),
                unit,
                "no result in the window, or no laboratory extract",
                window,
                topic.clone(),
                i * 4 + part,
                |f: &Facts, k| f.labs[k / 4][k % 4].filter(|_| f.labs_told),
            )
        };
        specs.push(line("last", "newest", "as reported", "365 days", 0));
        specs.push(line("days", "days since the newest", "days", "365 days", 1));
        specs.push(line("change", "newest less the one before of", "as reported", "365 days", 2));
        specs.push(line("mean_730", "mean of the results of", "as reported", "730 days", 3));
    }
    Group { domain: Domain::Conditions, prepare, specs }
}

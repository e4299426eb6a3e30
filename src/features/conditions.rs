//! Disease: Elixhauser measures, families of diagnoses, indices. Owns those features; refuses to decide which of them
//! matter, and laboratory values (see `laboratory`).

use super::known::View;
use super::laboratory::add_laboratory;
use super::missing_rule::MissingRule as Missing;
use super::scan::Days;
use super::spec::{Domain, Group, flag};
use super::topic::Topic;
use super::unit::Unit;
use super::window::{LookBack, Window};
use crate::measures::Comorbidity;
use crate::reference::{Charlson, DiagnosisFamily, Elixhauser};
use LookBack::{Days90, Days180, Days365, Days730};

/// The group: everything stands in measures and in the scan, so there is nothing to prepare.
pub fn condition_features() -> Group<()> {
    let mut group = Group::new(Domain::Conditions, |_| ());
    add_comorbidities(&mut group);
    add_families(&mut group);
    add_indices(&mut group);
    add_breadth(&mut group);
    add_laboratory(&mut group);
    group
}

fn comorbidity_of<'v>(v: &'v View<'_>) -> &'v Comorbidity {
    v.measured.get::<Comorbidity>()
}

/// Elixhauser measures whose newest mention is dated.
const DATED: [Elixhauser; 9] = [
    Elixhauser::HeartFailure,
    Elixhauser::LungChronic,
    Elixhauser::DiabetesComplicated,
    Elixhauser::RenalSevere,
    Elixhauser::CancerMetastatic,
    Elixhauser::Dementia,
    Elixhauser::Psychoses,
    Elixhauser::DrugAbuse,
    Elixhauser::WeightLoss,
];

/// Charlson conditions without an Elixhauser twin.
const CHARLSON_ONLY: [Charlson; 4] = [Charlson::Infarction, Charlson::Ulcer, Charlson::Rheumatic, Charlson::Hemiplegia];

fn add_comorbidities(group: &mut Group<()>) {
    for measure in Elixhauser::counted().iter().copied() {
        let name = measure.name();
        let words = format!("Elixhauser Refined measure {name}, after the hierarchy");
        group
            .line(format!("elixhauser_{name}"), words, Unit::Flag, Missing::Icd9Only, Topic::Condition(measure))
            .on(Window::Comorbidity, move |v, ()| comorbidity_of(v).has_elixhauser(measure).map(flag));
    }
    for measure in DATED {
        let name = measure.name();
        let words = format!("days since the newest mention of Elixhauser measure {name}");
        group
            .line(format!("days_since_{name}"), words, Unit::Days, Missing::NotMentioned, Topic::Condition(measure))
            .on(Window::Comorbidity, move |v, ()| {
                comorbidity_of(v).elixhauser_evidence(measure).map(|e| f64::from(v.day.0 - e.last))
            });
    }
    for condition in CHARLSON_ONLY {
        let name = condition.name();
        let words = format!("Charlson condition {name} (Quan 2005)");
        group
            .line(format!("charlson_{name}"), words, Unit::Flag, Missing::Icd9Only, Topic::Burden)
            .on(Window::Comorbidity, move |v, ()| comorbidity_of(v).has_charlson(condition).map(flag));
    }
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

fn add_families(group: &mut Group<()>) {
    for family in DiagnosisFamily::yearly() {
        add_family_days(group, *family, family.words(), Days365);
    }
    for family in RECENT {
        add_family_days(group, family, &format!("the family {}", family.name()), Days90);
    }
    for family in DiagnosisFamily::kinds() {
        add_family_days(group, *family, family.words(), Days730);
    }
    for family in ADMITTED_FOR {
        let name = family.name();
        let words = format!("days since the newest admission whose principal diagnosis is of the family {name}");
        group
            .line(format!("days_since_stay_for_{name}"), words, Unit::Days, Missing::NoSuchStay, topic_of(family))
            // The scan holds no older stay.
            .within(Days730, move |v, (), _| v.scan.principal(family).since(v.day));
    }
}

fn add_family_days(group: &mut Group<()>, family: DiagnosisFamily, words: &str, look_back: LookBack) {
    let words = format!("days with a claim or ADT row that names {words}");
    group
        .line(format!("{}_days", family.name()), words, Unit::Days, Missing::Never, topic_of(family))
        .over(&[look_back], move |v, (), w| Some(v.scan.family(family).within(v.day, w.days())));
}

/// Topic of a family: the Elixhauser measure that is its twin, where there is one.
fn topic_of(family: DiagnosisFamily) -> Topic {
    use DiagnosisFamily as F;
    let twin = match family {
        F::HeartFailure
        | F::HeartFailureSystolic
        | F::HeartFailureDiastolic
        | F::HeartFailureCombined
        | F::HeartFailureAcute => Elixhauser::HeartFailure,
        F::Asthma | F::AsthmaMild | F::AsthmaModerate | F::AsthmaSevere | F::AsthmaUnspecified => {
            Elixhauser::LungChronic
        }
        F::Copd | F::CopdExacerbation | F::Oxygen => Elixhauser::LungChronic,
        F::Diabetes => Elixhauser::Diabetes,
        F::DiabetesComplication
        | F::DiabetesKidney
        | F::DiabetesEye
        | F::DiabetesNerve
        | F::DiabetesCirculation
        | F::DiabetesGlucose => Elixhauser::DiabetesComplicated,
        F::Hypertension => Elixhauser::Hypertension,
        F::KidneyDisease => Elixhauser::RenalModerate,
        F::Stroke => Elixhauser::Cerebrovascular,
        F::Dementia => Elixhauser::Dementia,
        F::Depression | F::DepressionSevere => Elixhauser::Depression,
        F::SevereMental => Elixhauser::Psychoses,
        F::SubstanceUse => Elixhauser::DrugAbuse,
        F::Cancer | F::Palliative => Elixhauser::CancerSolid,
        F::Obesity => Elixhauser::Obesity,
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
    Topic::Condition(twin)
}

/// How a line of the table reads an index off the comorbidities.
type IndexReading = fn(&Comorbidity) -> Option<f64>;

const INDICES: [(&str, &str, Topic, IndexReading); 5] = [
    ("charlson_index", "Charlson index, original weights", Topic::Burden, |c| c.charlson.map(f64::from)),
    ("elixhauser_readmission_index", "Elixhauser readmission index", Topic::Burden, |c| {
        c.elixhauser_readmission.map(f64::from)
    }),
    ("elixhauser_mortality_index", "Elixhauser mortality index", Topic::Burden, |c| {
        c.elixhauser_mortality.map(f64::from)
    }),
    ("elixhauser_count", "Elixhauser measures after the hierarchy", Topic::Burden, |c| {
        c.elixhauser_count.map(f64::from)
    }),
    ("hospital_frailty_score", "Hospital Frailty Risk Score", Topic::Frailty, |c| c.hfrs),
];

fn add_indices(group: &mut Group<()>) {
    for (name, words, topic, reading) in INDICES {
        group
            .line(name, words, Unit::Points, Missing::Icd9Only, topic)
            .on(Window::Comorbidity, move |v, ()| reading(comorbidity_of(v)));
    }
    let (words, topic) = ("highest N18 stage named: 0 none, 6 end-stage", topic_of(DiagnosisFamily::KidneyDisease));
    group
        .line("kidney_disease_stage", words, Unit::KidneyStage, Missing::Never, topic)
        // The scan reads no older code.
        .within(Days730, |v, (), _| Some(f64::from(v.scan.kidney_stage)));
}

/// How many kinds of disease are named, and how many of them are new.
fn add_breadth(group: &mut Group<()>) {
    group
        .line(
            "diagnosis_categories",
            "distinct three-character ICD-10-CM categories",
            Unit::Count,
            Missing::Never,
            Topic::Burden,
        )
        .over(&[Days90, Days365], |v, (), w| Some(v.scan.categories(v.day, w.days())));
    for look_back in [Days90, Days180] {
        let words = format!("categories first named in two years within the last {} days", look_back.days());
        group
            .line("new_diagnosis_categories", words, Unit::Count, Missing::Never, Topic::Burden)
            .over(&[look_back], |v, (), w| Some(v.scan.new_categories(v.day, w.days())));
    }
}

//! Every segment of the shipped playbook fires for somebody and not for the near miss; a file that says what it must not
//! is refused with the place. Owns the people; refuses real data.

use std::collections::BTreeMap;

use super::{Playbook, plan_members};
use crate::facts::{FactKind, FactSpec, FactTable, FactValue, RuleFileError, facts_named, member_fact_specs};

/// Facts that are words; all others are numbers here.
const WORDS: [&str; 3] = ["transition_status", "index_family", "new_drug_after_discharge"];

/// A person of the segment, and one who is just not.
const PEOPLE: [(&str, &str, &str); 45] = [
    ("override", "override_add=1", "override_add=0"),
    ("behavioral_crisis", "days_since_self_harm=90", "days_since_self_harm=91"),
    ("overdose_recent", "days_since_overdose=30", "days_since_overdose=31"),
    ("safety_need", "safety_need_days=90", "safety_need_days=91"),
    ("left_ama", "transition_status=live days_home=30 left_ama=1", "transition_status=live days_home=30 left_ama=0"),
    ("in_facility", "transition_status=in_facility", "transition_status=readmitted"),
    ("postpartum", "days_since_birth=84", "days_since_birth=85"),
    ("pregnancy", "pregnant_now=1", "pregnant_now=0"),
    ("complex_child", "age_years=17 technology_days_365=1", "age_years=18 technology_days_365=1"),
    (
        "child_asthma",
        "age_years=9 asthma_days_365=1 rescue_inhaler_fills_365=3",
        "age_years=9 asthma_days_365=1 rescue_inhaler_fills_365=2",
    ),
    ("child", "age_years=17", "age_years=18"),
    (
        "hf_after_discharge",
        "age_years=70 transition_status=live days_home=30 heart_failure_days_365=2",
        "age_years=70 transition_status=live days_home=30 heart_failure_days_365=1",
    ),
    (
        "heart_failure",
        "age_years=70 heart_failure_days_365=2 nt_probnp_last=901 nt_probnp_days=90",
        "age_years=70 heart_failure_days_365=2 nt_probnp_last=900 nt_probnp_days=90",
    ),
    (
        "lung_after_discharge",
        "age_years=70 transition_status=live days_home=5 index_family=lung",
        "age_years=70 transition_status=period_over days_home=5 index_family=lung",
    ),
    (
        "lung",
        "age_years=70 copd_days_365=2 rescue_inhaler_fills_365=6",
        "age_years=70 copd_days_365=2 rescue_inhaler_fills_365=5",
    ),
    ("dialysis", "dialysis_days_365=12", "dialysis_days_365=11"),
    ("kidney_decline", "egfr_last=29 egfr_days=365", "egfr_last=30 egfr_days=365"),
    (
        "hypoglycemia_risk",
        "age_years=75 insulin_on_hand=1 hba1c_last=6.9 hba1c_days=180",
        "age_years=74 insulin_on_hand=1 hba1c_last=6.9 hba1c_days=180",
    ),
    (
        "diabetes_high",
        "diabetes_days_365=1 hba1c_last=9.0 hba1c_days=365",
        "diabetes_days_365=1 hba1c_last=8.9 hba1c_days=365",
    ),
    ("dementia", "dementia_days_365=2", "dementia_days_365=1"),
    (
        "advanced_illness",
        "age_years=75 hospital_frailty_score=15.1 unplanned_stays_365=2",
        "age_years=75 hospital_frailty_score=15.1 unplanned_stays_365=1",
    ),
    ("serious_mental_illness", "severe_mental_days_365=2", "severe_mental_days_365=1"),
    ("depression_anxiety", "phq9_last=10 phq9_days=180", "phq9_last=9 phq9_days=180"),
    ("opioid_use", "opioid_use_days_365=1", "opioid_use_days_365=0"),
    ("alcohol_drug_use", "alcohol_use_days_365=2", "alcohol_use_days_365=1"),
    (
        "heart_stroke_after_discharge",
        "transition_status=live days_home=30 index_family=stroke",
        "transition_status=live days_home=30 index_family=other",
    ),
    ("home_discharge", "transition_status=live days_home=30", "transition_status=live days_home=31"),
    ("falls_frailty", "age_years=65 fall_days_365=1", "age_years=64 fall_days_365=1"),
    ("anticoagulant", "anticoagulant_days_late=3", "anticoagulant_days_late=2"),
    ("opioid_sedative", "opioid_on_hand=1 benzodiazepine_on_hand=1", "opioid_on_hand=1 benzodiazepine_on_hand=0"),
    ("high_risk_medicine", "narrow_index_on_hand=1", "narrow_index_on_hand=0"),
    ("polypharmacy", "ingredients_on_hand=10", "ingredients_on_hand=9"),
    ("late_fills", "statin_days_late=30", "statin_days_late=29"),
    ("heart_stroke", "coronary_days_365=2 antiplatelet_days_late=7", "coronary_days_365=2 antiplatelet_days_late=6"),
    ("hypertension", "hypertension_days_365=2 bp_systolic_last=160", "hypertension_days_365=2 bp_systolic_last=159"),
    ("wounds_equipment", "wound_days_180=1", "wound_days_180=0"),
    ("ed_frequent", "ed_visits_365=4", "ed_visits_365=3"),
    ("social_housing", "need_housing_days=365", "need_housing_days=366"),
    ("social_food", "need_food_days=365", "need_food_days=366"),
    ("social_utilities", "need_utilities_days=365", "need_utilities_days=366"),
    ("social_transport", "need_transportation_days=365", "need_transportation_days=366"),
    ("social_isolation", "need_social_isolation_days=365", "need_social_isolation_days=366"),
    ("social_money", "need_financial_days=365", "need_financial_days=366"),
    ("no_primary_care", "days_since_primary_care_visit=366", "days_since_primary_care_visit=365"),
    ("general", "age_years=50", "age_years=17"),
];

/// Every fact that the shipped playbook names.
fn specs(playbook: &Playbook) -> Vec<FactSpec> {
    let whens = playbook
        .segment
        .iter()
        .flat_map(|s| std::iter::once(s.when.as_str()).chain(s.action.iter().filter_map(|a| a.when.as_deref())));
    let mut names: Vec<&'static str> =
        whens.flat_map(facts_named).map(|name| &*Box::leak(name.into_boxed_str())).collect();
    names.sort_unstable();
    names.dedup();
    let kind = |name: &str| if WORDS.contains(&name) { FactKind::Text } else { FactKind::Number };
    names.into_iter().map(|name| FactSpec { name, kind: kind(name) }).collect()
}

fn person(table: &mut FactTable, facts: &str) {
    let known: BTreeMap<&str, &str> = facts.split_whitespace().filter_map(|f| f.split_once('=')).collect();
    let specs = table.specs().to_vec();
    assert!(known.keys().all(|k| specs.iter().any(|s| s.name == *k)), "{facts}: no such fact");
    table.push_row(specs.iter().map(|s| match (known.get(s.name), s.kind) {
        (None, _) => FactValue::Unknown,
        (Some(word), FactKind::Text) => FactValue::Text((*word).to_owned()),
        (Some(number), _) => FactValue::Number(number.parse().expect("a number")),
    }));
}

#[test]
fn every_segment_fires_and_its_near_miss_does_not() {
    let playbook = Playbook::embedded().expect("the shipped playbook");
    let mut table = FactTable::new(&specs(&playbook));
    for (_, fires, misses) in PEOPLE {
        person(&mut table, fires);
        person(&mut table, misses);
    }
    let plans = plan_members(&playbook, &table).expect("conditions");
    let segment = |i: usize| playbook.segment[plans[i].segment].id.as_str();
    for (i, (id, ..)) in PEOPLE.iter().enumerate() {
        assert_eq!(segment(2 * i), *id, "somebody of {id}");
        assert_ne!(segment(2 * i + 1), *id, "the near miss of {id}");
    }
    let ids: Vec<&str> = playbook.segment.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, PEOPLE.map(|p| p.0), "every segment, in order");
    assert!(plans.iter().all(|p| !p.actions.is_empty()), "nobody is without a first action");
}

#[test]
fn the_shipped_playbook_passes_its_own_check() {
    let playbook = Playbook::embedded().expect("the shipped playbook");
    playbook.check(&specs(&playbook)).expect("sound");
    assert_eq!(playbook.segment.iter().map(|s| s.question.len()).sum::<usize>(), 225);
    assert!(playbook.segment.iter().all(|s| !s.source.is_empty() && !s.message.is_empty()));
}

#[test]
fn the_more_specific_action_comes_first_and_two_more_segments_are_told() {
    let playbook = Playbook::embedded().expect("the shipped playbook");
    let mut table = FactTable::new(&specs(&playbook));
    person(
        &mut table,
        "age_years=80 heart_failure_days_365=5 loop_diuretic_days_late=8 dementia_days_365=3 fall_days_365=1",
    );
    person(&mut table, "age_years=80 heart_failure_days_365=5 days_since_ed_visit=9");
    let plans = plan_members(&playbook, &table).expect("conditions");
    let ids = |list: &[usize]| list.iter().map(|s| playbook.segment[*s].id.as_str()).collect::<Vec<_>>();
    assert_eq!(
        (ids(&[plans[0].segment]), ids(&plans[0].also)),
        (vec!["heart_failure"], vec!["dementia", "falls_frailty"])
    );
    let first = |i: usize| &playbook.segment[plans[i].segment].action[plans[i].actions[0]];
    assert!(first(0).text.contains("ran out"), "{}", first(0).text);
    assert!(first(1).text.starts_with("Call: ED visit on {date}"), "{}", first(1).text);
    assert!(plans[1].also.is_empty());
}

#[test]
fn a_file_that_says_what_it_must_not_is_refused_with_the_place() {
    let playbook = Playbook::embedded().expect("the shipped playbook");
    let specs = specs(&playbook);
    let shipped = include_str!("../../config/playbook.toml");
    let refused = |from: &str, to: &str| {
        assert!(shipped.contains(from), "{from}");
        let changed = Playbook::parse(&shipped.replacen(from, to, 1), "own.toml").and_then(|p| p.check(&specs));
        changed.expect_err("refused").to_string()
    };
    let told = refused("when = \"dementia_days_365 >= 2\"", "when = \"dementia_day_365 >= 2\"");
    assert_eq!(
        told,
        "own.toml:\n[[segment]] dementia, when: `dementia_day_365` is no fact of a member; did you mean `dementia_days_365`?"
    );
    let told = refused("when = \"dementia_days_365 >= 2\"", "when = \"dementia_days_365\"");
    assert!(told.contains("[[segment]] dementia, when: gives f64 where a yes or no is needed"), "{told}");
    let told = refused("id = \"dementia\"", "id = \"lung\"");
    assert!(told.contains("[[segment]] lung: the id stands twice"), "{told}");
    let told = refused("when = \"1 = 1\"", "when = \"age_years > 17\"");
    assert!(told.contains("the last [[segment]] must hold for everybody"), "{told}");
    let told = refused("{override_text}", "{override_txt}");
    assert!(told.contains("{override_txt} is no placeholder; did you mean {override_text}?"), "{told}");
    let told = refused("discipline = \"RN\"", "discipline = \"MD\"");
    assert!(told.starts_with("own.toml: ") && told.contains("MD"), "{told}");
    let told = refused("consult = ", "consults = ");
    assert!(told.contains("consults"), "{told}");
    let asked: Vec<&str> = shipped.lines().filter(|l| l.starts_with("ask = ")).take(11).collect();
    let twice = shipped.replacen(asked[5], asked[0], 1);
    assert!(Playbook::parse(&twice, "own.toml").expect("a playbook").check(&specs).is_ok(), "two may share");
    let thrice = twice.replacen(asked[10], asked[0], 1);
    let told = Playbook::parse(&thrice, "own.toml").expect("a playbook").check(&specs).expect_err("three").to_string();
    assert!(told.contains("is shared by behavioral_crisis, overdose_recent, override; 2 segments at most"), "{told}");
    assert!(matches!(Playbook::parse("version = ", "own.toml"), Err(RuleFileError::Unreadable { .. })));
}

#[test]
fn the_shipped_playbook_asks_only_for_facts_that_members_have() {
    let playbook = Playbook::embedded().expect("the shipped playbook");
    assert_eq!(playbook.check(member_fact_specs()), Ok(()));
}

//! For every programme two people who qualify, two who just do not, one in conflict and one already billed; rules that say
//! what they must not are refused with their place. Owns the people; refuses real data.

use std::collections::{BTreeMap, BTreeSet};

use super::{ConsentState, MemberServices, ProgramRow, Programs, match_programs};
use crate::domain::ConsentStatus::{self, Given, Refused, Withdrawn};
use crate::domain::Day;
use crate::facts::{FactKind, FactSpec, FactTable, FactValue, facts_named, member_fact_specs};

const WORDS: [&str; 3] = ["transition_status", "payer_type", "dual_status"];

struct People {
    id: &'static str,
    eligible: [&'static str; 2],
    just_not: [&'static str; 2],
}

const CASES: [People; 11] = [
    People {
        id: "TCM",
        eligible: ["transition_status=live days_home=0", "transition_status=live days_home=29"],
        just_not: ["transition_status=live days_home=30", "transition_status=in_facility days_home=3"],
    },
    People {
        id: "CCM",
        eligible: [
            "payer_type=medicare chronic_conditions_24m=2 hospice=0",
            "payer_type=medicare chronic_conditions_24m=7 hospice=0",
        ],
        just_not: [
            "payer_type=medicare chronic_conditions_24m=1 hospice=0",
            "payer_type=medicaid chronic_conditions_24m=2 hospice=0",
        ],
    },
    People {
        id: "PCM",
        eligible: [
            "payer_type=medicare chronic_conditions_24m=1 stays_365=1 hospice=0",
            "payer_type=medicare chronic_conditions_24m=1 stays_365=3 hospice=0",
        ],
        just_not: [
            "payer_type=medicare chronic_conditions_24m=1 stays_365=0 hospice=0",
            "payer_type=medicare chronic_conditions_24m=2 stays_365=1 hospice=0",
        ],
    },
    People {
        id: "APCM",
        eligible: [
            "payer_type=medicare primary_care_provider_named=1 days_since_primary_care_visit=1095 hospice=0",
            "payer_type=medicare primary_care_provider_named=1 days_since_primary_care_visit=9 hospice=0",
        ],
        just_not: [
            "payer_type=medicare primary_care_provider_named=1 days_since_primary_care_visit=1096 hospice=0",
            "payer_type=medicare primary_care_provider_named=0 days_since_primary_care_visit=9 hospice=0",
        ],
    },
    People {
        id: "BHI",
        eligible: ["behavioral_health_365=1", "behavioral_health_365=5"],
        just_not: ["behavioral_health_365=0", "phq9_last=9 phq9_days=5"],
    },
    People {
        id: "COCM",
        eligible: ["phq9_last=10 phq9_days=180", "phq9_last=22 phq9_days=0"],
        just_not: ["phq9_last=9 phq9_days=180", "phq9_last=10 phq9_days=181"],
    },
    People {
        id: "CHI",
        eligible: [
            "payer_type=medicare open_needs=1 days_since_ambulatory_visit=365 home_health_90=0",
            "payer_type=medicare open_needs=4 days_since_ambulatory_visit=1 home_health_90=0",
        ],
        just_not: [
            "payer_type=medicare open_needs=1 days_since_ambulatory_visit=366 home_health_90=0",
            "payer_type=medicare open_needs=1 days_since_ambulatory_visit=1 home_health_90=2",
        ],
    },
    People {
        id: "PIN",
        eligible: [
            "payer_type=medicare cancer_days_365=2 stays_365=1 hospice=0",
            "payer_type=medicare severe_mental_days_365=9 stays_365=2 hospice=0",
        ],
        just_not: [
            "payer_type=medicare cancer_days_365=1 stays_365=1 hospice=0",
            "payer_type=medicare cancer_days_365=2 stays_365=0 hospice=0",
        ],
    },
    People {
        id: "PALLIATIVE_REVIEW",
        eligible: ["hospice=0 elixhauser_cancer_mets=1", "hospice=0 stays_365=2 kidney_disease_stage=5"],
        just_not: ["hospice=1 elixhauser_cancer_mets=1", "hospice=0 stays_365=2 kidney_disease_stage=4"],
    },
    People {
        id: "CASE_MANAGEMENT",
        eligible: ["unplanned_stays_365=2 hospice=0", "unplanned_stays_365=1 ed_visits_365=2 hospice=0"],
        just_not: ["unplanned_stays_365=1 ed_visits_365=1 hospice=0", "unplanned_stays_365=2 hospice=1"],
    },
    People {
        id: "DISEASE_MANAGEMENT",
        eligible: [
            "hospice=0 unplanned_stays_365=0 diabetes_days_365=2 hba1c_last=8.0 hba1c_days=365",
            "hospice=0 unplanned_stays_365=0 asthma_days_365=2 rescue_inhaler_fills_365=3",
        ],
        just_not: [
            "hospice=0 unplanned_stays_365=0 diabetes_days_365=2 hba1c_last=7.9 hba1c_days=365",
            "hospice=0 unplanned_stays_365=1 diabetes_days_365=2 hba1c_last=8.0 hba1c_days=365",
        ],
    },
];

const NIGHT: Day = Day(20_634); // 2026-06-30

fn specs(programs: &Programs) -> Vec<FactSpec> {
    let named = programs.program.iter().flat_map(|p| facts_named(&p.when).into_iter().chain(p.evidence.clone()));
    let names: BTreeSet<&'static str> = named.map(|name| &*Box::leak(name.into_boxed_str())).collect();
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

/// The rows of one programme for people of these facts and services.
fn rows(programs: &Programs, id: &str, people: &[(&str, MemberServices<'_>)]) -> Vec<ProgramRow> {
    let mut table = FactTable::new(&specs(programs));
    for (facts, _) in people {
        person(&mut table, facts);
    }
    let services: Vec<MemberServices<'_>> = people.iter().map(|(_, s)| s.clone()).collect();
    let all = match_programs(programs, &table, &services, NIGHT).expect("conditions");
    all.into_iter().filter(|r| programs.program[r.program].id == id).collect()
}

#[test]
fn two_qualify_two_just_do_not_one_is_in_conflict_and_one_is_billed() {
    let programs = Programs::embedded().expect("the shipped rules");
    programs.check(&specs(&programs)).expect("sound");
    let ids: Vec<&str> = programs.program.iter().map(|p| p.id.as_str()).collect();
    assert_eq!(ids, CASES.iter().map(|c| c.id).collect::<Vec<_>>(), "every programme has its people");
    for (case, program) in CASES.iter().zip(&programs.program) {
        let none = MemberServices::default;
        let people = case.eligible.iter().chain(&case.just_not).map(|f| (*f, none())).collect::<Vec<_>>();
        let found: Vec<usize> = rows(&programs, case.id, &people).iter().map(|r| r.member).collect();
        assert_eq!(found, [0, 1], "{}", case.id);
        let with = |code: &'static str, day: Day| MemberServices { services: vec![(code, day)], ..none() };
        let leak = |code: &String| &*Box::leak(code.clone().into_boxed_str());
        if let Some(code) = program.conflicts.first().map(leak) {
            let last = NIGHT.plus(1 - program.conflict_days);
            let people = [(case.eligible[0], with(code, last)), (case.eligible[0], with(code, last.plus(-1)))];
            let found: Vec<_> = rows(&programs, case.id, &people).into_iter().map(|r| r.conflict).collect();
            assert_eq!(found, [Some((code.to_owned(), last)), None], "{}: conflict", case.id);
        }
        if let Some(code) = program.codes.last().map(leak) {
            let last = NIGHT.plus(1 - program.billed_days);
            let people = [(case.eligible[0], with(code, last)), (case.eligible[0], with(code, last.plus(-1)))];
            let found: Vec<_> = rows(&programs, case.id, &people).into_iter().map(|r| r.billed).collect();
            assert_eq!(found, [Some(last), None], "{}: billed", case.id);
        }
    }
}

#[test]
fn consent_is_the_newest_answer_and_a_withdrawal_of_tonight_counts() {
    let programs = Programs::embedded().expect("the shipped rules");
    let facts = "payer_type=medicare chronic_conditions_24m=3 hospice=0";
    let state = |consents: Vec<(&'static str, ConsentStatus, Day)>| {
        let services = MemberServices { consents, ..MemberServices::default() };
        rows(&programs, "CCM", &[(facts, services)])[0].consent
    };
    assert_eq!(state(vec![]), ConsentState::Missing);
    assert_eq!(state(vec![("ccm", Given, NIGHT.plus(-40))]), ConsentState::Given);
    assert_eq!(state(vec![("PCM", Given, NIGHT.plus(-40))]), ConsentState::Missing, "of another programme");
    assert_eq!(state(vec![("CCM", Given, NIGHT.plus(-40)), ("CCM", Withdrawn, NIGHT)]), ConsentState::Withdrawn);
    assert_eq!(state(vec![("CCM", Withdrawn, NIGHT), ("CCM", Given, NIGHT)]), ConsentState::Withdrawn);
    assert_eq!(state(vec![("CCM", Refused, NIGHT.plus(-9)), ("CCM", Given, NIGHT.plus(-2))]), ConsentState::Given);
    assert_eq!(state(vec![("CCM", Given, NIGHT.plus(1))]), ConsentState::Missing, "tomorrow's is not known");
    let transition = ("transition_status=live days_home=2", MemberServices::default());
    assert_eq!(rows(&programs, "TCM", &[transition])[0].consent, ConsentState::NotNeeded);
}

#[test]
fn evidence_is_told_where_known_and_the_first_night_is_kept() {
    let programs = Programs::embedded().expect("the shipped rules");
    let earlier = MemberServices { earlier: vec![("COCM", NIGHT.plus(-12))], ..MemberServices::default() };
    let people = [("phq9_last=14 phq9_days=30", earlier), ("phq9_last=14 phq9_days=30", MemberServices::default())];
    let found = rows(&programs, "COCM", &people);
    assert_eq!(found[0].evidence, "phq9_last 14; phq9_days 30");
    assert_eq!((found[0].eligible_since, found[1].eligible_since), (NIGHT.plus(-12), NIGHT));
}

#[test]
fn rules_that_say_what_they_must_not_are_refused_with_their_place() {
    let programs = Programs::embedded().expect("the shipped rules");
    let specs = specs(&programs);
    let shipped = include_str!("../../config/programs.toml");
    let refused = |from: &str, to: &str| {
        assert!(shipped.contains(from), "{from}");
        let changed = Programs::parse(&shipped.replacen(from, to, 1), "own.toml").and_then(|p| p.check(&specs));
        changed.expect_err("refused").to_string()
    };
    let told = refused("phq9_last >= 10", "phq_last >= 10");
    assert_eq!(told, "own.toml:\n[[program]] COCM, when: `phq_last` is no fact of a member; did you mean `phq9_last`?");
    assert!(
        refused("evidence = [\"days_home\"", "evidence = [\"day_home\"")
            .contains("TCM, evidence: `day_home` is no fact")
    );
    assert!(refused("id = \"PCM\"", "id = \"ccm\"").contains("[[program]] ccm: the id stands twice"));
    assert!(
        refused("\"99495\"", "\"9949\"").contains("[[program]] TCM: `9949` is no procedure code of five characters")
    );
    assert!(
        refused("conflicts = [\"99484\"", "conflicts = [\"99492\"").contains("COCM: 99492 cannot be its own conflict")
    );
    assert!(refused("consent = \"needed\"", "consent = \"maybe\"").starts_with("own.toml: "));
    assert!(refused("name = ", "nam = ").contains("nam"));
}

#[test]
fn the_shipped_rules_ask_only_for_facts_that_members_have() {
    let programs = Programs::embedded().expect("the shipped rules");
    assert_eq!(programs.check(member_fact_specs()), Ok(()));
}

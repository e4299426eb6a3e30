//! Owns the rules worked out by hand: every code, every cost.

use enumset::EnumSet;

use super::{languages, manager, member, problem, quick};
use crate::caseload::cost::{load_cost, travel_km_visits};
use crate::caseload::eligibility::{FreeCapacity, Rule, haversine_km, rule_codes};
use crate::caseload::options::{Continuity, Options};
use crate::caseload::rows::{CareManager, CaseKind, Member, Position};
use crate::caseload::{audit_assignment, solve_problem};
use crate::domain::vocabulary::{Discipline, Disciplines, Focus, State, Status};

fn failing(member: Member, manager: CareManager) -> String {
    rule_codes(problem(vec![member], vec![manager]).why_not(0, 0))
}

#[test]
fn each_code_of_status_alone() {
    assert_eq!(failing(member("a"), manager("x")), "");
    assert_eq!(failing(member("a"), CareManager { status: Status::Leave, ..manager("x") }), "STATUS");
    assert_eq!(failing(member("a"), CareManager { status: Status::Pto, ..manager("x") }), "STATUS");
    let current = Member { current: Some("x".into()), ..member("a") };
    assert_eq!(failing(current, CareManager { status: Status::Pto, ..manager("x") }), "");
    let chw = Disciplines::default().with(Discipline::Chw);
    assert_eq!(failing(Member { required: chw, ..member("a") }, manager("x")), "DISCIPLINE");
}

#[test]
fn each_code_of_skill_alone() {
    assert_eq!(failing(Member { state: State::parse("GA"), ..member("a") }, manager("x")), "LICENCE");
    assert_eq!(failing(Member { state: None, ..member("a") }, manager("x")), "LICENCE");
    let spanish = Member { language: crate::domain::vocabulary::Language::parse("es"), ..member("a") };
    assert_eq!(failing(spanish.clone(), manager("x")), "");
    assert_eq!(failing(Member { language_required: true, ..spanish.clone() }, manager("x")), "LANGUAGE");
    let both = CareManager { languages: languages(&["en", "es"]), ..manager("x") };
    assert_eq!(failing(Member { language_required: true, ..spanish }, both), "");
    assert_eq!(failing(Member { focus: Focus::Pediatric, ..member("a") }, manager("x")), "PEDIATRIC");
    assert_eq!(failing(Member { focus: Focus::Complex, ..member("a") }, manager("x")), "");
}

#[test]
fn home_visits_by_distance_and_by_county() {
    let home = Member { home_visit: true, visits_per_month: 2, ..member("a") };
    assert_eq!(failing(home.clone(), manager("x")), "");
    assert_eq!(failing(home.clone(), CareManager { home_visits: false, ..manager("x") }), "HOME_VISIT");
    assert_eq!(failing(home.clone(), CareManager { max_travel_km: 10.0, ..manager("x") }), "HOME_VISIT");
    let nowhere = CareManager { position: None, ..manager("x") };
    assert_eq!(failing(home.clone(), nowhere.clone()), "HOME_VISIT", "no coordinates and no county");
    let dade = Member { county_fips: Some("12086".into()), ..home };
    assert_eq!(failing(dade.clone(), nowhere.clone()), "HOME_VISIT", "only one county known");
    let office = CareManager { county_fips: Some("12086".into()), ..nowhere };
    assert_eq!(failing(dade.clone(), office.clone()), "");
    assert_eq!(travel_km_visits(&dade, &office), 0, "no kilometres without coordinates");
}

#[test]
fn load_dependent_codes() {
    let people =
        vec![Member { acuity: 3, ..member("a") }, Member { acuity: 3, kind: CaseKind::Episode, ..member("b") }];
    let problem = problem(people, vec![manager("x")]);
    let code = |cases, points, new_cases| {
        let room = FreeCapacity { cases, points, new_left: [new_cases, None] };
        rule_codes(problem.why_not_now(0, 0, room))
    };
    assert_eq!(code(1, 3, None), "");
    assert_eq!(code(0, 3, None), "CAPACITY");
    assert_eq!(code(1, 2, None), "CAPACITY");
    assert_eq!(code(1, 3, Some(0)), "WEEKLY_NEW");
    assert_eq!(code(0, 3, Some(0)), "WEEKLY_NEW+CAPACITY");
    let episode = |episodes| {
        let room = FreeCapacity { cases: 1, points: 3, new_left: [Some(0), episodes] };
        rule_codes(problem.why_not_now(1, 0, room))
    };
    assert_eq!((episode(Some(1)).as_str(), episode(Some(0)).as_str()), ("", "WEEKLY_EPISODES"));
    let codes = "STATUS+WEEKLY_NEW+WEEKLY_EPISODES+DISCIPLINE+LICENCE+LANGUAGE+PEDIATRIC+HOME_VISIT+CAPACITY";
    assert_eq!(rule_codes(EnumSet::<Rule>::all()), codes);
}

#[test]
fn distance_of_one_degree() {
    let km = haversine_km(Position { lat: 0.0, lon: 0.0 }, Position { lat: 1.0, lon: 0.0 });
    assert!((km - 111.195_08).abs() < 1e-4, "{km}");
    // 14.9 km between the two offices of the helpers rounds to 15, twice a month.
    let home = Member { home_visit: true, visits_per_month: 2, ..member("a") };
    let km = haversine_km(home.position.unwrap(), manager("x").position.unwrap());
    assert!((14.5..15.5).contains(&km), "{km}");
    assert_eq!(travel_km_visits(&home, &manager("x")), 30);
}

#[test]
fn convex_load_by_hand() {
    // Cap 20: bands of 2 points at 1, 3, 5, …, 19; beyond the cap 41 each.
    assert_eq!(load_cost(0, 20), 0);
    assert_eq!(load_cost(1, 20), 1);
    assert_eq!(load_cost(2, 20), 2);
    assert_eq!(load_cost(3, 20), 5);
    assert_eq!(load_cost(20, 20), 2 * (1 + 3 + 5 + 7 + 9 + 11 + 13 + 15 + 17 + 19));
    assert_eq!(load_cost(22, 20), 200 + 82);
    // Cap 13: breakpoints 0 1 2 3 5 6 7 9 10 11 13.
    assert_eq!(load_cost(5, 13), 1 + 3 + 5 + 7 + 7);
    assert_eq!(load_cost(13, 13), 1 + 3 + 5 + 14 + 9 + 11 + 26 + 15 + 17 + 38);
    // Cap 3: most bands are empty.
    assert_eq!(load_cost(3, 3), 7 + 13 + 19);
}

#[test]
fn cost_of_one_pair_by_hand() {
    let who = Member {
        current: Some("y".into()),
        focus: Focus::Complex,
        language: crate::domain::vocabulary::Language::parse("es"),
        home_visit: true,
        visits_per_month: 2,
        ..member("a")
    };
    let away = CareManager { status: Status::Leave, ..manager("y") };
    let instance = problem(vec![who], vec![manager("x"), away]);
    let solution = solve_problem(&instance, &quick());
    assert_eq!(solution.assigned, [Some(0)]);
    // b·1 for the first point, a break, 15 km twice, a focus and an interpreter.
    assert_eq!(solution.w, 30 + 300 + 30 + 100 + 200);
    let ignored = Options { continuity: Continuity::Ignore, ..quick() };
    assert_eq!(solve_problem(&instance, &ignored).w, 30 + 30 + 100 + 200);
}

#[test]
fn the_load_of_a_manager_on_leave_is_part_of_z2() {
    let away = CareManager { status: Status::Leave, base_points: 2, max_points: 10, ..manager("y") };
    let instance = problem(vec![member("a")], vec![manager("x"), away]);
    let solution = solve_problem(&instance, &quick());
    assert_eq!(solution.assigned, [Some(0)]);
    // b · (the first point of x, and the first two points of y: 1 + 3).
    assert_eq!(solution.w, 30 * (1 + 1 + 3));
    assert_eq!(audit_assignment(&instance, &quick(), &solution.assigned, &solution.protected).cost.z2_load, 5);
}

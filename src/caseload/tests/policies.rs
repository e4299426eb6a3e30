//! Owns the policies and explanations worked out by hand: pins, clocks, caps, protection, reasons.

use super::{manager, member, problem, quick};
use crate::caseload::check::audit_assignment;
use crate::caseload::eligibility::Rule;
use crate::caseload::options::{Continuity, Options, Weights};
use crate::caseload::problem::Problem;
use crate::caseload::rows::{CareManager, CaseKind, Member};
use crate::caseload::{
    Solution, WaitReason, consult_discipline, covered_by, explain_solution, solve_problem, solve_with_added,
    summarise_assignment,
};
use crate::domain::vocabulary::{Discipline, Disciplines, Focus, FocusSet, Language, State, Status};

#[test]
fn pins_hold_or_are_refused() {
    let pinned = |id: &str| Member { pinned: true, current: Some("x".into()), source_row: 7, ..member(id) };
    let worth_more = Member { priority: 900, ..member("b") };
    let single = CareManager { max_cases: 1, ..manager("x") };
    let instance = problem(vec![pinned("a"), worth_more], vec![single.clone()]);
    assert_eq!(solve_problem(&instance, &quick()).assigned, [Some(0), None]);

    let refused = |members: Vec<Member>, staff: CareManager| {
        Problem::new(members, vec![staff], Weights::default()).unwrap_err().to_string()
    };
    let text = refused(vec![pinned("a"), pinned("b")], single);
    assert_eq!(text, "members.csv, row 7, column pinned: the pins on x exceed its capacity: CAPACITY");
    let text = refused(vec![pinned("a")], CareManager { status: Status::Leave, ..manager("x") });
    assert_eq!(text, "members.csv, row 7, column pinned: pinned to x, who may not serve the member: STATUS");
    let text = refused(vec![Member { current: None, ..pinned("a") }], manager("x"));
    assert!(text.contains("no current care manager"), "{text}");
    let text = refused(vec![pinned("a")], manager("z"));
    assert!(text.contains("column current_care_manager_id"), "{text}");
}

#[test]
fn a_manager_who_left_sends_members_back_to_the_pool() {
    let instance = problem(vec![Member { current: Some("gone".into()), ..member("a") }], vec![manager("x")]);
    assert_eq!(instance.warnings().current_manager_not_in_roster, 1);
    assert_eq!(solve_problem(&instance, &quick()).assigned, [Some(0)]);
}

#[test]
fn clocks_come_first_only_when_asked() {
    let clock = Member { priority: 900, ..member("a") };
    let rich = Member { tcm: true, priority: 800, acuity: 8, ..member("b") };
    let staff = vec![CareManager { max_cases: 1, ..manager("x") }];
    let instance = problem(vec![clock, rich], staff);
    assert_eq!(solve_problem(&instance, &quick()).assigned, [None, Some(0)]);
    let options = Options { clocks_first: true, ..quick() };
    let solution = solve_problem(&instance, &options);
    assert_eq!(solution.assigned, [Some(0), None]);
    assert!(audit_assignment(&instance, &options, &solution.assigned, &solution.protected).is_clean());
}

#[test]
fn weekly_cap_counts_new_cases_only() {
    let people = vec![member("a"), member("b"), Member { current: Some("x".into()), ..member("c") }];
    let staff = vec![CareManager { weekly_new_cap: Some(1), ..manager("x") }];
    let instance = problem(people, staff);
    assert_eq!(solve_problem(&instance, &quick()).assigned.iter().flatten().count(), 3);
    let options = Options { weekly_new: true, ..quick() };
    let solution = solve_problem(&instance, &options);
    assert_eq!(solution.assigned.iter().flatten().count(), 2);
    assert_eq!(solution.assigned[2], Some(0));
    let explanation = explain_solution(&instance, &options, &solution);
    assert_eq!(explanation.waiting[0].nearest_text(&instance), "x:WEEKLY_NEW");
    assert_eq!(explanation.waiting[0].reason, WaitReason::Capacity);
    assert_eq!(explanation.best_change.map(|c| (c.rule, c.would_place)), Some((Rule::WeeklyNew, 1)));
}

fn protect() -> Options {
    Options { continuity: Continuity::Protect, clocks_first: true, weekly_new: true, ..quick() }
}

#[test]
fn protect_keeps_the_panel_and_names_who_may_graduate() {
    let engaged = Member { current: Some("x".into()), priority: 5, may_graduate: true, ..member("a") };
    let goals_open = Member { current: Some("x".into()), priority: 4, ..member("c") };
    let newcomer = Member { priority: 900, ..member("b") };
    let staff = vec![CareManager { max_cases: 2, ..manager("x") }];
    let instance = problem(vec![engaged, newcomer, goals_open], staff);
    assert_eq!(solve_problem(&instance, &quick()).assigned, [Some(0), Some(0), None], "prefer lets priority decide");
    let solution = solve_problem(&instance, &protect());
    assert_eq!(solution.assigned, [Some(0), None, Some(0)]);
    let explanation = explain_solution(&instance, &protect(), &solution);
    // The one whose goals are open is worth less, but does not meet the rule.
    let candidates: Vec<_> = explanation.graduation.iter().map(|c| (c.member, c.manager, c.makes_room_for)).collect();
    assert_eq!(candidates, [(0, 0, Some((1, 895)))]);
    assert!(audit_assignment(&instance, &protect(), &solution.assigned, &solution.protected).is_clean());
}

#[test]
fn a_manager_above_the_limit_keeps_everybody_and_takes_nobody() {
    let on = |id: &str, priority| Member { current: Some("x".into()), priority, acuity: 5, ..member(id) };
    let staff = vec![CareManager { max_cases: 2, max_points: 8, ..manager("x") }];
    let instance = problem(vec![on("a", 10), on("b", 20), on("c", 1), Member { priority: 950, ..member("d") }], staff);
    let solution = solve_problem(&instance, &protect());
    assert_eq!(solution.assigned, [Some(0), Some(0), Some(0), None]);
    assert_eq!(solution.protected, [true, true, true, false]);
    let audit = audit_assignment(&instance, &protect(), &solution.assigned, &solution.protected);
    assert!(audit.is_clean(), "{audit:?}");
    let explanation = explain_solution(&instance, &protect(), &solution);
    assert!(explanation.moves.is_empty());
    let summary = summarise_assignment(&instance, &protect(), &solution, &explanation, &audit);
    let over: Vec<_> = summary.over_limit.iter().map(|o| (o.over_by_cases, o.over_by_points)).collect();
    assert_eq!(over, [(1, 7)]);
    assert_eq!((summary.kept, summary.put_on_waitlist, summary.waiting_capacity), (3, 0, 1));
    // The audit would see somebody taken away, or one more taken on.
    let taken_away = [None, Some(0), Some(0), None];
    let audit = audit_assignment(&instance, &protect(), &taken_away, &[false, true, true, false]);
    assert_eq!(audit.violations.get("CONTINUITY_BROKEN"), Some(&1));
    let one_more = [Some(0), Some(0), Some(0), Some(0)];
    let audit = audit_assignment(&instance, &protect(), &one_more, &solution.protected);
    assert_eq!((audit.violations.get("OVER_CASES"), audit.violations.get("OVER_POINTS")), (Some(&1), Some(&1)));
}

#[test]
fn what_binds_new_people_only_names_a_consult_for_those_who_stay() {
    let on = |id: &str| Member { current: Some("x".into()), ..member(id) };
    let social = Member { required: Disciplines::default().with(Discipline::Chw).with(Discipline::Lcsw), ..on("a") };
    let child = Member { focus: Focus::Pediatric, ..on("b") };
    let far = Member { home_visit: true, visits_per_month: 1, ..on("c") };
    let foreign = Member { language: Language::parse("es"), language_required: true, ..on("d") };
    let staff = vec![CareManager { home_visits: false, ..manager("x") }];
    let instance = problem(vec![social, child, far, foreign], staff);
    let solution = solve_problem(&instance, &protect());
    assert_eq!(solution.assigned, [Some(0); 4]);
    let audit = audit_assignment(&instance, &protect(), &solution.assigned, &solution.protected);
    assert!(audit.is_clean(), "{audit:?}");
    assert_eq!(audit.cost.total(), solution.w, "the solver counts the travel of those who stay too");
    let consults: Vec<_> =
        (0..4).map(|ix| consult_discipline(&instance, &solution, ix).map(Disciplines::to_text)).collect();
    assert_eq!(consults, [Some("CHW|LCSW".to_owned()), None, None, None]);
    // Under `prefer` every rule binds them too.
    assert_eq!(solve_problem(&instance, &quick()).assigned, [None; 4]);
}

#[test]
fn only_the_licence_and_a_leave_without_cover_part_a_member_from_the_manager() {
    let on = |id: &str, who: &str| Member { current: Some(who.into()), ..member(id) };
    let moved_home = Member { state: State::parse("GA"), ..on("e", "x") };
    let people = vec![on("a", "leave"), on("b", "left"), on("c", "pto"), on("d", "x"), moved_home];
    let staff = vec![
        CareManager { status: Status::Leave, ..manager("leave") },
        CareManager { status: Status::Leave, ..manager("left") },
        CareManager { status: Status::Pto, ..manager("pto") },
        CareManager { cover_for: Some("leave".into()), ..manager("x") },
    ];
    let instance = problem(people, staff);
    let solution = solve_problem(&instance, &protect());
    // The one on leave with a cover keeps the case; of the other's, x takes it; Georgia waits.
    assert_eq!(solution.assigned, [Some(0), Some(3), Some(2), Some(3), None]);
    let covers: Vec<_> = (0..5).map(|ix| covered_by(&instance, &solution, ix)).collect();
    assert_eq!(covers, [Some(3), None, None, None, None]);
    let explanation = explain_solution(&instance, &protect(), &solution);
    let moves: Vec<_> = explanation.moves.iter().map(|m| (m.member, m.to, m.reason.as_str())).collect();
    let because = "the current manager may not serve the member: ";
    assert_eq!(moves, [(1, Some(3), &*format!("{because}STATUS")), (4, None, &*format!("{because}LICENCE"))]);
    assert!(audit_assignment(&instance, &protect(), &solution.assigned, &solution.protected).is_clean());
}

#[test]
fn a_cover_who_is_away_too_covers_nobody() {
    let people = vec![Member { current: Some("leave".into()), ..member("a") }];
    let staff = vec![
        CareManager { status: Status::Leave, ..manager("leave") },
        CareManager { status: Status::Pto, cover_for: Some("leave".into()), ..manager("x") },
        CareManager { cover_for: Some("x".into()), ..manager("y") },
    ];
    let instance = problem(people, staff);
    assert_eq!(instance.warnings().covers_away_too, 1);
    assert_eq!((instance.cover_of(0), instance.cover_of(1)), (None, Some(2)), "covers do not chain");
    assert_eq!(solve_problem(&instance, &protect()).assigned, [Some(2)]);
}

#[test]
fn episodes_and_cases_have_quotas_of_their_own() {
    let episode = |id: &str| Member { kind: CaseKind::Episode, priority: 950, ..member(id) };
    let people = vec![episode("a"), episode("b"), member("c"), member("d")];
    let staff = vec![CareManager { weekly_new_cap: Some(1), weekly_episode_cap: Some(1), ..manager("x") }];
    let instance = problem(people, staff);
    let solution = solve_problem(&instance, &protect());
    assert_eq!(solution.assigned, [Some(0), None, Some(0), None], "one of each");
    let audit = audit_assignment(&instance, &protect(), &solution.assigned, &solution.protected);
    assert!(audit.is_clean(), "{audit:?}");
    let explanation = explain_solution(&instance, &protect(), &solution);
    let texts: Vec<String> = explanation.waiting.iter().map(|w| w.nearest_text(&instance)).collect();
    assert_eq!(texts, ["x:WEEKLY_EPISODES", "x:WEEKLY_NEW"]);
    let two = audit_assignment(&instance, &protect(), &[Some(0), Some(0), None, None], &[false; 4]);
    assert_eq!(two.violations.get("WEEKLY_EPISODES"), Some(&1));
    // Without quotas, as in `assign`, there is room for all, and the summary says which rules held.
    let alone = Options { weekly_new: false, ..protect() };
    let everybody = solve_problem(&instance, &alone);
    assert_eq!(everybody.assigned, [Some(0); 4]);
    let rules = |options: &Options, solution: &Solution| {
        let audit = audit_assignment(&instance, options, &solution.assigned, &solution.protected);
        summarise_assignment(&instance, options, solution, &explain_solution(&instance, options, solution), &audit)
            .rules
    };
    assert!(rules(&protect(), &solution).ends_with("weekly quotas of new cases and episodes hold"));
    assert!(rules(&alone, &everybody).ends_with("weekly quotas of new cases and episodes are not applied"));
}

#[test]
fn the_one_change_that_would_place_most_is_a_sentence() {
    let people: Vec<Member> = (0..5).map(|i| member(&format!("m{i}"))).collect();
    let sentence = |people: &[Member], staff: Vec<CareManager>| {
        let instance = problem(people.to_vec(), staff);
        let solution = solve_problem(&instance, &protect());
        let explanation = explain_solution(&instance, &protect(), &solution);
        let audit = audit_assignment(&instance, &protect(), &solution.assigned, &solution.protected);
        let summary = summarise_assignment(&instance, &protect(), &solution, &explanation, &audit);
        let rules: Vec<_> = summary.waiting_by_rule.into_iter().map(|r| (r.rule, r.members)).collect();
        (explanation.best_change.map(|c| c.sentence), rules, summary.shortfall_fte)
    };
    let quota = |id: &str| CareManager { weekly_new_cap: Some(1), ..manager(id) };
    let (told, rules, fte) = sentence(&people, vec![quota("x"), quota("y")]);
    let expected = "raising the weekly limit of new cases by 2 for each manager would place 3 of the 3 who wait; \
                    0 wait for lack of room";
    assert_eq!(told.as_deref(), Some(expected));
    assert_eq!((rules, fte.to_bits()), (vec![("WEEKLY_NEW".to_owned(), 3)], 0.0_f64.to_bits()));

    let (told, rules, fte) = sentence(&people, vec![CareManager { max_cases: 2, ..manager("x") }]);
    assert_eq!(
        told.as_deref(),
        Some("3 of the 3 who wait need more cases or points with the managers who may serve them")
    );
    assert_eq!((rules, fte.to_bits()), (vec![("CAPACITY".to_owned(), 3)], 1.5_f64.to_bits()));

    let spanish = Member { language: Language::parse("es"), language_required: true, ..member("s") };
    let (told, _, fte) = sentence(&[spanish], vec![manager("x")]);
    let expected = "1 of the 1 who wait could be placed tonight if a manager with room spoke the language they require \
                    (es for 1); 0 wait for lack of room";
    assert_eq!((told.as_deref(), fte.to_bits()), (Some(expected), 0.0_f64.to_bits()));
    let (nobody, rules, _) = sentence(&[], vec![manager("x")]);
    assert!(nobody.is_none() && rules.is_empty());
}

#[test]
fn before_and_after_speak_of_the_same_people() {
    let on = |id: &str, acuity| Member { current: Some("x".into()), acuity, ..member(id) };
    let left = Member { state: State::parse("GA"), ..on("b", 3) };
    let people = vec![on("a", 5), left, Member { acuity: 8, ..member("c") }];
    let instance = problem(people, vec![manager("x")]);
    let solution = solve_problem(&instance, &protect());
    let audit = audit_assignment(&instance, &protect(), &solution.assigned, &solution.protected);
    let explanation = explain_solution(&instance, &protect(), &solution);
    let summary = summarise_assignment(&instance, &protect(), &solution, &explanation, &audit);
    let m = &summary.managers[0];
    assert_eq!((m.cases_before, m.points_before), (2, 8));
    assert_eq!((m.cases_after_same_people, m.points_after_same_people), (1, 5), "somebody was put on the waitlist");
    assert_eq!((m.cases_after, m.points_after), (2, 13));
    assert_eq!(summary.put_on_waitlist, 1);
    assert_eq!(summary.load_after_same_people.mean.to_bits(), 0.25_f64.to_bits());
}

#[test]
fn the_nearest_miss_and_the_rule_that_holds_people_back() {
    let spanish = Member { language: Language::parse("es"), language_required: true, ..member("a") };
    let child = Member { focus: Focus::Pediatric, ..spanish.clone() };
    let far = Member { id: "b".into(), state: State::parse("GA"), ..spanish.clone() };
    let child = Member { id: "c".into(), ..child };
    let instance = problem(vec![spanish, far, child], vec![manager("x"), manager("y")]);
    let solution = solve_problem(&instance, &quick());
    let explanation = explain_solution(&instance, &quick(), &solution);
    let texts: Vec<String> = explanation.waiting.iter().map(|w| w.nearest_text(&instance)).collect();
    assert_eq!(texts, ["x:LANGUAGE", "x:LICENCE+LANGUAGE", "x:LANGUAGE+PEDIATRIC"]);
    assert!(explanation.waiting.iter().all(|w| w.reason == WaitReason::NoEligibleManager));
    assert_eq!(explanation.best_change.map(|c| (c.rule, c.would_place)), Some((Rule::Language, 1)));
}

#[test]
fn summary_figures_by_hand() {
    let people =
        vec![Member { acuity: 5, current: Some("x".into()), ..member("a") }, Member { acuity: 3, ..member("b") }];
    let staff = vec![manager("x"), manager("y")];
    let instance = problem(people, staff);
    let solution = solve_problem(&instance, &quick());
    let audit = audit_assignment(&instance, &quick(), &solution.assigned, &solution.protected);
    let summary =
        summarise_assignment(&instance, &quick(), &solution, &explain_solution(&instance, &quick(), &solution), &audit);
    assert_eq!((summary.kept, summary.moved, summary.new), (1, 0, 1));
    assert_eq!(summary.managers[0].utilisation_before.to_bits(), 0.25_f64.to_bits());
    // Loads 5 and 0 before: CV 1, Gini 1/2; 5 and 3 after: CV 1/4, Gini 1/8.
    assert_eq!((summary.load_before.cv, summary.load_before.gini), (1.0, 0.5));
    assert_eq!((summary.load_after.cv, summary.load_after.gini), (0.25, 0.125));
    assert_eq!(summary.w_parts.z2_load, (1 + 1 + 3 + 3 + 5) + (1 + 1 + 3));
    assert_eq!(summary.peer_groups.len(), 1);
    assert_eq!(summary.z1, 800);
}

#[test]
fn nobody_on_duty_and_nobody_at_all() {
    let instance = problem(vec![member("a")], Vec::new());
    let solution = solve_problem(&instance, &Options::default());
    assert_eq!((solution.assigned.clone(), solution.z1, solution.bound, solution.w), (vec![None], 0, 0, 0));
    assert_eq!(explain_solution(&instance, &Options::default(), &solution).waiting[0].nearest_text(&instance), "");
    let empty = problem(Vec::new(), vec![manager("x")]);
    assert!(solve_problem(&empty, &Options::default()).assigned.is_empty());
    let full = problem(vec![member("a")], vec![CareManager { base_cases: 10, base_points: 25, ..manager("x") }]);
    assert_eq!(full.warnings().managers_over_capacity_at_start, 1);
    let solution = solve_problem(&full, &Options::default());
    assert_eq!(solution.assigned, [None]);
    assert!(audit_assignment(&full, &Options::default(), &solution.assigned, &solution.protected).is_clean());
}

#[test]
fn one_manager_more_takes_those_who_wait() {
    let people = vec![member("a"), member("b")];
    let instance = problem(people, vec![CareManager { max_cases: 1, ..manager("x") }]);
    assert_eq!(solve_problem(&instance, &quick()).assigned.iter().flatten().count(), 1);
    let (changed, solution) = solve_with_added(&instance, &quick(), &[manager("new")]).unwrap();
    assert_eq!(changed.managers().len(), 2);
    assert_eq!(solution.assigned.iter().flatten().count(), 2);
    assert!(solve_with_added(&instance, &quick(), &[manager("x")]).is_err(), "ids stay unique");
}

#[test]
fn the_check_sees_what_is_wrong() {
    let staff = vec![
        CareManager { max_cases: 1, ..manager("x") },
        CareManager { focus: FocusSet::default().with(Focus::Complex), ..manager("y") },
    ];
    let people = vec![member("a"), Member { priority: 500, ..member("b") }, Member { state: None, ..member("c") }];
    let instance = problem(people, staff);
    let audit = |assigned: [Option<usize>; 3]| audit_assignment(&instance, &Options::default(), &assigned, &[false; 3]);
    assert_eq!(audit([Some(0), Some(0), None]).violations.get("OVER_CASES"), Some(&1));
    assert_eq!(audit([Some(0), Some(1), Some(1)]).violations.get("LICENCE"), Some(&1));
    assert_eq!(audit([Some(9), Some(1), None]).violations.get("UNKNOWN_CARE_MANAGER"), Some(&1));
    let waits = audit([Some(0), None, None]);
    assert_eq!((waits.avoidable, waits.improving_swaps), (1, 0));
    let one = problem(
        vec![member("a"), Member { priority: 500, ..member("b") }],
        vec![CareManager { max_cases: 1, ..manager("x") }],
    );
    assert_eq!(audit_assignment(&one, &Options::default(), &[Some(0), None], &[false; 2]).improving_swaps, 1);
    assert_eq!(
        audit_assignment(&one, &Options::default(), &[Some(0), None], &[true, false])
            .violations
            .get("PROTECTION_BROKEN"),
        Some(&1)
    );
}

//! Owns the policies and explanations worked out by hand: pins, clocks, caps, protection, reasons.

use super::{manager, member, problem, quick};
use crate::caseload::check::check;
use crate::caseload::eligibility::Rule;
use crate::caseload::options::{Continuity, Options, Weights};
use crate::caseload::problem::{CareManager, Member, Problem};
use crate::caseload::vocabulary::{Focus, FocusSet, State, Status};
use crate::caseload::{WaitReason, explain, solve, summarise, what_if};

#[test]
fn pins_hold_or_are_refused() {
    let pinned = |id: &str| Member { pinned: true, current: Some("x".into()), source_row: 7, ..member(id) };
    let worth_more = Member { priority: 900, ..member("b") };
    let single = CareManager { max_cases: 1, ..manager("x") };
    let instance = problem(vec![pinned("a"), worth_more], vec![single.clone()]);
    assert_eq!(solve(&instance, &quick()).assigned, [Some(0), None]);

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
    assert_eq!(solve(&instance, &quick()).assigned, [Some(0)]);
}

#[test]
fn clocks_come_first_only_when_asked() {
    let clock = Member { tcm: true, priority: 10, ..member("a") };
    let rich = Member { priority: 800, acuity: 8, ..member("b") };
    let staff = vec![CareManager { max_cases: 1, ..manager("x") }];
    let instance = problem(vec![clock, rich], staff);
    assert_eq!(solve(&instance, &quick()).assigned, [None, Some(0)]);
    let options = Options { clocks_first: true, ..quick() };
    let solution = solve(&instance, &options);
    assert_eq!(solution.assigned, [Some(0), None]);
    assert!(check(&instance, &options, &solution.assigned, &solution.protected).is_clean());
}

#[test]
fn weekly_cap_counts_new_cases_only() {
    let people = vec![member("a"), member("b"), Member { current: Some("x".into()), ..member("c") }];
    let staff = vec![CareManager { weekly_new_cap: Some(1), ..manager("x") }];
    let instance = problem(people, staff);
    assert_eq!(solve(&instance, &quick()).assigned.iter().flatten().count(), 3);
    let options = Options { weekly_new: true, ..quick() };
    let solution = solve(&instance, &options);
    assert_eq!(solution.assigned.iter().flatten().count(), 2);
    assert_eq!(solution.assigned[2], Some(0));
    let explanation = explain(&instance, &options, &solution);
    assert_eq!(explanation.waiting[0].nearest_text(&instance), "x:WEEKLY_NEW");
    assert_eq!(explanation.waiting[0].reason, WaitReason::Capacity);
    assert_eq!(explanation.best_waiver(), Some((Rule::WeeklyNew, 1)));
}

#[test]
fn protect_keeps_the_panel_and_names_candidates() {
    let engaged = Member { current: Some("x".into()), priority: 5, tier: Some(4), ..member("a") };
    let newcomer = Member { priority: 900, ..member("b") };
    let staff = vec![CareManager { max_cases: 1, ..manager("x") }];
    let instance = problem(vec![engaged, newcomer], staff);
    assert_eq!(solve(&instance, &quick()).assigned, [None, Some(0)], "prefer lets priority decide");
    let options = Options { continuity: Continuity::Protect, clocks_first: true, weekly_new: true, ..quick() };
    let solution = solve(&instance, &options);
    assert_eq!(solution.assigned, [Some(0), None]);
    let explanation = explain(&instance, &options, &solution);
    let candidate = &explanation.graduation[0];
    assert_eq!((candidate.member, candidate.manager, candidate.for_member, candidate.z1_gain), (0, 0, 1, 895));
    assert!(check(&instance, &options, &solution.assigned, &solution.protected).is_clean());
}

#[test]
fn protect_keeps_the_most_urgent_of_a_panel_that_is_too_large() {
    let on = |id: &str, priority| Member { current: Some("x".into()), priority, ..member(id) };
    let staff = vec![CareManager { max_cases: 1, ..manager("x") }, manager("y")];
    let instance = problem(vec![on("a", 10), on("b", 20)], staff);
    let solution = solve(&instance, &Options { continuity: Continuity::Protect, ..quick() });
    assert_eq!(solution.assigned, [Some(1), Some(0)]);
    assert_eq!(solution.protected, [false, true]);
    let moves = explain(&instance, &quick(), &solution).moves;
    assert_eq!(moves.len(), 1);
    assert!(moves[0].reason.contains("over capacity (2 of 1 cases"), "{}", moves[0].reason);
}

#[test]
fn the_nearest_miss_and_the_rule_that_holds_people_back() {
    let spanish =
        Member { language: crate::caseload::vocabulary::Language::parse("es"), language_required: true, ..member("a") };
    let child = Member { focus: Focus::Pediatric, ..spanish.clone() };
    let far = Member { id: "b".into(), state: State::parse("GA"), ..spanish.clone() };
    let child = Member { id: "c".into(), ..child };
    let instance = problem(vec![spanish, far, child], vec![manager("x"), manager("y")]);
    let solution = solve(&instance, &quick());
    let explanation = explain(&instance, &quick(), &solution);
    let texts: Vec<String> = explanation.waiting.iter().map(|w| w.nearest_text(&instance)).collect();
    assert_eq!(texts, ["x:LANGUAGE", "x:LICENCE+LANGUAGE", "x:LANGUAGE+PEDIATRIC"]);
    assert!(explanation.waiting.iter().all(|w| w.reason == WaitReason::NoEligibleManager));
    assert_eq!(explanation.best_waiver(), Some((Rule::Language, 1)));
}

#[test]
fn summary_figures_by_hand() {
    let people =
        vec![Member { acuity: 5, current: Some("x".into()), ..member("a") }, Member { acuity: 3, ..member("b") }];
    let staff = vec![manager("x"), manager("y")];
    let instance = problem(people, staff);
    let solution = solve(&instance, &quick());
    let audit = check(&instance, &quick(), &solution.assigned, &solution.protected);
    let summary = summarise(&instance, &quick(), &solution, &explain(&instance, &quick(), &solution), &audit);
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
    let solution = solve(&instance, &Options::default());
    assert_eq!((solution.assigned.clone(), solution.z1, solution.bound, solution.w), (vec![None], 0, 0, 0));
    assert_eq!(explain(&instance, &Options::default(), &solution).waiting[0].nearest_text(&instance), "");
    let empty = problem(Vec::new(), vec![manager("x")]);
    assert!(solve(&empty, &Options::default()).assigned.is_empty());
    let full = problem(vec![member("a")], vec![CareManager { base_cases: 10, base_points: 25, ..manager("x") }]);
    assert_eq!(full.warnings().managers_over_capacity_at_start, 1);
    let solution = solve(&full, &Options::default());
    assert_eq!(solution.assigned, [None]);
    assert!(check(&full, &Options::default(), &solution.assigned, &solution.protected).is_clean());
}

#[test]
fn one_manager_more_takes_those_who_wait() {
    let people = vec![member("a"), member("b")];
    let instance = problem(people, vec![CareManager { max_cases: 1, ..manager("x") }]);
    assert_eq!(solve(&instance, &quick()).assigned.iter().flatten().count(), 1);
    let (changed, solution) = what_if(&instance, &quick(), &[manager("new")]).unwrap();
    assert_eq!(changed.managers().len(), 2);
    assert_eq!(solution.assigned.iter().flatten().count(), 2);
    assert!(what_if(&instance, &quick(), &[manager("x")]).is_err(), "ids stay unique");
}

#[test]
fn the_check_sees_what_is_wrong() {
    let staff = vec![
        CareManager { max_cases: 1, ..manager("x") },
        CareManager { focus: FocusSet::default().with(Focus::Complex), ..manager("y") },
    ];
    let people = vec![member("a"), Member { priority: 500, ..member("b") }, Member { state: None, ..member("c") }];
    let instance = problem(people, staff);
    let audit = |assigned: [Option<usize>; 3]| check(&instance, &Options::default(), &assigned, &[false; 3]);
    assert_eq!(audit([Some(0), Some(0), None]).violations.get("OVER_CASES"), Some(&1));
    assert_eq!(audit([Some(0), Some(1), Some(1)]).violations.get("LICENCE"), Some(&1));
    assert_eq!(audit([Some(9), Some(1), None]).violations.get("UNKNOWN_CARE_MANAGER"), Some(&1));
    let waits = audit([Some(0), None, None]);
    assert_eq!((waits.avoidable, waits.improving_swaps), (1, 0));
    let one = problem(
        vec![member("a"), Member { priority: 500, ..member("b") }],
        vec![CareManager { max_cases: 1, ..manager("x") }],
    );
    assert_eq!(check(&one, &Options::default(), &[Some(0), None], &[false; 2]).improving_swaps, 1);
    assert_eq!(
        check(&one, &Options::default(), &[Some(0), None], &[true, false]).violations.get("PROTECTION_BROKEN"),
        Some(&1)
    );
}

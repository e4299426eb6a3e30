//! Owns the comparison with the shared instances, where they are present.

use std::path::PathBuf;

use crate::caseload::check::audit_assignment;
use crate::caseload::flat_files::{read_problem, read_weights_json};
use crate::caseload::options::Options;
use crate::caseload::problem::Problem;
use crate::caseload::solve_problem;

fn load(name: &str) -> Option<Problem> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/caseload").join(name);
    if !folder.is_dir() {
        println!("skipped: no ../shared");
        return None;
    }
    let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
    let weights = read_weights_json(&read("params.json")).unwrap();
    let (members, staff) = (read("members.csv"), read("care_managers.csv"));
    Some(read_problem((&members, "members.csv"), (&staff, "care_managers.csv"), weights).unwrap())
}

fn figures(name: &str) -> Option<(i64, i64)> {
    let problem = load(name)?;
    let options = Options::default();
    let solution = solve_problem(&problem, &options);
    let audit = audit_assignment(&problem, &options, &solution.assigned, &solution.protected);
    assert!(audit.is_clean(), "{audit:?}");
    assert_eq!((audit.z1, audit.cost.total()), (solution.z1, solution.w));
    assert!(solution.bound >= solution.z1);
    Some((solution.z1, solution.w))
}

#[test]
fn small_instance_meets_the_proven_optimum() {
    if let Some(found) = figures("S") {
        assert_eq!(found, (173_564, 45_777));
    }
}

#[test]
fn scarce_instance_stays_near_its_bound() {
    if let Some((z1, _)) = figures("M") {
        assert!(z1 >= 4_524_500, "{z1}");
    }
}

#[test]
fn ample_instance_balances_at_low_cost() {
    if let Some((z1, w)) = figures("MS") {
        assert!(z1 >= 2_881_808 && w <= 609_300, "{z1} {w}");
    }
}

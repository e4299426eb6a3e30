//! CCSR of stays and members; CCW conditions by rule letter, look-back and claim count.

use super::History;
use crate::extracts::ClaimKind;
use crate::measures::{Ccsr, Ccw, Scheme};

const AS_OF: &str = "2026-06-30";

/// Whether a condition is met; `None` when it was never mentioned.
fn ccw(condition: &str, fill: impl FnOnce(&mut History)) -> Option<bool> {
    let mut h = History::new(AS_OF);
    fill(&mut h);
    h.measured(|m| {
        m.get::<Ccw>().0.iter().find(|c| c.scheme == Scheme::Ccw && c.category == condition).map(|c| c.after_hierarchy)
    })
}

/// Whether one claim of each kind is enough: inpatient, SNF, home health, outpatient, carrier, hospice.
fn alone(condition: &str, code: &str) -> [Option<bool>; 6] {
    [
        (ClaimKind::Institutional, "111"),
        (ClaimKind::Institutional, "211"),
        (ClaimKind::Institutional, "329"),
        (ClaimKind::Institutional, "131"),
        (ClaimKind::Professional, ""),
        (ClaimKind::Institutional, "811"),
    ]
    .map(|(kind, bill)| ccw(condition, |h| h.claim(kind, bill, "2026-03-01", &[code], |_| {})))
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

#[test]
fn one_claim_by_rule_letter() {
    assert_eq!(alone("diabetes", "E119"), [YES, YES, YES, NO, NO, None], "A");
    assert_eq!(alone("cataract", "H2511"), [NO, NO, NO, YES, YES, None], "B");
    assert_eq!(alone("alzheimer_related", "G300"), [YES, YES, YES, YES, YES, None], "C");
    assert_eq!(alone("mi", "I214"), [YES, NO, NO, NO, NO, None], "D");
    assert_eq!(alone("stroke", "I639"), [YES, NO, NO, YES, YES, None], "F");
    assert_eq!(alone("cancer_lung", "C3490"), [YES, YES, NO, NO, NO, None], "G");
    assert_eq!(alone("hip_fracture", "S72001A"), [YES, YES, NO, YES, YES, None], "K");
}

#[test]
fn two_outpatient_claims_are_on_two_days() {
    let two = |condition: &str, code: &str, second: &str| {
        ccw(condition, |h| {
            h.visit("2026-03-01", &[code], "", "");
            h.claim(ClaimKind::Institutional, "131", second, &["Z0000", code], |_| {});
        })
    };
    assert_eq!(two("diabetes", "E119", "2026-03-02"), YES);
    assert_eq!(two("diabetes", "E119", "2026-03-01"), NO);
    assert_eq!(two("cancer_lung", "C3490", "2026-03-02"), YES);
    assert_eq!(two("mi", "I214", "2026-03-02"), NO);
}

#[test]
fn each_condition_looks_back_its_own_months() {
    let at = |condition: &str, code: &str, start: &str| {
        ccw(condition, |h| h.claim(ClaimKind::Institutional, "111", start, &[code], |_| {}))
    };
    assert_eq!((at("mi", "I214", "2025-07-01"), at("mi", "I214", "2025-06-30")), (YES, None));
    assert_eq!((at("diabetes", "E119", "2024-07-01"), at("diabetes", "E119", "2024-06-30")), (YES, None));
    let alzheimer = |start| at("alzheimer_related", "G300", start);
    assert_eq!((alzheimer("2023-07-01"), alzheimer("2023-06-30")), (YES, None));
}

#[test]
fn a_claim_with_an_exclusion_code_does_not_count() {
    let stroke = |other: &str| {
        ccw("stroke", |h| h.claim(ClaimKind::Institutional, "111", "2026-03-01", &["I639", other], |_| {}))
    };
    assert_eq!(stroke("I10"), YES);
    assert_eq!(stroke("S06341A"), None);
    let bph =
        |other: &str| ccw("bph", |h| h.claim(ClaimKind::Institutional, "111", "2026-03-01", &["N401", other], |_| {}));
    assert_eq!((bph("I10"), bph("D291")), (YES, None));
}

#[test]
fn ccsr_keeps_every_category_with_its_evidence() {
    let mut h = History::new(AS_OF);
    h.claim(ClaimKind::Professional, "", "2024-06-30", &["J449"], |_| {});
    h.visit("2024-07-01", &["E1122"], "", "");
    h.visit("2026-06-30", &["E1122"], "", "");
    h.stay("2026-03-01", "2026-03-05", &["E1122", "W1830XA", "J4481", "E11A"], &[], |_| {});
    h.measured(|m| {
        let rows: Vec<_> = m.get::<Ccsr>().categories.iter().collect();
        let names: Vec<&str> = rows.iter().map(|c| c.category).collect();
        assert!(names.contains(&"END003") && names.contains(&"GEN003") && names.contains(&"RSP008"), "{names:?}");
        let kidney = rows.iter().find(|c| c.category == "GEN003").expect("kidney disease").mention;
        assert_eq!((kidney.first, kidney.last), (super::day("2024-07-01").0, super::day("2026-06-30").0));
        // Claims are in order of their ids: C001 and C002.
        assert_eq!((kidney.first_row, kidney.last_row), (1, 2));
        let lung = rows.iter().find(|c| c.category == "RSP008").expect("lung disease").mention;
        assert_eq!(lung.first, super::day("2026-03-01").0, "the visit of 30 June 2024 is too old");
        assert_eq!(
            (m.get::<Ccsr>().from_family, m.get::<Ccsr>().unmapped),
            (1, 1),
            "J44.81 by its family, E11.A by none"
        );
        assert_eq!(m.get::<Ccsr>().principals[0], Some("END003"));
    });
}

#[test]
fn an_external_cause_has_no_principal_category() {
    let mut h = History::new(AS_OF);
    h.stay("2026-03-01", "2026-03-05", &["W1830XA"], &[], |_| {});
    assert_eq!(h.measured(|m| m.get::<Ccsr>().principals[0]), None);
}

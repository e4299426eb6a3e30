//! Each PQE just in and just out. Codes are members of AHRQ's v2024 (beta) sets.

use super::{History, day};
use crate::domain::Short;
use crate::extracts::ClaimKind;
use crate::measures::{VisitPqe, pqe_names};

/// What the visits of someone of the age on the first day count.
fn pqe(age: i32, sex: u8, visits: &[(&str, &[&str])]) -> Vec<Option<String>> {
    let mut h = History::new("2026-06-30");
    h.member.birth = day(visits[0].0).plus_months(-12 * age).0;
    h.member.sex = sex;
    for (on, dx) in visits {
        h.claim(ClaimKind::Institutional, "131", on, dx, |l| l.revenue = Short::of("0450"));
    }
    h.measured(|m| m.get::<VisitPqe>().0.iter().map(|e| e.map(pqe_names)).collect())
}

fn one(age: i32, sex: u8, dx: &[&str]) -> String {
    pqe(age, sex, &[("2026-03-01", dx)])[0].clone().unwrap_or_else(|| "null".to_owned())
}

#[test]
fn ages_and_sets_are_ahrqs() {
    // 01: dental from 5, without trauma to the face.
    assert_eq!((one(5, 0, &["K0889"]), one(4, 0, &["K0889"])), ("01".into(), String::new()));
    assert_eq!(one(30, 0, &["K0889", "S01401A"]), "");
    // 02: chronic conditions from 40; a lower respiratory infection with COPD second.
    assert_eq!((one(40, 0, &["I509"]), one(39, 0, &["I509"])), ("02".into(), String::new()));
    assert_eq!((one(50, 0, &["J13", "J410"]), one(50, 0, &["J13"])), ("02".into(), String::new()));
    // 03: acute conditions under 65, not with immune compromise, cellulitis not with diabetes.
    assert_eq!((one(64, 1, &["L0211"]), one(65, 1, &["L0211"])), ("03".into(), String::new()));
    assert_eq!((one(50, 1, &["L0211", "E0800"]), one(50, 1, &["L0211", "B20"])), (String::new(), String::new()));
    assert_eq!((one(18, 0, &["N3000"]), one(34, 0, &["N3000"])), ("03".into(), "03".into()));
    assert_eq!(
        (one(17, 0, &["N3000"]), one(35, 0, &["N3000"]), one(20, 1, &["N3000"])),
        (String::new(), String::new(), String::new())
    );
    // 04: asthma from 5 to 39, or bronchitis with asthma; not with pneumonia.
    assert_eq!((one(5, 0, &["J4521"]), one(39, 0, &["J4521"])), ("04".into(), "04".into()));
    assert_eq!((one(4, 0, &["J4521"]), one(40, 0, &["J4521"])), (String::new(), "02".into()));
    assert_eq!((one(20, 0, &["J202", "J4520"]), one(20, 0, &["J4521", "J13"])), ("04".into(), String::new()));
}

#[test]
fn infants_of_three_months_are_left_out() {
    let mut h = History::new("2026-06-30");
    h.member.birth = day("2025-11-01").0;
    for on in ["2026-02-28", "2026-03-01"] {
        h.claim(ClaimKind::Institutional, "131", on, &["H66001"], |l| l.revenue = Short::of("0450"));
    }
    let found: Vec<Option<u8>> = h.measured(|m| m.get::<VisitPqe>().0.clone());
    assert_eq!(found, [Some(0), Some(0b100)]);
}

#[test]
fn the_second_back_pain_visit_of_a_year_counts() {
    let back: &[&str] = &["M4320"];
    let fever: &[&str] = &["M4320", "R5081"];
    let found = pqe(
        50,
        0,
        &[
            ("2025-12-01", back),
            ("2026-01-05", back),
            ("2026-02-05", fever),
            ("2026-03-05", back),
            ("2026-04-05", back),
        ],
    );
    let wanted = ["", "", "", "05", ""].map(|n| Some(n.to_owned()));
    assert_eq!(found, wanted);
}

#[test]
fn an_unknown_sex_cannot_be_judged() {
    assert_eq!(one(50, 2, &["I509"]), "null");
}

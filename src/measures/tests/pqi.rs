//! Every PQI just in and just out: age, sex, diagnosis, procedure, transfer, obstetric, DRG, discharge. Codes
//! are members of AHRQ's v2024 sets.

use super::{History, day};
use crate::domain::Short;
use crate::extracts::{ClaimLine, NO_DAY};
use crate::measures::{PQI, StayPqi};

/// Birth dates of someone of the age on 2026-03-01, turned the day before or to turn the day after.
fn born(age: i32) -> i32 {
    day("2026-03-01").plus_months(-12 * age).0
}

struct Stay<'s> {
    age: i32,
    sex: u8,
    dx: &'s [&'s str],
    px: &'s [&'s str],
}

/// Measures counted and exclusions.
fn judge(s: &Stay<'_>, change: impl FnOnce(&mut ClaimLine)) -> (String, String) {
    let mut h = History::new("2026-06-30");
    h.member.birth = born(s.age);
    h.member.sex = s.sex;
    h.stay("2026-03-01", "2026-03-05", s.dx, s.px, change);
    h.measured(|m| {
        let verdict = m.get::<StayPqi>().0[0].clone().expect("judged");
        let names: Vec<&str> = (0..10).filter(|b| verdict.counted >> b & 1 == 1).map(|b| PQI[b]).collect();
        (names.join("|"), verdict.exclusions)
    })
}

fn counted(age: i32, dx: &[&str], px: &[&str]) -> String {
    judge(&Stay { age, sex: 1, dx, px }, |_| {}).0
}

/// Each measure with a principal that counts, its procedure and its other diagnoses.
type One = (&'static str, &'static [&'static str], &'static [&'static str]);
const EACH: [One; 10] = [
    ("01", &["E1010"], &[]),
    ("03", &["E1021"], &[]),
    ("05", &["J410"], &[]),
    ("07", &["I10"], &[]),
    ("08", &["I5022"], &[]),
    ("11", &["J13"], &[]),
    ("12", &["N10"], &[]),
    ("14", &["E10649"], &[]),
    ("15", &["J4521"], &[]),
    ("16", &["I70261", "E1151"], &["0Y6H0Z2"]),
];

fn age_of(measure: &str) -> i32 {
    if measure == "15" { 30 } else { 60 }
}

#[test]
fn each_counts_what_it_should() {
    for (measure, dx, px) in EACH {
        assert_eq!(counted(age_of(measure), dx, px), measure, "{measure}");
        // The principal one position later is no principal.
        let mut later = vec!["Z5189"];
        later.extend(dx);
        assert_eq!(counted(age_of(measure), &later, px), if measure == "16" { "16" } else { "" }, "{measure} later");
    }
    // Amputation needs diabetes somewhere and the procedure; with a diabetic principal it is 03 as well.
    assert_eq!(counted(60, &["I70261"], &["0Y6H0Z2"]), "");
    assert_eq!(counted(60, &["I70261", "E1151"], &[]), "");
    assert_eq!(counted(60, &["E1152"], &["0Y6H0Z2"]), "03|16");
}

#[test]
fn the_ages_are_bounds_of_the_numerator() {
    for (measure, dx, px) in EACH {
        let (low, high) = match measure {
            "05" => (40, 120),
            "15" => (18, 39),
            _ => (18, 120),
        };
        assert_eq!(counted(low, dx, px), measure, "{measure} at {low}");
        assert_eq!(counted(low - 1, dx, px), "", "{measure} under {low}");
        if high == 39 {
            assert_eq!(counted(39, dx, px), "15");
            assert_eq!(counted(40, dx, px), "05", "asthma from 40 is 05");
        }
    }
    // Completed years: the birthday is the admission day, or the day after it.
    let mut h = History::new("2026-06-30");
    h.member.birth = born(40) + 1;
    h.stay("2026-03-01", "2026-03-05", &["J410"], &[], |_| {});
    assert_eq!(h.measured(|m| m.get::<StayPqi>().0[0].as_ref().map(|p| p.counted)), Some(0));
}

#[test]
fn an_unknown_sex_a_transfer_a_drg_and_an_open_stay_exclude_each() {
    for (measure, dx, px) in EACH {
        let stay = |sex| Stay { age: age_of(measure), sex, dx, px };
        let out = |reason: &str| (String::new(), format!("{measure}:{reason}"));
        assert_eq!(judge(&stay(0), |_| {}).0, measure, "women count");
        assert_eq!(judge(&stay(2), |_| {}), out("missing_sex"));
        for source in ["4", "5", "6"] {
            assert_eq!(judge(&stay(1), |l| l.admit_source = Short::of(source)), out("transfer_in"));
        }
        for source in ["1", "2", "8", "9", "D", "E", "F"] {
            assert_eq!(judge(&stay(1), |l| l.admit_source = Short::of(source)).0, measure, "source {source}");
        }
        let unjudged = (measure.to_owned(), "unjudged:admit_source".to_owned());
        assert_eq!(judge(&stay(1), |l| l.admit_source = Short::NONE), unjudged);
        assert_eq!(judge(&stay(1), |l| l.drg = Short::of("999")), out("drg_999"));
        assert_eq!(judge(&stay(1), |l| l.drg = Short::of("998")).0, measure);
        assert_eq!(judge(&stay(1), |l| l.discharge = NO_DAY), out("missing_discharge"));
    }
}

/// A further diagnosis, a further procedure, and the measures they take out with the set's name.
type Exclusion = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

#[test]
fn each_exclusion_set_takes_out_its_own_measures_only() {
    let rules: [Exclusion; 9] = [
        ("E840", "", &[("05", "respan"), ("15", "respan")]),
        ("", "02100A9", &[("07", "acscarp"), ("08", "acscarp")]),
        ("D5700", "", &[("11", "acsba2d")]),
        ("B20", "", &[("11", "immunid"), ("12", "immunid")]),
        ("", "0BYF0Z2", &[("11", "immunip"), ("12", "immunip")]),
        ("N1371", "", &[("12", "kidney")]),
        ("S78011A", "", &[("16", "aclea2d")]),
        // Kidney disease or dialysis access alone do not take hypertension out.
        ("I129", "", &[]),
        ("", "031509D", &[]),
    ];
    for (dx_more, px_more, takes_out) in rules {
        for (measure, dx, px) in EACH {
            let dx: Vec<&str> = dx.iter().copied().chain([dx_more]).filter(|c| !c.is_empty()).collect();
            let px: Vec<&str> = px.iter().copied().chain([px_more]).filter(|c| !c.is_empty()).collect();
            let found = judge(&Stay { age: age_of(measure), sex: 1, dx: &dx, px: &px }, |_| {});
            let reason = takes_out.iter().find(|(m, _)| *m == measure).map(|(_, r)| *r);
            let wanted = reason
                .map_or_else(|| (measure.to_owned(), String::new()), |r| (String::new(), format!("{measure}:{r}")));
            assert_eq!(found, wanted, "{measure} with {dx_more}{px_more}");
        }
    }
    let both = judge(&Stay { age: 60, sex: 1, dx: &["I10", "I129"], px: &["031509D"] }, |_| {});
    assert_eq!(both, (String::new(), "07:acshy2d+dialy2p".to_owned()));
}

#[test]
fn an_obstetric_principal_takes_the_amputation_out() {
    let found = judge(&Stay { age: 30, sex: 0, dx: &["O24111", "E1151"], px: &["0Y6H0Z2"] }, |_| {});
    assert_eq!(found, (String::new(), "16:mdc14prindx".to_owned()));
}

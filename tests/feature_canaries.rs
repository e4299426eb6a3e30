//! Nothing of the future reaches a feature: rows planted after the day, or before it but arriving later, move none.

mod support;

use std::collections::BTreeMap;

use lamplight::config::{Overrides, RunPlan};
use lamplight::domain::Day;
use lamplight::extracts::extract_names;
use lamplight::features::registry;
use lamplight::pipeline::{Progress, features_on};
use support::Folder;

const DAY: &str = "2026-01-15";

fn features(folder: &Folder) -> BTreeMap<String, Vec<f32>> {
    let config = folder.write_config();
    let plan = RunPlan::load(&config, &Overrides::default(), &|_| None, &extract_names()).expect("a plan");
    features_on(&plan, Day::parse_iso(DAY).expect("a day"), &Progress::new()).expect("features")
}

/// Every extract that features look at, with more lines added to each.
fn folder(more: &[(&str, &str)]) -> Folder {
    let mut f = Folder::new("2026-06-30");
    f.config.push_str("[models]\nfeature_columns = [\"lives_alone\"]\n");
    f.members(&[("A", "1950-02-03", "female"), ("B", "1960-05-06", "male")]);
    let extra = |name: &str| -> String {
        let lines: Vec<&str> = more.iter().filter(|(n, _)| *n == name).map(|(_, t)| *t).collect();
        lines.iter().fold(String::new(), |all, line| all + line + "\n")
    };
    let tables = [
        (
            "medical_claim",
            "claim_id,claim_line_number,claim_type,member_id,claim_start_date,claim_end_date,admission_date,discharge_date,bill_type_code,discharge_disposition_code,admit_type_code,place_of_service_code,revenue_center_code,hcpcs_code,rendering_npi,facility_npi,diagnosis_code_1,diagnosis_code_2,procedure_code_1,received_date,paid_amount,claim_version,reversal_of_claim_id\nC1,1,institutional,A,2025-10-01,2025-10-05,2025-10-01,2025-10-05,111,01,1,,0120,,,H1,I50.22,N18.4,,2025-11-01,9000,,\nC2,1,professional,A,2025-12-01,2025-12-01,,,,,,11,,99213,D1,,E11.9,,,2025-12-10,120,,\nC3,1,institutional,B,2025-12-03,2025-12-03,,,131,,,,0450,,,H1,J44.1,,,2025-12-20,800,,\n",
        ),
        (
            "admission",
            "admission_id,member_id,admission_date,discharge_date,patient_class,facility_npi,admit_type_code,diagnosis_code_1,received_date\nA1,B,2025-11-10,2025-11-12,inpatient,H1,1,J18.9,2025-11-10\n",
        ),
        (
            "pharmacy_claim",
            "claim_id,claim_line_number,member_id,dispensing_date,ingredient_name,days_supply,received_date,paid_amount\nP1,1,A,2025-11-20,atorvastatin,30,2025-11-25,20\nP2,1,A,2025-12-20,atorvastatin,30,2025-12-25,20\n",
        ),
        (
            "sdoh_screening",
            "member_id,screening_date,domain,need,instrument,received_date\nA,2025-09-01,food,no,AHC,2025-09-02\n",
        ),
        ("lab_result", "member_id,result_date,loinc,value,unit\nA,2025-10-02,4548-4,8.1,%\n"),
        ("assessment", "member_id,assessment_date,instrument,score\nA,2025-08-01,PHQ-9,4\n"),
        ("survey", "member_id,survey_date,instrument,score\nA,2025-08-01,PAM-13,60\n"),
        ("referral", "referral_id,member_id,domain,created_date,status,closed_date\nR1,A,food,2024-09-03,open,\n"),
        ("outreach_log", "member_id,contact_date,outcome,channel\nA,2025-01-02,completed,phone\n"),
        ("feature_table", "member_id,observed_date,lives_alone\nA,2025-07-01,0\n"),
    ];
    for (name, text) in tables {
        f.extract(name, &format!("{text}{}", extra(name)));
    }
    f
}

/// Canaries: each names everything a feature could see, on a day or an arrival after the snapshot.
const CANARIES: [(&str, &str); 17] = [
    (
        "medical_claim",
        "X1,1,institutional,A,2026-01-16,2026-01-20,2026-01-16,2026-01-20,111,01,1,,0200,,,H9,A41.9,N17.9,0SRC0J9,2026-01-21,90000,,",
    ),
    (
        "medical_claim",
        "X2,1,institutional,A,2025-12-16,2025-12-20,2025-12-16,2025-12-20,111,01,1,,0200,,,H9,J44.1,F20.9,,2026-01-16,90000,,",
    ),
    ("medical_claim", "X3,1,professional,B,2025-12-30,2025-12-30,,,,,,11,,99214,D7,,C50.911,F32.9,,2026-02-01,900,,"),
    ("medical_claim", "X4,1,institutional,B,2026-01-10,2026-01-10,,,131,,,,0450,,,H2,N39.0,,,2026-03-01,700,,"),
    // Not received, not paid: 45 days of lag have not passed.
    ("medical_claim", "X5,1,professional,B,2025-12-15,2025-12-15,,,,,,11,,J1100,D8,,E66.01,,,,50,,"),
    // A later version and a reversal of what was known, both arriving later.
    ("medical_claim", "C2,1,professional,A,2025-12-01,2025-12-01,,,,,,11,,99213,D1,,F10.20,,,2026-01-20,5000,2,"),
    ("medical_claim", "X6,1,institutional,A,2025-10-01,2025-10-05,,,118,,,,,,,H1,,,,2026-01-20,-9000,,C1"),
    ("admission", "AX1,A,2026-01-16,,inpatient,H3,1,I21.4,2026-01-16"),
    ("admission", "AX2,A,2025-12-28,2026-01-02,inpatient,H3,1,I21.4,2026-01-18"),
    ("pharmacy_claim", "PX1,1,A,2026-01-16,warfarin,90,2026-01-17,900"),
    ("pharmacy_claim", "PX2,1,A,2026-01-02,insulin,90,2026-01-17,900"),
    ("sdoh_screening", "A,2026-01-20,housing,yes,AHC,2026-01-20"),
    ("sdoh_screening", "A,2025-12-20,food,yes,AHC,2026-01-17"),
    ("lab_result", "A,2026-01-16,4548-4,14.0,%"),
    ("assessment", "A,2026-01-16,PHQ-9,27"),
    ("outreach_log", "A,2026-01-16,refused,phone"),
    ("feature_table", "A,2026-01-16,1"),
];

#[test]
fn no_canary_moves_a_feature() {
    let before = features(&folder(&[]));
    assert_eq!(before.len(), 2);
    let bits = |m: &BTreeMap<String, Vec<f32>>| -> Vec<Vec<u32>> {
        m.values().map(|v| v.iter().map(|x| x.to_bits()).collect()).collect()
    };
    let names = registry().with_own(&["lives_alone".to_owned()]);
    for canary in CANARIES {
        let after = features(&folder(&[canary]));
        for (id, row) in &after {
            for (k, (a, b)) in row.iter().zip(&before[id]).enumerate() {
                assert_eq!(a.to_bits(), b.to_bits(), "{} of {id} moved by {}: {b} to {a}", names[k].name, canary.1);
            }
        }
    }
    assert_eq!(bits(&features(&folder(&CANARIES))), bits(&before), "all canaries together");
}

/// A longer history is no other person: rows beyond the longest window move no feature.
#[test]
fn what_lies_beyond_the_look_back_moves_nothing() {
    let names = registry().with_own(&["lives_alone".to_owned()]);
    let before = features(&folder(&[]));
    for old in [
        (
            "medical_claim",
            "O1,1,institutional,A,2023-11-01,2023-11-05,2023-11-01,2023-11-05,111,01,1,,0200,,,H9,J44.1,F20.9,,2023-11-20,90000,,",
        ),
        ("medical_claim", "O2,1,institutional,A,2023-12-03,2023-12-03,,,131,,,,0450,,,H2,N39.0,,,2023-12-20,700,,"),
        ("medical_claim", "O3,1,professional,B,2023-12-04,2023-12-04,,,,,,11,,G0438,D7,,Z59.41,,,2023-12-20,90,,"),
        ("admission", "O4,A,2023-10-16,2023-10-19,inpatient,H3,1,I21.4,2023-10-20"),
        ("pharmacy_claim", "O5,1,A,2023-11-02,insulin,90,2023-11-03,900"),
        ("lab_result", "A,2023-11-16,718-7,14.0,g/dL"),
        ("assessment", "A,2023-11-16,ADL,3"),
    ] {
        for (id, row) in &features(&folder(&[old])) {
            for (k, (a, b)) in row.iter().zip(&before[id]).enumerate() {
                assert_eq!(a.to_bits(), b.to_bits(), "{} of {id} moved by {}: {b} to {a}", names[k].name, old.1);
            }
        }
    }
    // An old answer is no need known now; that the extract reaches back further is told.
    let answered = features(&folder(&[("sdoh_screening", "A,2023-11-20,housing,yes,AHC,2023-11-21")]));
    let at = |name: &str| names.iter().position(|f| f.name == name).expect("a feature");
    assert!(answered["A"][at("need_housing")].is_nan());
    assert_eq!(answered["A"][at("open_needs")].to_bits(), before["A"][at("open_needs")].to_bits());
    assert!(before["A"][at("screening_answers_365")].is_nan());
    assert_eq!(answered["A"][at("screening_answers_365")].to_bits(), 1.0_f32.to_bits());
}

/// The same rows, had they arrived in time, do move features: the test above can fail.
#[test]
fn rows_that_arrived_in_time_are_seen() {
    let before = features(&folder(&[]));
    let at = |name: &str| {
        registry().with_own(&["lives_alone".to_owned()]).iter().position(|f| f.name == name).expect("a feature")
    };
    for (extract, row, member, feature, from, to) in [
        (
            "medical_claim",
            "X2,1,institutional,A,2025-12-16,2025-12-20,2025-12-16,2025-12-20,111,01,1,,0200,,,H9,J44.1,F20.9,,2026-01-15,90000,,",
            "A",
            "avoidable_stays_365",
            1.0,
            2.0,
        ),
        ("admission", "AX2,A,2025-12-28,2026-01-02,inpatient,H3,1,I21.4,2026-01-15", "A", "stays_90", 0.0, 1.0),
        ("pharmacy_claim", "PX2,1,A,2026-01-02,insulin,90,2026-01-15,900", "A", "diabetes_insulin_fills_365", 0.0, 1.0),
        ("sdoh_screening", "A,2025-12-20,food,yes,AHC,2026-01-15", "A", "need_food", 0.0, 1.0),
        ("lab_result", "A,2026-01-15,4548-4,14.0,%", "A", "hba1c_last", 8.1, 14.0),
        ("assessment", "A,2026-01-15,PHQ-9,27", "A", "phq9_last", 4.0, 27.0),
        ("feature_table", "A,2026-01-15,1", "A", "own_lives_alone", 0.0, 1.0),
        (
            "medical_claim",
            "X5,1,professional,B,2025-12-01,2025-12-01,,,,,,11,,J1100,D8,,E66.01,,,,50,,",
            "B",
            "elixhauser_obese",
            0.0,
            1.0,
        ),
    ] {
        let after = features(&folder(&[(extract, row)]));
        let k = at(feature);
        assert!((before[member][k] - from).abs() < 1e-6, "{feature} before: {}", before[member][k]);
        assert!((after[member][k] - to).abs() < 1e-6, "{feature} after: {}", after[member][k]);
    }
}

/// Values by hand on the small history.
#[test]
fn how_far_back_an_extract_tells_does_not_hang_on_whose_rows_they_are() {
    // Enough rows of a known member for one stranger to stay below every limit.
    let rows: Vec<String> = (0..60)
        .map(|n| {
            let day = Day::parse_iso("2025-09-05").expect("a day").plus(n);
            format!("B,{day},housing,no,AHC,{day}")
        })
        .collect();
    let with = |older: Option<&str>| {
        let lines: Vec<(&str, &str)> =
            rows.iter().map(String::as_str).chain(older).map(|line| ("sdoh_screening", line)).collect();
        features(&folder(&lines)).remove("A").expect("A is enrolled")
    };
    let bits = |row: Vec<f32>| row.into_iter().map(f32::to_bits).collect::<Vec<u32>>();
    let of_a_stranger = bits(with(Some("Z,2023-06-01,food,no,AHC,2023-06-02")));
    assert_eq!(of_a_stranger, bits(with(Some("B,2023-06-01,food,no,AHC,2023-06-02"))));
    // And it matters: with the older row a year of screenings is covered.
    assert_ne!(of_a_stranger, bits(with(None)));
}

#[test]
fn features_by_hand() {
    let rows = features(&folder(&[]));
    let names = registry().features();
    let value = |member: &str, name: &str| rows[member][names.iter().position(|f| f.name == name).expect("a feature")];
    for (member, name, wanted) in [
        ("A", "age_years", 75.0),
        ("A", "sex_female", 1.0),
        ("B", "sex_female", 0.0),
        ("A", "stays_180", 1.0),
        ("A", "stays_90", 0.0),
        ("A", "avoidable_stays_365", 1.0),
        ("A", "hospital_days_365", 4.0),
        ("A", "days_since_discharge", 102.0),
        ("A", "kidney_disease_stage", 4.0),
        ("A", "ambulatory_visits_90", 1.0),
        ("A", "days_since_ambulatory_visit", 45.0),
        ("A", "fills_90", 2.0),
        ("A", "paid_365", 9160.0),
        ("A", "statin_covered", f32::NAN),
        ("B", "ed_visits_90", 1.0),
        ("B", "stays_90", 1.0),
        ("B", "index_length_of_stay", f32::NAN),
        // The log reaches back far enough, and its one contact lies before the window.
        ("A", "contact_attempts_180", 0.0),
    ] {
        let got = value(member, name);
        assert!(
            (got - wanted).abs() < 1e-6 || got.is_nan() && wanted.is_nan(),
            "{name} of {member}: {got}, not {wanted}"
        );
    }
}

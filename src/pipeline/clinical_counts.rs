//! Counts at the clinical gates of a night, and of codes by what they are. Owns what is counted and under which name;
//! refuses to judge.

use std::collections::BTreeMap;

use crate::measures::{Ccsr, EdClasses, Measured, Readmissions, StayPqi};
use crate::reference::CodeStatus;

/// Counts by name.
pub type Counts = BTreeMap<&'static str, u64>;

/// The name of every count.
pub const COUNT_NAMES: &[&str] = &[
    "diagnoses",
    "icd9_diagnoses",
    "retired_codes",
    "header_codes",
    "unknown_codes",
    "stays",
    "ed_visits",
    "index_discharges",
    "open_stays",
    "readmissions_30d",
    "readmissions_same_day",
    "labels_known",
    "pqi_stays",
    "principal_without_ccs",
    "principal_ccs_from_family",
    "pqi_admit_source_unjudged",
    "ccsr_from_family",
    "ccsr_unmapped",
    "ed_visits_unclassified",
];

fn add_count(map: &mut Counts, key: &'static str, n: u64) {
    debug_assert!(COUNT_NAMES.contains(&key), "{key} has no place among the names");
    if n > 0 {
        *map.entry(key).or_default() += n;
    }
}

/// Adds one member to the counts of codes and of the gates.
pub fn count_member(m: &Measured<'_>, c: &mut Counts, n: &mut Counts) {
    let (timeline, codes) = (&m.timeline, m.codes());
    let (mut all, mut icd9) = (0, 0);
    let mut by_status = [0_u64; 4];
    for claim in &timeline.claims {
        all += claim.dx.len() as u64;
        if !claim.icd10() {
            icd9 += claim.dx.len() as u64;
            continue;
        }
        for dx in claim.dx {
            by_status[codes.dx(dx.code).status as usize] += 1;
        }
    }
    add_count(c, "diagnoses", all);
    add_count(c, "icd9_diagnoses", icd9);
    for (status, name) in [
        (CodeStatus::Retired, "retired_codes"),
        (CodeStatus::Header, "header_codes"),
        (CodeStatus::Unknown, "unknown_codes"),
    ] {
        add_count(c, name, by_status[status as usize]);
    }
    add_count(n, "stays", timeline.stays.len() as u64);
    add_count(n, "ed_visits", timeline.ed_visits.len() as u64);
    for ((stay, facts), verdict) in timeline.stays.iter().zip(&m.get::<Readmissions>().0).zip(&m.get::<StayPqi>().0) {
        add_count(n, "index_discharges", u64::from(facts.is_index()));
        add_count(n, "open_stays", u64::from(stay.discharge.is_none()));
        add_count(n, "readmissions_30d", u64::from(facts.readmit30 == Some(true)));
        add_count(n, "readmissions_same_day", u64::from(facts.days_to_readmission == Some(0)));
        add_count(n, "labels_known", u64::from(facts.readmit30.is_some()));
        add_count(n, "pqi_stays", u64::from(verdict.as_ref().is_some_and(|p| p.counted != 0)));
        add_count(c, "principal_without_ccs", u64::from(facts.is_index() && facts.unmapped_principal));
        add_count(
            c,
            "principal_ccs_from_family",
            u64::from(stay.principal_icd10 && codes.dx(stay.principal).ccs_from_family),
        );
        add_count(
            c,
            "pqi_admit_source_unjudged",
            u64::from(verdict.as_ref().is_some_and(|p| p.exclusions.contains("unjudged"))),
        );
    }
    add_count(c, "ccsr_from_family", u64::from(m.get::<Ccsr>().from_family));
    add_count(c, "ccsr_unmapped", u64::from(m.get::<Ccsr>().unmapped));
    let unclassified = m.get::<EdClasses>().0.iter().filter(|e| e.unclassified == Some(1.0));
    add_count(c, "ed_visits_unclassified", unclassified.count() as u64);
}

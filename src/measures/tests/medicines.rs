//! Adherence, overlap and new medicines on fills worked by hand. The window of 2026-06-30 begins on
//! 2025-07-01.

use super::History;
use crate::domain::Short;
use crate::measures::{DrugSupply, NewDrug, PdcReason, Pharmacy};

const AS_OF: &str = "2026-06-30";

fn pharmacy(fill: impl FnOnce(&mut History)) -> Pharmacy {
    let mut h = History::new(AS_OF);
    fill(&mut h);
    h.measured(|m| m.get::<Pharmacy>().clone())
}

/// Covered and counted days of a class (0 statins, 1 RAS, 2 diabetes).
fn days(p: &Pharmacy, class: usize) -> (u32, u32) {
    p.pdc[class].map_or((0, 0), |d| (d.covered, d.days))
}

#[test]
fn a_gap_is_uncovered() {
    let p = pharmacy(|h| {
        h.fill("2026-01-01", "atorvastatin", 90);
        h.fill("2026-05-01", "atorvastatin", 30);
    });
    // 181 days from 1 January to 30 June; 90 + 30 covered.
    assert_eq!(days(&p, 0), (120, 181));
    assert!(!p.pdc[0].expect("a proportion").adherent());
    assert_eq!(p.status(), "ras:no_fill|diabetes:no_fill");
}

#[test]
fn an_early_refill_moves_to_the_end_of_the_first() {
    let p = pharmacy(|h| {
        h.fill("2026-01-01", "atorvastatin", 90);
        h.fill("2026-03-22", "atorvastatin", 90);
    });
    // The second begins on 1 April, ten days later than filled, and lasts to 29 June: 180 of 181.
    assert_eq!(days(&p, 0), (180, 181));
    assert!(p.pdc[0].expect("a proportion").adherent());
}

#[test]
fn a_switch_within_the_class_is_not_shifted() {
    let p = pharmacy(|h| {
        h.fill("2026-01-01", "atorvastatin", 90);
        h.fill("2026-03-22", "rosuvastatin", 90);
    });
    // 1 January to 31 March, and 22 March to 19 June: 170 days in all.
    assert_eq!(days(&p, 0), (170, 181));
}

#[test]
fn hospital_days_use_no_supply_and_are_not_counted() {
    let p = pharmacy(|h| {
        h.fill("2026-01-01", "lisinopril", 90);
        h.fill("2026-05-01", "lisinopril", 30);
        h.stay("2026-02-01", "2026-02-11", &["I5022"], &[], |_| {});
    });
    // Ten nights leave 171 days; the supply of January lasts ten days longer, to 10 April.
    assert_eq!(days(&p, 1), (120, 171));
    let p = pharmacy(|h| {
        h.fill("2026-01-01", "lisinopril", 181);
        h.fill("2026-06-01", "lisinopril", 30);
        h.stay("2026-06-26", "2026-06-28", &["I5022"], &[], |line| {
            line.discharge = crate::extracts::NO_DAY;
            line.end = super::day("2026-06-26").0;
            line.disposition = Short::of("30");
        });
    });
    // An open stay is a stay to the night's date: 26 to 30 June leave five days out.
    assert_eq!(days(&p, 1), (176, 176));
}

#[test]
fn supply_beyond_the_end_and_fills_before_the_window_do_not_count() {
    let p = pharmacy(|h| {
        h.fill("2025-06-30", "metformin", 90);
        h.fill("2025-07-01", "metformin", 30);
        h.fill("2026-06-01", "metformin", 90);
    });
    assert_eq!(days(&p, 2), (60, 365));
}

#[test]
fn a_combination_is_a_fill_of_each_ingredient() {
    let p = pharmacy(|h| {
        h.fill("2026-01-01", "metformin", 30);
        h.fill("2026-01-16", "sitagliptin/metformin", 30);
    });
    // Metformin 1 January to 1 March (30 + 30 shifted), sitagliptin 16 January to 14 February.
    assert_eq!(days(&p, 2), (60, 181));
}

#[test]
fn the_reason_without_a_proportion_is_told() {
    let reason = |class: usize, fill: &dyn Fn(&mut History)| pharmacy(|h| fill(h)).pdc[class].err();
    let statin = |first: &'static str, second: &'static str| {
        move |h: &mut History| {
            h.fill(first, "simvastatin", 30);
            h.fill(second, "simvastatin", 30);
        }
    };
    assert_eq!(reason(0, &statin("2026-03-31", "2026-05-01")), None);
    // 1 April is 90 days before 30 June; 91 are asked for.
    assert_eq!(reason(0, &statin("2026-04-01", "2026-05-01")), Some(PdcReason::FirstFillLate));
    assert_eq!(reason(0, &statin("2026-01-01", "2026-01-01")), Some(PdcReason::TooFewFills));
    assert_eq!(reason(0, &|h| h.fill("2026-01-01", "simvastatin", 90)), Some(PdcReason::TooFewFills));
    assert_eq!(reason(0, &|h| h.fill("2026-01-01", "amlodipine", 90)), Some(PdcReason::NoFill));
    let unsaid = |h: &mut History| {
        h.fill("2026-01-01", "simvastatin", -1);
        h.fill("2026-02-01", "simvastatin", -1);
    };
    assert_eq!(reason(0, &unsaid), Some(PdcReason::NoDaysSupply));
    assert_eq!(pharmacy(|h| h.fill("2026-01-01", "", 90)).status(), "no_ingredient");
    assert_eq!(pharmacy(|_| {}).status(), "no_fill");
    let two = |h: &mut History, name: &str| {
        h.fill("2026-01-01", name, 90);
        h.fill("2026-04-01", name, 90);
    };
    assert_eq!(
        reason(2, &|h| {
            two(h, "metformin");
            h.fill("2025-07-01", "insulin glargine", 30)
        }),
        Some(PdcReason::Insulin)
    );
    assert_eq!(
        reason(2, &|h| {
            two(h, "metformin");
            h.fill("2025-06-30", "insulin glargine", 30)
        }),
        None
    );
    assert_eq!(
        reason(1, &|h| {
            two(h, "losartan");
            h.fill("2026-05-01", "sacubitril / valsartan", 30)
        }),
        Some(PdcReason::Sacubitril)
    );
    assert_eq!(
        reason(1, &|h| {
            two(h, "losartan");
            h.member.orec = Short::of("2")
        }),
        Some(PdcReason::Esrd)
    );
    assert_eq!(
        reason(1, &|h| {
            two(h, "losartan");
            h.visit("2026-02-01", &["N186"], "", "")
        }),
        Some(PdcReason::Esrd)
    );
    assert_eq!(
        reason(1, &|h| {
            two(h, "losartan");
            h.member.hospice = Some(true)
        }),
        Some(PdcReason::Hospice)
    );
}

#[test]
fn adherence_begins_at_four_days_in_five() {
    let p = |first: i64| {
        pharmacy(|h| {
            h.fill("2026-01-12", "pravastatin", first);
            h.fill("2026-06-01", "pravastatin", 30);
        })
    };
    // 170 days from 12 January; 136 are four in five.
    assert_eq!((days(&p(106), 0), p(106).pdc[0].expect("one").adherent()), ((136, 170), true));
    assert_eq!((days(&p(105), 0), p(105).pdc[0].expect("one").adherent()), ((135, 170), false));
}

#[test]
fn opioid_and_benzodiazepine_overlap_by_day() {
    let overlap = |fill: &dyn Fn(&mut History)| pharmacy(|h| fill(h)).opioid_benzodiazepine_days;
    // Oxycodone 1 to 30 January, alprazolam 21 January to 9 February: ten days.
    let both = |h: &mut History| {
        h.fill("2026-01-01", "oxycodone / acetaminophen", 30);
        h.fill("2026-01-21", "alprazolam", 20);
    };
    assert_eq!(overlap(&both), Some(10));
    assert_eq!(overlap(&|h| h.fill("2026-01-01", "tramadol", 30)), Some(0));
    assert_eq!(overlap(&|h| h.fill("2026-01-01", "tramadol", -1)), None);
}

#[test]
fn a_new_medicine_after_discharge_is_one_not_filled_before() {
    let new = |as_of: &str, fill: &dyn Fn(&mut History)| {
        let mut h = History::new(as_of);
        h.stay("2026-03-01", "2026-03-05", &["I5022"], &[], |_| {});
        fill(&mut h);
        h.measured(|m| m.get::<Pharmacy>().new_drug)
    };
    let old = |h: &mut History| {
        h.fill("2026-01-01", "carvedilol", 90);
        h.fill("2026-03-08", "carvedilol", 90);
    };
    assert_eq!(new(AS_OF, &old), Some(NewDrug::NotFilled));
    assert_eq!(
        new(AS_OF, &|h| {
            old(h);
            h.fill("2026-04-04", "spironolactone", 30)
        }),
        Some(NewDrug::Filled)
    );
    assert_eq!(
        new(AS_OF, &|h| {
            old(h);
            h.fill("2026-04-05", "spironolactone", 30)
        }),
        Some(NewDrug::NotFilled)
    );
    assert_eq!(new("2026-04-04", &old), Some(NewDrug::Pending));
    assert_eq!(new(AS_OF, &|_| {}), None);
}

#[test]
fn polypharmacy_counts_what_is_on_hand() {
    let mut h = History::new(AS_OF);
    for (n, name) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        // The first ran out on the day itself: 30 days from 31 May end on 29 June.
        h.fill("2026-05-31", name, if n == 0 { 30 } else { 31 });
    }
    h.fill("2026-06-01", "b", 90);
    assert_eq!(h.measured(|m| m.get::<DrugSupply>().ingredients_on_hand), Some(4));
}

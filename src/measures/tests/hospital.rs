//! HOSPITAL of a whole member, and primary care after a discharge.

use super::History;
use crate::domain::Short;
use crate::measures::{Engagement, HospitalScore};

#[test]
fn a_member_by_hand() {
    let mut h = History::new("2026-06-30");
    // Two admissions in the year before, one exactly twelve months before, one a day too old.
    h.stay("2025-03-09", "2025-03-10", &["I10"], &[], |_| {});
    h.stay("2025-03-10", "2025-03-11", &["N390"], &[], |_| {});
    h.stay("2025-12-01", "2025-12-03", &["I10"], &[], |_| {});
    h.stay("2026-03-10", "2026-03-15", &["I5022", "C3490"], &["02HV33Z"], |_| {});
    h.lab("2026-03-15", "718-7", 11.9, "g/dL");
    h.lab("2026-03-15", "2951-2", 135.0, "mmol/L");
    h.measured(|m| {
        let items = m.get::<HospitalScore>().0.expect("an index");
        assert_eq!((items.prior_admissions, items.days, items.status().as_str()), (2, 5, "complete"));
        // Haemoglobin 1, procedure 1, urgent 1, two admissions 2, five days 2; cancer 2 in the simplified one.
        assert_eq!(
            (items.derivation_2013(), items.validation_2016(), items.simplified_2017()),
            (Some(7), Some(7), Some(8))
        );
    });
}

#[test]
fn oncology_is_a_bed_or_a_specialist() {
    let oncology = |dx: &'static [&'static str], bed: &'static str| {
        let mut h = History::new("2026-06-30");
        h.stay("2026-03-10", "2026-03-15", dx, &[], |l| l.revenue = Short::of(bed));
        h.measured(|m| m.get::<HospitalScore>().0.map(|i| i.oncology))
    };
    assert_eq!(oncology(&["I5022"], "0120"), Some(false));
    assert_eq!(oncology(&["I5022"], "0127"), Some(true));
    // A stay for cancer is excluded from the index cohort.
    assert_eq!(oncology(&["C3490"], "0127"), None);
    assert_eq!(oncology(&["I5022", "C3490"], "0120"), Some(false));
}

#[test]
fn primary_care_is_the_members_own_or_a_specialty() {
    let days = |visits: &[(&str, &str, &str)], own: Option<&str>| {
        let mut h = History::new("2026-06-30");
        h.stay("2026-03-10", "2026-03-15", &["I5022"], &[], |_| {});
        if let Some(own) = own {
            h.member.pcp = h.word(own);
        }
        for (on, provider, specialty) in visits {
            h.visit(on, &["I5022"], provider, specialty);
        }
        h.measured(|m| m.get::<Engagement>().primary_care[0].expect("live").days)
    };
    assert_eq!(days(&[("2026-03-15", "P", "08"), ("2026-03-22", "P", "08")], None), Some(7));
    assert_eq!(days(&[("2026-03-20", "C", "06"), ("2026-04-14", "P", "11")], None), Some(30));
    assert_eq!(days(&[("2026-03-20", "C", "06")], Some("C")), Some(5));
    assert_eq!(days(&[("2026-04-15", "P", "08")], None), None);
}

#[test]
fn providers_and_markers_are_counted_once() {
    let mut h = History::new("2026-06-30");
    for (on, who) in
        [("2026-01-05", "A"), ("2026-01-06", "A"), ("2026-02-05", "B"), ("2026-03-05", "B"), ("2025-06-30", "C")]
    {
        h.visit(on, &["R2689", "W1830XA", "F329"], who, "");
    }
    h.measured(|m| {
        assert_eq!(m.get::<Engagement>().providers, 2);
        // Four visits, two and two: COC (8 - 4) / 12.
        assert_eq!(m.get::<Engagement>().fragmentation.map(|f| (f * 3.0).round()), Some(2.0));
        assert_eq!(m.get::<Engagement>().frailty.map(u8::count_ones), Some(2));
        assert!(m.get::<Engagement>().behavioral);
    });
    let mut h = History::new("2026-06-30");
    h.visit("2026-01-05", &["F329"], "A", "");
    h.measured(|m| assert!(!m.get::<Engagement>().behavioral, "one day is not enough"));
}

//! Window, filter, segments and edits of CMS-HCC, and where hccinfhir 0.4.0 differs from CMS.

use super::{History, day};
use crate::domain::Short;
use crate::extracts::{Basis, ClaimKind, Span};
use crate::measures::{Hcc, RafStatus, Scheme};

const AS_OF: &str = "2026-06-30";

/// V24 and V28 scores of a member with one heart-failure visit; the model age is that of 1 February 2027.
fn raf(change: impl FnOnce(&mut History)) -> [Option<f64>; 2] {
    let mut h = History::new(AS_OF);
    change(&mut h);
    h.measured(|m| m.get::<Hcc>().raf.scores)
}

fn visit(h: &mut History) {
    h.visit("2026-03-01", &["I5022"], "", "");
}

#[test]
fn a_community_member_by_hand() {
    // A woman of 77, non-dual: V24 F75_79 0.451 and HCC85 0.331; V28 F75_79 0.465 and HCC226 0.360.
    let mut h = History::new(AS_OF);
    visit(&mut h);
    h.measured(|m| {
        assert_eq!(m.get::<Hcc>().raf.scores, [Some(0.782), Some(0.825)]);
        assert_eq!(
            (m.get::<Hcc>().raf.segment, m.get::<Hcc>().raf.counts, m.get::<Hcc>().raf.status),
            (Some("cna"), [Some(1); 2], RafStatus::Scored)
        );
        let rows: Vec<_> = m
            .get::<Hcc>()
            .categories
            .iter()
            .filter(|c| matches!(c.scheme, Scheme::HccV24 | Scheme::HccV28))
            .map(|c| (c.scheme.name(), c.category, c.after_hierarchy, c.mention.first))
            .collect();
        let on = day("2026-03-01").0;
        assert_eq!(rows, [("hcc_v24", "HCC85", true, on), ("hcc_v28", "HCC226", true, on)]);
    });
}

#[test]
fn who_is_not_scored_is_told_why() {
    let status = |change: &dyn Fn(&mut History)| {
        let mut h = History::new(AS_OF);
        visit(&mut h);
        change(&mut h);
        h.measured(|m| {
            assert!(m.get::<Hcc>().raf.scores[0].is_some() == (m.get::<Hcc>().raf.status == RafStatus::Scored));
            m.get::<Hcc>().raf.status.name()
        })
    };
    assert_eq!(status(&|_| {}), "scored");
    assert_eq!(status(&|h| h.member.payer_type = 2), "not_medicare");
    for code in ["11", "21", "31"] {
        assert_eq!(status(&|h| h.member.medicare_status = Short::of(code)), "esrd");
    }
    assert_eq!(status(&|h| h.member.medicare_status = Short::of("10")), "scored");
    for code in ["2", "3"] {
        assert_eq!(status(&|h| h.member.orec = Short::of(code)), "esrd");
    }
    assert_eq!(status(&|h| h.member.sex = 2), "unknown_sex");
    let mut h = History::new(AS_OF);
    h.claim(ClaimKind::Professional, "", "2026-03-01", &["4280"], |l| l.dx_basis = Basis::Icd9);
    assert_eq!(h.measured(|m| m.get::<Hcc>().raf.status.name()), "icd9_only");
}

#[test]
fn the_window_is_the_claim_end_date_and_the_bill_decides() {
    let plain = raf(|_| {});
    let with = |kind: ClaimKind, bill: &'static str, end: &'static str| {
        raf(|h| h.claim(kind, bill, "2025-06-01", &["I5022"], |l| l.end = day(end).0)) != plain
    };
    assert!(with(ClaimKind::Professional, "", "2025-07-01"));
    assert!(!with(ClaimKind::Professional, "", "2025-06-30"));
    assert!(with(ClaimKind::Professional, "", "2026-06-30"));
    for bill in ["111", "121", "131", "411", "431", "711", "731", "761", "771", "851", "871"] {
        assert!(with(ClaimKind::Institutional, bill, "2026-03-01"), "{bill}");
    }
    for bill in ["211", "221", "321", "721", "741", "811", "141", "831"] {
        assert!(!with(ClaimKind::Institutional, bill, "2026-03-01"), "{bill}");
    }
}

#[test]
fn segments_follow_dual_age_institution_and_enrolment() {
    let segment = |change: &dyn Fn(&mut History)| {
        let mut h = History::new(AS_OF);
        change(&mut h);
        h.measured(|m| m.get::<Hcc>().raf.segment.expect("scored"))
    };
    // 65 on the last 1 February to count, or the day after it.
    let born = |h: &mut History, date: &str| h.member.birth = day(date).0;
    assert_eq!(segment(&|h| born(h, "1962-02-01")), "cna");
    assert_eq!(segment(&|h| born(h, "1962-02-02")), "cnd");
    for (code, wanted) in [
        ("02", "cfa"),
        ("04", "cfa"),
        ("08", "cfa"),
        ("01", "cpa"),
        ("03", "cpa"),
        ("05", "cpa"),
        ("06", "cpa"),
        ("00", "cna"),
        ("09", "cna"),
        ("NA", "cna"),
    ] {
        assert_eq!(segment(&|h| h.member.dual = Short::of(code)), wanted, "{code}");
    }
    assert_eq!(segment(&|h| h.member.institutional = Some(true)), "ins");
    let from =
        |start: &'static str| segment(&|h| h.spans = vec![Span { start: day(start).0, end: day("2099-12-31").0 }]);
    assert_eq!((from("2025-07-01"), from("2025-07-02")), ("cna", "ne"));
    // 366 days lie in the window of 2024-06-30: 365 are enough.
    let mut h = History::new("2024-06-30");
    h.spans = vec![Span { start: day("2023-07-02").0, end: day("2099-12-31").0 }];
    assert_eq!(h.measured(|m| m.get::<Hcc>().raf.segment), Some("cna"));
}

#[test]
fn age_is_that_of_the_next_first_of_february() {
    let age_band = |as_of: &str| {
        let mut h = History::new(as_of);
        h.member.birth = day("1962-02-01").0;
        h.measured(|m| m.get::<Hcc>().raf.segment.expect("scored"))
    };
    // On 31 January 2027 the next one is the day after; on 1 February 2026 it is that of 2027.
    assert_eq!((age_band("2027-01-31"), age_band("2026-02-01"), age_band("2026-01-31")), ("cna", "cna", "cnd"));
}

/// hccinfhir 0.4.0 gives a new enrollee in an institution the institutional factors; CMS has one set of
/// new-enrollee factors for community and institution alike.
#[test]
fn a_new_enrollee_in_an_institution_is_a_new_enrollee() {
    let scores = raf(|h| {
        h.member.birth = day("1960-01-15").0;
        h.member.institutional = Some(true);
        h.spans = vec![Span { start: day("2026-01-01").0, end: day("2099-12-31").0 }];
    });
    // NMCAID_NORIGDIS_NEF67.
    assert_eq!(scores[1], Some(0.557));
}

/// Age 64 on 1 February, entitled by age: the new-enrollee cell of 65 (0.532), not that of 60-64 (1.212).
#[test]
fn a_new_enrollee_of_64_entitled_by_age_is_65() {
    let ne = |orec: &'static str| {
        raf(|h| {
            h.member.birth = day("1962-06-01").0;
            h.member.orec = Short::of(orec);
            h.spans = vec![Span { start: day("2026-01-01").0, end: day("2099-12-31").0 }];
        })[1]
    };
    assert_eq!((ne("0"), ne("1")), (Some(0.532), Some(1.212)));
}

/// hccinfhir 0.4.0 counts dual codes 07, 09 and 10 as Medicaid in an institution; ResDAC's 09 is a dual
/// "without Medicaid coverage", and the code list has no 07 or 10.
#[test]
fn dual_09_is_no_medicaid_in_an_institution() {
    let score = |code: &'static str| {
        raf(|h| {
            h.member.institutional = Some(true);
            h.member.dual = Short::of(code);
        })[1]
    };
    // INS F75_79 0.965; LTIMCAID 0.130.
    assert_eq!((score("09"), score("08")), (Some(0.965), Some(1.095)));
}

/// hccinfhir 0.4.0 drops one of the two HCCs of an edited code, by the order of a set; CMS's edit drops the
/// code. I70.244 is for ages 15 and over in V28 and has HCC 263 and 383 there.
#[test]
fn an_edit_takes_out_both_categories_of_a_code() {
    let at = |birth: &'static str, dx: &'static [&'static str]| {
        let mut h = History::new(AS_OF);
        h.member.birth = day(birth).0;
        h.visit("2026-03-01", dx, "", "");
        h.measured(|m| {
            m.get::<Hcc>()
                .categories
                .iter()
                .filter(|c| c.scheme == Scheme::HccV28)
                .map(|c| c.category)
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(at("2012-02-01", &["I70244"]), ["HCC263", "HCC383"]);
    assert_eq!(at("2012-02-02", &["I70244"]), [""; 0]);
    // Breast cancer under 50 is HCC 22, else 23.
    assert_eq!(at("1977-02-02", &["C50011"]), ["HCC22"]);
    assert_eq!(at("1977-02-01", &["C50011"]), ["HCC23"]);
}

/// The heart assist device (V28 HCC 223) needs another heart failure HCC.
#[test]
fn a_heart_assist_device_alone_is_no_hcc() {
    let count = |dx: &'static [&'static str]| {
        let mut h = History::new(AS_OF);
        h.visit("2026-03-01", dx, "", "");
        h.measured(|m| m.get::<Hcc>().raf.counts[1])
    };
    assert_eq!(count(&["Z95811"]), Some(0));
    // With HCC 226 the device stays and the hierarchy drops 226.
    assert_eq!(count(&["Z95811", "I5022"]), Some(1));
}

/// Times 100,000 members, the 2,000 of `tests/oracle/hcc/expected.csv` fifty times, both versions, and checks
/// the sum: `cargo test --lib hundred_thousand -- --ignored --nocapture`. `make_expected.py --time` times
/// hccinfhir on the same members.
#[test]
#[ignore = "a timing, run by hand"]
fn hundred_thousand_members_against_the_clock() {
    let mut histories = Vec::new();
    let mut wanted = 0.0;
    for row in include_str!("../../../tests/oracle/hcc/expected.csv").lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let new = cells[5] == "1";
        // A new enrollee in an institution does not occur in the draw.
        let age: i32 = cells[0].parse().expect("an age");
        let mut h = History::new(AS_OF);
        h.member.birth = day("2027-02-01").plus_months(-12 * age).0;
        h.member.sex = u8::from(cells[1] == "M");
        h.member.dual = Short::of(cells[2]);
        h.member.orec = Short::of(cells[3]);
        h.member.institutional = Some(cells[4] == "1");
        if new {
            h.spans = vec![Span { start: day("2026-01-01").0, end: day("2099-12-31").0 }];
        }
        for some in cells[6].split('|').collect::<Vec<_>>().chunks(12) {
            h.visit("2026-03-01", some, "", "");
        }
        wanted += cells[7].parse::<f64>().expect("a score") + cells[8].parse::<f64>().expect("a score");
        histories.push(h);
    }
    let (found, elapsed) = super::time_hcc(histories, 50);
    println!("100,000 members, both versions: {elapsed:?}");
    assert!((found - wanted * 50.0).abs() < 1e-3, "{found} is not {}", wanted * 50.0);
}

/// With the organisation's table a professional or outpatient claim needs an eligible procedure; an
/// inpatient one does not.
#[test]
fn a_table_of_procedures_filters_all_but_inpatient_claims() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("cms_hcc_eligible_procedures.csv"), "code\n99213\n").expect("a table");
    let reference = crate::reference::Reference::load(Some(folder.path())).expect("tables");
    let count = |kind: ClaimKind, bill: &'static str, procedure: &str| {
        let mut h = History::new(AS_OF);
        let hcpcs = h.word(procedure);
        h.claim(kind, bill, "2026-03-01", &["I5022"], |l| l.hcpcs = hcpcs);
        h.measured_with(&reference, |m| {
            assert!(m.get::<Hcc>().raf.filtered);
            m.get::<Hcc>().raf.counts[1].expect("scored")
        })
    };
    assert_eq!((count(ClaimKind::Professional, "", "99213"), count(ClaimKind::Professional, "", "A0428")), (1, 0));
    assert_eq!(
        (count(ClaimKind::Institutional, "131", "99213"), count(ClaimKind::Institutional, "131", "A0428")),
        (1, 0)
    );
    assert_eq!(count(ClaimKind::Institutional, "111", "A0428"), 1);
    let sets = crate::reference::code_sets_in(Some(folder.path())).expect("sets");
    assert_eq!(sets.last().map(|s| (s.id.as_str(), s.rows)), Some(("cms_hcc_eligible_procedures", 1)));
}

/// Segment of a member whose spans are these (payer type, Medicare status, first day, last day).
fn segment_of_spans(spans: &[(u8, &str, &str, &str)]) -> Option<&'static str> {
    let mut h = History::new(AS_OF);
    h.spans = spans.iter().map(|s| Span { start: day(s.2).0, end: day(s.3).0 }).collect();
    h.payers = spans.iter().map(|s| (s.0, Short::of(s.1))).collect();
    visit(&mut h);
    h.measured(|m| m.get::<Hcc>().raf.segment)
}

#[test]
fn only_medicare_makes_a_full_year() {
    let (medicare, medicaid, commercial) = (0, 1, 2);
    for (spans, wanted) in [
        (&[(commercial, "", "2015-01-01", "2025-11-30"), (medicare, "10", "2025-12-01", "2099-12-31")][..], Some("ne")),
        (&[(medicaid, "", "2015-01-01", "2025-08-31"), (medicare, "10", "2025-09-01", "2099-12-31")][..], Some("ne")),
        // 365 days in two pieces, then 364; days that two spans cover count once.
        (
            &[(medicare, "10", "2025-07-01", "2025-12-31"), (medicare, "10", "2026-01-01", "2099-12-31")][..],
            Some("cna"),
        ),
        (&[(medicare, "10", "2025-07-02", "2025-12-31"), (medicare, "10", "2026-01-01", "2099-12-31")][..], Some("ne")),
        (&[(medicare, "10", "2025-12-01", "2099-12-31"), (medicare, "10", "2025-12-01", "2099-12-31")][..], Some("ne")),
        // A retiree's other plan beside Medicare changes nothing, whichever row comes last.
        (
            &[(medicare, "10", "2010-01-01", "2099-12-31"), (commercial, "", "2012-01-01", "2099-12-31")][..],
            Some("cna"),
        ),
        (
            &[(commercial, "", "2010-01-01", "2099-12-31"), (medicare, "10", "2012-01-01", "2099-12-31")][..],
            Some("cna"),
        ),
        // Medicare that has ended is no Medicare tonight.
        (&[(medicare, "10", "2010-01-01", "2026-03-31"), (commercial, "", "2026-04-01", "2099-12-31")][..], None),
    ] {
        assert_eq!(segment_of_spans(spans), wanted, "{spans:?}");
    }
}

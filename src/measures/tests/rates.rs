//! Rates of one member by hand: exposure, counts, expected events, money and the maturity of months.

use super::{History, REFERENCE, day};
use crate::domain::{PayerType, Sex, Short};
use crate::extracts::{ClaimKind, Span};
use crate::measures::{ProcessStep, RateCell, RateGroup, RateKey, RateKind, Rates};

fn rates(county: &str) -> Rates {
    let mut h = History::new("2026-06-30");
    h.spans = vec![Span { start: day("2026-01-11").0, end: day("2099-12-31").0 }];
    h.stay("2026-02-03", "2026-02-07", &["I5022"], &[], |l| l.paid_cents = 1_000_000);
    h.stay("2026-02-20", "2026-02-25", &["S72001A"], &[], |l| l.paid_cents = 2_000_000);
    h.claim(ClaimKind::Institutional, "131", "2026-02-15", &["I509"], |l| {
        l.revenue = Short::of("0450");
        l.paid_cents = 50_000;
    });
    // Before enrolment: paid, but nobody's exposure.
    h.claim(ClaimKind::Institutional, "131", "2026-01-05", &["I509"], |l| l.revenue = Short::of("0450"));
    h.member.county = Short::of(county);
    h.measured(|m| {
        let mut out = Rates::default();
        out.add(m, 90);
        out
    })
}

fn cell(rates: &Rates, month: &str, kind: RateKind) -> Option<RateCell> {
    let key = RateKey { month: day(month), group: RateGroup::Payer(PayerType::Medicare), kind };
    rates.iter().find(|(k, _)| *k == key).map(|(_, c)| *c)
}

#[test]
fn a_month_is_counted_once_it_is_mature() {
    let r = rates("");
    let months: std::collections::BTreeSet<String> = r.iter().map(|(k, _)| k.month.to_string()).collect();
    // 31 March and 90 days are 29 June; 30 April and 90 days are later than 30 June.
    assert_eq!(months.into_iter().collect::<Vec<_>>(), ["2026-01-01", "2026-02-01", "2026-03-01"]);
    assert_eq!(cell(&r, "2026-01-01", RateKind::EdVisits).map(|c| (c.observed, c.exposure)), Some((0, 21)));
}

#[test]
fn february_by_hand() {
    let r = rates("");
    let feb = |kind| cell(&r, "2026-02-01", kind).map(|c| (c.observed, c.exposure)).expect("a cell");
    assert_eq!(feb(RateKind::Admissions), (2, 28));
    assert_eq!(feb(RateKind::EdVisits), (1, 28));
    assert_eq!(feb(RateKind::Pqi(4)), (1, 28), "PQI 08");
    assert_eq!(feb(RateKind::Pqi(10)), (1, 28), "PQI 90");
    assert_eq!(feb(RateKind::Pqe(1)), (1, 28), "PQE 02");
    assert_eq!(feb(RateKind::Pqe(0)), (0, 28), "PQE 01");
    // Two index discharges; the second came within 30 days of the first, unplanned.
    assert_eq!(feb(RateKind::Readmissions), (1, 2));
    assert_eq!(feb(RateKind::Paid), (3_050_000, 28));
    assert_eq!(feb(RateKind::PaidAvoidable), (1_000_000, 28));
    // Nobody called or saw the person. After the first discharge thirteen days at home end with a return; the second
    // was lived through.
    assert_eq!(feb(RateKind::Process(ProcessStep::Contact)), (0, 2));
    assert_eq!(feb(RateKind::Process(ProcessStep::VisitSeven)), (0, 2));
    assert_eq!(feb(RateKind::Process(ProcessStep::VisitFourteen)), (0, 1));
    assert_eq!(feb(RateKind::Process(ProcessStep::Reconciled)), (0, 1));
    // Ages outside a measure are not exposed to it: PQE 03 ends at 64, PQI 15 at 39.
    assert!(cell(&r, "2026-02-01", RateKind::Pqe(2)).is_none() && cell(&r, "2026-02-01", RateKind::Pqi(8)).is_none());
}

#[test]
fn expected_events_are_told_with_and_without_poverty() {
    let years = 28.0 / 365.25;
    let area = &REFERENCE.rates;
    let plain = area.pqi("08", 76, Sex::Female, None).expect("a rate") * years;
    let poor = area.pqi("08", 76, Sex::Female, Some(4)).expect("a rate") * years;
    assert!((plain - poor).abs() > 1e-9);
    // Autauga County, Alabama, is in decile 4.
    let known = cell(&rates("01001"), "2026-02-01", RateKind::Pqi(4)).expect("a cell");
    assert!((known.expected.events() - poor).abs() < 1e-12 && (known.expected_age_sex.events() - plain).abs() < 1e-12);
    let unknown = cell(&rates(""), "2026-02-01", RateKind::Pqi(4)).expect("a cell");
    assert!(
        (unknown.expected.events() - plain).abs() < 1e-12 && (unknown.expected_age_sex.events() - plain).abs() < 1e-12
    );
    assert_eq!(cell(&rates(""), "2026-02-01", RateKind::Paid).and_then(|c| c.known_expected()), None);
}

#[test]
fn one_dimension_at_a_time_divides_the_same_events() {
    let r = rates("");
    let at = |group: RateGroup, kind| {
        let key = RateKey { month: day("2026-02-01"), group, kind };
        r.iter().find(|(k, _)| *k == key).map(|(_, c)| (c.observed, c.exposure))
    };
    let medicare = RateGroup::Payer(PayerType::Medicare);
    assert_eq!(at(RateGroup::All, RateKind::Admissions), Some((2, 28)));
    assert_eq!(at(medicare, RateKind::Admissions), at(RateGroup::All, RateKind::Admissions));
    // Nobody names a plan, a practice, an owner or a facility here.
    assert!(r.iter().all(|(k, _)| matches!(k.group, RateGroup::All | RateGroup::Payer(_))));
}

#[test]
fn facilities_and_owners_are_told_with_what_they_have() {
    let mut h = History::new("2026-06-30");
    let hospital = h.word("1234567893");
    h.stay("2026-02-03", "2026-02-07", &["I5022"], &[], |l| l.facility = hospital);
    h.stay("2026-02-20", "2026-02-25", &["S72001A"], &[], |l| l.facility = hospital);
    let rows = h.measured(|m| {
        let mut out = Rates::default();
        out.add(m, 90);
        let mut twice = out.clone();
        twice.merge(&out);
        let february = |rates: &Rates, kind| {
            let key = RateKey { month: day("2026-02-01"), group: RateGroup::Facility(hospital), kind };
            rates.iter().find(|(k, _)| *k == key).map(|(_, c)| (c.observed, c.exposure))
        };
        [RateKind::Admissions, RateKind::Readmissions, RateKind::Pqi(4)]
            .map(|kind| (february(&out, kind), february(&twice, kind)))
    });
    // Two admissions without person-time; one return over two index discharges.
    assert_eq!(rows[0], (Some((2, 0)), Some((4, 0))));
    assert_eq!(rows[1], (Some((1, 2)), Some((2, 4))));
    assert_eq!(rows[2], (Some((1, 0)), Some((2, 0))), "PQI 08");
}

//! Laboratory values of a few tests: newest, how old, how changed, mean. Owns those features and their tests; refuses to
//! convert a unit and to call a value high.

use super::known::View;
use super::lab_test::LabTest;
use super::missing_rule::MissingRule as Missing;
use super::spec::Group;
use super::topic::Topic;
use super::unit::Unit;
use super::window::LookBack::{self, Days365, Days730};
use crate::extracts::Lab;

/// Tests in the order of their features.
const TESTS: [LabTest; 5] =
    [LabTest::HemoglobinA1c, LabTest::Egfr, LabTest::Hemoglobin, LabTest::Sodium, LabTest::NtProBnp];

/// Finite results of a test within the window, newest first.
fn lab_results<'v>(v: &'v View<'_>, test: LabTest, w: LookBack) -> impl Iterator<Item = &'v Lab> {
    let all = v.small.labs.iter().rev().copied();
    all.filter(move |l| &*l.loinc == test.as_str() && v.day.since(l.day) < w.days() && l.value.0.is_finite())
}

/// Newest value less that of the day before it with a result.
fn last_change(v: &View<'_>, test: LabTest, w: LookBack) -> Option<f64> {
    let mut results = lab_results(v, test, w);
    let newest = results.next()?;
    results.find(|l| l.day < newest.day).map(|l| newest.value.0 - l.value.0)
}

fn mean_result(v: &View<'_>, test: LabTest, w: LookBack) -> Option<f64> {
    let (sum, n) = lab_results(v, test, w).fold((0.0, 0.0), |(sum, n), l| (sum + l.value.0, n + 1.0));
    (n > 0.0).then(|| sum / n)
}

type Reading = fn(&View<'_>, LabTest, LookBack) -> Option<f64>;

/// Of each test: end of the name, words before those of the test, unit, window, value.
const LINES: [(&str, &str, Unit, LookBack, Reading); 4] = [
    ("last", "newest", Unit::AsReported, Days365, |v, t, w| lab_results(v, t, w).next().map(|l| l.value.0)),
    ("days", "days since the newest", Unit::Days, Days365, |v, t, w| {
        lab_results(v, t, w).next().map(|l| f64::from(v.day.since(l.day)))
    }),
    ("change", "newest less the one before of", Unit::AsReported, Days365, last_change),
    ("mean_730", "mean of the results of", Unit::AsReported, Days730, mean_result),
];

/// Adds the features of every test.
pub fn add_laboratory(group: &mut Group<()>) {
    for test in TESTS {
        for (end, what, unit, look_back, reading) in LINES {
            let (name, words) =
                (format!("{}_{end}", test.feature_name()), format!("{what} {} (LOINC {test})", test.words()));
            group
                .line(name, words, unit, Missing::NoResult, Topic::Laboratory(test))
                .within(look_back, move |v, (), w| reading(v, test, w));
        }
    }
}

//! Laboratory values of a few tests: newest, how old, how changed, mean. Owns those features and their tests; refuses to
//! convert a unit and to call a value high.

use super::known::View;
use super::missing_rule::MissingRule as Missing;
use super::spec::Group;
use super::topic::Topic;
use super::unit::Unit;
use super::window::LookBack::{self, Days365, Days730};
use crate::extracts::Lab;

/// A test taken up.
struct LabTest {
    loinc: &'static str,
    /// Beginning of its features' names.
    name: &'static str,
    words: &'static str,
}

static TESTS: [LabTest; 5] = [
    LabTest { loinc: "4548-4", name: "hba1c", words: "hemoglobin A1c, %" },
    LabTest { loinc: "33914-3", name: "egfr", words: "estimated GFR, mL/min/1.73 m2" },
    LabTest { loinc: "718-7", name: "hemoglobin", words: "hemoglobin, g/dL" },
    LabTest { loinc: "2951-2", name: "sodium", words: "sodium, mmol/L" },
    LabTest { loinc: "33762-6", name: "nt_probnp", words: "NT-proBNP, pg/mL" },
];

impl LabTest {
    /// Finite results within the window, newest first.
    fn results<'v>(&self, v: &'v View<'_>, w: LookBack) -> impl Iterator<Item = &'v Lab> {
        let (loinc, day) = (self.loinc, v.day);
        let all = v.small.labs.iter().rev().copied();
        all.filter(move |l| &*l.loinc == loinc && day.since(l.day) < w.days() && l.value.0.is_finite())
    }

    fn newest<'v>(&self, v: &'v View<'_>, w: LookBack) -> Option<&'v Lab> {
        self.results(v, w).next()
    }

    /// Newest value less that of the day before it with a result.
    fn change(&self, v: &View<'_>, w: LookBack) -> Option<f64> {
        let mut results = self.results(v, w);
        let newest = results.next()?;
        results.find(|l| l.day < newest.day).map(|l| newest.value.0 - l.value.0)
    }

    fn mean(&self, v: &View<'_>, w: LookBack) -> Option<f64> {
        let (sum, n) = self.results(v, w).fold((0.0, 0.0), |(sum, n), l| (sum + l.value.0, n + 1.0));
        (n > 0.0).then(|| sum / n)
    }
}

type Reading = fn(&LabTest, &View<'_>, LookBack) -> Option<f64>;

/// Of each test: end of the name, words before those of the test, unit, window, value.
const LINES: [(&str, &str, Unit, LookBack, Reading); 4] = [
    ("last", "newest", Unit::AsReported, Days365, |t, v, w| t.newest(v, w).map(|l| l.value.0)),
    ("days", "days since the newest", Unit::Days, Days365, |t, v, w| {
        t.newest(v, w).map(|l| f64::from(v.day.since(l.day)))
    }),
    ("change", "newest less the one before of", Unit::AsReported, Days365, LabTest::change),
    ("mean_730", "mean of the results of", Unit::AsReported, Days730, LabTest::mean),
];

/// Adds the features of every test.
pub fn add_laboratory(group: &mut Group<()>) {
    for test in &TESTS {
        for (end, what, unit, look_back, reading) in LINES {
            let words = format!("{what} {} (LOINC {})", test.words, test.loinc);
            group
                .line(format!("{}_{end}", test.name), words, unit, Missing::NoResult, Topic::Laboratory(test.loinc))
                .within(look_back, move |v, (), w| reading(test, v, w));
        }
    }
}

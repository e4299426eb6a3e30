//! The report's section on programmes: who qualifies, who agreed, what stands against it. Owns its table; refuses to match
//! anybody.

use std::collections::BTreeMap;

use super::report_section::{Section, section};
use super::small_cells::SmallCells;
use crate::programs::ConsentState;

/// Rows of `measures/programs` by the texts of the name and one more column.
pub(super) type NamedCounts = BTreeMap<Vec<String>, usize>;

/// People of a programme whose other column says what is asked for.
fn count_named(counts: &NamedCounts, name: &str, wanted: impl Fn(&str) -> bool) -> usize {
    let own = counts.iter().filter(|(key, _)| key.first().is_some_and(|n| n == name));
    own.filter(|(key, _)| key.get(1).is_some_and(|text| wanted(text))).map(|(_, n)| n).sum()
}

/// Programmes by name: people who qualify, agreed, are not asked yet, said no, are in a conflict, are billed already.
pub(super) fn count_programs(
    consent: &NamedCounts,
    conflict: &NamedCounts,
    billed: &NamedCounts,
    hide: SmallCells,
) -> Section {
    let mut out = section(
        "Programmes",
        "People alive and enrolled who qualify by the rules of config/programs.toml, or the organisation's own. One person can qualify for several.",
        Vec::new(),
    );
    let header = ["programme", "qualify", "agreed", "not asked yet", "said no", "in a conflict", "billed already"];
    out.header = header.map(str::to_owned).to_vec();
    let names: std::collections::BTreeSet<&String> = consent.keys().filter_map(|key| key.first()).collect();
    let filled = |text: &str| !text.is_empty();
    for name in names {
        let answer =
            |states: &[ConsentState]| count_named(consent, name, |text| states.iter().any(|s| s.as_str() == text));
        let cells = [
            count_named(consent, name, |_| true),
            answer(&[ConsentState::Given]),
            answer(&[ConsentState::Missing]),
            answer(&[ConsentState::Refused, ConsentState::Withdrawn]),
            count_named(conflict, name, filled),
            count_named(billed, name, filled),
        ];
        out.table.push(std::iter::once(name.clone()).chain(cells.map(|n| hide.count(n))).collect());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_programme_says_what_stands_against_it() {
        let counts = |rows: &[(&str, &str, usize)]| -> NamedCounts {
            rows.iter().map(|(name, other, n)| (vec![(*name).to_owned(), (*other).to_owned()], *n)).collect()
        };
        let consent =
            counts(&[("CCM", "given", 3), ("CCM", "missing", 5), ("CCM", "withdrawn", 1), ("TCM", "not_needed", 2)]);
        let conflict = counts(&[("CCM", "", 7), ("CCM", "99426", 2), ("TCM", "", 2)]);
        let billed = counts(&[("CCM", "", 8), ("CCM", "2026-06-12", 1), ("TCM", "2026-06-01", 2)]);
        let told = count_programs(&consent, &conflict, &billed, SmallCells::of_setting(Some(0))).table;
        let row = |name: &str, cells: [usize; 6]| -> Vec<String> {
            std::iter::once(name.to_owned()).chain(cells.map(|n| n.to_string())).collect()
        };
        assert_eq!(told, [row("CCM", [9, 3, 5, 1, 2, 1]), row("TCM", [2, 0, 0, 0, 0, 2])]);
    }
}

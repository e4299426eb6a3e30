//! Codes in the words of the work. Owns the look-up in `config/wording/plain_names.csv` and how a day is written on a
//! page; refuses to know what a code means clinically.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::domain::Day;

/// The cell that says that a name is sensitive.
const SENSITIVE: &str = "1";

/// Words and sensitivity by kind and code.
static NAMES: LazyLock<HashMap<(String, String), (String, bool)>> = LazyLock::new(|| {
    let text = include_str!("../../config/wording/plain_names.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .records()
        .filter_map(Result::ok)
        .filter_map(|r| {
            let cell = |i: usize| r.get(i).map(str::to_owned);
            Some(((cell(0)?, cell(1)?), (cell(2)?, cell(3)? == SENSITIVE)))
        })
        .collect()
});

/// A code in words; the code itself, with spaces, when nobody named it.
#[must_use]
pub fn plain_name(kind: &str, code: &str) -> String {
    NAMES.get(&(kind.to_owned(), code.to_owned())).map_or_else(|| code.replace('_', " "), |n| n.0.clone())
}

/// Whether a code is kept from who has no sensitive role.
#[must_use]
pub fn is_sensitive_name(kind: &str, code: &str) -> bool {
    NAMES.get(&(kind.to_owned(), code.to_owned())).is_some_and(|n| n.1)
}

/// Whether an ingredient, or one of a combination, treats what is kept from who has no sensitive role: a psychiatric
/// disorder, substance use, HIV.
#[must_use]
pub fn is_sensitive_medicine(ingredient: &str) -> bool {
    let lowered = ingredient.to_lowercase();
    is_sensitive_name("purpose", &lowered)
        || lowered
            .split(|c: char| !c.is_alphabetic())
            .any(|word| is_sensitive_name("medicine", word) || is_sensitive_name("purpose", word))
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day as a page says it: `Jun 8`, with its year when it is not within the year around the night.
#[must_use]
pub fn plain_day(day: Day, as_of: Day) -> String {
    let (year, month, date) = day.ymd();
    let month = usize::try_from(month).ok().and_then(|m| MONTHS.get(m.wrapping_sub(1))).copied().unwrap_or("");
    if day.since(as_of).abs() < 320 { format!("{month} {date}") } else { format!("{month} {date}, {year}") }
}

/// `1 day`, `2 days`.
#[must_use]
pub fn counted(n: i64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// A number as a page says it: no more digits than it needs.
#[must_use]
pub fn plain_number(value: f64) -> String {
    let text = if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.1}") };
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_words_and_keep_their_secrets() {
        assert_eq!(plain_name("condition", "chr_kidney_dis"), "chronic kidney disease");
        assert_eq!(plain_name("item", "something_new"), "something new");
        assert!(is_sensitive_name("condition", "depression") && !is_sensitive_name("condition", "diabetes"));
        // Every row is read: a quote or a cell too many would lose the rest.
        assert_eq!(NAMES.len(), include_str!("../../config/wording/plain_names.csv").lines().count() - 1);
    }

    #[test]
    fn medicines_tell_what_they_are_for() {
        for told in
            ["Sertraline", "emtricitabine / tenofovir alafenamide", "buprenorphine-naloxone", "Lithium carbonate"]
        {
            assert!(is_sensitive_medicine(told), "{told}");
        }
        for open in ["lisinopril", "insulin glargine", "metoprolol succinate", ""] {
            assert!(!is_sensitive_medicine(open), "{open}");
        }
    }

    #[test]
    fn days_and_numbers_are_short() {
        let day = |text| Day::parse_iso(text).expect("a day");
        assert_eq!(plain_day(day("2026-06-08"), day("2026-06-30")), "Jun 8");
        assert_eq!(plain_day(day("2022-10-02"), day("2026-06-30")), "Oct 2, 2022");
        assert_eq!((counted(1, "day"), counted(3, "day")), ("1 day".to_owned(), "3 days".to_owned()));
        assert_eq!([44.0, 9.25, 7633.4].map(plain_number), ["44", "9.2", "7633"]);
    }
}

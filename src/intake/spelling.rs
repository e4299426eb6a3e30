//! How dates, numbers and codes of some cells are spelled. Owns these guesses; refuses to keep a cell.

use crate::domain::Day;
use crate::extracts::spelled_day;

/// Spellings that are tried, the commoner first.
const DATES: [&str; 11] = [
    "%Y-%m-%d",
    "%Y%m%d",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%b-%Y",
    "%Y/%m/%d",
    "%m-%d-%Y",
    "%m/%d/%y",
    "%Y%m%d%H%M",
    "%d%b%Y",
    "%m/%d/%Y %H:%M",
];
/// The day-first spelling of one that can be confused with it.
const DAY_FIRST: [(&str, &str); 3] = [("%m/%d/%Y", "%d/%m/%Y"), ("%m-%d-%Y", "%d-%m-%Y"), ("%m/%d/%y", "%d/%m/%y")];
/// The spelling of a spreadsheet's day count.
const SERIAL: &str = "excel_serial";

/// The spellings that read some cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateSpellings {
    /// strftime, the commonest first.
    pub formats: Vec<String>,
    /// A cell tells of a zone of its own.
    pub zoned: bool,
    /// Cells that none reads.
    pub unread: usize,
    /// Newest day.
    pub newest: Option<Day>,
}

/// Finds spellings for the cells of date columns.
#[must_use]
pub fn date_spellings<'c>(cells: impl Iterator<Item = &'c str> + Clone) -> DateSpellings {
    let cells = cells.map(str::trim).filter(|c| !c.is_empty() && c.bytes().any(|b| b.is_ascii_digit()));
    let mut out = DateSpellings::default();
    let mut left: Vec<&str> = cells.collect();
    let all = left.len();
    out.zoned = left.iter().any(|c| c.len() > 16 && (c.ends_with(['Z', 'z']) || c[11..].contains(['+', '-'])));
    let reads = |cells: &[&str], format: &str| cells.iter().filter(|c| spelled_day(c, format).is_some()).count();
    while !left.is_empty() && out.formats.len() < 4 {
        let best = DATES
            .iter()
            .map(|f| (reads(&left, f), *f))
            .max_by_key(|(n, f)| (*n, std::cmp::Reverse(DATES.iter().position(|d| d == f))));
        let Some((n, mut format)) = best.filter(|(n, _)| *n > 0) else { break };
        let day_first = DAY_FIRST.iter().find(|(month, _)| *month == format).map(|(_, other)| *other);
        if let Some(other) = day_first.filter(|other| reads(&left, other) > n) {
            format = other;
        }
        let newest =
            left.iter().filter_map(|c| spelled_day(c, format)).filter(|d| (1990..=2098).contains(&d.ymd().0)).max();
        out.newest = out.newest.max(newest);
        left.retain(|c| spelled_day(c, format).is_none());
        out.formats.push(format.to_owned());
    }
    // A day count stands beside other spellings, or everywhere in a column of dates.
    if !left.is_empty()
        && left
            .iter()
            .all(|c| c.len() >= 5 && spelled_day(c, SERIAL).is_some_and(|d| (1920..=2098).contains(&d.ymd().0)))
    {
        out.formats.push(SERIAL.to_owned());
        left.clear();
    }
    out.unread = left.len().min(all);
    out
}

/// A comma stands before the cents of some cell, and a point of none.
#[must_use]
pub fn has_decimal_comma<'c>(cells: impl Iterator<Item = &'c str>) -> bool {
    let (mut comma, mut point) = (false, false);
    for cell in cells.map(str::trim) {
        let digits = cell.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-'));
        if digits {
            let last = cell.rfind([',', '.']).map(|at| (cell.as_bytes()[at], cell.len() - at - 1));
            comma |= matches!(last, Some((b',', 1 | 2)));
            point |= matches!(last, Some((b'.', 1 | 2)));
        }
    }
    comma && !point
}

/// What a column of diagnoses is coded in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeSystem {
    /// ICD-10.
    Icd10,
    /// ICD-9.
    Icd9,
    /// Long numbers, as SNOMED CT has them.
    Snomed,
    /// None of these.
    Other,
}

/// The system of most cells; `None` when there are no cells.
#[must_use]
pub fn code_system<'c>(cells: impl Iterator<Item = &'c str>) -> Option<CodeSystem> {
    let mut counts = [0_usize; 4];
    for cell in cells.map(str::trim).filter(|c| !c.is_empty()) {
        let bare = cell.replace('.', "");
        let digits = bare.bytes().all(|b| b.is_ascii_digit());
        let bytes = bare.as_bytes();
        let letter = bytes[0].is_ascii_alphabetic() && (3..=7).contains(&bare.len());
        let system = match bare.len() {
            6.. if digits => CodeSystem::Snomed,
            3..=5 if digits => CodeSystem::Icd9,
            _ if letter && bytes[1].is_ascii_digit() => CodeSystem::Icd10,
            _ => CodeSystem::Other,
        };
        counts[system as usize] += 1;
    }
    let most = *counts.iter().max()?;
    let all = [CodeSystem::Icd10, CodeSystem::Icd9, CodeSystem::Snomed, CodeSystem::Other];
    (most > 0).then(|| all.into_iter().find(|s| counts[*s as usize] == most))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(cells: &[&str]) -> Vec<String> {
        date_spellings(cells.iter().copied()).formats
    }

    #[test]
    fn dates_are_read_in_the_spellings_that_they_have() {
        for (cells, wanted) in [
            (&["2024-03-04", "2024-03-05 10:00:00"][..], &["%Y-%m-%d"][..]),
            (&["3/4/2024", "03/06/2024", "45355"], &["%m/%d/%Y", "excel_serial"]),
            (&["13/4/2024", "3/6/2024"], &["%d/%m/%Y"]),
            (&["04.03.2024"], &["%d.%m.%Y"]),
            (&["19-Mar-2017"], &["%d-%b-%Y"]),
            (&["20240304", ""], &["%Y%m%d"]),
            (&["nothing"], &[]),
        ] {
            assert_eq!(formats(cells), wanted, "{cells:?}");
        }
        assert!(date_spellings(["2023-01-27T16:17:47Z"].into_iter()).zoned);
        assert_eq!(date_spellings(["3/4/2024"].into_iter()).newest, Day::parse_iso("2024-03-04"));
    }

    #[test]
    fn numbers_and_codes_tell_what_they_are() {
        assert!(has_decimal_comma(["1.234,50", "7"].into_iter()));
        assert!(!has_decimal_comma(["1,234.50", "7,5"].into_iter()));
        for (cells, system) in [
            (&["E11.9", "I10"][..], Some(CodeSystem::Icd10)),
            (&["25000", "4280"], Some(CodeSystem::Icd9)),
            (&["44054006", "59621000"], Some(CodeSystem::Snomed)),
            (&["AF (Atrial)"], Some(CodeSystem::Other)),
            (&[""], None),
        ] {
            assert_eq!(code_system(cells.iter().copied()), system);
        }
    }
}

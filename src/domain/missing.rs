//! Words that stand for nothing. Owns which of them a column may hold; refuses to know any one column.

/// Written by machines into any column: databases, data frames, spreadsheets, CMS.
const OF_MACHINES: [&str; 6] = ["\\N", "(null)", "<NA>", "NaT", "#N/A", "~"];
/// Read in any case everywhere but in names: people are called Null and Na.
const OF_PROGRAMS: [&str; 4] = ["NULL", "NA", "N/A", "NAN"];
/// Written by hand where a code, date or number was not known.
const OF_HANDS: [&str; 7] = ["-", ".", "?", "UNK", "UNKNOWN", "NONE", "TBD"];

/// How many of the words a column takes for nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MissingWords {
    /// Names: what machines write alone.
    OfNames,
    /// Free text, addresses and closed lists: also NULL, NA, N/A and NAN.
    OfText,
    /// Open codes, ids, dates, numbers, NPIs and phones: also what hands write.
    OfValues,
}

impl MissingWords {
    /// Whether a trimmed text stands for nothing.
    #[must_use]
    pub fn hold(self, text: &str) -> bool {
        let any_case = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(text));
        if text.len() > 7 {
            return false;
        }
        text.is_empty()
            || OF_MACHINES.contains(&text)
            || (self != Self::OfNames && any_case(&OF_PROGRAMS))
            || (self == Self::OfValues && any_case(&OF_HANDS))
    }
}

/// A cell without white space, non-breaking spaces and zero-width marks at its ends.
#[must_use]
pub fn trim_cell(text: &str) -> &str {
    let plain = |b: Option<&u8>| b.is_none_or(u8::is_ascii_graphic);
    if plain(text.as_bytes().first()) && plain(text.as_bytes().last()) {
        return text;
    }
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{a0}' | '\u{200b}' | '\u{feff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_column_has_its_own_words_for_nothing() {
        let classes = [MissingWords::OfNames, MissingWords::OfText, MissingWords::OfValues];
        let held = |text: &str| classes.map(|c| c.hold(text));
        for text in ["", "\\N", "(null)", "<NA>", "NaT", "#N/A", "~"] {
            assert_eq!(held(text), [true; 3], "{text}");
        }
        for text in ["NULL", "null", "Na", "N/A", "nan"] {
            assert_eq!(held(text), [false, true, true], "{text}");
        }
        for text in ["-", ".", "?", "unk", "Unknown", "None", "TBD"] {
            assert_eq!(held(text), [false, false, true], "{text}");
        }
        // Names and codes that only look alike; the machines' words are read as they are written.
        for text in ["Nunez", "NA1", "0", "nat", "(NULL)", "\\n", "unknowns", "N A"] {
            assert_eq!(held(text), [false; 3], "{text}");
        }
    }

    #[test]
    fn cells_lose_marks_at_their_ends_alone() {
        for (text, trimmed) in [(" a b ", "a b"), ("\u{feff}x\u{a0}", "x"), ("x", "x"), (" \u{200b} ", ""), ("", "")] {
            assert_eq!(trim_cell(text), trimmed);
        }
    }
}

//! What may be told of a header line. Owns when a first line is no header but data, whose words are nobody's business;
//! refuses to bind a column.

use crate::config::nearest;
use crate::domain::value_shape;

/// The names of a file, and whether any of them is one that the contract or the configuration knows: only then is the
/// line sure to be a header, and may be told.
pub struct Header<'n> {
    names: &'n [String],
    known: &'n [String],
    lowered: Vec<String>,
    sure: bool,
}

impl<'n> Header<'n> {
    /// Judges the names of a file by those that are `known`, in small letters.
    #[must_use]
    pub fn new(names: &'n [String], known: &'n [String]) -> Self {
        let lowered: Vec<String> = names.iter().map(|n| n.trim().to_lowercase().replace([' ', '-'], "_")).collect();
        let sure = lowered.iter().any(|n| known.contains(n));
        Self { names, known, lowered, sure }
    }

    /// The place of a column by its name; in another case when only one is so named.
    #[must_use]
    pub fn place(&self, wanted: &str) -> Option<usize> {
        self.names.iter().position(|n| n == wanted).or_else(|| {
            let mut alike = (0..self.names.len()).filter(|at| self.names[*at].eq_ignore_ascii_case(wanted));
            alike.next().filter(|_| alike.next().is_none())
        })
    }

    /// The line looks like a row: no name is known, and some cell is a number, a date, an address or a long code.
    #[must_use]
    pub fn is_data(&self) -> bool {
        !self.sure && self.names.iter().any(|n| looks_like_value(n))
    }

    /// The shapes of the first cells, for a message that may hold none of them.
    #[must_use]
    pub fn shapes(&self) -> String {
        let shown: Vec<String> = self.names.iter().take(4).map(|n| value_shape(n)).collect();
        format!("{}{}", shown.join(", "), if self.names.len() > 4 { ", \u{2026}" } else { "" })
    }

    /// A name as it may be told: one that is known, else its shape and where it stands.
    #[must_use]
    pub fn told(&self, name: &str) -> String {
        let places: Vec<String> =
            (1..).zip(self.names).filter(|(_, n)| *n == name).map(|(at, _)| format!("{at}")).collect();
        let places = places.join(" and ");
        let lowered = name.to_lowercase();
        if self.known.contains(&lowered) {
            format!("`{name}` (columns {places})")
        } else {
            format!("of the shape {} (columns {places})", value_shape(name))
        }
    }

    /// `; nearest: …` with the header nearest to a wanted name, when one is near; of a line that may be data only one
    /// that is almost that name.
    #[must_use]
    pub fn nearest(&self, wanted: &str) -> String {
        let lowered: Vec<&str> = self.lowered.iter().map(String::as_str).collect();
        let almost = |n: &&str| strsim::levenshtein(&wanted.to_lowercase(), n) <= (wanted.len() / 4).max(1);
        let near = nearest(wanted, &lowered).filter(|n| self.sure || almost(n));
        near.and_then(|n| lowered.iter().position(|l| *l == n)).map_or_else(String::new, |at| {
            format!("; nearest: `{}` (map it under [extracts.NAME.columns])", self.names[at])
        })
    }
}

/// A text that stands in a cell rather than over a column.
fn looks_like_value(text: &str) -> bool {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let mostly_digits = digits > 0 && digits * 2 >= text.chars().count();
    mostly_digits || digits >= 5 || text.contains('@') || text.chars().count() > 64 || text.starts_with(['{', '[', '<'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Vec<String> {
        of.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn a_first_line_of_values_is_told_by_shapes_alone() {
        let known = names(&["member_id", "gender"]);
        let row = names(&["Zebedee", "1950-02-03", "female", "M-10023"]);
        let header = Header::new(&row, &known);
        assert!(header.is_data());
        assert_eq!(header.shapes(), "Aaaaaaa, 9999-99-99, aaaaaa, A-99999");
        assert_eq!(header.nearest("member_id"), "");
        assert_eq!(header.told("Zebedee"), "of the shape Aaaaaaa (columns 1)");
    }

    #[test]
    fn a_header_tells_its_names() {
        let known = names(&["member_id", "gender"]);
        let line = names(&["Member ID", "GENDER", "icd10_2026", "birth dt"]);
        let header = Header::new(&line, &known);
        assert!(!header.is_data());
        assert_eq!(header.nearest("birth_date"), "; nearest: `birth dt` (map it under [extracts.NAME.columns])");
        // No name is known, none looks like a value: a foreign header, of which only what is nearly meant is told.
        let foreign = names(&["Id", "START", "gendr"]);
        let header = Header::new(&foreign, &known);
        assert!(!header.is_data());
        assert_eq!(header.nearest("gender"), "; nearest: `gendr` (map it under [extracts.NAME.columns])");
        assert_eq!(header.nearest("state"), "");
    }
}

//! The table of names by which columns are known: `config/layouts/names.csv`, and the words of `words.csv`. Owns their
//! reading; refuses to look at a file.

use std::collections::BTreeMap;

/// Every name that stands for a column of an extract.
pub struct Names {
    /// By extract (`*` for any) and column.
    by_column: BTreeMap<(String, String), Vec<String>>,
}

/// What fills a column that no name of the file does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// The same text on every row.
    Constant(String),
    /// What fills another of our columns.
    Column(String),
}

/// A name as names are compared: small letters and digits, everything else one `_`.
#[must_use]
pub fn folded(name: &str) -> String {
    let mut out = String::new();
    for c in name.trim().chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if c == '#' {
            out.push_str("number");
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    out.trim_end_matches('_').to_owned()
}

impl Names {
    /// The shipped table.
    #[must_use]
    pub fn shipped() -> Self {
        let text = include_str!("../../config/layouts/names.csv");
        let mut by_column: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for line in text.lines().skip(1) {
            let mut cells = line.splitn(3, ',');
            if let (Some(extract), Some(column), Some(names)) = (cells.next(), cells.next(), cells.next()) {
                let names = names.split('|').map(str::to_owned);
                by_column.entry((extract.to_owned(), column.to_owned())).or_default().extend(names);
            }
        }
        Self { by_column }
    }

    /// Names of a column besides its own, those of the extract before those of any.
    pub fn of<'n>(&'n self, extract: &'n str, column: &'n str) -> impl Iterator<Item = &'n str> {
        [extract, "*"]
            .into_iter()
            .filter_map(|e| self.by_column.get(&(e.to_owned(), column.to_owned())))
            .flatten()
            .map(String::as_str)
    }

    /// What fills a column that the file lacks.
    #[must_use]
    pub fn fallback(&self, extract: &str, column: &str) -> Option<Fallback> {
        self.of(extract, column).find_map(|name| {
            name.strip_prefix('=')
                .map(|text| Fallback::Constant(text.to_owned()))
                .or_else(|| name.strip_prefix('@').map(|other| Fallback::Column(other.to_owned())))
        })
    }

    /// A folded name is one that some extract knows.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        let base = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
        self.by_column.iter().any(|((_, column), names)| {
            column == name || names.iter().any(|n| n == name || (base != name && n.trim_end_matches('_') == base))
        })
    }
}

/// Their words for ours in a closed column, from the shipped table.
pub fn words_of(column: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("../../config/layouts/words.csv").lines().skip(1).filter_map(move |line| {
        let (name, rest) = line.split_once(',')?;
        (name == column).then(|| rest.rsplit_once(','))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::{EXTRACTS, extract};

    #[test]
    fn names_are_folded_and_known() {
        let names = Names::shipped();
        for (raw, name) in
            [("Member ID", "member_id"), ("Wrong #", "wrong_number"), ("DX-1", "dx_1"), (" Étage ", "étage")]
        {
            assert_eq!(folded(raw), name);
        }
        assert!(["dob", "dx_1", "icd_dgns_cd12", "how"].iter().all(|n| names.knows(n)));
        assert!(!names.knows("zebedee"));
        assert_eq!(names.fallback("medical_claim", "claim_line_number"), Some(Fallback::Constant("1".to_owned())));
        assert_eq!(
            names.fallback("medical_claim", "claim_end_date"),
            Some(Fallback::Column("claim_start_date".to_owned()))
        );
    }

    #[test]
    fn the_tables_name_columns_and_words_of_the_contract() {
        let has = |name: &str, column: &str| extract(name).is_some_and(|e| e.columns.iter().any(|c| c.name == column));
        for (name, column) in Names::shipped().by_column.keys().filter(|(_, c)| c != "@file") {
            if name == "*" {
                assert!(EXTRACTS.iter().any(|e| has(e.name, column)), "{column}");
            } else {
                assert!(has(name, column), "{name}.{column}");
            }
        }
        for line in include_str!("../../config/layouts/words.csv").lines().skip(1) {
            let (column, rest) = line.split_once(',').expect("three cells");
            let ours = rest.rsplit_once(',').expect("three cells").1;
            let allowed = EXTRACTS
                .iter()
                .flat_map(|e| e.columns)
                .any(|c| c.name == column && (c.allowed.is_empty() || c.allowed.contains(&ours)));
            assert!(allowed, "{line}");
        }
    }
}

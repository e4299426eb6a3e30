//! Ids that became other ids. Owns the chains; refuses to tell an id in an error.

use std::borrow::Cow;

use arrow_array::StringArray;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::PseudonymKey;

/// Every id that became another, with the one it is today.
#[derive(Clone, Debug, Default)]
pub struct Crosswalk {
    today: FxHashMap<Box<str>, Box<str>>,
    /// The same under pseudonyms, where the run publishes those.
    published: Option<FxHashMap<Box<str>, Box<str>>>,
}

/// One row: from, to and where it stood.
pub(super) struct Link {
    pub from: Box<str>,
    pub to: Box<str>,
    pub row: u64,
}

impl Crosswalk {
    /// Follows the chains of the rows given in any order; a row that maps an id to itself says nothing.
    ///
    /// # Errors
    /// A sentence for each kind of fault: an id with two targets, ids that lead back to themselves.
    pub(super) fn build(mut links: Vec<Link>, names: Option<&PseudonymKey>) -> Result<Self, Vec<String>> {
        links.retain(|l| l.from != l.to);
        links.sort_by(|a, b| (&a.from, &a.to, a.row).cmp(&(&b.from, &b.to, b.row)));
        links.dedup_by(|later, first| later.from == first.from && later.to == first.to);
        let mut problems = Vec::new();
        let twice: Vec<u64> =
            links.chunk_by(|a, b| a.from == b.from).filter(|c| c.len() > 1).flatten().map(|l| l.row).collect();
        if !twice.is_empty() {
            problems.push(format!("rows {} give one from_id two targets", list_rows(twice)));
        }
        let next: FxHashMap<&str, &str> = links.iter().map(|l| (&*l.from, &*l.to)).collect();
        let mut today = FxHashMap::default();
        let mut circle = Vec::new();
        for link in &links {
            let mut seen = FxHashSet::default();
            let mut at = &*link.to;
            while let Some(on) = next.get(at) {
                if !seen.insert(at) {
                    circle.push(link.row);
                    break;
                }
                at = on;
            }
            today.insert(link.from.clone(), Box::from(at));
        }
        if !circle.is_empty() {
            problems.push(format!("rows {} lead round in a circle", list_rows(circle)));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let hidden = |id: &str, key: &PseudonymKey| Box::from(key.pseudonym(id));
        let published = names.map(|key| today.iter().map(|(f, t)| (hidden(f, key), hidden(t, key))).collect());
        Ok(Self { today, published })
    }

    /// Whether no id became another.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.today.is_empty()
    }

    /// What an id of an extract is today, without the blanks around it.
    #[must_use]
    pub fn resolve<'a>(&'a self, id: &'a str) -> &'a str {
        let id = id.trim();
        self.today.get(id).map_or(id, |t| t)
    }

    /// What an id that an earlier run published is today, under a pseudonym where that run and this one use them.
    #[must_use]
    pub fn published<'a>(&'a self, id: &'a str) -> Cow<'a, str> {
        let map = self.published.as_ref().unwrap_or(&self.today);
        Cow::Borrowed(map.get(id).map_or(id, |t| t))
    }

    /// A column of ids as they are today.
    pub(super) fn apply(&self, ids: &StringArray) -> StringArray {
        ids.iter().map(|id| id.map(|id| self.resolve(id))).collect()
    }
}

fn list_rows(mut rows: Vec<u64>) -> String {
    rows.sort_unstable();
    let shown: Vec<String> = rows.iter().take(10).map(ToString::to_string).collect();
    if rows.len() > 10 { format!("{} and {} more", shown.join(", "), rows.len() - 10) } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(pairs: &[(&str, &str)]) -> Vec<Link> {
        (1_u64..).zip(pairs).map(|(row, (from, to))| Link { from: (*from).into(), to: (*to).into(), row }).collect()
    }

    #[test]
    fn chains_are_followed_and_repeats_and_itself_say_nothing() {
        let walk = Crosswalk::build(links(&[("A", "B"), ("B", "C"), ("A", "B"), ("D", "D")]), None).expect("sound");
        assert_eq!(["A", "B", "C", "D", "E"].map(|id| walk.resolve(id)), ["C", "C", "C", "D", "E"]);
        assert_eq!(walk.published("A"), "C");
        let ids = StringArray::from(vec![Some(" A "), None, Some("X")]);
        assert_eq!(walk.apply(&ids).iter().collect::<Vec<_>>(), [Some("C"), None, Some("X")]);
    }

    #[test]
    fn a_circle_and_two_targets_are_told_by_row() {
        let told = |pairs: &[(&str, &str)]| Crosswalk::build(links(pairs), None).err();
        assert_eq!(told(&[("A", "B"), ("A", "C")]), Some(vec!["rows 1, 2 give one from_id two targets".to_owned()]));
        assert_eq!(
            told(&[("A", "B"), ("B", "A"), ("Z", "A")]),
            Some(vec!["rows 1, 2, 3 lead round in a circle".to_owned()])
        );
    }
}

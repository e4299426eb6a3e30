//! Owns the spec of a flat table: which column is what. Refuses to know the table's cells.

use crate::learners::LearnError;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Which learner to train: one by its name, or `auto` for whichever has the lower held-out log loss. Which names there
/// are, the list of learners knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LearnerChoice(Cow<'static, str>);

impl LearnerChoice {
    /// Whichever is better.
    pub const AUTO: Self = Self(Cow::Borrowed("auto"));

    /// A learner by its name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(Cow::Owned(name.to_owned()))
    }

    /// Whether a learner is asked for.
    #[must_use]
    pub fn asks_for(&self, name: &str) -> bool {
        self == &Self::AUTO || self.0 == name
    }
}

impl Default for LearnerChoice {
    fn default() -> Self {
        Self::AUTO
    }
}

impl fmt::Display for LearnerChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A cell value as TOML may spell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// As text.
    Text(String),
    /// As an integer.
    Integer(i64),
    /// As a truth value.
    Truth(bool),
}

impl Text {
    /// The cell text it stands for.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(s) => s.clone(),
            Self::Integer(i) => i.to_string(),
            Self::Truth(b) => b.to_string(),
        }
    }
}

/// The label column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelSpec {
    /// Column name.
    pub column: String,
    /// Cell texts that count as the event; every other non-missing text is a non-event.
    pub positive: Vec<Text>,
}

/// The feature columns.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeatureSpec {
    /// Columns read as numbers.
    pub numeric: Vec<String>,
    /// Columns read as levels.
    pub categorical: Vec<String>,
}

/// Direction a prediction must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Never falls as the feature rises.
    Increasing,
    /// Never rises as the feature rises.
    Decreasing,
}

/// Spec of a flat table (TOML).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// Column that names the row.
    pub id: String,
    /// Column that names the person; rows of one group never fall into different folds. Default: the id.
    #[serde(default)]
    pub group: Option<String>,
    /// Column of chronological order, if any; recorded as the training window.
    #[serde(default)]
    pub order: Option<String>,
    /// Column of row weights, if any.
    #[serde(default)]
    pub weight: Option<String>,
    /// Cell texts that mean "not known", besides the empty cell.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Learner.
    #[serde(default)]
    pub learner: LearnerChoice,
    /// Seed of folds, sampling and bootstrap.
    #[serde(default)]
    pub seed: u64,
    /// Label; needed for training only.
    #[serde(default)]
    pub label: Option<LabelSpec>,
    /// Features.
    pub features: FeatureSpec,
    /// Monotone directions by numeric feature; only the booster holds them, so `auto` then tries no other.
    #[serde(default)]
    pub monotone: BTreeMap<String, Direction>,
}

impl TableSpec {
    /// Parses and checks a spec.
    ///
    /// # Errors
    /// [`LearnError::Spec`] for bad TOML, no feature, a feature named twice, a feature that is the
    /// id, group, order, weight or label, no positive label value, or a direction for a column that
    /// is not a numeric feature.
    pub fn parse(toml_text: &str) -> Result<Self, LearnError> {
        let spec: Self = toml::from_str(toml_text).map_err(|e| LearnError::Spec(e.to_string()))?;
        spec.check()?;
        Ok(spec)
    }

    /// The checks of [`TableSpec::parse`], for a spec built in memory.
    ///
    /// # Errors
    /// As [`TableSpec::parse`].
    pub fn check(&self) -> Result<(), LearnError> {
        let fail = |text: String| Err(LearnError::Spec(text));
        let mut seen = BTreeSet::new();
        for name in self.feature_names() {
            if !seen.insert(name) {
                return fail(format!("feature `{name}` is named twice"));
            }
            for (role, column) in self.roles() {
                if column == name {
                    return fail(format!("`{name}` is the {role} column and cannot be a feature"));
                }
            }
        }
        if seen.is_empty() {
            return fail("no feature is named under [features]".into());
        }
        if let Some(label) = &self.label {
            if label.positive.is_empty() {
                return fail("label.positive names no value".into());
            }
            for (role, column) in self.roles_beside_label() {
                if column == label.column {
                    return fail(format!("`{column}` cannot be both label and {role}"));
                }
            }
        }
        if let Some(name) = self.monotone.keys().find(|n| !self.features.numeric.contains(n)) {
            return fail(format!("monotone: `{name}` is not a numeric feature"));
        }
        Ok(())
    }

    /// Feature names in column order: numeric first.
    pub fn feature_names(&self) -> impl Iterator<Item = &str> {
        self.features.numeric.iter().chain(&self.features.categorical).map(String::as_str)
    }

    /// The group column (the id where none is named).
    #[must_use]
    pub fn group_column(&self) -> &str {
        self.group.as_deref().unwrap_or(&self.id)
    }

    fn roles(&self) -> Vec<(&'static str, &str)> {
        let mut out = self.roles_beside_label();
        out.extend(self.label.as_ref().map(|l| ("label", l.column.as_str())));
        out
    }

    fn roles_beside_label(&self) -> Vec<(&'static str, &str)> {
        let mut out = vec![("id", self.id.as_str())];
        out.extend(self.group.as_deref().filter(|g| *g != self.id).map(|g| ("group", g)));
        out.extend(self.order.as_deref().filter(|o| *o != self.id).map(|o| ("order", o)));
        out.extend(self.weight.as_deref().map(|w| ("weight", w)));
        out
    }

    /// Features whose name speaks of race or ethnicity; they are used, and the report warns.
    #[must_use]
    pub fn race_like(&self) -> Vec<String> {
        let hit = |n: &str| {
            let n = n.to_lowercase();
            n.contains("ethnic")
                || n.contains("hispanic")
                || n.split(|c: char| !c.is_alphabetic()).any(|w| matches!(w, "race" | "races"))
        };
        self.feature_names().filter(|n| hit(n)).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "id='i'\ngroup='g'\n[label]\ncolumn='y'\npositive=[1]\n[features]\nnumeric=['a']\ncategorical=['race','trace']\n";

    #[test]
    fn a_good_spec_parses_with_its_defaults() {
        let s = TableSpec::parse(GOOD).unwrap();
        assert_eq!(s.learner, LearnerChoice::AUTO);
        assert_eq!(s.label.as_ref().unwrap().positive[0].text(), "1");
        assert_eq!(s.race_like(), ["race"]);
        assert_eq!(s.feature_names().collect::<Vec<_>>(), ["a", "race", "trace"]);
    }

    #[test]
    fn columns_with_a_role_are_never_features() {
        for role in ["i", "g", "y"] {
            let text = GOOD.replace("['a']", &format!("['{role}']"));
            assert!(matches!(TableSpec::parse(&text), Err(LearnError::Spec(_))), "{role}");
        }
        for bad in [
            GOOD.replace("['a']", "['race']"),
            GOOD.replace("[1]", "[]"),
            GOOD.replace("column='y'", "column='g'"),
            GOOD.replace("id='i'", "id='i'\nlerner='x'"),
            format!("{GOOD}[monotone]\nrace='increasing'\n"),
        ] {
            assert_eq!(TableSpec::parse(&bad).unwrap_err().exit_code(), 2);
        }
    }
}

//! Owns the feature dictionary: which levels a model knows, and the map from a table's cells to
//! its codes. Refuses to know labels; nothing here is fitted to an outcome.

use super::flat::{ColumnData, FlatTable, MISSING_CODE};
use crate::domain::{mix64, text_key};
use crate::learners::LearnError;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Levels (and "missing") seen in fewer training rows than this become `Rare`.
pub const MIN_LEVEL_ROWS: usize = 50;
/// Most kept levels, so that missing, levels and `Rare` fit one byte.
const MAX_LEVELS: usize = 253;

/// What a feature holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FeatureKind {
    /// A number.
    Numeric {
        /// Smallest training value.
        min: f32,
        /// Largest training value.
        max: f32,
    },
    /// One of the known levels, sorted by text.
    Levels {
        /// Level texts; code `i + 1` is `levels[i]`, code `levels.len() + 1` is `Rare`.
        levels: Vec<String>,
    },
}

/// One feature as the model was trained on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Name.
    pub name: String,
    /// Numeric or levels.
    #[serde(flatten)]
    pub kind: FeatureKind,
    /// Training rows without a value.
    pub missing_rows: usize,
    /// Whether "missing" was frequent enough to be a level of its own (numeric: always routed).
    pub missing_is_level: bool,
}

impl Feature {
    /// Code of `Rare` (0 for numeric features).
    #[must_use]
    pub fn rare_code(&self) -> u8 {
        match &self.kind {
            FeatureKind::Levels { levels } => u8::try_from(levels.len() + 1).unwrap_or(u8::MAX),
            FeatureKind::Numeric { .. } => 0,
        }
    }

    /// The text of a code, as a reason shows it.
    #[must_use]
    pub fn code_text(&self, code: u8) -> &str {
        match &self.kind {
            _ if code == 0 => "missing",
            FeatureKind::Levels { levels } => levels.get(usize::from(code) - 1).map_or("a rare value", String::as_str),
            FeatureKind::Numeric { .. } => "",
        }
    }
}

/// All features of a model, in model order, with a hash over their names, kinds and levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureDictionary {
    /// Features.
    pub features: Vec<Feature>,
    /// 16 hex digits (64-bit FNV-1a with a finaliser; guards against mix-ups, not against forgery).
    pub hash: String,
}

/// One encoded column.
#[derive(Debug, Clone, PartialEq)]
pub enum EncodedColumn<'a> {
    /// Numbers, NaN for missing.
    Numeric(&'a [f32]),
    /// Codes as in [`Feature`], 0 for missing.
    Codes(Vec<u8>),
}

/// A table in a model's own terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded<'a> {
    /// Rows.
    pub rows: usize,
    /// Columns in model order.
    pub columns: Vec<EncodedColumn<'a>>,
    /// Per column, rows whose level the model has never learned: new, or too rare in training.
    pub unseen: Vec<usize>,
    /// Per column, rows without a level though training hardly had any such row.
    pub unseen_missing: Vec<usize>,
    /// Per column, rows whose number lies below the least or above the greatest of training.
    pub beyond: Vec<usize>,
    /// Per column, the code of `Rare` (0 for numbers).
    pub rare: Vec<u8>,
}

impl FeatureDictionary {
    /// Learns levels and ranges from training rows.
    #[must_use]
    pub fn fit(table: &FlatTable) -> Self {
        let features: Vec<Feature> = table
            .columns
            .iter()
            .map(|c| match &c.data {
                ColumnData::Numeric(v) => numeric_feature(&c.name, v),
                ColumnData::Levels { codes, levels } => categorical_feature(&c.name, codes, levels),
            })
            .collect();
        let hash = hash_of(&features);
        Self { features, hash }
    }

    /// Whether the stored hash is the hash of the features.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.hash == hash_of(&self.features)
    }

    /// Puts a table into the model's terms. Surplus columns are ignored; order does not matter.
    ///
    /// # Errors
    /// [`LearnError::Unfit`] naming every feature that is absent or of another type.
    pub fn encode<'a>(&self, table: &'a FlatTable) -> Result<Encoded<'a>, LearnError> {
        let by_name: FxHashMap<&str, &ColumnData> = table.columns.iter().map(|c| (c.name.as_str(), &c.data)).collect();
        let (mut columns, mut unseen, mut unseen_missing) = (Vec::new(), Vec::new(), Vec::new());
        let mut beyond = Vec::new();
        let mut problems = Vec::new();
        for feature in &self.features {
            match (by_name.get(feature.name.as_str()), &feature.kind) {
                (None, _) => problems.push(format!("`{}` is absent", feature.name)),
                (Some(ColumnData::Numeric(v)), FeatureKind::Numeric { min, max }) => {
                    columns.push(EncodedColumn::Numeric(v));
                    beyond.push(v.iter().filter(|x| **x < *min || **x > *max).count());
                    unseen.push(0);
                    unseen_missing.push(0);
                }
                (Some(ColumnData::Levels { codes, levels }), FeatureKind::Levels { levels: known }) => {
                    let (mapped, new) = map_codes(feature, known, codes, levels);
                    let missing = codes.iter().filter(|c| **c == MISSING_CODE).count();
                    columns.push(EncodedColumn::Codes(mapped));
                    beyond.push(0);
                    unseen.push(new);
                    unseen_missing.push(if feature.missing_is_level { 0 } else { missing });
                }
                (Some(_), FeatureKind::Numeric { .. }) => {
                    problems.push(format!("`{}` must be numeric", feature.name));
                }
                (Some(_), FeatureKind::Levels { .. }) => {
                    problems.push(format!("`{}` must be categorical", feature.name));
                }
            }
        }
        if problems.is_empty() {
            let rare = self.features.iter().map(Feature::rare_code).collect();
            Ok(Encoded { rows: table.rows(), columns, unseen, unseen_missing, beyond, rare })
        } else {
            Err(LearnError::Unfit { problems })
        }
    }
}

fn numeric_feature(name: &str, values: &[f32]) -> Feature {
    let (mut min, mut max, mut missing_rows) = (f32::INFINITY, f32::NEG_INFINITY, 0);
    for &v in values {
        if v.is_nan() {
            missing_rows += 1;
        } else {
            min = min.min(v);
            max = max.max(v);
        }
    }
    if min > max {
        (min, max) = (0.0, 0.0);
    }
    let missing_is_level = missing_rows >= MIN_LEVEL_ROWS;
    Feature { name: name.to_owned(), kind: FeatureKind::Numeric { min, max }, missing_rows, missing_is_level }
}

fn categorical_feature(name: &str, codes: &[u32], levels: &[String]) -> Feature {
    let mut counts = vec![0_usize; levels.len()];
    let mut missing_rows = 0;
    for &c in codes {
        match counts.get_mut(c as usize) {
            Some(n) => *n += 1,
            None => missing_rows += 1,
        }
    }
    let mut kept: Vec<(usize, &String)> =
        counts.iter().copied().zip(levels).filter(|(n, _)| *n >= MIN_LEVEL_ROWS).collect();
    kept.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    kept.truncate(MAX_LEVELS);
    let mut levels: Vec<String> = kept.into_iter().map(|k| k.1.clone()).collect();
    levels.sort_unstable();
    let missing_is_level = missing_rows >= MIN_LEVEL_ROWS;
    Feature { name: name.to_owned(), kind: FeatureKind::Levels { levels }, missing_rows, missing_is_level }
}

fn map_codes(feature: &Feature, known: &[String], codes: &[u32], levels: &[String]) -> (Vec<u8>, usize) {
    let rare = feature.rare_code();
    let table: Vec<u8> = levels
        .iter()
        .map(|l| known.binary_search(l).ok().and_then(|i| u8::try_from(i + 1).ok()).unwrap_or(rare))
        .collect();
    let for_missing = if feature.missing_is_level { 0 } else { rare };
    let mut unseen = 0;
    let mapped = codes
        .iter()
        .map(|&c| {
            let code = if c == MISSING_CODE { for_missing } else { table.get(c as usize).copied().unwrap_or(rare) };
            unseen += usize::from(code == rare && c != MISSING_CODE);
            code
        })
        .collect();
    (mapped, unseen)
}

fn hash_of(features: &[Feature]) -> String {
    let mut key = mix64(features.len() as u64);
    let mut take = |text: &str| key = mix64(key ^ text_key(text));
    for f in features {
        take(&f.name);
        match &f.kind {
            FeatureKind::Numeric { .. } => take("numeric"),
            FeatureKind::Levels { levels } => {
                take("levels");
                for l in levels {
                    take(l);
                }
            }
        }
        take(if f.missing_is_level { "1" } else { "0" });
    }
    format!("{key:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learners::table::{FeatureColumn, Groups};

    fn table(levels: &[(&str, usize)], missing: usize) -> FlatTable {
        let mut codes = Vec::new();
        for (i, (_, n)) in levels.iter().enumerate() {
            codes.extend(std::iter::repeat_n(i as u32, *n));
        }
        codes.extend(std::iter::repeat_n(MISSING_CODE, missing));
        let ids: Vec<String> = (0..codes.len()).map(|i| i.to_string()).collect();
        let levels = levels.iter().map(|l| l.0.to_owned()).collect();
        FlatTable {
            ids: ids.iter().map(String::as_str).collect(),
            groups: Groups::from_texts(ids.iter().map(String::as_str)),
            columns: vec![FeatureColumn { name: "c".into(), data: ColumnData::Levels { codes, levels } }],
            ..FlatTable::default()
        }
    }

    #[test]
    fn rare_unseen_and_missing_levels() {
        let d = FeatureDictionary::fit(&table(&[("z", 50), ("few", 49), ("a", 60)], 50));
        assert_eq!(d.features[0].kind, FeatureKind::Levels { levels: vec!["a".into(), "z".into()] });
        let t = table(&[("new", 1), ("z", 1), ("few", 1), ("a", 1)], 1);
        let e = d.encode(&t).unwrap();
        assert_eq!(e.columns[0], EncodedColumn::Codes(vec![3, 2, 3, 1, 0]));
        assert_eq!((e.unseen, e.unseen_missing), (vec![2], vec![0]));
        let d = FeatureDictionary::fit(&table(&[("a", 60)], 49));
        let e = d.encode(&t).unwrap();
        assert_eq!(e.columns[0], EncodedColumn::Codes(vec![2, 2, 2, 1, 2]));
        assert_eq!((e.unseen, e.unseen_missing), (vec![3], vec![1]));
        assert!(d.is_intact());
    }

    #[test]
    fn absent_and_mistyped_features_are_named() {
        let d = FeatureDictionary::fit(&table(&[("a", 60)], 0));
        let mut t = table(&[("a", 2)], 0);
        t.columns[0].data = ColumnData::Numeric(vec![1.0, 2.0]);
        assert_eq!(d.encode(&t).unwrap_err().to_string(), "model does not fit these features: `c` must be categorical");
        t.columns.clear();
        assert_eq!(d.encode(&t).unwrap_err().exit_code(), 5);
    }
}

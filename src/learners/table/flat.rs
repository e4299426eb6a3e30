//! Owns the flat table in memory: ids, groups, labels, weights and typed feature columns, and its own contract.
//! Refuses to know models; CSV, Parquet or a feature registry may fill it.

use super::groups::Groups;
use super::text::TextColumn;
use crate::learners::LearnError;
use rustc_hash::FxHashMap;

/// Cells of one feature.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnData {
    /// Numbers, kept to 7 significant digits; NaN is missing.
    Numeric(Vec<f32>),
    /// Index into the levels; [`MISSING_CODE`] is missing.
    Levels {
        /// One code per row.
        codes: Vec<u32>,
        /// Level texts.
        levels: Vec<String>,
    },
}

/// Code of a missing level.
pub const MISSING_CODE: u32 = u32::MAX;

impl ColumnData {
    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numeric(v) => v.len(),
            Self::Levels { codes, .. } => codes.len(),
        }
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One feature column.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureColumn {
    /// Name as in the spec.
    pub name: String,
    /// Cells.
    pub data: ColumnData,
}

/// A flat table. All parts that are present have one entry per row ([`FlatTable::check`]).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlatTable {
    /// Row names.
    pub ids: TextColumn,
    /// Groups (persons).
    pub groups: Groups,
    /// Labels, where the table has them.
    pub labels: Option<Vec<bool>>,
    /// Weights, where the table has them; positive and finite.
    pub weights: Option<Vec<f32>>,
    /// First and last entry of the order column, as text.
    pub window: Option<(String, String)>,
    /// Features in the order of the spec.
    pub columns: Vec<FeatureColumn>,
}

impl FlatTable {
    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.ids.len()
    }

    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&FeatureColumn> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Checks a table filled by other means than `read_csv`.
    ///
    /// # Errors
    /// [`LearnError::Table`] for parts of unequal length or codes without a level,
    /// [`LearnError::Cell`] for an infinite number or an unusable weight.
    pub fn check(&self) -> Result<(), LearnError> {
        let n = self.rows();
        let wrong = |what: &str| Err(LearnError::Table(format!("{what} and ids differ in length")));
        if self.groups.codes.len() != n || self.groups.codes.iter().any(|&c| c as usize >= self.groups.count()) {
            return wrong("groups");
        }
        if self.labels.as_ref().is_some_and(|l| l.len() != n) {
            return wrong("labels");
        }
        if let Some(w) = &self.weights {
            if w.len() != n {
                return wrong("weights");
            }
            if let Some(row) = w.iter().position(|w| !w.is_finite() || *w <= 0.0) {
                let problem = "a weight must be positive and finite";
                return Err(LearnError::Cell { column: "weight".into(), line: row as u64 + 1, problem });
            }
        }
        for column in &self.columns {
            if column.data.len() != n {
                return wrong(&format!("column `{}`", column.name));
            }
            match &column.data {
                ColumnData::Numeric(v) => {
                    if let Some(row) = v.iter().position(|x| x.is_infinite()) {
                        let (column, line) = (column.name.clone(), row as u64 + 1);
                        return Err(LearnError::Cell { column, line, problem: "infinite" });
                    }
                }
                ColumnData::Levels { codes, levels } => {
                    if codes.iter().any(|&c| c != MISSING_CODE && c as usize >= levels.len()) {
                        return Err(LearnError::Table(format!("column `{}` has a code without a level", column.name)));
                    }
                }
            }
        }
        Ok(())
    }

    /// Row numbers in the order of the ids, which makes training independent of row order.
    #[must_use]
    pub fn canonical_order(&self) -> Vec<u32> {
        let mut keyed: Vec<(u64, u32)> = Vec::with_capacity(self.rows());
        for (i, id) in self.ids.iter().enumerate() {
            keyed.push((id.parse::<u64>().unwrap_or(u64::MAX), u32::try_from(i).unwrap_or(u32::MAX)));
        }
        keyed.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| self.ids.compare(a.1 as usize, b.1 as usize)));
        keyed.into_iter().map(|k| k.1).collect()
    }

    /// The table with its rows rearranged; `order` holds each row number at most once.
    #[must_use]
    pub fn take(&self, order: &[u32]) -> Self {
        let pick_f = |v: &Vec<f32>| order.iter().map(|&i| v[i as usize]).collect::<Vec<f32>>();
        let mut renumber: FxHashMap<u32, u32> = FxHashMap::default();
        let mut groups = Groups::default();
        for &i in order {
            let old = self.groups.codes[i as usize];
            let next = u32::try_from(renumber.len()).unwrap_or(u32::MAX);
            let code = *renumber.entry(old).or_insert(next);
            if code == next {
                groups.keys.push(self.groups.keys[old as usize]);
            }
            groups.codes.push(code);
        }
        Self {
            ids: order.iter().map(|&i| self.ids.get(i as usize)).collect(),
            groups,
            labels: self.labels.as_ref().map(|l| order.iter().map(|&i| l[i as usize]).collect()),
            weights: self.weights.as_ref().map(pick_f),
            window: self.window.clone(),
            columns: self
                .columns
                .iter()
                .map(|c| FeatureColumn {
                    name: c.name.clone(),
                    data: match &c.data {
                        ColumnData::Numeric(v) => ColumnData::Numeric(pick_f(v)),
                        ColumnData::Levels { codes, levels } => ColumnData::Levels {
                            codes: order.iter().map(|&i| codes[i as usize]).collect(),
                            levels: levels.clone(),
                        },
                    },
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_order_as_numbers_where_they_are() {
        let t: TextColumn = ["10", "9", "b", "a", "010"].into_iter().collect();
        let table = FlatTable { ids: t, groups: Groups::from_texts(["x"; 5].into_iter()), ..FlatTable::default() };
        assert_eq!(table.canonical_order(), [1, 4, 0, 3, 2]);
        assert_eq!(table.take(&[3, 0]).ids.iter().collect::<Vec<_>>(), ["a", "10"]);
    }

    #[test]
    fn a_group_is_never_split_and_its_fold_is_its_own() {
        let texts: Vec<String> = (0..900).map(|i| format!("{}", (i % 300) * 9)).collect();
        let g = Groups::from_texts(texts.iter().map(String::as_str));
        let f = g.folds(5, 3);
        assert!((0..900).all(|i| f[i] == f[i % 300]));
        let alone = Groups::from_texts(texts[40..41].iter().map(String::as_str));
        assert_eq!(alone.folds(5, 3)[0], f[40]);
        for k in 0..5 {
            let n = f.iter().filter(|x| usize::from(**x) == k).count();
            assert!((90..280).contains(&n), "fold {k} has {n} rows");
        }
    }

    #[test]
    fn check_finds_infinity_and_short_columns() {
        let mut t = FlatTable {
            ids: ["1", "2"].into_iter().collect(),
            groups: Groups::from_texts(["1", "2"].into_iter()),
            columns: vec![FeatureColumn { name: "x".into(), data: ColumnData::Numeric(vec![1.0, f32::INFINITY]) }],
            ..FlatTable::default()
        };
        assert!(t.check().unwrap_err().to_string().contains("line 2"));
        t.columns[0].data = ColumnData::Numeric(vec![1.0]);
        assert!(t.check().is_err());
    }
}

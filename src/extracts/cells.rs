//! The columns of a batch by canonical name. Owns the look-up and the hash of a row's content; refuses to know what a
//! column means.

use rustc_hash::FxHashMap;

use super::batch::Batch;
use super::column::{Column, NO_DAY, NO_FLAG, NO_INTEGER, Pools};
use super::contract::ExtractSpec;
use crate::domain::stable_hash;

/// A struct of the named columns of a batch, where the contract `$spec` (a constant) places them: a name that it lacks
/// does not compile.
macro_rules! bind_columns {
    ($(#[$doc:meta])* $name:ident of $spec:path { $($field:ident),+ $(,)? }) => {
        $(#[$doc])*
        struct $name<'b> {
            $($field: &'b $crate::extracts::column::Column),+
        }

        impl<'b> $name<'b> {
            fn bind(batch: &'b $crate::extracts::batch::Batch) -> Self {
                Self { $($field: &batch.columns[const { $spec.index_of(stringify!($field)) }]),+ }
            }
        }
    };
}
pub(super) use bind_columns;

/// Columns of a batch by canonical name.
pub(super) struct Cells<'b> {
    batch: &'b Batch,
    spec: &'static ExtractSpec,
    index: FxHashMap<&'static str, usize>,
}

impl<'b> Cells<'b> {
    pub(super) fn new(spec: &'static ExtractSpec, batch: &'b Batch) -> Self {
        Self { batch, spec, index: spec.columns.iter().map(|c| (c.name, spec.index_of(c.name))).collect() }
    }
    /// The first column of a name.
    pub(super) fn column(&self, name: &str) -> &'b Column {
        &self.batch.columns[self.index(name)]
    }
    /// Its flat index; a name that the contract lacks is never read as another.
    pub(super) fn index(&self, name: &str) -> usize {
        self.index.get(name).copied().unwrap_or_else(|| self.spec.index_of(name))
    }
    /// A hash of a row's content that no reading order can change.
    pub(super) fn content_hash(&self, pools: &Pools, row: usize) -> u64 {
        let mut h = 0;
        for column in &self.batch.columns {
            h = match column {
                Column::Text(_) => stable_hash(h, column.text(row).unwrap_or("").as_bytes()),
                Column::Word(v) => stable_hash(h, pools.word.text_of(v[row]).as_bytes()),
                Column::Code(v) => stable_hash(h, pools.icd.text_of(v[row]).as_bytes()),
                Column::Short(v) if !v[row].is_none() => stable_hash(h, &v[row].0.to_le_bytes()),
                Column::Day(v) if v[row] != NO_DAY => stable_hash(h, &v[row].to_le_bytes()),
                Column::Integer(v) if v[row] != NO_INTEGER => stable_hash(h, &v[row].to_le_bytes()),
                Column::Number(v) if !v[row].is_nan() => stable_hash(h, &v[row].to_bits().to_le_bytes()),
                Column::Flag(v) if v[row] != NO_FLAG => stable_hash(h, &[v[row]]),
                // No value, whether its column is empty, missing or neither: how rows were batched cannot tell.
                _ => stable_hash(h, b""),
            };
        }
        h
    }
}

//! Owns flat tables in memory: ids, groups, labels, weights and typed feature columns.
//! Refuses to know models; CSV, Parquet or a feature registry may fill it.

mod encode;
mod flat;
mod groups;
mod guards;
mod read;
mod rows;
mod spec;
mod text;

pub use encode::{Encoded, EncodedColumn, Feature, FeatureDictionary, FeatureKind, MIN_LEVEL_ROWS};
pub use flat::{ColumnData, FeatureColumn, FlatTable, MISSING_CODE};
pub use groups::Groups;
pub use guards::{Findings, inspect};
pub use read::{Purpose, read_csv};
pub use rows::Rows;
pub use spec::{Direction, FeatureSpec, LabelSpec, LearnerChoice, TableSpec, Text};
pub use text::{TextColumn, compare_ids};

//! What was known of one member on a day, made small: the row that scores, list and caseload work from.
//! Owns the snapshot; refuses to look past its day or at another member.

mod snapshot;

pub use snapshot::{Condition, RecentIndex, RiskKey, Snapshot};

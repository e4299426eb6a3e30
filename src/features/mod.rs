//! What was known of one member on a day: the snapshot that list and caseload work from, and the registry of
//! features that models learn from. Owns both; refuses to look past the day or at another member.
//!
//! Adding a feature: one line in a group's table. Adding a group: one file and one line in `registry.rs`.

// Counts turn into floats here all the time; they stay far below 2^24.
#![allow(clippy::cast_precision_loss)]

mod conditions;
mod demographics;
mod discharge;
mod fact;
mod fact_care;
mod fact_diagnoses;
mod fact_medicines;
mod fact_results;
mod instrument;
mod known;
mod lab_test;
mod laboratory;
mod medications;
mod member_facts;
mod missing_rule;
mod procedures;
mod registry;
mod scan;
mod snapshot;
mod social;
mod spec;
mod supply;
mod topic;
mod unit;
mod utilization;
mod window;

pub use fact::{FactColumn, FactKind, FactValue};
pub use instrument::{Instrument, ScoreSource};
pub use known::{Coverage, DISCHARGE_SNAPSHOT_DAYS, Knowledge, SmallRows, View, index_discharged_on};
pub use lab_test::LabTest;
pub use member_facts::{FACTS_LEFT_OUT, MemberFactsRow, member_fact_columns};
pub use missing_rule::MissingRule;
pub use registry::{Registry, dictionary_hash, registry};
pub use scan::{Days, Scan};
pub use snapshot::{Condition, RecentIndex, RiskKey, Snapshot};
pub use spec::{Domain, Feature, FeatureGroup};
pub use topic::Topic;
pub use unit::Unit;
pub use window::{LookBack, Window};

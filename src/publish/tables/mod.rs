//! Every published table, a file each: its row, its columns, and a reading half where a later run reads it.

pub mod assignments;
pub mod caseload_managers;
pub mod caseload_members;
mod clock_rows;
pub mod conditions;
pub mod contact_history;
pub mod contact_queue;
pub mod decisions;
pub mod dropped;
pub mod ed_visits;
pub mod follow_ups;
pub mod indices;
pub mod labs;
pub mod medicines;
pub mod memory;
pub mod metrics;
pub mod needs;
pub mod not_scored;
pub mod outreach;
pub mod overflow;
pub mod people;
pub mod pqi;
pub mod predictions;
pub mod quarantine;
pub mod rates;
pub mod reasons;
mod registry;
pub mod scored;
pub mod scores;
pub mod stays;
pub mod stranded_cases;
pub mod suppressed;
pub mod transitions;
pub mod waitlist;
pub mod worklist;

pub use registry::TABLES;

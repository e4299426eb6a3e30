//! The order of things: from a plan to a published run, and the shorter ways of the other commands. Owns threads, progress,
//! interruption and exit codes; refuses to compute, to read a published run and to render for a person.

mod account;
mod assign;
mod attempts;
mod call_pages;
mod caseload_rows;
mod caseload_solution;
mod check;
mod clinical_counts;
mod error;
mod evaluate;
mod flat_tables;
mod followup;
mod gates;
mod memory;
mod model_places;
mod night;
mod night_metrics;
mod night_pass;
mod night_scoring;
mod nightly;
mod open_history;
mod pool;
mod pretty_json;
mod progress;
mod publication;
mod quarantine_files;
mod run_manifest;
mod signal;
mod stop;
mod train;
mod warnings;
mod wording_file;

pub use account::{NightlyOptions, NightlySummary};
pub use assign::{AssignRequest, assign};
pub use attempts::note_attempt;
pub use check::check;
pub use error::PipelineError;
pub use evaluate::{EvaluateRequest, evaluate};
pub use flat_tables::{evaluate_predictions, score_table, train_table};
pub use followup::{FollowupRequest, followup};
pub use nightly::nightly;
pub use progress::Progress;
pub use stop::install_signal_handlers;
pub use train::{TrainRequest, TrainedOutcome, features_on, train};

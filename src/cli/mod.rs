//! The command line. Owns flags, help, rendering, logs and exit codes; refuses to do any of the work.

mod arguments;
mod cluster_arguments;
mod cluster_commands;
mod commands;
mod entry;
mod logs;
mod manual;
mod night_text;
mod plan_loading;
mod render;
mod schema;

pub use entry::run_program;

//! The command line. Owns flags, help, rendering, logs and exit codes; refuses to do any of the work.

mod arguments;
mod commands;
mod entry;
mod logs;
mod manual;
mod render;
mod schema;

pub use entry::run_program;

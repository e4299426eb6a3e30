//! From arguments to an exit code. Owns the door: what is printed, what a panic becomes, which limits are set first;
//! refuses to know any command.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use super::arguments::Arguments;
use super::{commands, logs};
use crate::pipeline::{PipelineError, install_signal_handlers};

/// Runs the program and returns its exit code.
#[must_use]
pub fn run_program() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(a) => a,
        Err(e) => {
            let code = if e.use_stderr() { 2 } else { 0 };
            let _ = e.print();
            return ExitCode::from(code);
        }
    };
    logs::install_log(arguments.log);
    forbid_core_dumps();
    logs::hide_panics();
    if install_signal_handlers(|error| {
        report_failure(error);
    })
    .is_err()
    {
        tracing::warn!("signals cannot be handled: an interruption ends the process at once");
    }
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| commands::run_command(arguments.command)));
    match result {
        Ok(Ok(text)) => {
            let mut out = std::io::stdout().lock();
            // A closed pipe is the reader's choice.
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            ExitCode::SUCCESS
        }
        Ok(Err(error)) => report_failure(&error),
        Err(_) => report_failure(&PipelineError::Internal(logs::last_panic())),
    }
}

/// A core file would hold patients' rows; the limit cannot be raised again.
fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    if setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).is_err() {
        tracing::warn!("core dumps cannot be switched off");
    }
}

fn report_failure(error: &PipelineError) -> ExitCode {
    let text = error.to_string();
    let (what, hint) = text.split_once("\nhint: ").map_or((text.as_str(), None), |(w, h)| (w, Some(h)));
    let code = error.exit_code();
    logs::write_error(what, hint, code);
    ExitCode::from(code)
}

//! The program: hands its arguments to the command line and ends with its exit code.

use std::process::ExitCode;

/// A night makes and drops many small things on every thread: the system's allocator needs a quarter more memory for
/// them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lamplight::cli::run_program()
}

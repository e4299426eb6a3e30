//! The command line told to a shell and to `man`. Owns nothing: both come from the declared arguments.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use super::arguments::Arguments;
use crate::pipeline::PipelineError;

/// Completions of a shell.
pub fn shell_completions(shell: Shell) -> Result<String, PipelineError> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "lamplight", &mut out);
    String::from_utf8(out).map_err(|e| PipelineError::Internal(e.to_string()))
}

/// Writes a page for the program and one for every command below it; returns how many.
pub fn write_man_pages(folder: &Path) -> Result<String, PipelineError> {
    std::fs::create_dir_all(folder)?;
    let command = Arguments::command();
    clap_mangen::generate_to(command, folder)?;
    let pages = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .filter(|e| e.path().extension().is_some_and(|x| x == "1"))
        .count();
    Ok(format!("{pages} pages in {}\n", folder.display()))
}

//! Being told to stop. Owns the end of a process that looks at the flag too late, and what it must not leave behind;
//! refuses to stop a step in its middle while there is time.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::error::PipelineError;
use super::signal::{note_signal, stop_flag};

static UNFINISHED: Mutex<Option<UnfinishedWork>> = Mutex::new(None);

/// How long a step may take to end by itself. Every command is gone within two seconds of its signal.
const GRACE: Duration = Duration::from_millis(1200);

/// What must not be left behind by a process that has to be ended.
struct UnfinishedWork {
    /// Folder nobody has seen yet.
    staging: PathBuf,
    /// Leaves word of the attempt.
    note: Box<dyn FnOnce() + Send>,
}

/// Goes on unless a signal arrived.
///
/// # Errors
/// [`PipelineError::Interrupted`].
pub fn check_stop() -> Result<(), PipelineError> {
    if stop_flag().load(Ordering::Relaxed) { Err(PipelineError::Interrupted) } else { Ok(()) }
}

/// Says what is to be removed and who is to be told if the process must be ended before it is done.
pub fn begin_unfinished(staging: PathBuf, note: impl FnOnce() + Send + 'static) {
    *unfinished_work() = Some(UnfinishedWork { staging, note: Box::new(note) });
}

/// From here on nothing may be removed: the work is moved to its place, or has ended.
pub fn end_unfinished() {
    *unfinished_work() = None;
}

fn unfinished_work() -> std::sync::MutexGuard<'static, Option<UnfinishedWork>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes SIGTERM and SIGINT set the flag instead of killing the process, and ends a process that does not end itself;
/// `last_line` is told the exit code then.
///
/// # Errors
/// When the system refuses the handlers.
pub fn install_signal_handlers(last_line: impl FnOnce(&PipelineError) + Send + 'static) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let Some(signal) = signals.forever().next() else { return };
        note_signal(signal);
        wait_or_second_signal(&mut signals);
        if let Some(work) = unfinished_work().take() {
            // A folder that cannot be removed is removed by the next run.
            drop(std::fs::remove_dir_all(&work.staging));
            (work.note)();
        }
        last_line(&PipelineError::Interrupted);
        std::process::exit(i32::from(PipelineError::Interrupted.exit_code()));
    })?;
    Ok(())
}

/// Gives the work its time; a second signal takes it away.
fn wait_or_second_signal(signals: &mut Signals) {
    const STEP: Duration = Duration::from_millis(50);
    let mut waited = Duration::ZERO;
    while waited < GRACE && signals.pending().next().is_none() {
        std::thread::sleep(STEP);
        waited += STEP;
    }
}

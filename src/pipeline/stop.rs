//! Being told to stop. Owns the one flag that every long loop looks at; refuses to stop anything itself.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
static SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// The flag; set once a signal arrived.
pub fn stop_flag() -> &'static Arc<AtomicBool> {
    FLAG.get_or_init(|| Arc::new(AtomicBool::new(false)))
}

/// The signal's number; 0 before one arrived.
#[must_use]
pub fn stop_signal() -> usize {
    SIGNAL.get().map_or(0, |s| s.load(Ordering::Relaxed))
}

/// Makes SIGTERM and SIGINT set the flag instead of killing the process.
///
/// # Errors
/// When the system refuses the handlers.
pub fn install_signal_handlers() -> std::io::Result<()> {
    let number = SIGNAL.get_or_init(|| Arc::new(AtomicUsize::new(0)));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(stop_flag()))?;
        signal_hook::flag::register_usize(signal, Arc::clone(number), usize::try_from(signal).unwrap_or(15))?;
    }
    Ok(())
}

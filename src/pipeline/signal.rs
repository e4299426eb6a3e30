//! Whether a signal has arrived, and which. Owns the flag that every long loop looks at; refuses to act on it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
static SIGNAL: AtomicUsize = AtomicUsize::new(0);

/// The flag; set once a signal arrived.
pub fn stop_flag() -> &'static Arc<AtomicBool> {
    FLAG.get_or_init(|| Arc::new(AtomicBool::new(false)))
}

/// The signal's number; 0 before one arrived.
#[must_use]
pub fn stop_signal() -> usize {
    SIGNAL.load(Ordering::Relaxed)
}

/// Remembers a signal and sets the flag.
pub fn note_signal(signal: i32) {
    SIGNAL.store(usize::try_from(signal).unwrap_or(15), Ordering::Relaxed);
    stop_flag().store(true, Ordering::Relaxed);
}

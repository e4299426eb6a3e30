//! Log lines, errors and panics as a person or a scheduler reads them. Owns their form; refuses to show a
//! panic's message, which could hold data.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use super::arguments::LogForm;

static JSON: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// Sends log lines to stderr: on a terminal only warnings, beside the bar.
pub fn install_log(form: LogForm) {
    let level = if std::io::stderr().is_terminal() { "warn" } else { "lamplight=info,warn" };
    let filter = tracing_subscriber::EnvFilter::try_from_env("LAMPLIGHT_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let result = match form {
        LogForm::Json => {
            JSON.store(true, std::sync::atomic::Ordering::Relaxed);
            builder.json().try_init()
        }
        LogForm::Text => builder.with_ansi(false).without_time().try_init(),
    };
    // A second installation in one process (tests) keeps the first.
    drop(result);
}

/// Keeps the place of a panic and nothing else.
pub fn hide_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
}

/// Where the last panic was.
pub fn last_panic() -> String {
    LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// `error:` what, then `hint:` what to do.
pub fn write_error(what: &str, hint: Option<&str>, code: u8) {
    if JSON.load(std::sync::atomic::Ordering::Relaxed) {
        eprintln!("{}", serde_json::json!({ "level": "ERROR", "error": what, "hint": hint, "exit_code": code }));
        return;
    }
    eprintln!("error: {what}");
    if let Some(hint) = hint {
        eprintln!("hint: {hint}");
    }
}

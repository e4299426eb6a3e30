//! How far a long command is: a bar on a terminal, one log line a stage elsewhere, and the timings. Owns the
//! clock of a run; refuses to let a time reach any digest.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Stages and their times.
pub struct Progress {
    bar: Option<ProgressBar>,
    stages: Mutex<Vec<(String, Instant)>>,
    started: Instant,
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress {
    /// A bar when stderr is a terminal.
    #[must_use]
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(
                ProgressStyle::with_template("{spinner} {msg:32} {elapsed_precise} {bar:30} {pos}/{len}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, stages: Mutex::new(Vec::new()), started: Instant::now() }
    }

    /// A stage begins.
    pub fn stage(&self, name: &str) {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), Instant::now()));
        match &self.bar {
            Some(bar) => {
                bar.set_message(name.to_owned());
                bar.set_length(0);
                bar.set_position(0);
            }
            None => tracing::info!(stage = name, "begin"),
        }
    }

    /// `done` of `all` steps of this stage.
    pub fn step(&self, done: u64, all: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_position(done);
        }
    }

    /// The bar goes away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Milliseconds by stage, and in all.
    #[must_use]
    pub fn timings(&self) -> serde_json::Value {
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = Vec::new();
        for (i, (name, begun)) in stages.iter().enumerate() {
            let end = stages.get(i + 1).map_or_else(Instant::now, |s| s.1);
            out.push(serde_json::json!({ "stage": name, "milliseconds": u64::try_from(end.duration_since(*begun).as_millis()).unwrap_or(u64::MAX) }));
        }
        serde_json::json!({ "stages": out, "total_milliseconds": u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX) })
    }
}

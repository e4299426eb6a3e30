//! How far a long command is: a bar on a terminal, one log line a stage elsewhere, and the timings. Owns the
//! clock of a run; refuses to let a time reach any digest.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rustix::time::{ClockId, clock_gettime};

/// Stages and their times.
pub struct Progress {
    bar: Option<ProgressBar>,
    stages: Mutex<Vec<(String, Reading)>>,
    started: Reading,
}

/// Both clocks at one moment.
#[derive(Clone, Copy)]
struct Reading {
    wall: Instant,
    cpu: Duration,
}

impl Reading {
    fn now() -> Self {
        let cpu = clock_gettime(ClockId::ProcessCPUTime);
        let nanos = u32::try_from(cpu.tv_nsec).unwrap_or(0);
        Self { wall: Instant::now(), cpu: Duration::new(u64::try_from(cpu.tv_sec).unwrap_or(0), nanos) }
    }

    /// Milliseconds until a later reading: on the wall, and of processors by all threads of this process.
    fn until(self, end: Self) -> (u64, u64) {
        let ms = |d: Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
        (ms(end.wall.duration_since(self.wall)), ms(end.cpu.saturating_sub(self.cpu)))
    }
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
        Self { bar, stages: Mutex::new(Vec::new()), started: Reading::now() }
    }

    /// A stage begins.
    pub fn stage(&self, name: &str) {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), Reading::now()));
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

    /// Milliseconds by stage and in all, on the wall and of processors.
    #[must_use]
    pub fn timings(&self) -> serde_json::Value {
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Reading::now();
        let mut out = Vec::new();
        for (i, (name, begun)) in stages.iter().enumerate() {
            let (wall, cpu) = begun.until(stages.get(i + 1).map_or(now, |s| s.1));
            out.push(serde_json::json!({ "stage": name, "milliseconds": wall, "cpu_milliseconds": cpu }));
        }
        let (wall, cpu) = self.started.until(now);
        serde_json::json!({ "stages": out, "total_milliseconds": wall, "total_cpu_milliseconds": cpu })
    }
}

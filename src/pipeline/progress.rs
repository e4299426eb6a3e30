//! How far a long command is: a bar on a terminal, one log line a stage elsewhere, and the timings. Owns the
//! clock of a run; refuses to let a time reach any digest.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rustix::time::{ClockId, clock_gettime};

use super::signal::stop_flag;
use crate::learners::Watch;

/// Without a terminal a log line is written at least this often.
const LINE_EVERY: Duration = Duration::from_secs(25);

/// Stages and their times.
pub struct Progress {
    bar: Option<ProgressBar>,
    stages: Mutex<Vec<(String, Reading)>>,
    started: Reading,
    /// When the last log line was written.
    last_line: Mutex<Instant>,
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

/// Seconds that the rest of a stage takes at its pace so far; none before its first step.
fn seconds_left(begun: Instant, done: u64, all: u64) -> Option<u64> {
    let passed = begun.elapsed().as_secs();
    (done > 0).then(|| passed * all.saturating_sub(done) / done)
}

impl Watch for Progress {
    /// Each work of a fit is a stage of its own.
    fn progress(&self, work: &str, done: usize, of: usize) {
        let begins = {
            let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
            stages.last().is_none_or(|s| s.0 != work)
        };
        if begins {
            self.stage(work);
        }
        self.step(done as u64, of as u64);
    }

    fn should_stop(&self) -> bool {
        stop_flag().load(Ordering::Relaxed)
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
                ProgressStyle::with_template("{spinner} {msg:32} {elapsed_precise} {bar:30} {pos}/{len} {eta} left")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, stages: Mutex::new(Vec::new()), started: Reading::now(), last_line: Mutex::new(Instant::now()) }
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
            None => {
                *self.last_line.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
                tracing::info!(stage = name, "begin");
            }
        }
    }

    /// `done` of `all` steps of this stage.
    pub fn step(&self, done: u64, all: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_position(done);
            return;
        }
        let mut last = self.last_line.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= LINE_EVERY {
            *last = Instant::now();
            let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
            let stage = stages.last().map_or("", |s| &s.0);
            let begun = stages.last().map_or(self.started, |s| s.1);
            tracing::info!(stage, done, of = all, seconds_left = seconds_left(begun.wall, done, all), "goes on");
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

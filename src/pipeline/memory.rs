//! Whether a night fits the memory it may use, before any row is read. Owns the estimate and the caps it is held to;
//! refuses to make room itself.

use super::error::PipelineError;
use crate::config::RunPlan;
use crate::extracts::InputSize;

const MIB: u64 = 1 << 20;
/// Program, code sets and small extracts.
const BASE: u64 = 192 * MIB;
/// A batch being read and two buckets being measured, by thread.
const THREAD: u64 = 64 * MIB;
/// What a claim line, ADT row or fill takes as a record, when no two of a member stand together.
const EVENT: u64 = 72;
/// What a member takes while claims are read and measured: facts and the rows of the small extracts.
const READ: u64 = 1_600;
/// What a member keeps to the end: facts, snapshot, scores, reasons, a place on the list; the claims are gone by then.
/// This and the two that follow are fitted to the peaks of 20,000 to 400,000 members (docs/reliability.md).
const MEMBER: u64 = 4_300;
/// What a member of the buckets under way takes beside that: history, facts and rows not yet handed on.
const MEASURED: u64 = 4_000;
/// As much of it as one thread's buckets hold at once.
const WAVE: u64 = 195 * MIB;
/// What a trained model adds to a member: probability, reasons with their evidence.
const MODEL: u64 = 1_500;

/// Bytes a night needs at its highest, by estimate.
#[must_use]
pub fn needed_bytes(size: InputSize, models: usize, plan: &RunPlan) -> u64 {
    let limit = plan.run.max_memory.bytes();
    let events = size.event_rows.saturating_mul(EVENT).min(limit);
    let threads = if plan.run.threads == 0 { rayon::current_num_threads() } else { plan.run.threads } as u64;
    let member = MEMBER + MODEL * models as u64;
    let reading = events + size.eligibility_rows.saturating_mul(READ);
    let wave = size.eligibility_rows.saturating_mul(MEASURED).min(WAVE * threads);
    BASE + THREAD * threads + reading.max(size.eligibility_rows.saturating_mul(member) + wave)
}

/// The smallest cap on this process's memory, and what sets it; `None` where nothing does.
fn allowed_bytes() -> Option<(u64, &'static str)> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let mut caps: Vec<(u64, &'static str)> = Vec::new();
    if let Some(limits) = read("/proc/self/limits") {
        for (line, what) in [
            ("Max data size", "the limit on data (RLIMIT_DATA)"),
            ("Max address space", "the limit on address space (RLIMIT_AS)"),
        ] {
            caps.extend(soft_limit(&limits, line).map(|n| (n, what)));
        }
    }
    if let Some(groups) = read("/proc/self/cgroup") {
        for path in cgroup_files(&groups) {
            caps.extend(read(&path).and_then(|t| t.trim().parse().ok()).map(|n| (n, "the control group's limit")));
        }
    }
    if let Some(info) = read("/proc/meminfo") {
        caps.extend(available_bytes(&info).map(|n| (n, "what this machine has free")));
    }
    caps.into_iter().min()
}

/// The soft limit of a line of `/proc/self/limits`, in bytes.
fn soft_limit(limits: &str, line: &str) -> Option<u64> {
    let rest = limits.lines().find_map(|l| l.strip_prefix(line))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// The files that may hold a limit for the control groups of `/proc/self/cgroup`, own group and those above it.
fn cgroup_files(groups: &str) -> Vec<String> {
    let mut out = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let (root, file) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            c if c.split(',').any(|one| one == "memory") => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            _ => continue,
        };
        let mut path = path.trim_end_matches('/');
        loop {
            out.push(format!("{root}{path}/{file}"));
            match path.rsplit_once('/') {
                Some((above, _)) => path = above,
                None => break,
            }
        }
    }
    out
}

/// Free memory and swap of `/proc/meminfo`, in bytes.
fn available_bytes(info: &str) -> Option<u64> {
    let kib = |name: &str| {
        info.lines().find_map(|l| l.strip_prefix(name)).and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok())
    };
    Some((kib("MemAvailable:")? + kib("SwapFree:").unwrap_or(0)).saturating_mul(1024))
}

/// Says what the night needs, and refuses it when that is more than it may have.
///
/// # Errors
/// Exit 2 with a hint: nothing has been read then.
pub fn check_memory(size: InputSize, models: usize, plan: &RunPlan) -> Result<(), PipelineError> {
    let need = needed_bytes(size, models, plan);
    let cap = allowed_bytes();
    tracing::info!(needed_mib = need / MIB, allowed_mib = cap.map(|c| c.0 / MIB), "memory by estimate");
    match cap {
        Some((limit, what)) if need > limit => Err(PipelineError::Usage(format!(
            "this night needs about {} MiB of memory, and {what} is {} MiB; nothing was read\nhint: raise the limit, lower run.max_memory (now {}; past it claims spill to disk) or give fewer threads",
            need / MIB,
            limit / MIB,
            plan.run.max_memory
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_are_read_from_what_the_system_writes() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max data size             104857600            unlimited            bytes     \n\
                      Max address space         unlimited            unlimited            bytes     \n";
        assert_eq!(soft_limit(limits, "Max data size"), Some(104_857_600));
        assert_eq!(soft_limit(limits, "Max address space"), None);
        assert_eq!(
            cgroup_files("0::/system.slice/x.service\n"),
            [
                "/sys/fs/cgroup/system.slice/x.service/memory.max",
                "/sys/fs/cgroup/system.slice/memory.max",
                "/sys/fs/cgroup/memory.max"
            ]
        );
        assert_eq!(
            cgroup_files("5:cpu,cpuacct:/a\n4:memory:/a\n"),
            ["/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        );
        assert_eq!(available_bytes("MemTotal: 9 kB\nMemAvailable:   100 kB\nSwapFree:  20 kB\n"), Some(122_880));
    }
}

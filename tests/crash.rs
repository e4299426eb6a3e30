//! A night killed, starved of disk or cut off at any moment: `current` stays whole. Owns the harness, not the
//! promise. The number of kills is small here; `LAMPLIGHT_KILLS=200 cargo test --test crash` makes the full count.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use support::{code, command, lamplight, text};

/// A population big enough that a night takes a while, and its configuration for two nights.
struct Town {
    dir: tempfile::TempDir,
}

impl Town {
    fn new(members: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let data = dir.path().join("data");
        let made = lamplight(&[
            "synth",
            "--members",
            members,
            "--seed",
            "9",
            "--years",
            "1",
            "--out",
            data.to_str().expect("utf-8"),
        ]);
        assert_eq!(code(&made), 0, "{}", text(&made));
        let mut config = String::from("[run]\nkeep_runs = 500\n");
        let made = |name: &str| data.join(format!("{name}.parquet")).exists();
        for e in lamplight::extracts::EXTRACTS.iter().filter(|e| made(e.name)) {
            config.push_str(&format!("[extracts.{0}]\npath = \"data/{0}.parquet\"\n", e.name));
        }
        std::fs::write(dir.path().join("town.toml"), config).expect("written");
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn start(&self, out: &Path, night: &str) -> Child {
        command(&["run", "--config", self.path("town.toml").to_str().expect("utf-8"), "--as-of", night, "--out"])
            .arg(out)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts")
    }
}

fn verified(out: &Path) -> bool {
    code(&lamplight(&["verify", out.join("current").to_str().expect("utf-8")])) == 0
}

fn kills() -> u64 {
    std::env::var("LAMPLIGHT_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12)
}

/// Leftovers of a dead run in the output folder.
fn leftovers(out: &Path) -> usize {
    std::fs::read_dir(out)
        .expect("there")
        .flatten()
        .filter(|e| {
            let name = e.file_name().to_string_lossy().into_owned();
            name.starts_with(".staging") || name.starts_with(".tmp")
        })
        .count()
}

#[test]
fn a_killed_night_leaves_the_last_good_one() {
    let town = Town::new("600");
    let out = town.path("out");
    let begun = Instant::now();
    assert!(town.start(&out, "2026-06-29").wait().expect("ends").success());
    let whole = begun.elapsed();
    assert!(verified(&out));
    let mut killed = 0;
    for n in 0..kills() {
        // Spread over the whole night by a fixed stride, the end included.
        let share = lamplight::domain::mix64(n) % 1000;
        let mut child = town.start(&out, "2026-06-30");
        std::thread::sleep(whole.mul_f64(0.9 * share as f64 / 1000.0));
        child.kill().expect("killed");
        let ended = child.wait().expect("ends");
        killed += u64::from(!ended.success());
        assert!(verified(&out), "kill {n} at {share} per mille");
    }
    assert!(killed > 0, "every night was over before it was killed");
    // The lock died with its holder, and the next night tidies up.
    assert!(town.start(&out, "2026-06-30").wait().expect("ends").success());
    assert!(verified(&out));
    assert_eq!(leftovers(&out), 0);
}

#[test]
fn a_terminated_night_ends_soon() {
    let town = Town::new("1500");
    let out = town.path("out");
    assert!(town.start(&out, "2026-06-29").wait().expect("ends").success());
    for n in 0..kills().div_ceil(4) {
        let mut child = town.start(&out, "2026-06-30");
        std::thread::sleep(Duration::from_millis(20 + 90 * n % 400));
        let told = Instant::now();
        assert!(
            std::process::Command::new("kill")
                .args(["-TERM", &child.id().to_string()])
                .status()
                .expect("kill")
                .success()
        );
        let ended = child.wait().expect("ends");
        // A night that was over already is no failure of the promise; one too young to listen dies of the signal.
        assert!(matches!(ended.code(), Some(143 | 0) | None), "{ended:?}");
        assert!(told.elapsed() < Duration::from_secs(5), "{:?}", told.elapsed());
        assert!(verified(&out));
    }
}

/// Every size of file that the system lets the process write, from nothing to enough: the night ends with exit 6
/// and `current` stays, or it is whole.
#[test]
fn a_disk_that_refuses_leaves_the_last_good_one() {
    let town = Town::new("600");
    let out = town.path("out");
    assert!(town.start(&out, "2026-06-29").wait().expect("ends").success());
    let before = std::fs::read_link(out.join("current")).expect("a run");
    let largest = std::fs::read_dir(out.join("current"))
        .expect("there")
        .flatten()
        .map(|e| e.metadata().expect("there").len())
        .max()
        .expect("files");
    let mut refused = 0;
    for step in 0..kills() {
        // Blocks of 1 KiB that one file may hold; the write past them fails as a full disk's does.
        let blocks = largest * step / kills() / 1024;
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" run --config \"$1\" --as-of 2026-06-30 --out \"$2\" --threads 1"
        );
        let output = std::process::Command::new("bash")
            .args(["-c", &script, env!("CARGO_BIN_EXE_lamplight")])
            .arg(town.path("town.toml"))
            .arg(&out)
            .output()
            .expect("runs");
        assert!(matches!(code(&output), 6 | 0), "{blocks} blocks: {}", text(&output));
        assert!(verified(&out), "{blocks} blocks");
        if code(&output) == 6 {
            refused += 1;
            assert_eq!(std::fs::read_link(out.join("current")).expect("a run"), before);
        }
    }
    assert!(refused > 0, "the limit never bit");
}

/// A volume of every size from nothing to enough: the night ends with exit 6 and `current` stays, or it is whole. Needs
/// the right to mount a file system in memory.
#[test]
fn a_full_volume_leaves_the_last_good_one() {
    let town = Town::new("300");
    let volume = town.path("volume");
    std::fs::create_dir(&volume).expect("made");
    let sized = |verb: &str| {
        std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", verb, "tmpfs"])
            .arg(&volume)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    };
    if !sized("size=64m") {
        println!("skipped: this user may not mount a volume");
        return;
    }
    let _unmounted = Unmount(&volume);
    let out = volume.join("out");
    assert!(town.start(&out, "2026-06-29").wait().expect("ends").success());
    let before = std::fs::read_link(out.join("current")).expect("a run");
    let used = |of: &Path| {
        let output = std::process::Command::new("du").args(["-sk"]).arg(of).output().expect("du");
        String::from_utf8_lossy(&output.stdout)
            .split_whitespace()
            .next()
            .and_then(|n| n.parse::<u64>().ok())
            .expect("KiB")
    };
    let first = used(&volume);
    let (mut refused, tries) = (0, kills().min(50));
    for step in 0..tries {
        let size = first + (first + 1024) * step / tries;
        assert!(sized(&format!("remount,size={size}k")), "{size} KiB");
        let ended = town.start(&out, "2026-06-30").wait().expect("ends");
        assert!(matches!(ended.code(), Some(6 | 0)), "{size} KiB: {ended:?}");
        assert!(verified(&out), "{size} KiB");
        if ended.code() == Some(6) {
            refused += 1;
            assert_eq!(std::fs::read_link(out.join("current")).expect("a run"), before, "{size} KiB");
            continue;
        }
        // Back to the first night, so that each size meets the same work.
        let run = std::fs::read_link(out.join("current")).expect("a run");
        std::fs::remove_file(out.join("current")).expect("there");
        std::os::unix::fs::symlink(&before, out.join("current")).expect("linked");
        std::fs::remove_dir_all(out.join(run)).expect("removed");
    }
    println!("{tries} sizes of volume: {refused} refused with the last good run standing, the rest whole");
    assert!(refused > 0, "the volume was never full");
}

struct Unmount<'p>(&'p Path);

impl Drop for Unmount<'_> {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(self.0).status();
    }
}

/// A night that cannot fit says so before it reads a row; the last good run stands.
#[test]
fn too_little_memory_is_told_before_the_work() {
    let town = Town::new("300");
    let out = town.path("out");
    assert!(town.start(&out, "2026-06-29").wait().expect("ends").success());
    let before = std::fs::read_link(out.join("current")).expect("a run");
    let capped = |kib: u64| {
        std::process::Command::new("bash")
            .args([
                "-c",
                &format!(
                    "ulimit -d {kib}; exec \"$0\" run --config \"$1\" --as-of 2026-06-30 --out \"$2\" --threads 1"
                ),
            ])
            .arg(env!("CARGO_BIN_EXE_lamplight"))
            .arg(town.path("town.toml"))
            .arg(&out)
            .output()
            .expect("runs")
    };
    let refused = capped(150 * 1024);
    assert_eq!(code(&refused), 2, "{}", text(&refused));
    assert!(text(&refused).contains("MiB of memory"), "{}", text(&refused));
    assert_eq!(std::fs::read_link(out.join("current")).expect("a run"), before);
    // Twice what it says it needs is enough.
    let needed: u64 = text(&refused)
        .split("needs about ")
        .nth(1)
        .and_then(|t| t.split(' ').next())
        .and_then(|n| n.parse().ok())
        .expect("a figure");
    let enough = capped(needed * 2 * 1024);
    assert_eq!(code(&enough), 0, "{}", text(&enough));
    assert!(verified(&out));
}

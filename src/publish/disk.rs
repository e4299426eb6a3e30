//! Every call that changes the disk for a run or a model: make, write, sync, rename, link. Owns the calls and their
//! count, so that a test can fail any one of them; refuses to know what is written or why.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

static CALLS: AtomicU64 = AtomicU64::new(0);
static FAIL_FROM: AtomicU64 = AtomicU64::new(u64::MAX);
static FAIL_UNTIL: AtomicU64 = AtomicU64::new(u64::MAX);

/// Lets the calls `from..until`, counted from 1 after this one, fail as a full disk does; an empty range is a sound
/// disk. Returns how many calls were made since the last setting. For tests of what a failing disk leaves behind,
/// one night at a time in the process; nothing a user can set reaches it.
#[doc(hidden)]
pub fn fail_calls(range: std::ops::Range<u64>) -> u64 {
    FAIL_FROM.store(range.start, Ordering::SeqCst);
    FAIL_UNTIL.store(range.end, Ordering::SeqCst);
    CALLS.swap(0, Ordering::SeqCst)
}

/// Counts a call and says whether it may be made.
fn ask() -> io::Result<()> {
    let call = CALLS.fetch_add(1, Ordering::SeqCst) + 1;
    if call >= FAIL_FROM.load(Ordering::SeqCst) && call < FAIL_UNTIL.load(Ordering::SeqCst) {
        return Err(io::ErrorKind::StorageFull.into());
    }
    Ok(())
}

/// A new private file (0600) under construction.
#[derive(Debug)]
pub struct DiskFile(File);

impl DiskFile {
    /// Makes a file; never follows or replaces one that is there.
    pub fn create(path: &Path) -> io::Result<Self> {
        ask()?;
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map(Self)
    }

    /// Waits until the bytes are on the disk.
    pub fn sync(&self) -> io::Result<()> {
        ask()?;
        self.0.sync_all()
    }
}

impl Write for DiskFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        ask()?;
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Makes a folder (0700) and those above it.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    ask()?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Moves a file or folder within one file system.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    ask()?;
    fs::rename(from, to)
}

/// Makes a symbolic link.
pub fn link(target: &Path, at: &Path) -> io::Result<()> {
    ask()?;
    symlink(target, at)
}

/// Waits until the entries of a folder are on the disk.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    ask()?;
    File::open(path)?.sync_all()
}

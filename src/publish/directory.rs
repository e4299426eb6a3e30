//! The published folder: lock, staging, private files, atomic publication, `current`, kept runs. Owns the order of
//! what is done on disk; refuses to know what is written.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::disk::{self, DiskFile};
use super::error::PublishError;

/// The folder of the published runs, below the output folder.
pub const RUNS_FOLDER: &str = "runs";

fn io_error(what: &str) -> impl FnOnce(io::Error) -> PublishError + '_ {
    move |e| PublishError::Io { what: what.to_owned(), why: e }
}

fn make_folder(path: &Path) -> Result<(), PublishError> {
    disk::make_folder(path).map_err(io_error("output folder"))
}

/// When `current` moves to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CurrentRule {
    /// Unless it names a later night already.
    #[default]
    NewestNight,
    /// Whatever it names: `--set-current`.
    Always,
}

/// A folder that one run at a time may publish to.
pub struct OutputFolder {
    root: PathBuf,
    _lock: File,
}

impl OutputFolder {
    /// Opens the folder, makes it when missing, and takes the lock; leftovers of dead runs are removed.
    ///
    /// # Errors
    /// [`PublishError::Locked`] when another run holds it; [`PublishError::Io`] when it cannot be written.
    pub fn open(root: &Path) -> Result<Self, PublishError> {
        make_folder(root)?;
        make_folder(&root.join(RUNS_FOLDER))?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(root.join(".lock"))
            .map_err(io_error("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(PublishError::Locked),
            Err(fs::TryLockError::Error(e)) => return Err(PublishError::Io { what: "lock".to_owned(), why: e }),
        }
        let folder = Self { root: root.to_path_buf(), _lock: lock };
        folder.clean()?;
        Ok(folder)
    }

    /// A folder for a few files without runs or lock.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn plain(root: &Path) -> Result<Self, PublishError> {
        make_folder(root)?;
        let itself = File::open(root).map_err(io_error("output folder"))?;
        Ok(Self { root: root.to_path_buf(), _lock: itself })
    }

    /// Removes staging folders of runs that died: the lock says that none of them lives.
    fn clean(&self) -> Result<(), PublishError> {
        for entry in fs::read_dir(&self.root).map_err(io_error("output folder"))? {
            let path = entry.map_err(io_error("output folder"))?.path();
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with(".staging-") {
                fs::remove_dir_all(&path).map_err(io_error("leftover of an earlier run"))?;
            } else if name.starts_with(".tmp-") {
                fs::remove_file(&path).map_err(io_error("leftover of an earlier run"))?;
            }
        }
        Ok(())
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A fresh staging folder.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn stage(&self) -> Result<Staging, PublishError> {
        let path = self.root.join(format!(".staging-{}", std::process::id()));
        make_folder(&path)?;
        Ok(Staging { path, files: Vec::new(), published: false })
    }

    /// Published runs, oldest night first.
    #[must_use]
    pub fn runs(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.root.join(RUNS_FOLDER))
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .filter(|n| !n.starts_with('.'))
            .collect();
        names.sort();
        names
    }

    /// The path of a run.
    #[must_use]
    pub fn run(&self, name: &str) -> PathBuf {
        self.root.join(RUNS_FOLDER).join(name)
    }

    /// Moves a finished staging folder to `runs/<name>` and points `current` at it, as `rule` allows. When that run is there
    /// already with the same digest the staging folder is dropped: the same night twice is one run. `record`
    /// enters the run in the account before anyone is sent to it.
    ///
    /// # Errors
    /// [`PublishError::Io`]; `current` then still names the last good run.
    pub fn publish(
        &self,
        mut staging: Staging,
        name: &str,
        rule: CurrentRule,
        same: impl Fn(&Path) -> bool,
        record: impl Fn(&str, bool) -> Result<(), PublishError>,
    ) -> Result<String, PublishError> {
        sync_folders(&staging.path)?;
        let mut target = name.to_owned();
        let mut attempt = 1;
        while self.run(&target).exists() {
            if same(&self.run(&target)) {
                record(&target, true)?;
                self.point_current(&target, rule)?;
                return Ok(target);
            }
            attempt += 1;
            target = format!("{name}-r{attempt}");
        }
        disk::rename(&staging.path, &self.run(&target)).map_err(io_error("published run"))?;
        staging.published = true;
        sync_folder(&self.root.join(RUNS_FOLDER))?;
        sync_folder(&self.root)?;
        record(&target, false)?;
        self.point_current(&target, rule)?;
        Ok(target)
    }

    /// The run that `current` names.
    #[must_use]
    pub fn current(&self) -> Option<String> {
        let target = fs::read_link(self.root.join("current")).ok()?;
        let name = target.file_name()?.to_string_lossy().into_owned();
        self.run(&name).exists().then_some(name)
    }

    fn point_current(&self, name: &str, rule: CurrentRule) -> Result<(), PublishError> {
        // A run's name begins with its night.
        let night = |run: &str| run.get(..10).map(str::to_owned);
        if rule == CurrentRule::NewestNight && self.current().is_some_and(|c| night(&c) > night(name)) {
            return Ok(());
        }
        let temporary = self.root.join(format!(".tmp-current-{}", std::process::id()));
        let _ = fs::remove_file(&temporary);
        disk::link(&Path::new(RUNS_FOLDER).join(name), &temporary).map_err(io_error("current"))?;
        disk::rename(&temporary, &self.root.join("current")).map_err(io_error("current"))?;
        sync_folder(&self.root)
    }

    /// Removes the oldest runs beyond `keep`, never the one `current` names nor the one just made.
    pub fn prune(&self, keep: usize, made: &str) {
        let current = self.current();
        let stays = |n: &String| Some(n) == current.as_ref() || n == made;
        let (staying, runs): (Vec<String>, Vec<String>) = self.runs().into_iter().partition(stays);
        let surplus = (runs.len() + staying.len()).saturating_sub(keep.max(1));
        for name in runs.into_iter().take(surplus) {
            // A run that cannot be removed tonight is removed tomorrow.
            let _ = fs::remove_dir_all(self.run(&name));
        }
    }

    /// Removes the oldest folders below a place beside the runs, beyond `keep`, never the one just made; their names begin
    /// with their nights.
    pub fn prune_beside(&self, place: &str, keep: usize, made: &str) {
        let place = self.root.join(place);
        let mut names: Vec<PathBuf> =
            fs::read_dir(&place).into_iter().flatten().filter_map(Result::ok).map(|e| e.path()).collect();
        names.retain(|p| !p.ends_with(made));
        names.sort();
        let surplus = (names.len() + 1).saturating_sub(keep.max(1));
        for path in names.into_iter().take(surplus) {
            // What cannot be removed tonight is removed with the next one.
            let _ = fs::remove_dir_all(path);
        }
    }

    /// Writes a small file beside the runs, whole or not at all.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn write_beside(&self, name: &str, bytes: &[u8]) -> Result<(), PublishError> {
        let path = self.root.join(name);
        if let Some(parent) = path.parent() {
            make_folder(parent)?;
        }
        let temporary = self.root.join(format!(".tmp-{}-{}", name.replace('/', "-"), std::process::id()));
        let _ = fs::remove_file(&temporary);
        write_new(&temporary, bytes)?;
        disk::rename(&temporary, &path).map_err(io_error(name))?;
        sync_folder(path.parent().unwrap_or(&self.root))
    }
}

/// Writes one private file (0600), replacing what was there whole or not at all.
///
/// # Errors
/// [`PublishError::Io`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".tmp-{}", std::process::id()));
    let temporary = path.with_file_name(name);
    let _ = fs::remove_file(&temporary);
    write_new(&temporary, bytes)?;
    disk::rename(&temporary, path).map_err(io_error("output file"))
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    let written = DiskFile::create(path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync()));
    written.map_err(|e| {
        // Half a file is of no use to anyone, and its name is needed for the next try.
        let _ = fs::remove_file(path);
        io_error("output file")(e)
    })
}

fn sync_folder(path: &Path) -> Result<(), PublishError> {
    disk::sync_folder(path).map_err(io_error("output folder"))
}

fn sync_folders(path: &Path) -> Result<(), PublishError> {
    for entry in fs::read_dir(path).map_err(io_error("output folder"))? {
        let inner = entry.map_err(io_error("output folder"))?.path();
        if inner.is_dir() {
            sync_folders(&inner)?;
        }
    }
    sync_folder(path)
}

/// A run under construction; removed when dropped unpublished.
pub struct Staging {
    path: PathBuf,
    files: Vec<String>,
    published: bool,
}

/// A file of the staging folder written piece by piece.
pub type StagedFile = BufWriter<DiskFile>;

impl Staging {
    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder of its own at a place where nothing is yet.
    ///
    /// # Errors
    /// [`PublishError::Io`], also when something is there.
    pub fn fresh(path: &Path) -> Result<Self, PublishError> {
        if path.symlink_metadata().is_ok() {
            return Err(PublishError::Io {
                what: "output folder".to_owned(),
                why: io::Error::new(
                    io::ErrorKind::AlreadyExists,
                    "it exists already; give each attempt a folder of its own",
                ),
            });
        }
        make_folder(path)?;
        Ok(Self { path: path.to_path_buf(), files: Vec::new(), published: false })
    }

    /// Leaves the folder where it is, synced.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn keep(mut self) -> Result<(), PublishError> {
        sync_folders(&self.path)?;
        self.published = true;
        Ok(())
    }

    /// Files written so far, by their path within the run.
    #[must_use]
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Starts a file; give it back to [`Staging::close`].
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn open(&mut self, name: &str) -> Result<StagedFile, PublishError> {
        let path = self.path.join(name);
        if let Some(parent) = path.parent() {
            make_folder(parent)?;
        }
        self.files.push(name.to_owned());
        Ok(BufWriter::with_capacity(1 << 18, DiskFile::create(&path).map_err(io_error("output file"))?))
    }

    /// Flushes and syncs a file.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn close(&self, file: StagedFile) -> Result<(), PublishError> {
        let file =
            file.into_inner().map_err(|e| PublishError::Io { what: "output file".to_owned(), why: e.into_error() })?;
        file.sync().map_err(io_error("output file"))
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), PublishError> {
        let mut file = self.open(name)?;
        file.write_all(bytes).map_err(io_error(name))?;
        self.close(file)
    }

    /// Opens the audience files to a group (0640) and their folder to pass through.
    ///
    /// # Errors
    /// [`PublishError::Io`], also when the group does not exist.
    pub fn share(&self, group: &str, names: &[&str]) -> Result<(), PublishError> {
        let id = group_id(group).ok_or_else(|| PublishError::Io {
            what: "output.group".to_owned(),
            why: io::Error::other("no such group on this machine"),
        })?;
        for name in names.iter().filter(|n| self.files.iter().any(|f| f == *n)) {
            let path = self.path.join(name);
            std::os::unix::fs::chown(&path, None, Some(id)).map_err(io_error(name))?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).map_err(io_error(name))?;
        }
        // The group must be able to pass through OUT, OUT/runs, the run and its folders; it can list none of them.
        let out = self.path.parent().map(Path::to_path_buf).unwrap_or_default();
        let inner = names.iter().filter_map(|n| Path::new(n).parent()).filter(|p| !p.as_os_str().is_empty());
        let inner: BTreeSet<PathBuf> = inner.map(|p| self.path.join(p)).filter(|p| p.exists()).collect();
        for folder in [out.clone(), out.join(RUNS_FOLDER), self.path.clone()].into_iter().chain(inner) {
            std::os::unix::fs::chown(&folder, None, Some(id)).map_err(io_error("output folder"))?;
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o710)).map_err(io_error("output folder"))?;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.published {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn group_id(name: &str) -> Option<u32> {
    let text = fs::read_to_string("/etc/group").ok()?;
    text.lines()
        .map(|l| l.split(':').collect::<Vec<_>>())
        .find(|f| f.len() > 2 && f[0] == name)
        .and_then(|f| f[2].parse().ok())
}

/// SHA-256 of a file, streamed.
///
/// # Errors
/// When it cannot be read.
pub fn file_sha256(path: &Path) -> io::Result<(String, u64)> {
    use sha2::{Digest, Sha256};
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 18];
    let mut total = 0;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        total += n as u64;
        hasher.update(&buffer[..n]);
    }
    Ok((crate::domain::hex(&hasher.finalize()), total))
}

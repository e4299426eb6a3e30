//! Finding and opening input files. Owns the rules of files, folders and globs, content sniffing,
//! hashing and streaming decompression with its bomb limits; refuses to know columns.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::ExtractError;

/// How a file's bytes are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Plain CSV.
    Csv,
    /// CSV in gzip.
    CsvGzip,
    /// CSV in zstd.
    CsvZstd,
    /// Parquet.
    Parquet,
}

/// One input file, as it stood when the run looked first.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Name shown in quarantine and manifest: the file name, with its folder when a folder was read.
    pub name: String,
    /// How to read it.
    pub format: Format,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
    modified: Option<SystemTime>,
}

/// Text longer than this many times its compressed size, past [`BOMB_FLOOR`], is refused.
const BOMB_RATIO: u64 = 400;
/// Bytes of text every compressed file may give.
const BOMB_FLOOR: u64 = 256 << 20;

/// The files of an extract, sorted by path; skips hidden files, `_markers`, `.crc` and `.tmp`.
///
/// # Errors
/// [`ExtractError::Source`] when nothing is there or a file may not be read.
pub fn discover(
    extract: &str,
    pattern: &str,
    base: &Path,
    root: Option<&Path>,
) -> Result<Vec<SourceFile>, ExtractError> {
    let fail = |why: String| ExtractError::Source { extract: extract.to_owned(), why };
    let resolved = resolve(pattern, base);
    let mut paths = Vec::new();
    if resolved.is_dir() {
        walk(&resolved, &mut paths).map_err(&fail)?;
    } else if resolved.exists() {
        paths.push(resolved.clone());
    } else if pattern.contains(['*', '?', '[']) {
        let glob = glob::glob(&resolved.to_string_lossy()).map_err(|e| fail(format!("the glob is not valid: {e}")))?;
        for entry in glob {
            let path = entry.map_err(|e| fail(format!("cannot read a folder of the glob: {}", e.error())))?;
            if path.is_dir() {
                walk(&path, &mut paths).map_err(&fail)?
            } else if !skipped(&path) {
                paths.push(path)
            }
        }
    }
    paths.sort();
    paths.dedup();
    if paths.is_empty() {
        return Err(fail(format!(
            "no file at `{pattern}`\nhint: paths are relative to the configuration file, then to the working directory"
        )));
    }
    let files =
        paths.into_iter().map(|p| describe(&p, &resolved, root).map_err(&fail)).collect::<Result<Vec<_>, _>>()?;
    Ok(without_repeats(files))
}

/// Relative to the configuration's folder when something is there, else to the working directory.
fn resolve(pattern: &str, base: &Path) -> PathBuf {
    let beside = base.join(pattern);
    let fixed: String = pattern.split(['*', '?', '[']).next().unwrap_or("").to_owned();
    let anchor = |root: &Path| {
        if fixed.len() == pattern.len() {
            root.join(pattern)
        } else {
            root.join(Path::new(&fixed).parent().unwrap_or_else(|| Path::new("")))
        }
    };
    if anchor(base).exists() || !anchor(Path::new("")).exists() { beside } else { PathBuf::from(pattern) }
}

fn skipped(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    name.starts_with('.') || name.starts_with('_') || name.ends_with(".crc") || name.ends_with(".tmp")
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("cannot list the folder: {e}"))?;
    for entry in entries {
        let path = entry.map_err(|e| format!("cannot list the folder: {e}"))?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        match name.as_str() {
            "_delta_log" => return Err("the folder is a Delta table: its dead files would be read too\nhint: export a snapshot as plain Parquet".to_owned()),
            "_temporary" => return Err("the folder still holds _temporary: its writer has not finished".to_owned()),
            _ if skipped(&path) => {}
            _ if path.is_dir() => walk(&path, out)?,
            _ => out.push(path),
        }
    }
    Ok(())
}

fn describe(path: &Path, given: &Path, root: Option<&Path>) -> Result<SourceFile, String> {
    let shown = path
        .strip_prefix(given)
        .ok()
        .filter(|p| !p.as_os_str().is_empty())
        .map_or_else(|| path.file_name().map(PathBuf::from).unwrap_or_default(), Path::to_path_buf);
    let name = shown.to_string_lossy().into_owned();
    let meta = std::fs::metadata(path).map_err(|e| format!("{name}: {e}"))?;
    if !meta.is_file() {
        return Err(format!("{name}: not a regular file"));
    }
    if let Some(root) = root {
        let real = path.canonicalize().map_err(|e| format!("{name}: {e}"))?;
        let root = root.canonicalize().map_err(|e| format!("run.input_root: {e}"))?;
        if !real.starts_with(root) {
            return Err(format!("{name}: lies outside run.input_root"));
        }
    }
    if meta.len() == 0 {
        return Err(format!("{name}: the file is empty (0 bytes)"));
    }
    let mut file = File::open(path).map_err(|e| format!("{name}: {e}"))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 20];
    let mut head = Vec::new();
    loop {
        let n = file.read(&mut buffer).map_err(|e| format!("{name}: {e}"))?;
        if n == 0 {
            break;
        }
        if head.is_empty() {
            head.extend_from_slice(&buffer[..n.min(8)]);
        }
        hasher.update(&buffer[..n]);
    }
    let sha256 = crate::domain::hex(&hasher.finalize());
    Ok(SourceFile {
        path: path.to_path_buf(),
        format: sniff(&head, &name)?,
        name,
        bytes: meta.len(),
        sha256,
        modified: meta.modified().ok(),
    })
}

fn sniff(head: &[u8], name: &str) -> Result<Format, String> {
    match head {
        [b'P', b'A', b'R', b'1', ..] => Ok(Format::Parquet),
        [0x1F, 0x8B, ..] => Ok(Format::CsvGzip),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Ok(Format::CsvZstd),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Err(format!("{name}: the file is UTF-16\nhint: export it as UTF-8")),
        _ if name.ends_with(".parquet") => Err(format!("{name}: not a Parquet file (its first bytes are not PAR1)")),
        _ => Ok(Format::Csv),
    }
}

/// The same bytes under two names are read once.
fn without_repeats(files: Vec<SourceFile>) -> Vec<SourceFile> {
    let mut seen = rustc_hash::FxHashSet::default();
    files.into_iter().filter(|f| seen.insert(f.sha256.clone())).collect()
}

impl SourceFile {
    /// Whether the file is still the one that was hashed.
    #[must_use]
    pub fn unchanged(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|m| m.len() == self.bytes && m.modified().ok() == self.modified)
    }

    /// The decompressed text of a CSV file, as a stream.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open_text(&self) -> io::Result<Box<dyn Read + Send>> {
        let file = File::open(&self.path)?;
        let reader: Box<dyn Read + Send> = match self.format {
            Format::Csv | Format::Parquet => return Ok(Box::new(file)),
            Format::CsvGzip => Box::new(flate2::read::MultiGzDecoder::new(io::BufReader::with_capacity(1 << 18, file))),
            Format::CsvZstd => Box::new(zstd::Decoder::new(file)?),
        };
        Ok(Box::new(Capped { inner: reader, given: 0, limit: BOMB_FLOOR.max(self.bytes.saturating_mul(BOMB_RATIO)) }))
    }
}

/// Stops a decompression bomb while it streams.
struct Capped {
    inner: Box<dyn Read + Send>,
    given: u64,
    limit: u64,
}

impl Read for Capped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.given += n as u64;
        if self.given > self.limit {
            return Err(io::Error::other(
                "the file expands to far more than its compressed size allows: a decompression bomb, or damaged",
            ));
        }
        Ok(n)
    }
}

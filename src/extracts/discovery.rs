//! Finding input files. Owns the rules of files, folders and globs, and hashing; refuses to know formats and columns.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::ExtractError;
use super::formats::{HEAD_BYTES, recognise};
use super::source::SourceFile;
use crate::config::ExtractConfig;

/// The files of an extract, sorted by path; skips hidden files, `_markers`, `.crc` and `.tmp`.
///
/// # Errors
/// [`ExtractError::Source`] when nothing is there or a file may not be read.
pub fn discover(
    extract: &str,
    config: &ExtractConfig,
    base: &Path,
    root: Option<&Path>,
) -> Result<Vec<SourceFile>, ExtractError> {
    let mut all = Vec::new();
    let named = config.tables.iter().map(|(table, paths)| (Some(table.as_str()), paths));
    for (table, paths) in std::iter::once((None, &config.path)).chain(named) {
        let mut files = Vec::new();
        for pattern in paths.0.iter().filter(|p| !p.is_empty()) {
            files.extend(matching((extract, table), pattern, (config, base), root)?);
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        all.extend(without_repeats(files));
    }
    Ok(all)
}

/// The files of one file, folder or glob.
fn matching(
    (extract, table): (&str, Option<&str>),
    pattern: &str,
    (config, base): (&ExtractConfig, &Path),
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
    paths.into_iter().map(|p| describe((&p, table), &resolved, (config, root)).map_err(&fail)).collect()
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

/// What is known of one file before it is opened; `given` is the path under which it was found.
///
/// # Errors
/// A sentence naming the file.
pub fn describe(
    (path, table): (&Path, Option<&str>),
    given: &Path,
    (config, root): (&ExtractConfig, Option<&Path>),
) -> Result<SourceFile, String> {
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
            head.extend_from_slice(&buffer[..n.min(HEAD_BYTES)]);
        }
        hasher.update(&buffer[..n]);
    }
    let sha256 = crate::domain::hex(&hasher.finalize());
    let (packing, format) = recognise(path, &head, &name, (config, table))?;
    Ok(SourceFile {
        path: path.to_path_buf(),
        format,
        packing,
        name,
        bytes: meta.len(),
        sha256,
        table: table.map(str::to_owned),
        copies: 0,
        modified: meta.modified().ok(),
    })
}

/// SHA-256 of a file, lower-case hex.
///
/// # Errors
/// When it cannot be read to its end.
pub fn hash_file(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 20];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(crate::domain::hex(&hasher.finalize()));
        }
        hasher.update(&buffer[..n]);
    }
}

/// The same bytes under two names are read once.
fn without_repeats(files: Vec<SourceFile>) -> Vec<SourceFile> {
    let mut kept: Vec<SourceFile> = Vec::with_capacity(files.len());
    let mut place = rustc_hash::FxHashMap::default();
    for file in files {
        match place.get(&file.sha256) {
            Some(at) => {
                let first: &mut SourceFile = &mut kept[*at];
                first.copies += 1;
            }
            None => {
                place.insert(file.sha256.clone(), kept.len());
                kept.push(file);
            }
        }
    }
    kept
}

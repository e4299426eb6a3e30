//! Files under some paths, each looked at as it is: how it is cut, its columns, a sample of its rows. Owns that walk;
//! refuses to say which extract a file is.

use std::path::{Path, PathBuf};

use super::names::{Names, folded};
use super::sniff::{is_header, sniff_text};
use crate::config::{ExtractConfig, FormatName};
use crate::extracts::{Peek, filled_sheets, peek_file, text_head};

/// Bytes of a text file that are looked at before it is read.
const HEAD: u64 = 1 << 16;
/// Lines above the header of a sheet at most.
const LONGEST_TITLE: usize = 10;

/// One table: a file, or a sheet of one.
pub struct Probe {
    /// Where it lies.
    pub path: PathBuf,
    /// How it is read: format, encoding, separator, header, sheet.
    pub config: ExtractConfig,
    /// What it holds.
    pub peek: Peek,
}

impl Probe {
    /// The file's name, with its sheet.
    #[must_use]
    pub fn label(&self) -> String {
        let name = self.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        self.config.sheet.as_ref().map_or_else(|| name.clone(), |sheet| format!("{name}, sheet {sheet}"))
    }

    /// The cells of a column.
    pub fn cells(&self, column: usize) -> impl Iterator<Item = &str> + Clone {
        self.peek.sample.iter().filter_map(move |row| row.get(column)).map(String::as_str)
    }

    /// The cells of a column by its name.
    pub fn cells_of(&self, name: &str) -> impl Iterator<Item = &str> + Clone {
        let at = self.peek.names.iter().position(|n| n == name);
        at.into_iter().flat_map(|at| self.cells(at))
    }
}

/// What became of the files.
#[derive(Default)]
pub struct Looked {
    /// Tables.
    pub tables: Vec<Probe>,
    /// Files that are none, each with why.
    pub refused: Vec<(PathBuf, String)>,
}

/// Looks at every file under some paths.
///
/// # Errors
/// A sentence when a path is not there.
pub fn look_at(paths: &[PathBuf], names: &Names) -> Result<Looked, String> {
    let mut files = Vec::new();
    for path in paths {
        gather_files(path, &mut files)?;
    }
    files.sort();
    files.dedup();
    let mut out = Looked::default();
    for path in files {
        match probe_file(&path, names) {
            Ok(tables) => out.tables.extend(tables),
            Err(why) => out.refused.push((path, why)),
        }
    }
    Ok(out)
}

fn gather_files(path: &Path, out: &mut Vec<PathBuf>) -> Result<(), String> {
    let told = |e: std::io::Error| format!("{}: {e}", path.display());
    let real = path.canonicalize().map_err(told)?;
    if !real.is_dir() {
        out.push(real);
        return Ok(());
    }
    for entry in std::fs::read_dir(&real).map_err(told)? {
        let entry = entry.map_err(told)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with(['.', '_']) {
            gather_files(&entry.path(), out)?;
        }
    }
    Ok(())
}

fn probe_file(path: &Path, names: &Names) -> Result<Vec<Probe>, String> {
    let (format, head) = text_head(path, HEAD)?;
    let made = |config: ExtractConfig| {
        let peek = peek_file(path, &config)?;
        Ok(Probe { path: path.to_path_buf(), config, peek })
    };
    match format {
        FormatName::Csv => made(text_config(&head, names)).map(|p| vec![p]),
        FormatName::Xlsx => filled_sheets(path)?.into_iter().map(|sheet| probe_sheet(path, &sheet, names)).collect(),
        FormatName::Parquet | FormatName::Ndjson | FormatName::Fixed => made(ExtractConfig::default()).map(|p| vec![p]),
    }
}

/// How a text file is read; one without a header gets names by place.
fn text_config(head: &[u8], names: &Names) -> ExtractConfig {
    let shape = sniff_text(head, &|cell| names.knows(&folded(cell)));
    let mut config = ExtractConfig {
        encoding: shape.encoding,
        delimiter: shape.delimiter.filter(|d| *d != ',').map(String::from),
        skip_rows: shape.skip_rows,
        header: shape.header,
        ..ExtractConfig::default()
    };
    if !shape.header {
        config.names = (1..=shape.fields).map(|n| format!("c{n}")).collect();
    }
    config
}

/// A sheet from the first row that names columns on.
fn probe_sheet(path: &Path, sheet: &str, names: &Names) -> Result<Probe, String> {
    let mut first = None;
    for skip_rows in 0..LONGEST_TITLE {
        let config = ExtractConfig { sheet: Some(sheet.to_owned()), skip_rows, ..ExtractConfig::default() };
        let Ok(peek) = peek_file(path, &config) else { continue };
        let filled = peek.names.iter().filter(|n| !n.is_empty()).count();
        let known = peek.names.iter().any(|n| names.knows(&folded(n)));
        let header = filled > 1
            && filled * 2 >= peek.names.len()
            && known
            && is_header(&peek.names, &|c| names.knows(&folded(c)));
        let probe = Probe { path: path.to_path_buf(), config, peek };
        if header {
            return Ok(probe);
        }
        first = first.or(Some(probe));
    }
    first.ok_or_else(|| format!("sheet {sheet}: it holds no table"))
}

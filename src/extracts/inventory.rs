//! The inputs of a night as a list that travels: which files there are, with their hashes, and what is read together. Owns
//! that list; refuses a file that is no longer the one it names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::contract::ExtractSpec;
use super::discovery::hash_file;
use super::error::ExtractError;
use super::feeds::extract;
use super::formats::FORMATS;
use super::inputs::Discovered;
use super::packing::Packing;
use super::source::SourceFile;
use crate::config::{FormatName, RunPlan};

/// One file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InputEntry {
    /// Where it lies, from the root.
    pub path: PathBuf,
    /// How manifest and quarantine name it.
    pub name: String,
    /// The table of a view that it belongs to; none for the files under `path`.
    table: Option<String>,
    /// How it is read.
    format: FormatName,
    /// How it is packed.
    packing: Packing,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// Further names under which the same bytes stood.
    copies: u64,
}

/// What one scatter task reads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InputUnit {
    /// Extract.
    pub extract: String,
    /// Its file by place; `None` for a view over all of them.
    pub file: Option<usize>,
    /// Its rows belong to no member: every part reads them, and the prelude packs them.
    pub everyone: bool,
}

/// Every input.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Inventory {
    /// Files by extract.
    pub files: BTreeMap<String, Vec<InputEntry>>,
    /// What is read together; the place in this list is the number of an input.
    pub units: Vec<InputUnit>,
}

impl Inventory {
    /// The list of what was found.
    ///
    /// # Errors
    /// When a path has no absolute form.
    pub fn of(found: &Discovered, plan: &RunPlan) -> Result<Self, ExtractError> {
        let mut out = Self { files: BTreeMap::new(), units: Vec::new() };
        for (name, files) in &found.files {
            let entries = files.iter().map(|f| entry_of(name, f)).collect::<Result<Vec<_>, _>>()?;
            let everyone = extract(name).is_some_and(|spec| !is_about_members(spec));
            let is_view = plan.extracts.get(*name).is_some_and(|e| e.sql.is_some());
            let whole: Vec<Option<usize>> = if is_view { vec![None] } else { (0..entries.len()).map(Some).collect() };
            out.units.extend(whole.into_iter().map(|file| InputUnit { extract: (*name).to_owned(), file, everyone }));
            out.files.insert((*name).to_owned(), entries);
        }
        Ok(out)
    }

    /// The files as the prelude saw them, without a look at the disk.
    ///
    /// # Errors
    /// [`ExtractError::Stream`] for an extract or format that this version does not know.
    pub fn discovered(&self) -> Result<Discovered, ExtractError> {
        let mut files = BTreeMap::new();
        for (name, entries) in &self.files {
            let spec = extract(name).ok_or_else(|| unknown(name))?;
            files.insert(spec.name, entries.iter().map(source_of).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Discovered { files })
    }

    /// As [`Inventory::discovered`] for whoever reads one input: its files must be there, and be those that were hashed.
    /// `local` is a copy of its one file.
    ///
    /// # Errors
    /// [`ExtractError::Unreadable`] for a file that changed.
    pub fn discovered_for(&self, unit: &InputUnit, local: Option<&Path>) -> Result<Discovered, ExtractError> {
        let mut found = self.discovered()?;
        let files = found.files.get_mut(unit.extract.as_str()).ok_or_else(|| unknown(&unit.extract))?;
        for (at, file) in files.iter_mut().enumerate().filter(|(at, _)| unit.file.is_none_or(|one| one == *at)) {
            if let Some(local) = local.filter(|_| unit.file == Some(at)) {
                file.path = local.to_path_buf();
            }
            let unreadable =
                |why: String| ExtractError::Unreadable { extract: unit.extract.clone(), file: file.name.clone(), why };
            let meta = std::fs::metadata(&file.path).map_err(|e| unreadable(e.to_string()))?;
            let sha256 = hash_file(&file.path).map_err(|e| unreadable(e.to_string()))?;
            if (meta.len(), &sha256) != (file.bytes, &file.sha256) {
                return Err(unreadable(
                    "the file changed after the prelude\nhint: make a new prelude and scatter every input again"
                        .to_owned(),
                ));
            }
            file.modified = meta.modified().ok();
        }
        Ok(found)
    }
}

/// Whether the rows of an extract name members.
pub(super) fn is_about_members(spec: &ExtractSpec) -> bool {
    spec.columns.iter().any(|c| c.name == "member_id")
}

fn unknown(name: &str) -> ExtractError {
    ExtractError::Stream(format!("the prelude names the extract {name}, which this version does not know"))
}

fn entry_of(extract: &str, file: &SourceFile) -> Result<InputEntry, ExtractError> {
    let path = file.path.canonicalize().map_err(|e| ExtractError::Unreadable {
        extract: extract.to_owned(),
        file: file.name.clone(),
        why: e.to_string(),
    })?;
    Ok(InputEntry {
        path,
        name: file.name.clone(),
        table: file.table.clone(),
        format: file.format.name(),
        packing: file.packing,
        bytes: file.bytes,
        sha256: file.sha256.clone(),
        copies: file.copies,
    })
}

fn source_of(entry: &InputEntry) -> Result<SourceFile, ExtractError> {
    let format = FORMATS.iter().find(|f| f.name() == entry.format);
    Ok(SourceFile {
        path: entry.path.clone(),
        name: entry.name.clone(),
        table: entry.table.clone(),
        format: *format.ok_or_else(|| unknown(&entry.name))?,
        packing: entry.packing,
        bytes: entry.bytes,
        sha256: entry.sha256.clone(),
        copies: entry.copies,
        modified: None,
    })
}

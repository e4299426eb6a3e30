//! The prelude: what every process of a night on many machines must agree on. Owns its form, the hash that names it and
//! the refusal of one made by another version or for another night; refuses to find an input.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::ClusterError;
use crate::config::RunPlan;
use crate::domain::PseudonymKey;
use crate::extracts::{InputSize, InputUnit, Inventory, PartRouter};
use crate::reference::sha256_hex;

/// Version of the form.
pub const PRELUDE_FORMAT: u32 = 1;
/// Extracts whose rows end in a part: what follows from them travels on, not they.
pub const EVENT_EXTRACTS: [&str; 3] = ["medical_claim", "admission", "pharmacy_claim"];
/// Its file in the folder of the prelude.
const FILE: &str = "prelude.json";

/// A trained model in use.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ModelUsed {
    /// Id.
    pub id: String,
    /// Hash of its files.
    pub sha256: String,
}

/// What every process of the night agrees on. Splitters are ids of members: the file is as private as an input.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prelude {
    /// Version of the form.
    pub format: u32,
    /// Version of the program.
    pub lamplight_version: String,
    /// The night.
    pub as_of: String,
    /// Working directory: relative paths of the configuration start there, on every machine.
    pub home: PathBuf,
    /// The configuration.
    pub config: PathBuf,
    /// Hash of the settings that can change an output byte.
    pub config_sha256: String,
    /// Key of the pseudonyms.
    pub pseudonym_key: Option<PathBuf>,
    /// The shipped sample is being run.
    pub sample: bool,
    /// Extracts that may be empty.
    pub allow_empty: Vec<String>,
    /// Accept a fall in volume.
    pub accept_volume_change: bool,
    /// `current` moves whatever it names.
    pub set_current: bool,
    /// Trained models in use.
    pub models: Vec<ModelUsed>,
    /// Digest of the code sets in use.
    pub code_sets: String,
    /// First published id of every part but the first.
    pub splitters: Vec<String>,
    /// The inputs.
    pub inventory: Inventory,
}

impl Prelude {
    /// The bytes of the file, and the hash that names the prelude.
    ///
    /// # Errors
    /// [`ClusterError::Io`] when it has no JSON form.
    pub fn to_bytes(&self) -> Result<(Vec<u8>, String), ClusterError> {
        let bytes = serde_json::to_vec_pretty(self)
            .map_err(|e| ClusterError::Io { what: "the prelude", why: std::io::Error::other(e) })?;
        let id = sha256_hex(&bytes);
        Ok((bytes, id))
    }

    /// Number of parts.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.splitters.len() + 1
    }

    /// Where members belong.
    #[must_use]
    pub fn router(&self, names: Option<&PseudonymKey>) -> PartRouter {
        PartRouter { splitters: self.splitters.clone(), names: names.cloned() }
    }

    /// An input that a scatter task reads.
    ///
    /// # Errors
    /// [`ClusterError::Usage`] when there is none of that number, or the prelude has packed it.
    pub fn scattered(&self, input: usize) -> Result<&InputUnit, ClusterError> {
        match self.inventory.units.get(input) {
            Some(unit) if !unit.everyone => Ok(unit),
            Some(_) => Err(ClusterError::Usage(format!("--input {input}: the prelude has packed that input already"))),
            None => Err(ClusterError::Usage(format!(
                "--input {input}: the prelude lists the inputs 0 to {}",
                self.inventory.units.len().saturating_sub(1)
            ))),
        }
    }

    /// How much rows by input are, for what is decided before they are read.
    #[must_use]
    pub fn size_of<'r>(&self, rows: impl IntoIterator<Item = (&'r usize, &'r u64)>) -> InputSize {
        let mut out = InputSize::default();
        for (input, rows) in rows {
            match self.inventory.units.get(*input).map(|unit| unit.extract.as_str()) {
                Some("eligibility") => out.eligibility_rows += rows,
                Some(name) if EVENT_EXTRACTS.contains(&name) => out.event_rows += rows,
                _ => {}
            }
        }
        out
    }

    /// Refuses a plan that is not the one the prelude was made of.
    ///
    /// # Errors
    /// [`ClusterError::Usage`].
    pub fn check_plan(&self, plan: &RunPlan) -> Result<(), ClusterError> {
        let night = plan.as_of.to_string();
        if night != self.as_of {
            return Err(other(&format!("is of the night {}, this is the night {night}", self.as_of)));
        }
        if plan.config_hash != self.config_sha256 {
            return Err(other("was made of another configuration, environment or pseudonym key"));
        }
        Ok(())
    }

    /// Refuses models or code sets that are not those of the prelude.
    ///
    /// # Errors
    /// [`ClusterError::Usage`].
    pub fn check_tables(&self, models: &[ModelUsed], code_sets: &str) -> Result<(), ClusterError> {
        if models != self.models {
            return Err(other("names other trained models than are here"));
        }
        if code_sets == self.code_sets { Ok(()) } else { Err(other("names other code sets than are here")) }
    }
}

fn other(why: &str) -> ClusterError {
    ClusterError::Usage(format!("the prelude {why}\nhint: make a new prelude; what an old one scattered is of no use"))
}

/// A prelude where it lies.
#[derive(Clone, Debug)]
pub struct PreludeFolder {
    /// Its folder.
    pub folder: PathBuf,
    /// SHA-256 of the file: what streams and receipts echo.
    pub id: String,
    /// What it says.
    pub prelude: Prelude,
}

impl PreludeFolder {
    /// Reads a prelude.
    ///
    /// # Errors
    /// [`ClusterError::Usage`] when there is none, or one of another version.
    pub fn read(folder: &Path) -> Result<Self, ClusterError> {
        let bytes = std::fs::read(folder.join(FILE))
            .map_err(|e| ClusterError::Usage(format!("--prelude: no prelude can be read there: {e}")))?;
        #[derive(Deserialize)]
        struct Version {
            format: u32,
            lamplight_version: String,
        }
        let damaged = |_| ClusterError::Usage("--prelude: the prelude is damaged".to_owned());
        let version: Version = serde_json::from_slice(&bytes).map_err(damaged)?;
        if version.format != PRELUDE_FORMAT || version.lamplight_version != env!("CARGO_PKG_VERSION") {
            return Err(other(&format!(
                "is of version {} (form {}), this is version {} (form {PRELUDE_FORMAT})",
                version.lamplight_version,
                version.format,
                env!("CARGO_PKG_VERSION"),
            )));
        }
        let prelude: Prelude = serde_json::from_slice(&bytes).map_err(damaged)?;
        if !prelude.splitters.is_sorted_by(|a, b| a < b) {
            return Err(ClusterError::Usage("--prelude: the prelude's splitters are not in order".to_owned()));
        }
        Ok(Self { folder: folder.to_path_buf(), id: sha256_hex(&bytes), prelude })
    }

    /// Writes a prelude, last of all that its folder holds.
    ///
    /// # Errors
    /// [`ClusterError::Io`].
    pub fn write(folder: &Path, bytes: &[u8]) -> Result<(), ClusterError> {
        let refused = ClusterError::disk("the prelude");
        let temporary = folder.join(".prelude.tmp");
        let open = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&temporary);
        let mut file = open.map_err(&refused)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(&refused)?;
        std::fs::rename(&temporary, folder.join(FILE)).map_err(&refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prelude() -> Prelude {
        Prelude {
            format: PRELUDE_FORMAT,
            lamplight_version: env!("CARGO_PKG_VERSION").to_owned(),
            as_of: "2026-06-30".to_owned(),
            home: "/home".into(),
            config: "/home/c.toml".into(),
            config_sha256: "c".to_owned(),
            pseudonym_key: None,
            sample: false,
            allow_empty: Vec::new(),
            accept_volume_change: false,
            set_current: false,
            models: Vec::new(),
            code_sets: "s".to_owned(),
            splitters: vec!["B".to_owned()],
            inventory: Inventory { files: std::collections::BTreeMap::new(), units: Vec::new() },
        }
    }

    fn why(folder: &Path) -> String {
        PreludeFolder::read(folder).map_or_else(|e| e.to_string(), |_| "read".to_owned())
    }

    #[test]
    fn a_prelude_is_read_by_its_own_version_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(why(folder.path()).starts_with("--prelude: no prelude can be read there"));
        let (bytes, id) = prelude().to_bytes().expect("bytes");
        PreludeFolder::write(folder.path(), &bytes).expect("written");
        let read = PreludeFolder::read(folder.path()).expect("read");
        assert_eq!((read.id, read.prelude), (id, prelude()));
        for changed in [
            Prelude { format: 2, ..prelude() },
            Prelude { lamplight_version: "0.0.1".to_owned(), ..prelude() },
            Prelude { splitters: vec!["B".to_owned(), "A".to_owned()], ..prelude() },
        ] {
            PreludeFolder::write(folder.path(), &changed.to_bytes().expect("bytes").0).expect("written");
            assert_ne!(why(folder.path()), "read");
        }
        PreludeFolder::write(folder.path(), &bytes[..bytes.len() / 2]).expect("written");
        assert_eq!(why(folder.path()), "--prelude: the prelude is damaged");
    }
}

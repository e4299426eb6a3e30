//! The TOML file, environment and flags resolved once into a [`RunPlan`]. Owns precedence
//! (flag over environment over file over default) and the refusal of unknown keys; refuses to open
//! an extract or look at the clock.

mod keys;
mod sections;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use keys::{KEYS, Key};
pub use sections::{Caseload, Clocks, ColumnSource, ExtractConfig, Followup, ListConfig, Models, Output, Quality, Run};

use crate::domain::{Day, MIN_KEY_BYTES, PseudonymKey, hex};

/// What the command line may override.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--as-of`.
    pub as_of: Option<String>,
    /// `--out`.
    pub out: Option<PathBuf>,
    /// `--threads`.
    pub threads: Option<usize>,
}

/// Everything a run was asked to do, resolved.
#[derive(Clone, Debug)]
pub struct RunPlan {
    /// The night's date.
    pub as_of: Day,
    /// Folder of the configuration file: relative extract paths start there.
    pub base: PathBuf,
    /// The `[run]` table after overrides.
    pub run: Run,
    /// Folder of replacement code sets.
    pub reference_dir: Option<PathBuf>,
    /// Extracts by canonical name.
    pub extracts: BTreeMap<String, ExtractConfig>,
    /// `[quality]`.
    pub quality: Quality,
    /// `[list]`.
    pub list: ListConfig,
    /// `[caseload]`.
    pub caseload: Caseload,
    /// `[models]`.
    pub models: Models,
    /// `[clocks]`.
    pub clocks: Clocks,
    /// `[followup]`.
    pub followup: Followup,
    /// `[output]`.
    pub output: Output,
    /// The shipped sample is being run.
    pub sample: bool,
    /// Set by `--pseudonymize`: members are known by keyed names in every output.
    pub pseudonyms: Option<PseudonymKey>,
    /// The file is the shipped `config/sample.toml`, byte for byte: it alone may name demonstration models freely.
    pub ships_demo: bool,
    /// SHA-256 of the resolved settings that can change an output byte.
    pub config_hash: String,
}

/// A refused configuration; always exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// The cause.
        why: String,
    },
    /// Not TOML, or a value of the wrong type.
    #[error("{path}: {why}")]
    Invalid {
        /// The file.
        path: String,
        /// The parser's words.
        why: String,
    },
    /// Keys nobody knows.
    #[error("{path}: {}", .keys.join("; "))]
    UnknownKeys {
        /// The file.
        path: String,
        /// One sentence a key.
        keys: Vec<String>,
    },
    /// No `as_of` anywhere.
    #[error(
        "no as_of date: the night's date is never taken from the clock\nhint: pass --as-of YYYY-MM-DD, set LAMPLIGHT_AS_OF, or write [run] as_of in the configuration"
    )]
    NoAsOf,
    /// A value outside its range.
    #[error("{key}: {why}")]
    Value {
        /// The key.
        key: String,
        /// What is wrong and what is allowed.
        why: String,
    },
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct File {
    run: Run,
    reference: ReferenceTable,
    extracts: BTreeMap<String, ExtractConfig>,
    quality: Quality,
    list: ListConfig,
    caseload: Caseload,
    models: Models,
    clocks: Clocks,
    followup: Followup,
    output: Output,
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct ReferenceTable {
    dir: Option<PathBuf>,
}

impl RunPlan {
    /// Reads and resolves a configuration file. `environment` gives `LAMPLIGHT_*` values by name;
    /// `extract_names` are the extracts the contract knows.
    ///
    /// # Errors
    /// [`ConfigError`], always exit code 2.
    pub fn load(
        path: &Path,
        overrides: &Overrides,
        environment: &dyn Fn(&str) -> Option<String>,
        extract_names: &[&str],
    ) -> Result<Self, ConfigError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|e| ConfigError::Unreadable { path: shown.clone(), why: e.to_string() })?;
        let value: toml::Table = text
            .parse()
            .map_err(|e: toml::de::Error| ConfigError::Invalid { path: shown.clone(), why: e.to_string() })?;
        refuse_unknown(&shown, &value, extract_names)?;
        let file: File =
            toml::from_str(&text).map_err(|e| ConfigError::Invalid { path: shown.clone(), why: e.to_string() })?;
        let base =
            path.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        let mut plan = resolve(file, base, overrides, environment)?;
        plan.ships_demo = text == include_str!("../../config/sample.toml");
        Ok(plan)
    }
}

impl RunPlan {
    /// Names members by the key in a file from here on.
    ///
    /// # Errors
    /// [`ConfigError`] when the file cannot be read or its key is too short.
    pub fn pseudonymize(&mut self, file: &Path) -> Result<(), ConfigError> {
        let bytes = std::fs::read(file)
            .map_err(|e| ConfigError::Unreadable { path: file.display().to_string(), why: e.to_string() })?;
        let key = PseudonymKey::new(&bytes).ok_or_else(|| ConfigError::Value {
            key: "--pseudonymize".into(),
            why: format!(
                "the key is shorter than {MIN_KEY_BYTES} bytes\nhint: make one with `head -c 32 /dev/urandom | base64 > key` and keep it apart from the outputs"
            ),
        })?;
        self.pseudonyms = Some(key);
        self.config_hash = hash_of(self);
        Ok(())
    }
}

fn resolve(
    file: File,
    base: PathBuf,
    overrides: &Overrides,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<RunPlan, ConfigError> {
    let mut run = file.run;
    let from_environment = |name: &str| environment(name).filter(|v| !v.is_empty());
    let as_of = overrides
        .as_of
        .clone()
        .or_else(|| from_environment("LAMPLIGHT_AS_OF"))
        .or_else(|| run.as_of.clone())
        .ok_or(ConfigError::NoAsOf)?;
    let as_of = Day::parse_iso(&as_of)
        .ok_or_else(|| ConfigError::Value { key: "as_of".into(), why: "not a date; write YYYY-MM-DD".into() })?;
    if let Some(out) = overrides.out.clone().or_else(|| from_environment("LAMPLIGHT_OUT").map(PathBuf::from)) {
        run.out = out;
    }
    if let Some(threads) = overrides.threads {
        run.threads = threads;
    } else if let Some(text) = from_environment("LAMPLIGHT_THREADS") {
        run.threads = text
            .parse()
            .map_err(|_| ConfigError::Value { key: "LAMPLIGHT_THREADS".into(), why: "not a whole number".into() })?;
    }
    if let Some(text) = from_environment("LAMPLIGHT_SEED") {
        run.seed = text
            .parse()
            .map_err(|_| ConfigError::Value { key: "LAMPLIGHT_SEED".into(), why: "not a whole number".into() })?;
    }
    let mut plan = RunPlan {
        as_of,
        base,
        run,
        reference_dir: file.reference.dir,
        extracts: file.extracts,
        quality: file.quality,
        list: file.list,
        caseload: file.caseload,
        models: file.models,
        clocks: file.clocks,
        followup: file.followup,
        output: file.output,
        sample: false,
        pseudonyms: None,
        ships_demo: false,
        config_hash: String::new(),
    };
    sections::validate(&plan)?;
    plan.config_hash = hash_of(&plan);
    Ok(plan)
}

/// Everything that can change an output byte, in one canonical text. Paths, threads and the output
/// folder are left out: the same inputs elsewhere are the same run.
fn hash_of(plan: &RunPlan) -> String {
    let extracts: BTreeMap<&String, String> = plan.extracts.iter().map(|(k, e)| (k, e.meaning())).collect();
    let text = format!(
        "{:?}|{:?}|{:?}|{:?}|{:?}|{:?}|{:?}|{:?}|{}|{}",
        extracts,
        plan.quality,
        plan.list,
        plan.caseload,
        plan.models,
        plan.clocks,
        plan.followup,
        plan.output,
        plan.run.seed,
        plan.pseudonyms.as_ref().map_or("", PseudonymKey::id)
    );
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(text.as_bytes()))
}

/// Refuses keys outside [`KEYS`], each with the nearest valid name.
fn refuse_unknown(path: &str, table: &toml::Table, extract_names: &[&str]) -> Result<(), ConfigError> {
    let mut wrong = Vec::new();
    walk(table, "", extract_names, &mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(ConfigError::UnknownKeys { path: path.to_owned(), keys: wrong }) }
}

fn walk(table: &toml::Table, prefix: &str, extract_names: &[&str], wrong: &mut Vec<String>) {
    for (name, value) in table {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        if prefix == "extracts" && !extract_names.contains(&name.as_str()) {
            wrong.push(format!("unknown extract [extracts.{name}]{}", nearest_hint(name, extract_names)));
            continue;
        }
        if !keys::is_known(&path) {
            let here = keys::children(prefix);
            wrong.push(format!("unknown key `{path}`{}", nearest_hint(name, &here)));
            continue;
        }
        // Below a column mapping the shape is checked by its own type.
        let below_columns = path.starts_with("extracts.") && path.split('.').count() >= 4;
        if let (toml::Value::Table(inner), false) = (value, below_columns) {
            walk(inner, &path, extract_names, wrong);
        }
    }
}

/// `; did you mean …?` with the nearest of `allowed`, or the list itself when nothing is near.
#[must_use]
pub fn nearest_hint(name: &str, allowed: &[&str]) -> String {
    nearest(name, allowed).map_or_else(
        || if allowed.is_empty() { String::new() } else { format!("; allowed: {}", allowed.join(", ")) },
        |n| format!("; did you mean `{n}`?"),
    )
}

/// The allowed name nearest to `name`, when one is near enough to be a slip.
#[must_use]
pub fn nearest<'a>(name: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let lowered = name.to_lowercase().replace([' ', '-'], "_");
    allowed
        .iter()
        .map(|a| (strsim::damerau_levenshtein(&lowered, a), *a))
        .min()
        .filter(|(d, a)| *d <= (a.len() / 2).max(2))
        .map(|(_, a)| a)
}

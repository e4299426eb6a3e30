//! A configuration file, the environment and flags resolved into one plan. Owns precedence (flag over environment over
//! file over default) and the refusal of unknown keys; refuses to know the range of a key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::extract::ExtractConfig;
use super::identity::settings_hash;
use super::keys::{is_known, names_under};
use super::plan::RunPlan;
use super::sections::{
    Caseload, Clocks, Followup, ListConfig, Models, Output, Programs, Quality, ReferenceFolder, Run, Targets,
};
use super::validation::check_plan;
use crate::domain::{Day, MIN_KEY_BYTES, PseudonymKey, nearest_hint};

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

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct File {
    run: Run,
    reference: ReferenceFolder,
    extracts: BTreeMap<String, ExtractConfig>,
    quality: Quality,
    list: ListConfig,
    caseload: Caseload,
    models: Models,
    clocks: Clocks,
    followup: Followup,
    programs: Programs,
    targets: Targets,
    output: Output,
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
        let mut plan = resolve_plan(file, base, overrides, environment)?;
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
        self.config_hash = settings_hash(self)?;
        Ok(())
    }
}

fn resolve_plan(
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
        programs: file.programs,
        targets: file.targets,
        output: file.output,
        sample: false,
        pseudonyms: None,
        ships_demo: false,
        config_hash: String::new(),
    };
    for (name, extract) in &mut plan.extracts {
        extract.load_tables(name, &plan.base)?;
    }
    check_plan(&plan)?;
    plan.config_hash = settings_hash(&plan)?;
    Ok(plan)
}

/// Refuses keys that no section declares, each with the nearest valid name.
fn refuse_unknown(path: &str, table: &toml::Table, extract_names: &[&str]) -> Result<(), ConfigError> {
    let mut wrong = Vec::new();
    find_unknown(table, "", extract_names, &mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(ConfigError::UnknownKeys { path: path.to_owned(), keys: wrong }) }
}

fn find_unknown(table: &toml::Table, prefix: &str, extract_names: &[&str], wrong: &mut Vec<String>) {
    for (name, value) in table {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        if prefix == "extracts" && !extract_names.contains(&name.as_str()) {
            wrong.push(format!("unknown extract [extracts.{name}]{}", nearest_hint(name, extract_names)));
            continue;
        }
        if !is_known(&path) {
            let here = names_under(prefix);
            wrong.push(format!("unknown key `{path}`{}", nearest_hint(name, &here)));
            continue;
        }
        // Below a column mapping the shape is checked by its own type.
        let below_columns = path.starts_with("extracts.") && path.split('.').count() >= 4;
        if let (toml::Value::Table(inner), false) = (value, below_columns) {
            find_unknown(inner, &path, extract_names, wrong);
        }
    }
}

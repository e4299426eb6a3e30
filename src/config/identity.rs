//! The identity of a run's settings. Owns which of them can change an output byte and the canonical text they are hashed
//! as; refuses to hash a path, a thread or a folder: the same inputs elsewhere are the same run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::error::ConfigError;
use super::extract::ExtractConfig;
use super::plan::RunPlan;
use crate::domain::{PseudonymKey, hex};

/// Format of the canonical text; raised when its shape changes, so that two shapes never give one hash.
const FORMAT: u32 = 2;

/// SHA-256 of the settings that can change an output byte: canonical JSON (keys sorted at every level, no spaces) of the
/// sections, the seed, the pseudonym key's id and the content of the files that replace shipped rules.
///
/// # Errors
/// When such a file cannot be read.
pub fn settings_hash(plan: &RunPlan) -> Result<String, ConfigError> {
    let mut parts: BTreeMap<&str, Value> = BTreeMap::new();
    parts.insert("format", FORMAT.into());
    parts.insert("seed", plan.run.seed.into());
    parts.insert("pseudonym_key", plan.pseudonyms.as_ref().map(PseudonymKey::id).into());
    parts.insert("extracts", plan.extracts.iter().map(|(name, e)| (name.clone(), extract_meaning(e))).collect());
    for (name, section) in [
        ("quality", as_json(&plan.quality)),
        ("list", without_keys(as_json(&plan.list), &["playbook"])),
        ("caseload", as_json(&plan.caseload)),
        ("models", as_json(&plan.models)),
        ("clocks", as_json(&plan.clocks)),
        ("followup", as_json(&plan.followup)),
        ("targets", as_json(&plan.targets)),
        ("output", without_keys(as_json(&plan.output), &["wording"])),
    ] {
        parts.insert(name, section);
    }
    for (name, file) in [
        ("playbook", &plan.list.playbook),
        ("wording", &plan.output.wording),
        ("programs", &plan.programs.rules),
        ("problems", &plan.programs.problems),
    ] {
        parts.insert(name, content_hash(plan, file.as_deref())?.into());
    }
    let text = canonical_text(&parts.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
    Ok(hex(&Sha256::digest(text.as_bytes())))
}

fn as_json(section: &impl Serialize) -> Value {
    serde_json::to_value(section).unwrap_or_default()
}

fn without_keys(mut value: Value, keys: &[&str]) -> Value {
    if let Some(map) = value.as_object_mut() {
        for key in keys {
            map.remove(*key);
        }
    }
    value
}

/// The settings of an extract that change what is read, without the place of its files.
fn extract_meaning(extract: &ExtractConfig) -> Value {
    without_keys(as_json(extract), &["path", "layout", "tables"])
}

fn content_hash(plan: &RunPlan, file: Option<&Path>) -> Result<Option<String>, ConfigError> {
    let Some(file) = file else { return Ok(None) };
    let path: PathBuf = plan.base.join(file);
    let bytes = std::fs::read(&path)
        .map_err(|e| ConfigError::Unreadable { path: path.display().to_string(), why: e.to_string() })?;
    Ok(Some(hex(&Sha256::digest(&bytes))))
}

/// JSON with sorted keys and without spaces, whatever order a map was filled in.
fn canonical_text(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            let fields: Vec<String> =
                sorted.into_iter().map(|(k, v)| format!("{}:{}", Value::from(k.as_str()), canonical_text(v))).collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(all) => format!("[{}]", all.iter().map(canonical_text).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_does_not_depend_on_the_order_of_keys() {
        let text = |json: &str| canonical_text(&serde_json::from_str(json).expect("json"));
        assert_eq!(
            text(r#"{"b": [1, 2.50, {"z": null, "a": "x\"y"}], "a": true}"#),
            r#"{"a":true,"b":[1,2.5,{"a":"x\"y","z":null}]}"#
        );
        assert_eq!(text(r#"{"a": 1, "b": 2}"#), text(r#"{"b": 2, "a": 1}"#));
    }
}

//! Where the files of an extract lie. Owns the forms of `path`; refuses to look at a disk.

use serde::{Deserialize, Deserializer, Serialize};

/// Files, folders and globs: one text or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FileList(pub Vec<String>);

impl<'de> Deserialize<'de> for FileList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || serde::de::Error::custom("path must be a file, folder or glob, or a list of them");
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(one) => Ok(Self(vec![one])),
            toml::Value::Array(all) => all
                .into_iter()
                .map(|v| v.as_str().map(str::to_owned).ok_or_else(wrong))
                .collect::<Result<_, _>>()
                .map(Self),
            _ => Err(wrong()),
        }
    }
}

impl FileList {
    /// Nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(String::is_empty)
    }
}

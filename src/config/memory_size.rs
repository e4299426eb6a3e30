//! A size of memory as people write it. Owns its reading; refuses anything that is no size.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Bytes, read from texts such as `512MiB` or `3GiB` and shown as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemorySize {
    text: String,
    bytes: u64,
}

const KIB: f64 = 1024.0;

impl MemorySize {
    /// Reads a size; `None` when the text is none. KB, MB and GB are read as KiB, MiB and GiB.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim();
        let split = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
        let unit = match trimmed[split..].trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1.0,
            "kib" | "k" | "kb" => KIB,
            "mib" | "m" | "mb" => KIB * KIB,
            "gib" | "g" | "gb" => KIB * KIB * KIB,
            _ => return None,
        };
        let number: f64 = trimmed[..split].parse().ok()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "digits only, so never negative")]
        let bytes = (number * unit) as u64;
        Some(Self { text: trimmed.to_owned(), bytes })
    }

    /// So many GiB.
    #[must_use]
    pub fn gibibytes(n: u64) -> Self {
        Self { text: format!("{n}GiB"), bytes: n << 30 }
    }

    /// The size in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl fmt::Display for MemorySize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for MemorySize {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for MemorySize {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("write a size such as 512MiB or 3GiB"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_powers_of_1024() {
        let bytes = |text: &str| MemorySize::parse(text).map(|s| s.bytes());
        assert_eq!(bytes("1GiB"), Some(1 << 30));
        assert_eq!(bytes(" 512 MiB "), Some(512 << 20));
        assert_eq!(bytes("1.5k"), Some(1536));
        assert_eq!(bytes("77"), Some(77));
        assert_eq!((bytes("much"), bytes("1 GiBi"), bytes("-1GiB")), (None, None, None));
    }
}

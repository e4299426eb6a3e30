//! Why a configuration is refused. Owns the words; refuses to check anything.

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

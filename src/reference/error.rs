//! Why the reference tables could not be used. Owns the sentences; refuses to know exit codes.

/// Why the reference tables could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// A set's file is missing or unreadable.
    #[error("code set {set}: {why}")]
    Unreadable {
        /// The set's id.
        set: String,
        /// The cause.
        why: String,
    },
    /// A row of a set does not parse.
    #[error("code set {set}, row {row}: {why}")]
    Malformed {
        /// The set's id.
        set: String,
        /// 1-based row after the header.
        row: usize,
        /// The cause.
        why: String,
    },
}

//! Why something could not be published. Owns the one error of the room; refuses any text of a patient.

/// Why something could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The disk refused; exit code 6.
    #[error("cannot write {what}: {why}")]
    Io {
        /// What was written, never a member.
        what: String,
        /// The system's words.
        why: std::io::Error,
    },
    /// A library refused to encode; our bug or a full disk.
    #[error("cannot encode {what}: {why}")]
    Encode {
        /// What.
        what: String,
        /// The library's words.
        why: String,
    },
    /// A published file is missing or damaged; exit code 6.
    #[error("cannot read {what}: {why}")]
    Read {
        /// The file, without its folder.
        what: String,
        /// The kind of fault, never a value.
        why: String,
    },
    /// Another run holds the lock; exit code 7.
    #[error("another run holds the lock of this output folder")]
    Locked,
}

impl PublishError {
    /// A library's refusal of one file.
    pub fn encode(what: impl Into<String>, why: &impl ToString) -> Self {
        Self::Encode { what: what.into(), why: why.to_string() }
    }
}

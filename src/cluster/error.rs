//! Why the parts of a night do not fit together. Owns the kinds and their exit codes; refuses any text of a patient.

use std::io;

use crate::extracts::ExtractError;

/// Why the parts of a night do not fit together.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Arguments that name nothing usable, or a prelude of another version, configuration or night; exit code 2.
    #[error("{0}")]
    Usage(String),
    /// A part that does not fit what arrived: try it again; exit code 75.
    #[error("{0}")]
    Misfit(String),
    /// The disk refused; exit code 6.
    #[error("cannot write {what}: {why}")]
    Io {
        /// What, never a member.
        what: &'static str,
        /// The system's words.
        why: io::Error,
    },
    /// The inventory names what this version does not know.
    #[error(transparent)]
    Extract(#[from] ExtractError),
}

impl ClusterError {
    /// A part that does not fit, with what to do.
    #[must_use]
    pub fn misfit(what: &str) -> Self {
        Self::Misfit(format!("{what}\nhint: run that part again; nothing was published"))
    }

    /// A refusal of the disk.
    pub fn disk(what: &'static str) -> impl Fn(io::Error) -> Self {
        move |why| Self::Io { what, why }
    }
}

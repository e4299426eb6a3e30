//! Why a file of programmes is refused. Owns the words; refuses to know a member.

use crate::facts::BadCondition;

/// Why a file of programmes is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProgramError {
    /// The file is none.
    #[error("{file}: {problem}")]
    Unreadable {
        /// File.
        file: String,
        /// What the reader said, with its line.
        problem: String,
    },
    /// The file says what it must not.
    #[error("{file}:\n{}", .problems.join("\n"))]
    Wrong {
        /// File.
        file: String,
        /// Every fault, with its place.
        problems: Vec<String>,
    },
    /// A condition that cannot be asked.
    #[error(transparent)]
    Condition(#[from] BadCondition),
}

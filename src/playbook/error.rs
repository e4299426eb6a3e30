//! Why a playbook is refused. Owns the words; refuses to know a member.

use crate::facts::BadCondition;

/// Why a playbook is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PlaybookError {
    /// The file is no playbook.
    #[error("{file}: {problem}")]
    Unreadable {
        /// File.
        file: String,
        /// What the reader said, with its line.
        problem: String,
    },
    /// The file is one, and says what it must not.
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

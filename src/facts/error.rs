//! Why a file of rules over facts (a playbook, programmes) is refused. Owns the words; refuses to know a member.

use super::condition::BadCondition;

/// Why a file of rules is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RuleFileError {
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

impl RuleFileError {
    /// A file that its form refuses; the reader's words have the line.
    #[must_use]
    pub fn unreadable(file: &str, problem: &impl ToString) -> Self {
        Self::Unreadable { file: file.to_owned(), problem: problem.to_string() }
    }
}

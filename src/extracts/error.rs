//! What can go wrong on the way from files to clean rows. Owns the sentences and their hints; refuses to know exit
//! codes and any value of a row.

use crate::domain::Day;

/// Why the extracts could not be read; exit code 3 unless said otherwise.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// No file, or one that may not be read.
    #[error("extract {extract}: {why}")]
    Source {
        /// Extract.
        extract: String,
        /// Cause and hint.
        why: String,
    },
    /// A file that cannot be read to its end.
    #[error("extract {extract}, file {file}: {why}")]
    Unreadable {
        /// Extract.
        extract: String,
        /// File.
        file: String,
        /// Cause.
        why: String,
    },
    /// Columns that do not fit the contract, all of them.
    #[error("extract {extract} breaks its contract:\n  {}", .problems.join("\n  "))]
    Contract {
        /// Extract.
        extract: String,
        /// One sentence each.
        problems: Vec<String>,
    },
    /// No rows.
    #[error("extract {extract} holds no rows\nhint: pass --allow-empty {extract} if that is right tonight")]
    Empty {
        /// Extract.
        extract: String,
    },
    /// A required extract is not configured.
    #[error("extract {extract} is required but not configured\nhint: add [extracts.{extract}] path = \"…\"")]
    Missing {
        /// Extract.
        extract: String,
    },
    /// The configuration maps columns that no contract knows; bad configuration, exit code 2.
    #[error("the configuration maps columns that the contract does not know:\n  {}", .problems.join("\n  "))]
    Mapping {
        /// One sentence each.
        problems: Vec<String>,
    },
    /// A night of which no extract, code set or calendar speaks.
    #[error("the night {0} lies outside 1990 to 2100\nhint: write [run] as_of as the date of the extracts")]
    Night(Day),
    /// The events could not be spilled.
    #[error("cannot write the spill file: {0}")]
    Spill(std::io::Error),
    /// Rows that another process packed are not what was sent; exit code 75.
    #[error("what arrived does not fit: {0}")]
    Stream(String),
    /// Told to stop.
    #[error("interrupted")]
    Interrupted,
}

/// A failure while reading, either the file's or the judge's.
pub enum ReadFailure {
    /// The file cannot be decoded.
    File(String),
    /// The consumer refused.
    Judge(ExtractError),
}

impl ReadFailure {
    /// As an extract error, naming the file.
    pub fn into_extract(self, name: impl Fn(String) -> ExtractError) -> ExtractError {
        match self {
            Self::File(why) => name(why),
            Self::Judge(e) => e,
        }
    }
}

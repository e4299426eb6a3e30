//! Owns the words with which the caseload refuses its input. Refuses to hold member ids: a row
//! number finds the row, an id in an error would end in a log.

/// Why an instance was refused or an output could not be written.
#[derive(Debug, thiserror::Error)]
pub enum CaseloadError {
    /// A cell breaks the contract of its file.
    #[error("{file}, row {row}, column {column}: {message}")]
    Cell {
        /// File label.
        file: String,
        /// Line of the file; the header is line 1.
        row: u64,
        /// Column name.
        column: String,
        /// What is wrong, without member ids.
        message: String,
    },
    /// A required column is missing.
    #[error("{file}: column {column} is missing")]
    MissingColumn {
        /// File label.
        file: String,
        /// Column name.
        column: String,
    },
    /// A column occurs twice in the header.
    #[error("{file}: column {column} occurs twice")]
    DuplicateColumn {
        /// File label.
        file: String,
        /// Column name.
        column: String,
    },
    /// The bytes are not well-formed CSV.
    #[error("{file}: not readable as CSV: {message}")]
    Csv {
        /// File label.
        file: String,
        /// What the reader said.
        message: String,
    },
    /// An unknown weight key.
    #[error("unknown weight {key}; did you mean {nearest}?")]
    WeightKey {
        /// The key found.
        key: String,
        /// The nearest valid key.
        nearest: &'static str,
    },
    /// A weight that is not a whole number from 0 to 1,000,000.
    #[error("weight {key} must be a whole number from 0 to 1000000")]
    WeightValue {
        /// The key.
        key: String,
    },
    /// Weights that are not a JSON object.
    #[error("weights are not a JSON object: {message}")]
    WeightFile {
        /// What the reader said.
        message: String,
    },
    /// Costs or counts too large for exact sums.
    #[error("the caseload is too large for exact sums; lower the weights or split it")]
    TooLarge,
}

impl CaseloadError {
    /// A fault in one cell.
    #[must_use]
    pub fn cell(file: &str, row: u64, column: &str, message: String) -> Self {
        Self::Cell { file: file.to_owned(), row, column: column.to_owned(), message }
    }
}

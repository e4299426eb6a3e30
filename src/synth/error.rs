//! Why a population could not be generated. Owns the words; refuses to know how files are written.

use std::path::{Path, PathBuf};

/// Why nothing (or not everything) was written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SynthError {
    #[error("{0}")]
    Options(String),
    #[error("cannot write {path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("cannot write {path}: {message}")]
    Write { path: PathBuf, message: String },
    #[error("a table does not fit its layout: {0}")]
    Arrow(String),
}

impl SynthError {
    /// A file that could not be opened or written.
    #[must_use]
    pub fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
    /// What the CSV writer said.
    #[must_use]
    pub fn csv(path: &Path, error: &csv::Error) -> Self {
        Self::Write { path: path.to_owned(), message: error.to_string() }
    }
    /// What the Parquet writer said.
    #[must_use]
    pub fn parquet(path: &Path, error: &parquet::errors::ParquetError) -> Self {
        Self::Write { path: path.to_owned(), message: error.to_string() }
    }
}

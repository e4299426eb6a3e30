//! Owns the one error type of the learners and its mapping to exit codes.
//! Refuses to know how a message reaches a person; no message ever holds a cell value or an id.

/// Everything that can go wrong between a flat table and a fitted model.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The spec is not valid TOML, misses a key, or names something it may not name.
    #[error("spec: {0}")]
    Spec(String),
    /// The table breaks its own contract: a column is absent, a row is ragged, a cell is no number.
    #[error("table: {0}")]
    Table(String),
    /// One cell is not what its column promises. The value itself is withheld.
    #[error("table: column `{column}`, line {line}: {problem}")]
    Cell {
        /// Column name as the table spells it.
        column: String,
        /// 1-based line in the file (the header is line 1); for in-memory tables the 1-based row.
        line: u64,
        /// What is wrong, without the value.
        problem: &'static str,
    },
    /// The model was trained on features this table does not offer.
    #[error("model does not fit these features: {}", .problems.join("; "))]
    Unfit {
        /// One sentence per feature that does not fit.
        problems: Vec<String>,
    },
    /// Training or judging is refused.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// A stored artifact is damaged or of another format.
    #[error("artifact: {0}")]
    Artifact(String),
    /// Told to stop; nothing was made.
    #[error("stopped by a signal; nothing was written")]
    Stopped,
    /// Reading or writing a file failed.
    #[error("{path}: {source}")]
    Io {
        /// The path as it was given.
        path: String,
        /// The operating system's answer.
        source: std::io::Error,
    },
}

/// Why training, calibrating or judging does not happen.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// All labels agree.
    #[error("every label is {0}, there is nothing to tell apart")]
    OneClass(&'static str),
    /// Fewer events (or non-events) than the floor of 100.
    #[error("{found} {what}, at least {needed} are needed")]
    TooFew {
        /// `events` or `non-events`.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// The floor.
        needed: usize,
    },
    /// Fewer groups than folds.
    #[error("{found} groups cannot fill {needed} folds")]
    TooFewGroups {
        /// Distinct groups in the table.
        found: usize,
        /// Folds asked for.
        needed: usize,
    },
    /// A feature gives the label away.
    #[error("`{feature}` looks like the label in disguise ({why}); drop it or pass --allow-suspect")]
    Suspect {
        /// Feature name.
        feature: String,
        /// Its AUROC, or what it was found to count.
        why: String,
    },
    /// The raw score falls where events rise: reversed labels, or another outcome.
    #[error(
        "the score falls where events rise (calibration slope {slope:.2}): are the labels reversed, or of another outcome?"
    )]
    Backwards {
        /// Slope of events on the raw score.
        slope: f64,
    },
    /// Every row to be judged lies in the days the model learned from.
    #[error(
        "all {rows} rows lie in the days the model learned from (to {until}): judge it on a later night, or pass --other-population when it learned from other people"
    )]
    Learned {
        /// Rows.
        rows: usize,
        /// Last day it learned from.
        until: String,
    },
    /// No feature is left that varies.
    #[error("no feature varies over the training rows")]
    NoFeature,
}

impl LearnError {
    /// The process exit code of the command contract: 2 spec, 3 table, 5 unfit, 6 output, 9 refused, 130 stopped.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Spec(_) => 2,
            Self::Table(_) | Self::Cell { .. } => 3,
            Self::Unfit { .. } | Self::Artifact(_) => 5,
            Self::Io { .. } => 6,
            Self::Refused(_) => 9,
            Self::Stopped => 130,
        }
    }
}

impl From<linfa::Error> for LearnError {
    fn from(e: linfa::Error) -> Self {
        match e {
            linfa::Error::Parameters(why) => Self::Spec(why),
            other => Self::Table(other.to_string()),
        }
    }
}

impl From<Refusal> for LearnError {
    fn from(r: Refusal) -> Self {
        Self::Refused(r)
    }
}

//! Why a command ended without its result. Owns the one place where an error becomes an exit code; refuses to decide
//! what a room refuses.

use super::signal::stop_signal;
use crate::caseload::CaseloadError;
use crate::cluster::ClusterError;
use crate::config::ConfigError;
use crate::extracts::ExtractError;
use crate::learners::LearnError;
use crate::population::WalkError;
use crate::publish::PublishError;
use crate::reference::ReferenceError;
use crate::runs::RunError;
use crate::synth::SynthError;
use crate::training::TrainingError;

/// Why a command ended without its result.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// Bad arguments or configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Bad arguments that the configuration does not know.
    #[error("{0}")]
    Usage(String),
    /// The reference override is unusable.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// An extract is missing or breaks its contract.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// The roster or caseload files break their contract.
    #[error(transparent)]
    Caseload(#[from] CaseloadError),
    /// A gate against the last run is closed.
    #[error("{}", .0.join("\n"))]
    Gate(Vec<String>),
    /// Too many rows were rejected.
    #[error("too many rows were rejected; nothing is published\n{}\nhint: quarantine.csv names each row; raise a limit only when you know why", .0.join("\n"))]
    Quarantine(Vec<String>),
    /// The parts of a night on many machines do not fit together.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// Output could not be written, or the folder is locked.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A synthetic population could not be made.
    #[error(transparent)]
    Synth(#[from] SynthError),
    /// A learner refused its table, spec or model.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// Verification failed.
    #[error("verification failed:\n{}", .0.join("\n"))]
    Verify(Vec<String>),
    /// Told to stop.
    #[error("stopped by a signal; the last good run stands")]
    Interrupted,
    /// Our own fault.
    #[error("internal error: {0}; please report it (no patient data is in this message)")]
    Internal(String),
}

impl PipelineError {
    /// The exit code of the contract.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Usage(_) | Self::Reference(_) | Self::Cluster(ClusterError::Usage(_)) => 2,
            Self::Cluster(ClusterError::Extract(_) | ClusterError::Misfit(_)) => 75,
            Self::Cluster(ClusterError::Io { .. }) => 6,
            Self::Extract(ExtractError::Interrupted) | Self::Learn(LearnError::Stopped) | Self::Interrupted => {
                if stop_signal() == 15 {
                    143
                } else {
                    130
                }
            }
            Self::Extract(ExtractError::Mapping { .. }) => 2,
            Self::Extract(ExtractError::Spill(_)) => 6,
            Self::Extract(ExtractError::Stream(_)) => 75,
            Self::Extract(_) | Self::Caseload(_) | Self::Gate(_) => 3,
            Self::Quarantine(_) => 4,
            Self::Publish(PublishError::Locked) => 7,
            Self::Publish(_) => 6,
            Self::Synth(SynthError::Options(_)) => 2,
            Self::Synth(_) => 6,
            Self::Learn(e) => e.exit_code(),
            Self::Verify(_) => 8,
            Self::Internal(_) => 70,
        }
    }
}

/// Told apart so that a full disk is never called our bug.
impl From<std::io::Error> for PipelineError {
    fn from(why: std::io::Error) -> Self {
        Self::Publish(PublishError::Io { what: "output".to_owned(), why })
    }
}

impl From<TrainingError> for PipelineError {
    fn from(why: TrainingError) -> Self {
        match why {
            TrainingError::Reference(e) => Self::Reference(e),
            TrainingError::Extract(e) => Self::Extract(e),
            TrainingError::Learn(e) => Self::Learn(e),
            TrainingError::Publish(e) => Self::Publish(e),
            TrainingError::Interrupted => Self::Interrupted,
            TrainingError::Internal(e) => Self::Internal(e),
        }
    }
}

impl From<RunError> for PipelineError {
    fn from(why: RunError) -> Self {
        match why {
            RunError::Usage(e) => Self::Usage(e),
            RunError::Publish(e) => Self::Publish(e),
            RunError::Extract(e) => Self::Extract(e),
            RunError::Verify(problems) => Self::Verify(problems),
            RunError::Interrupted => Self::Interrupted,
            RunError::Internal(e) => Self::Internal(e),
        }
    }
}

impl From<WalkError> for PipelineError {
    fn from(why: WalkError) -> Self {
        match why {
            WalkError::Interrupted => Self::Interrupted,
            WalkError::Extract(e) => Self::Extract(e),
        }
    }
}

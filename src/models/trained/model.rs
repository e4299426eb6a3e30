//! A model learned from the organisation's own history, as its folder holds it. Owns what a folder must hold to be
//! one; refuses to read a file or to train.

use super::identity::{FORMAT, Identity};
use crate::learners::{Artifact, LearnError};
use crate::models::Outcome;

/// The record's file name.
pub const IDENTITY: &str = "identity.json";

/// Files of a model folder that are hashed into its identity.
const HASHED: [&str; 7] =
    ["model.json", "features.json", "calibration.json", "spec.json", "training.json", "metrics.json", IDENTITY];

/// A model folder, read and checked.
#[derive(Clone, Debug)]
pub struct TrainedModel {
    /// The learner.
    pub artifact: Artifact,
    /// The record.
    pub identity: Identity,
    /// Outcome.
    pub outcome: Outcome,
    /// Id in scores; kept for the life of the process.
    pub id: &'static str,
    /// SHA-256 over the folder's files.
    pub sha256: String,
    /// Its card in Markdown.
    pub card: String,
    /// Its card as JSON.
    pub card_json: serde_json::Value,
}

impl TrainedModel {
    /// Rebuilds a model from the files of its folder; `get` returns the bytes of a file name.
    ///
    /// # Errors
    /// [`LearnError::Artifact`] for a damaged folder or one of a flat table, and what `get` returns.
    pub fn from_files(get: impl Fn(&str) -> Result<Vec<u8>, LearnError>) -> Result<Self, LearnError> {
        let artifact = Artifact::from_files(&get)?;
        let bytes = get(IDENTITY).map_err(|_| {
            LearnError::Artifact(format!("there is no {IDENTITY}: a model of a flat table cannot score members"))
        })?;
        let identity: Identity = serde_json::from_slice(&bytes)
            .map_err(|e| LearnError::Artifact(format!("{IDENTITY} cannot be understood: {e}")))?;
        if identity.format != FORMAT {
            return Err(LearnError::Artifact(format!("{IDENTITY}: format {} is not {FORMAT}", identity.format)));
        }
        let outcome = Outcome::parse(&identity.outcome)
            .ok_or_else(|| LearnError::Artifact(format!("{IDENTITY}: no outcome `{}`", identity.outcome)))?;
        let names: Vec<&str> = artifact.dictionary.features.iter().map(|f| f.name.as_str()).collect();
        if names != identity.features.iter().map(|f| f.name.as_str()).collect::<Vec<_>>() {
            return Err(LearnError::Artifact(format!("{IDENTITY} and features.json name different features")));
        }
        let mut all = String::new();
        for name in HASHED {
            all.push_str(&format!("{name} {}\n", crate::reference::sha256_hex(&get(name)?)));
        }
        let card = get("model_card.md").ok().and_then(|b| String::from_utf8(b).ok()).unwrap_or_default();
        let card_json = get("model_card.json").ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
        let id = Box::leak(identity.id.clone().into_boxed_str());
        let sha256 = crate::reference::sha256_hex(all.as_bytes());
        Ok(Self { artifact, identity, outcome, id, sha256, card, card_json })
    }
}

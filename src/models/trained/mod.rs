//! Models learned from the organisation's own history: the folder, its check against tonight's features,
//! scoring with contributions. Owns what a model refuses; refuses to train and to read a claim.

mod card;
mod identity;
mod reasons;

pub use card::{CardFacts, card_json, card_markdown};
pub use identity::{FORMAT, FeatureRecord, Identity, SliceCount, Spread};
pub use reasons::{AVERAGE, REST, explain};

use std::path::Path;

use super::Outcome;
use crate::features::Feature;
use crate::learners::table::{ColumnData, FeatureColumn, Groups};
use crate::learners::{Artifact, FlatTable, LearnError, Ready};

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
    /// Reads a folder.
    ///
    /// # Errors
    /// [`LearnError::Artifact`] for a damaged folder or one of a flat table, [`LearnError::Io`].
    pub fn read(folder: &Path) -> Result<Self, LearnError> {
        let artifact = Artifact::read(folder)?;
        let path = folder.join(IDENTITY);
        let bytes = std::fs::read(&path).map_err(|_| {
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
            let path = folder.join(name);
            let bytes =
                std::fs::read(&path).map_err(|source| LearnError::Io { path: path.display().to_string(), source })?;
            all.push_str(&format!("{name} {}\n", crate::reference::sha256_hex(&bytes)));
        }
        let card = std::fs::read_to_string(folder.join("model_card.md")).unwrap_or_default();
        let card_json = std::fs::read(folder.join("model_card.json"))
            .ok()
            .and_then(|b| serde_json::from_slice(&b).ok())
            .unwrap_or_default();
        let id = Box::leak(identity.id.clone().into_boxed_str());
        Ok(Self {
            artifact,
            outcome,
            id,
            sha256: crate::reference::sha256_hex(all.as_bytes()),
            card,
            card_json,
            identity,
        })
    }

    /// The model made ready for many rows.
    #[must_use]
    pub fn ready(&self) -> ReadyModel<'_> {
        ReadyModel { model: self, ready: Ready::new(&self.artifact) }
    }
}

/// A model ready to score rows of features.
pub struct ReadyModel<'a> {
    /// The model.
    pub model: &'a TrainedModel,
    ready: Ready<'a>,
}

/// Scores with contributions, row by row.
pub struct ScoredRows {
    /// Probabilities.
    pub probability: Vec<f64>,
    /// Published log-odds.
    pub log_odds: Vec<f64>,
    /// Log-odds of the average training row.
    pub base: f64,
    /// Contributions, row-major, in the order of the model's dictionary; empty when not asked for.
    pub contributions: Vec<f64>,
    /// Features a row.
    pub cols: usize,
}

/// A table of feature rows under names; `rows` hold one value a feature.
#[must_use]
pub fn feature_table(features: &[Feature], rows: &[Vec<f32>]) -> FlatTable {
    let columns = features.iter().enumerate().map(|(k, f)| FeatureColumn {
        name: f.name.clone(),
        data: ColumnData::Numeric(rows.iter().map(|r| r.get(k).copied().unwrap_or(f32::NAN)).collect()),
    });
    let ids: Vec<String> = (0..rows.len()).map(|i| i.to_string()).collect();
    FlatTable {
        ids: ids.iter().map(String::as_str).collect(),
        groups: Groups::from_texts(ids.iter().map(String::as_str)),
        columns: columns.collect(),
        ..FlatTable::default()
    }
}

impl ReadyModel<'_> {
    /// Scores rows given in the order of `features`.
    ///
    /// # Errors
    /// [`LearnError::Unfit`] naming the features that do not fit.
    pub fn score(&self, features: &[Feature], rows: &[Vec<f32>], explain: bool) -> Result<ScoredRows, LearnError> {
        self.score_table(&feature_table(features, rows), explain)
    }

    /// Scores a table.
    ///
    /// # Errors
    /// As [`ReadyModel::score`].
    pub fn score_table(&self, table: &FlatTable, explain: bool) -> Result<ScoredRows, LearnError> {
        let sigmoid = crate::learners::boosting::sigmoid;
        if explain {
            let c = self.ready.contributions(table, 0, table.rows())?;
            return Ok(ScoredRows {
                probability: c.log_odds.iter().map(|z| sigmoid(*z)).collect(),
                log_odds: c.log_odds,
                base: c.base,
                contributions: c.values,
                cols: c.cols,
            });
        }
        let calibration = &self.model.artifact.calibration;
        let log_odds: Vec<f64> = self.ready.raw(table)?.into_iter().map(|r| calibration.log_odds(r)).collect();
        Ok(ScoredRows {
            probability: log_odds.iter().map(|z| sigmoid(*z)).collect(),
            log_odds,
            base: 0.0,
            contributions: Vec::new(),
            cols: 0,
        })
    }
}

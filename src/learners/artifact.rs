//! Owns a trained model as a folder of JSON files, and what it refuses to load or to score.
//! Refuses to know how it was trained.

use crate::learners::LearnError;
use crate::learners::calibrate::Calibration;
use crate::learners::learner::FittedModel as _;
use crate::learners::metrics::Evaluation;
use crate::learners::registry::Model;
use crate::learners::table::{FeatureDictionary, TableSpec};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Version of the folder's layout.
pub const FORMAT: u32 = 1;

/// What the model was trained on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainingInfo {
    /// Rows.
    pub rows: usize,
    /// Groups (persons).
    pub groups: usize,
    /// Rows with the event.
    pub events: usize,
    /// First and last entry of the order column (or dates, where the caller knows them).
    pub window: Option<(String, String)>,
    /// Claims lag the features were cut at, in days, where the caller knows it.
    pub claims_lag_days: Option<u32>,
    /// Seed of folds and sampling.
    pub seed: u64,
    /// Folds of the held-out figures.
    pub folds: usize,
    /// Whether the training data are synthetic.
    pub synthetic: bool,
    /// Warnings of the training run.
    pub warnings: Vec<String>,
}

/// Everything a model folder holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Artifact {
    /// The learner.
    pub model: Model,
    /// Features with their levels.
    pub dictionary: FeatureDictionary,
    /// Raw log-odds to probabilities.
    pub calibration: Calibration,
    /// The spec it was trained by.
    pub spec: TableSpec,
    /// What it was trained on.
    pub training: TrainingInfo,
    /// Held-out figures (cross-validated, cross-calibrated).
    pub metrics: Evaluation,
}

/// `model.json`.
#[derive(Serialize, Deserialize)]
struct ModelFile<M> {
    format: u32,
    dictionary_hash: String,
    #[serde(flatten)]
    model: M,
}

/// File names of a model folder.
pub const FILES: [&str; 6] =
    ["model.json", "features.json", "calibration.json", "spec.json", "training.json", "metrics.json"];

impl Artifact {
    /// The folder's files as (name, bytes). A reloaded artifact is equal bit for bit.
    ///
    /// # Errors
    /// [`LearnError::Artifact`] if a part cannot be written as JSON.
    pub fn to_files(&self) -> Result<Vec<(String, Vec<u8>)>, LearnError> {
        let model = ModelFile { format: FORMAT, dictionary_hash: self.dictionary.hash.clone(), model: &self.model };
        Ok(vec![
            (FILES[0].to_owned(), to_json(&model, false)?),
            (FILES[1].to_owned(), to_json(&self.dictionary, true)?),
            (FILES[2].to_owned(), to_json(&self.calibration, true)?),
            (FILES[3].to_owned(), to_json(&self.spec, true)?),
            (FILES[4].to_owned(), to_json(&self.training, true)?),
            (FILES[5].to_owned(), to_json(&self.metrics, true)?),
        ])
    }

    /// Rebuilds an artifact; `get` returns the bytes of a file name.
    ///
    /// # Errors
    /// What `get` returns, or [`LearnError::Artifact`] for a damaged file, another format, or parts
    /// that do not belong together.
    pub fn from_files(get: impl Fn(&str) -> Result<Vec<u8>, LearnError>) -> Result<Self, LearnError> {
        let file: ModelFile<serde_json::Value> = parse_part(FILES[0], &get(FILES[0])?)?;
        if file.format != FORMAT {
            return Err(LearnError::Artifact(format!("format {} is not {FORMAT}", file.format)));
        }
        let model: Model = serde_json::from_value(file.model)
            .map_err(|e| LearnError::Artifact(format!("{} cannot be understood: {e}", FILES[0])))?;
        let dictionary: FeatureDictionary = parse_part(FILES[1], &get(FILES[1])?)?;
        let out = Self {
            model,
            dictionary,
            calibration: parse_part(FILES[2], &get(FILES[2])?)?,
            spec: parse_part(FILES[3], &get(FILES[3])?)?,
            training: parse_part(FILES[4], &get(FILES[4])?)?,
            metrics: parse_part(FILES[5], &get(FILES[5])?)?,
        };
        out.check(&file.dictionary_hash)?;
        Ok(out)
    }

    fn check(&self, hash: &str) -> Result<(), LearnError> {
        let broken = |text: String| Err(LearnError::Artifact(text));
        if !self.dictionary.is_intact() || self.dictionary.hash != hash {
            return broken("the feature dictionary is not the one the model was trained with".into());
        }
        let (features, verdict) = (self.model.features(), self.model.validate());
        if features != self.dictionary.features.len() {
            return broken(format!(
                "the model has {features} features, its dictionary {}",
                self.dictionary.features.len()
            ));
        }
        if let Err(why) = verdict {
            return broken(why);
        }
        let c = &self.calibration;
        if !(c.intercept.is_finite() && c.slope.is_finite() && c.slope > 0.0) {
            return broken("the calibration is not finite and rising".into());
        }
        Ok(())
    }
}

fn to_json<T: Serialize>(value: &T, pretty: bool) -> Result<Vec<u8>, LearnError> {
    let bytes = if pretty { serde_json::to_vec_pretty(value) } else { serde_json::to_vec(value) };
    bytes.map_err(|e| LearnError::Artifact(e.to_string()))
}

fn parse_part<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, LearnError> {
    serde_json::from_slice(bytes).map_err(|e| LearnError::Artifact(format!("{name} cannot be understood: {e}")))
}

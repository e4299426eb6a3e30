//! Models learned from the organisation's own history: the folder's content, its check against tonight's features,
//! scoring with contributions. Owns what a model refuses; refuses to train and to read a claim.

mod analyst_words;
mod card;
mod evidence;
mod identity;
mod model;
mod ready;
mod reasons;
mod sheet;

pub use card::{CardFacts, card_json, card_markdown};
pub use identity::{FORMAT, FeatureRecord, Identity, SCORE_SPREAD, SliceCount, Spread};
pub use model::{IDENTITY, TrainedModel};
pub use ready::{ReadyModel, ScoredRows, feature_table};
pub use reasons::{AVERAGE, REST, explain};

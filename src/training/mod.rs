//! Models learned from the organisation's own history: panels of snapshots with labels, splits in time, fitting, judging,
//! the model's folder. Owns what a model may learn from and is judged on; refuses to read an extract, to know where a
//! folder lies, and to hand anything of the future to a feature.

mod derived;
mod error;
mod features_on;
mod fitting;
mod held_out;
mod history;
mod judging;
mod labels;
mod model_folder;
mod panel;
mod splits;

pub use error::TrainingError;
pub use features_on::features_on;
pub use fitting::{FitRequest, FittedModel, fit_outcome};
pub use held_out::keep_held_out;
pub use history::LoadedHistory;
pub use judging::{JudgingContext, judged_rows, table_of};
pub use model_folder::ModelFiles;
pub use panel::{Panel, PanelRequest, fill_panels};
pub use splits::Split;

//! Answers as text for a person. Owns the words and their layout; refuses to look anything up.

mod analyst;
mod explanation;
mod followup;
mod metrics;
mod staffing;
mod training;

pub use analyst::analyst_text;
pub use explanation::explanation_text;
pub use followup::followup_text;
pub use metrics::metrics_text;
pub use staffing::staffing_text;
pub use training::training_text;

//! The TOML file, environment and flags resolved once into a [`RunPlan`]. Owns the one declaration of every key (type,
//! default, range, meaning), precedence and the refusal of unknown keys; refuses to open an extract or look at the clock.

mod column_source;
mod declaration;
mod error;
mod extract;
mod file_list;
mod fixed_layout;
mod identity;
mod keys;
mod load;
mod memory_size;
mod plan;
mod sample;
mod sections;
mod validation;
mod words;

pub use crate::domain::{nearest, nearest_hint};
pub use column_source::ColumnSource;
pub use declaration::{Key, Range};
pub use error::ConfigError;
pub use extract::{ExtractConfig, directives, has_short_year};
pub use file_list::FileList;
pub use keys::declared_keys;
pub use load::Overrides;
pub use memory_size::MemorySize;
pub use plan::RunPlan;
pub use sample::sample_file;
pub use sections::{
    Caseload, Clocks, Followup, ListConfig, Models, Output, Programs, Quality, ReferenceFolder, Run, Targets,
};
pub use words::{Encoding, FormatName, OutputFormat, Role, Segment, WorkDay};

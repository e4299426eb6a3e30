//! Files as people have them, and the configuration that reads them. Owns what a file is, which extract it may be and how
//! sure that is; refuses to print a value of a row.

mod compose;
mod guess;
mod layouts;
mod names;
mod probe;
mod section;
mod sniff;
mod spelling;

pub use compose::{Proposal, propose};

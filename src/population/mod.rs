//! One pass over members: a member's history opened once, looked at as of any day, by whoever needs it. Owns the walk over
//! the buckets of events (waves, stop flag, progress) and what a history remembers; refuses to know what a pass makes of
//! it.

mod error;
mod history;
mod walk;

pub use error::WalkError;
pub use history::{AsOf, HistoryContext, MemberHistory};
pub use walk::{Control, MemberPass, PopulationWalk};

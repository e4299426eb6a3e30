//! One model judged on rows it did not learn from. Owns the comparison with published indices, by group and at the
//! length of the list; refuses to know where rows came from.

mod audit;
mod drift;
mod figures;
mod groups;
mod judge;
mod lists;
mod rows;

pub use audit::{BurdenAudit, GroupBurden};
pub use drift::{Drift, drift, spread_of};
pub use figures::{ComparatorFigures, Concentration, DeathHandling, EqualLength, ModelEvaluation, MonthFigures};
pub use groups::{Attribute, GroupFigures, group_figures};
pub use judge::judge;
pub use lists::{ListFigures, list_figures, listed};
pub use rows::{Comparator, Judged};

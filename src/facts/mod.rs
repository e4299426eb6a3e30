//! Conditions over facts of a member: what a programme or a playbook asks of a person, as SQL. Owns the table of facts
//! and the judgement of a condition before anybody is looked at; refuses to know what a condition is for.

mod condition;
mod error;
mod members;
mod spoken;
mod table;
#[cfg(test)]
mod tests;

pub use condition::{BadCondition, Condition, PreparedConditions, check_conditions, evaluate_conditions, facts_named};
pub use error::RuleFileError;
pub use members::{fact_value, fact_values, is_sensitive_fact, member_fact_specs};
pub use spoken::spoken_facts;
pub use table::{FactKind, FactSpec, FactTable, FactValue};

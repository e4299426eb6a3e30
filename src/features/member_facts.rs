//! The facts of a member that conditions of playbook, programmes and segments may name, as one row of documented columns.
//! Owns the list of facts; refuses to judge anybody by them.

use std::sync::OnceLock;

use super::fact::{FactColumn, FactContext, FactKind, FactValue};
use super::scan::Scan;
use super::{fact_care, fact_diagnoses, fact_medicines, fact_results};
use crate::domain::Day;
use crate::measures::Measured;

/// Facts that no extract carries yet, or for which no free code list stands in this folder, with the reason: conditions
/// that name them are refused.
pub const FACTS_LEFT_OUT: &[(&str, &str)] = &[
    ("complex_child_systems", "needs a code list of complex chronic conditions (Feudtner CCC v2 or PMCA)"),
    ("ejection_fraction", "no extract carries it"),
    ("weight_series", "no extract carries it"),
    ("oxygen_saturation", "no extract carries it"),
    ("smoking_status", "no extract carries it"),
    ("caregiver", "no extract carries it"),
    ("lives_alone", "no extract carries it"),
    ("allergies", "no extract carries it"),
    ("code_status_agent", "no extract carries it"),
    ("discharge_medicine_list", "no extract carries it"),
    ("drug_strength", "no extract carries it"),
    ("cash_and_sample_fills", "no extract carries it"),
    ("injected_medicines", "no extract carries it"),
    ("a1c_goal", "no extract carries it"),
    ("gestational_age", "no extract carries it"),
    ("immunizations", "no extract carries it"),
    ("safe_contact", "no extract carries it"),
    ("pronoun_name", "no extract carries it"),
    ("provider_names", "an extract of its own (provider): told on pages, no condition"),
    ("appointments", "an extract of its own (appointment): the clocks read it"),
    ("consent", "an extract of its own (consent): programmes read it"),
];

/// Every fact, in the order of the columns.
#[must_use]
pub fn member_fact_columns() -> &'static [&'static FactColumn] {
    static ALL: OnceLock<Vec<&'static FactColumn>> = OnceLock::new();
    ALL.get_or_init(|| {
        let groups = [fact_care::FACTS, fact_diagnoses::FACTS, fact_medicines::FACTS, fact_results::FACTS];
        groups.into_iter().flatten().collect()
    })
}

/// The facts of one member, in the order of [`member_fact_columns`].
#[derive(Clone, Debug, PartialEq)]
pub struct MemberFactsRow {
    /// Index in the population.
    pub member: u32,
    /// One value a column.
    pub values: Vec<FactValue>,
}

impl MemberFactsRow {
    /// Reads every fact off a member's measures; `work_day` is the day on which the list is used.
    #[must_use]
    pub fn of(member: u32, m: &Measured<'_>, work_day: Day) -> Self {
        let scan = Scan::of(&m.timeline, m.codes());
        let context = FactContext { m, scan: &scan, work_day };
        Self { member, values: member_fact_columns().iter().map(|f| (f.read)(&context)).collect() }
    }

    /// The value of a fact by its name; `None` for a name that is none.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<FactValue> {
        let at = member_fact_columns().iter().position(|f| f.name == name)?;
        self.values.get(at).copied()
    }
}

impl FactKind {
    /// The name in the dictionary.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Flag => "flag",
            Self::Text => "text",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn facts_stand_once_and_say_what_they_are() {
        let all = member_fact_columns();
        let names: BTreeSet<&str> = all.iter().map(|f| f.name).collect();
        assert_eq!(names.len(), all.len(), "a name stands twice");
        for f in all {
            assert!(!f.unit.is_empty() && !f.meaning.is_empty(), "{}", f.name);
            assert_eq!(f.kind == FactKind::Flag, f.unit == "0 or 1", "{}", f.name);
        }
        assert!(FACTS_LEFT_OUT.iter().all(|(name, _)| !names.contains(name)), "a fact is there and left out");
    }

    /// Every fact that the fact base of the playbook asks for is there, or is left out with a reason.
    #[test]
    fn what_the_playbook_needs_is_there_or_said_to_be_missing() {
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/playbook/facts_needed.csv");
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: no ../shared");
            return;
        };
        let known: BTreeSet<&str> =
            member_fact_columns().iter().map(|f| f.name).chain(FACTS_LEFT_OUT.iter().map(|l| l.0)).collect();
        let missing: Vec<&str> = text
            .lines()
            .skip(1)
            .filter_map(|l| l.split(',').next())
            .filter(|name| !name.is_empty() && !known.contains(name))
            .collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}

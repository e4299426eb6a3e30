//! The facts of a member as conditions see them. Owns the turning of a feature's fact into a column of SQL; refuses to
//! compute a fact.

use std::sync::OnceLock;

use super::table::{FactKind, FactSpec, FactValue};
use crate::features::{self, MemberFactsRow, member_fact_columns};

/// What conditions of playbook and programmes may name: the columns of `measures/member_facts`.
#[must_use]
pub fn member_fact_specs() -> &'static [FactSpec] {
    static ALL: OnceLock<Vec<FactSpec>> = OnceLock::new();
    let kind = |of: features::FactKind| match of {
        features::FactKind::Integer | features::FactKind::Flag => FactKind::Integer,
        features::FactKind::Number => FactKind::Number,
        features::FactKind::Text => FactKind::Text,
    };
    ALL.get_or_init(|| member_fact_columns().iter().map(|f| FactSpec { name: f.name, kind: kind(f.kind) }).collect())
}

/// The facts of a member in the order of [`member_fact_specs`].
pub fn fact_values(row: &MemberFactsRow) -> impl Iterator<Item = FactValue> + '_ {
    row.values.iter().map(|value| fact_value(*value))
}

/// A fact as conditions see it: a flag is 1 or 0.
#[must_use]
pub fn fact_value(value: features::FactValue) -> FactValue {
    match value {
        features::FactValue::Missing => FactValue::Unknown,
        features::FactValue::Integer(n) => FactValue::Integer(n),
        features::FactValue::Flag(yes) => FactValue::Integer(i64::from(yes)),
        features::FactValue::Number(n) => FactValue::Number(n),
        features::FactValue::Text(word) => FactValue::Text(word.to_owned()),
    }
}

/// Facts that rest on codes, medicines or answers of mental health, substance use or safety.
const SENSITIVE: [&str; 24] = [
    "behavioral_health_365",
    "depression_days_365",
    "depression_severe_days_730",
    "severe_mental_days_365",
    "substance_use_days_365",
    "opioid_use_days_365",
    "alcohol_use_days_365",
    "days_since_behavioral_stay",
    "days_since_behavioral_ed",
    "days_since_self_harm",
    "days_since_overdose",
    "days_since_substance_ed",
    "days_since_substance_stay",
    "antipsychotic_days_late",
    "antidepressant_days_late",
    "oud_medicine_days_late",
    "opioid_benzo_days",
    "benzodiazepine_on_hand",
    "phq9_last",
    "phq9_days",
    "phq9_item9_last",
    "gad7_last",
    "gad7_days",
    "safety_need_days",
];

/// Whoever has no sensitive role must not read what rests on the fact.
#[must_use]
pub fn is_sensitive_fact(name: &str) -> bool {
    SENSITIVE.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensitive_facts_are_facts() {
        let unknown: Vec<&str> =
            SENSITIVE.into_iter().filter(|name| member_fact_specs().iter().all(|s| s.name != *name)).collect();
        assert_eq!(unknown, [""; 0]);
        assert!(is_sensitive_fact("phq9_last") && !is_sensitive_fact("hba1c_last"));
    }
}

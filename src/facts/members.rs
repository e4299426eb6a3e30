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
    row.values.iter().map(|value| match *value {
        features::FactValue::Missing => FactValue::Unknown,
        features::FactValue::Integer(n) => FactValue::Integer(n),
        features::FactValue::Flag(yes) => FactValue::Integer(i64::from(yes)),
        features::FactValue::Number(n) => FactValue::Number(n),
        features::FactValue::Text(word) => FactValue::Text(word.to_owned()),
    })
}

//! `measures/member_facts`: what conditions of playbook and programmes may name, one row a member. Owns how a fact becomes
//! a column; refuses to compute one.

use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};

use crate::features::{FactColumn, FactKind, FactValue, MemberFactsRow, member_fact_columns};
use crate::publish::error::PublishError;
use crate::publish::sinks::{PARQUET, Sink};
use crate::publish::table::{Described, Forms};
use crate::publish::table_data::{ColumnSpec, Kind, TableData, Unit};

/// The table: its columns are the facts, whatever those are.
pub struct MemberFacts;

/// `measures/member_facts`.
pub static TABLE: MemberFacts = MemberFacts;

static PARQUET_ALWAYS: [&dyn Sink; 1] = [&PARQUET];
const FORMS: Forms = Forms { always: &PARQUET_ALWAYS, on_request: &[] };

impl Described for MemberFacts {
    fn name(&self) -> &'static str {
        "measures/member_facts"
    }
    fn grain(&self) -> &'static str {
        "member of eligibility; a flag is 1 or 0, as conditions write it; what is not known is null, never 0"
    }
    fn forms(&self) -> Forms {
        FORMS
    }
    fn columns(&self) -> Vec<ColumnSpec> {
        let member =
            ColumnSpec { name: "member_id", kind: Kind::Text, unit: Unit::None, meaning: "member", optional: false };
        std::iter::once(member).chain(member_fact_columns().iter().map(|f| column_of(f))).collect()
    }
}

fn column_of(fact: &FactColumn) -> ColumnSpec {
    let (kind, unit) = match fact.kind {
        FactKind::Integer | FactKind::Flag => (Kind::Integer, Unit::Named(fact.unit)),
        FactKind::Number => (Kind::Number, Unit::Named(fact.unit)),
        FactKind::Text => (Kind::Text, Unit::None),
    };
    ColumnSpec { name: fact.name, kind, unit, meaning: fact.meaning, optional: false }
}

enum Builder {
    Integer(Int64Builder),
    Number(Float64Builder),
    Text(StringBuilder),
}

impl Builder {
    fn new(kind: FactKind) -> Self {
        match kind {
            FactKind::Integer | FactKind::Flag => Self::Integer(Int64Builder::new()),
            FactKind::Number => Self::Number(Float64Builder::new()),
            FactKind::Text => Self::Text(StringBuilder::new()),
        }
    }

    /// A value of another kind than the column's is not known.
    fn push(&mut self, value: FactValue) {
        match (self, value) {
            (Self::Integer(b), FactValue::Integer(n)) => b.append_value(n),
            (Self::Integer(b), FactValue::Flag(yes)) => b.append_value(i64::from(yes)),
            (Self::Integer(b), _) => b.append_null(),
            (Self::Number(b), FactValue::Number(n)) => b.append_value(n),
            (Self::Number(b), _) => b.append_null(),
            (Self::Text(b), FactValue::Text(word)) => b.append_value(word),
            (Self::Text(b), _) => b.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Integer(b) => Arc::new(b.finish()),
            Self::Number(b) => Arc::new(b.finish()),
            Self::Text(b) => Arc::new(b.finish()),
        }
    }
}

/// The table under construction.
pub struct MemberFactsWriter {
    members: StringBuilder,
    facts: Vec<Builder>,
    rows: usize,
}

impl Default for MemberFactsWriter {
    fn default() -> Self {
        let facts = member_fact_columns().iter().map(|f| Builder::new(f.kind)).collect();
        Self { members: StringBuilder::new(), facts, rows: 0 }
    }
}

impl MemberFactsWriter {
    /// Adds a member.
    pub fn push(&mut self, member_id: &str, row: &MemberFactsRow) {
        self.members.append_value(member_id);
        for (builder, value) in self.facts.iter_mut().zip(&row.values) {
            builder.push(*value);
        }
        self.rows += 1;
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rows so far; the table is empty afterwards.
    ///
    /// # Errors
    /// When Arrow refuses the columns, which only our own bug could make.
    pub fn take(&mut self) -> Result<TableData, PublishError> {
        self.rows = 0;
        let columns = TABLE.columns();
        let members: ArrayRef = Arc::new(self.members.finish());
        let arrays = std::iter::once(members).chain(self.facts.iter_mut().map(Builder::finish)).collect();
        let batch = RecordBatch::try_new(Arc::new(TableData::schema_of(&columns)), arrays)
            .map_err(|e| PublishError::encode(TABLE.name(), &e))?;
        Ok(TableData { name: TABLE.name(), columns, batch })
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;

    use super::*;

    #[test]
    fn flags_are_numbers_and_what_is_not_known_is_null() {
        let columns = member_fact_columns();
        let at = |name: &str| columns.iter().position(|f| f.name == name).expect("a fact");
        let mut values = vec![FactValue::Missing; columns.len()];
        values[at("left_ama")] = FactValue::Flag(true);
        values[at("age_years")] = FactValue::Integer(70);
        values[at("transition_status")] = FactValue::Text("live");
        let mut writer = MemberFactsWriter::default();
        writer.push("A", &MemberFactsRow { member: 0, values });
        assert_eq!(writer.rows(), 1);
        let table = writer.take().expect("rows");
        assert_eq!(table.columns.len(), table.batch.num_columns());
        let integer = |name: &str| table.batch.column(at(name) + 1).as_primitive::<Int64Type>().clone();
        assert_eq!((integer("left_ama").value(0), integer("age_years").value(0)), (1, 70));
        assert_eq!(table.batch.column(at("transition_status") + 1).as_string::<i32>().value(0), "live");
        let known = table.batch.columns().iter().filter(|c| c.null_count() == 0).count();
        assert_eq!(known, 4, "the member and three facts");
        assert_eq!(writer.rows(), 0);
    }
}

//! Facts of members by column. Owns the typed columns; refuses to know how a fact is computed.

use polars::prelude as pl;

use crate::domain::Day;

/// How a fact is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FactKind {
    /// A whole number; a flag is 0 or 1.
    Integer,
    /// A number.
    Number,
    /// A word.
    Text,
    /// A calendar day.
    Day,
}

/// A fact that conditions may name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FactSpec {
    /// Its name in conditions.
    pub name: &'static str,
    /// How it is held.
    pub kind: FactKind,
}

/// The value of one fact of one member; none when it is not known.
#[derive(Clone, PartialEq, Debug)]
pub enum FactValue {
    /// Not known, or never.
    Unknown,
    /// A whole number, a flag, or days since 1970-01-01.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A word.
    Text(String),
}

enum Cells {
    Integer(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
    Text(Vec<Option<String>>),
    Day(Vec<Option<i32>>),
}

/// One row a member, one column a fact.
pub struct FactTable {
    specs: Vec<FactSpec>,
    cells: Vec<Cells>,
    rows: usize,
}

impl FactTable {
    /// An empty table of these facts.
    #[must_use]
    pub fn new(specs: &[FactSpec]) -> Self {
        let cells = specs
            .iter()
            .map(|spec| match spec.kind {
                FactKind::Integer => Cells::Integer(Vec::new()),
                FactKind::Number => Cells::Number(Vec::new()),
                FactKind::Text => Cells::Text(Vec::new()),
                FactKind::Day => Cells::Day(Vec::new()),
            })
            .collect();
        Self { specs: specs.to_vec(), cells, rows: 0 }
    }

    /// Adds a member: one value a fact, in the order of the facts. A value of another kind than its column, or one that
    /// is not given, is unknown.
    pub fn push_row(&mut self, values: impl IntoIterator<Item = FactValue>) {
        let mut values = values.into_iter();
        for cells in &mut self.cells {
            let value = values.next().unwrap_or(FactValue::Unknown);
            match (cells, value) {
                (Cells::Integer(all), FactValue::Integer(v)) => all.push(Some(v)),
                (Cells::Number(all), FactValue::Number(v)) => all.push(Some(v)),
                #[expect(clippy::cast_precision_loss, reason = "counts and days are small")]
                (Cells::Number(all), FactValue::Integer(v)) => all.push(Some(v as f64)),
                (Cells::Text(all), FactValue::Text(v)) => all.push(Some(v)),
                (Cells::Day(all), FactValue::Integer(v)) => all.push(i32::try_from(v).ok()),
                (Cells::Integer(all), _) => all.push(None),
                (Cells::Number(all), _) => all.push(None),
                (Cells::Text(all), _) => all.push(None),
                (Cells::Day(all), _) => all.push(None),
            }
        }
        self.rows += 1;
    }

    /// Members so far.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// The facts.
    #[must_use]
    pub fn specs(&self) -> &[FactSpec] {
        &self.specs
    }

    /// A fact of a member as it is printed; `None` when it is not known or no fact.
    #[must_use]
    pub fn text_of(&self, member: usize, name: &str) -> Option<String> {
        let at = self.specs.iter().position(|s| s.name == name)?;
        match self.cells.get(at)? {
            Cells::Integer(values) => values.get(member)?.map(|v| v.to_string()),
            Cells::Number(values) => values.get(member)?.map(|v| v.to_string()),
            Cells::Text(values) => values.get(member)?.clone(),
            Cells::Day(values) => values.get(member)?.map(|v| Day(v).to_string()),
        }
    }

    /// The columns as polars reads them.
    pub(super) fn frame(&self) -> pl::PolarsResult<pl::DataFrame> {
        let column = |(spec, cells): (&FactSpec, &Cells)| {
            let name = spec.name.into();
            match cells {
                Cells::Integer(values) => Ok(pl::Column::new(name, values)),
                Cells::Number(values) => Ok(pl::Column::new(name, values)),
                Cells::Text(values) => Ok(pl::Column::new(name, values)),
                Cells::Day(values) => pl::Column::new(name, values).cast(&pl::DataType::Date),
            }
        };
        let columns = self.specs.iter().zip(&self.cells).map(column).collect::<pl::PolarsResult<Vec<_>>>()?;
        pl::DataFrame::new(self.rows, columns)
    }
}

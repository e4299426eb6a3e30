//! A table on its way to a file: a spec, typed columns, rows pushed one by one. Owns the arrow form;
//! refuses to know what a table is about.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::PublishError;
use crate::domain::Day;

/// Type of an output column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// 64-bit integer.
    Integer,
    /// 64-bit float.
    Number,
    /// Calendar date.
    Date,
    /// True or false.
    Flag,
}

impl Kind {
    /// The word `schema` prints.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Date => "date",
            Self::Flag => "flag",
        }
    }

    fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Integer => DataType::Int64,
            Self::Number => DataType::Float64,
            Self::Date => DataType::Date32,
            Self::Flag => DataType::Boolean,
        }
    }
}

/// One column of an output table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name in the file.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Meaning, unit and when it is empty.
    pub meaning: &'static str,
}

/// One output table.
#[derive(Clone, Copy, Debug)]
pub struct TableSpec {
    /// File name without its extension, folders included.
    pub name: &'static str,
    /// What one row is.
    pub grain: &'static str,
    /// Columns in order.
    pub columns: &'static [Column],
}

impl TableSpec {
    /// The arrow schema; every column may be null.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(
            self.columns.iter().map(|c| Field::new(c.name, c.kind.data_type(), true)).collect::<Vec<_>>(),
        ))
    }
}

/// One cell.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    /// Empty.
    Null,
    /// Text.
    Text(&'a str),
    /// Integer.
    Int(i64),
    /// Number; a non-finite one is written as empty.
    Num(f64),
    /// Date.
    Day(Day),
    /// Flag.
    Flag(bool),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(v: &'a str) -> Self {
        Self::Text(v)
    }
}
impl<'a> From<&'a String> for Cell<'a> {
    fn from(v: &'a String) -> Self {
        Self::Text(v)
    }
}
impl From<i32> for Cell<'_> {
    fn from(v: i32) -> Self {
        Self::Int(i64::from(v))
    }
}
impl From<i64> for Cell<'_> {
    fn from(v: i64) -> Self {
        Self::Int(v)
    }
}
impl From<u32> for Cell<'_> {
    fn from(v: u32) -> Self {
        Self::Int(i64::from(v))
    }
}
impl From<usize> for Cell<'_> {
    fn from(v: usize) -> Self {
        Self::Int(i64::try_from(v).unwrap_or(i64::MAX))
    }
}
impl From<u8> for Cell<'_> {
    fn from(v: u8) -> Self {
        Self::Int(i64::from(v))
    }
}
impl From<f64> for Cell<'_> {
    fn from(v: f64) -> Self {
        Self::Num(v)
    }
}
impl From<Day> for Cell<'_> {
    fn from(v: Day) -> Self {
        Self::Day(v)
    }
}
impl From<bool> for Cell<'_> {
    fn from(v: bool) -> Self {
        Self::Flag(v)
    }
}
impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}

enum Builder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Date(Date32Builder),
    Flag(BooleanBuilder),
}

/// A table under construction.
pub struct Table {
    /// Its spec.
    pub spec: &'static TableSpec,
    builders: Vec<Builder>,
    rows: usize,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(spec: &'static TableSpec) -> Self {
        let builders = spec
            .columns
            .iter()
            .map(|c| match c.kind {
                Kind::Text => Builder::Text(StringBuilder::new()),
                Kind::Integer => Builder::Integer(Int64Builder::new()),
                Kind::Number => Builder::Number(Float64Builder::new()),
                Kind::Date => Builder::Date(Date32Builder::new()),
                Kind::Flag => Builder::Flag(BooleanBuilder::new()),
            })
            .collect();
        Self { spec, builders, rows: 0 }
    }

    /// Adds one row; a cell of another type than its column is written as empty (debug builds refuse it).
    pub fn push(&mut self, cells: &[Cell<'_>]) {
        debug_assert_eq!(cells.len(), self.builders.len(), "{}", self.spec.name);
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            match (builder, *cell) {
                (Builder::Text(b), Cell::Text(v)) => b.append_value(v),
                (Builder::Integer(b), Cell::Int(v)) => b.append_value(v),
                (Builder::Number(b), Cell::Num(v)) if v.is_finite() => b.append_value(v),
                (Builder::Date(b), Cell::Day(v)) => b.append_value(v.0),
                (Builder::Flag(b), Cell::Flag(v)) => b.append_value(v),
                (builder, other) => {
                    debug_assert!(matches!(other, Cell::Null | Cell::Num(_)), "{}: {other:?}", self.spec.name);
                    match builder {
                        Builder::Text(b) => b.append_null(),
                        Builder::Integer(b) => b.append_null(),
                        Builder::Number(b) => b.append_null(),
                        Builder::Date(b) => b.append_null(),
                        Builder::Flag(b) => b.append_null(),
                    }
                }
            }
        }
        self.rows += 1;
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rows as one batch; the table is empty afterwards.
    ///
    /// # Errors
    /// When the columns do not fit the spec, which only our own bug could make.
    pub fn take(&mut self) -> Result<RecordBatch, PublishError> {
        self.rows = 0;
        let columns: Vec<ArrayRef> = self
            .builders
            .iter_mut()
            .map(|b| match b {
                Builder::Text(b) => Arc::new(b.finish()) as ArrayRef,
                Builder::Integer(b) => Arc::new(b.finish()),
                Builder::Number(b) => Arc::new(b.finish()),
                Builder::Date(b) => Arc::new(b.finish()),
                Builder::Flag(b) => Arc::new(b.finish()),
            })
            .collect();
        RecordBatch::try_new(self.spec.schema(), columns)
            .map_err(|e| PublishError::Encode { what: self.spec.name.to_owned(), why: e.to_string() })
    }
}

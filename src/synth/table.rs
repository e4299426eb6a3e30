//! Rows into columns. Owns the columnar builders of one extract; refuses to know files and meaning.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::builder::{Date32Builder, Decimal128Builder, Float64Builder, Int32Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::places::Npi;
use crate::domain::Day;

/// The type of a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Text,
    Day,
    Int,
    /// Two decimals.
    Money,
    Real,
}

/// A column's name and type; `table` modules list them in the order of the contract.
pub type Columns = Vec<(String, Kind)>;

enum Builder {
    Text(StringBuilder),
    Day(Date32Builder),
    Int(Int32Builder),
    Float(Float64Builder),
    Money(Decimal128Builder),
}

/// Digits of an amount, and of its cents.
const MONEY: (u8, i8) = (12, 2);

/// The growing columns of one extract. Cells are appended left to right; a cell of the wrong type is
/// stored as null rather than ending the run, and the unit test on every schema finds it.
pub struct Table {
    schema: SchemaRef,
    builders: Vec<Builder>,
    next: usize,
    rows: usize,
    mismatches: usize,
}

/// The Arrow schema of a column list. Money is a decimal of two places.
#[must_use]
pub fn schema(columns: &Columns) -> SchemaRef {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, kind)| {
            let data_type = match kind {
                Kind::Text => DataType::Utf8,
                Kind::Day => DataType::Date32,
                Kind::Int => DataType::Int32,
                Kind::Real => DataType::Float64,
                Kind::Money => DataType::Decimal128(MONEY.0, MONEY.1),
            };
            Field::new(name, data_type, true)
        })
        .collect();
    Arc::new(Schema::new(fields))
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(schema: SchemaRef) -> Self {
        let builders = schema
            .fields()
            .iter()
            .map(|f| match f.data_type() {
                DataType::Date32 => Builder::Day(Date32Builder::new()),
                DataType::Int32 => Builder::Int(Int32Builder::new()),
                DataType::Float64 => Builder::Float(Float64Builder::new()),
                DataType::Decimal128(..) => {
                    Builder::Money(Decimal128Builder::new().with_data_type(DataType::Decimal128(MONEY.0, MONEY.1)))
                }
                _ => Builder::Text(StringBuilder::new()),
            })
            .collect();
        Self { schema, builders, next: 0, rows: 0, mismatches: 0 }
    }

    fn cell(&mut self) -> Option<&mut Builder> {
        let builder = self.builders.get_mut(self.next);
        self.next += 1;
        builder
    }

    fn null_of(builder: &mut Builder) {
        match builder {
            Builder::Text(b) => b.append_null(),
            Builder::Day(b) => b.append_null(),
            Builder::Int(b) => b.append_null(),
            Builder::Float(b) => b.append_null(),
            Builder::Money(b) => b.append_null(),
        }
    }

    fn wrong(&mut self) {
        self.mismatches += 1;
        if let Some(builder) = self.builders.get_mut(self.next - 1) {
            Self::null_of(builder);
        }
    }

    /// A text cell; the empty text is null.
    pub fn text(&mut self, value: &str) -> &mut Self {
        match self.cell() {
            Some(Builder::Text(b)) if value.is_empty() => b.append_null(),
            Some(Builder::Text(b)) => b.append_value(value),
            _ => self.wrong(),
        }
        self
    }

    /// A text cell written straight into the column's buffer.
    pub fn put(&mut self, value: std::fmt::Arguments<'_>) -> &mut Self {
        match self.cell() {
            Some(Builder::Text(b)) => {
                // Writing to a memory buffer cannot fail; the cell is closed either way.
                let _ = b.write_fmt(value);
                b.append_value("");
            }
            _ => self.wrong(),
        }
        self
    }

    /// A provider number.
    pub fn npi(&mut self, value: Option<Npi>) -> &mut Self {
        match value {
            Some(npi) => self.text(std::str::from_utf8(&npi.digits()).unwrap_or("")),
            None => self.null(),
        }
    }

    /// A date, or null.
    pub fn day(&mut self, value: Option<Day>) -> &mut Self {
        match self.cell() {
            Some(Builder::Day(b)) => b.append_option(value.map(|d| d.0)),
            _ => self.wrong(),
        }
        self
    }

    /// A whole number, or null.
    pub fn int(&mut self, value: Option<i32>) -> &mut Self {
        match self.cell() {
            Some(Builder::Int(b)) => b.append_option(value),
            _ => self.wrong(),
        }
        self
    }

    /// An amount in cents.
    pub fn cents(&mut self, value: i64) -> &mut Self {
        match self.cell() {
            Some(Builder::Money(b)) => b.append_value(i128::from(value)),
            _ => self.wrong(),
        }
        self
    }

    /// A real number, or null.
    pub fn real(&mut self, value: Option<f64>) -> &mut Self {
        match self.cell() {
            Some(Builder::Float(b)) => b.append_option(value),
            _ => self.wrong(),
        }
        self
    }

    /// A null cell of whatever type.
    pub fn null(&mut self) -> &mut Self {
        if let Some(builder) = self.cell() {
            Self::null_of(builder);
        }
        self
    }

    /// Ends the row; cells not given are null.
    pub fn end(&mut self) {
        while self.next < self.builders.len() {
            self.null();
        }
        self.mismatches += self.next - self.builders.len();
        self.next = 0;
        self.rows += 1;
    }

    /// Rows so far.
    #[cfg(test)]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Cells given with the wrong type or beyond the last column (always 0; a test holds it).
    #[must_use]
    pub fn mismatches(&self) -> usize {
        self.mismatches
    }

    /// The batch.
    ///
    /// # Errors
    /// When the columns do not fit the schema.
    pub fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let arrays: Vec<ArrayRef> = self
            .builders
            .iter_mut()
            .map(|b| -> ArrayRef {
                match b {
                    Builder::Text(b) => Arc::new(b.finish()),
                    Builder::Day(b) => Arc::new(b.finish()),
                    Builder::Int(b) => Arc::new(b.finish()),
                    Builder::Float(b) => Arc::new(b.finish()),
                    Builder::Money(b) => Arc::new(b.finish()),
                }
            })
            .collect();
        RecordBatch::try_new(self.schema, arrays)
    }
}

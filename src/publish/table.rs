//! A table is its row: columns with a typed getter each, and rows pushed one by one into Arrow. Owns the shape every
//! published table has; refuses to know what any of them is about.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};

use super::cell::{DateCell, FlagCell, IntegerCell, NumberCell, TextCell};
use super::error::PublishError;
use super::sinks::Sink;
use super::table_data::{ColumnSpec, Kind, TableData, Unit};

/// Which rows a table has: a marker type that stands for `Row<'a>` whatever it borrows.
pub trait RowFamily: 'static {
    /// One row.
    type Row<'a>;
}

type TextGetter<F> = for<'r, 'a> fn(&'r <F as RowFamily>::Row<'a>) -> TextCell<'r>;
type Getter<F, C> = for<'r, 'a> fn(&'r <F as RowFamily>::Row<'a>) -> C;

enum Value<F: RowFamily> {
    Text(TextGetter<F>),
    Integer(Getter<F, IntegerCell>),
    Number(Getter<F, NumberCell>),
    Date(Getter<F, DateCell>),
    Flag(Getter<F, FlagCell>),
}

/// One column: what it is and how a row gives it.
pub struct Column<F: RowFamily> {
    spec: ColumnSpec,
    value: Value<F>,
}

impl<F: RowFamily> Column<F> {
    const fn new(name: &'static str, kind: Kind, unit: Unit, meaning: &'static str, value: Value<F>) -> Self {
        Self { spec: ColumnSpec { name, kind, unit, meaning, optional: false }, value }
    }
}

/// The same column, left out of the file when no row has it.
#[must_use]
pub const fn when_any<F: RowFamily>(mut column: Column<F>) -> Column<F> {
    column.spec.optional = true;
    column
}

/// A text column.
#[must_use]
pub const fn text<F: RowFamily>(name: &'static str, meaning: &'static str, get: TextGetter<F>) -> Column<F> {
    Column::new(name, Kind::Text, Unit::None, meaning, Value::Text(get))
}

/// A column of whole numbers.
#[must_use]
pub const fn integer<F: RowFamily>(
    name: &'static str,
    unit: Unit,
    meaning: &'static str,
    get: Getter<F, IntegerCell>,
) -> Column<F> {
    Column::new(name, Kind::Integer, unit, meaning, Value::Integer(get))
}

/// A column of numbers.
#[must_use]
pub const fn number<F: RowFamily>(
    name: &'static str,
    unit: Unit,
    meaning: &'static str,
    get: Getter<F, NumberCell>,
) -> Column<F> {
    Column::new(name, Kind::Number, unit, meaning, Value::Number(get))
}

/// A column of dates.
#[must_use]
pub const fn date<F: RowFamily>(name: &'static str, meaning: &'static str, get: Getter<F, DateCell>) -> Column<F> {
    Column::new(name, Kind::Date, Unit::None, meaning, Value::Date(get))
}

/// A column of flags.
#[must_use]
pub const fn flag<F: RowFamily>(name: &'static str, meaning: &'static str, get: Getter<F, FlagCell>) -> Column<F> {
    Column::new(name, Kind::Flag, Unit::None, meaning, Value::Flag(get))
}

/// In which formats a table is written.
#[derive(Clone, Copy)]
pub struct Forms {
    /// Whatever was asked for: what later runs and other commands read.
    pub always: &'static [&'static dyn Sink],
    /// Also in these formats when `[output] formats` names them.
    pub on_request: &'static [&'static dyn Sink],
}

/// One output table.
pub struct Table<F: RowFamily> {
    /// File name without its extension, folders included.
    pub name: &'static str,
    /// What one row is.
    pub grain: &'static str,
    /// Formats.
    pub forms: Forms,
    /// Columns in order.
    pub columns: &'static [Column<F>],
}

/// A table of the dictionary, whatever its rows are.
pub trait Described: Sync {
    /// File name without its extension.
    fn name(&self) -> &'static str;
    /// What one row is.
    fn grain(&self) -> &'static str;
    /// Formats.
    fn forms(&self) -> Forms;
    /// Columns in order.
    fn columns(&self) -> Vec<ColumnSpec>;
}

impl<F: RowFamily> Described for Table<F> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grain(&self) -> &'static str {
        self.grain
    }
    fn forms(&self) -> Forms {
        self.forms
    }
    fn columns(&self) -> Vec<ColumnSpec> {
        self.columns.iter().map(|c| c.spec).collect()
    }
}

enum Builder<F: RowFamily> {
    Text(StringBuilder, TextGetter<F>),
    Integer(Int64Builder, Getter<F, IntegerCell>),
    Number(Float64Builder, Getter<F, NumberCell>),
    Date(Date32Builder, Getter<F, DateCell>),
    Flag(BooleanBuilder, Getter<F, FlagCell>),
}

impl<F: RowFamily> Builder<F> {
    fn new(column: &Column<F>) -> Self {
        match column.value {
            Value::Text(get) => Self::Text(StringBuilder::new(), get),
            Value::Integer(get) => Self::Integer(Int64Builder::new(), get),
            Value::Number(get) => Self::Number(Float64Builder::new(), get),
            Value::Date(get) => Self::Date(Date32Builder::new(), get),
            Value::Flag(get) => Self::Flag(BooleanBuilder::new(), get),
        }
    }

    fn push(&mut self, row: &F::Row<'_>) {
        match self {
            Self::Text(b, get) => b.append_option(get(row).0),
            Self::Integer(b, get) => b.append_option(get(row).0),
            Self::Number(b, get) => b.append_option(get(row).0),
            Self::Date(b, get) => b.append_option(get(row).0.map(|d| d.0)),
            Self::Flag(b, get) => b.append_option(get(row).0),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(b, _) => Arc::new(b.finish()),
            Self::Integer(b, _) => Arc::new(b.finish()),
            Self::Number(b, _) => Arc::new(b.finish()),
            Self::Date(b, _) => Arc::new(b.finish()),
            Self::Flag(b, _) => Arc::new(b.finish()),
        }
    }
}

/// A table under construction.
pub struct TableWriter<F: RowFamily> {
    table: &'static Table<F>,
    builders: Vec<Builder<F>>,
    rows: usize,
}

impl<F: RowFamily> TableWriter<F> {
    /// An empty table.
    #[must_use]
    pub fn new(table: &'static Table<F>) -> Self {
        Self { table, builders: table.columns.iter().map(Builder::new).collect(), rows: 0 }
    }

    /// The table's name.
    #[must_use]
    pub fn table_name(&self) -> &'static str {
        self.table.name
    }

    /// Its columns in order.
    #[must_use]
    pub fn columns(&self) -> Vec<ColumnSpec> {
        self.table.columns()
    }

    /// Adds one row.
    pub fn push(&mut self, row: &F::Row<'_>) {
        for builder in &mut self.builders {
            builder.push(row);
        }
        self.rows += 1;
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rows so far with every column; the table is empty afterwards.
    ///
    /// # Errors
    /// When Arrow refuses the columns, which only our own bug could make.
    pub fn take(&mut self) -> Result<TableData, PublishError> {
        self.rows = 0;
        let columns = self.table.columns();
        let arrays = self.builders.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(Arc::new(TableData::schema_of(&columns)), arrays)
            .map_err(|e| PublishError::encode(self.table.name, &e))?;
        Ok(TableData { name: self.table.name, columns, batch })
    }
}

impl<F: RowFamily> Table<F> {
    /// The whole table of some rows, without optional columns that no row has.
    ///
    /// # Errors
    /// When Arrow refuses the columns.
    pub fn fill<'a>(&'static self, rows: impl IntoIterator<Item = F::Row<'a>>) -> Result<TableData, PublishError> {
        let mut writer = TableWriter::new(self);
        for row in rows {
            writer.push(&row);
        }
        writer.take()?.without_empty_optional()
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;

    use super::*;
    use crate::publish::sinks::CSV;

    struct Pair<'a> {
        name: &'a str,
        size: Option<u32>,
        extra: Option<f64>,
    }
    struct Pairs;
    impl RowFamily for Pairs {
        type Row<'a> = Pair<'a>;
    }
    static TABLE: Table<Pairs> = Table {
        name: "pairs",
        grain: "pair",
        forms: Forms { always: &[&CSV], on_request: &[] },
        columns: &[
            text("name", "its name", |r| r.name.into()),
            integer("size", Unit::Count, "how many", |r| r.size.into()),
            when_any(number("extra", Unit::Share, "more", |r| r.extra.into())),
        ],
    };

    #[test]
    fn an_optional_column_stands_when_any_row_has_it() {
        let plain = TABLE.fill([Pair { name: "a", size: Some(2), extra: None }]).expect("a table");
        assert_eq!(plain.columns.iter().map(|c| c.name).collect::<Vec<_>>(), ["name", "size"]);
        let rows = [
            Pair { name: "a", size: None, extra: Some(0.5) },
            // A number that is none is nothing, and here that is the only one.
            Pair { name: "b", size: Some(1), extra: Some(f64::NAN) },
        ];
        let full = TABLE.fill(rows).expect("a table");
        assert_eq!(full.columns.iter().map(|c| c.name).collect::<Vec<_>>(), ["name", "size", "extra"]);
        assert_eq!(full.batch.column(2).null_count(), 1);
        let empty = TABLE.fill([]).expect("a table");
        assert_eq!((empty.batch.num_rows(), empty.columns.len()), (0, 2));
    }

    #[test]
    fn a_taken_writer_begins_anew() {
        let mut writer = TableWriter::new(&TABLE);
        writer.push(&Pair { name: "a", size: None, extra: None });
        assert_eq!(writer.rows(), 1);
        assert_eq!(writer.take().expect("rows").batch.num_rows(), 1);
        assert_eq!(writer.rows(), 0);
        assert_eq!(writer.take().expect("rows").batch.num_columns(), 3);
    }
}

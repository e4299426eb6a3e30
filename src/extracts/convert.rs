//! From arrow arrays of any type found in the wild to the few typed columns the engine uses.
//! Owns which reading a kind of column takes and which cells must hold a value; refuses to look across two columns.

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::column::{Column, Pools};
use super::contract::{Beyond, ColumnSpec, Kind};
use super::dates::DateReader;
use super::findings::{Findings, Memo, TypeRefused};
use super::null_words::NullWords;
use super::reason::Reason;
use super::text_columns::TextRules;
use super::{date_columns, number_columns, text_columns};

/// How the cells of an extract are read.
#[derive(Clone, Copy)]
pub struct ReadingRules<'a> {
    /// Shared tables of texts.
    pub pools: &'a Pools,
    /// Spellings of dates.
    pub dates: &'a DateReader,
    /// Words for nothing.
    pub nulls: &'a NullWords,
    /// Whether every member id of the file is written as a fraction; asked only when one is.
    pub whole_file_is_fractions: &'a dyn Fn() -> bool,
}

/// Converts one column. `spec` says what it should be.
///
/// # Errors
/// [`TypeRefused`] for nested types, zoned timestamps without a declared zone and ids that have lost digits.
pub fn convert(
    array: &ArrayRef,
    spec: &ColumnSpec,
    rules: &ReadingRules<'_>,
    found: &mut Findings,
    memo: &mut Memo,
) -> Result<Column, TypeRefused> {
    refuse_nested(array.data_type(), spec)?;
    // Of 25 positions most are empty in most batches; an empty column reads as an absent one.
    if !spec.required && array.null_count() == array.len() {
        return Ok(Column::Absent);
    }
    let whole_file_is_fractions = rules.whole_file_is_fractions;
    let text = TextRules { spec, nulls: rules.nulls, pools: rules.pools, whole_file_is_fractions };
    let cells = (spec, rules.nulls);
    let column = match spec.kind {
        Kind::Id | Kind::Text | Kind::Name | Kind::Phone => {
            Column::Text(text_columns::plain_texts(array, &text, found)?)
        }
        Kind::Word | Kind::LowerWord | Kind::Npi => Column::Word(text_columns::words(array, &text, found, memo)?),
        Kind::Icd => Column::Code(text_columns::icd_codes(array, &text, found, memo)?),
        Kind::Fixed(_) | Kind::Bill => Column::Short(text_columns::short_codes(array, &text, found, memo)?),
        Kind::Flag => Column::Flag(text_columns::flags(array, &text, found, memo)?),
        Kind::Date => Column::Day(date_columns::days(array, cells, rules.dates, found)?),
        Kind::Money => Column::Integer(number_columns::money(array, cells, found)?),
        Kind::Integer => Column::Integer(number_columns::integers(array, cells, found)?),
        Kind::Number => Column::Number(number_columns::numbers(array, cells, found)?),
        Kind::IndexValue => Column::Number(number_columns::index_values(array, cells, found)?),
    };
    // An index value may be missing for a reason that its own reading has judged; unknown is a value where it may be.
    if spec.required && spec.kind != Kind::IndexValue && spec.beyond != Beyond::Unknown {
        require(&column, array.len(), found);
    }
    Ok(column)
}

fn refuse_nested(kind: &DataType, spec: &ColumnSpec) -> Result<(), TypeRefused> {
    if kind.is_nested() {
        return Err(TypeRefused(format!("column {} is nested ({kind}); one value a row is expected", spec.name)));
    }
    Ok(())
}

fn require(column: &Column, rows: usize, found: &mut Findings) {
    let faulty: rustc_hash::FxHashSet<u32> = found.faults.iter().map(|f| f.row).collect();
    for row in 0..rows {
        if column.is_blank(row) && !faulty.contains(&u32::try_from(row).unwrap_or(u32::MAX)) {
            found.fault(row, Reason::MissingRequired, "");
        }
    }
}

//! The rows of a published file that a scan asks for. Owns what is passed over: columns not asked for, row groups whose
//! limits exclude a wanted text, rows without it; refuses to group, sort or interpret.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchReader};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ParquetRecordBatchReaderBuilder, RowFilter};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;
use polars::prelude as pl;

use super::error::PublishError;
use crate::domain::unguard_text;

/// A text column and the texts that a row may hold there.
pub(super) struct Wanted {
    pub column: String,
    pub texts: BTreeSet<String>,
}

/// What a scan asks of a file.
pub(super) struct Request<'a> {
    /// File name, for messages.
    pub what: &'a str,
    /// Rows must hold all of these.
    pub wanted: &'a [Wanted],
    /// Columns in their order; `None` for all of the file.
    pub columns: Option<&'a [String]>,
}

impl Request<'_> {
    fn fault(&self, why: &str) -> PublishError {
        PublishError::Read { what: self.what.to_owned(), why: why.to_owned() }
    }

    fn damaged(&self) -> PublishError {
        self.fault("damaged")
    }

    fn place(&self, names: &[String], name: &str) -> Result<usize, PublishError> {
        names.iter().position(|n| n == name).ok_or_else(|| self.fault("a column is missing"))
    }

    /// Places of the columns asked for.
    fn places(&self, names: &[String]) -> Result<Vec<usize>, PublishError> {
        match self.columns {
            Some(columns) => columns.iter().map(|c| self.place(names, c)).collect(),
            None => Ok((0..names.len()).collect()),
        }
    }
}

/// Reads a CSV file: every cell is text, its spreadsheet guard undone by who reads it; an empty cell is nothing.
pub(super) fn read_csv(path: &Path, request: &Request<'_>) -> Result<pl::DataFrame, PublishError> {
    let mut reader = csv::Reader::from_path(path).map_err(|_| request.fault("cannot be read"))?;
    let header = reader.headers().map_err(|_| request.damaged())?;
    let names: Vec<String> = header.iter().map(ToOwned::to_owned).collect();
    let places = request.places(&names)?;
    let filters = request.wanted.iter().map(|w| Ok((request.place(&names, &w.column)?, &w.texts)));
    let filters = filters.collect::<Result<Vec<_>, PublishError>>()?;
    let mut cells: Vec<Vec<Option<String>>> = vec![Vec::new(); places.len()];
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|_| request.damaged())? {
        if filters.iter().all(|(at, texts)| texts.contains(unguard_text(&record[*at]))) {
            for (column, at) in cells.iter_mut().zip(&places) {
                column.push(Some(&record[*at]).filter(|c| !c.is_empty()).map(ToOwned::to_owned));
            }
        }
    }
    let height = cells.first().map_or(0, Vec::len);
    let columns = places.iter().zip(cells).map(|(at, values)| pl::Column::new(names[*at].as_str().into(), values));
    pl::DataFrame::new(height, columns.collect()).map_err(|_| request.damaged())
}

/// Reads a Parquet file: only the columns asked for and those that choose rows, only row groups that can hold a wanted row.
pub(super) fn read_parquet(path: &Path, request: &Request<'_>) -> Result<pl::DataFrame, PublishError> {
    let file = File::open(path).map_err(|_| request.fault("cannot be read"))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|_| request.damaged())?;
    let names: Vec<String> = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    let places = request.places(&names)?;
    let schema = builder.parquet_schema();
    let mut predicates: Vec<Box<dyn parquet::arrow::arrow_reader::ArrowPredicate>> = Vec::new();
    let mut filters = Vec::new();
    for wanted in request.wanted {
        let at = request.place(&names, &wanted.column)?;
        let texts = wanted.texts.clone();
        let keep = move |batch: RecordBatch| holds_any(batch.column(0), &texts);
        predicates.push(Box::new(ArrowPredicateFn::new(ProjectionMask::roots(schema, [at]), keep)));
        filters.push((at, &wanted.texts));
    }
    let mask = ProjectionMask::roots(schema, places.iter().copied());
    let groups = builder.metadata().row_groups().iter().enumerate();
    let groups = groups.filter(|(_, g)| filters.iter().all(|(at, texts)| may_hold(g, *at, texts)));
    let groups: Vec<usize> = groups.map(|(n, _)| n).collect();
    let reader = builder.with_projection(mask).with_row_groups(groups).with_row_filter(RowFilter::new(predicates));
    let reader = reader.build().map_err(|_| request.damaged())?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<RecordBatch>, ArrowError>>().map_err(|_| request.damaged())?;
    let height = batches.iter().map(RecordBatch::num_rows).sum();
    // The reader gives columns in the order of the file; the caller named an order of its own.
    let columns = places.iter().map(|at| {
        let name = &names[*at];
        let place = schema.index_of(name).map_err(|_| request.damaged())?;
        let pieces: Vec<&ArrayRef> = batches.iter().map(|b| b.column(place)).collect();
        column_of(name, schema.field(place).data_type(), &pieces).map_err(|_| request.damaged())
    });
    let columns = columns.collect::<Result<Vec<pl::Column>, PublishError>>()?;
    pl::DataFrame::new(height, columns).map_err(|_| request.damaged())
}

fn holds_any(cells: &ArrayRef, texts: &BTreeSet<String>) -> Result<BooleanArray, ArrowError> {
    let cells = cast(cells, &DataType::Utf8)?;
    Ok(cells.as_string::<i32>().iter().map(|c| Some(c.is_some_and(|c| texts.contains(c)))).collect())
}

/// Whether the limits of a column leave room for one of the texts. A file without limits is read whole.
fn may_hold(group: &RowGroupMetaData, column: usize, texts: &BTreeSet<String>) -> bool {
    let Some(Statistics::ByteArray(limits)) = group.column(column).statistics() else { return true };
    let (Some(low), Some(high)) = (limits.min_opt(), limits.max_opt()) else { return true };
    texts.iter().any(|t| low.data() <= t.as_bytes() && t.as_bytes() <= high.data())
}

/// Pieces of a column as one column of the frame: texts, whole numbers, numbers, dates and flags.
fn column_of(name: &str, kind: &DataType, pieces: &[&ArrayRef]) -> Result<pl::Column, ArrowError> {
    let as_kind = |wanted: &DataType| pieces.iter().map(|p| cast(p, wanted)).collect::<Result<Vec<ArrayRef>, _>>();
    let fault = |_| ArrowError::CastError(String::new());
    let title = || name.into();
    Ok(match kind {
        DataType::Float16 | DataType::Float32 | DataType::Float64 => {
            let arrays = as_kind(&DataType::Float64)?;
            let values = arrays.iter().flat_map(|a| a.as_primitive::<Float64Type>().iter());
            pl::Column::new(title(), values.collect::<Vec<Option<f64>>>())
        }
        DataType::Date32 => {
            let arrays = as_kind(&DataType::Int32)?;
            let values = arrays.iter().flat_map(|a| a.as_primitive::<Int32Type>().iter());
            pl::Column::new(title(), values.collect::<Vec<Option<i32>>>()).cast(&pl::DataType::Date).map_err(fault)?
        }
        DataType::Boolean => {
            let values = pieces.iter().flat_map(|a| a.as_boolean().iter());
            pl::Column::new(title(), values.collect::<Vec<Option<bool>>>())
        }
        whole if whole.is_integer() => {
            let arrays = as_kind(&DataType::Int64)?;
            let values = arrays.iter().flat_map(|a| a.as_primitive::<Int64Type>().iter());
            pl::Column::new(title(), values.collect::<Vec<Option<i64>>>())
        }
        _ => {
            let arrays = as_kind(&DataType::Utf8)?;
            let values = arrays.iter().flat_map(|a| a.as_string::<i32>().iter());
            pl::Column::new(title(), values.collect::<Vec<Option<&str>>>())
        }
    })
}

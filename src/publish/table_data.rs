//! Rows on their way to a file, and what their columns are. Owns types, units and the arrow schema; refuses to know
//! how a row gives a cell.

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};

use super::error::PublishError;

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

/// What a number counts. Texts, dates and flags have none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// No unit: text, date, flag.
    None,
    /// Things counted.
    Count,
    /// Place in an order, from 1.
    Rank,
    /// A step of a scale, such as a tier.
    Level,
    /// A number that only tells apart.
    Number,
    /// Line or row of a file.
    Line,
    /// Calendar days.
    Days,
    /// Business days.
    BusinessDays,
    /// Business hours, 8 a day.
    BusinessHours,
    /// Nights with a run.
    Nights,
    /// Completed years.
    Years,
    /// Years of enrolment.
    MemberYears,
    /// A share or probability, 0..1.
    Share,
    /// 0..100.
    Percentile,
    /// Points of an index or scale.
    Points,
    /// Natural log-odds.
    LogOdds,
    /// A factor of a product.
    Factor,
    /// Expected or observed events.
    Events,
    /// One quantity over another.
    Ratio,
    /// As the row's own measure says.
    Rate,
    /// US dollars.
    Dollars,
    /// Units of the assignment's cost.
    CostUnits,
    /// Full-time equivalents.
    FullTime,
    /// Kilometres.
    Kilometres,
    /// Degrees of latitude or longitude.
    Degrees,
    /// Visits a month.
    VisitsAMonth,
    /// Cases a week.
    CasesAWeek,
    /// As its own words say.
    Named(&'static str),
}

impl Unit {
    /// The word `schema` prints; empty for none.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Count => "count",
            Self::Rank => "place",
            Self::Level => "level",
            Self::Number => "number",
            Self::Line => "line",
            Self::Days => "days",
            Self::BusinessDays => "business days",
            Self::BusinessHours => "business hours",
            Self::Nights => "nights",
            Self::Years => "years",
            Self::MemberYears => "member-years",
            Self::Share => "0..1",
            Self::Percentile => "0..100",
            Self::Points => "points",
            Self::LogOdds => "log-odds",
            Self::Factor => "factor",
            Self::Events => "events",
            Self::Ratio => "ratio",
            Self::Rate => "by measure",
            Self::Dollars => "dollars",
            Self::CostUnits => "cost units",
            Self::FullTime => "FTE",
            Self::Kilometres => "km",
            Self::Degrees => "degrees",
            Self::VisitsAMonth => "visits a month",
            Self::CasesAWeek => "cases a week",
            Self::Named(words) => words,
        }
    }
}

/// What a column says of itself.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSpec {
    /// Name in the file.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Unit of a number.
    pub unit: Unit,
    /// Meaning, and when it is empty.
    pub meaning: &'static str,
    /// Left out of the file when no row has it.
    pub optional: bool,
}

/// Rows on their way to a file: a name, its columns, and the rows in Arrow.
#[derive(Clone, Debug)]
pub struct TableData {
    /// File name without its extension.
    pub name: &'static str,
    /// Columns in order.
    pub columns: Vec<ColumnSpec>,
    /// The rows.
    pub batch: RecordBatch,
}

impl TableData {
    /// The arrow schema; every column may be null.
    #[must_use]
    pub fn schema_of(columns: &[ColumnSpec]) -> Schema {
        Schema::new(columns.iter().map(|c| Field::new(c.name, c.kind.data_type(), true)).collect::<Vec<_>>())
    }

    /// Without the optional columns that no row has.
    pub(super) fn without_empty_optional(self) -> Result<Self, PublishError> {
        let rows = self.batch.num_rows();
        let keep: Vec<usize> = (0..self.columns.len())
            .filter(|i| !self.columns[*i].optional || self.batch.column(*i).null_count() < rows)
            .collect();
        let batch = self.batch.project(&keep).map_err(|e| PublishError::encode(self.name, &e))?;
        Ok(Self { name: self.name, columns: keep.iter().map(|i| self.columns[*i]).collect(), batch })
    }
}

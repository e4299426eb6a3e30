//! What the rows of a small extract have in common. Owns how a row type and its contract are declared together, column
//! by column, and the traits that loading asks for; refuses to know any one extract.

use crate::domain::{ClosedWord, Day, IcdCode, OrderedNumber, Short};
use crate::extracts::column::{Column, NO_DAY, NO_INTEGER, Pools};
use crate::extracts::contract::ExtractSpec;

/// The rows of one extract: their contract, and how one is read.
pub trait FeedRow: Ord + Clone + Send + Sync + 'static {
    /// The contract; its columns stand in the order in which [`FeedRow::read`] takes them.
    const SPEC: &'static ExtractSpec;
    /// Reads one row; `None` when a value that it cannot do without is missing, which the contract has refused before.
    fn read(cells: &mut RowCells<'_>) -> Option<Self>;
}

/// Rows about one member each.
pub trait MemberRow: FeedRow {
    /// The day it happened; a row of a later day than the night is left out. `None` where days may lie ahead.
    fn happened(&self) -> Option<Day>;
    /// The day it arrived; a row that arrives later than the night is left out. `None` arrives on its own day.
    fn received(&self) -> Option<Day> {
        None
    }
    /// Takes back what had not come about by the night: a later decision, end or outcome is not known yet.
    fn forget_later(&mut self, _as_of: Day) {}
    /// The id of what the row is the state of, and whether that is a final state; of several rows of one id the one
    /// received last stays, and without such a day the final one. `None` where every row counts for itself.
    fn state(&self) -> Option<(&str, bool)> {
        None
    }
    /// The rule by which the row is left out, if any.
    fn left_out(&self) -> Option<&'static str> {
        None
    }
}

/// Rows about something else that has an id.
pub trait KeyedRow: FeedRow {
    /// The id.
    fn key(&self) -> &str;
}

/// The cells of one row, taken from left to right.
pub struct RowCells<'b> {
    /// Columns in the contract's flat order.
    pub columns: &'b [Column],
    /// Shared tables of texts.
    pub pools: &'b Pools,
    /// Row of the batch.
    pub row: usize,
    /// Next column to take.
    pub next: usize,
}

impl RowCells<'_> {
    /// The next cell; `None` when it is empty and may not be.
    pub fn take<T: FromCell>(&mut self) -> Option<T> {
        let column = self.columns.get(self.next)?;
        self.next += 1;
        T::from_cell(column, self.row, self.pools)
    }
    /// The cell at a flat index; `None` when it is empty.
    #[must_use]
    pub fn at<T: FromCell>(&self, index: usize) -> Option<T> {
        T::from_cell(self.columns.get(index)?, self.row, self.pools)
    }
    /// Past a cell that nobody reads.
    pub fn skip(&mut self) {
        self.next += 1;
    }
}

/// A value read from a cell. Only an `Option` may be empty.
pub trait FromCell: Sized {
    /// Reads a cell; `None` when it is empty and may not be.
    fn from_cell(column: &Column, row: usize, pools: &Pools) -> Option<Self>;
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(column: &Column, row: usize, pools: &Pools) -> Option<Self> {
        Some(T::from_cell(column, row, pools))
    }
}

impl<T: ClosedWord> FromCell for Closed<T> {
    fn from_cell(column: &Column, row: usize, pools: &Pools) -> Option<Self> {
        T::parse_word(&<Box<str>>::from_cell(column, row, pools)?).map(Closed)
    }
}

/// A word of a closed list on its way into a row.
pub struct Closed<T>(pub T);

impl FromCell for Day {
    fn from_cell(column: &Column, row: usize, _: &Pools) -> Option<Self> {
        Some(column.day(row)).filter(|d| *d != NO_DAY).map(Day)
    }
}

impl FromCell for Box<str> {
    fn from_cell(column: &Column, row: usize, pools: &Pools) -> Option<Self> {
        let word = column.word(row);
        if word.is_some() { Some(pools.word.text_of(word).into()) } else { column.text(row).map(Into::into) }
    }
}

impl FromCell for IcdCode {
    fn from_cell(column: &Column, row: usize, pools: &Pools) -> Option<Self> {
        Some(column.code(row)).filter(|c| c.is_some()).map(|c| Self::new(&pools.icd.text_of(c)))
    }
}

impl FromCell for Short {
    fn from_cell(column: &Column, row: usize, _: &Pools) -> Option<Self> {
        Some(column.short(row)).filter(|s| !s.is_none())
    }
}

impl FromCell for f64 {
    fn from_cell(column: &Column, row: usize, _: &Pools) -> Option<Self> {
        Some(column.number(row)).filter(|v| v.is_finite())
    }
}

impl FromCell for bool {
    fn from_cell(column: &Column, row: usize, _: &Pools) -> Option<Self> {
        column.flag(row)
    }
}

/// A whole number, or a number rounded to one.
impl FromCell for i64 {
    fn from_cell(column: &Column, row: usize, _: &Pools) -> Option<Self> {
        if let Column::Number(_) = column {
            #[expect(clippy::cast_possible_truncation, reason = "counts of units are small")]
            return Some(column.number(row)).filter(|v| v.is_finite()).map(|v| v.round() as i64);
        }
        Some(column.integer(row)).filter(|v| *v != NO_INTEGER)
    }
}

impl FromCell for OrderedNumber {
    fn from_cell(column: &Column, row: usize, _: &Pools) -> Option<Self> {
        Some(column.number(row)).filter(|v| v.is_finite()).map(OrderedNumber)
    }
}

/// A row type and its contract, column by column: `field: Type = column`, `field: Type = column => default`, and
/// `_ = column` for one that nobody reads. `words` says that the type is an enum of a closed list. Rows stand in the
/// order of the fields named behind `sorted by`, then of all fields.
macro_rules! feed {
    (
        $(#[$doc:meta])* $name:ident, $extract:literal, one row a $grain:literal, without it $cost:literal,
        sorted by [$($key:ident),* $(,)?] { $($columns:tt)* }
    ) => {
        feed!(@next ($(#[$doc])* $name, $extract, $grain, $cost, [$($key),*]) [] [] [] $($columns)*);
    };
    (@next $head:tt [$($field:tt)*] [$($spec:tt)*] [$($read:tt)*] _ = $column:expr, $($rest:tt)*) => {
        feed!(@next $head [$($field)*] [$($spec)* ($column)] [$($read)* (skip)] $($rest)*);
    };
    (@next $head:tt [$($field:tt)*] [$($spec:tt)*] [$($read:tt)*]
        $(#[$doc:meta])* $name:ident: words $type:ident = $column:expr => $default:expr, $($rest:tt)*) => {
        feed!(@next $head [$($field)* ($(#[$doc])* $name: $type)] [$($spec)* ($column)]
            [$($read)* (word $name $type $default)] $($rest)*);
    };
    (@next $head:tt [$($field:tt)*] [$($spec:tt)*] [$($read:tt)*]
        $(#[$doc:meta])* $name:ident: words Option<$type:ident> = $column:expr, $($rest:tt)*) => {
        feed!(@next $head [$($field)* ($(#[$doc])* $name: Option<$type>)] [$($spec)* ($column)]
            [$($read)* (some_word $name $type)] $($rest)*);
    };
    (@next $head:tt [$($field:tt)*] [$($spec:tt)*] [$($read:tt)*]
        $(#[$doc:meta])* $name:ident: words $type:ident = $column:expr, $($rest:tt)*) => {
        feed!(@next $head [$($field)* ($(#[$doc])* $name: $type)] [$($spec)* ($column)]
            [$($read)* (only_word $name $type)] $($rest)*);
    };
    (@next $head:tt [$($field:tt)*] [$($spec:tt)*] [$($read:tt)*]
        $(#[$doc:meta])* $name:ident: $type:ty = $column:expr => $default:expr, $($rest:tt)*) => {
        feed!(@next $head [$($field)* ($(#[$doc])* $name: $type)] [$($spec)* ($column)]
            [$($read)* (or $name $type, $default)] $($rest)*);
    };
    (@next $head:tt [$($field:tt)*] [$($spec:tt)*] [$($read:tt)*]
        $(#[$doc:meta])* $name:ident: $type:ty = $column:expr, $($rest:tt)*) => {
        feed!(@next $head [$($field)* ($(#[$doc])* $name: $type)] [$($spec)* ($column)]
            [$($read)* (plain $name $type)] $($rest)*);
    };
    (@next ($(#[$doc:meta])* $row:ident, $extract:literal, $grain:literal, $cost:literal, [$($key:ident),*])
        [$(($(#[$fdoc:meta])* $field:ident: $type:ty))*] [$(($spec:expr))*] [$($read:tt)*]) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $row { $($(#[$fdoc])* pub $field: $type),* }

        impl $crate::extracts::feeds::FeedRow for $row {
            const SPEC: &'static $crate::extracts::contract::ExtractSpec = &$crate::extracts::contract::ExtractSpec {
                name: $extract,
                grain: $grain,
                cost_when_missing: $cost,
                columns: &[$($spec),*],
            };
            fn read(cells: &mut $crate::extracts::feeds::RowCells<'_>) -> Option<Self> {
                $(feed!(@read cells $read);)*
                Some(Self { $($field),* })
            }
        }

        impl Ord for $row {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                std::cmp::Ordering::Equal
                    $(.then_with(|| self.$key.cmp(&other.$key)))*
                    $(.then_with(|| self.$field.cmp(&other.$field)))*
            }
        }

        impl PartialOrd for $row {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
    };
    (@read $cells:ident (skip)) => { $cells.skip(); };
    (@read $cells:ident (plain $field:ident $type:ty)) => { let $field = $cells.take::<$type>()?; };
    (@read $cells:ident (or $field:ident $type:ty, $default:expr)) => {
        let $field = $cells.take::<Option<$type>>()?.unwrap_or($default);
    };
    (@read $cells:ident (only_word $field:ident $type:ident)) => {
        let $field = $cells.take::<$crate::extracts::feeds::Closed<$type>>()?.0;
    };
    (@read $cells:ident (some_word $field:ident $type:ident)) => {
        let $field = $cells.take::<Option<$crate::extracts::feeds::Closed<$type>>>()?.map(|w| w.0);
    };
    (@read $cells:ident (word $field:ident $type:ident $default:expr)) => {
        let $field = $cells.take::<Option<$crate::extracts::feeds::Closed<$type>>>()?.map_or($default, |w| w.0);
    };
}
pub(super) use feed;

//! One column of a batch in one of the few types the engine uses. Owns these types, their "no value" and the shared
//! tables of texts; refuses to know how a value was spelled.

use arrow_array::{Array, StringArray};

use super::interner::Interner;
use crate::domain::{CodeId, Short, WordId};

/// "No value" of a day column.
pub const NO_DAY: i32 = i32::MIN;
/// "No value" of a money or whole-number column.
pub const NO_INTEGER: i64 = i64::MIN;
/// "No value" of a flag column.
pub const NO_FLAG: u8 = 2;

/// One column of a batch, row by row.
pub enum Column {
    /// Not in the file.
    Absent,
    /// Trimmed text; null is none.
    Text(StringArray),
    /// Interned words.
    Word(Vec<WordId>),
    /// Interned ICD codes.
    Code(Vec<CodeId>),
    /// Packed short codes.
    Short(Vec<Short>),
    /// Day numbers; [`NO_DAY`] is none.
    Day(Vec<i32>),
    /// Cents or whole numbers; [`NO_INTEGER`] is none.
    Integer(Vec<i64>),
    /// Numbers; NaN is none.
    Number(Vec<f64>),
    /// 0 no, 1 yes, [`NO_FLAG`] none.
    Flag(Vec<u8>),
}

impl Column {
    /// The cell is empty, or the whole column absent.
    pub(super) fn is_blank(&self, row: usize) -> bool {
        match self {
            Self::Absent => true,
            Self::Text(_) => self.text(row).is_none(),
            Self::Word(v) => v[row].is_none(),
            Self::Code(v) => v[row].is_none(),
            Self::Short(v) => v[row].is_none(),
            Self::Day(v) => v[row] == NO_DAY,
            Self::Integer(v) => v[row] == NO_INTEGER,
            Self::Number(v) => v[row].is_nan(),
            Self::Flag(v) => v[row] == NO_FLAG,
        }
    }

    /// The text; `None` when empty or absent.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Text(a) if a.is_valid(row) => Some(a.value(row)).filter(|t| !t.is_empty()),
            _ => None,
        }
    }
    /// Interned word.
    #[must_use]
    pub fn word(&self, row: usize) -> WordId {
        if let Self::Word(v) = self { v[row] } else { WordId::NONE }
    }
    /// Interned ICD code.
    #[must_use]
    pub fn code(&self, row: usize) -> CodeId {
        if let Self::Code(v) = self { v[row] } else { CodeId::NONE }
    }
    /// Short code.
    #[must_use]
    pub fn short(&self, row: usize) -> Short {
        if let Self::Short(v) = self { v[row] } else { Short::NONE }
    }
    /// Day number or [`NO_DAY`].
    #[must_use]
    pub fn day(&self, row: usize) -> i32 {
        if let Self::Day(v) = self { v[row] } else { NO_DAY }
    }
    /// Integer or [`NO_INTEGER`].
    #[must_use]
    pub fn integer(&self, row: usize) -> i64 {
        if let Self::Integer(v) = self { v[row] } else { NO_INTEGER }
    }
    /// Number or NaN.
    #[must_use]
    pub fn number(&self, row: usize) -> f64 {
        if let Self::Number(v) = self { v[row] } else { f64::NAN }
    }
    /// Yes, no or none.
    #[must_use]
    pub fn flag(&self, row: usize) -> Option<bool> {
        match self {
            Self::Flag(v) if v[row] != NO_FLAG => Some(v[row] == 1),
            _ => None,
        }
    }
}

/// The shared tables of distinct texts.
#[derive(Default)]
pub struct Pools {
    /// Diagnosis and procedure codes.
    pub icd: Interner<CodeId>,
    /// Everything else with few distinct values.
    pub word: Interner<WordId>,
}

//! The five types of a published cell. Owns what may become which; refuses to know columns and files.

use std::borrow::Cow;

use crate::domain::{Day, Percentile, Probability, Short};

/// Text, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextCell<'r>(pub(super) Option<Cow<'r, str>>);

/// A whole number, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegerCell(pub(super) Option<i64>);

/// A number, or nothing; a non-finite one is nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberCell(pub(super) Option<f64>);

/// A calendar date, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateCell(pub(super) Option<Day>);

/// True, false, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlagCell(pub(super) Option<bool>);

/// Text where empty means nothing.
#[must_use]
pub fn filled(text: &str) -> TextCell<'_> {
    TextCell((!text.is_empty()).then_some(Cow::Borrowed(text)))
}

/// How a flag that holds is written.
const FLAG_SET: &str = "1";

/// Whether a flag as text holds.
#[must_use]
pub fn is_flag_set(text: &str) -> bool {
    text == FLAG_SET
}

/// Ids joined by `|`; nothing when there is none.
#[must_use]
pub fn joined<T: AsRef<str>>(ids: &[T]) -> TextCell<'static> {
    let mut parts = ids.iter().map(AsRef::as_ref);
    let Some(first) = parts.next() else { return TextCell(None) };
    let mut out = first.to_owned();
    for part in parts {
        out.push('|');
        out.push_str(part);
    }
    TextCell(Some(Cow::Owned(out)))
}

impl<'r> From<&'r str> for TextCell<'r> {
    fn from(v: &'r str) -> Self {
        Self(Some(Cow::Borrowed(v)))
    }
}
impl<'r> From<&'r String> for TextCell<'r> {
    fn from(v: &'r String) -> Self {
        Self(Some(Cow::Borrowed(v)))
    }
}
impl<'r> From<&'r Box<str>> for TextCell<'r> {
    fn from(v: &'r Box<str>) -> Self {
        Self(Some(Cow::Borrowed(v)))
    }
}
impl From<String> for TextCell<'_> {
    fn from(v: String) -> Self {
        Self(Some(Cow::Owned(v)))
    }
}
impl From<Short> for TextCell<'_> {
    /// A code; none is nothing.
    fn from(v: Short) -> Self {
        Self((!v.is_none()).then(|| Cow::Owned(v.text())))
    }
}
impl<'r, T: Into<TextCell<'r>>> From<Option<T>> for TextCell<'r> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self(None), Into::into)
    }
}

macro_rules! integers {
    ($($from:ty),+) => {$(
        impl From<$from> for IntegerCell {
            fn from(v: $from) -> Self {
                Self(Some(i64::from(v)))
            }
        }
    )+};
}
integers!(i64, i32, u32, u16, u8);

impl From<usize> for IntegerCell {
    fn from(v: usize) -> Self {
        Self(Some(i64::try_from(v).unwrap_or(i64::MAX)))
    }
}
impl From<u64> for IntegerCell {
    fn from(v: u64) -> Self {
        Self(Some(i64::try_from(v).unwrap_or(i64::MAX)))
    }
}
impl<T: Into<IntegerCell>> From<Option<T>> for IntegerCell {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self(None), Into::into)
    }
}

impl From<f64> for NumberCell {
    fn from(v: f64) -> Self {
        Self(Some(v).filter(|v| v.is_finite()))
    }
}
impl From<Probability> for NumberCell {
    fn from(p: Probability) -> Self {
        p.get().into()
    }
}
impl From<Percentile> for NumberCell {
    fn from(p: Percentile) -> Self {
        p.get().into()
    }
}
impl From<f32> for NumberCell {
    fn from(v: f32) -> Self {
        f64::from(v).into()
    }
}
impl<T: Into<NumberCell>> From<Option<T>> for NumberCell {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self(None), Into::into)
    }
}

impl From<Day> for DateCell {
    fn from(v: Day) -> Self {
        Self(Some(v))
    }
}
impl From<Option<Day>> for DateCell {
    fn from(v: Option<Day>) -> Self {
        Self(v)
    }
}

impl From<bool> for FlagCell {
    fn from(v: bool) -> Self {
        Self(Some(v))
    }
}
impl From<Option<bool>> for FlagCell {
    fn from(v: Option<bool>) -> Self {
        Self(v)
    }
}

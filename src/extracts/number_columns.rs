//! Money, numbers and index values from arrays of any type. Owns rounding to cents and what a number that cannot be read
//! costs; refuses texts and dates.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, Decimal128Array};
use arrow_schema::DataType;

use super::column::NO_INTEGER;
use super::contract::{Beyond, ColumnSpec, Kind};
use super::findings::{Findings, TypeRefused, cast, texts};
use super::null_words::NullWords;
use super::reason::Reason;
use crate::domain::{cents_from_text, trim_cell};

/// Cents.
///
/// # Errors
/// [`TypeRefused`] for a type that is no number.
pub fn money(
    array: &ArrayRef,
    (spec, nulls): (&ColumnSpec, &NullWords),
    found: &mut Findings,
) -> Result<Vec<i64>, TypeRefused> {
    match array.data_type() {
        DataType::Decimal128(_, scale) => Ok(decimals(array.as_primitive::<Decimal128Type>(), *scale, spec, found)),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal256(..) => {
            let wide = cast(array, &DataType::Decimal128(38, 4))?;
            Ok(decimals(wide.as_primitive::<Decimal128Type>(), 4, spec, found))
        }
        DataType::Float32 | DataType::Float64 => {
            let floats = cast(array, &DataType::Float64)?;
            let floats = floats.as_primitive::<Float64Type>();
            let cents = |(row, v): (usize, Option<f64>)| v.map_or(NO_INTEGER, |x| float_cents(x, row, found));
            let out: Vec<i64> = floats.iter().enumerate().map(cents).collect();
            let read = out.iter().filter(|c| **c != NO_INTEGER).count() as u64;
            if read > 0 {
                *found.notes.entry(Reason::FloatMoney).or_default() += read;
            }
            Ok(out)
        }
        t if t.is_integer() => Ok(cast(array, &DataType::Int64)?
            .as_primitive::<Int64Type>()
            .iter()
            .map(|v| v.map_or(NO_INTEGER, |x| x.saturating_mul(100)))
            .collect()),
        _ => parse_each(array, (spec, nulls), found, NO_INTEGER, cents_from_text),
    }
}

fn decimals(array: &Decimal128Array, scale: i8, spec: &ColumnSpec, found: &mut Findings) -> Vec<i64> {
    let mut out = Vec::with_capacity(array.len());
    for row in 0..array.len() {
        let cents = if array.is_null(row) { Some(NO_INTEGER) } else { rescale(array.value(row), scale) };
        out.push(cents.unwrap_or_else(|| {
            found.bad(row, spec.strict(), Reason::BadNumber, "");
            NO_INTEGER
        }));
    }
    out
}

/// A decimal of any scale to cents, half to even.
fn rescale(value: i128, scale: i8) -> Option<i64> {
    let shift = i32::from(scale) - 2;
    if shift <= 0 {
        return value.checked_mul(10_i128.checked_pow(shift.unsigned_abs())?).and_then(|v| i64::try_from(v).ok());
    }
    let unit = 10_i128.checked_pow(shift.unsigned_abs())?;
    let (whole, rest) = (value.div_euclid(unit), value.rem_euclid(unit));
    let up = rest * 2 > unit || (rest * 2 == unit && whole % 2 != 0);
    i64::try_from(whole + i128::from(up)).ok()
}

fn float_cents(value: f64, row: usize, found: &mut Findings) -> i64 {
    // Adding and taking away 1.5 * 2^52 leaves a whole number, ties to even, for anything below 2^51 in size: what
    // `round_ties_even` does, without a call where the processor has no instruction for it.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    let scaled = value * 100.0;
    let cents = if scaled.abs() < 2.0e15 { scaled + WHOLE - WHOLE } else { scaled.round_ties_even() };
    if !cents.is_finite() || cents.abs() > 9.0e15 {
        found.fault(row, Reason::BadNumber, "");
        return NO_INTEGER;
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
    let whole = cents as i64;
    whole
}

/// Whole numbers.
///
/// # Errors
/// As [`money`].
pub fn integers(
    array: &ArrayRef,
    (spec, nulls): (&ColumnSpec, &NullWords),
    found: &mut Findings,
) -> Result<Vec<i64>, TypeRefused> {
    if array.data_type().is_integer() {
        return Ok(cast(array, &DataType::Int64)?
            .as_primitive::<Int64Type>()
            .iter()
            .map(|v| v.unwrap_or(NO_INTEGER))
            .collect());
    }
    parse_each(array, (spec, nulls), found, NO_INTEGER, |t| {
        let t = t.split_once('.').filter(|(_, f)| f.bytes().all(|b| b == b'0')).map_or(t, |(w, _)| w);
        t.parse().ok()
    })
}

fn is_nan(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("nan")
}

/// Numbers.
///
/// # Errors
/// As [`money`].
pub fn numbers(
    array: &ArrayRef,
    (spec, nulls): (&ColumnSpec, &NullWords),
    found: &mut Findings,
) -> Result<Vec<f64>, TypeRefused> {
    if array.data_type().is_numeric() {
        let cast = cast(array, &DataType::Float64)?;
        let values = cast.as_primitive::<Float64Type>();
        if spec.beyond == Beyond::Row {
            for (row, _) in values.iter().enumerate().filter(|(_, v)| v.is_some_and(|x| !x.is_finite())) {
                found.fault(row, Reason::BadNumber, "");
            }
        }
        return Ok(values.iter().map(|v| v.filter(|x| x.is_finite()).unwrap_or(f64::NAN)).collect());
    }
    parse_each(array, (spec, nulls), found, f64::NAN, |t| t.parse().ok().filter(|x: &f64| x.is_finite()))
}

/// Codes with which publishers of area indices say that an area has none: group quarters, low population or
/// housing, suppressed (Neighborhood Atlas), and CDC's -999.
const SUPPRESSED: [&str; 9] = ["GQ", "PH", "GQ-PH", "PH-GQ", "QDI", "KVM", "NA", "N/A", "-999"];

/// Values of an area index; a code that says "suppressed" is no value.
///
/// # Errors
/// As [`money`].
pub fn index_values(
    array: &ArrayRef,
    (spec, nulls): (&ColumnSpec, &NullWords),
    found: &mut Findings,
) -> Result<Vec<f64>, TypeRefused> {
    let values = texts(array)?;
    let mut out = Vec::with_capacity(values.len());
    for row in 0..values.len() {
        let text = if values.is_valid(row) { trim_cell(values.value(row)) } else { "" };
        let number = text.parse::<f64>().ok().filter(|x| x.is_finite());
        if SUPPRESSED.contains(&text) || number.is_some_and(|n| n <= -999.0) {
            found.note(Reason::SuppressedIndex);
            out.push(f64::NAN);
            continue;
        }
        match (nulls.cell(text, spec), number) {
            (Ok(_), Some(_)) => {}
            (Ok(t), None) => found.fault(row, Reason::BadNumber, t),
            (Err(_), _) => found.fault(row, Reason::MissingRequired, ""),
        }
        out.push(number.unwrap_or(f64::NAN));
    }
    Ok(out)
}

/// A number with a point before its fraction: `1.234,50` is `1234.50` where commas are declared.
fn with_point(text: &str, decimal_comma: bool) -> Cow<'_, str> {
    if decimal_comma { Cow::Owned(text.replace('.', "").replace(',', ".")) } else { Cow::Borrowed(text) }
}

fn parse_each<T: Copy>(
    array: &ArrayRef,
    (spec, nulls): (&ColumnSpec, &NullWords),
    found: &mut Findings,
    none: T,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, TypeRefused> {
    let values = texts(array)?;
    let mut out = Vec::with_capacity(values.len());
    for row in 0..values.len() {
        let cell = if values.is_valid(row) { nulls.cell(values.value(row), spec) } else { Err(None) };
        // Elsewhere NaN is a word for nothing; where a default would stand in, somebody's arithmetic has failed.
        let failed = spec.beyond == Beyond::Row && values.is_valid(row) && is_nan(values.value(row));
        out.push(match cell {
            _ if failed => {
                found.fault(row, Reason::BadNumber, "");
                none
            }
            Err(reason) => {
                found.note_some(reason);
                none
            }
            Ok(t) => parse(&with_point(t, nulls.decimal_comma)).unwrap_or_else(|| {
                found.bad(row, spec.strict() || spec.kind == Kind::Money, Reason::BadNumber, t);
                none
            }),
        });
    }
    Ok(out)
}

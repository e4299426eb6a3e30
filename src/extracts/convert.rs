//! From arrow arrays of any type found in the wild to the few typed columns the engine uses.
//! Owns the casts, the date spellings and the per-value faults; refuses to look across two columns.

use std::any::Any;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef, Decimal128Array, DictionaryArray, StringArray};
use arrow_schema::{DataType, TimeUnit};
use rustc_hash::FxHashMap;

use super::column::{Column, NO_DAY, NO_FLAG, NO_INTEGER, Pools};
use super::contract::{Beyond, ColumnSpec, Kind};
use super::dates::DateReader;
use super::reason::Reason;
use crate::domain::{CodeId, Short, WordId, cents_from_text, fix_bill, fix_width, normalise_icd, trim_text};

/// A fault of one value.
pub struct Fault {
    /// Row within the batch.
    pub row: u32,
    /// Why.
    pub reason: Reason,
    /// What stood there (only the quarantine's Parquet file shows it).
    pub value: String,
}

/// What conversion found beside the values.
#[derive(Default)]
pub struct Findings {
    /// Faults that quarantine their row.
    pub faults: Vec<Fault>,
    /// Counts of everything mended or merely noted.
    pub notes: FxHashMap<Reason, u64>,
}

impl Findings {
    fn note(&mut self, reason: Reason) {
        *self.notes.entry(reason).or_default() += 1;
    }
    fn fault(&mut self, row: usize, reason: Reason, value: &str) {
        self.faults.push(Fault {
            row: u32::try_from(row).unwrap_or(u32::MAX),
            reason,
            value: value.chars().take(200).collect(),
        });
    }
    /// A required value's fault quarantines; an optional one becomes null and is counted.
    fn bad(&mut self, row: usize, required: bool, reason: Reason, value: &str) {
        if required { self.fault(row, reason, value) } else { self.note(Reason::UnreadableOptional) }
    }
}

/// A column whose type can never be read as its kind; the run is refused.
pub struct TypeRefused(pub String);

/// What the distinct values of a column's dictionary meant. The batches of a row group share one dictionary, so each
/// value is judged once a row group.
#[derive(Default)]
pub struct Memo(Option<(StringArray, Box<dyn Any>)>);

impl Memo {
    /// The meanings of `values`, by `judge` unless they are those of the last call. The kept array holds its buffers
    /// alive, so the same addresses are the same values.
    fn of<T: 'static>(&mut self, values: StringArray, judge: impl FnOnce(&StringArray) -> Vec<T>) -> &[T] {
        let same = |old: &StringArray| {
            old.len() == values.len()
                && old.value_data().as_ptr() == values.value_data().as_ptr()
                && old.value_offsets().as_ptr() == values.value_offsets().as_ptr()
        };
        if !self.0.as_ref().is_some_and(|(old, meanings)| same(old) && meanings.is::<Vec<T>>()) {
            let meanings = judge(&values);
            self.0 = Some((values, Box::new(meanings)));
        }
        self.0.as_ref().and_then(|(_, meanings)| meanings.downcast_ref::<Vec<T>>()).map_or(&[], Vec::as_slice)
    }
}

/// Converts one column. `spec` says what it should be.
///
/// # Errors
/// [`TypeRefused`] for nested types and zoned timestamps without a declared zone.
pub fn convert(
    array: &ArrayRef,
    spec: &ColumnSpec,
    pools: &Pools,
    dates: &DateReader,
    found: &mut Findings,
    memo: &mut Memo,
) -> Result<Column, TypeRefused> {
    refuse_nested(array.data_type(), spec)?;
    // Of 25 positions most are empty in most batches; an empty column reads as an absent one.
    if !spec.required && array.null_count() == array.len() {
        return Ok(Column::Absent);
    }
    let column = match spec.kind {
        Kind::Id | Kind::Text => Column::Text(id_texts(array, spec, found)?),
        Kind::Word | Kind::LowerWord => Column::Word(words(array, spec, pools, found, memo)?),
        Kind::Icd => Column::Code(icd(array, pools, found, memo)?),
        Kind::Fixed(_) | Kind::Bill => Column::Short(shorts(array, spec, found, memo)?),
        Kind::Date => Column::Day(days(array, spec, dates, found)?),
        Kind::Money => Column::Integer(money(array, spec, found)?),
        Kind::Integer => Column::Integer(integers(array, spec, found)?),
        Kind::Number => Column::Number(numbers(array, spec, found)?),
        Kind::IndexValue => Column::Number(index_values(array, found)?),
        Kind::Flag => Column::Flag(flags(array, found, memo)?),
    };
    // An index value may be missing for a reason that its own reading has judged.
    if spec.required && spec.kind != Kind::IndexValue {
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
        let empty = match column {
            Column::Text(_) => column.text(row).is_none(),
            Column::Word(v) => v[row].is_none(),
            Column::Code(v) => v[row].is_none(),
            Column::Short(v) => v[row].is_none(),
            Column::Day(v) => v[row] == NO_DAY,
            Column::Integer(v) => v[row] == NO_INTEGER,
            Column::Number(v) => v[row].is_nan(),
            Column::Flag(v) => v[row] == NO_FLAG,
            Column::Absent => true,
        };
        if empty && !faulty.contains(&u32::try_from(row).unwrap_or(u32::MAX)) {
            found.fault(row, Reason::MissingRequired, "");
        }
    }
}

fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, TypeRefused> {
    arrow_cast::cast(array, to)
        .map_err(|_| TypeRefused(format!("a column of type {} cannot be read as {to}", array.data_type())))
}

fn texts(array: &ArrayRef) -> Result<StringArray, TypeRefused> {
    Ok(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().clone(),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => {
            let numbers = cast(array, &DataType::Float64)?;
            numbers.as_primitive::<Float64Type>().iter().map(|v| v.map(|x| format!("{x}"))).collect()
        }
        _ => cast(array, &DataType::Utf8)?.as_string::<i32>().clone(),
    })
}

/// Applies `f` once a distinct value where that is cheap: dictionary arrays by key, others by memo.
fn map_values<T: Copy + 'static>(
    array: &ArrayRef,
    none: T,
    mut f: impl FnMut(&str) -> (T, Option<Reason>),
    found: &mut Findings,
    memo: &mut Memo,
) -> Result<Vec<T>, TypeRefused> {
    let mut notes = Runs::default();
    let out = if let Some(dictionary) = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>() {
        let judged = memo.of(texts(dictionary.values())?, |values| {
            (0..values.len())
                .map(|i| if values.is_valid(i) { f(values.value(i)) } else { (none, None) })
                .collect::<Vec<_>>()
        });
        let meaning = |key: Option<i32>| {
            let (value, reason) =
                key.and_then(|k| judged.get(usize::try_from(k).ok()?)).copied().unwrap_or((none, None));
            notes.count(reason);
            value
        };
        dictionary.keys().iter().map(meaning).collect()
    } else {
        let values = texts(array)?;
        let mut seen: FxHashMap<&str, (T, Option<Reason>)> = FxHashMap::default();
        let mut out = Vec::with_capacity(values.len());
        for i in 0..values.len() {
            if values.is_null(i) || values.value_length(i) == 0 {
                out.push(none);
                continue;
            }
            let text = values.value(i);
            let (value, reason) = *seen.entry(text).or_insert_with(|| f(text));
            notes.count(reason);
            out.push(value);
        }
        out
    };
    notes.end(found);
    Ok(out)
}

/// Counts reasons that mostly come in runs.
#[derive(Default)]
struct Runs {
    last: Option<(Reason, u64)>,
    done: Vec<(Reason, u64)>,
}

impl Runs {
    fn count(&mut self, reason: Option<Reason>) {
        let Some(reason) = reason else { return };
        match &mut self.last {
            Some((same, n)) if *same == reason => *n += 1,
            last => self.done.extend(last.replace((reason, 1))),
        }
    }
    fn end(self, found: &mut Findings) {
        for (reason, n) in self.done.into_iter().chain(self.last) {
            *found.notes.entry(reason).or_default() += n;
        }
    }
}

fn id_texts(array: &ArrayRef, spec: &ColumnSpec, found: &mut Findings) -> Result<StringArray, TypeRefused> {
    let values = texts(array)?;
    if spec.kind == Kind::Id && array.data_type().is_floating() {
        // A float id is trusted only when the whole column is whole numbers.
        let whole = values.iter().flatten().all(|v| !v.contains(['.', 'e', 'E', 'N', 'i']));
        for row in 0..values.len() {
            if whole {
                found.note(Reason::FloatIdColumn)
            } else if values.is_valid(row) && values.value(row).contains(['.', 'e']) {
                found.fault(row, Reason::FloatId, values.value(row))
            }
        }
        return Ok(values);
    }
    if spec.kind == Kind::Id && spec.name == "member_id" {
        return float_like_ids(values, found);
    }
    Ok(values)
}

/// Text ids such as `12345.0`: mended when every id of the batch is one, else quarantined.
fn float_like_ids(values: StringArray, found: &mut Findings) -> Result<StringArray, TypeRefused> {
    let fraction =
        |v: &str| v.strip_suffix(".0").is_some_and(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit()));
    let scientific = |v: &str| {
        v.len() > 4
            && v.as_bytes().contains(&b'+')
            && v.contains("E+")
            && v.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'E' | b'+'))
    };
    // One look at all bytes spares most batches the look at each id.
    let offset = |i: usize| values.value_offsets().get(i).and_then(|o| usize::try_from(*o).ok()).unwrap_or(0);
    let bytes = values.value_data().get(offset(0)..offset(values.len())).unwrap_or_default();
    if !bytes.contains(&b'.') && !bytes.contains(&b'+') {
        return Ok(values);
    }
    if values.iter().flatten().any(scientific) {
        return Err(TypeRefused("member ids are in scientific notation (such as 1.23E+11): their last digits are lost\nhint: export ids as text".to_owned()));
    }
    let count = values.iter().flatten().filter(|v| v.ends_with('0') && fraction(v)).count();
    if count == 0 {
        return Ok(values);
    }
    if count == values.len() {
        *found.notes.entry(Reason::FloatIdColumn).or_default() += count as u64;
        return Ok(values.iter().map(|v| v.and_then(|v| v.strip_suffix(".0"))).collect());
    }
    for row in 0..values.len() {
        if values.is_valid(row) && fraction(values.value(row)) {
            found.fault(row, Reason::FloatId, values.value(row));
        }
    }
    Ok(values)
}

fn words(
    array: &ArrayRef,
    spec: &ColumnSpec,
    pools: &Pools,
    found: &mut Findings,
    memo: &mut Memo,
) -> Result<Vec<WordId>, TypeRefused> {
    let lower = spec.kind == Kind::LowerWord;
    // In a required closed list the row cannot be judged; this marks it for quarantine below.
    const UNKNOWN: WordId = WordId::from_number(u32::MAX);
    let map = |text: &str| {
        let Some(text) = trim_text(text) else { return (WordId::NONE, None) };
        let text = if lower { text.to_lowercase() } else { text.to_owned() };
        if !spec.allowed.is_empty() && !spec.allowed.contains(&text.as_str()) {
            return match spec.beyond {
                Beyond::Counted => (pools.word.intern(&text), Some(Reason::UnknownValue)),
                _ if spec.strict() => (UNKNOWN, None),
                _ => (WordId::NONE, Some(Reason::UnknownValue)),
            };
        }
        (pools.word.intern(&text), None)
    };
    let mut out = map_values(array, WordId::NONE, map, found, memo)?;
    for (row, value) in out.iter_mut().enumerate() {
        if *value == UNKNOWN {
            *value = WordId::NONE;
            found.fault(row, Reason::UnknownRequired, "");
        }
    }
    Ok(out)
}

fn icd(array: &ArrayRef, pools: &Pools, found: &mut Findings, memo: &mut Memo) -> Result<Vec<CodeId>, TypeRefused> {
    let mut buffer = String::new();
    map_values(
        array,
        CodeId::NONE,
        |text| match normalise_icd(text, &mut buffer) {
            Some(code) if code.len() <= 10 => {
                let id = pools.icd.intern(code);
                (id, (code != text).then_some(Reason::CodeSpelling))
            }
            Some(_) => (CodeId::NONE, Some(Reason::UnreadableCode)),
            None => (CodeId::NONE, (!text.trim().is_empty()).then_some(Reason::PlaceholderCode)),
        },
        found,
        memo,
    )
}

fn shorts(
    array: &ArrayRef,
    spec: &ColumnSpec,
    found: &mut Findings,
    memo: &mut Memo,
) -> Result<Vec<Short>, TypeRefused> {
    map_values(
        array,
        Short::NONE,
        |text| {
            let Some(text) = trim_text(text) else { return (Short::NONE, None) };
            let (fixed, changed) = match spec.kind {
                Kind::Bill => fix_bill(text),
                Kind::Fixed(width) => fix_width(text, usize::from(width)),
                _ => (text.to_owned(), false),
            };
            let width = if let Kind::Fixed(w) = spec.kind { usize::from(w) } else { 3 };
            match Short::parse(&fixed).filter(|_| fixed.len() == width) {
                Some(short) => (short, changed.then_some(Reason::Padded)),
                None => (Short::NONE, Some(Reason::UnreadableCode)),
            }
        },
        found,
        memo,
    )
}

fn days(
    array: &ArrayRef,
    spec: &ColumnSpec,
    dates: &DateReader,
    found: &mut Findings,
) -> Result<Vec<i32>, TypeRefused> {
    let mut out = match array.data_type() {
        DataType::Date32 => array.as_primitive::<Date32Type>().iter().map(|v| v.unwrap_or(NO_DAY)).collect::<Vec<_>>(),
        DataType::Date64 => {
            cast(array, &DataType::Date32)?.as_primitive::<Date32Type>().iter().map(|v| v.unwrap_or(NO_DAY)).collect()
        }
        DataType::Timestamp(_, None) => {
            *found.notes.entry(Reason::TimestampAsDate).or_default() += (array.len() - array.null_count()) as u64;
            cast(array, &DataType::Date32)?.as_primitive::<Date32Type>().iter().map(|v| v.unwrap_or(NO_DAY)).collect()
        }
        DataType::Timestamp(_, Some(_)) => {
            *found.notes.entry(Reason::TimestampAsDate).or_default() += (array.len() - array.null_count()) as u64;
            let nanos = cast(array, &DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())))?;
            dates.zoned(nanos.as_primitive::<TimestampNanosecondType>(), spec.name).map_err(TypeRefused)?
        }
        _ => return text_days(array, spec, dates, found),
    };
    for (row, day) in out.iter_mut().enumerate() {
        if *day != NO_DAY {
            *day = judge_day(*day, row, spec, found);
        }
    }
    Ok(out)
}

fn text_days(
    array: &ArrayRef,
    spec: &ColumnSpec,
    dates: &DateReader,
    found: &mut Findings,
) -> Result<Vec<i32>, TypeRefused> {
    const BAD: i32 = i32::MIN + 1;
    const EXCEL: i32 = i32::MIN + 2;
    let plain: ArrayRef = std::sync::Arc::new(texts(array)?);
    let mut out = map_values(
        &plain,
        NO_DAY,
        |text| match trim_text(text) {
            None => (NO_DAY, None),
            Some(t) => match dates.parse(t) {
                Some(day) => (day.0, None),
                None if DateReader::looks_like_excel(t) => (EXCEL, None),
                None => (BAD, None),
            },
        },
        found,
        &mut Memo::default(),
    )?;
    let shown = plain.as_string::<i32>();
    for (row, day) in out.iter_mut().enumerate() {
        match *day {
            NO_DAY => {}
            BAD => {
                *day = NO_DAY;
                found.fault(row, Reason::BadDate, shown.value(row));
            }
            EXCEL => {
                *day = NO_DAY;
                found.fault(row, Reason::ExcelDate, shown.value(row));
            }
            d => *day = judge_day(d, row, spec, found),
        }
    }
    Ok(out)
}

/// 1900-01-01, 0001-01-01 and 1800-01-01 stand for "none"; 9999-12-31 for "open", which only the end
/// of a span, an expiry or a cooldown may be.
fn judge_day(day: i32, row: usize, spec: &ColumnSpec, found: &mut Findings) -> i32 {
    const SENTINELS: [i32; 3] = [-25_567, -719_162, -62_091];
    const OPEN: i32 = 2_932_896;
    if SENTINELS.contains(&day) {
        if spec.strict() {
            found.fault(row, Reason::SentinelRequired, "")
        } else {
            found.note(Reason::SentinelOptional)
        }
        return NO_DAY;
    }
    if day >= OPEN && !matches!(spec.name, "enrollment_end_date" | "expires" | "expiration_date" | "cooldown_until") {
        if spec.strict() {
            found.fault(row, Reason::OpenDateAsService, "")
        } else {
            found.note(Reason::SentinelOptional)
        }
        return NO_DAY;
    }
    day
}

fn money(array: &ArrayRef, spec: &ColumnSpec, found: &mut Findings) -> Result<Vec<i64>, TypeRefused> {
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
        _ => parse_each(array, spec, found, NO_INTEGER, cents_from_text),
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

fn integers(array: &ArrayRef, spec: &ColumnSpec, found: &mut Findings) -> Result<Vec<i64>, TypeRefused> {
    if array.data_type().is_integer() {
        return Ok(cast(array, &DataType::Int64)?
            .as_primitive::<Int64Type>()
            .iter()
            .map(|v| v.unwrap_or(NO_INTEGER))
            .collect());
    }
    parse_each(array, spec, found, NO_INTEGER, |t| {
        let t = t.split_once('.').filter(|(_, f)| f.bytes().all(|b| b == b'0')).map_or(t, |(w, _)| w);
        t.parse().ok()
    })
}

fn is_nan(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("nan")
}

fn numbers(array: &ArrayRef, spec: &ColumnSpec, found: &mut Findings) -> Result<Vec<f64>, TypeRefused> {
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
    parse_each(array, spec, found, f64::NAN, |t| t.parse().ok().filter(|x: &f64| x.is_finite()))
}

/// Codes with which publishers of area indices say that an area has none: group quarters, low population or
/// housing, suppressed (Neighborhood Atlas), and CDC's -999.
const SUPPRESSED: [&str; 9] = ["GQ", "PH", "GQ-PH", "PH-GQ", "QDI", "KVM", "NA", "N/A", "-999"];

fn index_values(array: &ArrayRef, found: &mut Findings) -> Result<Vec<f64>, TypeRefused> {
    let values = texts(array)?;
    let mut out = Vec::with_capacity(values.len());
    for row in 0..values.len() {
        let text = if values.is_valid(row) { trim_text(values.value(row)) } else { None };
        let value = text.map(|t| (t, t.parse::<f64>().ok().filter(|x| x.is_finite())));
        out.push(match value {
            Some((t, n)) if SUPPRESSED.contains(&t) || n.is_some_and(|n| n <= -999.0) => {
                found.note(Reason::SuppressedIndex);
                f64::NAN
            }
            Some((_, Some(number))) => number,
            Some((t, None)) => {
                found.fault(row, Reason::BadNumber, t);
                f64::NAN
            }
            None => {
                found.fault(row, Reason::MissingRequired, "");
                f64::NAN
            }
        });
    }
    Ok(out)
}

fn parse_each<T: Copy>(
    array: &ArrayRef,
    spec: &ColumnSpec,
    found: &mut Findings,
    none: T,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, TypeRefused> {
    let values = texts(array)?;
    let mut out = Vec::with_capacity(values.len());
    for row in 0..values.len() {
        let text = if values.is_valid(row) { trim_text(values.value(row)) } else { None };
        // Elsewhere NaN is a word for nothing; where a default would stand in, somebody's arithmetic has failed.
        let failed = spec.beyond == Beyond::Row && values.is_valid(row) && is_nan(values.value(row));
        out.push(match text {
            None if failed => {
                found.fault(row, Reason::BadNumber, "");
                none
            }
            None => none,
            Some(t) => parse(t).unwrap_or_else(|| {
                found.bad(row, spec.strict() || spec.kind == Kind::Money, Reason::BadNumber, t);
                none
            }),
        });
    }
    Ok(out)
}

fn flags(array: &ArrayRef, found: &mut Findings, memo: &mut Memo) -> Result<Vec<u8>, TypeRefused> {
    map_values(
        array,
        NO_FLAG,
        |text| match trim_text(text).map(str::to_ascii_lowercase).as_deref() {
            None => (NO_FLAG, None),
            Some("1" | "1.0" | "y" | "yes" | "true" | "t") => (1, None),
            Some("0" | "0.0" | "n" | "no" | "false" | "f") => (0, None),
            Some(_) => (NO_FLAG, Some(Reason::UnknownValue)),
        },
        found,
        memo,
    )
}

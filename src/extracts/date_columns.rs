//! Days from dates, timestamps and texts. Owns which days stand for none and which for "open"; refuses to know a spelling.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};

use super::column::NO_DAY;
use super::contract::ColumnSpec;
use super::dates::{DateReader, DateText, undeclared_zone};
use super::findings::{Findings, Memo, TypeRefused, cast, map_values, texts};
use super::null_words::NullWords;
use super::reason::Reason;
use crate::domain::Day;

/// Days of a column; [`NO_DAY`] is none.
///
/// # Errors
/// [`TypeRefused`] for zoned timestamps without a declared zone.
pub fn days(
    array: &ArrayRef,
    (spec, nulls): (&ColumnSpec, &NullWords),
    dates: &DateReader,
    found: &mut Findings,
) -> Result<Vec<i32>, TypeRefused> {
    let plain = |array: &ArrayRef| -> Result<Vec<i32>, TypeRefused> {
        let days = cast(array, &DataType::Date32)?;
        Ok(days.as_primitive::<Date32Type>().iter().map(|v| v.unwrap_or(NO_DAY)).collect())
    };
    let filled = (array.len() - array.null_count()) as u64;
    let mut out = match array.data_type() {
        DataType::Date32 | DataType::Date64 => plain(array)?,
        DataType::Timestamp(_, None) => {
            found.note_many(Reason::TimestampAsDate, filled);
            plain(array)?
        }
        DataType::Timestamp(_, Some(_)) => {
            found.note_many(Reason::TimestampAsDate, filled);
            let nanos = cast(array, &DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())))?;
            dates.zoned(nanos.as_primitive::<TimestampNanosecondType>(), spec.name).map_err(TypeRefused)?
        }
        _ => return text_days(array, (spec, nulls), dates, found),
    };
    for (row, day) in out.iter_mut().enumerate().filter(|(_, day)| **day != NO_DAY) {
        *day = judge_day(*day, row, spec, found);
    }
    Ok(out)
}

/// What a text that gives no day is, in the place of the day.
const BAD: i32 = i32::MIN + 1;
const EXCEL: i32 = i32::MIN + 2;
const ZONED: i32 = i32::MIN + 3;

fn text_days(
    array: &ArrayRef,
    (spec, nulls): (&ColumnSpec, &NullWords),
    dates: &DateReader,
    found: &mut Findings,
) -> Result<Vec<i32>, TypeRefused> {
    let plain: ArrayRef = std::sync::Arc::new(texts(array)?);
    let read = |text: &str| match dates.parse(text) {
        DateText::Day(day) => day.0,
        DateText::ShortYear(day) if spec.name == "birth_date" && day > dates.as_of() => a_century_before(day),
        DateText::ShortYear(day) => day.0,
        DateText::Zoned => ZONED,
        DateText::Unreadable if DateReader::looks_like_excel(text) => EXCEL,
        DateText::Unreadable => BAD,
    };
    let map = |text: &str| match nulls.cell(text, spec) {
        Ok(text) => (read(text), None),
        Err(reason) => (NO_DAY, reason),
    };
    let mut out = map_values(&plain, NO_DAY, map, found, &mut Memo::default())?;
    let shown = plain.as_string::<i32>();
    for (row, day) in out.iter_mut().enumerate() {
        let fault = match *day {
            NO_DAY => continue,
            ZONED => return Err(TypeRefused(undeclared_zone(spec.name))),
            BAD => Reason::BadDate,
            EXCEL => Reason::ExcelDate,
            d => {
                *day = judge_day(d, row, spec, found);
                continue;
            }
        };
        *day = NO_DAY;
        found.fault(row, fault, shown.value(row));
    }
    Ok(out)
}

/// A birth of a two-digit year that would lie ahead was a century earlier; 29 February of a year without one is no day.
fn a_century_before(day: Day) -> i32 {
    let (year, month, date) = day.ymd();
    Day::from_ymd(year - 100, month, date).map_or(BAD, |d| d.0)
}

/// 0001-01-01, 1000-01-01, 1800-01-01, 1899-12-31 and 1900-01-01: databases and spreadsheets write them for "none".
const SENTINELS: [i32; 5] = [-719_162, -354_285, -62_091, -25_568, -25_567];
/// 0001-01-01.
const FIRST: i32 = -719_162;
/// 2099-01-01: nothing is dated so far ahead but "none" and "open".
const AHEAD: i32 = 47_117;
/// 9999-12-31.
const OPEN: i32 = 2_932_896;

/// Days that may lie as far ahead as somebody likes.
const OPEN_ENDED: [&str; 4] = ["enrollment_end_date", "expires", "expiration_date", "cooldown_until"];

/// A day that stands for none becomes none: counted where the column is optional, a fault where it is required. An end
/// may be open.
fn judge_day(day: i32, row: usize, spec: &ColumnSpec, found: &mut Findings) -> i32 {
    if OPEN_ENDED.contains(&spec.name) && day >= AHEAD {
        return day.min(OPEN);
    }
    let fault = if day < FIRST || SENTINELS.contains(&day) {
        Reason::SentinelRequired
    } else if day >= OPEN || (day >= AHEAD && !spec.strict()) {
        Reason::OpenDateAsService
    } else {
        return day;
    };
    if spec.strict() {
        found.fault(row, fault, "")
    } else {
        found.note(Reason::SentinelOptional)
    }
    NO_DAY
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::contract::Kind;
    use crate::extracts::feeds::{EXTRACTS, extract};

    /// What becomes of a day in a column: itself, none with a note, or none with a fault.
    fn judged(extract: &str, column: &str, text: &str) -> &'static str {
        let spec = super::super::feeds::extract(extract).expect("an extract");
        let column = spec.columns.iter().find(|c| c.name == column).expect("a column");
        let mut found = Findings::default();
        let day = Day::parse_iso(text).expect("a date").0;
        match judge_day(day, 0, column, &mut found) {
            NO_DAY if found.faults.is_empty() => "none",
            NO_DAY => "fault",
            kept if kept == day => "kept",
            _ => "moved",
        }
    }

    #[test]
    fn a_day_that_stands_for_none_is_none_in_every_date_column() {
        for spec in EXTRACTS {
            for column in spec.columns.iter().filter(|c| c.kind == Kind::Date) {
                let none = if column.strict() { "fault" } else { "none" };
                for text in ["0001-01-01", "1000-01-01", "1800-01-01", "1899-12-31", "1900-01-01"] {
                    assert_eq!(judged(spec.name, column.name, text), none, "{}.{} {text}", spec.name, column.name);
                }
                let open = OPEN_ENDED.contains(&column.name);
                let wanted = if open { "kept" } else { none };
                assert_eq!(judged(spec.name, column.name, "9999-12-31"), wanted, "{}.{}", spec.name, column.name);
                let ahead = if open || column.strict() { "kept" } else { "none" };
                assert_eq!(judged(spec.name, column.name, "2099-12-31"), ahead, "{}.{}", spec.name, column.name);
                assert_eq!(judged(spec.name, column.name, "2026-06-30"), "kept", "{}.{}", spec.name, column.name);
            }
        }
    }

    #[test]
    fn days_that_no_calendar_holds_are_brought_back_or_refused() {
        let mut found = Findings::default();
        let spec = extract("eligibility").expect("an extract");
        let column = |name: &str| spec.columns.iter().find(|c| c.name == name).expect("a column");
        assert_eq!(judge_day(i32::MAX, 0, column("enrollment_end_date"), &mut found), OPEN);
        assert_eq!(judge_day(i32::MAX, 0, column("death_date"), &mut found), NO_DAY);
        assert_eq!(judge_day(i32::MIN + 9, 0, column("birth_date"), &mut found), NO_DAY);
        assert_eq!(found.faults.len(), 1);
    }
}

//! Dates as extracts spell them. Owns the declared spellings and zones; refuses to guess an
//! undeclared one.

use arrow_array::{Array, TimestampNanosecondArray};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

use super::column::NO_DAY;
use crate::config::{directives, has_short_year};
use crate::domain::Day;

/// How an extract spells its dates.
#[derive(Clone, Copy, Debug)]
pub struct DateRules<'a> {
    /// strftime spellings and `excel_serial`; none means `YYYY-MM-DD`, with or without a time of day.
    pub formats: &'a [String],
    /// IANA name of the zone whose dates count.
    pub timezone: Option<&'a str>,
    /// Two-digit years up to it belong to this century, those above it to the last.
    pub pivot: Option<u8>,
    /// The night: no birth lies after it.
    pub as_of: Day,
}

/// What a text is as a date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DateText {
    /// A day.
    Day(Day),
    /// A day of a two-digit year.
    ShortYear(Day),
    /// A moment with a zone of its own, while no zone is declared whose dates count.
    Zoned,
    /// None of the declared spellings.
    Unreadable,
}

/// Reads the date spellings an extract declares.
pub struct DateReader {
    formats: Vec<Spelling>,
    zone: Option<TimeZone>,
    pivot: Option<u8>,
    as_of: Day,
}

enum Spelling {
    Iso,
    Compact,
    ExcelSerial,
    Other(Format),
}

/// One strftime spelling.
struct Format {
    text: String,
    /// It ended in a literal `Z` behind a time of day: that is UTC, not decoration.
    utc: bool,
    four_digits: bool,
    two_digits: bool,
}

impl Format {
    fn new(text: &str) -> Self {
        let times = directives(text).any(|d| matches!(d, 'H' | 'I' | 'k' | 'l' | 'T' | 'R'));
        let bare = text.strip_suffix('Z').filter(|rest| times && !rest.ends_with(['%', ':']));
        Self {
            text: bare.unwrap_or(text).to_owned(),
            utc: bare.is_some(),
            four_digits: directives(text).any(|d| matches!(d, 'Y' | 'F')),
            two_digits: has_short_year(text),
        }
    }

    fn read(&self, text: &str, reader: &DateReader) -> DateText {
        let text = if self.utc { text.strip_suffix(['Z', 'z']) } else { Some(text) };
        let parsed = text.and_then(|t| BrokenDownTime::parse(&self.text, t).ok().map(|time| (t, time)));
        let Some((text, time)) = parsed else { return DateText::Unreadable };
        let moment = if self.utc {
            time.to_datetime().ok().and_then(|d| TimeZone::UTC.to_timestamp(d).ok())
        } else if time.offset().is_some() || time.iana_time_zone().is_some() {
            time.to_zoned().map(|z| z.timestamp()).or_else(|_| time.to_timestamp()).ok()
        } else {
            None
        };
        if let Some(moment) = moment {
            return reader.day_of(moment);
        }
        // Without a time of day the spelling gives a date, with one a date and time.
        let date = time.to_date().ok().or_else(|| time.to_datetime().ok().map(|d| d.date()));
        let Some(date) = date else { return DateText::Unreadable };
        if self.two_digits {
            let year = i32::from(date.year()).rem_euclid(100);
            let century = if reader.pivot.is_some_and(|p| year <= i32::from(p)) { 2000 } else { 1900 };
            return day_in(century + year, date.month(), date.day()).map_or(DateText::Unreadable, DateText::ShortYear);
        }
        // A lenient parser would take 25 for the year 25.
        if self.four_digits && !text.contains(&format!("{:04}", date.year())) {
            return DateText::Unreadable;
        }
        day_in(i32::from(date.year()), date.month(), date.day()).map_or(DateText::Unreadable, DateText::Day)
    }
}

fn day_in(year: i32, month: i8, day: i8) -> Option<Day> {
    Day::from_ymd(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

impl DateReader {
    /// The declared spellings.
    ///
    /// # Errors
    /// When the zone is not an IANA name, or a two-digit year has no pivot.
    pub fn new(rules: &DateRules<'_>) -> Result<Self, String> {
        if rules.pivot.is_none() && rules.formats.iter().any(|f| has_short_year(f)) {
            return Err("a two-digit year needs two_digit_year_pivot".to_owned());
        }
        let spelling = |f: &String| match f.as_str() {
            "%Y-%m-%d" | "%F" => Spelling::Iso,
            "%Y%m%d" => Spelling::Compact,
            "excel_serial" => Spelling::ExcelSerial,
            other => Spelling::Other(Format::new(other)),
        };
        let formats =
            if rules.formats.is_empty() { vec![Spelling::Iso] } else { rules.formats.iter().map(spelling).collect() };
        let zone = rules
            .timezone
            .map(|z| TimeZone::get(z).map_err(|_| format!("`{z}` is not a time zone name such as America/New_York")))
            .transpose()?;
        Ok(Self { formats, zone, pivot: rules.pivot, as_of: rules.as_of })
    }

    /// The night.
    #[must_use]
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// What a text is in the declared spellings: the first that reads it.
    #[must_use]
    pub fn parse(&self, text: &str) -> DateText {
        let read = |spelling: &Spelling| match spelling {
            Spelling::Iso => self.iso(text),
            Spelling::Compact => compact(text).map_or(DateText::Unreadable, DateText::Day),
            Spelling::ExcelSerial => excel(text).map_or(DateText::Unreadable, DateText::Day),
            Spelling::Other(format) => format.read(text, self),
        };
        self.formats.iter().map(read).find(|d| *d != DateText::Unreadable).unwrap_or(DateText::Unreadable)
    }

    /// Five digits between 20000 and 60000: a spreadsheet's day count.
    #[must_use]
    pub fn looks_like_excel(text: &str) -> bool {
        let whole = text.strip_suffix(".0").unwrap_or(text);
        whole.len() == 5 && whole.parse::<u32>().is_ok_and(|n| (20_000..=60_000).contains(&n))
    }

    /// Zoned timestamps as days of the declared zone.
    ///
    /// # Errors
    /// When no zone is declared.
    pub fn zoned(&self, array: &TimestampNanosecondArray, column: &str) -> Result<Vec<i32>, String> {
        if self.zone.is_none() {
            return Err(undeclared_zone(column));
        }
        let day = |nanos: i64| match jiff::Timestamp::from_nanosecond(i128::from(nanos)).map(|m| self.day_of(m)) {
            Ok(DateText::Day(day)) => day.0,
            _ => NO_DAY,
        };
        Ok((0..array.len()).map(|i| if array.is_valid(i) { day(array.value(i)) } else { NO_DAY }).collect())
    }

    /// The day of a moment in the declared zone.
    fn day_of(&self, moment: jiff::Timestamp) -> DateText {
        let Some(zone) = &self.zone else { return DateText::Zoned };
        let date = moment.to_zoned(zone.clone()).date();
        day_in(i32::from(date.year()), date.month(), date.day()).map_or(DateText::Unreadable, DateText::Day)
    }

    /// `YYYY-MM-DD`, or that with a time of day behind a space or `T`; with a zone the day is that of the declared one.
    fn iso(&self, text: &str) -> DateText {
        if text.len() == 10 {
            return Day::parse_iso(text).map_or(DateText::Unreadable, DateText::Day);
        }
        let Some((date, time)) = text.split_at_checked(10) else { return DateText::Unreadable };
        let (Some(day), Some(time)) = (Day::parse_iso(date), time.strip_prefix([' ', 'T', 't'])) else {
            return DateText::Unreadable;
        };
        if time.len() >= 5 && time.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.')) {
            return DateText::Day(day);
        }
        let time = time.strip_suffix(" UTC").map_or_else(|| time.replace(' ', ""), |t| format!("{t}Z"));
        let moment = format!("{date}T{time}");
        match moment.parse::<jiff::Timestamp>().or_else(|_| moment.parse::<jiff::Zoned>().map(|z| z.timestamp())) {
            Ok(moment) => self.day_of(moment),
            Err(_) => DateText::Unreadable,
        }
    }
}

/// The sentence that refuses a column of zoned timestamps without a declared zone.
#[must_use]
pub fn undeclared_zone(column: &str) -> String {
    format!(
        "column {column} holds timestamps with a time zone\nhint: declare the zone whose dates count, [extracts.NAME] timezone = \"America/New_York\""
    )
}

fn compact(text: &str) -> Option<Day> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Day::from_ymd(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?)
}

/// A spreadsheet's day count of the 1900 system, a time of day behind the point left out. Counts up to 60 are a day off
/// in the spreadsheets themselves and are no dates of an extract.
fn excel(text: &str) -> Option<Day> {
    /// The count of 1970-01-01.
    const EPOCH: i32 = 25_569;
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let count: i32 = whole.parse().ok()?;
    (61..=2_958_465).contains(&count).then(|| Day(count - EPOCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(formats: &[&str], timezone: Option<&str>, pivot: Option<u8>) -> Result<DateReader, String> {
        let formats: Vec<String> = formats.iter().map(|f| (*f).to_owned()).collect();
        DateReader::new(&DateRules { formats: &formats, timezone, pivot, as_of: Day(20_000) })
    }

    fn reader(formats: &[&str], timezone: Option<&str>, pivot: Option<u8>) -> DateReader {
        made(formats, timezone, pivot).expect("rules that hold")
    }

    fn told(read: DateText) -> String {
        match read {
            DateText::Day(day) => day.to_string(),
            DateText::ShortYear(day) => format!("short {day}"),
            DateText::Zoned => "zoned".to_owned(),
            DateText::Unreadable => "none".to_owned(),
        }
    }

    #[test]
    fn only_declared_spellings_are_read() {
        let plain = reader(&[], None, None);
        assert_eq!(told(plain.parse("2025-02-28")), "2025-02-28");
        assert_eq!(told(plain.parse("2014-11-29 14:14:51")), "2014-11-29");
        for bad in ["20250228", "02/28/2025", "2025-02-30", "2025-02-28Z", "45678", "2025-02-28 at noon", ""] {
            assert_eq!(plain.parse(bad), DateText::Unreadable, "{bad}");
        }
        let both = reader(&["%Y%m%d", "%m/%d/%Y"], None, None);
        assert_eq!(both.parse("20250228"), both.parse("02/28/2025"));
        assert_eq!(both.parse("2025-02-28"), DateText::Unreadable);
        assert!(DateReader::looks_like_excel("45678") && !DateReader::looks_like_excel("20250228"));
        assert!(made(&[], Some("Mars/Olympus"), None).is_err());
    }

    #[test]
    fn a_moment_with_a_zone_is_the_day_of_the_declared_one() {
        let (bare, there) = (reader(&[], None, None), reader(&[], Some("America/Chicago"), None));
        for (text, day) in [
            ("2026-07-02T04:59:59Z", "2026-07-01"),
            ("2026-07-02T05:00:00Z", "2026-07-02"),
            ("2026-07-02 04:10:00.250+00:00", "2026-07-01"),
            ("2026-07-02T04:10:00+0000", "2026-07-01"),
            ("2026-07-01T23:00:00-05:00", "2026-07-01"),
            ("2026-07-02 04:10:00 UTC", "2026-07-01"),
            // The clocks change on 2026-11-01: five hours before it, six after.
            ("2026-11-01T05:30:00Z", "2026-11-01"),
            ("2026-11-02T05:30:00Z", "2026-11-01"),
        ] {
            assert_eq!((told(bare.parse(text)), told(there.parse(text))), ("zoned".into(), day.into()), "{text}");
        }
        // A local time stays its date, whatever zone is declared.
        assert_eq!(told(there.parse("2026-07-02 00:30:00")), "2026-07-02");
    }

    #[test]
    fn a_declared_spelling_hides_no_zone() {
        for (format, text) in [
            ("%Y-%m-%dT%H:%M:%SZ", "2026-07-02T04:10:00Z"),
            ("%m/%d/%Y %H:%M %z", "07/02/2026 04:10 +0000"),
            ("%Y-%m-%dT%H:%M:%S%:z", "2026-07-02T04:10:00+00:00"),
        ] {
            assert_eq!(reader(&[format], None, None).parse(text), DateText::Zoned, "{format}");
            assert_eq!(told(reader(&[format], Some("America/Chicago"), None).parse(text)), "2026-07-01", "{format}");
        }
    }

    #[test]
    fn years_have_four_digits_or_a_pivot() {
        let four = reader(&["%m/%d/%Y"], None, None);
        for bad in ["03/10/25", "03/10/925"] {
            assert_eq!(four.parse(bad), DateText::Unreadable, "{bad}");
        }
        assert_eq!(told(four.parse("3/1/1925")), "1925-03-01");
        assert!(made(&["%m/%d/%y"], None, None).is_err());
        let two = reader(&["%m/%d/%y"], None, Some(26));
        assert_eq!(told(two.parse("03/10/26")), "short 2026-03-10");
        assert_eq!(told(two.parse("03/10/27")), "short 1927-03-10");
        assert!(["%D", "%-y%m", "%d.%_y"].into_iter().all(has_short_year));
        assert!(!["%Y%m%d", "%Y-%m-%dT%H:%M:%S%.fZ"].into_iter().any(has_short_year));
    }

    #[test]
    fn spreadsheet_counts_are_read_where_they_are_declared() {
        let counts = reader(&["excel_serial", "%Y-%m-%d"], None, None);
        for (text, day) in [("45678", "2025-01-21"), ("45678.75", "2025-01-21"), ("18264.0", "1950-01-01")] {
            assert_eq!(told(counts.parse(text)), day);
        }
        assert_eq!(told(counts.parse("2025-01-21")), "2025-01-21");
        for bad in ["45678.", "-3", "20250121", "12"] {
            assert_eq!(counts.parse(bad), DateText::Unreadable, "{bad}");
        }
        assert_eq!(reader(&[], None, None).parse("45678"), DateText::Unreadable);
    }
}

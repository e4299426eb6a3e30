//! Dates as extracts spell them. Owns the declared spellings and zones; refuses to guess an
//! undeclared one.

use arrow_array::{Array, TimestampNanosecondArray};

use super::column::NO_DAY;
use crate::domain::Day;

/// Reads the date spellings an extract declares.
pub struct DateReader {
    formats: Vec<Spelling>,
    zone: Option<jiff::tz::TimeZone>,
}

enum Spelling {
    Iso,
    Compact,
    Other(String),
}

impl DateReader {
    /// The declared spellings; none declared means `YYYY-MM-DD`, with or without a time of day.
    ///
    /// # Errors
    /// When the zone is not an IANA name.
    pub fn new(formats: &[String], zone: Option<&str>) -> Result<Self, String> {
        let formats = if formats.is_empty() {
            vec![Spelling::Iso]
        } else {
            formats
                .iter()
                .map(|f| match f.as_str() {
                    "%Y-%m-%d" => Spelling::Iso,
                    "%Y%m%d" => Spelling::Compact,
                    other => Spelling::Other(other.to_owned()),
                })
                .collect()
        };
        let zone = zone
            .map(|z| {
                jiff::tz::TimeZone::get(z)
                    .map_err(|_| format!("`{z}` is not a time zone name such as America/New_York"))
            })
            .transpose()?;
        Ok(Self { formats, zone })
    }

    /// The day a text names in one of the declared spellings.
    #[must_use]
    pub fn parse(&self, text: &str) -> Option<Day> {
        self.formats.iter().find_map(|f| match f {
            Spelling::Iso => iso(text),
            Spelling::Compact => compact(text),
            Spelling::Other(format) => {
                let date = jiff::civil::Date::strptime(format, text)
                    .ok()
                    .or_else(|| jiff::civil::DateTime::strptime(format, text).ok().map(|d| d.date()))?;
                Day::from_ymd(
                    i32::from(date.year()),
                    u32::try_from(date.month()).ok()?,
                    u32::try_from(date.day()).ok()?,
                )
            }
        })
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
        let Some(zone) = &self.zone else {
            return Err(format!(
                "column {column} holds timestamps with a time zone\nhint: declare the zone whose dates count, [extracts.NAME] timezone = \"America/New_York\""
            ));
        };
        let day = |nanos: i64| -> Option<i32> {
            let date = jiff::Timestamp::from_nanosecond(i128::from(nanos)).ok()?.to_zoned(zone.clone()).date();
            Day::from_ymd(i32::from(date.year()), u32::try_from(date.month()).ok()?, u32::try_from(date.day()).ok()?)
                .map(|d| d.0)
        };
        Ok((0..array.len())
            .map(|i| if array.is_valid(i) { day(array.value(i)).unwrap_or(NO_DAY) } else { NO_DAY })
            .collect())
    }
}

/// `YYYY-MM-DD`, or that with a zoneless time of day behind a space or `T`.
fn iso(text: &str) -> Option<Day> {
    match text.len() {
        10 => Day::parse_iso(text),
        n if n > 10 && text.is_char_boundary(10) => {
            let (date, time) = text.split_at(10);
            let time = time.strip_prefix([' ', 'T'])?;
            let clock = time.len() >= 5 && time.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
            clock.then(|| Day::parse_iso(date)).flatten()
        }
        _ => None,
    }
}

fn compact(text: &str) -> Option<Day> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Day::from_ymd(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_declared_spellings_are_read() {
        let plain = DateReader::new(&[], None).expect("no zone");
        assert_eq!(plain.parse("2025-02-28").map(|d| d.to_string()).as_deref(), Some("2025-02-28"));
        assert_eq!(plain.parse("2014-11-29 14:14:51").map(|d| d.to_string()).as_deref(), Some("2014-11-29"));
        for bad in ["20250228", "02/28/2025", "2025-02-30", "2025-02-28Z", "45678"] {
            assert_eq!(plain.parse(bad), None, "{bad}");
        }
        let both = DateReader::new(&["%Y%m%d".into(), "%m/%d/%Y".into()], None).expect("no zone");
        assert_eq!(both.parse("20250228"), both.parse("02/28/2025"));
        assert_eq!(both.parse("2025-02-28"), None);
        assert!(DateReader::looks_like_excel("45678") && !DateReader::looks_like_excel("20250228"));
        assert!(DateReader::new(&[], Some("Mars/Olympus")).is_err());
    }
}

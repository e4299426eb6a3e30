//! Calendar days as plain numbers. Owns the proleptic Gregorian arithmetic every room uses;
//! refuses to know the clock, a time zone or a locale.

use std::fmt;

/// A calendar day: whole days since 1970-01-01 (negative before it).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(pub i32);

impl Day {
    /// The earliest and latest representable days, used as open ends of a span.
    pub const MIN: Self = Self(i32::MIN / 4);
    /// See [`Day::MIN`].
    pub const MAX: Self = Self(i32::MAX / 4);

    /// The day of a year (1..=9999), month and day of month; `None` when no such day exists.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) {
            return None;
        }
        if day == 0 || day > days_in_month(year, month) {
            return None;
        }
        // Days from civil, Howard Hinnant 2013 (public-domain algorithm): years start in March.
        let y = i64::from(if month <= 2 { year - 1 } else { year });
        let era = y.div_euclid(400);
        let year_of_era = y - era * 400;
        let shifted = i64::from((month + 9) % 12);
        let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        i32::try_from(era * 146_097 + day_of_era - 719_468).ok().map(Self)
    }

    /// Year, month (1..=12) and day of month (1..=31).
    #[must_use]
    pub fn ymd(self) -> (i32, u32, u32) {
        let z = i64::from(self.0) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z - era * 146_097;
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the calendar")]
        (year as i32, month as u32, day as u32)
    }

    /// Strict `YYYY-MM-DD`.
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        if b.len() != 10 || b[4] != b'-' || b[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| -> Option<i32> {
            let mut n = 0;
            for &c in &b[range] {
                if !c.is_ascii_digit() {
                    return None;
                }
                n = n * 10 + i32::from(c - b'0');
            }
            Some(n)
        };
        #[expect(clippy::cast_sign_loss, reason = "digits only")]
        Self::from_ymd(number(0..4)?, number(5..7)? as u32, number(8..10)? as u32)
    }

    /// 0 = Monday … 6 = Sunday.
    #[must_use]
    pub fn weekday(self) -> u32 {
        (self.0 + 3).rem_euclid(7).unsigned_abs()
    }

    /// This day moved by whole days.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Whole days from `earlier` to this day (negative when this day is before it).
    #[must_use]
    pub fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// The same day of the month `months` later (or earlier); a day that month lacks becomes its last.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let (year, month, day) = self.ymd();
        #[expect(clippy::cast_possible_wrap, reason = "1..=12")]
        let index = year * 12 + month as i32 - 1 + months;
        let (y, m) = (index.div_euclid(12), index.rem_euclid(12));
        #[expect(clippy::cast_sign_loss, reason = "0..=11")]
        let m = m as u32 + 1;
        Self::from_ymd(y, m, day.min(days_in_month(y, m))).unwrap_or(self)
    }

    /// Completed years of age on `on` of someone born on this day; a person born on 29 February
    /// completes a year on 1 March of common years. Negative before birth.
    #[must_use]
    pub fn age_on(self, on: Self) -> i32 {
        let (by, bm, bd) = self.ymd();
        let (y, m, d) = on.ymd();
        y - by - i32::from((m, d) < (bm, bd))
    }

    /// The first day of this day's month.
    #[must_use]
    pub fn month_start(self) -> Self {
        let (y, m, _) = self.ymd();
        Self::from_ymd(y, m, 1).unwrap_or(self)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m, d) = self.ymd();
        write!(f, "{y:04}-{m:02}-{d:02}")
    }
}

/// Days in a month of a Gregorian year.
#[must_use]
pub fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).expect("a date")
    }

    #[test]
    fn known_days_and_back() {
        assert_eq!(day("1970-01-01"), Day(0));
        assert_eq!(day("2000-03-01"), Day(11_017));
        for n in (-800_000..2_900_000).step_by(37) {
            if let Some(back) = Day::parse_iso(&Day(n).to_string()) {
                assert_eq!(back, Day(n));
            }
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2025-02-29", "2025-13-01", "2025-00-10", "2025-04-31", "2025-1-01", "20250101", "2025-01-0a"] {
            assert_eq!(Day::parse_iso(text), None, "{text}");
        }
        assert!(Day::parse_iso("2024-02-29").is_some());
    }

    #[test]
    fn ages_are_completed_years() {
        let born = day("2000-02-29");
        assert_eq!(born.age_on(day("2001-02-28")), 0);
        assert_eq!(born.age_on(day("2001-03-01")), 1);
        assert_eq!(born.age_on(day("2004-02-29")), 4);
    }

    #[test]
    fn months_keep_the_day_or_take_the_last() {
        assert_eq!(day("2024-03-31").plus_months(-1), day("2024-02-29"));
        assert_eq!(day("2025-08-31").plus_months(-6), day("2025-02-28"));
        assert_eq!(day("2025-01-15").plus_months(-24), day("2023-01-15"));
        assert_eq!(day("2026-11-22").weekday(), 6);
    }
}

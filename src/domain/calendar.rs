//! Working days as US care teams count them. Owns the federal holiday rules (5 U.S.C. 6103, with
//! Juneteenth from 2021) and business-day sums; refuses to know hours, shifts or state holidays.

use super::day::{Day, days_in_month};

/// Whether federal offices are closed on this weekday for a holiday, observed days included
/// (a holiday on a Saturday is observed on Friday, one on a Sunday on Monday; 5 U.S.C. 6103(b), EO 11582).
#[must_use]
pub fn is_federal_holiday(day: Day) -> bool {
    // A Saturday holiday moves back to Friday and a Sunday one forward to Monday, across a year's end too.
    is_statutory_holiday(day)
        || (day.weekday() == 4 && is_fixed_holiday(day.plus(1)))
        || (day.weekday() == 0 && is_fixed_holiday(day.plus(-1)))
}

fn is_fixed_holiday(day: Day) -> bool {
    let (year, month, dom) = day.ymd();
    matches!((month, dom), (1, 1) | (7, 4) | (11, 11) | (12, 25)) || (year >= 2021 && (month, dom) == (6, 19))
}

fn is_statutory_holiday(day: Day) -> bool {
    let (year, month, dom) = day.ymd();
    let weekday = day.weekday();
    let nth = (dom - 1) / 7 + 1;
    is_fixed_holiday(day)
        || match (month, weekday) {
            (1 | 2, 0) => nth == 3,                     // King (since 1986), Washington
            (5, 0) => dom + 7 > days_in_month(year, 5), // Memorial Day: the last Monday
            (9, 0) => nth == 1,                         // Labor Day
            (10, 0) => nth == 2,                        // Columbus Day
            (11, 3) => nth == 4,                        // Thanksgiving
            _ => false,
        }
}

/// Monday to Friday, federal holidays off.
#[must_use]
pub fn is_business_day(day: Day) -> bool {
    day.weekday() < 5 && !is_federal_holiday(day)
}

/// The day `count` business days after `from`; `from` itself is day 0 whatever kind of day it is.
#[must_use]
pub fn add_business_days(from: Day, count: u32) -> Day {
    let mut day = from;
    let mut left = count;
    while left > 0 {
        day = day.plus(1);
        if is_business_day(day) {
            left -= 1;
        }
    }
    day
}

/// Signed business days from `from` to `to`: the business days in (from, to], negative when `to` lies before.
#[must_use]
pub fn business_days_between(from: Day, to: Day) -> i32 {
    if to < from {
        return -business_days_between(to, from);
    }
    let mut count = 0;
    let mut day = from;
    while day < to {
        day = day.plus(1);
        count += i32::from(is_business_day(day));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).expect("a date")
    }

    /// The federal holidays as the Office of Personnel Management publishes them (observed days).
    const OPM: &[&str] = &[
        "2021-12-31",
        "2022-01-17",
        "2022-02-21",
        "2022-05-30",
        "2022-06-20",
        "2022-07-04",
        "2022-09-05",
        "2022-10-10",
        "2022-11-11",
        "2022-11-24",
        "2022-12-26",
        "2023-01-02",
        "2023-01-16",
        "2023-02-20",
        "2023-05-29",
        "2023-06-19",
        "2023-07-04",
        "2023-09-04",
        "2023-10-09",
        "2023-11-10",
        "2023-11-23",
        "2023-12-25",
        "2024-01-01",
        "2024-01-15",
        "2024-02-19",
        "2024-05-27",
        "2024-06-19",
        "2024-07-04",
        "2024-09-02",
        "2024-10-14",
        "2024-11-11",
        "2024-11-28",
        "2024-12-25",
        "2025-01-01",
        "2025-01-20",
        "2025-02-17",
        "2025-05-26",
        "2025-06-19",
        "2025-07-04",
        "2025-09-01",
        "2025-10-13",
        "2025-11-11",
        "2025-11-27",
        "2025-12-25",
        "2026-01-01",
        "2026-01-19",
        "2026-02-16",
        "2026-05-25",
        "2026-06-19",
        "2026-07-03",
        "2026-09-07",
        "2026-10-12",
        "2026-11-11",
        "2026-11-26",
        "2026-12-25",
    ];

    #[test]
    fn weekday_holidays_of_five_years_are_those_opm_publishes() {
        let mut found = Vec::new();
        let mut d = day("2021-12-31");
        while d <= day("2026-12-31") {
            if d.weekday() < 5 && is_federal_holiday(d) {
                found.push(d.to_string());
            }
            d = d.plus(1);
        }
        assert_eq!(found, OPM);
    }

    #[test]
    fn two_business_days_skip_weekends_and_holidays() {
        assert_eq!(add_business_days(day("2026-07-02"), 2), day("2026-07-07")); // Friday the 3rd is observed
        assert_eq!(add_business_days(day("2024-12-31"), 2), day("2025-01-03"));
        assert_eq!(add_business_days(day("2024-02-28"), 2), day("2024-03-01"));
        assert_eq!(add_business_days(day("2026-06-27"), 2), day("2026-06-30")); // a Saturday discharge
    }

    /// Every discharge day of five years against a plain count of weekdays that OPM does not list.
    #[test]
    fn every_contact_due_day_of_five_years_is_the_second_open_day() {
        let mut discharge = day("2021-12-31");
        while discharge < day("2026-12-25") {
            let open = (1..).map(|n| discharge.plus(n)).filter(|d| d.weekday() < 5 && !OPM.contains(&&*d.to_string()));
            assert_eq!(open.take(2).last(), Some(add_business_days(discharge, 2)), "{discharge}");
            discharge = discharge.plus(1);
        }
    }

    #[test]
    fn the_day_before_each_holiday_waits_over_it() {
        for (discharge, due) in [
            ("2021-12-29", "2022-01-03"), // Friday 31 December is New Year's Day observed
            ("2022-12-23", "2022-12-28"), // Christmas on a Sunday, observed on Monday
            ("2023-11-09", "2023-11-14"), // Veterans Day on a Saturday, observed on Friday
            ("2024-11-27", "2024-12-02"), // Thanksgiving on Thursday only
            ("2024-02-27", "2024-02-29"), // the leap day is a Thursday
            ("2025-12-31", "2026-01-05"),
            ("2026-05-22", "2026-05-27"), // Memorial Day weekend
        ] {
            assert_eq!(add_business_days(day(discharge), 2), day(due), "{discharge}");
        }
    }

    #[test]
    fn slack_is_signed() {
        assert_eq!(business_days_between(day("2026-06-26"), day("2026-06-29")), 1);
        assert_eq!(business_days_between(day("2026-06-29"), day("2026-06-26")), -1);
        assert_eq!(business_days_between(day("2026-06-29"), day("2026-06-29")), 0);
    }
}

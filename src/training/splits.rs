//! When a history is looked at, and which part of it teaches, calibrates and reports. Owns the cut in time; refuses to
//! look at a member.

use crate::domain::Day;
use crate::models::Outcome;

/// Parts of the history, in time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Split {
    /// Learned from; folds by member tune inside it.
    Train,
    /// Calibrated on.
    Calibrate,
    /// Reported on.
    Report,
}

/// Snapshot days and where the slices begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotSchedule {
    /// Snapshot days, oldest first.
    pub days: Vec<Day>,
    /// First day of the calibration slice.
    pub calibrate_from: Day,
    /// First day of the report slice.
    pub report_from: Day,
    /// Days of the horizon.
    pub horizon: i32,
}

/// Fewest monthly snapshots that can be cut in three.
const FEWEST_SNAPSHOTS: usize = 6;

impl SnapshotSchedule {
    /// Monthly days back from the last one whose label is final, at most `months`, none within a year of the
    /// beginning of the history. The last quarter reports, the 15 % before calibrate.
    ///
    /// # Errors
    /// The number of snapshots found, when it is too small to cut.
    pub fn plan(outcome: Outcome, as_of: Day, history: Day, months: u32, maturity: i32) -> Result<Self, usize> {
        let horizon = outcome.horizon_days();
        let last = as_of.plus(-horizon - maturity);
        let mut days = Vec::new();
        for k in 0..i32::try_from(months).unwrap_or(60) {
            let day = last.plus_months(-k);
            if day < history.plus(365) {
                break;
            }
            days.push(day);
        }
        days.reverse();
        let n = days.len();
        if n < FEWEST_SNAPSHOTS {
            return Err(n);
        }
        let report = (n / 4).max(1);
        let calibrate = (n * 15 / 100).max(1);
        let (calibrate_from, report_from) = (days[n - report - calibrate], days[n - report]);
        Ok(Self { days, calibrate_from, report_from, horizon })
    }

    /// The slice of a snapshot day; `None` for a day whose label would reach from training into the report slice.
    #[must_use]
    pub fn slice(&self, day: Day) -> Option<Split> {
        if day >= self.report_from {
            Some(Split::Report)
        } else if day >= self.calibrate_from {
            Some(Split::Calibrate)
        } else if day.plus(self.horizon) < self.report_from {
            Some(Split::Train)
        } else {
            None
        }
    }

    /// First and last snapshot day.
    #[must_use]
    pub fn span(&self) -> (Day, Day) {
        (self.days.first().copied().unwrap_or(Day(0)), self.days.last().copied().unwrap_or(Day(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::labels::is_mature;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).expect("a date")
    }

    #[test]
    fn slices_follow_in_time_and_training_never_reaches_the_report() {
        let c =
            SnapshotSchedule::plan(Outcome::AvoidHosp90, day("2026-06-30"), day("2022-07-01"), 24, 90).expect("enough");
        assert_eq!((c.days.len(), c.days[23]), (24, day("2026-01-01")));
        let of = |s: Split| c.days.iter().filter(|d| c.slice(**d) == Some(s)).count();
        assert_eq!((of(Split::Train), of(Split::Calibrate), of(Split::Report)), (15, 3, 6));
        for d in &c.days {
            if c.slice(*d) == Some(Split::Train) {
                assert!(d.plus(90) < c.report_from);
            }
            assert!(is_mature(d.plus(90), 90, day("2026-06-30")));
        }
        let long = SnapshotSchedule::plan(Outcome::AvoidHosp365, day("2026-06-30"), day("2022-07-01"), 24, 90)
            .expect("enough");
        assert!(long.days.iter().any(|d| long.slice(*d).is_none()));
        assert!(
            long.days.iter().filter(|d| long.slice(**d) == Some(Split::Train)).all(|d| d.plus(365) < long.report_from)
        );
        assert_eq!(SnapshotSchedule::plan(Outcome::AvoidHosp365, day("2026-06-30"), day("2024-07-01"), 24, 90), Err(0));
    }
}

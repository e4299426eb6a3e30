//! Supply of medicines made of their fills: covered days, gaps, ends, refills. Owns that reckoning over the windows of
//! features; refuses to know a class and to call a late fill non-adherence.

use crate::domain::Day;

/// Fills of two years that follow a fill of the same ingredient: how long after its supply had ended.
#[derive(Default)]
pub struct Refills {
    /// Refills.
    pub count: f64,
    /// Those more than [`LATE`] days late.
    pub late: f64,
    /// Days between the end of supply and the next fill, each at most [`LONGEST_GAP`].
    pub gap_days: f64,
    /// Days supplied by the fills before them.
    pub supplied_days: f64,
    /// Sum of days from the end of supply to the next fill as a share of the supply, each cut to -0.5..1.
    pub delay: f64,
}

/// A pause of more than two months is a therapy stopped and begun again; it counts as one of two months.
const LONGEST_GAP: i32 = 60;
/// Days late that count as a late refill.
pub const LATE: i32 = 7;

impl Refills {
    /// Adds the fills (day, days of supply) of one ingredient, in order of days.
    pub fn add(&mut self, fills: &[(i32, i32)]) {
        for pair in fills.windows(2) {
            let ((start, days), next) = (pair[0], pair[1].0);
            if next == start {
                continue;
            }
            let late = next - start - days;
            self.count += 1.0;
            self.late += f64::from(u8::from(late > LATE));
            self.gap_days += f64::from(late.clamp(0, LONGEST_GAP));
            self.supplied_days += f64::from(days);
            self.delay += (f64::from(late) / f64::from(days)).clamp(-0.5, 1.0);
        }
    }

    /// A part as a share of a whole; `None` under two refills.
    pub fn share(&self, part: f64, of: f64) -> Option<f64> {
        (self.count >= 2.0).then(|| part / of)
    }
}

/// Supply of one ingredient within a year: first day, covered days, end of supply, longest gap.
pub struct Supply {
    /// Day of the first fill.
    pub first: i32,
    /// Days covered by the day, early fills used up one after the other.
    pub covered: i32,
    /// Day on which the supply ends.
    pub end: i32,
    /// Longest time without supply, to the day.
    pub gap: i32,
}

/// The supply that the fills (day, days of supply) of one ingredient make up by a day; none without a fill.
pub fn supply_of(fills: &[(i32, i32)], day: Day) -> Option<Supply> {
    let first = fills.first()?.0;
    let mut out = Supply { first, covered: 0, end: first, gap: 0 };
    for (start, days) in fills {
        out.gap = out.gap.max(start - out.end);
        // Supply in hand is used up first: an early fill begins where the last one ends.
        let begin = (*start).max(out.end);
        let end = begin + days;
        out.covered += end.min(day.0 + 1) - begin.min(day.0 + 1);
        out.end = end;
    }
    out.gap = out.gap.max(day.0 - out.end);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refills_are_counted_by_how_late_they_come() {
        let mut r = Refills::default();
        // Ten days early, forty late, a hundred late (sixty count); two fills on one day are no refill.
        r.add(&[(0, 30), (20, 30), (90, 30), (220, 30), (220, 30)]);
        assert_eq!((r.count, r.late, r.gap_days, r.supplied_days), (3.0, 2.0, 100.0, 90.0));
        assert!((r.delay - (-1.0 / 3.0 + 1.0 + 1.0)).abs() < 1e-12);
        assert_eq!(r.share(r.gap_days, r.supplied_days), Some(100.0 / 90.0));
        let mut one = Refills::default();
        one.add(&[(0, 30), (31, 30)]);
        assert_eq!(one.share(one.gap_days, one.supplied_days), None);
    }

    #[test]
    fn early_fills_shift_and_gaps_are_seen() {
        let s = supply_of(&[(0, 30), (20, 30), (90, 30)], Day(99)).expect("fills");
        // 0..30, 30..60, 90..100 of the hundred days; a gap of thirty days.
        assert_eq!((s.covered, s.gap, s.end), (70, 30, 120));
    }
}

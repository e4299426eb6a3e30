//! What claims can know of a visit on the night's date, and how likely one is still missing. Owns the lag and the
//! shares learned from the population's own past; refuses to know who anybody is.

use std::collections::BTreeMap;

use crate::domain::record::record;
use crate::domain::vocabulary::word_list;
use crate::domain::{BrokenRecord, Day, Record, RecordReader, WordId};
use crate::extracts::{ClaimKind, ClaimLine};
use crate::timeline::Claim;

word_list! {
    /// A clock that a visit closes.
    ClockKind {
        /// After a discharge.
        Transition = "transition",
        /// After a psychiatric or self-harm stay.
        MentalStay = "mental_stay",
        /// After an ED visit for mental illness or self-harm.
        MentalEd = "mental_ed",
        /// After an ED visit for substance use or overdose.
        SubstanceEd = "substance_ed",
        /// After an ED visit with two chronic groups or more.
        ChronicEd = "chronic_ed",
    }
}

/// One past event of a clock as it is known tonight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PastEvent {
    /// Clock.
    pub kind: ClockKind,
    /// Discharge or ED day.
    pub day: Day,
    /// Days to the first visit that closes it, at most 30; `None` without one.
    pub seen: Option<u8>,
    /// Days after the event through which the person lived at home, at most `AT_HOME_THROUGHOUT`.
    pub at_home: u8,
}

record!(PastEvent { kind, day, seen, at_home });

/// What became of a discharge whose thirty days are over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PastDischarge {
    /// Day, first visit, days at home.
    pub event: PastEvent,
    /// What was left.
    pub facility: WordId,
    /// Days to the contact's due day.
    pub contact_days: u8,
    /// Reached by then.
    pub reached: bool,
    /// Two vain attempts by then.
    pub attempted: bool,
    /// Reconciled within thirty days.
    pub reconciled: bool,
}

/// The whole time in which a clock looks.
pub const AT_HOME_THROUGHOUT: u8 = 31;

/// Longest time after an event in which a visit is looked for.
const LONGEST: usize = 30;

/// Fewer professional lines than this say nothing of their lag.
const LEAST_LINES: u64 = 1_000;

/// Fewer events than this say nothing of a share.
const LEAST_EVENTS: u32 = 100;

/// The share when the past says too little.
const UNKNOWN_SHARE: f64 = 0.5;

/// A booked appointment inside the window.
const BOOKED_SHARE: f64 = 0.2;

/// Days from service to first arrival, counted; the last place holds all longer ones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LagHistogram(Vec<u64>);

impl Record for LagHistogram {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
    fn take(from: &mut RecordReader<'_>) -> Result<Self, BrokenRecord> {
        let days = Vec::take(from)?;
        if days.len() == LONGEST_LAG + 1 { Ok(Self(days)) } else { Err(BrokenRecord) }
    }
}

/// Longest lag told apart, in days.
const LONGEST_LAG: usize = 400;

impl Default for LagHistogram {
    fn default() -> Self {
        Self(vec![0; LONGEST_LAG + 1])
    }
}

impl LagHistogram {
    /// Counts one line.
    pub fn add(&mut self, days: i32) {
        let at = usize::try_from(days.max(0)).unwrap_or(0).min(LONGEST_LAG);
        self.0[at] += 1;
    }

    /// Adds another count.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine += theirs;
        }
    }

    /// Lines counted.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The 90th percentile by nearest rank: the shortest lag that at least nine tenths of the lines do not exceed.
    #[must_use]
    pub fn ninetieth(&self) -> Option<i32> {
        let all = self.lines();
        let rank = (all * 9).div_ceil(10);
        let mut below = 0;
        let found = self.0.iter().position(|n| {
            below += n;
            below >= rank
        });
        found.filter(|_| all > 0).and_then(|at| i32::try_from(at).ok())
    }
}

/// Lags of a member's final professional lines whose first arrival lies in the year to the night: of every version of a
/// line the first that came. Lines without a received or paid date are not counted.
pub fn add_professional_lags(claims: &[Claim<'_>], lines: &[ClaimLine<'_>], as_of: Day, out: &mut LagHistogram) {
    let recent = |l: &&ClaimLine<'_>| {
        l.kind == ClaimKind::Professional && l.arrived().is_some_and(|d| d <= as_of.0 && d > as_of.0 - 365)
    };
    let mut own: Vec<(&str, i64, i32, i32)> =
        lines.iter().filter(recent).filter_map(|l| Some((l.claim_id, l.line, l.arrived()?, l.start))).collect();
    own.sort_unstable();
    own.dedup_by(|later, first| (later.0, later.1) == (first.0, first.1));
    for (id, _, arrived, start) in own {
        if claims.binary_search_by(|c| c.id.cmp(id)).is_ok() {
            out.add(arrived - start);
        }
    }
}

/// Events by days to the first visit; the last place holds those without one.
type BySeen = [u32; LONGEST + 2];

/// What the night knows of visits.
#[derive(Clone, Debug)]
pub struct VisitKnowledge {
    /// The day on which the list is worked.
    pub work_day: Day,
    /// The last day whose visits are known by claim.
    pub known_through: Day,
    /// Professional lines whose lag was counted.
    pub lines: u64,
    /// The lag is the population's own; else `models.claims_lag_days`.
    pub lag_is_learned: bool,
    shares: BTreeMap<(ClockKind, i32), BySeen>,
}

/// Deadlines of all clocks, in days after the event.
const DEADLINES: [i32; 3] = [7, 14, 30];

impl VisitKnowledge {
    /// Learns from the lags and the past events of a population.
    #[must_use]
    pub fn learn(as_of: Day, work_day: Day, lags: &LagHistogram, past: &[PastEvent], claims_lag_days: i32) -> Self {
        let lines = lags.lines();
        let learned = lags.ninetieth().filter(|_| lines >= LEAST_LINES);
        let known_through = as_of.plus(-learned.unwrap_or(claims_lag_days));
        let mut shares: BTreeMap<(ClockKind, i32), BySeen> = BTreeMap::new();
        for event in past {
            for deadline in DEADLINES {
                let closes = event.day.plus(deadline);
                let known = closes <= known_through && closes.since(known_through) > -365;
                if known && i32::from(event.at_home) >= deadline {
                    let at = event.seen.map_or(LONGEST + 1, usize::from);
                    shares.entry((event.kind, deadline)).or_insert([0; LONGEST + 2])[at.min(LONGEST + 1)] += 1;
                }
            }
        }
        Self { work_day, known_through, lines, lag_is_learned: learned.is_some(), shares }
    }

    /// The window to a day is known whole.
    #[must_use]
    pub fn knows(&self, day: Day) -> bool {
        day <= self.known_through
    }

    /// The chance that nobody has seen the person by the deadline, `deadline` days after an event that nothing has
    /// closed so far.
    #[must_use]
    pub fn chance_open(&self, kind: ClockKind, event: Day, deadline: i32, booked: bool) -> f64 {
        if booked {
            return BOOKED_SHARE;
        }
        if self.knows(event.plus(deadline)) {
            return 1.0;
        }
        let Some(by_seen) = self.shares.get(&(kind, deadline)) else { return UNKNOWN_SHARE };
        // Not seen through the day after the event through which this one is known.
        let known_days = self.known_through.since(event);
        let later_than = |days: i32| -> u32 {
            let from = usize::try_from(days + 1).unwrap_or(0).min(LONGEST + 1);
            by_seen[from..].iter().sum()
        };
        let (alike, open) = (later_than(known_days), later_than(deadline));
        if alike < LEAST_EVENTS { UNKNOWN_SHARE } else { f64::from(open) / f64::from(alike) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).expect("a date")
    }

    fn lags(days: &[(i32, u64)]) -> LagHistogram {
        let mut out = LagHistogram::default();
        for (lag, n) in days {
            (0..*n).for_each(|_| out.add(*lag));
        }
        out
    }

    #[test]
    fn the_lag_is_the_nearest_rank() {
        assert_eq!(lags(&[(5, 9), (40, 1)]).ninetieth(), Some(5));
        assert_eq!(lags(&[(5, 8), (12, 1), (40, 1)]).ninetieth(), Some(12));
        assert_eq!(lags(&[(-3, 1)]).ninetieth(), Some(0));
        assert_eq!(LagHistogram::default().ninetieth(), None);
    }

    #[test]
    fn too_few_lines_leave_the_configured_lag() {
        let (as_of, work_day) = (day("2026-06-30"), day("2026-07-01"));
        let known = |n: u64| VisitKnowledge::learn(as_of, work_day, &lags(&[(19, n)]), &[], 45);
        assert_eq!((known(999).known_through, known(999).lag_is_learned), (day("2026-05-16"), false));
        assert_eq!((known(1_000).known_through, known(1_000).lag_is_learned), (day("2026-06-11"), true));
    }

    #[test]
    fn the_share_is_learned_from_those_not_yet_seen() {
        let event = |seen: Option<u8>, at_home: u8| PastEvent {
            kind: ClockKind::Transition,
            day: day("2026-03-01"),
            seen,
            at_home,
        };
        let mut past = vec![event(Some(2), 31); 100];
        past.extend(vec![event(Some(6), 31); 60]);
        past.extend(vec![event(None, 31); 40]);
        // Who went back to hospital on day 5 lived at home through no deadline.
        past.extend(vec![event(None, 5); 500]);
        let knows = VisitKnowledge::learn(day("2026-06-30"), day("2026-07-01"), &lags(&[(19, 1_000)]), &past, 45);
        let chance =
            |discharge: &str, deadline: i32| knows.chance_open(ClockKind::Transition, day(discharge), deadline, false);
        // Known through June 11. Of a discharge on June 20 nothing is known: 40 of 200 were never seen by day 7.
        assert!((chance("2026-06-20", 7) - 0.2).abs() < 1e-12);
        // Of one on June 8 three days are known and empty: 40 of the 100 who were not seen by day 3.
        assert!((chance("2026-06-08", 7) - 0.4).abs() < 1e-12);
        // A window that is known whole is open for sure; a booked visit is mostly kept; other kinds know nothing.
        assert!((chance("2026-06-01", 7) - 1.0).abs() < 1e-12);
        assert!((knows.chance_open(ClockKind::Transition, day("2026-06-20"), 7, true) - 0.2).abs() < 1e-12);
        assert!((knows.chance_open(ClockKind::MentalEd, day("2026-06-20"), 7, false) - 0.5).abs() < 1e-12);
        // Ninety-nine like this one are too few.
        let few = VisitKnowledge::learn(day("2026-06-30"), day("2026-07-01"), &lags(&[(19, 1_000)]), &past[..99], 45);
        assert!((few.chance_open(ClockKind::Transition, day("2026-06-20"), 7, false) - 0.5).abs() < 1e-12);
    }
}

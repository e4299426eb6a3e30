//! What came after a day, for training and evaluation only: events, deaths, enrolment, maturity. Owns the
//! labels; refuses to hand anything of the future to a feature.

use crate::domain::Day;
use crate::extracts::Member;
use crate::measures::{EdClass, EdClasses, Measured, Readmissions, StayPqi, Utilization};
use crate::models::Outcome;
use crate::reference::NyuClass;

/// How a follow-up ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label {
    /// The event came within the horizon.
    pub event: bool,
    /// Death came within the horizon, before any event.
    pub died_first: bool,
    /// Days to the event.
    pub days: Option<i32>,
}

/// One stay as labels see it.
#[derive(Clone, Copy, Debug)]
struct Event {
    day: Day,
    avoidable: bool,
    unplanned: bool,
}

/// One index discharge as labels see it.
#[derive(Clone, Copy, Debug)]
pub struct Discharge {
    /// Discharge day.
    pub day: Day,
    /// `readmit30`, when it can be known.
    pub readmitted: Option<bool>,
    /// Days to the readmission.
    pub days: Option<i32>,
    /// First later acute admission, planned or not.
    pub next_admission: Option<Day>,
    /// Died within 30 days without a readmission.
    pub died: bool,
}

/// Everything of one member's whole history that labels need.
pub struct OutcomeHistory<'a> {
    member: &'a Member,
    events: Vec<Event>,
    ed: Vec<Day>,
    death: Option<Day>,
    /// Index discharges.
    pub discharges: Vec<Discharge>,
}

/// The share of an ED visit that care elsewhere could have spared.
fn avoidable_share(class: &EdClass) -> f64 {
    class.fraction(NyuClass::Preventable)
        + class.fraction(NyuClass::PrimaryCare)
        + class.fraction(NyuClass::NonEmergent)
}

impl<'a> OutcomeHistory<'a> {
    /// Reads the history as of the last day.
    #[must_use]
    pub fn of(m: &Measured<'a>) -> Self {
        let timeline = &m.timeline;
        let (judged, pqi) = (&m.get::<Readmissions>().0, m.get::<StayPqi>());
        let death = timeline.member.death().into_iter().chain(m.get::<Utilization>().died_by_claim).min();
        let events = timeline.stays.iter().zip(judged).enumerate().map(|(i, (stay, facts))| Event {
            day: stay.admit,
            avoidable: pqi.counted(i) != 0,
            unplanned: !stay.post_acute && facts.planned == Some(false),
        });
        let ed = timeline
            .ed_visits
            .iter()
            .zip(&m.get::<EdClasses>().0)
            .filter(|(_, class)| avoidable_share(class) >= 0.5)
            .map(|(visit, _)| visit.day);
        let discharges = timeline.stays.iter().zip(judged).enumerate().filter_map(|(i, (stay, facts))| {
            let day = stay.discharge.filter(|_| facts.is_index())?;
            let next = timeline.stays.iter().skip(i + 1).find(|s| !s.post_acute && s.admit >= day);
            Some(Discharge {
                day,
                readmitted: facts.readmit30,
                days: facts.days_to_readmission,
                next_admission: next.map(|s| s.admit),
                died: facts.readmit30 == Some(false) && death.is_some_and(|d| d.since(day) <= 30),
            })
        });
        Self {
            member: timeline.member,
            events: events.collect(),
            ed: ed.collect(),
            death,
            discharges: discharges.collect(),
        }
    }

    /// Enrolled, alive and of age on a day.
    #[must_use]
    pub fn at_risk(&self, outcome: Outcome, day: Day) -> bool {
        self.member.enrolled_on(day)
            && self.death.is_none_or(|d| d > day)
            && (!outcome.adults_only() || self.member.birth().age_on(day) >= 18)
    }

    /// What came in `(day, day + horizon]`; `None` when enrolment ended in it for another reason than death, even
    /// when an event was already seen. A death before any event is no event (its share is told apart).
    #[must_use]
    pub fn label(&self, outcome: Outcome, day: Day) -> Option<Label> {
        let end = day.plus(outcome.horizon_days());
        let last = self.death.map_or(end, |d| d.min(end));
        if !self.member.enrolled_throughout(day, last) {
            return None;
        }
        let inside = |d: &Day| *d > day && *d <= last;
        let first = match outcome {
            Outcome::AvoidEd90 => self.ed.iter().copied().find(inside),
            Outcome::UnplannedAdmit365 => self.events.iter().filter(|e| e.unplanned).map(|e| e.day).find(inside),
            _ => self.events.iter().filter(|e| e.avoidable).map(|e| e.day).find(inside),
        };
        Some(Label {
            event: first.is_some(),
            died_first: first.is_none() && self.death.is_some_and(|d| d <= end),
            days: first.map(|d| d.since(day)),
        })
    }
}

/// Whether a label whose window ends on `end` is final by `as_of`.
#[must_use]
pub fn is_mature(end: Day, maturity_days: i32, as_of: Day) -> bool {
    end.plus(maturity_days) <= as_of
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).expect("a date")
    }

    #[test]
    fn provisional_labels_are_told_apart() {
        assert!(is_mature(day("2026-04-01"), 90, day("2026-06-30")));
        assert!(!is_mature(day("2026-04-02"), 90, day("2026-06-30")));
    }
}

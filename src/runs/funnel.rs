//! From an attempt to a completed plan, by care manager, practice and group. Owns the stages and their counting;
//! refuses to call any of them an effect.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::kept_runs::KeptRuns;
use crate::domain::{ContactOutcome, EndReason, SMALL_CELL};
use crate::extracts::{Case, Outreach};
use crate::training::LoadedHistory;

/// Counts of people under this are not shown.
pub const SMALL_COUNT: u64 = SMALL_CELL as u64;

/// Nested counts of people: everyone of a stage was in the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funnel {
    /// Any attempt in the window.
    pub attempted: u64,
    /// Of them reached: a completed or enrolling contact, or a case begun.
    pub reached: u64,
    /// Of them enrolled: an enrolling contact, or a case begun at or after the first attempt.
    pub enrolled: u64,
    /// Of them completed: a case that ended as graduated.
    pub completed: u64,
    /// Of the attempted, refused.
    pub refused: u64,
}

impl Funnel {
    fn add(&mut self, other: Self) {
        self.attempted += other.attempted;
        self.reached += other.reached;
        self.enrolled += other.enrolled;
        self.completed += other.completed;
        self.refused += other.refused;
    }

    /// The counts in order, each as a reader may see it.
    #[must_use]
    pub fn shown(&self) -> [String; 5] {
        [self.attempted, self.reached, self.enrolled, self.completed, self.refused].map(shown_count)
    }

    fn json(&self, name: &str) -> Value {
        let [attempted, reached, enrolled, completed, refused] =
            [self.attempted, self.reached, self.enrolled, self.completed, self.refused].map(count_json);
        json!({ "name": name, "attempted": attempted, "reached": reached, "enrolled": enrolled, "completed": completed, "refused": refused })
    }
}

/// A count as a reader may see it.
#[must_use]
pub fn shown_count(n: u64) -> String {
    if (1..SMALL_COUNT).contains(&n) { format!("<{SMALL_COUNT}") } else { n.to_string() }
}

/// A count as JSON, null when small.
#[must_use]
pub fn count_json(n: u64) -> Value {
    if (1..SMALL_COUNT).contains(&n) { Value::Null } else { n.into() }
}

/// Neither the events nor their complement may be a small count.
#[must_use]
pub fn is_tellable(events: u64, people: u64) -> bool {
    let small = |n: u64| (1..SMALL_COUNT).contains(&n);
    people >= SMALL_COUNT && !small(events) && !small(people - events)
}

/// One person's way, from the rows of the window alone.
fn member_funnel(log: &[&Outreach], cases: &[&Case]) -> Option<Funnel> {
    let first = log.first()?.day;
    let has = |wanted: ContactOutcome| log.iter().any(|o| o.outcome == wanted);
    let begun: Vec<&&Case> = cases.iter().filter(|c| c.since.is_some_and(|d| d >= first)).collect();
    let enrolled = has(ContactOutcome::Enrolled) || !begun.is_empty();
    let completed =
        cases.iter().any(|c| c.end_reason == Some(EndReason::Graduated) && c.end.is_some_and(|d| d >= first));
    Some(Funnel {
        attempted: 1,
        reached: u64::from(enrolled || has(ContactOutcome::Completed)),
        enrolled: u64::from(enrolled),
        completed: u64::from(enrolled && completed),
        refused: u64::from(has(ContactOutcome::Refused)),
    })
}

/// All funnels of a window.
#[derive(Debug, Default)]
pub struct Funnels {
    /// Everyone.
    pub all: Funnel,
    /// By kind of group, then its name.
    pub by: BTreeMap<&'static str, BTreeMap<String, Funnel>>,
}

/// Counts everyone with an attempt in the `days` up to the night.
#[must_use]
pub fn count_funnels(history: &LoadedHistory<'_>, kept: &KeptRuns, days: i32) -> Funnels {
    let ex = history.extracts;
    let from = history.plan.as_of.plus(-days);
    let mut out = Funnels::default();
    for index in 0..ex.population.members.len() {
        let member = u32::try_from(index).unwrap_or(u32::MAX);
        let log: Vec<&Outreach> = ex.rows::<Outreach>().of(member).filter(|o| o.day > from).collect();
        let cases: Vec<&Case> = ex.rows::<Case>().of(member).collect();
        let Some(way) = member_funnel(&log, &cases) else { continue };
        let facts = ex.population.member(member);
        let listing = kept.listings.get(facts.id());
        let words = |text: &str| if text.is_empty() { "(none)".to_owned() } else { text.to_owned() };
        let manager = log.iter().find(|o| !o.manager.is_empty()).map_or("", |o| &*o.manager);
        let not_listed = || "not on a kept list".to_owned();
        out.all.add(way);
        for (kind, name) in [
            ("care_manager", words(manager)),
            ("practice", words(history.codes.words.text(facts.facts.practice))),
            ("stream", listing.map_or_else(not_listed, |l| l.stream.clone())),
            ("tier", listing.map_or_else(not_listed, |l| format!("tier {}", l.tier))),
        ] {
            out.by.entry(kind).or_default().entry(name).or_default().add(way);
        }
    }
    out.by.values_mut().for_each(fold_small);
    out
}

/// Groups of too few people to be shown are told together.
fn fold_small(groups: &mut BTreeMap<String, Funnel>) {
    let mut rest = Funnel::default();
    groups.retain(|_, f| {
        let stays = f.attempted >= SMALL_COUNT;
        if !stays {
            rest.add(*f);
        }
        stays
    });
    if rest.attempted > 0 {
        groups.insert(format!("(groups under {SMALL_COUNT})"), rest);
    }
}

impl Funnels {
    /// As JSON, small counts null.
    #[must_use]
    pub fn json(&self) -> Value {
        let groups: serde_json::Map<String, Value> = self
            .by
            .iter()
            .map(|(kind, rows)| ((*kind).to_owned(), rows.iter().map(|(name, f)| f.json(name)).collect()))
            .collect();
        json!({ "all": self.all.json("all"), "by": groups })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Channel, Day};

    fn attempt(day: i32, outcome: ContactOutcome) -> Outreach {
        Outreach {
            day: Day(day),
            outcome,
            channel: Some(Channel::Phone),
            contact_value: None,
            manager: "N1".into(),
            program: "".into(),
            opt_out: None,
            cooldown_until: None,
        }
    }

    fn case(since: i32, end: Option<i32>, why: Option<EndReason>) -> Case {
        Case {
            since: Some(Day(since)),
            manager: "N1".into(),
            pinned: false,
            acuity_points: None,
            end: end.map(Day),
            end_reason: why,
        }
    }

    #[test]
    fn every_stage_lies_in_the_one_before() {
        let stages = |log: &[Outreach], cases: &[Case]| {
            let f =
                member_funnel(&log.iter().collect::<Vec<_>>(), &cases.iter().collect::<Vec<_>>()).expect("attempted");
            [f.reached, f.enrolled, f.completed, f.refused]
        };
        assert_eq!(stages(&[attempt(10, ContactOutcome::AttemptsIncomplete)], &[]), [0, 0, 0, 0]);
        assert_eq!(stages(&[attempt(10, ContactOutcome::Refused)], &[]), [0, 0, 0, 1]);
        assert_eq!(stages(&[attempt(10, ContactOutcome::Completed)], &[]), [1, 0, 0, 0]);
        assert_eq!(stages(&[attempt(10, ContactOutcome::AttemptsIncomplete)], &[case(12, None, None)]), [1, 1, 0, 0]);
        assert_eq!(
            stages(&[attempt(10, ContactOutcome::Enrolled)], &[case(12, Some(40), Some(EndReason::Graduated))]),
            [1, 1, 1, 0]
        );
        // A case that began before the first attempt was not won by it.
        assert_eq!(
            stages(&[attempt(10, ContactOutcome::Completed)], &[case(5, Some(40), Some(EndReason::Graduated))]),
            [1, 0, 0, 0]
        );
        assert!(member_funnel(&[], &[]).is_none());
    }

    #[test]
    fn small_counts_are_not_told() {
        assert_eq!([0, 1, 10, 11].map(shown_count), ["0", "<11", "<11", "11"]);
        assert_eq!([count_json(0), count_json(10), count_json(11)], [0.into(), Value::Null, 11.into()]);
    }
}

//! Owns the question which single change would place most of those who wait, and its sentence. Refuses to change the
//! assignment or to weigh what a change costs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use enumset::EnumSet;

use super::eligibility::{FreeCapacity, Rule, RuleSet};
use super::problem::Problem;
use super::rows::CaseKind;
use super::waiting::{Waiting, member_worth};

/// What waiving one rule would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiver {
    /// The rule.
    pub rule: Rule,
    /// Members who could be placed.
    pub would_place: u64,
}

/// One change and what it would do tonight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The rule that binds.
    pub rule: Rule,
    /// Members who could be placed.
    pub would_place: u64,
    /// The change in one sentence.
    pub sentence: String,
}

/// Waives one rule at a time and fills today's free room with those who wait, the worthiest first.
#[must_use]
pub fn waive_each(problem: &Problem, rooms: &[FreeCapacity], waiting: &[Waiting]) -> Vec<Waiver> {
    let queue = order_queue(problem, waiting);
    EnumSet::<Rule>::all()
        .iter()
        .map(|rule| {
            let would_place = if rule == Rule::Capacity {
                waiting.iter().filter(|one| one.short_of_room).count() as u64
            } else {
                place_in_turn(problem, rooms, &queue, RuleSet::only(rule)).len() as u64
            };
            Waiver { rule, would_place }
        })
        .collect()
}

fn order_queue(problem: &Problem, waiting: &[Waiting]) -> Vec<usize> {
    let mut queue: Vec<usize> = waiting.iter().map(|one| one.member).collect();
    queue.sort_by_key(|ix| (Reverse(member_worth(problem, *ix)), *ix));
    queue
}

/// Those of the queue who find a place, each in turn, when `waived` is not asked.
fn place_in_turn(problem: &Problem, rooms: &[FreeCapacity], queue: &[usize], waived: RuleSet) -> Vec<usize> {
    let mut left = rooms.to_vec();
    let open: Vec<usize> = (0..left.len()).filter(|j| left[*j].cases > 0 && left[*j].points > 0).collect();
    let mut placed = Vec::new();
    for ix in queue {
        let fits = |j: &usize| {
            left[*j].points > 0 && left[*j].cases > 0 && problem.why_not_now(*ix, *j, left[*j]).is_subset(waived)
        };
        if let Some(j) = open.iter().copied().find(fits) {
            left[j].take(&problem.members()[*ix], problem.current(*ix) != Some(j));
            placed.push(*ix);
        }
    }
    placed
}

/// The change that would place most people (the earlier rule among equals), in a sentence; `None` when none would
/// place anybody.
#[must_use]
pub fn best_change(
    problem: &Problem,
    rooms: &[FreeCapacity],
    waiting: &[Waiting],
    waivers: &[Waiver],
) -> Option<Change> {
    let best = waivers.iter().rev().filter(|w| w.would_place > 0).max_by_key(|w| w.would_place)?;
    let queue = order_queue(problem, waiting);
    let head = format!("{} of the {} who wait could be placed tonight", best.would_place, waiting.len());
    let sentence = match best.rule {
        Rule::Status => format!("{head} if the managers who are away were on duty"),
        Rule::WeeklyNew => quota_sentence(problem, rooms, &queue, CaseKind::Case, best.would_place, waiting.len()),
        Rule::WeeklyEpisodes => {
            quota_sentence(problem, rooms, &queue, CaseKind::Episode, best.would_place, waiting.len())
        }
        Rule::Pediatric => format!("{head} if a manager with room had the pediatric focus"),
        Rule::HomeVisit => format!("{head} if a manager with room made home visits where they live"),
        Rule::Capacity => format!(
            "{} of the {} who wait need more cases or points with the managers who may serve them",
            best.would_place,
            waiting.len()
        ),
        Rule::Discipline | Rule::Licence | Rule::Language => {
            let placed = place_in_turn(problem, rooms, &queue, RuleSet::only(best.rule));
            format!("{head} if a manager with room {}", most_asked(problem, best.rule, &placed))
        }
    };
    let short = waiting.iter().filter(|one| one.short_of_room).count();
    let tail = if best.rule == Rule::Capacity { String::new() } else { format!("; {short} wait for lack of room") };
    Some(Change { rule: best.rule, would_place: best.would_place, sentence: format!("{sentence}{tail}") })
}

/// What the placed people ask for most often, as the end of a sentence.
fn most_asked(problem: &Problem, rule: Rule, placed: &[usize]) -> String {
    let mut asked: BTreeMap<String, u64> = BTreeMap::new();
    for ix in placed {
        let member = &problem.members()[*ix];
        let word = match rule {
            Rule::Language => member.language.map_or("", |l| l.as_str()).to_owned(),
            Rule::Licence => member.state.map_or("", |s| s.as_str()).to_owned(),
            _ => member.required.to_text().replace('|', " or "),
        };
        *asked.entry(word).or_default() += 1;
    }
    let (word, count) =
        asked.into_iter().rev().max_by_key(|(_, n)| *n).unwrap_or_else(|| (String::new(), placed.len() as u64));
    match rule {
        Rule::Language => format!("spoke the language they require ({word} for {count})"),
        Rule::Licence => format!("were licensed in their state ({word} for {count})"),
        _ => format!("had the discipline they need ({word} for {count})"),
    }
}

/// The smallest rise of a weekly quota that places as many as no quota would.
fn quota_sentence(
    problem: &Problem,
    rooms: &[FreeCapacity],
    queue: &[usize],
    kind: CaseKind,
    would_place: u64,
    waiting: usize,
) -> String {
    let placed_with = |rise: i64| {
        let mut raised = rooms.to_vec();
        for room in &mut raised {
            let left = &mut room.new_left[kind as usize];
            *left = left.map(|n| n + rise);
        }
        place_in_turn(problem, &raised, queue, RuleSet::empty()).len() as u64
    };
    // Nobody needs more new places than there are people waiting.
    let (mut low, mut high) = (0, i64::try_from(queue.len()).unwrap_or(i64::MAX));
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if placed_with(middle) >= would_place {
            high = middle;
        } else {
            low = middle;
        }
    }
    let noun = match kind {
        CaseKind::Case => "new cases",
        CaseKind::Episode => "new episodes",
    };
    format!(
        "raising the weekly limit of {noun} by {high} for each manager would place {would_place} of the {waiting} who wait"
    )
}

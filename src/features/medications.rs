//! Medicines: fills, ingredients, supply by class. Owns those features; refuses to call a late fill
//! non-adherence.

use std::collections::BTreeMap;

use super::known::View;
use super::scan::LONGEST;
use super::spec::{Domain, Group, Spec, spec};
use super::topic::Topic;
use crate::domain::{Day, WordId};
use crate::extracts::NO_INTEGER;
use crate::measures::DrugSupply;
use crate::reference::DrugClass;

/// Classes whose supply is told.
const CLASSES: [DrugClass; 5] = [
    DrugClass::Statin,
    DrugClass::RasAntagonist,
    DrugClass::DiabetesNonInsulin,
    DrugClass::Insulin,
    DrugClass::Anticoagulant,
];

/// Classes whose fills tell how far a disease has gone or how a person is treated.
const STEPS: [DrugClass; 8] = [
    DrugClass::LoopDiuretic,
    DrugClass::HeartFailureStep,
    DrugClass::LongActingBronchodilator,
    DrugClass::InhaledSteroid,
    DrugClass::RescueInhaler,
    DrugClass::OralSteroid,
    DrugClass::Opioid,
    DrugClass::Benzodiazepine,
];

#[derive(Clone, Copy, Default)]
struct Class {
    covered: Option<f64>,
    late: Option<f64>,
    fills: f64,
}

/// What the group reads off a view.
#[derive(Default)]
pub struct Facts {
    told: bool,
    fills: [f64; 3],
    since: Option<f64>,
    ingredients: [f64; 2],
    on_hand: Option<f64>,
    started: f64,
    stopped: f64,
    mean_supply: Option<f64>,
    ninety: Option<f64>,
    /// Share of supplied days among days from first fill, over all ingredients.
    coverage: Option<f64>,
    worst: Option<f64>,
    late_classes: f64,
    gaps: f64,
    classes: [Class; 5],
    steps: [f64; STEPS.len()],
    refills: Refills,
}

/// Fills of two years that follow a fill of the same ingredient: how long after its supply had ended.
#[derive(Default)]
struct Refills {
    count: f64,
    late: f64,
    /// Days between the end of supply and the next fill, each at most [`LONGEST_GAP`].
    gap_days: f64,
    supplied_days: f64,
    /// Sum of days from the end of supply to the next fill as a share of the supply, each cut to -0.5..1.
    delay: f64,
}

/// A pause of more than two months is a therapy stopped and begun again; it counts as one of two months.
const LONGEST_GAP: i32 = 60;
/// Days late that count as a late refill.
const LATE: i32 = 7;

impl Refills {
    /// Adds the fills (day, days of supply) of one ingredient, in order of days.
    fn add(&mut self, fills: &[(i32, i32)]) {
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

    fn share(&self, part: f64, of: f64) -> Option<f64> {
        (self.count >= 2.0).then(|| part / of)
    }
}

/// By name: the interned number, and (day, days of supply) of each fill of two years, by day.
type ByIngredient<'v> = BTreeMap<&'v str, (WordId, Vec<(i32, i32)>)>;

/// Supply of one ingredient within a year: (first day, covered days, end of supply, longest gap).
struct Supply {
    first: i32,
    covered: i32,
    end: i32,
    gap: i32,
}

fn supply(fills: &[(i32, i32)], day: Day) -> Supply {
    let mut out = Supply { first: fills[0].0, covered: 0, end: fills[0].0, gap: 0 };
    for (start, days) in fills {
        out.gap = out.gap.max(start - out.end);
        // Supply in hand is used up first: an early fill begins where the last one ends.
        let begin = (*start).max(out.end);
        let end = begin + days;
        out.covered += end.min(day.0 + 1) - begin.min(day.0 + 1);
        out.end = end;
    }
    out.gap = out.gap.max(day.0 - out.end);
    out
}

fn prepare(v: &View<'_>) -> Facts {
    let mut f = Facts { told: v.coverage.fills, ..Facts::default() };
    if !f.told {
        return f;
    }
    let words = v.codes.words;
    let mut by_ingredient: ByIngredient<'_> = BTreeMap::new();
    let (mut supplies, mut long) = (Vec::new(), 0.0);
    for fill in v.timeline().fills.iter().filter(|x| v.within(Day(x.day), LONGEST)) {
        let days = i32::try_from(fill.days_supply).unwrap_or(0).clamp(0, 365);
        let supplied = fill.days_supply != NO_INTEGER && days > 0;
        if supplied && fill.ingredient.is_some() {
            let entry = by_ingredient.entry(words.text(fill.ingredient)).or_insert((fill.ingredient, Vec::new()));
            entry.1.push((fill.day, days));
        }
        if !v.within(Day(fill.day), 365) {
            continue;
        }
        for (k, n) in [30, 90, 365].into_iter().enumerate() {
            f.fills[k] += f64::from(u8::from(v.within(Day(fill.day), n)));
        }
        f.since = Some(f64::from(v.day.0 - fill.day));
        if !supplied {
            continue;
        }
        supplies.push(f64::from(days));
        long += f64::from(u8::from(days >= 80));
    }
    if !supplies.is_empty() {
        let n = supplies.len() as f64;
        f.mean_supply = Some(supplies.iter().sum::<f64>() / n);
        f.ninety = Some(long / n);
    }
    f.on_hand = v.measured.get::<DrugSupply>().ingredients_on_hand.map(f64::from);
    ingredients(v, &by_ingredient, &mut f);
    for (_, fills) in by_ingredient.values() {
        f.refills.add(fills);
    }
    f
}

fn ingredients(v: &View<'_>, by_ingredient: &ByIngredient<'_>, f: &mut Facts) {
    let (mut covered, mut span) = (0, 0);
    let mut class_days: [(i32, i32, i32); 5] = [(0, 0, i32::MIN); 5];
    for (number, fills) in by_ingredient.values() {
        let fills = &fills[fills.partition_point(|x| x.0 <= v.day.0 - 365)..];
        if fills.is_empty() {
            continue;
        }
        let s = supply(fills, v.day);
        let days = v.day.0 - s.first + 1;
        f.ingredients[1] += 1.0;
        f.ingredients[0] += f64::from(u8::from(fills.iter().any(|x| x.0 > v.day.0 - 90)));
        f.started += f64::from(u8::from(s.first > v.day.0 - 90));
        f.stopped += f64::from(u8::from(s.end < v.day.0 - 30 && fills.len() >= 2));
        f.gaps += f64::from(u8::from(s.gap > 30));
        if fills.len() >= 2 && days >= 60 {
            covered += s.covered;
            span += days;
            let share = f64::from(s.covered) / f64::from(days);
            f.worst = Some(f.worst.map_or(share, |w: f64| w.min(share)));
        }
        let classes = v.codes.drug(*number).classes;
        for (k, class) in STEPS.iter().enumerate() {
            if classes.has(*class) {
                f.steps[k] += fills.len() as f64;
            }
        }
        for (k, class) in CLASSES.iter().enumerate() {
            if !classes.has(*class) {
                continue;
            }
            f.classes[k].fills += fills.len() as f64;
            class_days[k].0 += s.covered;
            class_days[k].1 += days;
            class_days[k].2 = class_days[k].2.max(s.end);
        }
    }
    f.coverage = (span > 0).then(|| f64::from(covered) / f64::from(span));
    for (class, (covered, days, end)) in f.classes.iter_mut().zip(class_days) {
        if class.fills >= 2.0 && days >= 60 {
            class.covered = Some((f64::from(covered) / f64::from(days)).min(1.0));
        }
        if class.fills > 0.0 {
            let late = (v.day.0 - end).max(0);
            class.late = Some(f64::from(late));
            f.late_classes += f64::from(u8::from(late > LATE));
        }
    }
}

type Pick = fn(&Facts, usize) -> Option<f64>;

const NO_FILLS: &str = "no pharmacy extract";
const YEAR: &str = "365 days";
const TWO_YEARS: &str = "730 days";

fn by_class() -> Vec<Spec<Facts>> {
    let mut out: Vec<Spec<Facts>> = Vec::new();
    for (k, class) in CLASSES.into_iter().enumerate() {
        let (name, words) = (class.name(), class.words());
        let topic = Topic::Supply(class);
        let mut line = |suffix: &str, what: &str, unit, missing, value: Pick| {
            out.push(spec(
                (&format!("{name}_{suffix}"), &format!("{what} {words}")),
                unit,
                missing,
                YEAR,
                topic.clone(),
                k,
                value,
            ));
        };
        line(
            "covered",
            "covered days as a share of days since the first fill of",
            "0..1",
            "under two fills or 60 days",
            |f, k| f.classes[k].covered,
        );
        line("days_late", "days since the supply ran out of", "days", "no fill in the window", |f, k| {
            f.classes[k].late
        });
        line("fills_365", "fills of", "count", NO_FILLS, |f, k| f.told.then_some(f.classes[k].fills));
    }
    out.extend(STEPS.iter().enumerate().map(|(k, class)| {
        let (name, words) = (class.name(), class.words());
        spec(
            (&format!("{name}_fills_365"), &format!("fills with days of supply of {words}")),
            "count",
            NO_FILLS,
            YEAR,
            Topic::Medicines,
            k,
            |f: &Facts, k| f.told.then_some(f.steps[k]),
        )
    }));
    out
}

/// The group.
pub fn group() -> Group<Facts> {
    let line = |name, words, unit, missing, window, arg, value: Pick| -> Spec<Facts> {
        spec((name, words), unit, missing, window, Topic::Medicines, arg, value)
    };
    let mut specs = vec![
        line("fills_30", "pharmacy fills", "count", NO_FILLS, "30 days", 0, |f, k| f.told.then(|| f.fills[k])),
        line("fills_90", "pharmacy fills", "count", NO_FILLS, "90 days", 1, |f, k| f.told.then(|| f.fills[k])),
        line("fills_365", "pharmacy fills", "count", NO_FILLS, YEAR, 2, |f, k| f.told.then(|| f.fills[k])),
        line("days_since_fill", "days since the latest fill", "days", "no fill in the window", YEAR, 0, |f, _| f.since),
        line("ingredients_90", "distinct ingredients filled", "count", NO_FILLS, "90 days", 0, |f, k| {
            f.told.then(|| f.ingredients[k])
        }),
        line("ingredients_365", "distinct ingredients filled", "count", NO_FILLS, YEAR, 1, |f, k| {
            f.told.then(|| f.ingredients[k])
        }),
        line(
            "ingredients_on_hand",
            "distinct ingredients on hand",
            "count",
            "no fill with ingredient and supply",
            "the day",
            0,
            |f, _| f.on_hand,
        ),
        line(
            "polypharmacy_5",
            "five or more ingredients on hand",
            "0 or 1",
            "no fill with ingredient and supply",
            "the day",
            0,
            |f, _| f.on_hand.map(|n| f64::from(u8::from(n >= 5.0))),
        ),
        line(
            "polypharmacy_10",
            "ten or more ingredients on hand",
            "0 or 1",
            "no fill with ingredient and supply",
            "the day",
            0,
            |f, _| f.on_hand.map(|n| f64::from(u8::from(n >= 10.0))),
        ),
        line(
            "ingredients_started_90",
            "ingredients whose first fill of the year lies in 90 days",
            "count",
            NO_FILLS,
            YEAR,
            0,
            |f, _| f.told.then_some(f.started),
        ),
        line(
            "ingredients_stopped_365",
            "ingredients filled twice whose supply ended more than 30 days ago",
            "count",
            NO_FILLS,
            YEAR,
            0,
            |f, _| f.told.then_some(f.stopped),
        ),
        line(
            "ingredients_with_gap_365",
            "ingredients with more than 30 days without supply",
            "count",
            NO_FILLS,
            YEAR,
            0,
            |f, _| f.told.then_some(f.gaps),
        ),
        line(
            "covered_days_share",
            "covered days as a share of days since first fill, over all ingredients",
            "0..1",
            "no ingredient with two fills over 60 days",
            YEAR,
            0,
            |f, _| f.coverage,
        ),
        line(
            "lowest_covered_share",
            "lowest share of covered days of any ingredient",
            "0..1",
            "no ingredient with two fills over 60 days",
            YEAR,
            0,
            |f, _| f.worst,
        ),
        line(
            "classes_late",
            "classes whose supply ran out more than 7 days ago",
            "count",
            NO_FILLS,
            YEAR,
            0,
            |f, _| f.told.then_some(f.late_classes),
        ),
        line("mean_days_supply", "mean days' supply of a fill", "days", "no fill in the window", YEAR, 0, |f, _| {
            f.mean_supply
        }),
        line(
            "ninety_day_fills_share",
            "share of fills of 80 days or more",
            "0..1",
            "no fill in the window",
            YEAR,
            0,
            |f, _| f.ninety,
        ),
    ];
    let few = "under two refills";
    specs.extend([
        line("refills_730", "fills that follow a fill of the same ingredient", "count", NO_FILLS, TWO_YEARS, 0, |f, _| {
            f.told.then_some(f.refills.count)
        }),
        line(
            "refill_gap_share_730",
            "days between the end of supply and the next fill of the same ingredient, at most 60 each, as a share of the days supplied",
            "0 and up",
            few,
            TWO_YEARS,
            0,
            |f, _| f.refills.share(f.refills.gap_days, f.refills.supplied_days),
        ),
        line(
            "refill_delay_730",
            "mean delay of a refill as a share of the supply before it, early refills negative, each cut to -0.5..1",
            "-0.5..1",
            few,
            TWO_YEARS,
            0,
            |f, _| f.refills.share(f.refills.delay, f.refills.count),
        ),
        line("late_refills_share_730", "share of refills more than 7 days late", "0..1", few, TWO_YEARS, 0, |f, _| {
            f.refills.share(f.refills.late, f.refills.count)
        }),
    ]);
    specs.extend(by_class());
    Group { domain: Domain::Medications, prepare, specs }
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
        let s = supply(&[(0, 30), (20, 30), (90, 30)], Day(99));
        // 0..30, 30..60, 90..100 of the hundred days; a gap of thirty days.
        assert_eq!((s.covered, s.gap, s.end), (70, 30, 120));
    }
}

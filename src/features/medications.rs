//! Medicines: fills, ingredients, supply by class. Owns those features; refuses to call a late fill
//! non-adherence, and to reckon supply (see `supply`).

use std::collections::BTreeMap;

use super::known::View;
use super::missing_rule::MissingRule as Missing;
use super::scan::LONGEST;
use super::spec::{Domain, Group, flag};
use super::supply::{LATE, Refills, Supply, supply_of};
use super::topic::Topic;
use super::unit::Unit;
use super::window::LookBack::{self, Days30, Days90, Days365, Days730};
use super::window::Window;
use crate::domain::{Day, WordId};
use crate::extracts::Fill;
use crate::measures::DrugSupply;
use crate::reference::{ClassSet, DrugClass};

/// Classes whose supply is told.
const SUPPLIED: [DrugClass; 5] = [
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

/// The year over which supply is reckoned.
const YEAR: LookBack = Days365;
/// Days since the first fill before a share of covered days means something.
const LEAST_DAYS: i32 = 60;
/// Fills before a supply can be called covered or stopped.
const LEAST_FILLS: usize = 2;
/// Days without supply that count as a gap, and after which a medicine counts as stopped.
const PAUSE: i32 = 30;
/// Days of supply from which a fill is one for about ninety days.
const NINETY_DAY_FILL: i32 = 80;

/// What the group reads off a view: nothing without a pharmacy extract.
#[derive(Default)]
pub struct Facts {
    /// There is a pharmacy extract.
    known: bool,
    /// Days of supply of each fill of the year that says them.
    days_supply: Vec<i32>,
    /// Ingredients with a fill in the year, by name.
    ingredients: Vec<IngredientYear>,
    /// Refills of two years, over all ingredients.
    refills: Refills,
}

/// The fills of one ingredient within a year.
struct IngredientYear {
    classes: ClassSet,
    fills: usize,
    newest: i32,
    supply: Supply,
    /// Days from the first fill to the view's day, that day included.
    days: i32,
}

impl IngredientYear {
    /// Enough fills and time to tell a share of covered days.
    fn is_followed(&self) -> bool {
        self.fills >= LEAST_FILLS && self.days >= LEAST_DAYS
    }

    fn share(&self) -> f64 {
        f64::from(self.supply.covered) / f64::from(self.days)
    }
}

/// The fills of one class within a year.
#[derive(Default)]
struct ClassYear {
    fills: usize,
    covered: i32,
    days: i32,
    end: Option<i32>,
}

impl ClassYear {
    fn covered_share(&self) -> Option<f64> {
        let followed = self.fills >= LEAST_FILLS && self.days >= LEAST_DAYS;
        followed.then(|| (f64::from(self.covered) / f64::from(self.days)).min(1.0))
    }

    /// Days since the supply ended; `None` without a fill.
    fn days_late(&self, day: Day) -> Option<i32> {
        self.end.map(|end| (day.0 - end).max(0))
    }
}

/// Days of supply of a fill; `None` where it says none.
fn days_supplied(fill: &Fill<'_>) -> Option<i32> {
    let days = fill.supplied_days().and_then(|days| i32::try_from(days).ok())?;
    (days > 0).then_some(days.min(365))
}

/// By name: the interned number, and (day, days of supply) of each fill of two years, by day.
type ByIngredient<'v> = BTreeMap<&'v str, (WordId, Vec<(i32, i32)>)>;

fn fills_by_ingredient<'v>(v: &'v View<'_>) -> ByIngredient<'v> {
    let mut out: ByIngredient<'_> = BTreeMap::new();
    for fill in v.timeline().fills.iter().filter(|x| v.within(Day(x.day), LONGEST)) {
        if let Some(days) = days_supplied(fill).filter(|_| fill.ingredient.is_some()) {
            let name = v.codes.words.text(fill.ingredient);
            out.entry(name).or_insert((fill.ingredient, Vec::new())).1.push((fill.day, days));
        }
    }
    out
}

/// Fills within the window, oldest first.
fn fills_within<'v>(v: &'v View<'_>, w: LookBack) -> impl DoubleEndedIterator<Item = &'v Fill<'v>> {
    v.timeline().fills.iter().filter(move |x| v.within(Day(x.day), w.days()))
}

impl Facts {
    fn of(v: &View<'_>) -> Self {
        if !v.coverage.fills {
            return Self::default();
        }
        let by_ingredient = fills_by_ingredient(v);
        let mut refills = Refills::default();
        for (_, fills) in by_ingredient.values() {
            refills.add(fills);
        }
        Self {
            known: true,
            days_supply: fills_within(v, YEAR).filter_map(days_supplied).collect(),
            ingredients: by_ingredient.values().filter_map(|(id, fills)| ingredient_year(v, *id, fills)).collect(),
            refills,
        }
    }

    /// A count, where there is a pharmacy extract.
    fn count(&self, n: usize) -> Option<f64> {
        self.known.then_some(n as f64)
    }

    fn count_ingredients(&self, is_wanted: impl Fn(&IngredientYear) -> bool) -> Option<f64> {
        self.count(self.ingredients.iter().filter(|i| is_wanted(i)).count())
    }

    /// The fills of a class, over its ingredients.
    fn class(&self, class: DrugClass) -> ClassYear {
        let of_class = self.ingredients.iter().filter(|i| i.classes.has(class));
        of_class.fold(ClassYear::default(), |sum, i| ClassYear {
            fills: sum.fills + i.fills,
            covered: sum.covered + i.supply.covered,
            days: sum.days + i.days,
            end: sum.end.max(Some(i.supply.end)),
        })
    }

    /// Distinct ingredients on hand, where there is a pharmacy extract.
    fn on_hand(&self, v: &View<'_>) -> Option<f64> {
        v.measured.get::<DrugSupply>().ingredients_on_hand.filter(|_| self.known).map(f64::from)
    }
}

/// What the fills of the year say of an ingredient; `None` without one.
fn ingredient_year(v: &View<'_>, ingredient: WordId, fills: &[(i32, i32)]) -> Option<IngredientYear> {
    let of_year = fills.get(fills.partition_point(|x| x.0 <= v.day.0 - YEAR.days())..)?;
    let supply = supply_of(of_year, v.day)?;
    Some(IngredientYear {
        classes: v.codes.drug(ingredient).classes,
        fills: of_year.len(),
        newest: of_year.last()?.0,
        days: v.day.0 - supply.first + 1,
        supply,
    })
}

/// The group.
pub fn medication_features() -> Group<Facts> {
    let mut group = Group::new(Domain::Medications, Facts::of);
    add_fills(&mut group);
    add_ingredients_on_hand(&mut group);
    add_course(&mut group);
    add_covered_days(&mut group);
    add_size_of_fills(&mut group);
    add_refills(&mut group);
    for class in SUPPLIED {
        add_supply_of_class(&mut group, class);
    }
    for class in STEPS {
        let (name, words) = (format!("{}_fills", class.name()), class.words());
        group
            .line(
                name,
                format!("fills with days of supply of {words}"),
                Unit::Count,
                Missing::NoPharmacyExtract,
                Topic::Medicines,
            )
            .over(&[YEAR], move |_, f, _| f.count(f.class(class).fills));
    }
    group
}

fn add_fills(group: &mut Group<Facts>) {
    group
        .line("fills", "pharmacy fills", Unit::Count, Missing::NoPharmacyExtract, Topic::Medicines)
        .over(&[Days30, Days90, Days365], |v, f, w| f.count(fills_within(v, w).count()));
    group
        .line("days_since_fill", "days since the latest fill", Unit::Days, Missing::NoFill, Topic::Medicines)
        .within(Days365, |v, f, w| {
            fills_within(v, w).next_back().filter(|_| f.known).map(|fill| f64::from(v.day.0 - fill.day))
        });
    group
        .line("ingredients", "distinct ingredients filled", Unit::Count, Missing::NoPharmacyExtract, Topic::Medicines)
        .over(&[Days90, Days365], |v, f, w| f.count_ingredients(|i| i.newest > v.day.0 - w.days()));
}

fn add_ingredients_on_hand(group: &mut Group<Facts>) {
    let missing = Missing::NoSupplyKnown;
    group
        .line("ingredients_on_hand", "distinct ingredients on hand", Unit::Count, missing, Topic::Medicines)
        .on(Window::Day, |v, f| f.on_hand(v));
    for (name, words, least) in [
        ("polypharmacy_5", "five or more ingredients on hand", 5.0),
        ("polypharmacy_10", "ten or more ingredients on hand", 10.0),
    ] {
        group
            .line(name, words, Unit::Flag, missing, Topic::Medicines)
            .on(Window::Day, move |v, f| f.on_hand(v).map(|n| flag(n >= least)));
    }
}

/// Medicines begun, stopped and paused.
fn add_course(group: &mut Group<Facts>) {
    let words = "ingredients whose first fill of the year lies in 90 days";
    group
        .line("ingredients_started_90", words, Unit::Count, Missing::NoPharmacyExtract, Topic::Medicines)
        .within(YEAR, |v, f, _| f.count_ingredients(|i| i.supply.first > v.day.0 - Days90.days()));
    let words = "ingredients filled twice whose supply ended more than 30 days ago";
    group
        .line("ingredients_stopped", words, Unit::Count, Missing::NoPharmacyExtract, Topic::Medicines)
        .over(&[YEAR], |v, f, _| f.count_ingredients(|i| i.supply.end < v.day.0 - PAUSE && i.fills >= LEAST_FILLS));
    let words = "ingredients with more than 30 days without supply";
    group
        .line("ingredients_with_gap", words, Unit::Count, Missing::NoPharmacyExtract, Topic::Medicines)
        .over(&[YEAR], |_, f, _| f.count_ingredients(|i| i.supply.gap > PAUSE));
}

fn add_covered_days(group: &mut Group<Facts>) {
    let words = "covered days as a share of days since first fill, over all ingredients";
    group.line("covered_days_share", words, Unit::Share, Missing::NoIngredientFollowed, Topic::Medicines).within(
        YEAR,
        |_, f, _| {
            let followed = f.ingredients.iter().filter(|i| i.is_followed());
            let (covered, days) = followed.fold((0, 0), |(c, d), i| (c + i.supply.covered, d + i.days));
            (days > 0).then(|| f64::from(covered) / f64::from(days))
        },
    );
    let words = "lowest share of covered days of any ingredient";
    group
        .line("lowest_covered_share", words, Unit::Share, Missing::NoIngredientFollowed, Topic::Medicines)
        .within(YEAR, |_, f, _| {
            f.ingredients.iter().filter(|i| i.is_followed()).map(IngredientYear::share).reduce(f64::min)
        });
    let words = "classes whose supply ran out more than 7 days ago";
    group.line("classes_late", words, Unit::Count, Missing::NoPharmacyExtract, Topic::Medicines).within(
        YEAR,
        |v, f, _| {
            let late = |class: &&DrugClass| f.class(**class).days_late(v.day).is_some_and(|days| days > LATE);
            f.count(SUPPLIED.iter().filter(late).count())
        },
    );
}

fn add_size_of_fills(group: &mut Group<Facts>) {
    group
        .line("mean_days_supply", "mean days' supply of a fill", Unit::Days, Missing::NoFill, Topic::Medicines)
        .within(YEAR, |_, f, _| {
            let n = f.days_supply.len() as f64;
            (n > 0.0).then(|| f.days_supply.iter().map(|d| f64::from(*d)).sum::<f64>() / n)
        });
    let words = "share of fills of 80 days or more";
    group.line("ninety_day_fills_share", words, Unit::Share, Missing::NoFill, Topic::Medicines).within(
        YEAR,
        |_, f, _| {
            let long = f.days_supply.iter().filter(|d| **d >= NINETY_DAY_FILL).count() as f64;
            let n = f.days_supply.len() as f64;
            (n > 0.0).then(|| long / n)
        },
    );
}

/// How refills follow the supply before them, over two years.
fn add_refills(group: &mut Group<Facts>) {
    let words = "fills that follow a fill of the same ingredient";
    group
        .line("refills", words, Unit::Count, Missing::NoPharmacyExtract, Topic::Medicines)
        .over(&[Days730], |_, f, _| f.known.then_some(f.refills.count));
    let words = "days between the end of supply and the next fill of the same ingredient, at most 60 each, as a share of the days supplied";
    group
        .line("refill_gap_share", words, Unit::Ratio, Missing::UnderTwoRefills, Topic::Medicines)
        .over(&[Days730], |_, f, _| f.refills.share(f.refills.gap_days, f.refills.supplied_days));
    let words =
        "mean delay of a refill as a share of the supply before it, early refills negative, each cut to -0.5..1";
    group
        .line("refill_delay", words, Unit::Delay, Missing::UnderTwoRefills, Topic::Medicines)
        .over(&[Days730], |_, f, _| f.refills.share(f.refills.delay, f.refills.count));
    let words = "share of refills more than 7 days late";
    group
        .line("late_refills_share", words, Unit::Share, Missing::UnderTwoRefills, Topic::Medicines)
        .over(&[Days730], |_, f, _| f.refills.share(f.refills.late, f.refills.count));
}

fn add_supply_of_class(group: &mut Group<Facts>, class: DrugClass) {
    let (name, words, topic) = (class.name(), class.words(), Topic::Supply(class));
    let what = format!("covered days as a share of days since the first fill of {words}");
    group
        .line(format!("{name}_covered"), what, Unit::Share, Missing::ClassNotFollowed, topic.clone())
        .within(YEAR, move |_, f, _| f.class(class).covered_share());
    let what = format!("days since the supply ran out of {words}");
    group
        .line(format!("{name}_days_late"), what, Unit::Days, Missing::NoFill, topic.clone())
        .within(YEAR, move |v, f, _| f.class(class).days_late(v.day).map(f64::from));
    group
        .line(format!("{name}_fills"), format!("fills of {words}"), Unit::Count, Missing::NoPharmacyExtract, topic)
        .over(&[YEAR], move |_, f, _| f.count(f.class(class).fills));
}

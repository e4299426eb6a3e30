//! Medicines on hand and adherence classes whose supply ran out. Owns how long a supply lasts; refuses to know what
//! was prescribed.

use std::collections::BTreeMap;

use super::measure::{Measure, Measured};
use super::pharmacy::PDC_CLASSES;
use crate::domain::record::record;
use crate::domain::{Day, WordId};
use crate::reference::DrugClass;

/// A class whose supply ran out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LateClass {
    /// The class.
    pub class: DrugClass,
    /// First day without supply.
    pub ran_out: Day,
}

/// Supply of one member by the day.
#[derive(Clone, Debug, Default)]
pub struct DrugSupply {
    /// Distinct ingredients on hand; `None` without a fill with ingredient and supply.
    pub ingredients_on_hand: Option<u32>,
    /// Adherence classes late beyond the clock's limit and not given up, by name of the class.
    pub late_classes: Vec<LateClass>,
}

record!(LateClass { class, ran_out });
record!(DrugSupply { ingredients_on_hand, late_classes });

/// Beyond half a year the medicine was stopped, not forgotten.
const GIVEN_UP_DAYS: i32 = 180;

impl Measure for DrugSupply {
    const ID: &'static str = "drug_supply";
    const DOC: &'static str = "Ingredients on hand count texts whose last supply reaches beyond as_of (polypharmacy at 5 and 10). Late fills: an adherence class whose supply ran out more than the configured days ago. A fill covers [day, day + days_supply); one made while the same ingredient still lasts is begun when that has run out, as in the proportion of days covered. After 180 days without supply a class counts as stopped, no longer late. Source: fills; ingredients by name, our own list.";

    fn compute(m: &Measured<'_>) -> Self {
        let as_of = m.as_of();
        let ends = &m.get::<SupplyEnds>().0;
        let held = ends.values().filter(|end| **end > as_of.0).count();
        let late = |class: DrugClass| {
            let of_class = |ingredient: &WordId| m.codes().drug(*ingredient).classes.has(class);
            let ran_out = Day(ends.iter().filter(|(i, _)| of_class(i)).map(|(_, end)| *end).max()?);
            let days = as_of.since(ran_out);
            (days > m.inputs.clocks.fill_late_days && days <= GIVEN_UP_DAYS).then_some(LateClass { class, ran_out })
        };
        let mut late_classes: Vec<LateClass> = PDC_CLASSES.into_iter().filter_map(late).collect();
        late_classes.sort_unstable_by_key(|l| l.class.name());
        Self {
            ingredients_on_hand: (!ends.is_empty()).then_some(u32::try_from(held).unwrap_or(u32::MAX)),
            late_classes,
        }
    }
}

/// First day without supply of each ingredient (interned), over all its fills: a step that two measures share, worked
/// once a member.
pub(super) struct SupplyEnds(pub(super) BTreeMap<WordId, i32>);

impl Measure for SupplyEnds {
    const ID: &'static str = "supply_ends";
    const DOC: &'static str =
        "First day without supply by ingredient: an early fill begins when the one before it is used up.";

    fn compute(m: &Measured<'_>) -> Self {
        let known = m.timeline.fills.iter().filter(|f| f.ingredient.is_some());
        let days = |supply: i64| i32::try_from(supply).unwrap_or(0);
        let mut fills: Vec<(i32, WordId, i32)> =
            known.filter_map(|f| Some((f.day, f.ingredient, days(f.supplied_days()?)))).collect();
        fills.sort_unstable();
        let mut ends: BTreeMap<WordId, i32> = BTreeMap::new();
        for (day, ingredient, supply) in fills {
            let end = ends.entry(ingredient).or_insert(day);
            *end = (*end).max(day) + supply;
        }
        Self(ends)
    }
}

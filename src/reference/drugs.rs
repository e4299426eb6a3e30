//! Ingredients by class, by name. Owns the parts of an ingredient's text and their classes; refuses to know
//! fills.

use std::path::Path;

use super::error::ReferenceError;
use super::rows::{malformed, pair};
use super::sets;

/// A class of medicines.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DrugClass {
    /// Statins.
    Statin,
    /// Renin-angiotensin system antagonists.
    RasAntagonist,
    /// Diabetes medicines other than insulin.
    DiabetesNonInsulin,
    /// Sacubitril: its users leave the RAS class.
    Sacubitril,
    /// Insulins.
    Insulin,
    /// Anticoagulants.
    Anticoagulant,
    /// Opioids.
    Opioid,
    /// Benzodiazepines.
    Benzodiazepine,
    /// Loop diuretics.
    LoopDiuretic,
    /// Mineralocorticoid antagonists and others added as heart failure goes on; sacubitril too.
    HeartFailureStep,
    /// Long-acting bronchodilators.
    LongActingBronchodilator,
    /// Inhaled steroids; the same names are sold for nose and skin.
    InhaledSteroid,
    /// Rescue inhalers.
    RescueInhaler,
    /// Steroids taken by mouth; a short course is the mark of an exacerbation.
    OralSteroid,
}

const NAMES: [(&str, DrugClass); 14] = [
    ("statin", DrugClass::Statin),
    ("ras_antagonist", DrugClass::RasAntagonist),
    ("diabetes_noninsulin", DrugClass::DiabetesNonInsulin),
    ("ras_antagonist_pdc_exclusion", DrugClass::Sacubitril),
    ("diabetes_insulin", DrugClass::Insulin),
    ("anticoagulant", DrugClass::Anticoagulant),
    ("opioid", DrugClass::Opioid),
    ("benzodiazepine", DrugClass::Benzodiazepine),
    ("loop_diuretic", DrugClass::LoopDiuretic),
    ("heart_failure_step", DrugClass::HeartFailureStep),
    ("long_acting_bronchodilator", DrugClass::LongActingBronchodilator),
    ("inhaled_steroid", DrugClass::InhaledSteroid),
    ("rescue_inhaler", DrugClass::RescueInhaler),
    ("oral_steroid", DrugClass::OralSteroid),
];

impl DrugClass {
    /// The name in tables and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, c)| *c == self).map_or("", |(n, _)| n)
    }
}

/// Listed ingredients, one bit each, and their classes.
pub struct Drugs {
    ingredients: Vec<&'static str>,
    classes: [u128; NAMES.len()],
}

impl Drugs {
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let set = "ingredient_classes";
        let mut out = Self { ingredients: Vec::new(), classes: [0; NAMES.len()] };
        for (i, row) in sets::rows(sets::text(set, dir)?).enumerate() {
            let (class, ingredient) = pair(row, set, i)?;
            let class =
                NAMES.iter().position(|(n, _)| *n == class).ok_or_else(|| malformed(set, i, "unknown class"))?;
            let at = out.ingredients.iter().position(|n| *n == ingredient).unwrap_or_else(|| {
                out.ingredients.push(ingredient);
                out.ingredients.len() - 1
            });
            if at >= 128 {
                return Err(malformed(set, i, "more than 128 ingredients"));
            }
            out.classes[class] |= 1 << at;
        }
        Ok(out)
    }

    /// The listed ingredients of a text such as `metformin / sitagliptin` (lower case), as bits; 0 for none.
    #[must_use]
    pub fn ingredients_of(&self, text: &str) -> u128 {
        // NPIs and procedure codes share the table of words with ingredients.
        if text.as_bytes().first().is_none_or(u8::is_ascii_digit) {
            return 0;
        }
        text.split(|c: char| !c.is_ascii_alphanumeric())
            .filter_map(|part| self.ingredients.iter().position(|n| *n == part))
            .fold(0, |bits, at| bits | 1 << at)
    }

    /// The ingredients of a class by its name in the table; 0 for an unknown one.
    #[must_use]
    pub fn named(&self, name: &str) -> u128 {
        NAMES.iter().position(|(n, _)| *n == name).map_or(0, |at| self.classes[at])
    }

    /// The ingredients of a class, as bits.
    #[must_use]
    pub fn class(&self, class: DrugClass) -> u128 {
        self.classes[class as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_text_is_found() {
        let d = Drugs::load(None).expect("embedded");
        let metformin = d.ingredients_of("metformin");
        let both = d.ingredients_of("metformin/sitagliptin");
        assert_eq!(metformin.count_ones(), 1);
        assert_eq!(both.count_ones(), 2);
        assert!(both & metformin != 0 && both & !d.class(DrugClass::DiabetesNonInsulin) == 0);
        assert!(d.ingredients_of("insulin glargine") & d.class(DrugClass::Insulin) != 0);
        let entresto = d.ingredients_of("sacubitril-valsartan");
        assert!(entresto & d.class(DrugClass::Sacubitril) != 0 && entresto & d.class(DrugClass::RasAntagonist) != 0);
        assert_eq!((d.ingredients_of("amlodipine"), d.ingredients_of("1234567890"), d.ingredients_of("")), (0, 0, 0));
        for (i, (name, class)) in NAMES.iter().enumerate() {
            assert_eq!((*class as usize, class.name()), (i, *name));
        }
    }
}

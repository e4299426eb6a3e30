//! Ingredients by class, by name. Owns the classes, their words and how an ingredient is found in a text; refuses to hold
//! an ingredient (see `config/code-sets/ingredient_classes`) and to know fills.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::error::ReferenceError;
use super::named_list::named_list;
use super::rows::{malformed, pair};
use super::sets;

named_list! {
    /// A class of medicines.
    DrugClass {
        /// Statins.
        Statin = "statin", "statins";
        /// Renin-angiotensin system antagonists.
        RasAntagonist = "ras_antagonist", "renin-angiotensin antagonists";
        /// Diabetes medicines other than insulin.
        DiabetesNonInsulin = "diabetes_noninsulin", "diabetes medicines other than insulin";
        /// Sacubitril: its users leave the RAS class.
        Sacubitril = "ras_antagonist_pdc_exclusion", "sacubitril";
        /// Insulins.
        Insulin = "diabetes_insulin", "insulin";
        /// Anticoagulants.
        Anticoagulant = "anticoagulant", "oral anticoagulants";
        /// Opioids.
        Opioid = "opioid", "opioids";
        /// Benzodiazepines.
        Benzodiazepine = "benzodiazepine", "benzodiazepines";
        /// Loop diuretics.
        LoopDiuretic = "loop_diuretic", "loop diuretics";
        /// Mineralocorticoid antagonists and others added as heart failure goes on; sacubitril too.
        HeartFailureStep = "heart_failure_step", "sacubitril, spironolactone and others added for heart failure";
        /// Long-acting bronchodilators.
        LongActingBronchodilator = "long_acting_bronchodilator", "long-acting bronchodilators";
        /// Inhaled steroids; the same names are sold for nose and skin.
        InhaledSteroid = "inhaled_steroid", "steroids sold as inhalers, whatever their form";
        /// Rescue inhalers.
        RescueInhaler = "rescue_inhaler", "rescue inhalers";
        /// Steroids taken by mouth; a short course is the mark of an exacerbation.
        OralSteroid = "oral_steroid", "steroids by mouth";
        /// Medicines against platelets.
        Antiplatelet = "antiplatelet", "antiplatelets";
        /// Beta blockers.
        BetaBlocker = "beta_blocker", "beta blockers";
        /// Medicines against seizures.
        Antiseizure = "antiseizure", "seizure medicines";
        /// Medicines against rejection of a transplant.
        Immunosuppressant = "immunosuppressant", "transplant medicines";
        /// Antipsychotics; injections come on medical claims.
        Antipsychotic = "antipsychotic", "antipsychotics";
        /// Antidepressants of every kind.
        Antidepressant = "antidepressant", "antidepressants";
        /// Buprenorphine and naltrexone for opioid use; methadone is not in fills.
        OpioidTreatment = "oud_medicine", "treatment medicines for opioid use";
        /// Thyroid hormone and its blockers.
        Thyroid = "thyroid", "thyroid medicines";
        /// Sulfonylureas.
        Sulfonylurea = "sulfonylurea", "sulfonylureas";
        /// Gabapentin and pregabalin.
        Gabapentinoid = "gabapentinoid", "gabapentin and pregabalin";
        /// Small changes of dose or kidney function turn them toxic; warfarin left out.
        NarrowIndex = "narrow_index", "medicines with a narrow margin of safety";
        /// To be avoided at 65 and over, whatever the disease; short courses left out.
        BeersAvoid = "beers_avoid", "medicines to avoid at 65 and over";
    }
}

/// Classes that a medicine belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ClassSet(u32);

impl ClassSet {
    /// Whether a class is in it.
    #[must_use]
    pub const fn has(self, class: DrugClass) -> bool {
        self.0 >> class as u32 & 1 == 1
    }

    const fn with(self, class: DrugClass) -> Self {
        Self(self.0 | 1 << class as u32)
    }

    const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A listed ingredient, as its place in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct IngredientId(u16);

/// What the text of a medicine says: its listed ingredients and the classes of any of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DrugFacts {
    /// Listed ingredients, each once, in order of the table.
    pub ingredients: Box<[IngredientId]>,
    /// Classes of any ingredient.
    pub classes: ClassSet,
}

/// Longest listed name, in words.
const LONGEST_NAME: usize = 3;

/// Listed ingredients and their classes.
pub struct Drugs {
    by_name: FxHashMap<&'static str, IngredientId>,
    classes: Vec<ClassSet>,
}

const SET: &str = "ingredient_classes";

impl Drugs {
    /// Loads the set; every class must have an ingredient there, and every row name a class.
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let mut out = Self { by_name: FxHashMap::default(), classes: Vec::new() };
        let mut found = ClassSet::default();
        for (i, row) in sets::rows(sets::text(SET, dir)?).enumerate() {
            let (name, ingredient) = pair(row, SET, i)?;
            let class = DrugClass::parse(name).ok_or_else(|| malformed(SET, i, "unknown class"))?;
            if ingredient.split(' ').count() > LONGEST_NAME {
                return Err(malformed(SET, i, "an ingredient of more than three words"));
            }
            let next = u16::try_from(out.classes.len()).map_err(|_| malformed(SET, i, "too many ingredients"))?;
            let id = *out.by_name.entry(ingredient).or_insert(IngredientId(next));
            if id.0 == next {
                out.classes.push(ClassSet::default());
            }
            found = found.with(class);
            if let Some(classes) = out.classes.get_mut(usize::from(id.0)) {
                *classes = classes.with(class);
            }
        }
        match DrugClass::ALL.iter().find(|c| !found.has(**c)) {
            Some(missing) => Err(ReferenceError::Unreadable {
                set: SET.to_owned(),
                why: format!("no ingredient of the class {}", missing.name()),
            }),
            None => Ok(out),
        }
    }

    /// The listed ingredients of a text such as `metformin / sitagliptin` (lower case), names of one to three words; none
    /// for a text that begins with a digit, since NPIs and procedure codes share the table of words.
    #[must_use]
    pub fn facts_of(&self, text: &str) -> DrugFacts {
        if text.as_bytes().first().is_none_or(u8::is_ascii_digit) {
            return DrugFacts::default();
        }
        let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let mut ids: Vec<IngredientId> = Vec::new();
        for length in 1..=LONGEST_NAME {
            for name in words.windows(length) {
                let found = match name {
                    [one] => self.by_name.get(one),
                    several => self.by_name.get(several.join(" ").as_str()),
                };
                ids.extend(found);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        let classes = ids.iter().fold(ClassSet::default(), |all, id| all.union(self.classes_of(*id)));
        DrugFacts { ingredients: ids.into(), classes }
    }

    /// The classes of an ingredient.
    #[must_use]
    pub fn classes_of(&self, ingredient: IngredientId) -> ClassSet {
        self.classes.get(usize::from(ingredient.0)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_text_is_found() {
        let d = Drugs::load(None).expect("embedded");
        let classes = |text: &str| d.facts_of(text).classes;
        let count = |text: &str| d.facts_of(text).ingredients.len();
        assert_eq!((count("metformin"), count("metformin/sitagliptin")), (1, 2));
        assert!(classes("metformin/sitagliptin").has(DrugClass::DiabetesNonInsulin));
        assert!(classes("insulin glargine").has(DrugClass::Insulin));
        let entresto = classes("sacubitril-valsartan");
        assert!(entresto.has(DrugClass::Sacubitril) && entresto.has(DrugClass::RasAntagonist));
        assert!(!entresto.has(DrugClass::Statin));
        assert_eq!((count("1234567890"), count("")), (0, 0));
    }

    #[test]
    fn names_of_several_words_are_found_as_one() {
        let d = Drugs::load(None).expect("embedded");
        // Salts are not told apart; an acid is no ingredient by itself.
        assert!(d.facts_of("mycophenolate mofetil").classes.has(DrugClass::Immunosuppressant));
        assert!(d.facts_of("valproic acid").classes.has(DrugClass::Antiseizure));
        assert_eq!(d.facts_of("acid").ingredients.len(), 0);
    }

    #[test]
    fn one_medicine_can_be_of_several_classes() {
        let d = Drugs::load(None).expect("embedded");
        let glyburide = d.facts_of("glyburide").classes;
        assert!(glyburide.has(DrugClass::Sulfonylurea) && glyburide.has(DrugClass::DiabetesNonInsulin));
        assert!(d.facts_of("buprenorphine").classes.has(DrugClass::OpioidTreatment));
    }
}

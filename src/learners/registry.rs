//! Owns the list of learners: a learner is its folder and one line here. Refuses to know how any of them works.

use crate::learners::LearnError;
use crate::learners::boosting::Boosting;
use crate::learners::context::TrainingContext;
use crate::learners::convergence::Convergence;
use crate::learners::learner::{FittedModel, Learner, Prepared, Tuned};
use crate::learners::logistic::Logistic;
use crate::learners::options::TrainOptions;
use crate::learners::table::{Encoded, LearnerChoice};
use serde::{Deserialize, Serialize};

/// A learner as the training loop sees it.
pub struct LearnerEntry {
    /// The word that specs, flags and artifacts use.
    pub name: &'static str,
    /// Whether it holds monotone directions.
    pub holds_directions: bool,
    /// Chooses its settings on the folds.
    pub tune: fn(&TrainingContext<'_>, &TrainOptions) -> Result<Tuned<Model>, LearnError>,
}

macro_rules! learners {
    ($($(#[$doc:meta])* $variant:ident = $text:literal by $learner:ty),+ $(,)?) => {
        /// Every learner, in the order in which `auto` tries them.
        pub const LEARNERS: &[LearnerEntry] = &[$(LearnerEntry {
            name: <$learner as Learner>::NAME,
            holds_directions: <$learner as Learner>::HOLDS_DIRECTIONS,
            tune: |context, options| {
                Ok(<$learner as Learner>::tune(context, options)?.map(Model::$variant))
            },
        }),+];

        /// A fitted learner.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "learner")]
        pub enum Model { $($(#[$doc])* #[serde(rename = $text)] $variant(<$learner as Learner>::Model)),+ }

        impl Model {
            /// The learner's name.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$learner as Learner>::NAME),+ }
            }

            fn fitted(&self) -> &dyn FittedModel {
                match self { $(Self::$variant(model) => model),+ }
            }
        }

        #[cfg(test)]
        mod names {
            use super::*;

            #[test]
            fn a_learner_has_one_name() {
                $(assert_eq!(<$learner as Learner>::NAME, $text);)+
            }
        }
    };
}

learners! {
    /// Histogram gradient booster.
    Boosted = "boosted" by Boosting,
    /// L2 logistic regression.
    Logistic = "logistic" by Logistic,
}

impl FittedModel for Model {
    fn features(&self) -> usize {
        self.fitted().features()
    }

    fn validate(&self) -> Result<(), String> {
        self.fitted().validate()
    }

    fn prepare(&self) -> Box<dyn Prepared + '_> {
        self.fitted().prepare()
    }

    fn importance(&self, rows: &Encoded<'_>) -> Vec<f64> {
        self.fitted().importance(rows)
    }

    fn convergence(&self) -> Option<Convergence> {
        self.fitted().convergence()
    }
}

/// The learners that a spec or flag asks for.
///
/// # Errors
/// [`LearnError::Spec`] for a name that is none, and for directions that the named learner does not hold.
pub fn chosen_learners(choice: &LearnerChoice, directions: bool) -> Result<Vec<&'static LearnerEntry>, LearnError> {
    let named: Vec<&LearnerEntry> = LEARNERS.iter().filter(|l| choice.asks_for(l.name)).collect();
    if named.is_empty() {
        let names: Vec<&str> = LEARNERS.iter().map(|l| l.name).collect();
        return Err(LearnError::Spec(format!("learner `{choice}` is none; there are {}, auto", names.join(", "))));
    }
    let holding: Vec<&LearnerEntry> = named.iter().copied().filter(|l| !directions || l.holds_directions).collect();
    if holding.is_empty() {
        return Err(LearnError::Spec(format!(
            "the {choice} learner holds no direction: drop [monotone], or choose learner = \"boosted\""
        )));
    }
    Ok(holding)
}

//! One feature: name, definition, unit, missing rule, window, and how it is read off a view. Owns the shape of a
//! feature and of a group; refuses to know which there are.

use super::known::View;
use super::topic::Topic;
use crate::domain::stable_hash;

/// The six domains.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Domain {
    /// Age, sex, cover, place.
    Demographics,
    /// Disease, from diagnoses and laboratory values.
    Conditions,
    /// Stays, ED, visits, cost.
    Utilization,
    /// Fills and supply.
    Medications,
    /// Procedures, services and who gave them.
    ProceduresProviders,
    /// Needs, instruments, contact.
    SocialContact,
}

impl Domain {
    /// The name in the dictionary.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Demographics => "demographics",
            Self::Conditions => "conditions",
            Self::Utilization => "utilization",
            Self::Medications => "medications",
            Self::ProceduresProviders => "procedures and providers",
            Self::SocialContact => "social and contact",
        }
    }
}

/// One feature as the dictionary tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Name, the column of the matrix.
    pub name: String,
    /// Domain.
    pub domain: Domain,
    /// What it is.
    pub definition: String,
    /// Unit.
    pub unit: &'static str,
    /// When it has no value.
    pub missing: &'static str,
    /// Days looked back from the snapshot.
    pub window: &'static str,
    /// What it speaks of when it becomes a reason.
    pub topic: Topic,
}

impl Feature {
    /// 16 hex digits over everything that gives the feature its meaning.
    #[must_use]
    pub fn hash(&self) -> String {
        let text = format!(
            "{}\u{1f}{}\u{1f}{}\u{1f}{}\u{1f}{}",
            self.name, self.definition, self.unit, self.missing, self.window
        );
        format!("{:016x}", stable_hash(0, text.as_bytes()))
    }
}

/// A feature with its reading; `arg` tells members of a family apart.
pub struct Spec<F> {
    /// Name.
    pub name: String,
    /// What it is.
    pub definition: String,
    /// Unit.
    pub unit: &'static str,
    /// When it has no value.
    pub missing: &'static str,
    /// Days looked back.
    pub window: &'static str,
    /// Topic of its reason.
    pub topic: Topic,
    /// Passed to `value`.
    pub arg: usize,
    /// The value; `None` is missing.
    pub value: fn(&F, usize) -> Option<f64>,
}

/// One line of a group's table.
pub fn spec<F>(
    (name, definition): (&str, &str),
    unit: &'static str,
    missing: &'static str,
    window: &'static str,
    topic: Topic,
    arg: usize,
    value: fn(&F, usize) -> Option<f64>,
) -> Spec<F> {
    Spec { name: name.to_owned(), definition: definition.to_owned(), unit, missing, window, topic, arg, value }
}

/// A group of features that share one preparation.
pub struct Group<F: 'static> {
    /// Domain.
    pub domain: Domain,
    /// Reads what the group's features need off a view, once.
    pub prepare: fn(&View<'_>) -> F,
    /// The features.
    pub specs: Vec<Spec<F>>,
}

/// A group of any kind.
pub trait FeatureGroup: Sync + Send {
    /// The features, in order.
    fn features(&self) -> Vec<Feature>;
    /// Appends their values, NaN for missing.
    fn compute(&self, view: &View<'_>, out: &mut Vec<f32>);
}

impl<F> FeatureGroup for Group<F> {
    fn features(&self) -> Vec<Feature> {
        let of = |s: &Spec<F>| Feature {
            name: s.name.clone(),
            domain: self.domain,
            definition: s.definition.clone(),
            unit: s.unit,
            missing: s.missing,
            window: s.window,
            topic: s.topic.clone(),
        };
        self.specs.iter().map(of).collect()
    }

    fn compute(&self, view: &View<'_>, out: &mut Vec<f32>) {
        let facts = (self.prepare)(view);
        out.extend(self.specs.iter().map(|s| {
            #[expect(clippy::cast_possible_truncation, reason = "features keep seven digits")]
            let value = (s.value)(&facts, s.arg).filter(|v| v.is_finite()).map_or(f32::NAN, |v| v as f32);
            value
        }));
    }
}

/// A flag as 0 or 1.
pub(super) fn flag(b: bool) -> f64 {
    f64::from(u8::from(b))
}

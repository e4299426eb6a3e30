//! The dictionary of features: name, definition, unit, missing rule, window, and how each is read off a
//! view. Owns the shape of a group and the order of all features; refuses to know labels and models.

use std::sync::OnceLock;

use super::known::View;
use super::topic::Topic;
use super::{conditions, demographics, discharge, medications, procedures, social, utilization};
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

/// Every group and feature, in the order of the matrix.
pub struct Registry {
    groups: Vec<Box<dyn FeatureGroup>>,
    features: Vec<Feature>,
}

/// The one registry.
pub fn registry() -> &'static Registry {
    static ALL: OnceLock<Registry> = OnceLock::new();
    ALL.get_or_init(|| {
        let groups: Vec<Box<dyn FeatureGroup>> = vec![
            Box::new(demographics::group()),
            Box::new(conditions::group()),
            Box::new(utilization::group()),
            Box::new(discharge::group()),
            Box::new(medications::group()),
            Box::new(procedures::group()),
            Box::new(social::group()),
        ];
        let features = groups.iter().flat_map(|g| g.features()).collect();
        Registry { groups, features }
    })
}

impl Registry {
    /// Every registered feature.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Registered features, then the organisation's own columns.
    #[must_use]
    pub fn with_own(&self, own: &[String]) -> Vec<Feature> {
        let mut out = self.features.clone();
        out.extend(own.iter().map(|name| Feature {
            name: format!("own_{name}"),
            domain: Domain::SocialContact,
            definition: format!("column {name} of the feature table, newest row observed by the snapshot"),
            unit: "as in the feature table",
            missing: "no row observed by the snapshot, or an empty cell",
            window: "any",
            topic: Topic::Own(name.clone()),
        }));
        out
    }

    /// All values of a view, own columns last.
    #[must_use]
    pub fn row(&self, view: &View<'_>) -> Vec<f32> {
        let mut out = Vec::with_capacity(self.features.len() + view.own.len());
        for g in &self.groups {
            g.compute(view, &mut out);
        }
        out.extend_from_slice(&view.own);
        out
    }
}

/// One hash over a dictionary, its order included.
#[must_use]
pub fn dictionary_hash(features: &[Feature]) -> String {
    let all: Vec<String> = features.iter().map(Feature::hash).collect();
    format!("{:016x}", stable_hash(1, all.join(",").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_whole_and_free_of_race() {
        let all = registry().features();
        assert!(all.len() >= 150, "{} features", all.len());
        let mut names: Vec<&str> = all.iter().map(|f| f.name.as_str()).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|w| w[0] != w[1]), "a name stands twice");
        for domain in [
            Domain::Demographics,
            Domain::Conditions,
            Domain::Utilization,
            Domain::Medications,
            Domain::ProceduresProviders,
            Domain::SocialContact,
        ] {
            assert!(all.iter().any(|f| f.domain == domain), "{}", domain.name());
        }
        for f in all {
            for part in [&f.name, &f.definition] {
                let lowered = part.to_lowercase();
                assert!(!lowered.split(|c: char| !c.is_alphabetic()).any(|w| w == "race" || w.starts_with("ethnic")));
            }
            assert!(!f.definition.is_empty() && !f.unit.is_empty() && !f.missing.is_empty() && !f.window.is_empty());
        }
    }

    #[test]
    fn the_hash_follows_the_meaning() {
        let mut all = registry().with_own(&["lives_alone".to_owned()]);
        let before = dictionary_hash(&all);
        all[3].definition.push('.');
        assert_ne!(before, dictionary_hash(&all));
        assert_eq!(all.last().map(|f| f.name.as_str()), Some("own_lives_alone"));
    }
}

//! The dictionary of features: every group in the order of the matrix. Owns that list and its hash; refuses to know
//! labels and models.

use std::sync::OnceLock;

use super::known::View;
use super::missing_rule::MissingRule;
use super::spec::{Domain, Feature, FeatureGroup};
use super::topic::Topic;
use super::unit::Unit;
use super::window::Window;
use super::{conditions, demographics, discharge, medications, procedures, social, utilization};
use crate::domain::stable_hash;

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
            Box::new(demographics::demographic_features()),
            Box::new(conditions::condition_features()),
            Box::new(utilization::utilization_features()),
            Box::new(discharge::discharge_features()),
            Box::new(medications::medication_features()),
            Box::new(procedures::procedure_features()),
            Box::new(social::social_features()),
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
            unit: Unit::AsInFeatureTable,
            missing: MissingRule::NoOwnValue,
            window: Window::Any,
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
            assert!(!f.definition.is_empty() && !f.unit.as_str().is_empty());
            assert!(!f.missing.as_str().is_empty() && !f.window.to_string().is_empty());
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

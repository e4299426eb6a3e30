//! One feature: name, definition, unit, missing rule, window, topic, and how it is read off a view. Owns the shape of a
//! feature and of a group; refuses to know which there are.

use super::known::View;
use super::missing_rule::MissingRule;
use super::topic::Topic;
use super::unit::Unit;
use super::window::{LookBack, Window};
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
    pub unit: Unit,
    /// When it has no value.
    pub missing: MissingRule,
    /// What it looks at.
    pub window: Window,
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

/// A value read off a view and what its group prepared; `None` is missing.
type Value<F> = Box<dyn Fn(&View<'_>, &F) -> Option<f64> + Send + Sync>;

/// A group of features that share one preparation.
pub struct Group<F: 'static> {
    domain: Domain,
    prepare: fn(&View<'_>) -> F,
    lines: Vec<(Feature, Value<F>)>,
}

/// A line of a group's table that lacks its window and value.
#[must_use = "a line without a window and a value is no feature"]
pub struct Line<'g, F: 'static> {
    group: &'g mut Group<F>,
    feature: Feature,
}

impl<F> Group<F> {
    /// A group without features; `prepare` reads what several of them need off a view, once.
    pub fn new(domain: Domain, prepare: fn(&View<'_>) -> F) -> Self {
        Self { domain, prepare, lines: Vec::new() }
    }

    /// Begins a line of the table.
    pub fn line(
        &mut self,
        name: impl Into<String>,
        definition: impl Into<String>,
        unit: Unit,
        missing: MissingRule,
        topic: Topic,
    ) -> Line<'_, F> {
        let (name, definition) = (name.into(), definition.into());
        let feature = Feature { name, domain: self.domain, definition, unit, missing, window: Window::Any, topic };
        Line { group: self, feature }
    }
}

impl<F> Line<'_, F> {
    /// A feature whose window has no number of days that its value needs.
    pub fn on(self, window: Window, value: impl Fn(&View<'_>, &F) -> Option<f64> + Send + Sync + 'static) {
        self.group.lines.push((Feature { window, ..self.feature }, Box::new(value)));
    }

    /// A feature that looks back over days which its name does not tell.
    pub fn within(
        self,
        look_back: LookBack,
        value: impl Fn(&View<'_>, &F, LookBack) -> Option<f64> + Send + Sync + 'static,
    ) {
        self.on(look_back.into(), move |view, facts| value(view, facts, look_back));
    }

    /// One feature for each look-back; the days end its name.
    pub fn over(
        self,
        look_backs: &[LookBack],
        value: impl Fn(&View<'_>, &F, LookBack) -> Option<f64> + Send + Sync + Copy + 'static,
    ) {
        let Self { group, feature } = self;
        for look_back in look_backs {
            let name = format!("{}_{}", feature.name, look_back.days());
            Line { group: &mut *group, feature: Feature { name, ..feature.clone() } }.within(*look_back, value);
        }
    }
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
        self.lines.iter().map(|(feature, _)| feature.clone()).collect()
    }

    fn compute(&self, view: &View<'_>, out: &mut Vec<f32>) {
        let facts = (self.prepare)(view);
        out.extend(self.lines.iter().map(|(_, read)| {
            #[expect(clippy::cast_possible_truncation, reason = "features keep seven digits")]
            let value = read(view, &facts).filter(|v| v.is_finite()).map_or(f32::NAN, |v| v as f32);
            value
        }));
    }
}

/// A flag as 0 or 1.
pub(super) fn flag(b: bool) -> f64 {
    f64::from(u8::from(b))
}

//! NYU/Johnston classes of ED visits. Owns the lookup of fractions; refuses to round a visit to one class.

use super::measure::{Measure, Measured};
use crate::reference::{NyuClass, NyuFractions};

/// The fractions of one visit, in the order of the reference's classes; a visit whose code is not listed
/// is wholly unclassified.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EdClass {
    /// Eight fractions, 0..1; all 0 when unclassified.
    pub fractions: NyuFractions,
    /// 1 when the code is not listed, else 0; `None` for an ICD-9 code.
    pub unclassified: Option<f64>,
}

impl EdClass {
    /// The fraction of a class.
    #[must_use]
    pub fn fraction(&self, class: NyuClass) -> f64 {
        self.fractions[class as usize]
    }
}

/// The classes of each ED visit, in visit order.
#[derive(Clone, Debug, Default)]
pub struct EdClasses(pub Vec<EdClass>);

impl Measure for EdClasses {
    const ID: &'static str = "ed_visits";
    const DOC: &'static str = "ED visits with their NYU/Johnston fractions. One visit a member, day and facility from revenue centre 0450-0459 or 0981, place of service 23, or an ADT row of class emergency; none from 11x bills; dropped when a stay there began that day or the next or lasted over it. Diagnosis: position 1 of the institutional claim, else professional, else ADT row. Fractions are kept as published and sum to 1; a code not listed (exact match) is unclassified; an ICD-9 code is null. Source: Billings (NYU), Johnston et al. 2017.";

    fn compute(m: &Measured<'_>) -> Self {
        let visits = m
            .timeline
            .ed_visits
            .iter()
            .map(|v| {
                let none = NyuFractions::default();
                // An ICD-9 code enters no ICD-10 map: neither classified nor unclassified.
                if v.diagnosis.is_some() && !v.icd10 {
                    return EdClass { fractions: none, unclassified: None };
                }
                match m.codes().reference.nyu.fractions(m.codes().dx(v.diagnosis).nyu) {
                    Some(fractions) => EdClass { fractions, unclassified: Some(0.0) },
                    None => EdClass { fractions: none, unclassified: Some(1.0) },
                }
            })
            .collect();
        Self(visits)
    }
}

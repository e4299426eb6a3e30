//! AHRQ CCSR categories over two years, and the default category of a stay's principal diagnosis. Owns the
//! window; refuses to group a code the grouper and its family do not know.

use super::comorbidity::LOOK_BACK_MONTHS;
use super::mentions::Slots;
use super::{Inputs, Measure, MemberMeasures, Scheme};
use crate::timeline::Timeline;

/// The registered measure.
pub struct Ccsr;

impl Measure for Ccsr {
    fn id(&self) -> &'static str {
        "ccsr"
    }

    fn doc(&self) -> &'static str {
        "AHRQ Clinical Classifications Software Refined v2023.1: every category of every ICD-10-CM diagnosis of final claims and ADT rows with as_of - 24 months < start <= as_of, in conditions.parquet (scheme ccsr), and principal_ccsr of a stay: the inpatient default category of its principal diagnosis, null where that code is not valid as one. A code that v2023.1 lacks takes the categories of its longest prefix family (3 characters at least) when every code of the family has the same ones, else none; both are counted in data_quality.json (ccsr_from_family, ccsr_unmapped). Source: HCUP DXCCSR reference file v2023.1 (FY2016-FY2023)."
    }

    fn compute(&self, timeline: &Timeline<'_>, inputs: &Inputs<'_>, out: &mut MemberMeasures) {
        let groupers = &inputs.codes.reference.groupers;
        let name = |category: u16| groupers.ccsr_names[usize::from(category)];
        for (facts, stay) in out.stays.iter_mut().zip(&timeline.stays) {
            if stay.principal_icd10 {
                let group = groupers.ccsr(inputs.codes.dx(stay.principal).groupers.ccsr);
                facts.principal_ccsr = group.and_then(|g| g.inpatient_default).map(name);
            }
        }
        let (from, to) = (timeline.as_of.plus_months(-LOOK_BACK_MONTHS).0, timeline.as_of.0);
        let inside = |day: i32| from < day && day <= to;
        let mut slots = Slots::new(groupers.ccsr_names.len());
        let (mut from_family, mut unmapped) = (0, 0);
        let mut add = |code: u32, day: i32, row: usize| {
            let facts = inputs.codes.dx(code).groupers;
            from_family += u32::from(facts.ccsr_from_family);
            let Some(group) = groupers.ccsr(facts.ccsr) else {
                unmapped += 1;
                return;
            };
            for category in &group.categories {
                slots.mark(usize::from(*category), day, u32::try_from(row).unwrap_or(u32::MAX), timeline);
            }
        };
        for (row, claim) in timeline.claims.iter().enumerate().filter(|(_, c)| c.icd10() && inside(c.start)) {
            claim.dx.iter().for_each(|d| add(d.code, claim.start, row));
        }
        let first = timeline.claims.len();
        for (row, a) in timeline.admissions.iter().enumerate().filter(|(_, a)| a.icd10() && inside(a.admit)) {
            a.dx.iter().filter(|d| **d != 0).for_each(|d| add(*d, a.admit, first + row));
        }
        slots.rows(Scheme::Ccsr, |s| groupers.ccsr_names[s], |_| true, &mut out.categories);
        out.ccsr_from_family = from_family;
        out.ccsr_unmapped = unmapped;
    }
}

//! AHRQ CCSR categories over two years, and the default category of a stay's principal diagnosis. Owns the
//! window; refuses to group a code the grouper and its family do not know.

use super::comorbidity::LOOK_BACK_MONTHS;
use super::measure::{Measure, Measured};
use super::mentions::{CategoryRow, Slots};
use super::scheme::Scheme;
use crate::domain::CodeId;

/// CCSR categories of one member.
#[derive(Clone, Debug, Default)]
pub struct Ccsr {
    /// Every category of the window with its evidence.
    pub categories: Vec<CategoryRow>,
    /// Default category of each stay's principal diagnosis, in stay order; `None` where it has none.
    pub principals: Vec<Option<&'static str>>,
    /// Diagnoses whose categories came from the prefix family.
    pub from_family: u32,
    /// Diagnoses without a category.
    pub unmapped: u32,
}

impl Measure for Ccsr {
    const ID: &'static str = "ccsr";
    const DOC: &'static str = "AHRQ Clinical Classifications Software Refined v2023.1: every category of every ICD-10-CM diagnosis of final claims and ADT rows with as_of - 24 months < start <= as_of, in conditions.parquet (scheme ccsr), and principal_ccsr of a stay: the inpatient default category of its principal diagnosis, null where that code is not valid as one. A code that v2023.1 lacks takes the categories of its longest prefix family (3 characters at least) when every code of the family has the same ones, else none; both are counted in data_quality.json (ccsr_from_family, ccsr_unmapped). Source: HCUP DXCCSR reference file v2023.1 (FY2016-FY2023).";

    fn compute(m: &Measured<'_>) -> Self {
        let (timeline, codes) = (&m.timeline, m.codes());
        let groupers = &codes.reference.groupers;
        let default_of = |code: CodeId| groupers.ccsr(codes.dx(code).groupers.ccsr).and_then(|g| g.inpatient_default);
        let principals = timeline.stays.iter().map(|stay| {
            default_of(stay.principal)
                .filter(|_| stay.principal_icd10)
                .map(|category| groupers.ccsr_names[usize::from(category)])
        });
        let mut out = Self { principals: principals.collect(), ..Self::default() };
        let (from, to) = (timeline.as_of.plus_months(-LOOK_BACK_MONTHS).0, timeline.as_of.0);
        let inside = |day: i32| from < day && day <= to;
        let mut slots = Slots::new(groupers.ccsr_names.len());
        let mut add = |code: CodeId, day: i32, row: usize| {
            let facts = codes.dx(code).groupers;
            out.from_family += u32::from(facts.ccsr_from_family);
            let Some(group) = groupers.ccsr(facts.ccsr) else {
                out.unmapped += 1;
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
            a.dx.iter().filter(|d| d.is_some()).for_each(|d| add(*d, a.admit, first + row));
        }
        out.categories = slots.rows(Scheme::Ccsr, |s| groupers.ccsr_names[s], |_| true);
        out
    }
}

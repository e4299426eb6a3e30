//! Rules of CMS's planned readmission algorithm and of its hospital-wide cohort. Owns those tables; refuses to judge a
//! stay.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::error::ReferenceError;
use super::rows::{malformed, number, pair};
use super::sets;

const PLANNED: &str = "cms_planned_readmission";
const EXCLUDED: &str = "cms_hwr_exclusions";

/// What the algorithm says of a diagnosis.
#[derive(Clone, Copy, Default)]
pub(super) struct PlannedDiagnosis {
    /// Always planned as a principal diagnosis (PR2).
    pub always: bool,
    /// Acute as a principal diagnosis (PR4).
    pub acute: bool,
}

/// What the algorithm says of a procedure.
#[derive(Clone, Copy, Default)]
pub(super) struct PlannedProcedure {
    /// Always planned (PR1).
    pub always: bool,
    /// Potentially planned (PR3).
    pub potentially: bool,
}

/// The algorithm's tables.
#[derive(Default)]
pub(super) struct PlannedRules {
    diagnosis_categories: FxHashMap<u16, PlannedDiagnosis>,
    procedure_categories: FxHashMap<u16, PlannedProcedure>,
    procedures: Vec<&'static str>,
    acute_diagnoses: Vec<&'static str>,
    excluded: FxHashMap<u16, &'static str>,
}

impl PlannedRules {
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let mut out = Self::default();
        for (i, row) in sets::rows(sets::text(PLANNED, dir)?).enumerate() {
            out.add_rule(row, i)?;
        }
        for (i, row) in sets::rows(sets::text(EXCLUDED, dir)?).enumerate() {
            let (category, kind) = pair(row, EXCLUDED, i)?;
            out.excluded.insert(number(category, EXCLUDED, i)?, kind);
        }
        Ok(out)
    }

    fn add_rule(&mut self, row: &'static str, i: usize) -> Result<(), ReferenceError> {
        let (rule, rest) = pair(row, PLANNED, i)?;
        let (kind, code) = pair(rest, PLANNED, i)?;
        // The table is sorted by (rule, kind, code), so each list arrives in order.
        match (rule, kind) {
            ("PR1", "ccs_px") => self.procedure_categories.entry(number(code, PLANNED, i)?).or_default().always = true,
            ("PR3", "ccs_px") => {
                self.procedure_categories.entry(number(code, PLANNED, i)?).or_default().potentially = true;
            }
            ("PR2", "ccs_dx") => self.diagnosis_categories.entry(number(code, PLANNED, i)?).or_default().always = true,
            ("PR4", "ccs_dx") => self.diagnosis_categories.entry(number(code, PLANNED, i)?).or_default().acute = true,
            ("PR3", "icd10pcs") => self.procedures.push(code),
            ("PR4", "icd10cm") => self.acute_diagnoses.push(code),
            _ => return Err(malformed(PLANNED, i, "unknown rule")),
        }
        Ok(())
    }

    /// Of a diagnosis by its code and CCS category.
    pub(super) fn diagnosis(&self, code: &str, category: u16) -> PlannedDiagnosis {
        let of_category = self.diagnosis_categories.get(&category).copied().unwrap_or_default();
        PlannedDiagnosis {
            acute: of_category.acute || self.acute_diagnoses.binary_search(&code).is_ok(),
            ..of_category
        }
    }

    /// Of a procedure by its code and CCS category.
    pub(super) fn procedure(&self, code: &str, category: u16) -> PlannedProcedure {
        let of_category = self.procedure_categories.get(&category).copied().unwrap_or_default();
        let listed = self.procedures.binary_search(&code).is_ok();
        PlannedProcedure { potentially: of_category.potentially || listed, ..of_category }
    }

    /// The kind of hospital-wide index exclusion a CCS category belongs to.
    pub(super) fn exclusion(&self, category: u16) -> Option<&'static str> {
        self.excluded.get(&category).copied()
    }
}

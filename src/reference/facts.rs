//! From a code to the facts the public sets state of it. Owns the lookup and the fallback for codes
//! an old grouper lacks; refuses to combine codes into a measure.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::ahrq_sets::{PqeSet, PqiSet};
use super::care_codes::CareCodes;
use super::care_lists::CareLists;
use super::code_facts::{CodeStatus, DxFacts, PxFacts, Sensitive};
use super::comorbidities::{CharlsonTable, ElixhauserTable};
use super::drugs::Drugs;
use super::error::ReferenceError;
use super::families::DiagnosisFamilies;
use super::frailty::FrailtyMarkers;
use super::groupers::Groupers;
use super::hcc::HccTables;
use super::hfrs::HfrsTable;
use super::nyu::NyuTable;
use super::planned::PlannedRules;
use super::rates::AreaRates;
use super::rows::{Sorted, all_prefixes, bits, family, find, malformed, number, pair, prefixes, sorted};
use super::services::Services;
use super::sets;
use super::social::load_social_codes;

/// LACE's expected risk of death or unplanned readmission, in per cent, by score 0..=19.
pub type LaceRisk = [f64; 20];

/// The loaded reference tables. Lookups are pure; build once and share.
pub struct Reference {
    billable: CodeLists,
    ccs_dx: Sorted<u16>,
    ccs_px: Sorted<u16>,
    planned: PlannedRules,
    pqi: FxHashMap<&'static str, u32>,
    pqe: FxHashMap<&'static str, u32>,
    social: FxHashMap<&'static str, u8>,
    sensitive: Sorted<Sensitive>,
    families: DiagnosisFamilies,
    ccsr_labels: FxHashMap<&'static str, &'static str>,
    /// Charlson conditions.
    pub charlson: CharlsonTable,
    /// Elixhauser measures.
    pub elixhauser: ElixhauserTable,
    /// Hospital Frailty Risk Score.
    pub hfrs: HfrsTable,
    /// NYU fractions of ED visits.
    pub nyu: NyuTable,
    /// LACE expected risk of death or unplanned readmission, in per cent, by score 0..=19.
    pub lace_risk_percent: LaceRisk,
    /// Ingredients by class.
    pub drugs: Drugs,
    /// Services of claims.
    pub services: Services,
    /// Short closed lists of claim codes.
    pub lists: CareLists,
    /// Claim markers of frailty.
    pub frailty: FrailtyMarkers,
    /// Procedures that make a claim's diagnoses count for CMS-HCC; `None` without the optional table.
    pub hcc_procedures: Option<Vec<&'static str>>,
    /// AHRQ area rates.
    pub rates: AreaRates,
    /// CMS-HCC V24 and V28.
    pub hcc: HccTables,
    /// CCSR and CCW.
    pub groupers: Groupers,
    /// Visits, reconciliation and follow-up care.
    pub care: CareCodes,
}

impl Reference {
    /// Loads every set; a file under `dir` replaces the embedded table of that set.
    ///
    /// # Errors
    /// When an override is unreadable or a row does not parse.
    pub fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        Ok(Self {
            billable: CodeLists::load(dir)?,
            ccs_dx: sorted(set_table("ccs_dx", dir)?, "ccs_dx")?,
            ccs_px: sorted(set_table("ccs_px", dir)?, "ccs_px")?,
            planned: PlannedRules::load(dir)?,
            pqi: load_quality_sets("ahrq_pqi_sets", dir, |name| PqiSet::parse(name).map(PqiSet::bit))?,
            pqe: load_quality_sets("ahrq_pqe_sets", dir, |name| PqeSet::parse(name).map(PqeSet::bit))?,
            social: load_social_codes(dir)?,
            sensitive: prefixes(set_table("sensitive", dir)?, "sensitive", Sensitive::parse, Ord::max)?,
            families: DiagnosisFamilies::load(dir)?,
            ccsr_labels: load_labels("ccsr_labels", dir)?,
            charlson: CharlsonTable::load(dir)?,
            elixhauser: ElixhauserTable::load(dir)?,
            hfrs: HfrsTable::load(dir)?,
            nyu: NyuTable::load(dir)?,
            lace_risk_percent: load_lace_risk(dir)?,
            drugs: Drugs::load(dir)?,
            services: Services::load(dir)?,
            lists: CareLists::load(dir)?,
            frailty: FrailtyMarkers::load(dir)?,
            hcc_procedures: sets::optional(sets::HCC_PROCEDURES, dir)?.map(|t| sets::rows(t).map(str::trim).collect()),
            rates: AreaRates::load(dir)?,
            hcc: HccTables::load(dir)?,
            groupers: Groupers::load(dir)?,
            care: CareCodes::load(dir)?,
        })
    }

    /// Facts of a normalised ICD-10-CM code. Unknown codes get the default facts (and, where their
    /// prefix family is unanimous, a CCS).
    #[must_use]
    pub fn dx(&self, code: &str) -> DxFacts {
        let own = find(&self.ccs_dx, code);
        let (ccs, ccs_from_family) = match own {
            Some(ccs) => (ccs, false),
            None => family(&self.ccs_dx, code).map_or((0, false), |ccs| (ccs, true)),
        };
        let planned = self.planned.diagnosis(code, ccs);
        DxFacts {
            status: self.billable.status(code, own.is_some()),
            ccs,
            ccs_from_family,
            charlson: self.charlson.bits_of_code(code),
            elixhauser: self.elixhauser.bits_of_code(code),
            hfrs: self.hfrs.row_of(code),
            pqi: self.pqi.get(code).copied().unwrap_or(0),
            nyu: self.nyu.row_of(code),
            planned_always: planned.always,
            planned_acute: planned.acute,
            hwr_excluded: self.planned.exclusion(ccs).is_some(),
            sdoh: self.social.get(code).copied().unwrap_or(0),
            lace_renal_severe: LACE_RENAL_SEVERE.iter().any(|p| code.starts_with(p)),
            sensitive: all_prefixes(&self.sensitive, code).last().unwrap_or_default(),
            esrd: code == END_STAGE_RENAL,
            hcc: self.hcc.group_of(code),
            groupers: self.groupers.facts(code),
            pqe: self.pqe.get(code).copied().unwrap_or(0),
            frailty: self.frailty.of_diagnosis(code),
            families: self.families.of_code(code),
            kidney_stage: kidney_stage(code),
            category: code.bytes().take(3).fold(0, |k, b| k << 8 | u32::from(b)),
            care: self.care.diagnosis(code),
        }
    }

    /// Facts of a normalised ICD-10-PCS code; a procedure absent from CCS 2019.1 has none.
    #[must_use]
    pub fn px(&self, code: &str) -> PxFacts {
        let ccs = find(&self.ccs_px, code).unwrap_or(0);
        let planned = self.planned.procedure(code, ccs);
        PxFacts {
            ccs,
            planned_always: planned.always,
            planned_potentially: planned.potentially,
            pqi: self.pqi.get(code).copied().unwrap_or(0),
        }
    }

    /// A CCSR category in words; `None` for one that the labels do not name.
    #[must_use]
    pub fn ccsr_label(&self, category: &str) -> Option<&'static str> {
        self.ccsr_labels.get(category).copied()
    }

    /// The kind of hospital-wide index exclusion a CCS category belongs to.
    #[must_use]
    pub fn hwr_category(&self, ccs: u16) -> Option<&'static str> {
        self.planned.exclusion(ccs)
    }
}

/// Beginnings of the codes of LACE's severe renal band.
const LACE_RENAL_SEVERE: [&str; 5] = ["N184", "N185", "N186", "Z992", "Z940"];

/// N18.6.
const END_STAGE_RENAL: &str = "N186";

/// The codes of ICD-10-CM, in order.
struct CodeLists {
    billable: Vec<&'static str>,
    headers: Vec<&'static str>,
}

impl CodeLists {
    fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        Ok(Self {
            billable: set_table("icd10cm", dir)?.collect(),
            headers: set_table("icd10cm_headers", dir)?.collect(),
        })
    }

    /// Whether a code is known; `listed_before` says that an older set has it.
    fn status(&self, code: &str, listed_before: bool) -> CodeStatus {
        if self.billable.binary_search(&code).is_ok() {
            CodeStatus::Valid
        } else if self.headers.binary_search(&code).is_ok() {
            CodeStatus::Header
        } else if listed_before {
            CodeStatus::Retired
        } else {
            CodeStatus::Unknown
        }
    }
}

fn set_table(set: &str, dir: Option<&Path>) -> Result<impl Iterator<Item = &'static str>, ReferenceError> {
    sets::text(set, dir).map(sets::rows)
}

/// N18.1..N18.6; N18.30..32 are stage 3.
fn kidney_stage(code: &str) -> u8 {
    let digit = code.strip_prefix("N18").and_then(|rest| rest.bytes().next());
    digit.filter(|b| (b'1'..=b'6').contains(b)).map_or(0, |b| b - b'0')
}

/// Codes with the bits of the sets of quality indicators that hold them.
fn load_quality_sets(
    set: &str,
    dir: Option<&Path>,
    bit: impl Fn(&str) -> Option<u32>,
) -> Result<FxHashMap<&'static str, u32>, ReferenceError> {
    let found = bits(set_table(set, dir)?, set, |name| bit(name).map(u64::from))?;
    Ok(found.into_iter().filter_map(|(code, bits)| u32::try_from(bits).ok().map(|bits| (code, bits))).collect())
}

fn load_labels(set: &str, dir: Option<&Path>) -> Result<FxHashMap<&'static str, &'static str>, ReferenceError> {
    set_table(set, dir)?.enumerate().map(|(i, row)| pair(row, set, i)).collect()
}

fn load_lace_risk(dir: Option<&Path>) -> Result<LaceRisk, ReferenceError> {
    const SET: &str = "lace_expected_risk";
    let mut out = LaceRisk::default();
    for (i, row) in set_table(SET, dir)?.enumerate() {
        let (score, rest) = pair(row, SET, i)?;
        let at: usize = number(score, SET, i)?;
        let percent = rest.split(',').next().unwrap_or("");
        *out.get_mut(at).ok_or_else(|| malformed(SET, i, "score above 19"))? = number(percent, SET, i)?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{CHARLSON, ELIXHAUSER, SDOH_DOMAINS, Sensitive, bit_names};

    fn reference() -> Reference {
        Reference::load(None).expect("embedded tables")
    }

    #[test]
    fn facts_of_well_known_codes() {
        let r = reference();
        let hf = r.dx("I5022");
        assert_eq!((hf.status, hf.ccs, hf.ccs_from_family), (CodeStatus::Valid, 108, false));
        assert_eq!(bit_names(&CHARLSON, u64::from(hf.charlson)).collect::<Vec<_>>(), ["chf"]);
        assert_eq!(bit_names(&ELIXHAUSER, hf.elixhauser).collect::<Vec<_>>(), ["hf"]);
        assert!(hf.pqi & PqiSet::Mrtchfd.bit() != 0);
        // E11.10 is a short-term complication (PQI 01), not a long-term one.
        assert_eq!(r.dx("E1110").pqi & (PqiSet::Acdiasd.bit() | PqiSet::Acdiald.bit()), PqiSet::Acdiasd.bit());
        assert!(r.dx("Z5111").planned_always && r.dx("Z5111").hwr_excluded);
        assert!(r.dx("A419").planned_acute);
        assert_eq!(r.dx("F1120").sensitive, Sensitive::SubstanceUse);
        assert_eq!(r.dx("F17210").sensitive, Sensitive::No);
        assert_eq!(SDOH_DOMAINS[usize::from(r.dx("Z5941").sdoh) - 1], "food");
        assert_eq!(r.dx("XYZ").status, CodeStatus::Unknown);
        assert_eq!(r.hfrs.rows[usize::from(r.dx("G309").hfrs) - 1].points.to_bits(), 4.0_f64.to_bits());
    }

    #[test]
    fn a_code_the_grouper_lacks_takes_its_family_when_that_agrees() {
        let r = reference();
        // E11.A (FY2025) is younger than CCS 2019.1; every listed E11 code but for complications is not unanimous.
        let facts = r.dx("E11A");
        assert_eq!((facts.status, facts.ccs), (CodeStatus::Valid, 0));
        // I1A.0 resistant hypertension (FY2024): no listed code begins with I1A, so there is none.
        assert_eq!(r.dx("I1A0").ccs, 0);
        // J44.81 (FY2024): its longest family J448 does not exist in 2019.1, J44 does and is all CCS 127.
        let copd = r.dx("J4481");
        assert_eq!((copd.ccs, copd.ccs_from_family), (127, true));
    }
}

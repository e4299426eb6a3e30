//! From a code to the facts the public sets state of it. Owns the lookup and the fallback for codes
//! an old grouper lacks; refuses to combine codes into a measure.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::ahrq_sets::{PqeSet, PqiSet};
use super::care_codes::CareCodes;
use super::care_lists::CareLists;
use super::drugs::Drugs;
use super::error::ReferenceError;
use super::families::{DiagnosisFamilies, FamilySet};
use super::frailty::FrailtyMarkers;
use super::groupers::{GrouperFacts, Groupers};
use super::hcc::HccTables;
use super::rates::AreaRates;
use super::rows::{Sorted, all_prefixes, bits, family, find, malformed, number, pair, prefixes, sorted};
use super::services::Services;
use super::sets;
use crate::domain::record::record_choice;

/// Charlson conditions in the order of their bits (Quan 2005).
pub const CHARLSON: [&str; 17] = [
    "mi", "chf", "pvd", "cebvd", "dem", "copd", "rhd", "pud", "mld", "dm", "dmc", "hp", "rnd", "mal", "msld", "mst",
    "aidshiv",
];

/// Elixhauser Refined measures in the order of their bits (AHRQ 2026.1); the 39th bit is the
/// cerebrovascular sequela helper that the software folds into `cbvd`.
pub const ELIXHAUSER: [&str; 39] = [
    "aids",
    "alcohol",
    "anemdef",
    "autoimmune",
    "bldloss",
    "cancer_leuk",
    "cancer_lymph",
    "cancer_mets",
    "cancer_nsitu",
    "cancer_solid",
    "cbvd",
    "coag",
    "dementia",
    "depress",
    "diab_cx",
    "diab_uncx",
    "drug_abuse",
    "hf",
    "htn_cx",
    "htn_uncx",
    "liver_mld",
    "liver_sev",
    "lung_chronic",
    "neuro_movt",
    "neuro_oth",
    "neuro_seiz",
    "obese",
    "paralysis",
    "perivasc",
    "psychoses",
    "pulmcirc",
    "renlfl_mod",
    "renlfl_sev",
    "thyroid_hypo",
    "thyroid_oth",
    "ulcer_peptic",
    "valve",
    "wghtloss",
    "cbvd_sqla",
];

/// The eight NYU/Johnston classes in the order of their fractions.
pub const NYU_CLASSES: [&str; 8] = [
    "emergent_not_preventable",
    "emergent_preventable",
    "emergent_primary_care_treatable",
    "non_emergent",
    "injury",
    "psych",
    "alcohol",
    "drug",
];

/// Social-need domains of the Z55–Z65 families.
pub const SDOH_DOMAINS: [&str; 20] = [
    "economic_other",
    "education",
    "employment",
    "family_support",
    "financial",
    "food",
    "health_literacy",
    "housing",
    "insurance",
    "legal",
    "material_hardship",
    "occupational_exposure",
    "physical_environment",
    "psychosocial",
    "safety_trauma",
    "social_environment",
    "social_isolation",
    "transportation",
    "upbringing",
    "utilities",
];

/// Why a code is kept from audiences without a sensitive role.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Sensitive {
    /// Not sensitive.
    #[default]
    No,
    /// Substance use (42 CFR Part 2).
    SubstanceUse,
    /// HIV.
    Hiv,
    /// Psychiatric.
    Psychiatric,
    /// Abuse or neglect: never on a shared sheet.
    Abuse,
}

record_choice!(Sensitive { No, SubstanceUse, Hiv, Psychiatric, Abuse });

/// Whether ICD-10-CM knows a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CodeStatus {
    /// Billable in FY2024, FY2025 or FY2026.
    Valid,
    /// Listed by an older set only.
    Retired,
    /// A category header.
    Header,
    /// In no list.
    #[default]
    Unknown,
}

/// What the sets say of one ICD-10-CM diagnosis code.
#[derive(Clone, Copy, Debug, Default)]
pub struct DxFacts {
    /// Listed, retired, header or unknown.
    pub status: CodeStatus,
    /// CCS 2019.1 category; 0 is none.
    pub ccs: u16,
    /// The category came from the prefix family, not from the code's own row.
    pub ccs_from_family: bool,
    /// Bits of [`CHARLSON`].
    pub charlson: u32,
    /// Bits of [`ELIXHAUSER`].
    pub elixhauser: u64,
    /// 1-based index into the HFRS table; 0 is none.
    pub hfrs: u8,
    /// Bits of [`PqiSet`].
    pub pqi: u32,
    /// 1-based index into the NYU fraction table; 0 is unclassified.
    pub nyu: u16,
    /// Always planned as a principal diagnosis (PR2).
    pub planned_always: bool,
    /// Acute as a principal diagnosis (PR4).
    pub planned_acute: bool,
    /// Principal CCS excluded from the hospital-wide index cohort.
    pub hwr_excluded: bool,
    /// 1-based index into [`SDOH_DOMAINS`]; 0 is none.
    pub sdoh: u8,
    /// Renal disease of LACE's severe band: N18.4–N18.6, Z99.2, Z94.0.
    pub lace_renal_severe: bool,
    /// Sensitive family.
    pub sensitive: Sensitive,
    /// End-stage renal disease, N18.6.
    pub esrd: bool,
    /// Number for [`HccTables::group`]; 0 is no HCC.
    pub hcc: u16,
    /// CCSR and CCW.
    pub groupers: GrouperFacts,
    /// Bits of [`PqeSet`].
    pub pqe: u32,
    /// Bits of [`super::FRAILTY_MARKERS`].
    pub frailty: u8,
    /// Families of features and facts.
    pub families: FamilySet,
    /// Stage of chronic kidney disease 1..6, 6 being end-stage; 0 for another code.
    pub kidney_stage: u8,
    /// The three-character category as a number that depends on its text alone; 0 is none.
    pub category: u32,
    /// Bits of [`super::CareDiagnosis`].
    pub care: u16,
}

/// What the sets say of one ICD-10-PCS procedure code.
#[derive(Clone, Copy, Debug, Default)]
pub struct PxFacts {
    /// CCS 2019.1 category; 0 is none.
    pub ccs: u16,
    /// Always planned (PR1).
    pub planned_always: bool,
    /// Potentially planned (PR3).
    pub planned_potentially: bool,
    /// Bits of [`PqiSet`].
    pub pqi: u32,
}

/// The loaded reference tables. Lookups are pure; build once and share.
pub struct Reference {
    icd10cm: Vec<&'static str>,
    headers: Vec<&'static str>,
    ccs_dx: Sorted<u16>,
    ccs_px: Sorted<u16>,
    planned_dx_ccs: FxHashMap<u16, (bool, bool)>,
    planned_px_ccs: FxHashMap<u16, (bool, bool)>,
    planned_px: Vec<&'static str>,
    acute_dx: Vec<&'static str>,
    hwr: FxHashMap<u16, &'static str>,
    charlson: Sorted<u32>,
    elixhauser: FxHashMap<&'static str, u64>,
    hfrs: Sorted<u8>,
    pqi: FxHashMap<&'static str, u32>,
    nyu: FxHashMap<&'static str, u16>,
    sdoh: FxHashMap<&'static str, u8>,
    sensitive: Sorted<Sensitive>,
    /// HFRS points by 0-based index of the table.
    pub hfrs_points: Vec<f64>,
    /// HFRS 3-character codes by the same index.
    pub hfrs_codes: Vec<&'static str>,
    /// NYU fractions by 0-based index.
    pub nyu_fractions: Vec<[f64; 8]>,
    /// Charlson weights (original, Quan 2011) by bit.
    pub charlson_weights: [(i32, i32); 17],
    /// Elixhauser (requires POA, readmission weight, mortality weight) by bit.
    pub elixhauser_weights: [(bool, i32, i32); 38],
    /// LACE expected risk of death or unplanned readmission, in per cent, by score 0..=19.
    pub lace_risk_percent: [f64; 20],
    /// Ingredients by class.
    pub drugs: Drugs,
    /// Services of claims.
    pub services: Services,
    /// Short closed lists of claim codes.
    pub lists: CareLists,
    /// Claim markers of frailty.
    pub frailty: FrailtyMarkers,
    families: DiagnosisFamilies,
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
    ccsr_labels: FxHashMap<&'static str, &'static str>,
    pqe: FxHashMap<&'static str, u32>,
}

impl Reference {
    /// Loads every set; a file under `dir` replaces the embedded table of that set.
    ///
    /// # Errors
    /// When an override is unreadable or a row does not parse.
    pub fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let table = |id: &str| sets::text(id, dir).map(sets::rows);
        let mut hfrs = Vec::new();
        let mut hfrs_points = Vec::new();
        let mut hfrs_codes = Vec::new();
        for (i, row) in table("hfrs")?.enumerate() {
            let (prefix, points) = pair(row, "hfrs", i)?;
            hfrs.push((prefix, number::<u8>(&(i + 1).to_string(), "hfrs", i)?));
            hfrs_points.push(number(points, "hfrs", i)?);
            hfrs_codes.push(prefix);
        }
        let (nyu, nyu_fractions) = load_nyu(table("nyu_ed")?)?;
        let mut planned = PlannedTables::default();
        for (i, row) in table("cms_planned_readmission")?.enumerate() {
            planned.add(row, i)?;
        }
        Ok(Self {
            icd10cm: table("icd10cm")?.collect(),
            headers: table("icd10cm_headers")?.collect(),
            ccs_dx: sorted(table("ccs_dx")?, "ccs_dx")?,
            ccs_px: sorted(table("ccs_px")?, "ccs_px")?,
            planned_dx_ccs: planned.dx_ccs,
            planned_px_ccs: planned.px_ccs,
            planned_px: planned.px,
            acute_dx: planned.acute_dx,
            hwr: table("cms_hwr_exclusions")?
                .enumerate()
                .map(|(i, r)| {
                    pair(r, "cms_hwr_exclusions", i).and_then(|(c, k)| Ok((number(c, "cms_hwr_exclusions", i)?, k)))
                })
                .collect::<Result<_, _>>()?,
            charlson: prefixes(
                table("charlson")?,
                "charlson",
                |name| CHARLSON.iter().position(|c| *c == name).map(|b| 1_u32 << b),
                |a, b| a | b,
            )?,
            elixhauser: bits(table("elixhauser")?, "elixhauser", |name| {
                let name = if name == "cbvd_poa" { "cbvd" } else { name };
                ELIXHAUSER.iter().position(|c| *c == name).map(|b| 1_u64 << b)
            })?,
            hfrs: {
                hfrs.sort_unstable();
                hfrs
            },
            pqi: bits(table("ahrq_pqi_sets")?, "ahrq_pqi_sets", |name| {
                PqiSet::NAMES.iter().find(|(n, _)| *n == name).map(|(_, s)| u64::from(s.bit()))
            })?
            .into_iter()
            .filter_map(|(k, v)| u32::try_from(v).ok().map(|v| (k, v)))
            .collect(),
            nyu,
            sdoh: load_sdoh(table("sdoh_z_codes")?)?,
            sensitive: prefixes(table("sensitive")?, "sensitive", sensitive_from_name, Ord::max)?,
            hfrs_points,
            hfrs_codes,
            nyu_fractions,
            charlson_weights: load_charlson_weights(table("charlson_weights")?)?,
            elixhauser_weights: load_elixhauser_weights(table("elixhauser_weights")?)?,
            lace_risk_percent: load_lace(table("lace_expected_risk")?)?,
            drugs: Drugs::load(dir)?,
            services: Services::load(dir)?,
            lists: CareLists::load(dir)?,
            frailty: FrailtyMarkers::load(dir)?,
            families: DiagnosisFamilies::load(dir)?,
            rates: AreaRates::load(dir)?,
            hcc: HccTables::load(dir)?,
            hcc_procedures: sets::optional(sets::HCC_PROCEDURES, dir)?.map(|t| sets::rows(t).map(str::trim).collect()),
            groupers: Groupers::load(dir)?,
            care: CareCodes::load(dir)?,
            ccsr_labels: table("ccsr_labels")?
                .enumerate()
                .map(|(i, r)| pair(r, "ccsr_labels", i))
                .collect::<Result<_, _>>()?,
            pqe: bits(table("ahrq_pqe_sets")?, "ahrq_pqe_sets", |name| {
                PqeSet::NAMES.iter().find(|(n, _)| *n == name).map(|(_, s)| u64::from(s.bit()))
            })?
            .into_iter()
            .filter_map(|(k, v)| u32::try_from(v).ok().map(|v| (k, v)))
            .collect(),
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
        let status = if self.icd10cm.binary_search(&code).is_ok() {
            CodeStatus::Valid
        } else if self.headers.binary_search(&code).is_ok() {
            CodeStatus::Header
        } else if own.is_some() {
            CodeStatus::Retired
        } else {
            CodeStatus::Unknown
        };
        let planned = self.planned_dx_ccs.get(&ccs).copied().unwrap_or_default();
        DxFacts {
            status,
            ccs,
            ccs_from_family,
            charlson: all_prefixes(&self.charlson, code).fold(0, |a, b| a | b),
            elixhauser: self.elixhauser.get(code).copied().unwrap_or(0),
            hfrs: all_prefixes(&self.hfrs, code).max().unwrap_or(0),
            pqi: self.pqi.get(code).copied().unwrap_or(0),
            nyu: self.nyu.get(code).copied().unwrap_or(0),
            planned_always: planned.0,
            planned_acute: planned.1 || self.acute_dx.binary_search(&code).is_ok(),
            hwr_excluded: self.hwr.contains_key(&ccs),
            sdoh: self.sdoh.get(code).copied().unwrap_or(0),
            lace_renal_severe: ["N184", "N185", "N186", "Z992", "Z940"].iter().any(|p| code.starts_with(p)),
            sensitive: all_prefixes(&self.sensitive, code).last().unwrap_or_default(),
            esrd: code == "N186",
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
        let planned = self.planned_px_ccs.get(&ccs).copied().unwrap_or_default();
        PxFacts {
            ccs,
            planned_always: planned.0,
            planned_potentially: planned.1 || self.planned_px.binary_search(&code).is_ok(),
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
        self.hwr.get(&ccs).copied()
    }
}

/// N18.1..N18.6; N18.30..32 are stage 3.
fn kidney_stage(code: &str) -> u8 {
    let digit = code.strip_prefix("N18").and_then(|rest| rest.bytes().next());
    digit.filter(|b| (b'1'..=b'6').contains(b)).map_or(0, |b| b - b'0')
}

/// The names whose bits are set, in bit order.
pub fn bit_names<'a>(names: &'a [&'a str], bits: u64) -> impl Iterator<Item = &'a str> {
    names.iter().enumerate().filter(move |(i, _)| bits >> i & 1 == 1).map(|(_, n)| *n)
}

fn sensitive_from_name(name: &str) -> Option<Sensitive> {
    match name {
        "substance_use" => Some(Sensitive::SubstanceUse),
        "hiv" => Some(Sensitive::Hiv),
        "psychiatric" => Some(Sensitive::Psychiatric),
        "abuse" => Some(Sensitive::Abuse),
        _ => None,
    }
}

type Nyu = (FxHashMap<&'static str, u16>, Vec<[f64; 8]>);

fn load_nyu(rows: impl Iterator<Item = &'static str>) -> Result<Nyu, ReferenceError> {
    let mut index = FxHashMap::default();
    let mut fractions = Vec::new();
    for (i, row) in rows.enumerate() {
        let mut cells = row.split(',');
        let codes = cells.next().unwrap_or("");
        let mut values = [0.0; 8];
        for v in &mut values {
            *v = number(cells.next().unwrap_or(""), "nyu_ed", i)?;
        }
        fractions.push(values);
        let slot = u16::try_from(fractions.len()).map_err(|_| malformed("nyu_ed", i, "too many rows"))?;
        for code in codes.split('|') {
            index.insert(code, slot);
        }
    }
    Ok((index, fractions))
}

fn load_sdoh(rows: impl Iterator<Item = &'static str>) -> Result<FxHashMap<&'static str, u8>, ReferenceError> {
    rows.enumerate()
        .map(|(i, row)| {
            let (code, domain) = pair(row, "sdoh_z_codes", i)?;
            let at = SDOH_DOMAINS
                .iter()
                .position(|d| *d == domain)
                .ok_or_else(|| malformed("sdoh_z_codes", i, "unknown domain"))?;
            Ok((code, number(&(at + 1).to_string(), "sdoh_z_codes", i)?))
        })
        .collect()
}

fn load_charlson_weights(rows: impl Iterator<Item = &'static str>) -> Result<[(i32, i32); 17], ReferenceError> {
    let mut out = [(0, 0); 17];
    for (i, row) in rows.enumerate() {
        let (name, rest) = pair(row, "charlson_weights", i)?;
        let (original, newer) = pair(rest, "charlson_weights", i)?;
        let at = CHARLSON
            .iter()
            .position(|c| *c == name)
            .ok_or_else(|| malformed("charlson_weights", i, "unknown condition"))?;
        out[at] = (number(original, "charlson_weights", i)?, number(newer, "charlson_weights", i)?);
    }
    Ok(out)
}

fn load_elixhauser_weights(rows: impl Iterator<Item = &'static str>) -> Result<[(bool, i32, i32); 38], ReferenceError> {
    let mut out = [(false, 0, 0); 38];
    for (i, row) in rows.enumerate() {
        let cells: Vec<&str> = row.split(',').collect();
        let [name, poa, readmission, mortality] = cells[..] else {
            return Err(malformed("elixhauser_weights", i, "four columns expected"));
        };
        let at = ELIXHAUSER[..38]
            .iter()
            .position(|c| *c == name)
            .ok_or_else(|| malformed("elixhauser_weights", i, "unknown measure"))?;
        out[at] =
            (poa == "Y", number(readmission, "elixhauser_weights", i)?, number(mortality, "elixhauser_weights", i)?);
    }
    Ok(out)
}

fn load_lace(rows: impl Iterator<Item = &'static str>) -> Result<[f64; 20], ReferenceError> {
    let mut out = [0.0; 20];
    for (i, row) in rows.enumerate() {
        let (score, rest) = pair(row, "lace_expected_risk", i)?;
        let at: usize = number(score, "lace_expected_risk", i)?;
        let percent = rest.split(',').next().unwrap_or("");
        *out.get_mut(at).ok_or_else(|| malformed("lace_expected_risk", i, "score above 19"))? =
            number(percent, "lace_expected_risk", i)?;
    }
    Ok(out)
}

#[derive(Default)]
struct PlannedTables {
    dx_ccs: FxHashMap<u16, (bool, bool)>,
    px_ccs: FxHashMap<u16, (bool, bool)>,
    px: Vec<&'static str>,
    acute_dx: Vec<&'static str>,
}

impl PlannedTables {
    fn add(&mut self, row: &'static str, i: usize) -> Result<(), ReferenceError> {
        let set = "cms_planned_readmission";
        let (rule, rest) = pair(row, set, i)?;
        let (kind, code) = pair(rest, set, i)?;
        match (rule, kind) {
            ("PR1", "ccs_px") => self.px_ccs.entry(number(code, set, i)?).or_default().0 = true,
            ("PR3", "ccs_px") => self.px_ccs.entry(number(code, set, i)?).or_default().1 = true,
            ("PR2", "ccs_dx") => self.dx_ccs.entry(number(code, set, i)?).or_default().0 = true,
            ("PR4", "ccs_dx") => self.dx_ccs.entry(number(code, set, i)?).or_default().1 = true,
            ("PR3", "icd10pcs") => self.px.push(code),
            ("PR4", "icd10cm") => self.acute_dx.push(code),
            _ => return Err(malformed(set, i, "unknown rule")),
        }
        // The table is sorted by (rule, kind, code), so each list arrives in order.
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(r.hfrs_points[usize::from(r.dx("G309").hfrs) - 1].to_bits(), 4.0_f64.to_bits());
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

    #[test]
    fn nyu_rows_sum_to_one() {
        for row in reference().nyu_fractions {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-6);
        }
    }
}

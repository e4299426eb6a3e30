//! The code sets embedded in the binary, and their descriptions. Owns which file holds which set,
//! and which table an override folder replaces; refuses to know what a set means clinically.

use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::error::ReferenceError;

/// What a code set is, whose it is and how many rows it has; one row of `config/code-sets/index.toml`.
#[derive(Clone, Debug, Deserialize)]
pub struct CodeSet {
    /// Short name, the folder under `config/code-sets/`.
    pub id: String,
    /// Version in the publisher's own words.
    pub version: String,
    /// File relative to the code-set folder.
    pub file: String,
    /// Publisher.
    pub agency: String,
    /// Publication it is taken from.
    pub publication: String,
    /// First day it is meant for (empty: not dated).
    pub effective_from: String,
    /// Last day it is meant for (empty: open).
    pub effective_to: String,
    /// Rows of the compact table.
    pub rows: usize,
    /// Rows the publisher's own table has.
    pub source_rows: usize,
    /// SHA-256 of the compact table.
    pub sha256: String,
    /// Licence.
    pub licence: String,
    /// What a reader should know.
    pub note: String,
}

#[derive(Deserialize)]
struct Index {
    set: Vec<CodeSet>,
}

macro_rules! embedded {
    ($($id:literal => $file:literal),+ $(,)?) => {
        const EMBEDDED: &[(&str, &str)] = &[$(($id, include_str!(concat!("../../config/code-sets/", $file)))),+];
    };
}

embedded! {
    "icd10cm" => "icd10cm/fy2024-fy2026.csv",
    "icd10cm_headers" => "icd10cm_headers/fy2026.csv",
    "ccs_dx" => "ccs_dx/2019.1.csv",
    "ccs_px" => "ccs_px/2019.1.csv",
    "cms_planned_readmission" => "cms_planned_readmission/v4.0.csv",
    "cms_hwr_exclusions" => "cms_hwr_exclusions/2021-22.csv",
    "charlson" => "charlson/quan2005.csv",
    "charlson_weights" => "charlson_weights/1987-2011.csv",
    "elixhauser" => "elixhauser/2026.1.csv",
    "elixhauser_weights" => "elixhauser_weights/2026.1.csv",
    "hfrs" => "hfrs/2018.csv",
    "nyu_ed" => "nyu_ed/johnston-2017.csv",
    "ahrq_pqi_sets" => "ahrq_pqi_sets/v2024.csv",
    "ahrq_pqi_coefficients" => "ahrq_pqi_coefficients/v2024.csv",
    "county_poverty" => "county_poverty/v2024.csv",
    "ahrq_pqe_sets" => "ahrq_pqe_sets/v2024.csv",
    "ahrq_pqe_coefficients" => "ahrq_pqe_coefficients/v2024.csv",
    "lace_expected_risk" => "lace_expected_risk/2010.csv",
    "lace_points" => "lace_points/2010.csv",
    "hospital_points" => "hospital_points/2013-2017.csv",
    "sdoh_z_codes" => "sdoh_z_codes/fy2026.csv",
    "sdoh_adjacent" => "sdoh_adjacent/fy2026.csv",
    "diagnosis_families" => "diagnosis_families/2026.csv",
    "services" => "services/2026.csv",
    "care_lists" => "care_lists/2026.csv",
    "frailty_markers" => "frailty_markers/2015-2026.csv",
    "ingredient_classes" => "ingredient_classes/2026.csv",
    "cms_hcc_map" => "cms_hcc_map/py2026.csv",
    "cms_hcc_edits" => "cms_hcc_edits/py2026.csv",
    "cms_hcc_hierarchy" => "cms_hcc_hierarchy/py2026.csv",
    "cms_hcc_factors" => "cms_hcc_factors/py2026.csv",
    "cms_hcc_interactions" => "cms_hcc_interactions/py2026.csv",
    "ccsr_dx" => "ccsr_dx/v2023.1.csv",
    "ccw_definitions" => "ccw_definitions/2022-02.csv",
    "ccw_dx" => "ccw_dx/2022-02.csv",
    "sensitive" => "sensitive/1.csv",
    "visits" => "visits/2026.1.csv",
    "follow_up" => "follow_up/2026.1.csv",
    "ccsr_labels" => "ccsr_labels/v2023.1.csv",
}

/// Every code set, in the order of the index.
///
/// # Panics
/// Never in a released binary: the index is embedded and a test reads it.
#[must_use]
pub fn code_sets() -> Vec<CodeSet> {
    let index: Index =
        toml::from_str(include_str!("../../config/code-sets/index.toml")).expect("the embedded index is valid TOML");
    index.set
}

/// Every code set as it is used with an override folder: a replaced table carries its own hash and row count.
///
/// # Errors
/// When an override file exists and cannot be read.
pub fn code_sets_in(dir: Option<&Path>) -> Result<Vec<CodeSet>, ReferenceError> {
    let own = optional(HCC_PROCEDURES, dir)?.map(|table| {
        Ok(CodeSet {
            id: HCC_PROCEDURES.to_owned(),
            version: "the organisation's own".to_owned(),
            file: format!("{HCC_PROCEDURES}.csv"),
            agency: "CMS".to_owned(),
            publication: "CPT and HCPCS eligible for risk adjustment".to_owned(),
            effective_from: String::new(),
            effective_to: String::new(),
            rows: rows(table).count(),
            source_rows: rows(table).count(),
            sha256: sha256_hex(table.as_bytes()),
            licence: "CPT is licensed by the AMA".to_owned(),
            note: String::new(),
        })
    });
    code_sets()
        .into_iter()
        .map(|set| {
            let table = text(&set.id, dir)?;
            let sha256 = sha256_hex(table.as_bytes());
            let replaced = sha256 != set.sha256;
            let version = if replaced { format!("{} (replaced)", set.version) } else { set.version.clone() };
            Ok(CodeSet { rows: rows(table).count(), sha256, version, ..set })
        })
        .chain(own)
        .collect()
}

/// The text of one set: the file under `dir` when it is there, else the embedded table.
///
/// # Errors
/// When an override file exists and cannot be read as UTF-8.
pub fn text(id: &str, dir: Option<&Path>) -> Result<&'static str, ReferenceError> {
    if let Some(dir) = dir {
        let set = code_sets().into_iter().find(|s| s.id == id);
        if let Some(path) = set.map(|s| dir.join(s.file)).filter(|p| p.exists()) {
            let text = std::fs::read_to_string(&path)
                .map_err(|e| ReferenceError::Unreadable { set: id.to_owned(), why: e.to_string() })?;
            // Read once for the life of the process, like the embedded tables.
            return Ok(Box::leak(text.into_boxed_str()));
        }
    }
    EMBEDDED
        .iter()
        .find(|(name, _)| *name == id)
        .map(|(_, text)| *text)
        .ok_or_else(|| ReferenceError::Unreadable { set: id.to_owned(), why: "no such code set".to_owned() })
}

/// The rows of a set's table without its header; a cell never holds a comma.
pub fn rows(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().skip(1).filter(|l| !l.is_empty())
}

/// An organisation's own table of procedure codes (HCPCS or CPT, one column `code`) that make a claim's
/// diagnoses count for CMS-HCC. CMS publishes it yearly; CPT's licence keeps it out of the binary.
pub const HCC_PROCEDURES: &str = "cms_hcc_eligible_procedures";

/// The text of a table that only a folder can give; `None` when it does not.
///
/// # Errors
/// When the file exists and cannot be read as UTF-8.
pub fn optional(id: &str, dir: Option<&Path>) -> Result<Option<&'static str>, ReferenceError> {
    let Some(path) = dir.map(|d| d.join(format!("{id}.csv"))).filter(|p| p.exists()) else { return Ok(None) };
    let text = std::fs::read_to_string(&path)
        .map_err(|e| ReferenceError::Unreadable { set: id.to_owned(), why: e.to_string() })?;
    Ok(Some(Box::leak(text.into_boxed_str())))
}

/// SHA-256 of a text in lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    crate::domain::hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_table_is_the_indexed_one() {
        let sets = code_sets();
        assert_eq!(sets.len(), EMBEDDED.len());
        for set in sets {
            let table = text(&set.id, None).expect("embedded");
            assert_eq!(sha256_hex(table.as_bytes()), set.sha256, "{}", set.id);
            assert_eq!(rows(table).count(), set.rows, "{}", set.id);
        }
    }

    #[test]
    fn row_counts_are_the_agencies_own() {
        let sets = code_sets();
        let source = |id: &str| sets.iter().find(|s| s.id == id).map(|s| s.source_rows).expect("a set");
        assert_eq!(source("ccs_dx"), 72_446);
        assert_eq!(source("ccs_px"), 79_758);
        assert_eq!(source("elixhauser"), 4_690);
        assert_eq!(source("hfrs"), 109);
        assert_eq!(source("nyu_ed"), 47_132);
        assert_eq!(source("cms_hwr_exclusions"), 47);
        assert_eq!(source("icd10cm"), 74_783);
        // 10,354 V24 and 8,317 V28 pairs of code and HCC.
        assert_eq!(source("cms_hcc_map"), 18_671);
        assert_eq!(source("ccsr_dx"), 86_288);
        assert_eq!(source("ccw_dx"), 3_152);
    }
}

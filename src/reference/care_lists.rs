//! Short closed lists of claim codes: dispositions, admission types and sources, specialties, laboratory tests. Owns their
//! names; refuses to hold a code (see `config/code-sets/care_lists`).

use std::path::Path;

use super::error::ReferenceError;
use super::named_list::named_list;
use super::rows::{malformed, pair};
use super::sets;
use crate::domain::Short;

named_list! {
    /// A list of codes of one system. Its codes are those of the code set `care_lists`.
    CareList {
        /// Dispositions into another facility that features tell.
        ToFacility = "to_facility";
        /// Dispositions home with home health care.
        ToHomeHealth = "to_home_health";
        /// Dispositions into hospice.
        ToHospice = "to_hospice";
        /// Left against medical advice.
        AgainstAdvice = "against_advice";
        /// Emergency, urgent and trauma admission types.
        UrgentAdmission = "urgent_admission";
        /// Admit sources that are transfers in (AHRQ PQI).
        TransferIn = "transfer_in";
        /// CMS specialties of primary care: general practice, family practice, internal medicine, pediatrics, geriatrics,
        /// nurse practitioner, clinical nurse specialist, physician assistant (42 CFR 425.402).
        PrimaryCare = "primary_care";
        /// CMS specialties of oncology: haematology-oncology, medical, surgical, radiation, gynaecological.
        Oncologist = "oncologist";
        /// Revenue centres of oncology beds.
        OncologyBed = "oncology_bed";
        /// Dual status codes with full Medicaid benefits.
        FullDual = "full_dual";
        /// Dual status codes with partial Medicaid benefits.
        PartialDual = "partial_dual";
        /// Haemoglobin in blood (mass or moles per volume), by LOINC.
        HemoglobinTest = "hemoglobin_test";
        /// Sodium in serum, plasma or blood (moles per volume), by LOINC.
        SodiumTest = "sodium_test";
        /// Haemoglobin A1c.
        A1cTest = "a1c_test";
        /// Estimated glomerular filtration rate, by any published equation.
        EgfrTest = "egfr_test";
        /// NT-proBNP.
        NtProBnpTest = "nt_probnp_test";
        /// Potassium in serum, plasma or blood.
        PotassiumTest = "potassium_test";
        /// Creatinine in serum or plasma.
        CreatinineTest = "creatinine_test";
        /// International normalised ratio.
        InrTest = "inr_test";
        /// Albumin to creatinine ratio in urine.
        UrineAlbuminTest = "urine_albumin_test";
        /// Systolic blood pressure.
        SystolicPressure = "systolic_pressure";
        /// Diastolic blood pressure.
        DiastolicPressure = "diastolic_pressure";
    }
}

/// The lists.
pub struct CareLists(Vec<Vec<Short>>);

const SET: &str = "care_lists";

impl CareLists {
    /// Loads the set; no list may be empty, and every row must name a list.
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let mut out = vec![Vec::new(); CareList::ALL.len()];
        for (i, row) in sets::rows(sets::text(SET, dir)?).enumerate() {
            let (name, code) = pair(row, SET, i)?;
            let list = CareList::parse(name).ok_or_else(|| malformed(SET, i, "unknown list"))?;
            let code = Short::parse(code).ok_or_else(|| malformed(SET, i, "a code of more than eight characters"))?;
            if let Some(codes) = out.get_mut(list as usize) {
                codes.push(code);
            }
        }
        match CareList::ALL.iter().find(|l| out[**l as usize].is_empty()) {
            Some(missing) => Err(ReferenceError::Unreadable {
                set: SET.to_owned(),
                why: format!("no code of the list {}", missing.name()),
            }),
            None => Ok(Self(out)),
        }
    }

    /// Whether a code is on a list; no code never is.
    #[must_use]
    pub fn has(&self, list: CareList, code: Short) -> bool {
        !code.is_none() && self.0[list as usize].contains(&code)
    }

    /// Whether a text is a code on a list.
    #[must_use]
    pub fn has_text(&self, list: CareList, text: &str) -> bool {
        Short::parse(text).is_some_and(|code| self.has(list, code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_their_codes_alone() {
        let all = CareLists::load(None).expect("embedded");
        assert!(all.has(CareList::ToHomeHealth, Short::of("06")) && !all.has(CareList::ToHomeHealth, Short::of("01")));
        assert!(all.has_text(CareList::EgfrTest, "98979-8") && !all.has_text(CareList::EgfrTest, "2160-0"));
        assert!(!all.has(CareList::ToHospice, Short::NONE) && !all.has_text(CareList::PrimaryCare, ""));
        assert!(!all.has_text(CareList::A1cTest, "longer than a code"));
    }
}

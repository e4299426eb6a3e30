//! Claim markers of frailty: families of diagnoses and ranges of equipment codes. Owns their names; refuses to hold a code
//! (see `config/code-sets/frailty_markers`) and to weigh them.

use std::path::Path;

use super::error::ReferenceError;
use super::rows::{Sorted, all_prefixes, malformed};
use super::sets;

/// The markers, in the order of their bits.
pub const FRAILTY_MARKERS: [&str; 8] =
    ["difficulty_walking", "weakness", "skin_ulcer", "hospital_bed", "wheelchair", "home_oxygen", "fall", "debility"];

/// The markers by beginning of a diagnosis and by range of HCPCS codes.
#[derive(Default)]
pub struct FrailtyMarkers {
    diagnoses: Sorted<u8>,
    equipment: Vec<(&'static str, &'static str, u8)>,
}

const SET: &str = "frailty_markers";

impl FrailtyMarkers {
    /// Loads the set; every row must name a marker.
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let mut out = Self::default();
        for (i, row) in sets::rows(sets::text(SET, dir)?).enumerate() {
            let cells: Vec<&'static str> = row.split(',').collect();
            let [name, system, first, last] = cells[..] else {
                return Err(malformed(SET, i, "four columns expected"));
            };
            let marker = FRAILTY_MARKERS.iter().position(|m| *m == name);
            let bit = 1 << marker.ok_or_else(|| malformed(SET, i, "unknown marker"))?;
            match system {
                "icd10cm" => out.diagnoses.push((first, bit)),
                "hcpcs" => out.equipment.push((first, last, bit)),
                _ => return Err(malformed(SET, i, "unknown system")),
            }
        }
        out.diagnoses.sort_unstable();
        Ok(out)
    }

    /// Bits of a normalised ICD-10-CM code.
    #[must_use]
    pub fn of_diagnosis(&self, code: &str) -> u8 {
        all_prefixes(&self.diagnoses, code).fold(0, |bits, bit| bits | bit)
    }

    /// Bits of a HCPCS level II code of durable medical equipment.
    #[must_use]
    pub fn of_equipment(&self, hcpcs: &str) -> u8 {
        let holds =
            |(first, last, _): &&(&str, &str, u8)| hcpcs.len() == first.len() && *first <= hcpcs && hcpcs <= *last;
        self.equipment.iter().filter(holds).fold(0, |bits, (_, _, bit)| bits | bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_ranges_end_where_they_say() {
        let all = FrailtyMarkers::load(None).expect("embedded");
        assert_eq!(
            ["R2689", "R531", "R530", "L8990", "W1830XA", "W161XXA", "W20XXXA", "R296", "R54"]
                .map(|c| all.of_diagnosis(c)),
            [1, 2, 0, 4, 64, 0, 0, 64, 128]
        );
        assert_eq!(
            ["E0249", "E0250", "E0304", "E0305", "K0001", "E1390", "99213", "E25", ""].map(|c| all.of_equipment(c)),
            [0, 8, 8, 0, 16, 32, 0, 0, 0]
        );
    }
}

//! The NYU classes of emergency department visits and the fractions of each code. Owns that table; refuses to round a
//! visit to one class.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::error::ReferenceError;
use super::named_list::named_list;
use super::rows::{malformed, number};
use super::sets;

named_list! {
    /// A class of ED visits (Billings, NYU; Johnston et al. 2017), in the order of the fractions.
    #[expect(missing_docs, reason = "the words of each stand beside it")]
    NyuClass {
        Emergent = "emergent_not_preventable", "emergent, not preventable";
        Preventable = "emergent_preventable", "emergent, preventable";
        PrimaryCare = "emergent_primary_care_treatable", "treatable in primary care";
        NonEmergent = "non_emergent", "non-emergent";
        Injury = "injury", "injury";
        Psychiatric = "psych", "psychiatric";
        Alcohol = "alcohol", "alcohol";
        Drug = "drug", "drug";
    }
}

/// Fractions of a visit by class, 0..1.
pub type NyuFractions = [f64; NyuClass::ALL.len()];

/// Fractions by exact code.
pub struct NyuTable {
    by_code: FxHashMap<&'static str, u16>,
    fractions: Vec<NyuFractions>,
}

const SET: &str = "nyu_ed";

impl NyuTable {
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let mut out = Self { by_code: FxHashMap::default(), fractions: Vec::new() };
        for (i, row) in sets::rows(sets::text(SET, dir)?).enumerate() {
            let mut cells = row.split(',');
            let codes = cells.next().unwrap_or("");
            let mut values = NyuFractions::default();
            for v in &mut values {
                *v = number(cells.next().unwrap_or(""), SET, i)?;
            }
            out.fractions.push(values);
            let row_number = u16::try_from(out.fractions.len()).map_err(|_| malformed(SET, i, "too many rows"))?;
            out.by_code.extend(codes.split('|').map(|code| (code, row_number)));
        }
        Ok(out)
    }

    /// Number of a code's row, from 1; 0 for a code that is not listed.
    pub(super) fn row_of(&self, code: &str) -> u16 {
        self.by_code.get(code).copied().unwrap_or(0)
    }

    /// The fractions of a row by its number in [`super::DxFacts::nyu`]; `None` for 0.
    #[must_use]
    pub fn fractions(&self, row_number: u16) -> Option<NyuFractions> {
        self.fractions.get(usize::from(row_number).checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nyu_rows_sum_to_one() {
        for row in NyuTable::load(None).expect("embedded").fractions {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-6);
        }
    }
}

//! The Hospital Frailty Risk Score's table: three-character codes and their points (Gilbert 2018). Owns it; refuses to sum.

use std::path::Path;

use super::error::ReferenceError;
use super::rows::{Sorted, all_prefixes, number, pair};
use super::sets;

const SET: &str = "hfrs";

/// One condition of the score.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HfrsRow {
    /// Three-character code.
    pub code: &'static str,
    /// Points, one decimal.
    pub points: f64,
}

/// The score's conditions by beginning of a code.
pub struct HfrsTable {
    by_prefix: Sorted<u8>,
    /// Conditions by 0-based row.
    pub rows: Vec<HfrsRow>,
}

impl HfrsTable {
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let mut out = Self { by_prefix: Vec::new(), rows: Vec::new() };
        for (i, row) in sets::rows(sets::text(SET, dir)?).enumerate() {
            let (code, points) = pair(row, SET, i)?;
            out.by_prefix.push((code, number::<u8>(&(i + 1).to_string(), SET, i)?));
            out.rows.push(HfrsRow { code, points: number(points, SET, i)? });
        }
        out.by_prefix.sort_unstable();
        Ok(out)
    }

    /// Number of a code's row, from 1; 0 for a code without points.
    pub(super) fn row_of(&self, code: &str) -> u8 {
        all_prefixes(&self.by_prefix, code).max().unwrap_or(0)
    }
}

//! CMS-HCC V24 and V28 as tables: categories of a code, age and sex edits, hierarchies, relative factors
//! and the composition of interactions. Owns their loading; refuses to score anyone.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::error::ReferenceError;
use super::rows::{malformed, number};
use super::sets;

/// A version of the model.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HccModel {
    /// CMS-HCC V24, 86 payment HCCs.
    V24,
    /// CMS-HCC V28, 115 payment HCCs.
    V28,
}

impl HccModel {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::V24, Self::V28];

    fn parse(text: &str) -> Option<Self> {
        match text {
            "v24" => Some(Self::V24),
            "v28" => Some(Self::V28),
            _ => None,
        }
    }
}

/// Segments in the order of the factor tables.
pub const HCC_SEGMENTS: [&str; 9] = ["cna", "cnd", "cpa", "cpd", "cfa", "cfd", "ins", "ne", "snpne"];

/// Lower ages of the twelve bands of continuing enrollees.
pub const HCC_AGES: [i32; 12] = [0, 35, 45, 55, 60, 65, 70, 75, 80, 85, 90, 95];
/// The left side of an interaction with disability.
const DISABLED: &str = "disabled";
/// CMS's number for female.
const FEMALE: &str = "2";

const AGE_NAMES: [&str; 12] =
    ["0_34", "35_44", "45_54", "55_59", "60_64", "65_69", "70_74", "75_79", "80_84", "85_89", "90_94", "95_GT"];
/// Lower ages of the sixteen bands of new enrollees.
pub const HCC_NEW_AGES: [i32; 16] = [0, 35, 45, 55, 60, 65, 66, 67, 68, 69, 70, 75, 80, 85, 90, 95];
const NEW_AGE_NAMES: [&str; 16] = [
    "0_34", "35_44", "45_54", "55_59", "60_64", "65", "66", "67", "68", "69", "70_74", "75_79", "80_84", "85_89",
    "90_94", "95_GT",
];

/// An edit of one code in one model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HccEdit {
    /// Holds for women, whatever the age; an age rule when false.
    pub female: bool,
    /// Holds at this age and above.
    pub age_min: Option<i32>,
    /// Holds at this age and below.
    pub age_max: Option<i32>,
    /// The slot the code takes instead; 0 drops the code.
    pub slot: u8,
}

/// What the mapping says of a code: 1-based slots of its HCCs by model (0 none), and its edits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HccGroup {
    /// Up to two slots a model.
    pub slots: [[u8; 2]; 2],
    /// The edit of each model.
    pub edits: [Option<HccEdit>; 2],
}

/// One interaction: it holds when any of `left` and any of `right` do, and, for `disabled`, when the
/// person is under 65 with an entitlement other than age.
#[derive(Clone, Copy, Debug, Default)]
pub struct HccInteraction {
    /// Bits of slots; all ones when the left side is disability.
    pub left: u128,
    /// Bits of slots.
    pub right: u128,
    /// The left side is disability.
    pub disabled: bool,
}

/// Relative factors of one segment, in thousandths.
#[derive(Clone, Debug, Default)]
pub struct HccSegment {
    /// By sex (female, male) and age band of continuing enrollees.
    pub cells: [[i64; 12]; 2],
    /// By Medicaid, originally disabled, sex and new-enrollee age band.
    pub new_cells: [[[[i64; 16]; 2]; 2]; 2],
    /// Originally disabled, by sex.
    pub originally_disabled: [i64; 2],
    /// Medicaid in an institution.
    pub institutional_medicaid: i64,
    /// By slot − 1.
    pub hccs: Vec<i64>,
    /// By payment-HCC count, 0..=10 (10 and more).
    pub counts: [i64; 11],
    /// By interaction, in the order of the model.
    pub interactions: Vec<i64>,
}

/// One version of the model.
#[derive(Clone, Debug, Default)]
pub struct HccModelTable {
    /// `HCC85` and so on, by slot − 1, in numeric order.
    pub names: Vec<&'static str>,
    /// Slots each HCC drops, by slot − 1.
    pub drops: Vec<u128>,
    /// Interactions.
    pub interactions: Vec<HccInteraction>,
    /// By [`HCC_SEGMENTS`].
    pub segments: Vec<HccSegment>,
    numbers: Vec<u16>,
}

impl HccModelTable {
    /// 1-based slot of an HCC number; 0 when the model has none.
    #[must_use]
    pub fn slot(&self, hcc: u16) -> u8 {
        self.numbers.binary_search(&hcc).ok().and_then(|i| u8::try_from(i + 1).ok()).unwrap_or(0)
    }
}

/// Both versions and the mapping.
pub struct HccTables {
    codes: FxHashMap<&'static str, u16>,
    groups: Vec<HccGroup>,
    models: [HccModelTable; 2],
}

fn row_cells<const N: usize>(row: &'static str, set: &str, i: usize) -> Result<[&'static str; N], ReferenceError> {
    row.split(',').collect::<Vec<_>>().try_into().map_err(|_| malformed(set, i, "wrong number of columns"))
}

fn parse_model(text: &str, set: &str, i: usize) -> Result<HccModel, ReferenceError> {
    HccModel::parse(text).ok_or_else(|| malformed(set, i, "unknown model"))
}

impl HccTables {
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let mut out = Self {
            codes: FxHashMap::default(),
            groups: vec![HccGroup::default()],
            models: [HccModelTable::default(), HccModelTable::default()],
        };
        out.load_numbers(dir)?;
        out.load_hierarchy(dir)?;
        out.load_interactions(dir)?;
        for m in &mut out.models {
            m.segments = vec![
                HccSegment {
                    hccs: vec![0; m.numbers.len()],
                    interactions: vec![0; m.interactions.len()],
                    ..HccSegment::default()
                };
                HCC_SEGMENTS.len()
            ];
        }
        out.load_factors(dir)?;
        out.load_codes(dir)?;
        Ok(out)
    }

    /// What the mapping says of a code, as a number that is cheap to keep; 0 is no HCC.
    #[must_use]
    pub fn group_of(&self, code: &str) -> u16 {
        self.codes.get(code).copied().unwrap_or(0)
    }

    /// The group of such a number.
    #[must_use]
    pub fn group(&self, index: u16) -> HccGroup {
        self.groups.get(usize::from(index)).copied().unwrap_or_default()
    }

    /// One version.
    #[must_use]
    pub fn model(&self, model: HccModel) -> &HccModelTable {
        &self.models[model as usize]
    }

    /// The HCCs of a model are the `HCCn` variables of its factors.
    fn load_numbers(&mut self, dir: Option<&Path>) -> Result<(), ReferenceError> {
        let set = "cms_hcc_factors";
        let mut seen: [Vec<(u16, &'static str)>; 2] = [Vec::new(), Vec::new()];
        for (i, row) in sets::rows(sets::text(set, dir)?).enumerate() {
            let [m, _, variable, _] = row_cells(row, set, i)?;
            if let Some(n) = variable.strip_prefix("HCC").and_then(|n| n.parse().ok()) {
                seen[parse_model(m, set, i)? as usize].push((n, variable));
            }
        }
        for (table, mut list) in self.models.iter_mut().zip(seen) {
            list.sort_unstable();
            list.dedup_by_key(|l| l.0);
            table.numbers = list.iter().map(|l| l.0).collect();
            table.names = list.into_iter().map(|l| l.1).collect();
            table.drops = vec![0; table.numbers.len()];
        }
        Ok(())
    }

    fn load_hierarchy(&mut self, dir: Option<&Path>) -> Result<(), ReferenceError> {
        let set = "cms_hcc_hierarchy";
        for (i, row) in sets::rows(sets::text(set, dir)?).enumerate() {
            let [m, hcc, drops] = row_cells(row, set, i)?;
            let table = &mut self.models[parse_model(m, set, i)? as usize];
            let (parent, child) = (table.slot(number(hcc, set, i)?), table.slot(number(drops, set, i)?));
            if parent == 0 || child == 0 {
                return Err(malformed(set, i, "unknown HCC"));
            }
            table.drops[usize::from(parent) - 1] |= 1 << (child - 1);
        }
        Ok(())
    }

    fn load_interactions(&mut self, dir: Option<&Path>) -> Result<(), ReferenceError> {
        let set = "cms_hcc_interactions";
        for (i, row) in sets::rows(sets::text(set, dir)?).enumerate() {
            let [m, _, left, right] = row_cells(row, set, i)?;
            let table = &mut self.models[parse_model(m, set, i)? as usize];
            let side = |text: &str| -> Result<u128, ReferenceError> {
                text.split('|').try_fold(0, |bits, n| match table.slot(number(n, set, i)?) {
                    0 => Err(malformed(set, i, "unknown HCC")),
                    slot => Ok(bits | 1 << (slot - 1)),
                })
            };
            let disabled = left == DISABLED;
            let one =
                HccInteraction { left: if disabled { u128::MAX } else { side(left)? }, right: side(right)?, disabled };
            table.interactions.push(one);
        }
        Ok(())
    }

    fn load_factors(&mut self, dir: Option<&Path>) -> Result<(), ReferenceError> {
        let mut names: [Vec<&'static str>; 2] = [Vec::new(), Vec::new()];
        for (i, row) in sets::rows(sets::text("cms_hcc_interactions", dir)?).enumerate() {
            let [m, variable, ..] = row_cells::<4>(row, "cms_hcc_interactions", i)?;
            names[parse_model(m, "cms_hcc_interactions", i)? as usize].push(variable);
        }
        let set = "cms_hcc_factors";
        for (i, row) in sets::rows(sets::text(set, dir)?).enumerate() {
            let [m, segment, variable, factor] = row_cells(row, set, i)?;
            let at = parse_model(m, set, i)? as usize;
            let table = &mut self.models[at];
            let value: f64 = number(factor, set, i)?;
            #[expect(clippy::cast_possible_truncation, reason = "factors are below 100 with three decimals")]
            let value = (value * 1000.0).round() as i64;
            let slot = variable.strip_prefix("HCC").and_then(|n| n.parse().ok()).map_or(0, |n| table.slot(n));
            let interaction = names[at].iter().position(|n| *n == variable);
            let segment = HCC_SEGMENTS
                .iter()
                .position(|s| *s == segment)
                .and_then(|s| table.segments.get_mut(s))
                .ok_or_else(|| malformed(set, i, "unknown segment"))?;
            let place = if slot > 0 {
                segment.hccs.get_mut(usize::from(slot) - 1)
            } else if let Some(n) = interaction {
                segment.interactions.get_mut(n)
            } else {
                segment.named(variable)
            };
            *place.ok_or_else(|| malformed(set, i, "unknown variable"))? = value;
        }
        Ok(())
    }

    fn load_codes(&mut self, dir: Option<&Path>) -> Result<(), ReferenceError> {
        let set = "cms_hcc_edits";
        let mut edits: FxHashMap<&'static str, [Option<HccEdit>; 2]> = FxHashMap::default();
        for (i, row) in sets::rows(sets::text(set, dir)?).enumerate() {
            let [code, m, sex, low, high, hcc] = row_cells(row, set, i)?;
            let m = parse_model(m, set, i)? as usize;
            let age = |text: &str| if text.is_empty() { Ok(None) } else { number(text, set, i).map(Some) };
            let slot = if hcc.is_empty() { 0 } else { self.models[m].slot(number(hcc, set, i)?) };
            edits.entry(code).or_default()[m] =
                Some(HccEdit { female: sex == FEMALE, age_min: age(low)?, age_max: age(high)?, slot });
        }
        let set = "cms_hcc_map";
        for (i, row) in sets::rows(sets::text(set, dir)?).enumerate() {
            let [code, v24, v28] = row_cells(row, set, i)?;
            let mut group = HccGroup { edits: edits.get(code).copied().unwrap_or_default(), ..HccGroup::default() };
            for (m, text) in [v24, v28].into_iter().enumerate() {
                for (n, hcc) in text.split('|').filter(|t| !t.is_empty()).enumerate() {
                    let slot = self.models[m].slot(number(hcc, set, i)?);
                    *group.slots[m].get_mut(n).ok_or_else(|| malformed(set, i, "more than two HCCs"))? = slot;
                }
            }
            let index = self.groups.iter().position(|g| *g == group).unwrap_or_else(|| {
                self.groups.push(group);
                self.groups.len() - 1
            });
            self.codes.insert(code, u16::try_from(index).map_err(|_| malformed(set, i, "too many groups"))?);
        }
        Ok(())
    }
}

impl HccSegment {
    /// The place of a demographic or count variable.
    fn named(&mut self, variable: &str) -> Option<&mut i64> {
        let sexed = |text: &str, names: &[&str]| -> Option<(usize, usize)> {
            let sex = match text.get(..1)? {
                "F" => 0,
                "M" => 1,
                _ => return None,
            };
            names.iter().position(|n| *n == &text[1..]).map(|band| (sex, band))
        };
        if let Some((kind, rest)) = variable.split_once("_NE") {
            let (medicaid, disabled) = match kind {
                "NMCAID_NORIGDIS" => (0, 0),
                "NMCAID_ORIGDIS" => (0, 1),
                "MCAID_NORIGDIS" => (1, 0),
                "MCAID_ORIGDIS" => (1, 1),
                _ => return None,
            };
            let (sex, band) = sexed(rest, &NEW_AGE_NAMES)?;
            return Some(&mut self.new_cells[medicaid][disabled][sex][band]);
        }
        match variable {
            "OriginallyDisabled_Female" => Some(&mut self.originally_disabled[0]),
            "OriginallyDisabled_Male" => Some(&mut self.originally_disabled[1]),
            "LTIMCAID" => Some(&mut self.institutional_medicaid),
            "D10P" => Some(&mut self.counts[10]),
            // 0 in both versions, for either sex.
            "ORIGDS" => Some(&mut self.counts[0]),
            _ => {
                if let Some(n) = variable.strip_prefix('D').and_then(|n| n.parse::<usize>().ok()) {
                    return self.counts.get_mut(n);
                }
                let (sex, band) = sexed(variable, &AGE_NAMES)?;
                Some(&mut self.cells[sex][band])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_cms_own_sizes() {
        let t = HccTables::load(None).expect("embedded");
        let (v24, v28) = (t.model(HccModel::V24), t.model(HccModel::V28));
        assert_eq!((v24.names.len(), v28.names.len()), (86, 115));
        assert_eq!((v24.interactions.len(), v28.interactions.len()), (22, 11));
        // Rate Announcement: V24 HCC85 is 0.331 for community non-dual aged, V28 HCC226 0.360.
        assert_eq!(v24.segments[0].hccs[usize::from(v24.slot(85)) - 1], 331);
        assert_eq!(v28.segments[0].hccs[usize::from(v28.slot(226)) - 1], 360);
        assert_eq!(v28.segments[7].new_cells[0][0][0][5], 532);
        assert_eq!(v28.segments[6].institutional_medicaid, 130);
        // The one ORIGDS factor is 0, so that its place in the counts adds nothing.
        assert!([v24, v28].iter().all(|m| m.segments.iter().all(|s| s.counts[0] == 0)));
    }

    #[test]
    fn a_code_has_its_categories_and_edits() {
        let t = HccTables::load(None).expect("embedded");
        let names = |code: &str, m: HccModel| -> Vec<&str> {
            let table = t.model(m);
            t.group(t.group_of(code)).slots[m as usize]
                .iter()
                .filter(|s| **s > 0)
                .map(|s| table.names[usize::from(*s) - 1])
                .collect()
        };
        assert_eq!(names("I5022", HccModel::V24), ["HCC85"]);
        assert_eq!(names("I5022", HccModel::V28), ["HCC226"]);
        assert_eq!(names("B377", HccModel::V24), ["HCC2", "HCC6"]);
        assert_eq!(t.group_of("I10"), 0);
        let breast = t.group(t.group_of("C50011")).edits[1].expect("an edit");
        assert_eq!((breast.age_max, breast.slot), (Some(49), t.model(HccModel::V28).slot(22)));
    }
}

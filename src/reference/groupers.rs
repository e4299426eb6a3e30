//! CCSR categories and CCW conditions of a code. Owns their tables and the fallback for codes younger
//! than the grouper; refuses to count claims.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::error::ReferenceError;
use super::rows::{Sorted, family, find, malformed, number};
use super::sets;

/// CCSR categories of a code, as places in [`Groupers::ccsr_names`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CcsrGroup {
    /// Every category.
    pub categories: Box<[u16]>,
    /// The default category as a principal diagnosis; `None` where the code is not valid as one.
    pub inpatient_default: Option<u16>,
}

/// Which claims qualify for a CCW condition, by the letter of the revision's table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CcwRule {
    /// A: one inpatient, SNF or home-health claim, or two outpatient or carrier claims.
    A,
    /// B: one outpatient or carrier claim.
    B,
    /// C: one claim of any of the five kinds.
    C,
    /// D: one inpatient claim.
    D,
    /// F: one inpatient, outpatient or carrier claim.
    F,
    /// G: one inpatient or SNF claim, or two outpatient or carrier claims.
    G,
    /// K: one inpatient, SNF, outpatient or carrier claim.
    K,
}

/// One condition of the CCW.
#[derive(Clone, Copy, Debug)]
pub struct CcwCondition {
    /// Name; a name with `_exclude` is the exclusion of the one before it.
    pub name: &'static str,
    /// Months looked back.
    pub months: i32,
    /// Which claims qualify.
    pub rule: CcwRule,
    /// Bit of the codes that take a claim out, 0 without.
    pub excluded_by: u64,
}

/// Both groupers.
pub struct Groupers {
    ccsr: Sorted<u16>,
    groups: Vec<CcsrGroup>,
    ccw: FxHashMap<&'static str, u64>,
    /// CCSR category names by place, in order.
    pub ccsr_names: Vec<&'static str>,
    /// CCW conditions by bit.
    pub ccw_conditions: Vec<CcwCondition>,
}

/// What the groupers say of one code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct GrouperFacts {
    /// 1-based place for [`Groupers::ccsr`]; 0 is none.
    pub ccsr: u16,
    /// The categories came from the prefix family.
    pub ccsr_from_family: bool,
    /// Bits of [`Groupers::ccw_conditions`].
    pub ccw: u64,
}

impl Groupers {
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let (ccsr, groups, ccsr_names) = load_ccsr(dir)?;
        let ccw_conditions = load_conditions(dir)?;
        let set = "ccw_dx";
        let mut ccw = FxHashMap::default();
        for (i, row) in sets::rows(sets::text(set, dir)?).enumerate() {
            let (codes, conditions) = row.split_once(',').ok_or_else(|| malformed(set, i, "two columns expected"))?;
            let bits = conditions.split('|').try_fold(0_u64, |bits, name| {
                let at = ccw_conditions.iter().position(|c| c.name == name);
                at.map(|at| bits | 1 << at).ok_or_else(|| malformed(set, i, "unknown condition"))
            })?;
            ccw.extend(codes.split('|').map(|c| (c, bits)));
        }
        Ok(Self { ccsr, groups, ccw, ccsr_names, ccw_conditions })
    }

    /// Facts of a normalised ICD-10-CM code. A code that CCSR v2023.1 lacks takes the categories of its
    /// longest prefix family when all of it agrees, and likewise the CCW conditions.
    #[must_use]
    pub fn facts(&self, code: &str) -> GrouperFacts {
        let own = find(&self.ccsr, code);
        let (ccsr, ccsr_from_family) = match own {
            Some(n) => (n, false),
            None => family(&self.ccsr, code).map_or((0, false), |n| (n, true)),
        };
        let ccw = self.ccw.get(code).copied().unwrap_or_else(|| if own.is_some() { 0 } else { self.ccw_family(code) });
        GrouperFacts { ccsr, ccsr_from_family, ccw }
    }

    /// Categories of a place in [`GrouperFacts::ccsr`].
    #[must_use]
    pub fn ccsr(&self, place: u16) -> Option<&CcsrGroup> {
        self.groups.get(usize::from(place).checked_sub(1)?)
    }

    /// The conditions of the longest prefix family of codes known in FY2023, when all of it agrees.
    fn ccw_family(&self, code: &str) -> u64 {
        let bits = |c: &str| self.ccw.get(c).copied().unwrap_or(0);
        for n in (3..=code.len()).rev().filter(|n| code.is_char_boundary(*n)) {
            let prefix = &code[..n];
            let start = self.ccsr.partition_point(|(c, _)| *c < prefix);
            let mut kin = self.ccsr[start..].iter().take_while(|(c, _)| c.starts_with(prefix)).map(|(c, _)| bits(c));
            if let Some(first) = kin.next() {
                return if kin.all(|b| b == first) { first } else { 0 };
            }
        }
        0
    }
}

type Ccsr = (Sorted<u16>, Vec<CcsrGroup>, Vec<&'static str>);

fn load_ccsr(dir: Option<&Path>) -> Result<Ccsr, ReferenceError> {
    let set = "ccsr_dx";
    let mut lines = Vec::new();
    let mut names: Vec<&'static str> = Vec::new();
    for (i, row) in sets::rows(sets::text(set, dir)?).enumerate() {
        let cells: Vec<&'static str> = row.split(',').collect();
        let [codes, default, categories] = cells[..] else {
            return Err(malformed(set, i, "three columns expected"));
        };
        names.extend(categories.split('|'));
        lines.push((codes, default, categories));
    }
    names.sort_unstable();
    names.dedup();
    let place = |name: &str| names.binary_search(&name).ok().and_then(|n| u16::try_from(n).ok());
    let mut ccsr = Vec::new();
    let mut groups = Vec::new();
    for (i, (codes, default, categories)) in lines.into_iter().enumerate() {
        groups.push(CcsrGroup {
            categories: categories.split('|').filter_map(place).collect(),
            inpatient_default: place(default),
        });
        let at: u16 = number(&groups.len().to_string(), set, i)?;
        ccsr.extend(codes.split('|').map(|c| (c, at)));
    }
    ccsr.sort_unstable();
    Ok((ccsr, groups, names))
}

fn load_conditions(dir: Option<&Path>) -> Result<Vec<CcwCondition>, ReferenceError> {
    let set = "ccw_definitions";
    let mut out: Vec<CcwCondition> = Vec::new();
    for (i, row) in sets::rows(sets::text(set, dir)?).enumerate() {
        let cells: Vec<&'static str> = row.split(',').collect();
        let [name, months, rule] = cells[..] else {
            return Err(malformed(set, i, "three columns expected"));
        };
        let rule = match rule {
            "A" => CcwRule::A,
            "B" => CcwRule::B,
            "C" => CcwRule::C,
            "D" => CcwRule::D,
            "F" => CcwRule::F,
            "G" => CcwRule::G,
            "K" => CcwRule::K,
            _ => return Err(malformed(set, i, "unknown rule")),
        };
        out.push(CcwCondition { name, months: number(months, set, i)?, rule, excluded_by: 0 });
    }
    if out.len() > 64 {
        return Err(malformed(set, 64, "more than 64 conditions"));
    }
    let exclusions: Vec<(&str, u64)> = out
        .iter()
        .enumerate()
        .filter_map(|(i, c)| c.name.split_once("_exclude").map(|(of, _)| (of, 1_u64 << i)))
        .collect();
    for (of, bit) in exclusions {
        for c in out.iter_mut().filter(|c| c.name == of) {
            c.excluded_by |= bit;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories(g: &Groupers, code: &str) -> String {
        let facts = g.facts(code);
        let group = g.ccsr(facts.ccsr).cloned().unwrap_or_default();
        let name = |n: &u16| g.ccsr_names[usize::from(*n)];
        let default = group.inpatient_default.as_ref().map_or("-", name);
        format!("{default}:{}", group.categories.iter().map(name).collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn ccsr_is_the_published_file() {
        let g = Groupers::load(None).expect("embedded");
        // 543 of the 545 labelled categories hold a code; the labels keep two without.
        assert_eq!((g.ccsr.len(), g.ccsr_names.len()), (74_549, 543));
        assert_eq!(categories(&g, "I5022"), "CIR019:CIR019");
        assert_eq!(categories(&g, "N390"), "GEN004:GEN004");
        assert_eq!(categories(&g, "E1122"), "END003:END003|END005|GEN003");
        // An external cause is never a principal diagnosis.
        assert!(categories(&g, "W19XXXA").starts_with("-:"));
    }

    #[test]
    fn a_younger_code_takes_its_family_when_that_agrees() {
        let g = Groupers::load(None).expect("embedded");
        // J44.81 (FY2024): every J44 code of v2023.1 is RSP008.
        assert_eq!(categories(&g, "J4481"), "RSP008:RSP008");
        assert!(g.facts("J4481").ccsr_from_family);
        // E11.A (FY2025): the E11 codes disagree.
        assert_eq!(g.facts("E11A").ccsr, 0);
        // CCW lists J44.81 itself.
        let copd = g.ccw_conditions.iter().position(|c| c.name == "copd").expect("copd");
        assert_eq!(g.facts("J4481").ccw, 1 << copd);
    }

    #[test]
    fn ccw_has_its_conditions_and_exclusions() {
        let g = Groupers::load(None).expect("embedded");
        assert_eq!(g.ccw_conditions.len(), 33);
        let of = |name: &str| g.ccw_conditions.iter().find(|c| c.name == name).copied().expect("a condition");
        assert_eq!((of("mi").months, of("mi").rule), (12, CcwRule::D));
        assert!(of("stroke").excluded_by != 0 && of("bph").excluded_by != 0 && of("copd").excluded_by == 0);
    }
}

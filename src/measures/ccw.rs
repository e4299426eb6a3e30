//! Chronic Conditions Warehouse: look-back, claim kinds and claim counts. Owns the rule letters; refuses
//! ADT rows, which are no claims.

use super::measure::{Measure, Measured};
use super::mentions::{CategoryRow, Slots};
use super::scheme::Scheme;
use crate::extracts::ClaimKind;
use crate::reference::CcwRule;
use crate::timeline::Claim;

/// Kinds of claim the rules speak of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Setting {
    Inpatient,
    SkilledNursing,
    HomeHealth,
    /// Hospital outpatient (HOP) and carrier: what rules ask for twice.
    Outpatient,
}

/// The setting of a claim; `None` for hospice and for what is neither institutional nor professional.
fn setting_of(claim: &Claim) -> Option<Setting> {
    let bill = |list: &[&str]| list.iter().any(|b| claim.bill_begins(b));
    match claim.kind {
        ClaimKind::Professional => Some(Setting::Outpatient),
        ClaimKind::Other => None,
        ClaimKind::Institutional if bill(&["11", "41"]) => Some(Setting::Inpatient),
        ClaimKind::Institutional if bill(&["18", "21", "28"]) => Some(Setting::SkilledNursing),
        ClaimKind::Institutional if bill(&["32", "33", "34"]) => Some(Setting::HomeHealth),
        ClaimKind::Institutional if bill(&["81", "82"]) => None,
        ClaimKind::Institutional => Some(Setting::Outpatient),
    }
}

/// Claims seen for one condition.
#[derive(Clone, Copy, Default)]
struct Seen {
    inpatient: bool,
    skilled_nursing: bool,
    home_health: bool,
    /// First outpatient or carrier day.
    outpatient: Option<i32>,
    /// Another one on another day.
    outpatient_twice: bool,
}

impl Seen {
    fn add(&mut self, setting: Setting, day: i32) {
        match setting {
            Setting::Inpatient => self.inpatient = true,
            Setting::SkilledNursing => self.skilled_nursing = true,
            Setting::HomeHealth => self.home_health = true,
            Setting::Outpatient => {
                let first = *self.outpatient.get_or_insert(day);
                self.outpatient_twice |= first != day;
            }
        }
    }

    fn meets(&self, rule: CcwRule) -> bool {
        let once = self.outpatient.is_some();
        match rule {
            CcwRule::A => self.inpatient || self.skilled_nursing || self.home_health || self.outpatient_twice,
            CcwRule::B => once,
            CcwRule::C => self.inpatient || self.skilled_nursing || self.home_health || once,
            CcwRule::D => self.inpatient,
            CcwRule::F => self.inpatient || once,
            CcwRule::G => self.inpatient || self.skilled_nursing || self.outpatient_twice,
            CcwRule::K => self.inpatient || self.skilled_nursing || once,
        }
    }
}

/// The conditions of one member with their evidence.
#[derive(Clone, Debug, Default)]
pub struct Ccw(pub Vec<CategoryRow>);

impl Measure for Ccw {
    const ID: &'static str = "ccw";
    const DOC: &'static str = "CMS Chronic Conditions Warehouse, the 30 conditions of revision 2022-02 (with the 2019-02 definition of Alzheimer's and related disorders), in conditions.parquet (scheme ccw): a code of the condition in any position of final claims with as_of - look-back (12, 24 or 36 months) < claim_start_date <= as_of. Rules by letter: A one inpatient, SNF or home-health claim or two outpatient or carrier claims; B one outpatient or carrier; C one of any of the five; D one inpatient; F one inpatient, outpatient or carrier; G as A without home health; K one inpatient, SNF, outpatient or carrier. Two claims are on two different days. Inpatient is bill 11x and 41x, SNF 18x, 21x, 28x, home health 32x to 34x; hospice does not count; other institutional bills are outpatient, professional claims carrier. A claim with an exclusion code (stroke, benign prostatic hyperplasia) does not count. after_hierarchy is false where the claims were not enough. ICD-10-CM only; a code younger than FY2023 takes the conditions its whole prefix family shares. Source: CMS CCW algorithms, revision 2022-02. Difference from CCW: no fee-for-service coverage requirement.";

    fn compute(m: &Measured<'_>) -> Self {
        let (timeline, codes) = (&m.timeline, m.codes());
        let conditions = &codes.reference.groupers.ccw_conditions;
        let mut slots = Slots::new(conditions.len());
        let mut seen = vec![Seen::default(); conditions.len()];
        let as_of = timeline.as_of;
        let oldest = as_of.plus_months(-36).0;
        for (row, claim) in timeline.claims.iter().enumerate() {
            if !claim.icd10() || claim.start <= oldest || claim.start > as_of.0 {
                continue;
            }
            let Some(setting) = setting_of(claim) else { continue };
            let bits = claim.dx.iter().fold(0, |bits, d| bits | codes.dx(d.code).groupers.ccw);
            let mut rest = bits;
            while rest != 0 {
                let at = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                let condition = &conditions[at];
                let exclusion = condition.name.contains("_exclude");
                if exclusion
                    || bits & condition.excluded_by != 0
                    || claim.start <= as_of.plus_months(-condition.months).0
                {
                    continue;
                }
                seen[at].add(setting, claim.start);
                slots.mark(at, claim.start, u32::try_from(row).unwrap_or(u32::MAX), timeline);
            }
        }
        let met = |s: usize| seen[s].meets(conditions[s].rule);
        Self(slots.rows(Scheme::Ccw, |s| conditions[s].name, met))
    }
}

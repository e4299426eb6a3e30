//! The CMS-HCC arithmetic: edits, hierarchies, interactions, counts and the sum of relative factors. Owns
//! CMS's software rules; refuses to know claims or dates.

use crate::reference::{HCC_AGES, HCC_NEW_AGES, HccGroup, HccModel, HccModelTable};

/// Who is scored. Ages are completed years on 1 February of the payment year.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HccPerson {
    /// Completed years.
    pub age: i32,
    /// Female; every person scored is female or male.
    pub female: bool,
    /// Medicaid benefit.
    pub dual: Dual,
    /// Original reason for entitlement was disability (OREC 1).
    pub disability_entitlement: bool,
    /// Long-term institutional.
    pub institutional: bool,
    /// Under a year of enrolment.
    pub new_enrollee: bool,
}

/// Medicaid benefit beside Medicare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dual {
    /// None (also codes 00, 09, 99 and a missing one).
    Non,
    /// Partial benefit: 01, 03, 05, 06.
    Partial,
    /// Full benefit: 02, 04, 08.
    Full,
}

impl HccPerson {
    /// Place in [`crate::reference::HCC_SEGMENTS`]. A new enrollee is scored as one in an institution too:
    /// CMS has no institutional factors for new enrollees. Under 65 is the disabled segment, whatever the
    /// entitlement.
    #[must_use]
    pub fn segment(&self) -> usize {
        if self.new_enrollee {
            return 7;
        }
        if self.institutional {
            return 6;
        }
        let benefit = match self.dual {
            Dual::Non => 0,
            Dual::Partial => 2,
            Dual::Full => 4,
        };
        benefit + usize::from(self.age < 65)
    }
    /// CMS's DISABL: under 65 with an entitlement other than age.
    fn disabled(&self) -> bool {
        self.age < 65 && self.disability_entitlement
    }
    /// CMS's ORIGDS: entitled by disability, now 65 or over.
    fn originally_disabled(&self) -> bool {
        self.age >= 65 && self.disability_entitlement
    }
}

fn age_band(ages: &[i32], age: i32) -> usize {
    ages.partition_point(|low| *low <= age).saturating_sub(1)
}

/// The slots of a code in one model after its age and sex edits, as bits.
#[must_use]
pub fn edited(group: &HccGroup, model: HccModel, person: &HccPerson) -> u128 {
    let at = model as usize;
    let bit = |slot: u8| if slot == 0 { 0 } else { 1_u128 << (slot - 1) };
    if let Some(edit) = group.edits[at] {
        let by_age =
            edit.age_max.is_some_and(|max| person.age <= max) || edit.age_min.is_some_and(|min| person.age >= min);
        if (edit.female && person.female) || (!edit.female && by_age) {
            return bit(edit.slot);
        }
    }
    bit(group.slots[at][0]) | bit(group.slots[at][1])
}

/// The HCCs that are left after the hierarchy. In V28, HCC 223 (heart assist device) counts only beside
/// another heart failure HCC (CMS software V2823).
#[must_use]
pub fn after_hierarchy(bits: u128, model: HccModel, table: &HccModelTable) -> u128 {
    let mut kept = bits;
    if model == HccModel::V28 {
        let bit = |hcc: u16| 1_u128 << (table.slot(hcc).max(1) - 1);
        let others = [221, 222, 224, 225, 226].into_iter().fold(0, |all, hcc| all | bit(hcc));
        if kept & others == 0 {
            kept &= !bit(223);
        }
    }
    let mut rest = kept;
    let mut dropped = 0;
    while rest != 0 {
        dropped |= table.drops[rest.trailing_zeros() as usize];
        rest &= rest - 1;
    }
    kept & !dropped
}

/// The risk score in thousandths, before normalisation and coding adjustment. `hccs` are the bits after the
/// hierarchy.
#[must_use]
pub fn raf_thousandths(person: &HccPerson, table: &HccModelTable, hccs: u128) -> i64 {
    let at = person.segment();
    let Some(segment) = table.segments.get(at) else { return 0 };
    let sex = usize::from(!person.female);
    if person.new_enrollee {
        // Age 64 entitled by age turns 65 in the payment year and takes that cell (CMS software).
        let age = if person.age == 64 && !person.disability_entitlement { 65 } else { person.age };
        let medicaid = usize::from(person.dual != Dual::Non);
        return segment.new_cells[medicaid][usize::from(person.originally_disabled())][sex]
            [age_band(&HCC_NEW_AGES, age)];
    }
    let mut sum = segment.cells[sex][age_band(&HCC_AGES, person.age)];
    if person.originally_disabled() {
        sum += segment.originally_disabled[sex];
    }
    if person.institutional && person.dual != Dual::Non {
        sum += segment.institutional_medicaid;
    }
    let mut rest = hccs;
    while rest != 0 {
        sum += segment.hccs[rest.trailing_zeros() as usize];
        rest &= rest - 1;
    }
    sum += segment.counts[(hccs.count_ones() as usize).min(10)];
    for (interaction, factor) in table.interactions.iter().zip(&segment.interactions) {
        let holds = hccs & interaction.right != 0
            && if interaction.disabled { person.disabled() } else { hccs & interaction.left != 0 };
        if holds {
            sum += factor;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::Reference;

    fn score(r: &Reference, model: HccModel, person: &HccPerson, codes: &[&str]) -> (i64, String) {
        let table = r.hcc.model(model);
        let bits = codes.iter().fold(0, |b, c| b | edited(&r.hcc.group(r.hcc.group_of(c)), model, person));
        let kept = after_hierarchy(bits, model, table);
        let names: Vec<&str> =
            (0..128).filter(|i| kept >> i & 1 == 1).map(|i| table.names[i].trim_start_matches("HCC")).collect();
        (raf_thousandths(person, table, kept), names.join("|"))
    }

    /// 2,000 members scored by hccinfhir 0.4.0 (`tests/oracle/hcc/make_expected.py`).
    #[test]
    fn random_members_score_as_hccinfhir_scores_them() {
        let r = Reference::load(None).expect("embedded tables");
        let mut wrong = Vec::new();
        let mut segments = std::collections::BTreeMap::new();
        for (n, row) in include_str!("../../tests/oracle/hcc/expected.csv").lines().skip(1).enumerate() {
            let cells: Vec<&str> = row.split(',').collect();
            let person = HccPerson {
                age: cells[0].parse().expect("an age"),
                female: cells[1] == "F",
                dual: match cells[2] {
                    "02" | "04" | "08" => Dual::Full,
                    "00" => Dual::Non,
                    _ => Dual::Partial,
                },
                disability_entitlement: cells[3] == "1",
                institutional: cells[4] == "1",
                new_enrollee: cells[5] == "1",
            };
            *segments.entry(person.segment()).or_insert(0) += 1;
            let codes: Vec<&str> = cells[6].split('|').collect();
            for (i, model) in HccModel::ALL.into_iter().enumerate() {
                let (raf, hccs) = score(&r, model, &person, &codes);
                let wanted = cells[7 + i].replace('.', "").parse::<i64>().expect("a score");
                if raf != wanted || hccs != cells[9 + i] {
                    wrong.push(format!(
                        "{n} {model:?} {person:?} {codes:?}: {raf} [{hccs}], expected {wanted} [{}]",
                        cells[9 + i]
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
        // Every segment but the plan-specific one was drawn, none of them a handful.
        assert!((0..8).all(|s| segments.get(&s).is_some_and(|n| *n >= 100)), "{segments:?}");
    }
}

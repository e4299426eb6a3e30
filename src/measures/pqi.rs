//! AHRQ Prevention Quality Indicators v2024 on stays: potentially avoidable hospitalizations. Owns the
//! ten measures and four composites; refuses to turn them into rates.

use super::measure::{Inputs, Measure, Measured};
use super::readmission::Readmissions;
use crate::domain::{Sex, Short};
use crate::reference::{CareList, PqiSet};
use crate::timeline::{CodeBasis, Timeline};

/// The single measures, in the order of their bits.
pub const PQI: [&str; 10] = ["01", "03", "05", "07", "08", "11", "12", "14", "15", "16"];

/// Lower-extremity amputation among people with diabetes: the one measure that procedures make.
const AMPUTATION: &str = "16";

/// The composites and the bits of their measures.
pub const COMPOSITES: [(&str, u16); 4] =
    [("90", 0b11_1111_1111), ("91", 0b00_0110_0000), ("92", 0b11_1001_1111), ("93", 0b10_1000_0011)];

/// What the PQI logic says of one stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PqiVerdict {
    /// Measures counted: bits of [`PQI`].
    pub counted: u16,
    /// `measure:reason` joined by `|`, for measures whose numerator is met but that are excluded; also
    /// `unjudged:admit_source`.
    pub exclusions: String,
}

/// PQI verdicts in stay order; `None` for a stay with ICD-9 codes only.
#[derive(Clone, Debug, Default)]
pub struct StayPqi(pub Vec<Option<PqiVerdict>>);

impl StayPqi {
    /// Bits of the measures that count a stay; 0 when none does or the stay cannot be judged.
    #[must_use]
    pub fn counted(&self, stay: usize) -> u16 {
        self.0.get(stay).and_then(Option::as_ref).map_or(0, |v| v.counted)
    }
}

/// The composites that count a stay once.
pub fn composites_of(counted: u16) -> impl Iterator<Item = &'static str> {
    COMPOSITES.into_iter().filter(move |(_, bits)| counted & bits != 0).map(|(name, _)| name)
}

impl Measure for StayPqi {
    const ID: &'static str = "pqi";
    const DOC: &'static str = "AHRQ PQI v2024, measures 01 03 05 07 08 11 12 14 15 16 and composites 90-93, judged on the stay: completed age at admission, principal diagnosis and admit source of the first row, any diagnosis and procedure over every claim and ADT row of the stay. Excluded: transfer in (admit source 4, 5, 6; a missing source is counted and marked unjudged), DRG 999, unknown sex, no discharge date, and each measure's own sets. Null for a stay with ICD-9 codes only. Source: AHRQ QI SAS v2024, PQI_AREA_MEASURES. Difference from AHRQ: a chain of transfers is one stay, so a transfer is judged once.";

    fn compute(m: &Measured<'_>) -> Self {
        let stays = m.timeline.stays.iter().zip(&m.get::<Readmissions>().0).enumerate();
        let verdicts = stays.map(|(i, (stay, judged))| {
            (stay.code_basis != Some(CodeBasis::Icd9))
                .then(|| judge_stay(&m.timeline, i, judged.age_at_admit, &m.inputs))
        });
        Self(verdicts.collect())
    }
}

struct Sets {
    principal: u32,
    any: u32,
    procedures: u32,
}

impl Sets {
    fn principal(&self, set: PqiSet) -> bool {
        self.principal & set.bit() != 0
    }
    fn any(&self, set: PqiSet) -> bool {
        self.any & set.bit() != 0
    }
    fn px(&self, set: PqiSet) -> bool {
        self.procedures & set.bit() != 0
    }
}

fn judge_stay(timeline: &Timeline<'_>, at: usize, age: i32, inputs: &Inputs<'_>) -> PqiVerdict {
    let stay = &timeline.stays[at];
    let codes = inputs.codes;
    let sets = Sets {
        principal: if stay.principal_icd10 { codes.dx(stay.principal).pqi } else { 0 },
        any: timeline
            .stay_diagnoses(stay)
            .filter(|(_, icd10)| *icd10)
            .fold(0, |bits, (code, _)| bits | codes.dx(code).pqi),
        procedures: stay
            .claims
            .iter()
            .map(|i| &timeline.claims[*i])
            .filter(|c| c.px_basis == crate::extracts::Basis::Icd10)
            .flat_map(|c| c.px.iter())
            .fold(0, |bits, p| bits | codes.px(p.code).pqi),
    };
    let mut verdict = PqiVerdict::default();
    let mut reasons: Vec<String> = Vec::new();
    let mut met = false;
    for (bit, measure) in PQI.iter().enumerate() {
        if !meets_numerator(measure, age, &sets) {
            continue;
        }
        met = true;
        let mut why: Vec<&str> = Vec::new();
        if codes.reference.lists.has(CareList::TransferIn, stay.admit_source) {
            why.push("transfer_in");
        }
        if stay.drg == Short::of("999") {
            why.push("drg_999");
        }
        if timeline.member.sex() == Sex::Unknown {
            why.push("missing_sex");
        }
        if stay.discharge.is_none() {
            why.push("missing_discharge");
        }
        if *measure == AMPUTATION && stay.principal.is_none() {
            why.push("missing_principal");
        }
        add_own_exclusions(measure, &sets, &mut why);
        if why.is_empty() {
            verdict.counted |= 1 << bit;
        }
        reasons.extend(why.into_iter().map(|w| format!("{measure}:{w}")));
    }
    if met && stay.admit_source.is_none() {
        reasons.push("unjudged:admit_source".to_owned());
    }
    verdict.exclusions = reasons.join("|");
    verdict
}

/// The age bounds are part of the numerator.
fn meets_numerator(measure: &str, age: i32, s: &Sets) -> bool {
    if age < 18 {
        return false;
    }
    match measure {
        "01" => s.principal(PqiSet::Acdiasd),
        "03" => s.principal(PqiSet::Acdiald),
        "05" => age >= 40 && (s.principal(PqiSet::Accopdd) || s.principal(PqiSet::Acsastd)),
        "07" => s.principal(PqiSet::Acshypd),
        "08" => s.principal(PqiSet::Mrtchfd),
        "11" => s.principal(PqiSet::Acsbacd),
        "12" => s.principal(PqiSet::Acsutid),
        "14" => s.principal(PqiSet::Acdiaud),
        "15" => age <= 39 && s.principal(PqiSet::Acsastd),
        "16" => s.px(PqiSet::Acsleap) && s.any(PqiSet::Acslead),
        _ => false,
    }
}

fn add_own_exclusions(measure: &str, s: &Sets, why: &mut Vec<&'static str>) {
    let mut check = |holds: bool, name: &'static str| {
        if holds {
            why.push(name);
        }
    };
    match measure {
        "05" | "15" => check(s.any(PqiSet::Respan), "respan"),
        "07" => {
            check(s.any(PqiSet::Acshy2d) && s.px(PqiSet::Dialy2p), "acshy2d+dialy2p");
            check(s.px(PqiSet::Acscarp), "acscarp");
        }
        "08" => check(s.px(PqiSet::Acscarp), "acscarp"),
        "11" => {
            check(s.any(PqiSet::Acsba2d), "acsba2d");
            check(s.any(PqiSet::Immunid), "immunid");
            check(s.px(PqiSet::Immunip), "immunip");
        }
        "12" => {
            check(s.any(PqiSet::Immunid), "immunid");
            check(s.px(PqiSet::Immunip), "immunip");
            check(s.any(PqiSet::Kidney), "kidney");
        }
        "16" => {
            check(s.principal(PqiSet::Mdc14), "mdc14prindx");
            check(s.any(PqiSet::Aclea2d), "aclea2d");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composites_hold_the_measures_ahrq_lists() {
        let members = |name: &str| {
            let bits = COMPOSITES.iter().find(|(n, _)| *n == name).map(|(_, b)| *b).expect("a composite");
            PQI.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, n)| *n).collect::<Vec<_>>().join("|")
        };
        assert_eq!(members("90"), "01|03|05|07|08|11|12|14|15|16");
        assert_eq!(members("91"), "11|12");
        assert_eq!(members("92"), "01|03|05|07|08|14|15|16");
        assert_eq!(members("93"), "01|03|14|16");
    }
}

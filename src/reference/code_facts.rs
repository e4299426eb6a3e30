//! What the sets say of one code. Owns the records; refuses to look one up.

use super::families::FamilySet;
use super::groupers::GrouperFacts;
use crate::domain::record::record_choice;

/// Why a code is kept from audiences without a sensitive role.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Sensitive {
    /// Not sensitive.
    #[default]
    No,
    /// Substance use (42 CFR Part 2).
    SubstanceUse,
    /// HIV.
    Hiv,
    /// Psychiatric.
    Psychiatric,
    /// Abuse or neglect: never on a shared sheet.
    Abuse,
}

record_choice!(Sensitive { No, SubstanceUse, Hiv, Psychiatric, Abuse });

impl Sensitive {
    /// Behavioral health: substance use or psychiatric.
    #[must_use]
    pub const fn is_behavioral(self) -> bool {
        matches!(self, Self::SubstanceUse | Self::Psychiatric)
    }

    /// Reads the word of the code set `sensitive`.
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "substance_use" => Some(Self::SubstanceUse),
            "hiv" => Some(Self::Hiv),
            "psychiatric" => Some(Self::Psychiatric),
            "abuse" => Some(Self::Abuse),
            _ => None,
        }
    }
}

/// Whether ICD-10-CM knows a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CodeStatus {
    /// Billable in FY2024, FY2025 or FY2026.
    Valid,
    /// Listed by an older set only.
    Retired,
    /// A category header.
    Header,
    /// In no list.
    #[default]
    Unknown,
}

/// What the sets say of one ICD-10-CM diagnosis code.
#[derive(Clone, Copy, Debug, Default)]
pub struct DxFacts {
    /// Listed, retired, header or unknown.
    pub status: CodeStatus,
    /// CCS 2019.1 category; 0 is none.
    pub ccs: u16,
    /// The category came from the prefix family, not from the code's own row.
    pub ccs_from_family: bool,
    /// Bits of [`super::Charlson`].
    pub charlson: u32,
    /// Bits of [`super::Elixhauser`].
    pub elixhauser: u64,
    /// 1-based index into the HFRS table; 0 is none.
    pub hfrs: u8,
    /// Bits of [`super::PqiSet`].
    pub pqi: u32,
    /// 1-based index into the NYU fraction table; 0 is unclassified.
    pub nyu: u16,
    /// Always planned as a principal diagnosis (PR2).
    pub planned_always: bool,
    /// Acute as a principal diagnosis (PR4).
    pub planned_acute: bool,
    /// Principal CCS excluded from the hospital-wide index cohort.
    pub hwr_excluded: bool,
    /// 1-based index into [`super::SDOH_DOMAINS`]; 0 is none.
    pub sdoh: u8,
    /// Renal disease of LACE's severe band: N18.4–N18.6, Z99.2, Z94.0.
    pub lace_renal_severe: bool,
    /// Sensitive family.
    pub sensitive: Sensitive,
    /// End-stage renal disease, N18.6.
    pub esrd: bool,
    /// Number for [`super::HccTables::group`]; 0 is no HCC.
    pub hcc: u16,
    /// CCSR and CCW.
    pub groupers: GrouperFacts,
    /// Bits of [`super::PqeSet`].
    pub pqe: u32,
    /// Bits of [`super::FRAILTY_MARKERS`].
    pub frailty: u8,
    /// Families of features and facts.
    pub families: FamilySet,
    /// Stage of chronic kidney disease 1..6, 6 being end-stage; 0 for another code.
    pub kidney_stage: u8,
    /// The three-character category as a number that depends on its text alone; 0 is none.
    pub category: u32,
    /// Bits of [`super::CareDiagnosis`].
    pub care: u16,
}

/// What the sets say of one ICD-10-PCS procedure code.
#[derive(Clone, Copy, Debug, Default)]
pub struct PxFacts {
    /// CCS 2019.1 category; 0 is none.
    pub ccs: u16,
    /// Always planned (PR1).
    pub planned_always: bool,
    /// Potentially planned (PR3).
    pub planned_potentially: bool,
    /// Bits of [`super::PqiSet`].
    pub pqi: u32,
}

//! The lists that conditions are told by. Owns their names in files; refuses to know what belongs to them.

/// A list of conditions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scheme {
    /// Quan 2005.
    Charlson,
    /// AHRQ Elixhauser Refined 2026.1.
    Elixhauser,
    /// Hospital Frailty Risk Score 2018.
    Hfrs,
    /// CMS-HCC V24.
    HccV24,
    /// CMS-HCC V28.
    HccV28,
    /// AHRQ CCSR v2023.1.
    Ccsr,
    /// CMS Chronic Conditions Warehouse 2022-02.
    Ccw,
}

impl Scheme {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Charlson => "charlson",
            Self::Elixhauser => "elixhauser",
            Self::Hfrs => "hfrs",
            Self::HccV24 => "hcc_v24",
            Self::HccV28 => "hcc_v28",
            Self::Ccsr => "ccsr",
            Self::Ccw => "ccw",
        }
    }
}

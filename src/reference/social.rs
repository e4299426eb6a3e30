//! Domains of social need and the Z55-Z65 codes that name them. Owns that list; refuses to hear a member's answer.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::error::ReferenceError;
use super::named_list::named_list;
use super::rows::{malformed, number, pair};
use super::sets;

named_list! {
    /// A domain of social need: a family of Z55-Z65.
    #[expect(missing_docs, reason = "the name says it")]
    SocialDomain {
        EconomicOther = "economic_other";
        Education = "education";
        Employment = "employment";
        FamilySupport = "family_support";
        Financial = "financial";
        Food = "food";
        HealthLiteracy = "health_literacy";
        Housing = "housing";
        Insurance = "insurance";
        Legal = "legal";
        MaterialHardship = "material_hardship";
        OccupationalExposure = "occupational_exposure";
        PhysicalEnvironment = "physical_environment";
        Psychosocial = "psychosocial";
        SafetyTrauma = "safety_trauma";
        SocialEnvironment = "social_environment";
        SocialIsolation = "social_isolation";
        Transportation = "transportation";
        Upbringing = "upbringing";
        Utilities = "utilities";
    }
}

/// Names of the domains.
pub const SDOH_DOMAINS: [&str; 20] = SocialDomain::NAMES;

const SET: &str = "sdoh_z_codes";

/// Codes with the 1-based place of their domain in [`SDOH_DOMAINS`].
pub(super) fn load_social_codes(dir: Option<&Path>) -> Result<FxHashMap<&'static str, u8>, ReferenceError> {
    let place = |(i, row): (usize, &'static str)| {
        let (code, name) = pair(row, SET, i)?;
        let domain = SocialDomain::parse(name).ok_or_else(|| malformed(SET, i, "unknown domain"))?;
        Ok((code, number(&(domain as usize + 1).to_string(), SET, i)?))
    };
    sets::rows(sets::text(SET, dir)?).enumerate().map(place).collect()
}

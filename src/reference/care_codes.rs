//! Code families of visits, reconciliation and follow-up care, by number alone. Owns which number means which kind
//! of care; refuses to know dates, members or clocks.

use std::path::Path;

use rustc_hash::FxHashMap;

use super::error::ReferenceError;
use super::rows::malformed;
use super::sets;
use crate::domain::Short;

/// A family of diagnoses that opens or closes a follow-up clock. Modelled on public descriptions, with our own lists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CareDiagnosis {
    /// Mental illness as the principal diagnosis of an event.
    MentalEvent,
    /// Any mental-health diagnosis on a follow-up visit.
    MentalAny,
    /// Intentional self-harm, first encounter.
    SelfHarm,
    /// Substance use disorder as the principal diagnosis of an event.
    SubstanceEvent,
    /// Any substance diagnosis on a follow-up visit.
    SubstanceAny,
    /// Accidental or undetermined overdose of a drug of misuse, first encounter.
    Overdose,
    /// COPD or asthma.
    ChronicCopdAsthma,
    /// Dementia.
    ChronicDementia,
    /// Kidney disease.
    ChronicKidney,
    /// Depression.
    ChronicDepression,
    /// Heart failure.
    ChronicHeartFailure,
    /// Infarction.
    ChronicInfarction,
    /// Atrial fibrillation.
    ChronicAtrialFibrillation,
    /// Stroke or TIA.
    ChronicStroke,
}

impl CareDiagnosis {
    const NAMES: [(&'static str, Self); 14] = [
        ("mental_event", Self::MentalEvent),
        ("mental_any", Self::MentalAny),
        ("self_harm", Self::SelfHarm),
        ("substance_event", Self::SubstanceEvent),
        ("substance_any", Self::SubstanceAny),
        ("overdose", Self::Overdose),
        ("chronic_copd_asthma", Self::ChronicCopdAsthma),
        ("chronic_dementia", Self::ChronicDementia),
        ("chronic_kidney", Self::ChronicKidney),
        ("chronic_depression", Self::ChronicDepression),
        ("chronic_heart_failure", Self::ChronicHeartFailure),
        ("chronic_infarction", Self::ChronicInfarction),
        ("chronic_atrial_fibrillation", Self::ChronicAtrialFibrillation),
        ("chronic_stroke_tia", Self::ChronicStroke),
    ];

    /// The bit in [`super::DxFacts::care`].
    #[must_use]
    pub const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// Bits of the eight chronic groups.
    pub const CHRONIC: u16 = 0xFF << Self::ChronicCopdAsthma as u16;
}

/// What a procedure, specialty or ingredient number says of the care given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CareService {
    /// A visit after a discharge: office, home, preventive, wellness, telehealth, psychiatric, transition.
    Visit,
    /// A clinic's encounter, on institutional claims alone.
    ClinicVisit,
    /// Medicines reconciled after a discharge.
    Reconciliation,
    /// Psychiatric evaluation, therapy, community or collaborative care.
    MentalVisit,
    /// Peer support.
    PeerSupport,
    /// Substance-use service, screening or opioid treatment.
    SubstanceService,
    /// Care-management service.
    CareManagement,
    /// Online or telephone contact with a practitioner.
    Virtual,
    /// Specialty of a mental-health provider.
    MentalProvider,
    /// Medicine for a substance use disorder.
    SubstanceMedicine,
}

impl CareService {
    /// The bit in [`CareCodes::service`].
    #[must_use]
    pub const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Where a line was served, as far as a setting alone says something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CareSetting {
    /// Office, home, clinic, telehealth.
    Ambulatory,
    /// A mental-health setting.
    Mental,
    /// A substance-use setting.
    Substance,
    /// A rural clinic's revenue centre, on institutional claims alone.
    ClinicRevenue,
}

/// The loaded families.
#[derive(Debug, Default)]
pub struct CareCodes {
    dx_exact: FxHashMap<&'static str, u16>,
    dx_prefix: Vec<(&'static str, u16)>,
    services: FxHashMap<&'static str, u16>,
    specialty_prefix: Vec<&'static str>,
    ingredients: Vec<&'static str>,
    places: Vec<(Short, CareSetting)>,
    revenues: Vec<(Short, CareSetting)>,
}

impl CareCodes {
    /// Loads the two sets; a file under `dir` replaces an embedded table.
    ///
    /// # Errors
    /// When an override is unreadable or a row does not parse.
    pub fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let mut out = Self::default();
        for (i, row) in sets::rows(sets::text("visits", dir)?).enumerate() {
            out.add_visit(row, i)?;
        }
        for (i, row) in sets::rows(sets::text("follow_up", dir)?).enumerate() {
            out.add_family(row, i)?;
        }
        Ok(out)
    }

    fn add_visit(&mut self, row: &'static str, i: usize) -> Result<(), ReferenceError> {
        let cells: Vec<&'static str> = row.split(',').collect();
        match cells[..] {
            [_, "hcpcs", code] => *self.services.entry(code).or_default() |= CareService::Visit.bit(),
            [_, "facility_hcpcs", code] => *self.services.entry(code).or_default() |= CareService::ClinicVisit.bit(),
            [_, "facility_revenue", code] => self.revenues.push((Short::of(code), CareSetting::ClinicRevenue)),
            _ => return Err(malformed("visits", i, "group, system (hcpcs, facility_hcpcs, facility_revenue), code")),
        }
        Ok(())
    }

    fn add_family(&mut self, row: &'static str, i: usize) -> Result<(), ReferenceError> {
        let bad = |why: &str| malformed("follow_up", i, why);
        let cells: Vec<&'static str> = row.split(',').collect();
        let [family, system, kind, code] = cells[..] else { return Err(bad("family, system, match, code expected")) };
        let setting = || setting_of(family).ok_or_else(|| bad("unknown family"));
        let prefix = match kind {
            "prefix" => true,
            "exact" => false,
            _ => return Err(bad("match is exact or prefix")),
        };
        match system {
            "dx" => {
                let bit = CareDiagnosis::NAMES
                    .iter()
                    .find(|(n, _)| *n == family)
                    .map(|(_, d)| d.bit())
                    .ok_or_else(|| bad("unknown family"))?;
                if prefix {
                    self.dx_prefix.push((code, bit));
                } else {
                    *self.dx_exact.entry(code).or_default() |= bit;
                }
            }
            "specialty" if prefix => self.specialty_prefix.push(code),
            "hcpcs" | "specialty" => {
                let service = service_of(family).ok_or_else(|| bad("unknown family"))?;
                *self.services.entry(code).or_default() |= service.bit();
            }
            "ingredient" => self.ingredients.push(code),
            "place" => self.places.push((Short::of(code), setting()?)),
            "revenue" => self.revenues.push((Short::of(code), setting()?)),
            _ => return Err(bad("system is dx, hcpcs, specialty, ingredient, place or revenue")),
        }
        Ok(())
    }

    /// Bits of [`CareDiagnosis`] of a normalised ICD-10-CM code.
    #[must_use]
    pub fn diagnosis(&self, code: &str) -> u16 {
        let by_prefix = self.dx_prefix.iter().filter(|(p, _)| code.starts_with(p)).fold(0, |all, (_, bit)| all | bit);
        self.dx_exact.get(code).copied().unwrap_or(0) | by_prefix
    }

    /// Bits of [`CareService`] of a procedure number, a specialty or an ingredient's text.
    #[must_use]
    pub fn service(&self, text: &str) -> u16 {
        let mut bits = self.services.get(text).copied().unwrap_or(0);
        if self.specialty_prefix.iter().any(|p| text.starts_with(p)) {
            bits |= CareService::MentalProvider.bit();
        }
        // Ingredient texts name several at times, joined by slash, comma or hyphen.
        let named = |text: &str| {
            let lower = text.to_ascii_lowercase();
            lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| self.ingredients.contains(&part))
        };
        if text.len() >= 8 && named(text) {
            bits |= CareService::SubstanceMedicine.bit();
        }
        bits
    }

    /// What a place of service says.
    #[must_use]
    pub fn place(&self, place: Short) -> Option<CareSetting> {
        self.places.iter().find(|(p, _)| *p == place).map(|(_, s)| *s)
    }

    /// What a revenue centre says.
    #[must_use]
    pub fn revenue(&self, revenue: Short) -> Option<CareSetting> {
        self.revenues.iter().find(|(r, _)| *r == revenue).map(|(_, s)| *s)
    }
}

fn service_of(family: &str) -> Option<CareService> {
    Some(match family {
        "reconciliation" => CareService::Reconciliation,
        "mental_visit" => CareService::MentalVisit,
        "peer_support" => CareService::PeerSupport,
        "substance_service" => CareService::SubstanceService,
        "care_management" => CareService::CareManagement,
        "virtual" => CareService::Virtual,
        "mental_provider" => CareService::MentalProvider,
        _ => return None,
    })
}

fn setting_of(family: &str) -> Option<CareSetting> {
    Some(match family {
        "ambulatory" => CareSetting::Ambulatory,
        "mental_setting" => CareSetting::Mental,
        "substance_setting" => CareSetting::Substance,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> CareCodes {
        CareCodes::load(None).expect("embedded tables")
    }

    #[test]
    fn a_visit_is_told_by_its_number_alone() {
        let c = codes();
        let visit = |code: &str| c.service(code) & CareService::Visit.bit() != 0;
        assert!(
            ["99213", "99350", "99397", "G0439", "98000", "90837", "99483", "99495", "99496"].iter().all(|n| visit(n))
        );
        assert!(["99283", "99490", "T1015", "1111F", "36415", ""].iter().all(|n| !visit(n)));
        assert_eq!(c.service("T1015"), CareService::ClinicVisit.bit());
        assert_eq!(c.revenue(Short::of("0521")), Some(CareSetting::ClinicRevenue));
        assert_eq!(c.service("1111F"), CareService::Reconciliation.bit());
        assert_eq!(
            c.service("99495"),
            CareService::Visit.bit() | CareService::Reconciliation.bit() | CareService::CareManagement.bit()
        );
    }

    #[test]
    fn families_of_diagnoses_end_where_they_say() {
        let c = codes();
        let has = |code: &str, d: CareDiagnosis| c.diagnosis(code) & d.bit() != 0;
        assert!(has("F322", CareDiagnosis::MentalEvent) && has("F322", CareDiagnosis::ChronicDepression));
        assert!(has("T1491XA", CareDiagnosis::SelfHarm) && !has("T1491XD", CareDiagnosis::SelfHarm));
        assert!(has("F1020", CareDiagnosis::SubstanceEvent) && !has("F1021", CareDiagnosis::SubstanceEvent));
        assert!(has("F1021", CareDiagnosis::SubstanceAny) && !has("F17210", CareDiagnosis::SubstanceAny));
        assert!(has("T401X1A", CareDiagnosis::Overdose) && !has("T401X2A", CareDiagnosis::Overdose));
        assert!(has("T401X2A", CareDiagnosis::SelfHarm));
        assert!(!has("E119", CareDiagnosis::ChronicKidney) && has("E1122", CareDiagnosis::ChronicKidney));
        assert_eq!((c.diagnosis("I130") & CareDiagnosis::CHRONIC).count_ones(), 2);
        assert_eq!(c.diagnosis("K3580"), 0);
    }

    #[test]
    fn specialties_and_medicines_are_known_by_text() {
        let c = codes();
        assert_eq!(c.service("2084P0800X"), CareService::MentalProvider.bit());
        assert_eq!(c.service("26") & CareService::MentalProvider.bit(), CareService::MentalProvider.bit());
        assert_eq!(c.service("Buprenorphine / Naloxone"), CareService::SubstanceMedicine.bit());
        assert_eq!(c.service("lisinopril"), 0);
    }
}

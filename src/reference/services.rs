//! Services told apart on claims by place, bill, revenue centre or HCPCS. Owns their names and words; refuses to hold a
//! code (see `config/code-sets/services`).

use std::path::Path;

use super::error::ReferenceError;
use super::named_list::named_list;
use super::rows::malformed;
use super::sets;
use crate::domain::Short;

named_list! {
    /// A service. Its codes are those of the code set `services`.
    #[expect(missing_docs, reason = "the words of each stand beside it")]
    Service {
        Ambulatory = "ambulatory_visit", "ambulatory visit (professional, places 02 10 11 12 17 19 20 22 49 50 71 72)";
        Office = "office_visit", "office visit (place 11)";
        Telehealth = "telehealth_visit", "telehealth (places 02, 10)";
        HomeVisit = "home_visit", "visit at home or in assisted living (places 12, 13)";
        NursingVisit = "nursing_facility_visit", "professional visit in a nursing facility (places 31, 32)";
        Skilled = "skilled_nursing", "skilled nursing bill (18x, 21x, 22x)";
        HomeHealth = "home_health", "home health bill (32x-34x)";
        OutpatientHospital = "outpatient_hospital", "outpatient hospital bill (13x, 83x, 85x)";
        HealthCenter = "health_center", "rural or federally qualified health centre bill (71x, 77x)";
        Hospice = "hospice", "hospice bill (81x, 82x)";
        Therapy = "therapy", "therapy (revenue 042x-044x)";
        Imaging = "imaging", "imaging (revenue 032x, 035x, 040x, 061x)";
        Laboratory = "laboratory", "laboratory (revenue 030x, 031x)";
        Dialysis = "dialysis", "dialysis (revenue 082x-085x, bill 72x)";
        Oncology = "oncology", "oncology or chemotherapy (revenue 028x, 033x)";
        Ambulance = "ambulance", "ambulance (HCPCS A04xx, revenue 054x)";
        Equipment = "equipment", "durable equipment (HCPCS E and K)";
        Infusion = "infusion", "drugs given by injection (HCPCS J)";
        Preventive = "preventive", "wellness visit (G0402, G0438, G0439)";
        Transition = "transition", "transitional care visit (99495, 99496)";
        ChronicCare = "chronic_care", "chronic care management (99487, 99489-99491)";
        IntensiveCare = "intensive_care", "intensive or coronary care (revenue 020x, 021x)";
        Mobility = "mobility_aid", "cane, crutch, walker (HCPCS E0100-E0159), hospital bed (E0250-E0304), lift (E0621-E0642) or wheelchair (E1031-E1298, K0001-K0108)";
        HomeOxygen = "home_oxygen", "oxygen equipment at home (HCPCS E0424-E0447, E1390-E1392)";
        NewbornIntensiveCare = "newborn_intensive_care", "newborn intensive care (revenue 0173, 0174)";
    }
}

/// Services of one code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ServiceSet(u32);

impl ServiceSet {
    /// Whether a service is in it.
    #[must_use]
    pub const fn has(self, service: Service) -> bool {
        self.0 >> service as u32 & 1 == 1
    }

    /// Whether it holds none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    const fn with(self, service: Service) -> Self {
        Self(self.0 | 1 << service as u32)
    }

    /// The services, in the order of their bits.
    pub fn iter(self) -> impl Iterator<Item = Service> {
        Service::ALL.iter().copied().filter(move |s| self.has(*s))
    }
}

/// Length of a HCPCS or CPT code; other words that share the table of texts are longer or shorter.
const HCPCS_LENGTH: usize = 5;

/// Services by code, by the system that the code is of.
#[derive(Default)]
pub struct Services {
    places: Vec<(Short, ServiceSet)>,
    bills: Vec<(Short, ServiceSet)>,
    /// By the first three characters, and by all four.
    revenues: Vec<(Short, ServiceSet)>,
    /// First and last beginning.
    hcpcs: Vec<(&'static str, &'static str, Service)>,
}

const SET: &str = "services";

impl Services {
    /// Loads the set; every service must have a code there, and every row name a service.
    pub(super) fn load(dir: Option<&Path>) -> Result<Self, ReferenceError> {
        let mut out = Self::default();
        let mut found = ServiceSet::default();
        for (i, row) in sets::rows(sets::text(SET, dir)?).enumerate() {
            let cells: Vec<&'static str> = row.split(',').collect();
            let [name, system, first, last] = cells[..] else {
                return Err(malformed(SET, i, "four columns expected"));
            };
            let service = Service::parse(name).ok_or_else(|| malformed(SET, i, "unknown service"))?;
            found = found.with(service);
            match system {
                "place" => add_code(&mut out.places, first, service),
                "bill" => add_code(&mut out.bills, first, service),
                "revenue" => add_code(&mut out.revenues, first, service),
                "hcpcs" => out.hcpcs.push((first, if last.is_empty() { first } else { last }, service)),
                _ => return Err(malformed(SET, i, "unknown system")),
            }
        }
        match Service::ALL.iter().find(|s| !found.has(**s)) {
            Some(missing) => Err(ReferenceError::Unreadable {
                set: SET.to_owned(),
                why: format!("no code of the service {}", missing.name()),
            }),
            None => Ok(out),
        }
    }

    /// Services of a place of service of a professional line.
    #[must_use]
    pub fn of_place(&self, place: Short) -> ServiceSet {
        look_up(&self.places, place)
    }

    /// Services of a type of bill, by its first two characters.
    #[must_use]
    pub fn of_bill(&self, bill: Short) -> ServiceSet {
        look_up(&self.bills, Short(bill.0 >> 8))
    }

    /// Services of a revenue centre of four characters, the first three or all of them.
    #[must_use]
    pub fn of_revenue(&self, revenue: Short) -> ServiceSet {
        ServiceSet(look_up(&self.revenues, Short(revenue.0 >> 8)).0 | look_up(&self.revenues, revenue).0)
    }

    /// Services of a HCPCS or CPT code.
    #[must_use]
    pub fn of_hcpcs(&self, code: &str) -> ServiceSet {
        if code.len() != HCPCS_LENGTH {
            return ServiceSet::default();
        }
        let begins = |bound: &str| code.get(..bound.len()).unwrap_or("");
        self.hcpcs
            .iter()
            .filter(|(first, last, _)| *first <= begins(first) && begins(last) <= *last)
            .fold(ServiceSet::default(), |set, (_, _, service)| set.with(*service))
    }
}

fn add_code(list: &mut Vec<(Short, ServiceSet)>, code: &str, service: Service) {
    let code = Short::of(code);
    match list.iter_mut().find(|(c, _)| *c == code) {
        Some((_, set)) => *set = set.with(service),
        None => list.push((code, ServiceSet::default().with(service))),
    }
}

fn look_up(list: &[(Short, ServiceSet)], code: Short) -> ServiceSet {
    list.iter().find(|(c, _)| *c == code).map_or(ServiceSet::default(), |(_, set)| *set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_their_services_and_ranges_end_where_they_say() {
        let all = Services::load(None).expect("embedded");
        let hcpcs = |code: &str| all.of_hcpcs(code).iter().collect::<Vec<_>>();
        assert_eq!(hcpcs("E0159"), [Service::Equipment, Service::Mobility]);
        assert_eq!(hcpcs("E0160"), [Service::Equipment]);
        assert_eq!(hcpcs("E0424"), [Service::Equipment, Service::HomeOxygen]);
        assert_eq!(hcpcs("A0425"), [Service::Ambulance]);
        assert_eq!(hcpcs("99495"), [Service::Transition]);
        assert_eq!((hcpcs("99213"), hcpcs("9949512345"), hcpcs("")), (vec![], vec![], vec![]));
        assert_eq!(all.of_place(Short::of("11")).iter().collect::<Vec<_>>(), [Service::Ambulatory, Service::Office]);
        assert_eq!(all.of_bill(Short::of("721")).iter().collect::<Vec<_>>(), [Service::Dialysis]);
        let revenue = |code: &str| all.of_revenue(Short::of(code)).iter().collect::<Vec<_>>();
        assert_eq!(
            (revenue("0206"), revenue("0174")),
            (vec![Service::IntensiveCare], vec![Service::NewbornIntensiveCare])
        );
        assert_eq!((revenue("0170"), revenue("0450")), (vec![], vec![]));
    }
}
